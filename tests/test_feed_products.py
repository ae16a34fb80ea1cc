from odoo import Command
from odoo.tests import tagged

from .common import TestModeCase
from .feed_case import FeedCase


@tagged("post_install", "-at_install")
class TestFeedProducts(TestModeCase, FeedCase):
    """Which products a feed tells of."""

    def test_all_products_get_their_offers_once(self):
        report = self._build()
        self.assertEqual(set(report.offers), set(self.products.mapped("default_code")))
        offers = self.env["marketplace.offer"].search([("account_id", "=", self.shop.id)])
        self.assertEqual(len(offers), 10)
        self.assertEqual(set(offers.mapped("linked_by")), {"article"})
        self._build()
        self.assertEqual(self.env["marketplace.offer"].search_count([("account_id", "=", self.shop.id)]), 10)
        self.assertFalse(self.feed.problem_ids)
        self.assertEqual((self.feed.offer_count, self.feed.left_out_count), (10, 0))

    def test_what_is_for_sale_and_has_an_article(self):
        self.products[0].sale_ok = False
        self.products[1].default_code = False
        self.products[2].active = False
        service = self.env["product.product"].create({"name": "Доставка", "default_code": "SERV", "type": "service"})
        report = self._build()
        self.assertEqual(set(report.offers), set(self.products[3:].mapped("default_code")))
        self.assertFalse(self._get_offer(service))
        self.products[3].sale_ok = False
        report = self._build()
        self.assertNotIn(self.products[3].default_code, report.offers)
        self.assertEqual(self._get_codes(self.products[3]), {"not_saleable": True})

    def test_listed_offers_only(self):
        self._list(self.products[:2])
        self.feed.scope = "offers"
        self.assertEqual(set(self._build().offers), {"T-001", "T-002"})
        self.products[0].sale_ok = False
        self.assertEqual(set(self._build().offers), {"T-001", "T-002"}, "A listing is for sale as long as it is there")
        self._get_offer(self.products[0]).archived_there = True
        self.assertEqual(set(self._build().offers), {"T-002"})
        self.assertEqual(self._get_codes(self.products[0]), {"archived": True})

    def test_listing_that_waited_for_its_product(self):
        offer = self.env["marketplace.offer"].create({"account_id": self.shop.id, "article": "T-001"})
        ignored = self.env["marketplace.offer"].create(
            {"account_id": self.shop.id, "article": "T-002", "ignored": True}
        )
        report = self._build()
        self.assertEqual(offer.product_id, self.products[0])
        self.assertIn("T-001", report.offers)
        self.assertFalse(ignored.product_id)
        self.assertEqual(self._get_codes(self.products[1]), {"ignored": True})

    def test_articles_that_are_not_taken(self):
        self.products[0].default_code = "A" * 25
        self.products[1].default_code = "ТОВАР 1"
        self.products[2].default_code = self.products[3].default_code
        report = self._build()
        self.assertEqual(len(report.offers), 7)
        for product in self.products[:2]:
            self.assertEqual(self._get_codes(product), {"bad_id": True})
            self.assertFalse(self._get_offer(product))
        self.assertIn("25 characters", self._get_sentence(self.products[0], "bad_id"))
        self.assertEqual(self._get_codes(self.products[3]), {"duplicate": True})
        self.assertIn("Товар 3", self._get_sentence(self.products[3], "duplicate"))
        self.assertEqual(self.feed.left_out_count, 3)
        again = self._build()
        self.assertEqual(again.offers, report.offers)
        self.assertEqual(len(self.feed.problem_ids), 3)

    def test_categories(self):
        other = self.env["product.category"].create({"name": "Книги"})
        self.products[:3].categ_id = other
        report = self._build()
        names = set(report.categories.values())
        self.assertEqual(names, {"Техника", "Пылесосы", "Книги"})
        self.feed.excluded_categ_ids = self.category.parent_id
        report = self._build()
        self.assertEqual(set(report.offers), {"T-001", "T-002", "T-003"})
        self.assertEqual(self._get_codes(self.products[5]), {"category": True})
        self.feed.write({"excluded_categ_ids": False, "categ_ids": [Command.set(self.category.ids)]})
        self.assertEqual(len(self._build().offers), 7)
        self.products[0].categ_id = False
        self.feed.categ_ids = False
        self._build()
        self.assertEqual(self._get_codes(self.products[0]), {"no_category": True})

    def test_unwanted_categories_are_not_even_listed(self):
        self.products[:3].categ_id = self.env["product.category"].create({"name": "Книги"})
        self.feed.excluded_categ_ids = self.products[0].categ_id
        self._build()
        self.assertFalse(self._get_offer(self.products[0]))
        self.assertEqual(self.feed.left_out_count, 0)
