from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceStockPool(models.Model):
    """An agreement between warehouses of several cabinets that sell the same goods: who shows how much of them."""

    _name = "marketplace.stock.pool"
    _description = "Marketplace Stock Sharing"
    _inherit = ["marketplace.stock.base"]
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Shared Stock"))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    member_ids = fields.One2many("marketplace.stock.pool.member", "pool_id", "Warehouses")

    # === CONSTRAINT METHODS === #
    @api.constrains("member_ids", "active")
    def _check_members(self):
        for pool in self.filtered("active"):
            members = pool.member_ids
            if not any(member.share or member.floor for member in members):
                raise ValidationError(
                    self.env._("With these shares nothing would be shown anywhere: give somebody a share.")
                )
            places = {
                frozenset((line.location_id.id, line.share) for line in member.warehouse_id.stock_location_ids)
                for member in members
            }
            if len(places) > 1:
                raise ValidationError(
                    self.env._("Only warehouses that count the same locations by the same shares have a common stock.")
                )

    # === BUSINESS METHODS === #
    def _get_stock_accounts(self):
        return self.member_ids._get_stock_accounts()
