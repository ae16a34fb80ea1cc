from odoo import api, fields, models


class MarketplaceOrderLine(models.Model):
    """A line of a posting as the marketplace says it."""

    _name = "marketplace.order.line"
    _description = "Marketplace Posting Line"
    _order = "order_id, sequence, id"

    order_id = fields.Many2one("marketplace.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    sequence = fields.Integer(default=10)
    sku = fields.Char("SKU")
    article = fields.Char()
    name = fields.Char("Name There")
    quantity = fields.Integer()
    price = fields.Monetary(help="Per unit, seller's discounts taken off, VAT included.")
    list_price = fields.Monetary("Price Before Discount")
    buyer_price = fields.Monetary("Buyer Pays", help="Per unit. The marketplace pays the difference to the price.")
    subtotal = fields.Monetary(compute="_compute_subtotal")
    requirements = fields.Char(help="What must be recorded before shipping, by the marketplace's rules.")
    offer_id = fields.Many2one("marketplace.offer", index="btree_not_null", ondelete="restrict")
    product_id = fields.Many2one(related="offer_id.product_id", string="Product")
    sale_line_id = fields.Many2one("sale.order.line", index="btree_not_null", ondelete="set null", copy=False)

    @api.depends("price", "quantity")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.price * line.quantity
