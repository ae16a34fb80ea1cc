from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status


class MarketplaceReturnRegister(models.TransientModel):
    """A buyer has sent goods back, and the marketplace has no list that tells of it (CAN5)."""

    _name = "marketplace.return.register"
    _description = "Register a Return"

    order_id = fields.Many2one("marketplace.order", "Posting", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="order_id.currency_id")
    reason = fields.Char()
    line_ids = fields.One2many("marketplace.return.register.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["marketplace.order"].browse(values.get("order_id"))
        values["line_ids"] = [
            Command.create({"line_id": line.id, "price": line.buyer_price})
            for line in order._get_goods()
            if self._count_returnable(line)
        ]
        return values

    @api.model
    def _count_returnable(self, line):
        """Delivered units that no return speaks of yet."""
        if line.unit_numbers:
            return len(self._get_returnable_numbers(line))
        return line.there_quantity - sum(self._get_returns(line).mapped("quantity"))

    @api.model
    def _get_returnable_numbers(self, line):
        """The marketplace's numbers of them, where it tells units apart: two lines may have the same SKU."""
        known = {number for item in self._get_returns(line) for number in (item.unit_numbers or "").split(",")}
        return [number for number in line._get_numbers() if number not in known]

    @api.model
    def _get_returns(self, line):
        return line.order_id.return_ids.filtered(
            lambda item: item.kind == "client" and item.sku == line.sku and item.state != "ignored"
        )

    def action_register(self):
        self.ensure_one()
        self.order_id.check_access("write")
        if self.order_id.status != status.DELIVERED:
            raise UserError(self.env._("Only goods that were delivered can be sent back."))
        returns = self.env["marketplace.return"]
        for line in self.line_ids.filtered("quantity"):
            returns |= line._enter()
        if not returns:
            raise UserError(self.env._("Enter how many units have come back."))
        return returns.action_receive()


class MarketplaceReturnRegisterLine(models.TransientModel):
    _name = "marketplace.return.register.line"
    _description = "Position of a Return"

    wizard_id = fields.Many2one("marketplace.return.register", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    line_id = fields.Many2one("marketplace.order.line", "Position", required=True, ondelete="cascade")
    name = fields.Char(related="line_id.name", string="Product There")
    available = fields.Integer("Delivered", compute="_compute_available")
    quantity = fields.Integer("Came Back")
    price = fields.Monetary("Paid Back per Unit")

    @api.depends("line_id")
    def _compute_available(self):
        for line in self:
            line.available = line.wizard_id._count_returnable(line.line_id)

    def _enter(self):
        self.ensure_one()
        if not 0 < self.quantity <= self.available:
            raise UserError(self.env._("Only %s units of it can come back.", self.available))
        numbers = self.wizard_id._get_returnable_numbers(self.line_id)[: self.quantity]
        return self.env["marketplace.return"]._enter(
            self.line_id,
            numbers,
            kind="client",
            stage=status.RETURN_READY,
            reason=self.wizard_id.reason or "",
            quantity=self.quantity,
            price=self.price,
        )
