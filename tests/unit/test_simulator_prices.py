"""Prices in the simulator: what may be set, how often, and what becomes of it."""

from ..simulator_process import ControlError
from .test_simulator_base import SimulatorCase

TOO_OFTEN = "error limiting: acquire limit per item: items limit: limit exceeded"


class TestSimulatorPrices(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.listing = self.product("P-1", price="1000")

    def set_price(self, price="1100", **values):
        row = {"offer_id": "P-1", "price": price, "currency_code": "RUB", **values}
        return self.call("/v1/product/import/prices", {"prices": [row]})["result"][0]

    def code(self, *args, **values):
        """The refusal's code, "" when there was none."""
        row = self.set_price(*args, **values)
        self.assertEqual(row["updated"], not row["errors"])
        return row["errors"][0]["code"] if row["errors"] else ""

    def info(self, article="P-1"):
        body = {"filter": {"offer_id": [article], "visibility": "ALL"}, "limit": 10}
        return self.call("/v5/product/info/prices", body)["items"][0]

    def price(self):
        shown = self.info()["price"]
        return shown["price"], shown["old_price"], shown["min_price"]

    def cabinet(self, **values):
        self.control("POST", "/ozon/prices", {"prices": [{"offer_id": "P-1", **values}]})

    def shown_in_cabinet(self):
        return next(row for row in self.control("GET", "/ozon/prices")["prices"] if row["offer_id"] == "P-1")

    def quarantine(self):
        body = {"filter": {"visibility": "QUARANTINE"}, "limit": 100}
        return [row["offer_id"] for row in self.call("/v3/product/list", body)["result"]["items"]]

    # -- what a write changes ------------------------------------------------------------------------------------------

    def test_shown_everywhere(self):
        row = self.set_price("1200.50", old_price="1500", min_price="1000", vat="0.1")
        self.assertEqual((row["product_id"], row["updated"]), (self.listing["product_id"], True))
        self.assertEqual(self.price(), (1200.5, 1500, 1000))
        details = self.call("/v3/product/info/list", {"offer_id": ["P-1"]})["items"][0]
        told = [details[name] for name in ("price", "old_price", "min_price", "vat")]
        self.assertEqual(told, ["1200.50", "1500.00", "1000.00", "0.1"])
        posting = self.control("GET", f"/ozon/postings/{self.order(('P-1', 2))}")
        self.assertEqual(posting["total"], "2401.00")

    def test_what_is_left_out_stays(self):
        self.set_price("1200", old_price="1500", min_price="1000")
        self.set_price("1150")
        self.assertEqual(self.price(), (1150, 1500, 1000))
        self.set_price("1150", old_price="0", min_price="0")
        self.assertEqual(self.price(), (1150, 0, 0))

    def test_a_least_price_lapses(self):
        self.set_price("1200", min_price="1000")
        self.pass_time(29 * 86400)
        self.assertEqual(self.price()[2], 1000)
        self.pass_time(86400)
        self.assertEqual(self.price()[2], 0)

    # -- refusals ------------------------------------------------------------------------------------------------------

    def test_partial_success(self):
        rows = [{"offer_id": name, "price": "1100"} for name in ("NO-SUCH", "P-1")]
        bad, good = self.call("/v1/product/import/prices", {"prices": rows})["result"]
        self.assertEqual((bad["product_id"], bad["updated"], bad["errors"][0]["code"]), (0, False, "NOT_FOUND_ERROR"))
        self.assertTrue(good["updated"])

    def test_price(self):
        for price in ("0", "-5", ""):
            self.assertEqual(self.code(price), "price_negative")
        for price in ("NaN", "a lot"):
            self.assertEqual(self.code(price), "invalid_price")
        self.assertEqual(self.code("1100", old_price="-1"), "price_negative")
        self.assertEqual(self.price()[0], 1000)

    def test_old_price(self):
        """Whatever the jump: a refusal comes before the quarantine."""
        low, middle, top = (f"discount_for_{name}_price_is_too_small" for name in ("low", "average", "top"))
        for price, old, code in (
            ("400", "420", low),
            ("400", "420.01", ""),
            ("950", "1000", middle),
            ("949", "1000", ""),
            ("10000", "10500", middle),
            ("10001", "10501", top),
            ("10001", "10501.01", ""),
            ("100", "1000", "discount_too_big"),
            ("101", "1000", ""),
            ("900", "800", middle),
        ):
            with self.subTest(price=price, old=old):
                self.assertEqual(self.code(price, old_price=old), code)

    def test_least_price(self):
        self.assertEqual(self.code("1100", min_price="1101"), "price_less_than_min_auto_price")
        self.assertEqual(self.code("1100", min_price="549.99"), "min_auto_price_too_small")
        self.assertEqual(self.code("1100", min_price="550"), "")
        self.cabinet(min_price="1090")
        self.assertEqual(self.code("1000"), "price_less_than_min_auto_price")
        self.assertEqual(self.code("1000", min_price="900"), "")

    def test_promotions_need_a_least_price(self):
        self.assertEqual(self.code(auto_action_enabled="ENABLED"), "action_price_enabled_min_price_missing")
        self.assertEqual(self.code(auto_action_enabled="ENABLED", min_price="1000"), "")

    def test_currency(self):
        self.assertEqual(self.code(currency_code="CNY"), "invalid_currency")
        self.control("POST", "/ozon/options", {"currency": "CNY"})
        self.assertEqual(self.code(currency_code="CNY"), "")
        # Without one roubles are meant.
        self.assertEqual(self.code(currency_code=""), "invalid_currency")

    def test_ten_an_hour(self):
        self.reset(limits=True)
        self.product("P-1", price="1000")
        self.assertEqual(self.code("1101", min_price="2000"), "price_less_than_min_auto_price")
        for number in range(10):
            self.assertEqual(self.code(str(1000 + number)), "", number)
        self.assertEqual(self.code("1100"), TOO_OFTEN)
        self.pass_time(3600)
        self.assertEqual(self.code("1100"), "")

    def test_a_thousand_at_most(self):
        rows = [{"offer_id": "P-1", "price": "1000"}] * 1001
        self.refused("/v1/product/import/prices", {"prices": rows}, 400, "between 1 and 1000 items")

    # -- accepted, and yet not shown -----------------------------------------------------------------------------------

    def test_half_is_no_jump(self):
        self.assertEqual(self.code("500"), "")
        self.assertEqual(self.code("750"), "")
        self.assertEqual((self.price()[0], self.quarantine()), (750, []))

    def test_a_jump_waits(self):
        self.assertEqual(self.code("1501", old_price="2000", min_price="1400"), "")
        self.assertEqual((self.price(), self.quarantine()), ((1000, 1000, 0), ["P-1"]))
        self.assertEqual(self.shown_in_cabinet()["quarantined_price"], "1501")
        self.cabinet(release=True)
        self.assertEqual((self.price(), self.quarantine()), ((1501, 2000, 1400), []))

    def test_a_moderate_price_ends_the_wait(self):
        self.set_price("3000")
        self.set_price("1200")
        self.assertEqual((self.price()[0], self.quarantine()), (1200, []))

    def test_a_strategy_keeps_its_price(self):
        self.cabinet(strategy_price="950")
        self.assertEqual(self.code("1100"), "")
        self.assertEqual(self.price()[0], 950)
        details = self.call("/v3/product/info/list", {"offer_id": ["P-1"]})["items"][0]
        self.assertEqual(details["price"], "950.00")
        self.assertEqual(self.control("GET", f"/ozon/postings/{self.order(('P-1', 1))}")["total"], "950")
        self.assertEqual(self.code("1100", price_strategy_enabled="DISABLED"), "")
        self.assertEqual((self.price()[0], self.shown_in_cabinet()["strategy_price"]), (1100, None))

    # -- what Ozon takes -----------------------------------------------------------------------------------------------

    def test_commissions(self):
        self.assertEqual(self.info("SM-00001")["commissions"], self.info()["commissions"])
        self.cabinet(commission_percent=12.5, commissions={"sales_percent_fbo": 20, "fbs_first_mile_max_amount": 0})
        found = self.info()["commissions"]
        self.assertEqual([found[f"sales_percent_{name}"] for name in ("fbs", "rfbs", "fbo")], [12.5, 12.5, 20])
        self.assertEqual((found["fbs_first_mile_max_amount"], found["fbs_deliv_to_customer_amount"]), (0, 60))

    def test_mistakes_in_the_cabinet(self):
        for wrong in ({"offer_id": "none"}, {"colour": 1}, {"commissions": {"tax": 1}}, {"price": "a lot"}):
            with self.subTest(wrong), self.assertRaises(ControlError):
                self.cabinet(**wrong)

    def test_pages(self):
        body = {"filter": {"visibility": "ALL"}, "limit": 4}
        first = self.call("/v5/product/info/prices", body)
        second = self.call("/v5/product/info/prices", {**body, "cursor": first["cursor"]})
        self.assertEqual((len(first["items"]), len(second["items"]), second["cursor"]), (4, 2, ""))
