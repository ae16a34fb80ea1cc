from decimal import Decimal

from odoo import api, models


class MarketplaceFeedText(models.AbstractModel):
    """The sentences of a feed's report."""

    _name = "marketplace.feed.text"
    _description = "Marketplace Feed Text"

    @api.model
    def _get_templates(self):
        """{code: sentence with places for its numbers}: looked up once for the hundred thousand rows of a report."""
        return {
            "bad_id": self.env._(
                "«%(article)s» (%(length)s characters): articles are Latin letters, digits, hyphens and underscores, "
                "no blanks, 20 at most. Change the internal reference of the product."
            ),
            "duplicate": self.env._("%(other)s has the article %(article)s, too: change one of them."),
            "no_name": self.env._("The product has no name in the language of the feed."),
            "no_price": self.env._("The price is %(price)s: enter a sales price, or add the product to the pricelist."),
            "price_blocked": self.env._("The list of prices says: %(reason)s"),
            "price_approval": self.env._("Nobody has approved this price in the list of prices. %(reason)s"),
            "currency": self.env._("Its price is not in roubles: choose another pricelist on the account."),
            "no_category": self.env._("Choose a category for the product."),
            "no_outlet": self.env._("The warehouse has no code of the cabinet."),
            "archived": self.env._("The product or its offer is archived."),
            "ignored": self.env._("The offer is marked as ignored."),
            "not_linked": self.env._("The offer with this article is not linked to the product. %(reason)s"),
            "not_saleable": self.env._("The product is not marked as saleable."),
            "category": self.env._("The feed leaves this category out."),
            "vendor": self.env._("The feed leaves the brand %(vendor)s out."),
            "minimum": self.env._("There are %(quantity)s; the feed leaves out what is less than %(minimum)s."),
            "no_stock": self.env._("No stock is computed for it in the feed's warehouse: it counts as none."),
            "stock_alone": self.env._(
                "No number is told, and it can be ordered: an exception leaves it alone, or its stock is not tracked."
            ),
            "negative_stock": self.env._("The stock is %(stock)s: 0 is told."),
            "discount_cut": self.env._(
                "With the discount it would cost %(told)s, and %(floor)s is the lowest price: that is told."
            ),
            "price_cut": self.env._("Prices are whole roubles: instead of %(price)s the feed says %(told)s."),
            "old_price": self.env._(
                "The former price %(old)s is less than %(least)s, 5 %% above the price: it is not told."
            ),
            "vat": self.env._(
                "The marketplace knows no VAT rate of %(rate)s: none is told. See the sales taxes of the product."
            ),
            "control": self.env._("Characters that no file can hold were removed (%(field)s)."),
            "long_name": self.env._("The name has %(length)s characters: only the first %(limit)s are told."),
            "barcode_form": self.env._("«%(barcode)s» is no EAN or UPC of 8, 12 or 13 digits: it is not told."),
            "barcode_store": self.env._(
                "«%(barcode)s» is from the range that shops give to their own goods: it is not told."
            ),
            "barcode_digit": self.env._("The last digit of «%(barcode)s» does not fit the others: it is not told."),
            "url": self.env._("«%(url)s» is no address in Latin letters: it is not told."),
            "picture_url": self.env._("«%(url)s» is no address in Latin letters: the picture is not told."),
            "picture_type": self.env._("A picture of the type %(type)s is not taken: use JPEG or PNG."),
            "no_picture": self.env._("The product has no picture."),
        }

    @api.model
    def _render(self, templates, problem):
        values = {
            name: format(value.normalize(), "f") if isinstance(value, Decimal) else value
            for name, value in problem.params.items()
        }
        return templates[problem.code] % values
