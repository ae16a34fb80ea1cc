from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceStockPool(models.Model):
    """An agreement between warehouses of several cabinets that sell the same goods: who shows how much of them."""

    _name = "marketplace.stock.pool"
    _description = "Marketplace Stock Sharing"
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

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create(vals_list)
        pools.member_ids.warehouse_id.account_id._recompute_stock()
        return pools

    def write(self, vals):
        accounts = self.member_ids.warehouse_id.account_id
        result = super().write(vals)
        (accounts | self.member_ids.warehouse_id.account_id)._recompute_stock()
        return result

    def unlink(self):
        accounts = self.member_ids.warehouse_id.account_id
        result = super().unlink()
        accounts._recompute_stock()
        return result


class MarketplaceStockPoolMember(models.Model):
    """A warehouse of a cabinet that takes part in sharing out stock."""

    _name = "marketplace.stock.pool.member"
    _description = "Marketplace Stock Sharing Member"
    _order = "pool_id, sequence, id"
    _rec_name = "warehouse_id"
    _check_company_auto = True

    pool_id = fields.Many2one("marketplace.stock.pool", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="pool_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10, help="When pieces are few, floors are filled from the top.")
    warehouse_id = fields.Many2one(
        "marketplace.warehouse", "Warehouse There", required=True, index=True, check_company=True, ondelete="cascade"
    )
    share = fields.Float("Parts", default=50, digits=(5, 2), help="Of what is left when all floors are filled.")
    floor = fields.Integer("At Least", aggregator=None, help="Pieces that this warehouse shows first.")

    _warehouse_uniq = models.Constraint("UNIQUE(warehouse_id)", "This warehouse shares its stock already.")
    _numbers = models.Constraint("CHECK(share >= 0 AND floor >= 0)", "Parts and pieces cannot be negative.")
