from collections import Counter
from dataclasses import replace

from odoo import api, fields, models

from ..marketplaces.base import dto, status
from .marketplace_order_status import ASSEMBLED_THERE
from .marketplace_shipment import WATCH_SECONDS


class MarketplaceShipment(models.AbstractModel):
    """Parcels: which posting of the marketplace each of our boxes has become."""

    _inherit = "marketplace.shipment"

    # --- what was told ------------------------------------------------------------------------------------------
    def _get_failed_parcel(self, order):
        """Accepted at first, and then not assembled: the posting's own parcel has left with nobody."""
        return order.parcel_ids.filtered(lambda parcel: order.ship_state == "failed" and parcel.number == order.number)

    def _get_parcels_gone(self, order):
        """{(package, delivery)} of a failed posting that went as other parcels: only the failed one is told again."""
        failed = self._get_failed_parcel(order)
        return {(parcel.package_id, parcel.picking_id) for parcel in order.parcel_ids - failed} if failed else set()

    def _send_part_again(self, child):
        """A part that the marketplace split off with our parcels, and then could not assemble."""
        parcel = self._get_parcel(child)
        self._send_whole(child, parcel.package_id, parcel.picking_id)

    def _send_whole(self, part, package, picking):
        """One posting as one parcel, with the units that it has there."""
        content = {
            "package_id": package.id,
            "picking_id": picking.id,
            "lines": [[line.sku, line.there_quantity] for line in part._get_goods() if line.there_quantity],
        }
        payload = {"packages": [content], "whole": True, "picking_ids": picking.ids}
        part.write({"ship_state": "sending", "ship_problem": False})
        self.env["marketplace.job"]._enqueue("ship", part.account_id, part, payload, priority=1)

    def _count_leaving(self, order):
        """{SKU: units} of deliveries that leave now, None where the whole posting does."""
        if not order._get_units():
            return None
        leaving = Counter()
        for picking in self._get_unsent_deliveries(order) | self._get_open_deliveries(order):
            moves = picking.move_ids.filtered(lambda move: move.state != "cancel")
            # What the packer has said goes now, where he has said it.
            moves = moves.filtered("picked") or moves
            for move in moves:
                line = move.sale_line_id.marketplace_line_ids.filtered(lambda item: item.order_id == order)[:1]
                if not line or move.product_id != move.sale_line_id.product_id:
                    return None
                leaving[line.sku] += move.product_uom._compute_quantity(move.quantity, move.sale_line_id.product_uom_id)
        return {sku: int(quantity) for sku, quantity in leaving.items()}

    # --- split in the cabinet, before assembling ----------------------------------------------------------------
    def _get_parcel(self, part):
        return part._get_root().parcel_ids.filtered(lambda parcel: parcel.posting_id == part)

    def _get_unsent_parts(self, root):
        """The posting itself is one of its parts as long as something was left to it."""
        return (root | root.child_ids).filtered(
            lambda part: part.status == status.TO_ASSEMBLE and part.ship_state in ("none", "failed")
        )

    def _send_split(self, root, pickings):
        """Each part is assembled by itself, of the one delivery that was made before the split."""
        packages = pickings.move_line_ids.result_package_id
        contents = {package: self._count_packed(root, pickings, package) for package in packages}
        for part in self._get_unsent_parts(root):
            units = Counter({line.sku: line.there_quantity for line in part._get_goods() if line.there_quantity})
            package = next((package for package, packed in contents.items() if packed == units), packages.browse())
            contents.pop(package, None)
            self._get_parcel(part).write({"package_id": package.id, "picking_id": pickings[:1].id})
            self._send_whole(part, package, pickings[:1])
        if root.status == status.SPLIT:
            # Nothing was left to the posting itself: its parts tell how assembling goes on.
            root.write({"ship_state": "shipped", "shipped_at": fields.Datetime.now()})

    def _count_packed(self, root, pickings, package):
        """{sku: units} in one of our boxes."""
        units = Counter()
        for line in pickings.move_line_ids.filtered(lambda line: line.result_package_id == package):
            posting_line = line.move_id.sale_line_id.marketplace_line_ids.filtered(lambda item: item.order_id == root)
            units[posting_line[:1].sku] += int(line.quantity)
        return units

    # --- parts --------------------------------------------------------------------------------------------------
    def _call_ship_parts(self, order, packages, adapter):
        """Each package becomes a posting of its own; one that came into being without our knowing is not sent again."""
        known, numbers = {order.number, *order.parcel_ids.mapped("number")}, []
        for package in packages:
            units = self.env["marketplace.marking"]._choose_units(order, package)
            number = self._find_part(order, package, known, adapter) or self._ship_part(order, package, units, adapter)
            self.env["marketplace.marking"]._note_left(order, units, number)
            numbers.append(number)
            known.add(number)
        return numbers

    def _ship_part(self, order, package, units, adapter):
        """The number of the part; the posting's own where nothing was left of it."""
        marking = self.env["marketplace.marking"]
        lines = [
            replace(line, exemplars=marking._make_exemplars(units[line.sku])) if line.sku in units else line
            for line in package.lines
        ]
        numbers = adapter.ship_part(order.number, lines).numbers
        return next((number for number in numbers if number != order.number), order.number)

    def _find_part(self, order, package, known, adapter):
        posting = adapter.get_order(order.number)
        for number in getattr(posting, "related_numbers", ()):
            part = number not in known and adapter.get_order(number)
            if not isinstance(part, dto.Order):
                continue
            under_way = part.assembly == "in_progress" or part.status in ASSEMBLED_THERE
            if under_way and self._count_units(part.lines) == self._count_units(package.lines):
                return number
        return None

    def _count_units(self, lines):
        units = Counter()
        for line in lines:
            units[line.sku] += line.quantity
        return units

    def _get_new_numbers(self, order, posting):
        """The posting and the parts that it was split into, without parts that were known before."""
        known = set(order.parcel_ids.mapped("number"))
        related = getattr(posting, "related_numbers", ())
        return [order.number, *(number for number in related if number not in known)]

    # --- records ------------------------------------------------------------------------------------------------
    def _record_parcels(self, order, packages, numbers):
        """One parcel per number; the n-th number is the n-th package, as the marketplace answers them."""
        known = {parcel.number: parcel for parcel in order.parcel_ids}
        children = {child.number: child for child in order.child_ids}
        for position, number in enumerate(dict.fromkeys(numbers)):
            package = packages[position] if position < len(packages) else {}
            child = children.get(number, order.browse())
            vals = {
                "sequence": position + 1,
                "package_id": package.get("package_id") or False,
                "picking_id": package.get("picking_id") or self._get_deliveries(order)[:1].id,
                "posting_id": order.id if number == order.number else child.id,
            }
            if number in known:
                known[number].write({name: value for name, value in vals.items() if value})
            else:
                self.env["marketplace.parcel"].create({"order_id": order.id, "number": number, **vals})
            self._expect(child)

    def _get_box_codes(self, posting, payload):
        """Codes of a posting's boxes where it stays one posting, one for each of our packages; else empty."""
        codes = list(getattr(posting, "box_codes", ()))
        return codes if len(codes) == len(payload["packages"]) else []

    def _record_boxes(self, order, packages, codes):
        """The boxes of a posting that stays one posting: the n-th code is the n-th package."""
        order.parcel_ids.filtered(lambda parcel: parcel.number not in codes).unlink()
        known = {parcel.number: parcel for parcel in order.parcel_ids}
        for position, (package, code) in enumerate(zip(packages, codes, strict=True), 1):
            vals = {
                "sequence": position,
                "package_id": package["package_id"],
                "picking_id": package["picking_id"],
                "posting_id": order.id,
            }
            if code in known:
                known[code].write(vals)
            else:
                self.env["marketplace.parcel"].create({"order_id": order.id, "number": code, **vals})
        order.cargo_places = len(codes)

    @api.model
    def _adopt_parcel(self, root, child):
        """A part that came by itself (a poll, a split in the cabinet) finds its parcel, or becomes one."""
        parcel = root.parcel_ids.filtered(lambda item: item.number == child.number)
        if parcel:
            parcel.posting_id = child
        else:
            self.env["marketplace.parcel"].create(
                {
                    "order_id": root.id,
                    "number": child.number,
                    "posting_id": child.id,
                    "sequence": len(root.parcel_ids) + 1,
                    # A part that was split off before assembling is in no box yet.
                    "picking_id": child.status != status.TO_ASSEMBLE and self._get_deliveries(root)[:1].id,
                }
            )
        if child.status in ASSEMBLED_THERE:
            child.write({"ship_state": "shipped", "shipped_at": fields.Datetime.now()})
            if child.status == status.ASSEMBLED and root.account_id.auto_label and child.label_state == "none":
                self.env["marketplace.label"]._request(child)
        elif parcel:
            self._expect(child)

    @api.model
    def _note_failed(self, order):
        text = self.env._("The marketplace could not assemble the posting: try again.")
        order.write({"ship_state": "failed", "ship_problem": text})
        self.env["marketplace.notifier"]._tell("ship_failed", order, {order.id: text})

    def _expect(self, child):
        """A part that left with our parcels is watched until it is assembled, as the posting itself is."""
        for part in child.filtered(lambda item: item.ship_state == "none"):
            if part.assembly == "failed":
                self._note_failed(part)
                continue
            part.ship_state = "sent"
            self.env["marketplace.job"]._enqueue(
                "ship_watch", part.account_id, part, priority=2, eta=self._in(WATCH_SECONDS)
            )
