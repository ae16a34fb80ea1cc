from datetime import timedelta

from odoo import api, fields, models

from ..engine import Again, JobFailure
from ..marketplaces.base import errors, status

#: A status that was accepted shows in the posting after a while.
WATCH_SECONDS = 10
#: So long a step may take there before a person should look.
WATCH_LIMIT = timedelta(hours=2)
STEPS = status.DELIVERY_STEPS
#: A posting is with the seller, or with his courier.
UNDER_WAY = (status.ASSEMBLED, status.HANDED_OVER, status.DELIVERING)


class MarketplaceDeliveryReporter(models.AbstractModel):
    """Tells the marketplace how far the postings are that the seller delivers himself (SHP4)."""

    _name = "marketplace.delivery.reporter"
    _description = "Marketplace Delivery Reporter"

    # --- from Odoo's side ---------------------------------------------------------------------------------------
    @api.model
    def _on_event(self, orders, event):
        """Something happened in Odoo; the account's table says what is told. Returns problems, in words."""
        problems = []
        for order in orders:
            message = order.account_id._get_message(order.scheme, event)
            if message in ("assembled", "assembled_delivering"):
                _sent, refused = self.env["marketplace.shipment"]._assemble(order)
                problems += refused
            if message in ("tracking", "tracking_delivering"):
                problem = self._send_tracking(order)
                problems += [problem] if problem else []
            if message in STEPS or message.endswith("_delivering"):
                self._aim(order, message if message in STEPS else status.DELIVERING)
        return problems

    def _aim(self, order, step):
        """The marketplace shall know the delivery to be at least so far, if that is a step of its at all."""
        if step not in self._get_steps(order) or self._is_past(order.delivery_target, step):
            return
        if self._is_past(order.delivery_step, step):
            return
        order.delivery_target = step
        self._enqueue_status(order)

    @api.model
    def _get_steps(self, order):
        """Steps that the marketplace wants to hear of such a posting, in their order."""
        return order.account_id._get_info().steps.get(order.scheme, ()) if order.account_id else ()

    @api.model
    def _get_open_steps(self, order):
        """The steps that a person may tell now."""
        if order.state != "done" or order.status not in UNDER_WAY:
            return set()
        told = (order.delivery_target, order.delivery_step)
        return {step for step in self._get_steps(order) if not any(self._is_past(word, step) for word in told)}

    def _is_past(self, told, step):
        return bool(told) and STEPS.index(told) >= STEPS.index(step)

    @api.model
    def _enqueue_status(self, orders):
        orders.filtered("delivery_problem").delivery_problem = False
        for order in orders:
            if order.delivery_target:
                self.env["marketplace.job"]._enqueue("delivery_status", order.account_id, order, priority=2)
            else:
                self._send_tracking(order)

    def _send_tracking(self, order):
        """The carrier's number of the delivery; a problem in words when there is none."""
        pickings = self.env["marketplace.shipment"]._get_deliveries(order)
        number = next((picking.carrier_tracking_ref for picking in pickings if picking.carrier_tracking_ref), "")
        if not number:
            return self.env._("%s: fill in the tracking number on the delivery first.", order.number)
        if number != order.tracking_number:
            order.delivery_problem = False
            self.env["marketplace.job"]._enqueue("tracking", order.account_id, order, {"number": number}, priority=2)
        return False

    @api.model
    def _on_update(self, order):
        """The marketplace shows the delivery as far as it was to be told, whoever told it: nothing is left to do."""
        if order.delivery_target and self._has_reached(order, order.delivery_target):
            self.env["marketplace.job"]._cancel_waiting(order, ("delivery_status",))
            order.write({"delivery_target": False, "delivery_problem": False})

    def _has_reached(self, order, step):
        """Whether the marketplace shows the delivery to be so far."""
        return order.status == status.DELIVERED or self._is_past(order.delivery_step, step)

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_tracking(self, jobs, adapter, deadline):
        """Up to a batch of tracking numbers in one call; each posting ends on its own."""
        numbers = {self._posting_of(job).number: job.payload["number"] for job in jobs}
        answers = adapter.set_tracking_numbers(numbers)
        return {job.id: self._end_tracking(job, answers) for job in jobs}

    def _end_tracking(self, job, answers):
        order = self._posting_of(job)
        problem = answers.get(order.number)
        if problem:
            return JobFailure(self._explain(problem))
        order.write({"tracking_number": job.payload["number"], "delivery_problem": False})
        return job.payload["number"]

    @api.model
    def _run_status(self, jobs, adapter, deadline):
        """One step for each posting; those that need the same step share a call."""
        outcomes, by_step = {}, {}
        for job in jobs:
            step, outcome = self._look(job, adapter)
            if step:
                by_step.setdefault(step, jobs.browse())
                by_step[step] |= job
            else:
                outcomes[job.id] = outcome
        for step, group in by_step.items():
            answers = adapter.set_delivery_status(step, [self._posting_of(job).number for job in group])
            outcomes.update({job.id: self._end_step(job, step, answers, adapter) for job in group})
            self.env["marketplace.job.runner"]._checkpoint()
        return outcomes

    def _look(self, job, adapter):
        """(step to tell next, None), or (None, how the job ends or waits)."""
        order = self._posting_of(job)
        if (job.payload or {}).get("asked") or job.interrupted or job.attempts:
            problem = self._read(order, adapter)
            if problem:
                return None, problem
        if order.status in (status.CANCELLED, status.DELIVERED) or not order.delivery_target:
            order.delivery_target = False
            return None, order.raw_status
        if self._has_reached(order, order.delivery_target):
            order.delivery_target = False
            return None, order.raw_substatus or order.raw_status
        if order.status in (status.NEW, status.TO_CONFIRM, status.TO_ASSEMBLE):
            return None, self._wait_for_assembly(order)
        step = next(step for step in self._get_steps(order) if not self._has_reached(order, step))
        if (job.payload or {}).get("asked") == step:
            if fields.Datetime.now() - job.create_date > WATCH_LIMIT:
                text = self.env._("The marketplace has not taken «%s» for two hours: look in the cabinet.", step)
                return None, JobFailure(text)
            return None, Again(WATCH_SECONDS, note=self.env._("Accepted, not visible there yet"))
        return step, None

    def _wait_for_assembly(self, order):
        if order.ship_state in ("sending", "sent"):
            return Again(WATCH_SECONDS, note=self.env._("Still being assembled there"))
        return JobFailure(self.env._("Assemble the posting first: the marketplace takes no leap."))

    def _read(self, order, adapter):
        try:
            self.env["marketplace.order.store"]._read_anew(order, adapter)
        except errors.MarketplaceError as exc:
            return exc
        return None

    def _end_step(self, job, step, answers, adapter):
        order = self._posting_of(job)
        problem = answers.get(order.number)
        if not problem:
            return Again(WATCH_SECONDS, payload={"asked": step}, note=self.env._("Accepted, not visible there yet"))
        before = order.delivery_step
        failed = self._read(order, adapter)
        if failed:
            return failed
        if order.delivery_step != before or order.status in (status.CANCELLED, status.DELIVERED):
            # Somebody was quicker, in the cabinet or by a call whose answer was lost.
            return Again(0, payload={})
        return JobFailure(self._explain(problem))

    @api.model
    def _run_time(self, jobs, adapter, deadline):
        """Change the time that the buyer was promised, or the time to ship by."""
        order, payload = self._posting_of(jobs), jobs.payload
        if payload.get("ship_by"):
            adapter.set_ship_by(order.number, self._aware(payload["ship_by"]))
        if payload.get("since"):
            window = adapter.get_delivery_window(order.number)
            if window.changes_left <= 0:
                raise JobFailure(self.env._("The delivery time was changed as often as the marketplace allows."))
            adapter.set_delivery_window(order.number, self._aware(payload["since"]), self._aware(payload["until"]))
        order._fetch()
        return None

    def _aware(self, text):
        return self.env["marketplace.order.poller"]._aware(fields.Datetime.to_datetime(text))

    def _explain(self, problem):
        """A word of the marketplace for one posting, as a sentence."""
        return self.env["marketplace.error.text"]._get_refusal(problem)

    def _posting_of(self, job):
        return self.env["marketplace.order"].browse(job.res_id)
