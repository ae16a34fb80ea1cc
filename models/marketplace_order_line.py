from odoo import api, fields, models

LINE_KINDS = [("goods", "Goods"), ("delivery", "Delivery")]


class MarketplaceOrderLine(models.Model):
    """A line of a posting as the marketplace says it."""

    _name = "marketplace.order.line"
    _description = "Marketplace Posting Line"
    _order = "order_id, sequence, id"

    order_id = fields.Many2one("marketplace.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        LINE_KINDS, required=True, default="goods", help="Delivery: what the buyer pays for the delivery itself."
    )
    sku = fields.Char("SKU")
    article = fields.Char()
    name = fields.Char("Name There")
    quantity = fields.Integer()
    there_quantity = fields.Integer(
        "Quantity There", readonly=True, help="Units that this posting has now: fewer after a split or a cancellation."
    )
    cancelled_quantity = fields.Integer("Cancelled Units", readonly=True, copy=False)
    unit_numbers = fields.Char(
        "Units There", readonly=True, help="The marketplace's numbers of the single units, where it tells them apart."
    )
    gone_numbers = fields.Char("Cancelled Units There", readonly=True, copy=False)
    vat_word = fields.Char("VAT There", readonly=True)
    price = fields.Monetary(help="Per unit, seller's discounts taken off, VAT included.")
    list_price = fields.Monetary("Price Before Discount")
    buyer_price = fields.Monetary("Buyer Pays", help="Per unit. The marketplace pays the difference to the price.")
    subtotal = fields.Monetary(compute="_compute_subtotal")
    requirements = fields.Char(help="What must be recorded before shipping, by the marketplace's rules.")
    offer_id = fields.Many2one("marketplace.offer", index="btree_not_null", ondelete="restrict")
    product_id = fields.Many2one("product.product", compute="_compute_product_id")
    sale_line_id = fields.Many2one("sale.order.line", index="btree_not_null", ondelete="set null", copy=False)
    exemplar_ids = fields.One2many("marketplace.exemplar", "line_id", "Units")
    country_id = fields.Many2one(
        "res.country",
        "Country of Origin",
        index="btree_not_null",
        copy=False,
        help="Where the marketplace asks for it: told for all units of the line.",
    )

    @api.depends("kind", "offer_id.product_id", "order_id.account_id.carrier_id.product_id")
    def _compute_product_id(self):
        for line in self:
            delivery = line.kind == "delivery"
            line.product_id = line.order_id.account_id.carrier_id.product_id if delivery else line.offer_id.product_id

    @api.depends("price", "quantity")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.price * line.quantity

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if not {"country_id", "requirements"}.isdisjoint(vals):
            self.exemplar_ids._refresh_state()
        return result

    # === ACTION METHODS === #
    def action_why_stock(self):
        return self.offer_id.action_why_stock()

    # === BUSINESS METHODS === #
    def _get_numbers(self):
        """The marketplace's numbers of the units that the lines still have, in their order."""
        gone = self._get_gone_numbers()
        return [number for line in self for number in _read_list(line.unit_numbers) if number not in gone]

    def _get_gone_numbers(self):
        return {number for line in self for number in _read_list(line.gone_numbers)}

    def _note_gone(self, numbers):
        """These units are no longer in the posting. Returns the line's own among them."""
        self.ensure_one()
        gone = [number for number in self._get_numbers() if number in numbers]
        if gone:
            self.gone_numbers = ",".join([*_read_list(self.gone_numbers), *gone])
        return gone

    def _get_requirements(self):
        """Words of ``dto.OrderLine.requirements``."""
        self.ensure_one()
        return [word for word in (item.strip() for item in (self.requirements or "").split(",")) if word]


def _read_list(text):
    return text.split(",") if text else []
