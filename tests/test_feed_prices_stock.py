from odoo import Command
from odoo.tests import tagged

from ..engine import JobFailure
from .common import TestModeCase
from .feed_case import FeedCase


@tagged("post_install", "-at_install")
class TestFeedPricesAndStock(TestModeCase, FeedCase):
    """What a feed says of prices and stock."""

    def test_sales_price_with_vat_and_whole_roubles(self):
        over = self._make_tax(22, price_include=False)
        self.products[0].write({"list_price": 100, "taxes_id": [Command.set(over.ids)]})
        self.products[1].list_price = 99.99
        self.products[2].list_price = 0
        report = self._build()
        self.assertEqual(report.offers["T-001"]["price"], 122)
        self.assertEqual(report.offers["T-002"]["price"], 99)
        self.assertIn("99.99", self._get_sentence(self.products[1], "price_cut"))
        self.assertEqual(self._get_codes(self.products[2]), {"no_price": True})

    def test_prices_of_the_account(self):
        offers = self._list(self.products[:5])
        self._set_price(offers[0], "1500", old_price=2000)
        self._set_price(offers[1], "1500", old_price=1510)
        self._set_price(offers[2], "1500", state="blocked", reason="Below cost")
        self._set_price(offers[3], "900", state="approval", sent_price=1200, sent_at="2026-01-01", sent_old_price=1400)
        self._set_price(offers[4], "900", state="draft", declined_price=900)
        report = self._build()
        told = {article: (offer["price"], offer["old_price"]) for article, offer in report.offers.items()}
        self.assertEqual(told["T-001"], (1500, 2000))
        self.assertEqual(told["T-002"], (1500, None))
        self.assertEqual(self._get_codes(self.products[1]), {"old_price": False})
        self.assertEqual(self._get_codes(self.products[2]), {"price_blocked": True})
        self.assertIn("Below cost", self._get_sentence(self.products[2], "price_blocked"))
        self.assertEqual(told["T-004"], (1200, 1400), "Until somebody approves the new one")
        self.assertEqual(self._get_codes(self.products[4]), {"price_approval": True})
        self.assertEqual(told["T-006"], (9999, None))
        self.feed.price_source = "product"
        self.assertEqual({offer["price"] for offer in self._build().offers.values()}, {9999})

    def test_price_engine_and_feed_agree(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "МегаМаркет",
                "currency_id": self.env.ref("base.RUB").id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )
        self.shop.write({"price_pricelist_id": pricelist.id, "price_guard": False})
        report = self._build()
        self.assertEqual({offer["price"] for offer in report.offers.values()}, {8999})

    def test_price_in_another_currency(self):
        offer = self._list(self.products[:1])
        self._set_price(offer, "15", currency_id=self.env.ref("base.USD").id)
        self._build()
        self.assertEqual(self._get_codes(self.products[0]), {"currency": True})

    def test_discount_on_everything(self):
        offers = self._list(self.products[:2])
        self._set_price(offers[0], "1000", floor_price=950.5)
        self.feed.discount = 10
        report = self._build()
        self.assertEqual((report.offers["T-003"]["price"], report.offers["T-003"]["old_price"]), (8999, 9999))
        self.assertEqual(report.offers["T-001"]["price"], 951, "Never below cost")
        self.assertIn("951", self._get_sentence(self.products[0], "discount_cut"))
        self.shop.price_guard = False
        self.assertEqual(self._build().offers["T-001"]["price"], 900)

    def test_vat(self):
        strange = self._make_tax(18)
        zero = self._make_tax(0)
        self.products[0].taxes_id = strange
        self.products[2].taxes_id = zero
        self.products[4].taxes_id = False
        report = self._build()
        told = {article: offer["vat"] for article, offer in report.offers.items()}
        self.assertEqual([told[f"T-00{n}"] for n in range(1, 6)], [None, "VAT_10", "VAT_0", "VAT_10", "NO_VAT"])
        self.assertEqual(told["T-009"], "VAT_22")
        self.assertEqual(self._get_codes(self.products[0]), {"vat": False})
        self.assertIn("0.18", self._get_sentence(self.products[0], "vat"))
        self.feed.with_vat = False
        self.assertEqual({offer["vat"] for offer in self._build().offers.values()}, {None})

    # --- stock ----------------------------------------------------------------------------------------------------
    def test_stock_is_what_the_engine_has_computed(self):
        self.place.stock_buffer = 990
        self.env["stock.quant"]._update_available_quantity(self.products[0], self.warehouse.lot_stock_id, -20)
        report = self._build()
        self.assertEqual((report.offers["T-001"]["stock"], report.offers["T-001"]["available"]), (0, False))
        self.assertEqual((report.offers["T-002"]["stock"], report.offers["T-002"]["available"]), (10, True))
        self.feed.with_stock = False
        report = self._build()
        self.assertEqual((report.offers["T-001"]["stock"], report.offers["T-001"]["available"]), (None, False))
        self.assertEqual((report.offers["T-002"]["stock"], report.offers["T-002"]["available"]), (None, True))

    def test_minimum_quantity(self):
        self.feed.min_quantity = 500
        self.env["stock.quant"]._update_available_quantity(self.products[0], self.warehouse.lot_stock_id, -600)
        report = self._build()
        self.assertNotIn("T-001", report.offers)
        self.assertIn("400", self._get_sentence(self.products[0], "minimum"))
        self.assertEqual(self._get_codes(self.products[0]), {"minimum": True})

    def test_offer_that_an_exception_leaves_alone(self):
        self.env["marketplace.stock.rule"].create(
            {"account_id": self.shop.id, "product_id": self.products[0].id, "mode": "unmanaged"}
        )
        self._list(self.products[:2])
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (None, True))
        self.assertEqual(self._get_codes(self.products[0]), {"stock_alone": False})

    def test_stock_that_nobody_has_stored_yet(self):
        self._make_offers(self.products[:1], self.shop)
        self.assertFalse(self.env["marketplace.stock"].search([("account_id", "=", self.shop.id)]))
        self.assertEqual(self._build().offers["T-001"]["stock"], 1000)
        self.assertFalse(self.feed.problem_ids)

    def test_warehouse_that_counts_no_location(self):
        self.place.stock_location_ids.unlink()
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (0, False))
        self.assertEqual(self._get_codes(self.products[0]), {"no_stock": False})
        self.feed.with_stock = False
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (None, True))
        self.feed.min_quantity = 1
        with self.assertRaisesRegex(JobFailure, "All 10 offers"):
            self.env["marketplace.feed.builder"]._build(self.feed)
        self.assertEqual(self._get_codes(self.products[0]), {"no_stock": True})

    def test_sold_in_packs(self):
        six = self.env["uom.uom"].create(
            {"name": "6 шт.", "relative_factor": 6, "relative_uom_id": self.products[0].uom_id.id}
        )
        offer = self._list(self.products[:1])
        offer.uom_id = six
        self.products[0].weight = 0.5
        self.env["product.uom"].create(
            {"product_id": self.products[0].id, "uom_id": six.id, "barcode": self._make_barcode(500)}
        )
        self._absorb()
        told = self._build().offers["T-001"]
        self.assertEqual((told["price"], told["stock"]), (9999 * 6, 166))
        self.assertEqual(told["params"]["Weight"], "3")
        self.assertEqual(told["barcode"], self._make_barcode(500))
