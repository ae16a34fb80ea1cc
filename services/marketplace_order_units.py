from collections import Counter, defaultdict

from odoo import api, fields, models

from ..engine import Again
from ..marketplaces.base import dto, errors, status

#: A split becomes visible one posting after the other: its parts are looked for so long after the first sign.
SETTLE_SECONDS = 20


class MarketplaceOrderUnits(models.AbstractModel):
    """Units that a posting loses after its order was made: to a part of it, or because they were cancelled."""

    _name = "marketplace.order.units"
    _description = "Marketplace Order Units"

    # --- noticing -----------------------------------------------------------------------------------------------
    @api.model
    def _note(self, order, posting):
        """Keep what the marketplace says of the units now; fewer than before are looked into by a job.

        :param posting: ``dto.Order``
        """
        if order.status in (status.CANCELLED, status.SPLIT) or posting.status in (status.CANCELLED, status.SPLIT):
            return
        units = self._count(posting.lines)
        numbers = {number for line in posting.lines for number in line.unit_ids}
        for line in order.line_ids:
            if line.unit_numbers:
                line._note_gone(set(line._get_numbers()) - numbers)
                quantity = len(line._get_numbers())
            else:
                quantity = min(line.quantity, units[line.sku])
                units[line.sku] -= quantity
            if line.there_quantity != quantity:
                line.there_quantity = quantity
                # The cabinet has put back by itself what it no longer sends.
                self.env["marketplace.stock.change"]._mark(line.product_id, order.account_id)
        self.env["marketplace.marking"]._drop_gone(order)
        if self._get_missing(order._get_root()):
            self._check_later(order._get_root())

    def _check_later(self, root):
        eta = fields.Datetime.add(fields.Datetime.now(), seconds=SETTLE_SECONDS)
        self.env["marketplace.job"]._enqueue("units_check", root.account_id, root, eta=eta, priority=4)

    def _count(self, lines):
        units = Counter()
        for line in lines:
            units[line.sku] += line.quantity
        return units

    def _get_missing(self, root):
        """{sku: units of the order that are in none of its postings and are not known as cancelled}."""
        if root.status in (status.CANCELLED,) or root.state != "done":
            return {}
        there = Counter()
        for part in root | root.child_ids:
            if part.status == status.SPLIT:
                continue
            for line in part.line_ids:
                # A part that was cancelled as a whole has been dealt with as a part.
                there[line.sku] += line.quantity if part.status == status.CANCELLED else line.there_quantity
        missing = Counter()
        for line in root.line_ids:
            missing[line.sku] += line.quantity - line.cancelled_quantity
        missing.subtract(there)
        return {sku: units for sku, units in missing.items() if units > 0}

    @api.model
    def _get_own_lines(self, order):
        """Lines with the root's sale lines: a part's own, and of a root what its parts have left to it."""
        root = order._get_root()
        by_sku = root.line_ids.grouped("sku")
        own = []
        for line in order.line_ids:
            quantity = line.quantity if order.state == "child" else line.there_quantity
            sale_line = by_sku[line.sku][:1].sale_line_id if line.sku in by_sku else line.sale_line_id
            if quantity and sale_line and line.kind == "goods":
                own.append(OwnLine(sale_line, quantity))
        return own

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_check(self, jobs, adapter, deadline):
        """Find the parts that a posting was split into; what is in none of them was cancelled."""
        root = self.env["marketplace.order"].browse(jobs.res_id)
        posting = adapter.get_order(root.number)
        if not isinstance(posting, dto.Order):
            raise errors.PayloadError("posting", root.number, "cannot be read")
        self._read_parts(root, posting, adapter)
        missing = self._get_missing(root)
        if not missing:
            return self.env._("Nothing is missing")
        if not (jobs.payload or {}).get("again"):
            # The list of parts may lag behind the posting.
            raise Again(SETTLE_SECONDS, payload={"again": True})
        self._cancel_units(root, missing)
        return ", ".join(f"{sku} × {units}" for sku, units in missing.items())

    def _read_parts(self, root, posting, adapter):
        known = set((root | root.child_ids).mapped("number"))
        store = self.env["marketplace.order.store"]
        store._store(root.account_id, [posting])
        parts = [adapter.get_order(number) for number in posting.related_numbers if number not in known]
        parts = [part for part in parts if getattr(part, "parent_number", "") in known]
        if parts:
            orders, _busy = store._store(root.account_id, parts)
            self.env["marketplace.order.processor"]._process(orders.filtered(lambda part: part.state == "received"))
        root.invalidate_recordset(["child_ids"])

    def _cancel_units(self, root, missing):
        """Some units were cancelled: they leave the delivery, or have to come back when it is packed."""
        units = self._spread(root, missing)
        fees = {line: quantity for line, quantity in units.items() if line.is_delivery}
        if fees:
            # Nothing of them is in a box.
            self._reduce_sale(root, fees)
            units = {line: quantity for line, quantity in units.items() if line not in fees}
        if not units:
            return
        untouched = self._choose_untouched(root, units)
        if untouched:
            self._reduce_sale(root, untouched)
            root.message_post(body=self.env._("Cancelled by position: %s", self._name_units(untouched)))
            self.env["marketplace.shipment"]._send_waiting(root)
            units = {line: left for line, quantity in units.items() if (left := quantity - untouched.get(line, 0))}
        if not units:
            return
        text = self.env._(
            "Cancelled by position after packing: %s. Take the goods back by a return.", self._name_units(units)
        )
        root.write({"problem_kind": "cancel", "problem": text})
        root.message_post(body=text)
        root._tell_person(text)

    def _name_units(self, units):
        return ", ".join(f"{line.product_id.display_name} × {quantity}" for line, quantity in units.items())

    def _choose_untouched(self, root, units):
        """{sale line: units} of these that nobody has packed yet."""
        if self.env["marketplace.cancellation"]._locate(root) == "none":
            return units
        moves = self.env["marketplace.shipment"]._get_open_deliveries(root).move_ids
        moves = moves.filtered(lambda move: move.state != "cancel" and not move.picked and not move.picking_id.printed)
        left = {
            line: sum(
                move.product_uom._compute_quantity(move.product_uom_qty, line.product_uom_id)
                for move in moves
                if move.sale_line_id == line
            )
            for line in units
        }
        # A kit is in as many moves as it has parts: how many of it are untouched is not told by their sum.
        kits = {line for line in units if any(move.product_id != line.product_id for move in line.move_ids)}
        return {
            line: int(min(quantity, left[line])) for line, quantity in units.items() if left[line] and line not in kits
        }

    def _spread(self, root, missing):
        """{sale line: units} of the lines that these units are missing from: first of those that have fewer of them
        there, then of any with the SKU."""
        units = defaultdict(int)
        for own in (True, False):
            for line in root.line_ids:
                left = line.quantity - line.cancelled_quantity
                quantity = min(left - line.there_quantity if own else left, missing.get(line.sku, 0))
                if quantity > 0:
                    missing[line.sku] -= quantity
                    line.cancelled_quantity += quantity
                    units[line.sale_line_id] += quantity
        return units

    @api.model
    def _reduce_sale(self, order, units):
        """Order less of these sale lines; Odoo takes it out of the open deliveries.

        :param units: {sale.order.line: units}
        """
        sale = order.sale_order_id
        if sale.locked:
            sale.action_unlock()
        for sale_line, quantity in units.items():
            sale_line.product_uom_qty = max(sale_line.product_uom_qty - quantity, 0)
        emptied = sale.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and not any(move.product_uom_qty for move in picking.move_ids if move.state != "cancel")
            )
        )
        emptied.action_cancel()
        # A quotation that is locked would get no delivery when it is confirmed.
        if sale.state == "sale" and sale._should_be_locked():
            sale.action_lock()


class OwnLine:
    """Units of a sale line that belong to one posting."""

    def __init__(self, sale_line_id, quantity):
        self.sale_line_id = sale_line_id
        self.quantity = quantity
