from odoo import api, models

from ..marketplaces.base import status

#: What the marketplace has assembled, in whatever way.
ASSEMBLED_THERE = (
    status.ASSEMBLED,
    status.HANDED_OVER,
    status.DELIVERING,
    status.DELIVERED,
    status.NOT_ACCEPTED,
    status.DISPUTE,
)


class MarketplaceOrderStatus(models.AbstractModel):
    """What a change of status on the marketplace does in Odoo."""

    _name = "marketplace.order.status"
    _description = "Marketplace Order Status"

    @api.model
    def _on_update(self, order, before):
        """Called after each stored change of a posting.

        :param before: unified status before the change
        """
        if order.status == status.CANCELLED:
            self._cancel(order)
        elif order.status in ASSEMBLED_THERE:
            self._note_assembled(order)
        elif order.assembly == "failed" and order.ship_state == "sent":
            self.env["marketplace.shipment"]._note_failed(order)
        if not order.sale_order_id:
            self._reconsider(order, before)

    def _cancel(self, order):
        """Cancelled there. Where the goods are decides: not picked → the order is cancelled; else a person looks."""
        sale = order.sale_order_id
        if not sale:
            if order.state != "cancelled":
                order.write({"state": "cancelled", "problem": False, "problem_kind": False})
            return
        if order.parent_id or sale.state == "cancel" or order.problem_kind == "cancel":
            return
        if self._are_goods_out(order):
            order.write(
                {
                    "problem_kind": "cancel",
                    "problem": self.env._(
                        "Cancelled on the marketplace, but its goods are packed or handed over: take them back first."
                    ),
                    # What waited to be sent is of no use any more.
                    "ship_state": "none" if order.ship_state == "sending" else order.ship_state,
                }
            )
            self.env["marketplace.job"]._cancel_waiting(order, ("ship", "label"))
            order.message_post(body=order.problem)
            return
        if sale.locked:
            sale.action_unlock()
        sale.with_context(disable_cancel_warning=True)._action_cancel()
        order.write({"ship_state": "none"})
        self.env["marketplace.job"]._cancel_waiting(order, ("ship", "label"))
        sale.message_post(body=self.env._("Cancelled on the marketplace: %s", order.cancel_reason or "–"))

    @api.model
    def _are_goods_out(self, order):
        """Whether a delivery of the order was validated, or somebody has begun to pack it."""
        pickings = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return any(
            picking.state == "done" or any(move.picked for move in picking.move_ids) or picking.printed
            for picking in pickings
        )

    def _note_assembled(self, order):
        """Assembled by us or in the cabinet: nothing is left to send, labels can be had."""
        if order.ship_state == "shipped":
            return
        ours = order.ship_state in ("sending", "sent")
        order.write({"ship_state": "shipped", "ship_problem": False, "shipped_at": order.observed_at})
        self.env["marketplace.job"]._cancel_waiting(order, ("ship_watch",) if ours else ("ship", "ship_watch"))
        if ours and order.account_id.auto_label and order.label_state == "none":
            self.env["marketplace.label"]._request(order)

    def _reconsider(self, order, before):
        """News of a posting that is no order yet: what kept it from becoming one may be gone."""
        if before in self.env["marketplace.order.poller"]._wanted_statuses(order.account_id):
            order.wanted = True
        if order.state in ("mapping", "problem") or (order.state == "ignored" and before != order.status):
            order._requeue()
