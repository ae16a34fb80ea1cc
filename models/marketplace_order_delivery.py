from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status as unified

STEPS = [
    (unified.HANDED_OVER, "Handed Over"),
    (unified.DELIVERING, "Delivering"),
    (unified.LAST_MILE, "Last Mile"),
    (unified.DELIVERED, "Delivered"),
]


class MarketplaceOrder(models.Model):
    """Postings that the seller delivers himself: the buyer's data, and what the marketplace is told (SHP4)."""

    _inherit = "marketplace.order"

    buyer_email = fields.Char(readonly=True)
    buyer_street = fields.Char(readonly=True)
    buyer_city = fields.Char(readonly=True)
    buyer_region = fields.Char(readonly=True)
    buyer_zip = fields.Char(readonly=True)
    buyer_country = fields.Char(readonly=True)
    buyer_comment = fields.Char(readonly=True)
    buyer_address = fields.Char(compute="_compute_buyer_address")
    delivery_from = fields.Datetime("Promised From", readonly=True)
    delivery_to = fields.Datetime("Promised Until", readonly=True)
    deposit = fields.Monetary("Paid in Advance", readonly=True, help="What the buyer has paid to the marketplace.")
    deposit_known = fields.Boolean(readonly=True)
    to_collect = fields.Monetary(
        compute="_compute_to_collect", help="What the buyer still has to pay when the goods are handed over."
    )
    delivered_at = fields.Datetime("Delivered On", readonly=True)
    # How far the marketplace knows the delivery to be, and how far it shall know. Told one step after the other,
    # since it accepts no leap.
    delivery_step = fields.Selection(STEPS, "Delivery Told", readonly=True, copy=False)
    delivery_target = fields.Selection(STEPS, "Delivery To Tell", readonly=True, copy=False)
    delivery_problem = fields.Text(readonly=True, copy=False)
    can_hand_over = fields.Boolean(compute="_compute_can_tell")
    can_last_mile = fields.Boolean(compute="_compute_can_tell")
    can_deliver = fields.Boolean(compute="_compute_can_tell")
    can_close = fields.Boolean(compute="_compute_can_tell")
    can_register_return = fields.Boolean(compute="_compute_can_tell")

    @api.depends("buyer_street", "buyer_city", "buyer_region", "buyer_zip", "buyer_country")
    def _compute_buyer_address(self):
        for order in self:
            parts = (order.buyer_zip, order.buyer_region, order.buyer_city, order.buyer_street)
            order.buyer_address = ", ".join(dict.fromkeys(filter(None, parts)))

    @api.depends("deposit", "deposit_known", "line_ids.buyer_price", "line_ids.there_quantity", "status")
    def _compute_to_collect(self):
        for order in self:
            price = sum(line.buyer_price * line.there_quantity for line in order.line_ids)
            is_open = order.deposit_known and order.status not in unified.FINAL
            order.to_collect = max(price - order.deposit, 0.0) if is_open else 0.0

    @api.depends("scheme", "state", "status", "delivery_target", "delivery_step", "account_id.marketplace")
    def _compute_can_tell(self):
        reporter = self.env["marketplace.delivery.reporter"]
        for order in self:
            steps = reporter._get_open_steps(order)
            order.can_hand_over = bool(steps & {unified.HANDED_OVER, unified.DELIVERING})
            order.can_last_mile = unified.LAST_MILE in steps
            order.can_deliver = unified.DELIVERED in steps
            operations = order.account_id._get_info().operations if order.account_id else ()
            order.can_close = order.can_deliver and "close" in operations
            order.can_register_return = (
                order.state == "done" and order.status == unified.DELIVERED and "returns" not in operations
            )

    # === ACTION METHODS === #
    def action_courier(self):
        return self._report("courier")

    def action_last_mile(self):
        return self._report("last_mile")

    def action_delivered(self):
        return self._report("delivered")

    def action_retry_delivery(self):
        """Tell again what was refused."""
        self.check_access("write")
        refused = self.filtered("delivery_problem")
        refused._require_operation("delivery_status")
        self.env["marketplace.delivery.reporter"]._enqueue_status(refused)
        return self._notify(self.env._("The marketplace is being told."))

    def action_change_delivery_time(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivery Time"),
            "res_model": "marketplace.delivery.time",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _report(self, event):
        """A person says what happened to the parcels."""
        own = self.filtered(
            lambda order: (
                order.status not in unified.FINAL and order.account_id.sudo()._get_trigger_row(order.scheme, event)
            )
        )
        if not own:
            raise UserError(
                self.env._(
                    "Only postings that you deliver yourself are reported, and only what the marketplace wants to hear."
                )
            )
        own._require_operation("delivery_status")
        problems = self.env["marketplace.delivery.reporter"]._on_event(own, event)
        if problems:
            raise UserError("\n".join(problems))
        return self._notify(self.env._("The marketplace is being told."))
