from odoo import api, models


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        self.env["marketplace.account"]._mark_prices()
        return items

    def write(self, vals):
        result = super().write(vals)
        self.env["marketplace.account"]._mark_prices()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["marketplace.account"]._mark_prices()
        return result
