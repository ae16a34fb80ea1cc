from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import TestModeCase
from .feed_case import FeedCase


@tagged("post_install", "-at_install")
class TestFeedTour(TestModeCase, FeedCase, HttpCase):
    """From the account to the feed, built, and its report read, in a real browser."""

    def test_feed(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})
        self.products[0].default_code = "A" * 25
        url = f"/odoo/marketplace.account/{self.shop.id}"
        self.start_tour(url, "marketplace_feed_build", login="admin", timeout=60)
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_catalogue").method_direct_trigger()
        self.assertEqual(self.feed.discount, 5)
        self.assertEqual((self.feed.offer_count, self.feed.left_out_count), (9, 1))
        self.start_tour(url, "marketplace_feed_report", login="admin", timeout=60)
