from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceStockLocation(models.Model):
    """A location of Odoo whose goods a warehouse of the cabinet shows, and how much of them."""

    _name = "marketplace.stock.location"
    _description = "Marketplace Stock Location"
    _inherit = ["marketplace.stock.base"]
    _order = "warehouse_id, sequence, id"
    _check_company_auto = True

    warehouse_id = fields.Many2one("marketplace.warehouse", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    location_id = fields.Many2one(
        "stock.location",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('usage', '=', 'internal'), ('company_id', 'in', (company_id, False))]",
        help="Its sublocations count, too.",
    )
    share = fields.Float("Share (%)", default=100, digits=(5, 2), help="So much of what lies there is shown.")

    _location_uniq = models.Constraint("UNIQUE(warehouse_id, location_id)", "This location is counted already.")
    _share_range = models.Constraint("CHECK(share >= 0 AND share <= 100)", "A share is between 0 and 100 %.")

    # === CONSTRAINT METHODS === #
    @api.constrains("location_id")
    def _check_location(self):
        """The marketplace's own warehouse holds goods that cannot be packed here (STK5)."""
        fbo = self.env["marketplace.account"]._get_all_fbo_locations()
        for line in self:
            path = line.location_id.parent_path
            if line.location_id.usage != "internal":
                raise ValidationError(
                    self.env._(
                        "%s holds no goods of yours: choose an internal location.", line.location_id.display_name
                    )
                )
            if any(path.startswith(place.parent_path) for place in fbo):
                raise ValidationError(
                    self.env._(
                        "%s holds goods in a marketplace's own warehouse: nobody here can pack them.",
                        line.location_id.display_name,
                    )
                )
            for other in line.warehouse_id.stock_location_ids - line:
                if path.startswith(other.location_id.parent_path) or other.location_id.parent_path.startswith(path):
                    raise ValidationError(
                        self.env._(
                            "%(inner)s and %(outer)s lie in one another: the goods would be counted twice.",
                            inner=line.location_id.display_name,
                            outer=other.location_id.display_name,
                        )
                    )

    # === BUSINESS METHODS === #
    def _get_stock_accounts(self):
        return self.warehouse_id.account_id
