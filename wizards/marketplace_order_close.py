from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status


class MarketplaceOrderClose(models.TransientModel):
    """What the courier has handed over, and what not and why (MMK2)."""

    _name = "marketplace.order.close"
    _description = "Hand-over Result"

    order_id = fields.Many2one("marketplace.order", "Posting", required=True, readonly=True, ondelete="cascade")
    account_id = fields.Many2one(related="order_id.account_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    to_collect = fields.Monetary(related="order_id.to_collect")
    closed_at = fields.Datetime("Handed Over On", required=True, default=fields.Datetime.now)
    line_ids = fields.One2many("marketplace.order.close.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["marketplace.order"].browse(values.get("order_id"))
        values["line_ids"] = [
            Command.create({"line_id": line.id, "handed_over": line.there_quantity})
            for line in order._get_goods()
            if line.there_quantity
        ]
        return values

    def action_send(self):
        self.ensure_one()
        order = self.order_id
        if order.status not in (status.ASSEMBLED, status.HANDED_OVER, status.DELIVERING):
            raise UserError(self.env._("Only a posting that is packed and not closed yet has a hand-over to tell."))
        order._require_operation("close")
        payload = {
            "refused": [line._prepare_refused() for line in self.line_ids if line._check_refused()],
            "closed_at": fields.Datetime.to_string(self.closed_at),
        }
        self.env["marketplace.job"]._enqueue("close", order.account_id, order, payload, priority=1)
        return order._notify(self.env._("The marketplace is being told."))


class MarketplaceOrderCloseLine(models.TransientModel):
    _name = "marketplace.order.close.line"
    _description = "Hand-over Result of a Position"

    wizard_id = fields.Many2one("marketplace.order.close", required=True, index=True, ondelete="cascade")
    account_id = fields.Many2one(related="wizard_id.account_id")
    line_id = fields.Many2one("marketplace.order.line", "Position", required=True, ondelete="cascade")
    name = fields.Char(related="line_id.name", string="Product There")
    available = fields.Integer("In the Posting", related="line_id.there_quantity")
    handed_over = fields.Integer()
    not_handed_over = fields.Integer(compute="_compute_not_handed_over")
    reason_id = fields.Many2one(
        "marketplace.cancel.reason",
        "Why Not",
        domain="[('account_id', '=', account_id), ('use', '=', 'not_handed_over')]",
    )
    comment = fields.Char()

    @api.depends("available", "handed_over")
    def _compute_not_handed_over(self):
        for line in self:
            line.not_handed_over = line.available - line.handed_over

    def _check_refused(self):
        """Whether some units were not handed over; they need a reason."""
        self.ensure_one()
        if not 0 <= self.handed_over <= self.available:
            raise UserError(self.env._("The posting has only %s units of it.", self.available))
        if self.not_handed_over and not self.reason_id:
            raise UserError(self.env._("Say why %s was not handed over.", self.name or self.line_id.article))
        return bool(self.not_handed_over)

    def _prepare_refused(self):
        return {
            "line_id": self.line_id.id,
            "numbers": self.line_id._get_numbers()[-self.not_handed_over :],
            "reason_id": self.reason_id.external_id,
            "reason": self.reason_id.name,
            "comment": self.comment or "",
        }
