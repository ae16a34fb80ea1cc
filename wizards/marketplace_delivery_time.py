from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status


class MarketplaceDeliveryTime(models.TransientModel):
    """The seller who delivers himself agrees with the buyer on another time."""

    _name = "marketplace.delivery.time"
    _description = "Change the Delivery Time"

    order_id = fields.Many2one("marketplace.order", "Posting", required=True, readonly=True, ondelete="cascade")
    since = fields.Datetime("Deliver From")
    until = fields.Datetime("Deliver Until")
    can_set_ship_by = fields.Boolean(compute="_compute_can_set_ship_by")
    ship_by = fields.Datetime(help="Only earlier than, or at, the time that the marketplace recommends.")

    @api.depends("order_id")
    def _compute_can_set_ship_by(self):
        for wizard in self:
            wizard.can_set_ship_by = wizard.order_id.account_id._can("ship_by_set")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["marketplace.order"].browse(values.get("order_id") or self.env.context.get("default_order_id"))
        return {**values, "since": order.delivery_from, "until": order.delivery_to}

    def action_send(self):
        self.ensure_one()
        order, payload = self.order_id, {}
        if order.scheme != status.RFBS:
            raise UserError(self.env._("Only postings that you deliver yourself have a time that you can change."))
        if (self.since, self.until) != (order.delivery_from, order.delivery_to):
            if not self.since or not self.until or self.until <= self.since:
                raise UserError(self.env._("Enter from when until when it is delivered."))
            payload.update(since=fields.Datetime.to_string(self.since), until=fields.Datetime.to_string(self.until))
            order._require_operation("delivery_window_set")
        if self.ship_by:
            payload["ship_by"] = fields.Datetime.to_string(self.ship_by)
            order._require_operation("ship_by_set")
        if not payload:
            raise UserError(self.env._("Nothing was changed."))
        # The one time may be changed while the other still waits to be told.
        self.env["marketplace.job"]._enqueue(
            "delivery_time", order.account_id, order, payload, priority=1, unique=False
        )
        return order._notify(self.env._("The marketplace is being told."))
