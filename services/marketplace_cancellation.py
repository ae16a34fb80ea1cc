from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import OF_LIVE_POSTINGS
from ..marketplaces.base import status

#: The marketplace has the goods.
HANDED_OVER = (status.HANDED_OVER, status.DELIVERING, status.DELIVERED, status.NOT_ACCEPTED, status.DISPUTE)


class MarketplaceCancellation(models.AbstractModel):
    """A posting was cancelled on the marketplace: undo in Odoo what can be undone, hold what must come back (CAN2).

    Where the goods are decides, unless the account's policy says otherwise. What was validated is never undone by
    guessing: its goods come back by a return that somebody confirms, or, for FBO, by one of Odoo's own making.
    """

    _name = "marketplace.cancellation"
    _description = "Marketplace Cancellation"

    # --- a cancellation arrives ---------------------------------------------------------------------------------
    @api.model
    def _on_cancelled(self, order, before=False):
        """Called for each observation of a cancelled posting; the second one finds nothing to do.

        :param before: unified status before it
        """
        if not order.sale_order_id:
            if order.state != "cancelled":
                order.write({"state": "cancelled", "problem": False, "problem_kind": False})
            return
        if order.cancel_state:
            return
        self._stop(order)
        order.write({"cancelled_at": fields.Datetime.now(), "goods_state": self._locate(order, before)})
        if self._is_left_to_people(order):
            self._hold(order, self.env._("Cancelled on the marketplace; the account's table leaves the order to you."))
        elif order.state == "child" or self._get_live_parts(order):
            self._cancel_part(order)
        elif order.sale_order_id.state == "cancel":
            self._settle(order)
        elif self._may_undo(order):
            self._undo(order)
        else:
            self._hold(order)

    def _is_left_to_people(self, order):
        """The table says *Nothing*: it is only kept from being packed."""
        row = order.account_id._get_status_action(order.scheme, status.CANCELLED)
        return order.sale_order_id.state != "cancel" and row.action != "cancel"

    def _stop(self, order):
        """Nothing is sent, waited for or wrong with it any more. A label that is there stays until the box is open."""
        self.env["marketplace.job"]._cancel_waiting(order, OF_LIVE_POSTINGS)
        order.write(
            {
                "ship_state": "shipped" if order.ship_state == "shipped" else "none",
                "ship_problem": False,
                "label_state": "ready" if order.label_id else "none",
                "label_problem": False,
                "delivery_target": False,
                "delivery_problem": False,
            }
        )

    def _get_live_parts(self, order):
        """Other parts of the same sale order that still have to be delivered."""
        root = order._get_root()
        return (root | root.child_ids).filtered(
            lambda part: part != order and part.status not in (status.CANCELLED, status.SPLIT)
        )

    @api.model
    def _locate(self, order, before=False):
        """Where the goods are, a word of ``GOODS_STATES``."""
        pickings = self._get_pickings(order)
        done = pickings.filtered(lambda picking: picking.state == "done")
        if done:
            seen = {before, order.status}
            # What the marketplace had received before it was cancelled, and what stands in a hand-over of today.
            handed = seen & set(HANDED_OVER) or order.handover_id.state == "ready" or order.scheme == status.FBO
            return "out" if handed else "packed"
        packing = any(picking.printed or any(move.picked for move in picking.move_ids) for picking in pickings)
        return "packed" if packing else "none"

    def _get_pickings(self, order):
        """The deliveries that hold the goods of this posting (of a part: the one that its parcel left with)."""
        pickings = self.env["marketplace.shipment"]._get_deliveries(order)
        if order.state != "child":
            return pickings
        parcel = order._get_root().parcel_ids.filtered(lambda item: item.posting_id == order)
        return parcel.picking_id & pickings or pickings

    def _may_undo(self, order):
        policy = order.account_id._get_cancel_policy(order.scheme)
        if policy == "always" or order.goods_state == "none":
            return True
        if policy == "age":
            since = order.ordered_at or order.create_date
            return since >= fields.Datetime.now() - timedelta(hours=order.account_id.cancel_hours)
        return self._goes_to_fbo(order)

    def _goes_to_fbo(self, order):
        """Goods that the marketplace keeps: its own, and by option those that it had received already."""
        if order.scheme == status.FBO:
            return order.goods_state == "out"
        return order.goods_state == "out" and order.has_fbo and order.account_id.cancel_to_fbo

    # --- undoing ------------------------------------------------------------------------------------------------
    def _undo(self, order):
        """Cancel the sale order; goods that are out are held for their return, or go to the FBO location."""
        if self._goes_to_fbo(order):
            self._take_back_one(order, to_fbo=True)
            return
        obstacle = self._get_obstacle(order)
        if obstacle:
            self._hold(order, obstacle)
            return
        validated = any(picking.state == "done" for picking in self._get_pickings(order))
        self._cancel_sale(order)
        if validated:
            self._hold(order)
        else:
            self._settle(order)

    def _get_obstacle(self, order):
        """Why the sale order cannot be cancelled now, in words; False when it can."""
        posted = order.sale_order_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.payment_state != "reversed"
        )
        if posted:
            return self.env._(
                "Cancelled on the marketplace, but invoice %s is posted: make a credit note for it, then press "
                "«Goods are back».",
                ", ".join(posted.mapped("name")),
            )
        return False

    def _cancel_sale(self, order):
        """The order, its reservations and deliveries, its draft invoices, its boxes and its label."""
        sale = order.sale_order_id
        if sale.state == "cancel":
            return
        if sale.locked:
            sale.action_unlock()
        packages = self._get_pickings(order).filtered(lambda p: p.state != "done").move_line_ids.result_package_id
        sale.with_context(disable_cancel_warning=True)._action_cancel()
        self._drop_boxes(order, packages)
        self._drop_label(order)
        sale.message_post(body=self.env._("Cancelled on the marketplace: %s", order.cancel_reason or "–"))

    def _drop_boxes(self, order, packages):
        """Boxes that were made for this posting and hold nothing any more."""
        empty = packages.exists().filtered(lambda package: not package.quant_ids)
        order.parcel_ids.filtered(lambda parcel: parcel.package_id in empty).package_id = False
        used = self.env["stock.move.line"].search(
            [("result_package_id", "in", empty.ids), ("state", "not in", ("cancel", "draft"))]
        )
        (empty - used.result_package_id).unlink()

    def _drop_label(self, order):
        """A label that lies on a delivery would be printed."""
        if order.label_id:
            order.label_id.unlink()
        order.write({"label_id": False, "label_state": "none", "label_problem": False})

    def _hold(self, order, text=False):
        text = text or self.env._(
            "Cancelled on the marketplace, but its goods are packed or handed over: take them back first."
        )
        order.write({"cancel_state": "hold", "problem_kind": "cancel", "problem": text})
        order.message_post(body=text)

    def _settle(self, order, freed=False):
        """Nothing is left to do. ``freed``: the marking codes came back with the goods."""
        self._drop_label(order)
        order.write(
            {
                "cancel_state": "done",
                "problem_kind": False,
                "problem": False,
                # Goods that had left were assembled; all others have not been told of.
                "ship_state": order.ship_state if order.goods_state in ("back", "fbo") else "none",
            }
        )
        if not freed:
            self.env["marketplace.exemplar"]._release(order, self._get_part_quantities(order))

    # --- parts --------------------------------------------------------------------------------------------------
    def _cancel_part(self, order):
        """One of several postings of a sale order: its goods leave the delivery, or have to come back."""
        units = self._get_part_quantities(order) or {}
        if order.goods_state == "none" and not any(picking.state == "done" for picking in self._get_pickings(order)):
            obstacle = self._is_last(order) and self._get_obstacle(order)
            if obstacle:
                self._hold(order, obstacle)
                return
            self.env["marketplace.order.units"]._reduce_sale(order, units)
            self._settle(order)
            if self._is_last(order):
                self._cancel_sale(order)
        else:
            self._hold(order)

    def _is_last(self, order):
        """All parts are cancelled now, whichever was the last, and no goods have to come back."""
        root = order._get_root()
        held = (root | root.child_ids).filtered(lambda part: part.cancel_state == "hold")
        return not held and not self._get_live_parts(order)

    def _get_part_quantities(self, order):
        """{sale line: units} of one of several postings; None for a posting that is the whole order."""
        return self.env["marketplace.goods.return"]._get_own_quantities(order)

    # --- goods come back ----------------------------------------------------------------------------------------
    @api.model
    def _take_back(self, orders, to_fbo=False):
        """The goods of held postings are back (or stay there). Returns (settled postings, [problems])."""
        settled, problems = self.env["marketplace.order"], []
        orders.check_access("write")
        # Whoever packs may take back; the sale order belongs to the sales people.
        for order in orders.sudo():
            try:
                with self.env.cr.savepoint():
                    self._take_back_one(order, to_fbo=to_fbo)
            except UserError as exc:
                problems.append(f"{order.number}: {exc}")
                continue
            if order.cancel_state == "done":
                settled |= order
            else:
                problems.append(f"{order.number}: {order.problem}")
        return orders & settled.with_env(orders.env), problems

    def _take_back_one(self, order, to_fbo=False):
        location = order.account_id._get_fbo_location() if to_fbo else None
        returns = self.env["marketplace.goods.return"]._receive(order, location=location)
        order.goods_state = "fbo" if to_fbo else "back"
        if returns:
            names = ", ".join(returns.mapped("name"))
            order.message_post(body=self.env._("The goods are back: %s", names))
            self.env["marketplace.return"]._on_goods_back(order, returns)
        if self._get_live_parts(order):
            self._settle(order, freed=bool(returns))
            return
        obstacle = self._get_obstacle(order)
        if obstacle:
            order.write({"cancel_state": "hold", "problem_kind": "cancel", "problem": obstacle})
            return
        self._cancel_sale(order)
        self._settle(order, freed=bool(returns))

    # --- packers who were quicker -------------------------------------------------------------------------------
    @api.model
    def _on_validated(self, order):
        """A delivery was validated although the posting had been cancelled."""
        order.write(
            {
                "cancel_state": "hold",
                "goods_state": "packed",
                "problem_kind": "cancel",
                "problem": self.env._("Validated although the marketplace had cancelled it: take the goods back."),
            }
        )
