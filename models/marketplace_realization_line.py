from odoo import api, fields, models

LINE_KINDS = [("sold", "Sold"), ("returned", "Returned")]


class MarketplaceRealizationLine(models.Model):
    """What a row of the report says was sold, or came back: amounts and units of what came back are negative, so that
    sums are what is left."""

    _name = "marketplace.realization.line"
    _description = "Marketplace Realization Report Line"
    _order = "realization_id, row_number, kind desc, id"

    realization_id = fields.Many2one("marketplace.realization", required=True, index=True, ondelete="cascade")
    account_id = fields.Many2one(related="realization_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="realization_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="realization_id.currency_id")
    date_to = fields.Date(related="realization_id.date_to", string="Report", store=True)
    row_number = fields.Integer("No.", readonly=True, aggregator=None)
    kind = fields.Selection(LINE_KINDS, required=True, readonly=True)
    number = fields.Char("Posting Number", readonly=True, index="btree_not_null")
    order_id = fields.Many2one(
        "marketplace.order", "Posting", compute="_compute_order_id", store=True, index="btree_not_null"
    )
    sale_order_id = fields.Many2one(related="order_id.sale_order_id", store=True, index="btree_not_null")
    sku = fields.Char("SKU", readonly=True)
    article = fields.Char(readonly=True)
    offer_id = fields.Many2one(
        "marketplace.offer", compute="_compute_offer_id", store=True, index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one(related="offer_id.product_id", string="Product", store=True, index="btree_not_null")
    name = fields.Char("Name There", readonly=True)
    barcode = fields.Char(readonly=True)
    seller_price = fields.Monetary("Seller's Price", readonly=True, aggregator=None, help="Per unit, VAT included.")
    ratio = fields.Float(
        "Commission Rate", readonly=True, digits=(6, 4), aggregator=None, help="The marketplace's share of the price."
    )
    quantity = fields.Integer(readonly=True)
    price = fields.Monetary("Buyer's Price", readonly=True, aggregator=None, help="Per unit, VAT included.")
    amount = fields.Monetary("Paid by Buyers", readonly=True)
    bonus = fields.Monetary("Paid by the Marketplace", readonly=True, help="Points for discounts.")
    coinvestment = fields.Monetary("Paid by Partners", readonly=True)
    gross = fields.Monetary(readonly=True, help="What the goods are worth: paid by buyers, marketplace and partners.")
    fee = fields.Monetary("Commission", readonly=True)
    total = fields.Monetary("Due to Us", readonly=True, help="Gross less commission.")

    # Postings and listings may come after the report: it links itself anew whenever it is compared or posted.
    @api.depends("number", "realization_id.account_id")
    def _compute_order_id(self):
        for account, lines in self.grouped("account_id").items():
            domain = [("account_id", "=", account.id), ("number", "in", lines.filtered("number").mapped("number"))]
            orders = {order.number: order for order in self.env["marketplace.order"].sudo().search(domain)}
            for line in lines:
                line.order_id = orders.get(line.number)

    @api.depends("sku", "article", "realization_id.account_id")
    def _compute_offer_id(self):
        for account, lines in self.grouped("account_id").items():
            domain = [("account_id", "=", account.id), ("sku", "in", lines.filtered("sku").mapped("sku"))]
            by_sku = {offer.sku: offer for offer in self.env["marketplace.offer"].sudo().search(domain)}
            domain[1] = ("article", "in", lines.filtered("article").mapped("article"))
            by_article = {offer.article: offer for offer in self.env["marketplace.offer"].sudo().search(domain)}
            for line in lines:
                line.offer_id = by_sku.get(line.sku) or by_article.get(line.article)

    @api.depends("row_number", "number", "article", "sku")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._get_label()

    def _link(self):
        """Look again for postings and listings that were not there."""
        unlinked = self.filtered(lambda line: (line.number and not line.order_id) or not line.offer_id)
        unlinked.sudo()._compute_order_id()
        unlinked.sudo()._compute_offer_id()

    def _get_label(self):
        """How a person finds the row in the report."""
        self.ensure_one()
        names = " ".join(name for name in (self.number, self.article or self.sku) if name)
        return self.env._("row %(row)s: %(names)s", row=self.row_number, names=names)
