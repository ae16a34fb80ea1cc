from odoo import models

#: Fields that pricelists and the guard of prices look at; costs are the variants' own.
PRICED = {"list_price", "taxes_id", "categ_id"}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if not PRICED.isdisjoint(vals):
            self.env["marketplace.account"]._mark_prices()
        return result
