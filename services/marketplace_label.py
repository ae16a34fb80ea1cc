import io
from collections import defaultdict
from datetime import timedelta

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import Again, JobFailure
from ..marketplaces.base import errors, status

#: Labels exist some time after assembling; the first question comes early, the next ones at this pace.
FIRST_SECONDS, WAIT_SECONDS, TASK_SECONDS = 3, 15, 2
#: After so long without a label a person should look.
GIVE_UP = timedelta(hours=3)
#: The marketplace gives no labels for these.
GONE = (status.HANDED_OVER, status.DELIVERING, status.DELIVERED, status.CANCELLED)


class MarketplaceLabel(models.AbstractModel):
    """Fetches the marketplace's own labels and keeps each on its delivery."""

    _name = "marketplace.label"
    _description = "Marketplace Label"

    # --- from Odoo's side ---------------------------------------------------------------------------------------
    @api.model
    def _request(self, orders):
        orders.write({"label_state": "waiting", "label_problem": False})
        eta = fields.Datetime.now() + timedelta(seconds=FIRST_SECONDS)
        for order in orders:
            if order.account_id._can("label_request"):
                self.env["marketplace.job"]._enqueue("label", order.account_id, order, eta=eta, priority=3)
            else:
                self.env["marketplace.job"]._enqueue("own_label", order.account_id, order, priority=3)

    @api.model
    def _action_print(self, orders):
        """Open one PDF of the labels of these postings and their parts."""
        parts = self._with_parts(orders)
        if not parts:
            raise UserError(self.env._("These postings are cancelled: they need no label."))
        missing = parts.filtered(lambda order: not order.label_id)
        if missing:
            raise UserError(
                self.env._("No label yet for %s. Fetch the labels first.", ", ".join(missing.mapped("number")[:20]))
            )
        return self._open(parts)

    @api.model
    def _open(self, parts):
        """The PDF of these labels in a tab of its own; from now on they count as printed."""
        unprinted = parts.filtered(lambda order: not order.label_printed_at)
        unprinted._filtered_access("write").write({"label_printed_at": fields.Datetime.now()})
        return {
            "type": "ir.actions.act_url",
            "url": f"/marketplace/labels/{','.join(map(str, parts.ids))}",
            "target": "new",
        }

    @api.model
    def _with_parts(self, orders):
        """The postings that have a label of their own, in the given order."""
        dead = (status.CANCELLED, status.SPLIT)
        parts = (part for order in orders for part in (order, *order.child_ids) if part.status not in dead)
        return orders.browse(dict.fromkeys(part.id for part in parts))

    @api.model
    def _merge(self, orders):
        """PDF bytes of the labels of these postings, in their order."""
        writer = PdfWriter()
        for order in orders:
            writer.append(PdfReader(io.BytesIO(order.label_id.raw)))
        return self._to_bytes(writer)

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_labels(self, jobs, adapter, deadline):
        """Jobs without a task ask for one, together; jobs with a task ask how it stands, once per task."""
        outcomes = {}
        by_task = defaultdict(lambda: self.env["marketplace.job"])
        for job in jobs:
            by_task[(job.payload or {}).get("task_id", "")] |= job
        for task_id, group in by_task.items():
            outcomes.update(self._poll(group, task_id, adapter) if task_id else self._ask(group, adapter))
            self.env["marketplace.job.runner"]._checkpoint()
        return outcomes

    def _ask(self, jobs, adapter):
        """Create label tasks. One posting that is not ready would hold up the others: then each asks alone."""
        try:
            tasks = adapter.request_labels([self._posting_of(job).number for job in jobs])
        except (errors.NotReady, errors.Rejected) as exc:
            if len(jobs) == 1:
                return {jobs.id: self._wait_or_give_up(jobs, exc)}
            return {job_id: outcome for job in jobs for job_id, outcome in self._ask(job, adapter).items()}
        if not tasks:
            return dict.fromkeys(jobs.ids, Again(WAIT_SECONDS))
        return {job.id: Again(TASK_SECONDS, payload={"task_id": self._choose(job, tasks).task_id}) for job in jobs}

    def _choose(self, job, tasks):
        """The kind of label that the posting's warehouse prints; the only one where there is no choice."""
        kind = self._posting_of(job).warehouse_id.label_kind
        return next((task for task in tasks if task.kind == kind), tasks[0])

    def _poll(self, jobs, task_id, adapter):
        try:
            task = adapter.get_label_task(task_id)
            if task.state == "pending":
                return dict.fromkeys(jobs.ids, Again(TASK_SECONDS, note=self.env._("Being drawn there")))
            if task.state == "failed":
                return self._ask_anew(jobs, task.problem)
            pages = self._split(adapter.download_label(task.url), [self._posting_of(job).number for job in jobs])
        except (errors.NotFound, errors.PayloadError) as exc:
            return self._ask_anew(jobs, self.env["marketplace.error.text"]._get_sentence(exc, jobs.account_id))
        return {job.id: self._keep(job, task, pages) for job in jobs}

    def _keep(self, job, task, pages):
        order = self._posting_of(job)
        if order.status in (status.CANCELLED, status.SPLIT):
            # Cancelled while it was drawn: a label that lies on a delivery would be printed.
            order.write({"label_state": "none", "label_problem": False})
            return order.raw_status
        if order.number in task.unprinted:
            return self._wait_or_give_up(job, JobFailure(task.unprinted[order.number]))
        pdf = pages.get(order.number)
        if not pdf:
            # A file whose pages cannot be told apart: this posting asks for a file of its own.
            return Again(TASK_SECONDS, payload={})
        self._attach(order, pdf)
        return None

    def _ask_anew(self, jobs, problem):
        """A task that failed is not asked again: a new one is, posting by posting, until it is time to give up."""
        return {
            job.id: self._wait_or_give_up(job, JobFailure(problem or self.env._("The label task failed.")))
            for job in jobs
        }

    def _wait_or_give_up(self, job, exc):
        order = self._posting_of(job)
        if order.status in GONE:
            # It has left with a label from the cabinet, or was cancelled: nobody needs ours any more.
            text = self.env._("It has left without a label from here.")
            order.write({"label_state": "none", "label_problem": text})
            return text
        if fields.Datetime.now() - job.create_date > GIVE_UP:
            return exc
        text = self.env["marketplace.error.text"]._get_sentence(exc, job.account_id)
        order.label_problem = text
        return Again(WAIT_SECONDS, payload={}, note=text)

    def _posting_of(self, job):
        return self.env["marketplace.order"].browse(job.res_id)

    # --- files --------------------------------------------------------------------------------------------------
    @api.model
    def _split(self, pdf, numbers):
        """{number: PDF of its pages}. A page without any number belongs to the posting before it."""
        try:
            reader = PdfReader(io.BytesIO(pdf))
            pages = list(reader.pages)
            if len(numbers) == 1:
                return {numbers[0]: pdf} if pages else {}
            owners = self._find_owners(pages, numbers)
        except (PyPdfError, ValueError, KeyError) as exc:
            raise errors.PayloadError("label", pdf[:20], "is not a readable PDF") from exc
        result = {}
        for number in set(filter(None, owners)):
            writer = PdfWriter()
            for page, owner in zip(pages, owners, strict=True):
                if owner == number:
                    writer.add_page(page)
            result[number] = self._to_bytes(writer)
        return result

    def _find_owners(self, pages, numbers):
        owners = []
        for page in pages:
            text = "".join(page.extract_text().split())
            found = [number for number in numbers if number in text]
            # A number may begin another one (…-1 and …-10): the longest is meant.
            owners.append(max(found, key=len) if found else owners[-1] if owners else None)
        return owners

    def _to_bytes(self, writer):
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    def _attach(self, order, pdf):
        """The label on the posting, and on the delivery that its parcel left with."""
        root = order._get_root()
        parcel = root.parcel_ids.filtered(lambda item: item.number == order.number)
        picking = parcel.picking_id or self.env["marketplace.shipment"]._get_deliveries(root)[:1]
        attachment = order.label_id or self.env["ir.attachment"]
        vals = {
            "name": f"{order.number}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": "stock.picking" if picking else "marketplace.order",
            "res_id": picking.id or order.id,
        }
        if attachment:
            attachment.write(vals)
        else:
            attachment = attachment.create(vals)
        # A new file is another label: what was printed before is not it.
        order.write(
            {"label_id": attachment.id, "label_state": "ready", "label_problem": False, "label_printed_at": False}
        )
        if picking:
            picking.marketplace_label_ids |= attachment
