from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status as unified

STEPS = [
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
    delivered_at = fields.Datetime("Delivered On", readonly=True)
    # How far the marketplace knows the delivery to be, and how far it shall know. Told one step after the other,
    # since it accepts no leap.
    delivery_step = fields.Selection(STEPS, "Delivery Told", readonly=True, copy=False)
    delivery_target = fields.Selection(STEPS, "Delivery To Tell", readonly=True, copy=False)
    delivery_problem = fields.Text(readonly=True, copy=False)

    @api.depends("buyer_street", "buyer_city", "buyer_region", "buyer_zip", "buyer_country")
    def _compute_buyer_address(self):
        for order in self:
            parts = (order.buyer_zip, order.buyer_region, order.buyer_city, order.buyer_street)
            order.buyer_address = ", ".join(dict.fromkeys(filter(None, parts)))

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
        own = self.filtered(lambda order: order.scheme == unified.RFBS and order.status not in unified.FINAL)
        if not own:
            raise UserError(self.env._("Only postings that you deliver yourself are reported."))
        own._require_operation("delivery_status")
        problems = self.env["marketplace.delivery.reporter"]._on_event(own, event)
        if problems:
            raise UserError("\n".join(problems))
        return self._notify(self.env._("The marketplace is being told."))
