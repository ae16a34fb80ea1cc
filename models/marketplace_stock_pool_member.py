from odoo import fields, models


class MarketplaceStockPoolMember(models.Model):
    """A warehouse of a cabinet that takes part in sharing out stock."""

    _name = "marketplace.stock.pool.member"
    _description = "Marketplace Stock Sharing Member"
    _inherit = ["marketplace.stock.base"]
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

    def _get_stock_accounts(self):
        return self.warehouse_id.account_id
