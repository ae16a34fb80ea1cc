"""Helpers shared by the tests of product feeds."""

import base64
import gzip
import io
from decimal import Decimal
from pathlib import Path

from lxml import etree
from PIL import Image

from odoo import Command
from odoo.tools import file_path

from ..simulator.megamarket.feed_reader import read_feed
from .common import MarketplaceCase

OUTLET = "153373"


class FeedCase(MarketplaceCase):
    """An account of a marketplace that reads a feed, and a warehouse there that shows the company's stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._make_account(name="МегаМаркет", marketplace="megamarket", client_id="175000")
        cls.place = cls._make_place(account_id=cls.shop.id, external_id=OUTLET, stock_active=False)
        cls.feed = cls.shop.feed_ids
        cls.category = cls.env["product.category"].create(
            {"name": "Пылесосы", "parent_id": cls.env["product.category"].create({"name": "Техника"}).id}
        )
        cls.products.categ_id = cls.category
        for product, number in zip(cls.products, range(10), strict=True):
            product.write({"barcode": cls._make_barcode(number), "image_1920": cls._make_picture(number)})
        # What other modules have brought is no part of the test.
        others = cls.env["product.product"].search([("id", "not in", cls.products.ids), ("default_code", "!=", False)])
        others.sale_ok = False
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://shop.example")

    @classmethod
    def _make_barcode(cls, number):
        digits = f"46070000{number:04d}"
        odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
        return f"{digits}{(10 - (odd + 3 * even) % 10) % 10}"

    @classmethod
    def _make_picture(cls, number, kind="JPEG"):
        stream = io.BytesIO()
        Image.new("RGB", (12, 12), (number * 20, 90, 120)).save(stream, kind)
        return base64.b64encode(stream.getvalue())

    def _list(self, products):
        """Listings of the account, with their numbers."""
        offers = self._make_offers(products, self.shop)
        self._absorb()
        return offers

    def _build(self):
        """Build, and read what was built as the marketplace would."""
        self.env["marketplace.feed.builder"]._build(self.feed)
        return self._read()

    def _get_path(self, attachment):
        return Path(attachment._full_path(attachment.store_fname))

    def _read(self):
        content = self._get_path(self.feed.file_id).read_bytes()
        self.assertEqual(gzip.decompress(self._get_path(self.feed.gzip_id).read_bytes()), content)
        # Two readers that share nothing with each other, nor with the writer.
        schema = etree.XMLSchema(file=file_path("sale_marketplace/tests/fixtures/megamarket_feed.xsd"))
        schema.assertValid(etree.fromstring(content))
        report = read_feed(io.BytesIO(content))
        self.assertFalse(report.errors)
        self.assertFalse(report.offer_errors)
        self.assertFalse(report.warnings, "What the marketplace would change, we change, and say so")
        return report

    def _get_offer(self, product):
        return self.env["marketplace.offer"].search(
            [("account_id", "=", self.shop.id), ("product_id", "=", product.id)]
        )

    def _get_codes(self, product):
        """{code: left out} of a product in the report."""
        rows = self.feed.problem_ids.filtered(lambda row: row.product_id == product)
        return {row.code: row.effect == "left_out" for row in rows}

    def _get_sentence(self, product, code):
        rows = self.feed.problem_ids.filtered(lambda row: row.product_id == product and row.code == code)
        return rows.sentence

    def _make_attribute(self, name, *values, create_variant="always"):
        return self.env["product.attribute"].create(
            {
                "name": name,
                "create_variant": create_variant,
                "value_ids": [Command.create({"name": value}) for value in values],
            }
        )

    def _give(self, template, attribute, *values):
        """Give a template the attribute's values; returns its variants."""
        chosen = attribute.value_ids.filtered(lambda value: not values or value.name in values)
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(chosen.ids)]}
        # Products that were created as such say in their context that no variants are to be made.
        template = template.with_env(self.env)
        template.write({"attribute_line_ids": [Command.create(line)]})
        return template.product_variant_ids

    def _set_price(self, offer, price, **values):
        """A row of the list of prices, as the price engine would leave it."""
        roubles = self.env.ref("base.RUB")
        row = {
            "offer_id": offer.id,
            "currency_id": roubles.id,
            "price": float(Decimal(price)),
            "state": "sent",
            **values,
        }
        return self.env["marketplace.price"].create(row)
