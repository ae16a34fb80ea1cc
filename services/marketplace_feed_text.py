from decimal import Decimal

from odoo import api, models


class MarketplaceFeedText(models.AbstractModel):
    """The sentences of a feed's report."""

    _name = "marketplace.feed.text"
    _description = "Marketplace Feed Text"

    @api.model
    def _get_templates(self):
        """{code: sentence with places for its numbers}: looked up once for the hundred thousand rows of a report."""
        _ = self.env._
        return {
            "bad_id": _(
                "«%(article)s» (%(length)s characters): articles are Latin letters, digits, hyphens and underscores, "
                "no blanks, 20 at most. Change the internal reference of the product."
            ),
            "duplicate": _("%(other)s has the article %(article)s, too: change one of them."),
            "no_name": _("The product has no name in the language of the feed."),
            "no_price": _("The price is %(price)s: enter a sales price, or add the product to the pricelist."),
            "price_blocked": _("The list of prices says: %(reason)s"),
            "price_approval": _("Nobody has approved this price in the list of prices. %(reason)s"),
            "currency": _("Its price is not in roubles: choose another pricelist on the account."),
            "no_category": _("Choose a category for the product."),
            "no_outlet": _("The warehouse has no code of the cabinet."),
            "archived": _("The product or its offer is archived."),
            "ignored": _("The offer is marked as ignored."),
            "not_linked": _("The offer with this article is not linked to the product. %(reason)s"),
            "not_saleable": _("The product is not marked as saleable."),
            "category": _("The feed leaves this category out."),
            "vendor": _("The feed leaves the brand %(vendor)s out."),
            "minimum": _("There are %(quantity)s; the feed leaves out what is less than %(minimum)s."),
            "no_stock": _("No stock is computed for it in the feed's warehouse: it counts as none."),
            "stock_alone": _(
                "No number is told, and it can be ordered: an exception leaves it alone, or its stock is not tracked."
            ),
            "negative_stock": _("The stock is %(stock)s: 0 is told."),
            "discount_cut": _(
                "With the discount it would cost %(told)s, and %(floor)s is the lowest price: that is told."
            ),
            "price_cut": _("Prices are whole roubles: instead of %(price)s the feed says %(told)s."),
            "old_price": _("The former price %(old)s is less than %(least)s, 5 %% above the price: it is not told."),
            "vat": _(
                "The marketplace knows no VAT rate of %(rate)s: none is told. See the sales taxes of the product."
            ),
            "control": _("Characters that no file can hold were removed (%(field)s)."),
            "long_name": _("The name has %(length)s characters: only the first %(limit)s are told."),
            "barcode_form": _("«%(barcode)s» is no EAN or UPC of 8, 12 or 13 digits: it is not told."),
            "barcode_store": _("«%(barcode)s» is from the range that shops give to their own goods: it is not told."),
            "barcode_digit": _("The last digit of «%(barcode)s» does not fit the others: it is not told."),
            "url": _("«%(url)s» is no address in Latin letters: it is not told."),
            "picture_url": _("«%(url)s» is no address in Latin letters: the picture is not told."),
            "picture_type": _("A picture of the type %(type)s is not taken: use JPEG or PNG."),
            "no_picture": _("The product has no picture."),
        }

    @api.model
    def _render(self, templates, problem):
        values = {
            name: format(value.normalize(), "f") if isinstance(value, Decimal) else value
            for name, value in problem.params.items()
        }
        return templates[problem.code] % values
