from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    marketplace_offer_ids = fields.One2many("marketplace.offer", "product_id", "Marketplace Offers")
    marketplace_offer_count = fields.Integer(compute="_compute_marketplace_offer_count")

    def _compute_marketplace_offer_count(self):
        counts = dict(
            self.env["marketplace.offer"]._read_group([("product_id", "in", self.ids)], ["product_id"], ["__count"])
        )
        for product in self:
            product.marketplace_offer_count = counts.get(product._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["marketplace.stock.change"]._mark(self)
        if "standard_price" in vals:
            self.env["marketplace.account"]._mark_prices()
        if vals.get("active"):
            # Postings that waited because their product was archived go on.
            self.sudo().marketplace_offer_ids._replay_waiting_orders()
        return result

    def action_why_stock(self):
        return self.env["marketplace.stock"]._get_action([("product_id", "in", self.ids)])

    def action_view_marketplace_offers(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_offer")
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {}
        return action
