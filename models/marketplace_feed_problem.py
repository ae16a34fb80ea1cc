from odoo import fields, models

#: What a check of ``marketplaces/base/feed.py`` or the builder finds; the words are those that people filter by.
CODES = [
    ("bad_id", "Article that the marketplace does not take"),
    ("duplicate", "The article is there twice"),
    ("no_name", "No name"),
    ("no_price", "No price"),
    ("price_blocked", "The price is blocked"),
    ("price_approval", "The price waits for approval"),
    ("currency", "Price in another currency"),
    ("no_category", "No product category"),
    ("no_outlet", "No warehouse code"),
    ("archived", "Archived"),
    ("ignored", "Ignored offer"),
    ("not_linked", "Listed, not linked to the product"),
    ("not_saleable", "Not for sale"),
    ("category", "Category that is not wanted"),
    ("vendor", "Brand that is not wanted"),
    ("minimum", "Below the minimum quantity"),
    ("no_stock", "Stock was not computed"),
    ("stock_alone", "Stock is left alone"),
    ("negative_stock", "Stock below zero"),
    ("discount_cut", "Discount was cut"),
    ("price_cut", "Kopecks were cut off"),
    ("old_price", "Former price was not told"),
    ("vat", "Unknown VAT rate"),
    ("control", "Unprintable characters"),
    ("long_name", "Name was cut"),
    ("barcode_form", "Not a barcode"),
    ("barcode_store", "Barcode of a shop's own"),
    ("barcode_digit", "Barcode with a wrong check digit"),
    ("url", "Address that cannot be told"),
    ("picture_url", "Address of a picture that cannot be told"),
    ("picture_type", "Picture of another kind"),
    ("no_picture", "No picture"),
]


class MarketplaceFeedProblem(models.Model):
    """What the last build of a feed left out or changed, and why. Each build replaces these rows."""

    _name = "marketplace.feed.problem"
    _description = "Marketplace Feed Problem"
    _order = "effect, code, article, id"
    _rec_name = "article"
    # Hundreds of thousands may be written at once, always by a build: four columns and two references less each.
    _log_access = False

    feed_id = fields.Many2one("marketplace.feed", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="feed_id.company_id", store=True)
    offer_id = fields.Many2one("marketplace.offer", readonly=True, index="btree_not_null", ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null", ondelete="cascade")
    article = fields.Char(readonly=True)
    code = fields.Selection(CODES, "Reason", required=True, readonly=True)
    sentence = fields.Char("What Is Wrong", readonly=True)
    effect = fields.Selection(
        [("left_out", "Left Out"), ("warning", "Warning")],
        required=True,
        readonly=True,
        default="warning",
        help="Left Out: the offer is not in the feed. Warning: it is, and something of it is missing or was changed.",
    )

    def action_view_product(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "view_mode": "form",
        }
