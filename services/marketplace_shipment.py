from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import Again, JobFailure
from ..marketplaces.base import dto, errors, status

#: So long the marketplace may check an assembled posting before a person should look.
WATCH_LIMIT = timedelta(hours=2)
WATCH_SECONDS = 5
#: From so many on, the list of changes is read instead of each posting; and for so long that list is enough.
WATCH_MANY = 5
WATCH_ALONE = timedelta(minutes=1)
#: The list is read from the moment on at which the first of these was sent; the marketplace's clock may be behind.
WATCH_BACK = timedelta(minutes=2)


class MarketplaceShipment(models.AbstractModel):
    """Tells the marketplace what was packed: from the delivery, from the list of postings, whole or in parts."""

    _name = "marketplace.shipment"
    _description = "Marketplace Shipment"

    # --- from Odoo's side ---------------------------------------------------------------------------------------
    @api.model
    def _assemble(self, orders):
        """Validate deliveries that are not validated yet and send the postings.

        :return: (postings that are on their way, [why the others are not])
        """
        problems, ready = [], self.env["marketplace.order"]
        for order in self._get_assembled_together(orders):
            problem = self._get_obstacle(order)
            if problem:
                problems.append(f"{order.number}: {problem}")
            else:
                ready |= order
        open_pickings = self._get_open_deliveries(ready).filtered(self._is_all_there)
        problems += self._validate(open_pickings)
        shipped = self.env["marketplace.order"]
        for order in ready:
            if order.state == "child":
                self._send_part_again(order)
                shipped |= order
            elif unsent := self._get_unsent_deliveries(order):
                try:
                    self._send(order, unsent)
                except UserError as exc:
                    problems.append(str(exc))
                else:
                    shipped |= order
        return shipped, problems

    def _get_assembled_together(self, orders):
        """Parts that the cabinet split off before assembling are in one delivery here: it goes with all of them."""
        together = self.env["marketplace.order"]
        for order in orders:
            together |= order.parent_id if order.state == "child" and self._is_split(order.parent_id) else order
        return together

    def _is_split(self, order):
        """Split in the cabinet before assembling: its parts wait there, its goods are in one delivery here."""
        return any(
            part.status == status.TO_ASSEMBLE and part.ship_state == "none" and not self._get_parcel(part).picking_id
            for part in order.child_ids
        )

    def _get_obstacle(self, order):
        if order.state == "child" and order.ship_state != "failed":
            return self.env._("it is a part of %s, which is assembled as a whole.", order._get_root().number)
        if not order.sale_order_id:
            return self.env._("it has not become an order yet.")
        if order.status == status.CANCELLED or order.sale_order_id.state == "cancel":
            return self.env._("it is cancelled.")
        if order.sale_order_id.state != "sale":
            return self.env._("its order is not confirmed.")
        if order.scheme == status.FBO:
            return self.env._("the marketplace packs it itself.")
        if order.ship_state == "shipped":
            return self.env._("it is assembled already.")
        if order.ship_state in ("sending", "sent"):
            return self.env._("it is being assembled already.")
        short = self._get_open_deliveries(order).filtered(lambda picking: not self._is_all_there(picking))
        if short and not self._get_unsent_deliveries(order):
            return self.env._("its goods are not all reserved (%s).", ", ".join(short.mapped("name")))
        return self.env["marketplace.marking"]._get_problem(order, self._count_leaving(order))

    def _get_deliveries(self, orders):
        return orders.sale_order_id.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing" and picking.state != "cancel" and not picking.return_id
            )
        )

    def _get_open_deliveries(self, orders):
        return self._get_deliveries(orders).filtered(lambda picking: picking.state != "done")

    def _get_unsent_deliveries(self, order):
        """Validated deliveries that no parcel tells of yet: new ones, or those whose sending was refused."""
        done = self._get_deliveries(order).filtered(lambda picking: picking.state == "done")
        if self._is_split(order):
            return done if self._get_unsent_parts(order) else done.browse()
        told = order.parcel_ids.picking_id - self._get_failed_parcel(order).picking_id
        jobs = self.env["marketplace.job"].sudo()._find_open(order, "ship")
        return done - told - done.browse(picking_id for job in jobs for picking_id in job.payload["picking_ids"])

    @api.model
    def _is_all_there(self, picking):
        """Reserved to the last unit; or the packer has said what goes now and what comes later.

        The picking's own state does not tell: with partial deliveries allowed it is *ready* as soon as one line is.
        """
        moves = picking.move_ids.filtered(lambda move: move.state != "cancel")
        if any(move.picked for move in moves):
            return True
        return all(move.state == "assigned" for move in moves)

    def _validate(self, pickings):
        """All together; where that fails, one by one. Returns what could not be validated, in words."""
        if not pickings:
            return []
        try:
            with self.env.cr.savepoint():
                self._validate_now(pickings)
        except UserError as exc:
            if len(pickings) == 1:
                return [f"{pickings.marketplace_number or pickings.name}: {exc}"]
            return [problem for picking in pickings for problem in self._validate(picking)]
        return []

    def _validate_now(self, pickings):
        # Odoo asks about SMS and backorders in dialogs; nobody is there to answer them.
        silent = pickings.with_context(skip_sms=True, skip_backorder=True, marketplace_skip_ship=True)
        result = silent.button_validate()
        if result is not True:
            raise UserError(
                self.env._(
                    "Odoo wants to ask something about it: validate %s by hand.", ", ".join(pickings.mapped("name"))
                )
            )

    @api.model
    def _on_validated(self, pickings):
        """Deliveries validated by hand, by barcode, in a batch: the same thing is sent."""
        for order, group in pickings.grouped("marketplace_order_id").items():
            if order.status == status.CANCELLED:
                self.env["marketplace.cancellation"]._on_validated(order)
                continue
            message = order.account_id._get_message(order.scheme, "validated")
            if message in ("assembled", "assembled_delivering") and order.ship_state in ("none", "failed"):
                self._send(order, group)
            if message == "assembled_delivering":
                self.env["marketplace.delivery.reporter"]._aim(order, status.DELIVERING)

    def _send(self, order, pickings):
        """Remember to tell the marketplace what is in these deliveries."""
        if self._is_split(order):
            self._send_split(order, pickings)
            return
        whole = not self._get_open_deliveries(order)
        if not order.account_id._can("ship_part"):
            if not whole:
                self._note_waiting(order)
                return
            pickings |= self._get_unsent_deliveries(order)
        packages = self._get_packages(order, pickings)
        order.write({"ship_state": "sending" if whole else order.ship_state, "ship_problem": False})
        self.env["marketplace.job"]._enqueue(
            "ship",
            order.account_id,
            order,
            {"packages": packages, "whole": whole, "picking_ids": pickings.ids},
            priority=1,
            unique=whole,
        )

    def _note_waiting(self, order):
        """A posting that the marketplace takes only as a whole, packed in part."""
        order.message_post(
            body=self.env._(
                "Packed in part. The marketplace takes this posting only as a whole: it is told when the rest is "
                "validated, or when you have cancelled there what you do not have."
            )
        )

    @api.model
    def _send_waiting(self, order):
        """The rest of a posting will not come any more: what is packed goes now."""
        if order.status != status.TO_ASSEMBLE or order.ship_state != "none" or self._get_open_deliveries(order):
            return
        if order.account_id._get_message(order.scheme, "validated") not in ("assembled", "assembled_delivering"):
            return
        if pickings := self._get_unsent_deliveries(order):
            self._send(order, pickings)

    @api.model
    def _get_packages(self, order, pickings):
        """[{"package_id": int | False, "picking_id": int, "lines": [[sku, quantity]]}], one per parcel to be.

        Lines that were put into no package make one parcel together.
        """
        content = defaultdict(lambda: defaultdict(float))
        gone = self._get_parcels_gone(order)
        for line in pickings.move_line_ids.filtered(lambda line: line.quantity):
            if (line.result_package_id, line.picking_id) in gone:
                continue
            sale_line = line.move_id.sale_line_id
            posting_line = sale_line.marketplace_line_ids.filtered(lambda item: item.order_id == order)[:1]
            if not posting_line or line.product_id != sale_line.product_id:
                return self._get_whole_package(order, pickings)
            quantity = line.product_uom_id._compute_quantity(line.quantity, sale_line.product_uom_id)
            content[line.result_package_id, line.picking_id][posting_line.sku] += quantity
        return [
            {
                "package_id": package.id,
                "picking_id": picking.id,
                "lines": [[sku, self._as_units(order, sku, quantity)] for sku, quantity in quantities.items()],
            }
            for (package, picking), quantities in content.items()
        ]

    def _get_whole_package(self, order, pickings):
        """Kits and replaced products cannot be told apart by SKU: the posting goes as one parcel."""
        lines = [[line.sku, line.quantity - line.cancelled_quantity] for line in order._get_goods()]
        lines = [[sku, quantity] for sku, quantity in lines if quantity]
        return [{"package_id": False, "picking_id": pickings[:1].id, "lines": lines}]

    def _as_units(self, order, sku, quantity):
        if quantity != int(quantity):
            raise UserError(
                self.env._(
                    "Posting %(number)s: %(quantity)s of %(sku)s is not a whole number of units.",
                    number=order.number,
                    quantity=quantity,
                    sku=sku,
                )
            )
        return int(quantity)

    @api.model
    def _deliver_history(self, orders):
        """Deliveries of postings that were assembled outside Odoo: validated, nothing is sent."""
        pickings = self._get_open_deliveries(orders).filtered(self._is_all_there)
        for problem in self._validate(pickings):
            orders[:1].message_post(body=problem)

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_ship(self, jobs, adapter, deadline):
        job = jobs
        order = self.env["marketplace.order"].browse(job.res_id)
        if order.ship_state == "shipped" or order.status == status.CANCELLED:
            return self.env._("Nothing to send any more: %s", order.raw_status)
        if job.interrupted or job.attempts:
            if self._look(order, job.payload, adapter):
                return self.env._("It had arrived there already.")
        try:
            self.env["marketplace.marking"]._prepare(order, adapter, job.payload)
            numbers, codes = self._call_ship(order, job.payload, adapter)
        except errors.Rejected:
            # Maybe it was cancelled, or assembled in the cabinet, and the news is still on its way.
            if self._look(order, job.payload, adapter):
                return self.env._("Nothing to send any more: %s", order.raw_status)
            raise
        self._record_shipped(order, job.payload, numbers, codes)
        return ", ".join(numbers)

    def _look(self, order, payload, adapter):
        """Read the posting before anything is sent a second time. True when the first sending had arrived."""
        posting = self.env["marketplace.order.store"]._read_anew(order, adapter)
        if order.status == status.CANCELLED:
            return True
        if order.ship_state == "shipped" or order.assembly == "in_progress":
            codes = self._get_box_codes(posting, payload)
            self._record_shipped(order, payload, self._get_new_numbers(order, posting), codes)
            return True
        return False

    def _call_ship(self, order, payload, adapter):
        """([numbers of postings], [codes of boxes]) that came out of it."""
        packages = self._make_packages(order, payload)
        if not payload["whole"]:
            return self._call_ship_parts(order, packages, adapter), []
        try:
            result = adapter.ship_order(order.number, packages)
        except errors.AlreadyDone:
            posting = adapter.get_order(order.number)
            return self._get_new_numbers(order, posting), self._get_box_codes(posting, payload)
        return list(result.numbers), list(result.box_codes)

    def _make_packages(self, order, payload):
        """``dto.Package`` of each box; with the codes of its units, where the marketplace gets them with the boxes."""
        units = self.env["marketplace.marking"]._get_carried(order)
        packages = []
        for package in payload["packages"]:
            lines = [
                dto.PackageLine(sku=sku, quantity=quantity, exemplars=tuple(units.take(sku, quantity)))
                for sku, quantity in package["lines"]
            ]
            packages.append(dto.Package(lines=tuple(lines)))
        return packages

    def _record_shipped(self, order, payload, numbers, codes=()):
        """Accepted, not yet proved: assembling goes on there, so the posting is watched until it is done."""
        if payload["whole"] and order.ship_state != "shipped" and order.status != status.CANCELLED:
            order.write({"ship_state": "sent", "ship_problem": False})
        self.env["marketplace.marking"]._note_carried(order)
        if not codes and len(payload["packages"]) > 1 and not order.account_id._can("ship_part"):
            # The marketplace counts no boxes of what the seller delivers; his own courier does.
            codes = [f"{order.number}-{box}" for box in range(1, len(payload["packages"]) + 1)]
        if codes:
            self._record_boxes(order, payload["packages"], codes)
        elif not order.parent_id:
            self._record_parcels(order, payload["packages"], numbers)
        for number in numbers:
            if number != order.number:
                self.env["marketplace.job"]._enqueue(
                    "order_fetch", order.account_id, payload={"number": number}, priority=2, eta=self._in(WATCH_SECONDS)
                )
        self.env["marketplace.job"]._enqueue(
            "ship_watch", order.account_id, order, priority=2, eta=self._in(WATCH_SECONDS)
        )

    @api.model
    def _run_watch(self, jobs, adapter, deadline):
        """Accepted is not assembled: read the postings until the marketplace says which.

        Many at once are read from the list of what changed lately, a hundred to a call; one that is not in it is
        read alone when it takes unusually long (a failed assembly need not count as a change there).
        """
        many = len(jobs) >= WATCH_MANY
        if many:
            now = fields.Datetime.now()
            since = max(min(jobs.mapped("create_date")), now - WATCH_ALONE)
            listed = jobs.account_id._get_info().lists_changes
            numbers = () if listed else self.env["marketplace.order"].browse(jobs.mapped("res_id")).mapped("number")
            query = self.env["marketplace.order.poller"]._make_query(
                "changed", since - WATCH_BACK, now, numbers=numbers
            )
            self.env["marketplace.order.poller"]._read(jobs.account_id, adapter, adapter.iter_orders(query))
        return {job.id: self._watch_one(job, adapter, patient=many) for job in jobs}

    def _watch_one(self, job, adapter, patient):
        order = self.env["marketplace.order"].browse(job.res_id)
        age = fields.Datetime.now() - job.create_date
        if order.ship_state == "sent" and not (patient and age < WATCH_ALONE):
            try:
                self.env["marketplace.order.store"]._read_anew(order, adapter)
            except errors.MarketplaceError as exc:
                return exc
        if order.ship_state != "sent" or order.status == status.CANCELLED:
            return order.raw_status
        if age > WATCH_LIMIT:
            return JobFailure(
                self.env._("The marketplace has not finished assembling for two hours: look in the cabinet.")
            )
        return Again(WATCH_SECONDS, note=self.env._("Still being assembled there"))

    @api.model
    def _run_cargo_places(self, jobs, adapter, deadline):
        order = self.env["marketplace.order"].browse(jobs.res_id)
        adapter.set_cargo_places(order.number, jobs.payload["quantity"])
        return self.env._("%s cargo places", jobs.payload["quantity"])

    def _in(self, seconds):
        return fields.Datetime.now() + timedelta(seconds=seconds)
