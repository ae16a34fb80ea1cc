from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .megamarket_case import DBS_ID, DBS_TOKEN, STANDARD_ID, STANDARD_TOKEN, MegamarketCase

#: What the marketplace has no method for.
WITHOUT = {
    "fbo",
    "returns",
    "own_returns",
    "cancel_requests",
    "stock_check",
    "fbo_stock_check",
    "prices_check",
    "offers",
}


@tagged("post_install", "-at_install")
class TestMegamarketAccount(MegamarketCase):
    """A shop is connected, and its goods are told by the offer service."""

    def _connect(self, client_id=STANDARD_ID, key=STANDARD_TOKEN, **values):
        wizard = self.env["marketplace.account.connect"].create(
            {
                "marketplace": "megamarket",
                "client_id": client_id,
                "api_key": key,
                "scheme": "fbs",
                "mode": "rehearsal",
                "base_url": self.simulator.megamarket_url,
                **values,
            }
        )
        wizard.action_check()
        return wizard

    # --- connecting ---------------------------------------------------------------------------------------------
    def test_connect(self):
        wizard = self._connect()
        self.assertEqual((wizard.state, wizard.problem), ("found", False))
        self.assertTrue(wizard.can_write)
        self.assertEqual(wizard.warehouse_line_ids.mapped("external_id"), [STANDARD_ID])
        account = self.env["marketplace.account"].browse(wizard.action_finish()["res_id"])
        self.assertEqual((account.name, account.scheme, account.state), ("MegaMarket 5046", "fbs", "connected"))
        self.assertEqual((account.can_write, account.lock_orders), (True, True))
        self.assertEqual(account.warehouse_ids.scheme, "fbs")
        self.assertEqual(account.carrier_id.product_id.type, "service")
        self.assertFalse(account.fbo_location_id)

    def test_addresses_to_paste(self):
        self.assertRegex(self.account.webhook_new_url, r"/marketplace/webhook/[\w-]{40,}/order/new$")
        self.assertRegex(self.account.webhook_cancel_url, r"/marketplace/webhook/[\w-]{40,}/order/cancel$")
        self.assertRegex(self.account.feed_url, r"/marketplace/feed/[\w-]{40,}/feed.xml$")
        self.assertFalse(self.account.webhook_url)

    def test_a_wrong_token_is_told_and_not_shown(self):
        wrong = "12345678-0000-4000-8000-00000000BAD1"
        wizard = self._connect(key=wrong)
        self.assertEqual(wizard.state, "key")
        self.assertIn("does not know the key", wizard.problem)
        self.assertNotIn(wrong, wizard.problem)

    def test_the_same_shop_again_is_a_new_key(self):
        wizard = self._connect(client_id=DBS_ID, key=DBS_TOKEN, scheme="rfbs")
        self.assertEqual(wizard.account_id, self.account)

    def test_a_number_that_is_none(self):
        with self.assertRaises(ValidationError):
            self.account.client_id = "shop-1"

    def test_a_scheme_that_the_marketplace_does_not_have(self):
        with self.assertRaises(ValidationError):
            self.account.scheme = "fbo"

    def test_only_what_the_marketplace_can_do_is_scheduled(self):
        tasks = set(self.account.with_context(active_test=False).schedule_ids.mapped("task"))
        self.assertFalse(tasks & WITHOUT)
        self.assertLessEqual({"orders", "statuses", "stock", "prices"}, tasks)

    def test_tables_have_the_steps_of_the_scheme(self):
        told = {row.event: row.message for row in self.account.status_trigger_ids}
        self.assertEqual(told, {"validated": "assembled", "delivered": "delivered"})
        self.assertEqual(set(self.account.status_action_ids.mapped("scheme")), {"rfbs"})
        with self.assertRaises(ValidationError):
            self.account.status_trigger_ids[0].message = "last_mile"

    def test_the_test_environment_is_another_address(self):
        self.account.mode = "test"
        self.assertEqual(self.account._get_adapter().config.base_url, "https://api-test.megamarket.tech")
        self.assertTrue(self.account.can_write, "its own cabinet may be written to")

    def test_what_the_marketplace_does_not_have_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "has no such thing"):
            self.account._check_operation("handover_create")

    def test_a_wall_against_robots_pauses_nothing(self):
        self._fail("/api", "status", status=403, body="<html>Forbidden</html>", times=None)
        self._poll()
        job = self._find_jobs("orders_poll")[:1]
        self.assertIn("wall against robots", job.error)
        self.assertEqual(self.account.state, "connected")

    # --- goods --------------------------------------------------------------------------------------------------
    def _sell(self, count=3):
        offers = self._make_offers(self.products[:count])
        self.account.warehouse_ids.write(
            {
                "stock_location_ids": [Command.create({"location_id": self.warehouse.lot_stock_id.id})],
                "stock_buffer": 10,
                "stock_active": True,
            }
        )
        return offers

    def _get_offers_there(self):
        answer = self.simulator.control("GET", f"megamarket/offers?account={self.account.client_id}")
        return {offer["offer_id"]: offer for offer in answer["offers"]}

    def test_stock_by_the_offer_service(self):
        self._sell()
        self._run_jobs()
        there = self._get_offers_there()
        self.assertEqual([there[f"T-00{number}"]["stock"] for number in (1, 2, 3, 4)], [990, 990, 990, 1000])
        rows = self.env["marketplace.stock"].search([("account_id", "=", self.account.id)])
        self.assertEqual(rows.mapped("state"), ["sent"] * 3)

    def test_stock_of_an_offer_that_is_not_there(self):
        offers = self._sell(2)
        offers[1].article = "NOT-THERE"
        self._run_jobs()
        rows = {row.offer_id: row for row in self.env["marketplace.stock"].search([("offer_id", "in", offers.ids)])}
        self.assertEqual((rows[offers[0]].state, rows[offers[1]].state), ("sent", "refused"))
        self.assertTrue(rows[offers[1]].answer)

    def test_prices_are_whole_roubles(self):
        offers = self._sell(2)
        self.products[0].list_price, self.products[1].list_price = 1499.5, 990
        pricelist = self.env["product.pricelist"].create({"name": "ММ", "company_id": self.company.id})
        self.account.write(
            {"price_pricelist_id": pricelist.id, "price_active": True, "price_jump": 0, "price_guard": False}
        )
        self._poll("price_push")
        there = self._get_offers_there()
        self.assertEqual([there[offer.article]["manual_price"] for offer in offers], [1500, 990])
        rows = self.env["marketplace.price"].search([("offer_id", "in", offers.ids)])
        self.assertEqual(set(rows.mapped("state")), {"sent"}, rows.mapped("reason"))

    def test_rehearsal_is_filled_with_the_companys_products(self):
        self.simulator.control("POST", "reset", {})
        self._set(pending_delay=0)
        self.account.action_rehearsal_fill()
        self._run_jobs()
        self.assertIn("T-001", self._get_offers_there())
        orders = self.env["marketplace.order"].search([("account_id", "=", self.account.id)])
        self.assertEqual(len(orders), 10)
