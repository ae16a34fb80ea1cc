from odoo.tests import HttpCase, tagged

from .common import TestModeCase
from .feed_case import FeedCase
from .simulator_process import SimulatorProcess


@tagged("post_install", "-at_install")
class TestFeedFetched(TestModeCase, FeedCase, HttpCase):
    """The simulated MegaMarket fetches the file over HTTP, reads it, and sells what is in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = SimulatorProcess(no_limits=True, products=0, postings=0)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.simulator.control("POST", "reset", {})

    def _fetch(self):
        """The marketplace's report."""
        self.env.flush_all()
        url = f"{self.base_url()}/marketplace/feed/{self.feed.token}/feed.xml"
        with self.allow_requests(all_requests=True):
            return self.simulator.control("POST", "megamarket/feed", {"account": self.shop.client_id, "url": url})

    def _get_there(self):
        """{article: what the cabinet shows}"""
        offers = self.simulator.control("GET", f"megamarket/offers?account={self.shop.client_id}")["offers"]
        return {offer["offer_id"]: offer for offer in offers}

    def test_fetched_applied_and_fetched_again(self):
        self._build()
        report = self._fetch()
        self.assertEqual((report["http_status"], report["applied"], report["offers"]), (200, True, 10), report)
        self.assertEqual((report["errors"], report["offer_errors"], report["warnings"]), ([], {}, []))
        self.assertTrue(report["gzip"] and report["etag"])
        there = self._get_there()
        self.assertEqual(set(there), set(self.products.mapped("default_code")))
        first = self.products[0]
        shown = there[first.default_code]
        self.assertEqual((shown["name"], shown["barcode"]), (first.name, first.barcode))
        self.assertEqual((shown["feed_price"], shown["category"]), (int(first.list_price), "Пылесосы"))

        report = self._fetch()
        self.assertEqual((report["http_status"], report["not_modified"], report["applied"]), (304, True, False), report)
        self.assertEqual(self._get_there(), there)

        first.list_price = 5000
        self._build()
        report = self._fetch()
        self.assertEqual((report["http_status"], report["applied"]), (200, True), report)
        self.assertEqual(self._get_there()[first.default_code]["feed_price"], 5000)

    def test_nothing_is_served_yet(self):
        report = self._fetch()
        self.assertEqual((report["http_status"], report["applied"], report["errors"]), (503, False, ["HTTP 503"]))
        self.assertFalse(self._get_there())
