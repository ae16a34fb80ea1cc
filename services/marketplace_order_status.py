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
    """What a change of a posting on the marketplace does in Odoo.

    Here stands what must follow at once; what the account's table asks for is left to ``marketplace.status.applier``.
    """

    _name = "marketplace.order.status"
    _description = "Marketplace Order Status"

    @api.model
    def _on_update(self, order, before):
        """Called after each stored change of a posting.

        :param before: {field: value} of what a change may have replaced (status, ship_by, barcode_upper, scan_code)
        """
        if order.status == status.CANCELLED:
            self.env["marketplace.cancellation"]._on_cancelled(order, before["status"])
        elif before["status"] == status.CANCELLED:
            self._revive(order)
        elif order.status in ASSEMBLED_THERE:
            self._note_assembled(order)
        elif order.assembly == "failed" and order.ship_state == "sent":
            self.env["marketplace.shipment"]._note_failed(order)
        self._follow(order, before)
        self.env["marketplace.delivery.reporter"]._on_update(order)
        if order.sale_order_id:
            if order.status != before["status"]:
                self.env["marketplace.status.applier"]._plan(order)
        else:
            self._reconsider(order, before["status"])

    def _note_assembled(self, order):
        """Assembled by us or in the cabinet: nothing is left to send, labels can be had."""
        if order.ship_state == "shipped":
            return
        ours = order.ship_state in ("sending", "sent")
        order.write({"ship_state": "shipped", "ship_problem": False, "shipped_at": order.observed_at})
        self.env["marketplace.job"]._cancel_waiting(order, ("ship_watch",) if ours else ("ship", "ship_watch"))
        if ours and order.account_id.auto_label and order.label_state == "none":
            self.env["marketplace.label"]._request(order)

    def _revive(self, order):
        """It was cancelled and is alive again there; what was undone here is not done again by guessing."""
        if not order.sale_order_id:
            order._requeue()
            return
        if order.status in ASSEMBLED_THERE:
            self._note_assembled(order)
        order.write({"cancel_state": False, "goods_state": False, "cancelled_at": False})
        if order.sale_order_id.state == "cancel":
            text = self.env._(
                "The marketplace had cancelled this posting and has taken that back (%s): set its order to quotation "
                "and confirm it again, or cancel the posting there.",
                order.raw_status,
            )
            order.write({"problem_kind": "status", "problem": text})
            order._tell_person(text)
        else:
            order.write({"problem_kind": False, "problem": False})

    def _follow(self, order, before):
        """Dates and barcodes that were changed in the cabinet."""
        sale = order.sale_order_id
        if sale and order.ship_by != before["ship_by"] and order.state != "child" and sale.state != "cancel":
            sale.commitment_date = order.ship_by
        codes = {name: before[name] for name in ("barcode_upper", "scan_code") if before[name]}
        if order.label_state == "ready" and any(order[name] != code for name, code in codes.items()):
            order.message_post(body=self.env._("The barcode was changed in the cabinet: a new label is fetched."))
            self.env["marketplace.label"]._request(order)

    def _reconsider(self, order, before):
        """News of a posting that is no order yet: what kept it from becoming one may be gone."""
        if before in self.env["marketplace.order.poller"]._wanted_statuses(order.account_id, order.scheme):
            order.wanted = True
        if order.state in ("mapping", "problem") or (order.state == "ignored" and before != order.status):
            order._requeue()
