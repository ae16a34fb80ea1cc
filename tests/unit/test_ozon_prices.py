from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig
from odoo.addons.sale_marketplace.marketplaces.ozon import price_mapper
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from ..simulator_process import SimulatorProcess
from .ozon_support import make_adapter


def target(article, price="1448", **values):
    money = {name: Decimal(value) for name, value in values.items() if name != "leave_strategy"}
    chosen = {"leave_strategy": values.get("leave_strategy", False)}
    return dto.PriceTarget(article=article, external_id="", price=Decimal(price), currency="RUB", **money, **chosen)


@tagged("post_install", "-at_install")
class TestOzonPrices(BaseCase):
    """Prices by the adapter, against the simulated service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = SimulatorProcess(products=0, postings=0, no_limits=True)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.simulator.control("POST", "reset", {})
        rows = [{"offer_id": f"P-{number}", "name": "X", "price": "1000", "vat": "0.22"} for number in range(5)]
        self.simulator.control("POST", "ozon/products", {"products": rows})
        config = AdapterConfig(
            base_url=self.simulator.ozon_url, client_id="1042", api_key=SimulatorProcess.KEY, account_key="prices"
        )
        self.adapter = OzonAdapter(config)

    def _set(self, *targets):
        return self.adapter.set_prices(targets)

    def _get(self, article):
        return next(iter(self.adapter.iter_prices([article])))

    def test_one_answer_each(self):
        answers = self._set(target("P-0", "1200", old_price="1500", min_price="1100"), target("NO-SUCH"))
        self.assertEqual([answer.state for answer in answers], ["accepted", "refused"])
        self.assertEqual(answers[1].code, "NOT_FOUND_ERROR")
        shown = self._get("P-0")
        self.assertEqual((shown.price, shown.old_price, shown.min_price), (1200, 1500, 1100))
        self.assertFalse(shown.quarantined)

    def test_rules_of_the_old_price(self):
        for price, old, code, bound in (
            ("300", "320", "discount_for_low_price_is_too_small", Decimal(320)),
            ("900", "940", "discount_for_average_price_is_too_small", Decimal("947.37")),
            ("20000", "20400", "discount_for_top_price_is_too_small", Decimal(20500)),
            ("900", "9000", "discount_too_big", Decimal(9000)),
            ("0", "0", "price_negative", None),
        ):
            with self.subTest(price=price, old=old):
                answer = self._set(target("P-1", price, old_price=old))[0]
                self.assertEqual((answer.state, answer.code, answer.bound), ("refused", code, bound))

    def test_what_keeps_the_bound_is_taken(self):
        """The number that a refusal names is right: a kopeck beyond it is accepted."""
        for price, old in (("380", "390"), ("900", "940"), ("900", "9500")):
            with self.subTest(price=price, old=old):
                answer = self._set(target("P-1", price, old_price=old))[0]
                step = Decimal("-0.01") if answer.code == "discount_too_big" else Decimal("0.01")
                again = self._set(target("P-1", price, old_price=str(answer.bound + step)))[0]
                self.assertEqual(again.state, "accepted")

    def test_a_jump_is_accepted_and_not_shown(self):
        self.assertEqual(self._set(target("P-2", "400"))[0].state, "accepted")
        shown = self._get("P-2")
        self.assertEqual((shown.price, shown.quarantined), (1000, True))
        self.simulator.control("POST", "ozon/prices", {"prices": [{"offer_id": "P-2", "release": True}]})
        shown = self._get("P-2")
        self.assertEqual((shown.price, shown.quarantined), (400, False))

    def test_a_strategy_keeps_its_price(self):
        self.simulator.control("POST", "ozon/prices", {"prices": [{"offer_id": "P-3", "strategy_price": "950"}]})
        self.assertEqual(self._set(target("P-3", "1100"))[0].state, "accepted")
        self.assertEqual(self._get("P-3").price, 950)
        self._set(target("P-3", "1100", leave_strategy=True))
        self.assertEqual(self._get("P-3").price, 1100)

    def test_what_the_marketplace_takes(self):
        fees = self._get("P-4").commissions
        self.assertEqual((fees["fbs"].percent, fees["fbs"].fixed), (15, Decimal("131.77")))
        self.assertEqual((fees["rfbs"].percent, fees["rfbs"].fixed), (15, 0))
        self.assertEqual(self._get("P-4").acquiring, 15)

    def test_all_and_in_pages(self):
        self.assertEqual(len(list(self.adapter.iter_prices())), 5)

    def test_too_often(self):
        row = {"product_id": 1, "offer_id": "P-0", "updated": False, "errors": [{"code": "X", "message": ""}]}
        row["errors"][0]["message"] = "error limiting: acquire limit per item: items limit: limit exceeded"
        answer = price_mapper.parse_answers({"result": [row]}, [target("P-0")])[0]
        self.assertEqual((answer.state, answer.retry_after), ("later", 600))
        self.assertIn("limit exceeded", answer.message)

    def test_odd_shapes(self):
        """No commissions at all, and numbers as texts."""
        self.simulator.control("POST", "ozon/options", {"null_objects": True, "string_ids": True})
        shown = self._get("P-4")
        self.assertEqual((shown.price, shown.commissions["fbs"].percent, shown.commissions["fbo"].fixed), (1000, 0, 0))


#: Section 5.7 of the method's description.
EXAMPLE = {
    "product_id": 1000123456,
    "offer_id": "test-offer-123456",
    "price": {
        "price": 2999.99,
        "old_price": 3499.99,
        "min_price": 2799.99,
        "net_price": 2000,
        "currency_code": "RUB",
        "vat": 0.2,
        "auto_action_enabled": True,
    },
    "commissions": {
        "sales_percent_fbo": 15,
        "sales_percent_fbs": 12,
        "fbo_deliv_to_customer_amount": 14.75,
        "fbs_deliv_to_customer_amount": 60,
        "fbo_return_flow_amount": 50,
        "fbs_return_flow_amount": 40,
    },
    "acquiring": 1.5,
    "volume_weight": 0.5,
}


@tagged("post_install", "-at_install")
class TestOzonPriceMapper(BaseCase):
    def test_example(self):
        shown = price_mapper.parse_price(EXAMPLE, frozenset(["test-offer-123456"]))
        money = (shown.price, shown.old_price, shown.min_price, shown.vat_rate, shown.acquiring)
        self.assertEqual(money, tuple(map(Decimal, ("2999.99", "3499.99", "2799.99", "0.2", "1.5"))))
        self.assertEqual((shown.external_id, shown.currency, shown.quarantined), ("1000123456", "RUB", True))
        fbs, rfbs, fbo = (shown.commissions[scheme] for scheme in ("fbs", "rfbs", "fbo"))
        self.assertEqual((fbs.percent, fbs.fixed, fbs.return_fee), (12, 60, 40))
        self.assertEqual((rfbs.percent, rfbs.fixed, rfbs.return_fee), (0, 0, 0))
        self.assertEqual((fbo.percent, fbo.fixed, fbo.return_fee), (15, Decimal("14.75"), 50))

    def test_sparse(self):
        """Texts, money objects, nulls and fields that are not there."""
        money = {"price": {"amount": "2999.9900", "currency": "RUB"}, "old_price": "", "min_price": None}
        shown = price_mapper.parse_price({"offer_id": "A", "price": money, "commissions": None, "acquiring": "1.5"})
        self.assertEqual((shown.price, shown.old_price, shown.min_price), (Decimal("2999.99"), 0, 0))
        self.assertEqual((shown.vat_rate, shown.acquiring, shown.commissions["fbs"].fixed), (None, Decimal("1.5"), 0))

    def test_body(self):
        full = dto.PriceTarget(
            article="PH8865",
            external_id="1386",
            price=Decimal("1448"),
            currency="RUB",
            old_price=Decimal("1700.5"),
            min_price=Decimal("1200"),
            vat_rate=Decimal("0.20"),
            leave_strategy=True,
        )
        rows = price_mapper.write_body([full, target("BARE", "99.9"), target("ZERO", "10", vat_rate="0")])["prices"]
        told = {
            "offer_id": "PH8865",
            "product_id": 1386,
            "price": "1448.00",
            "old_price": "1700.50",
            "min_price": "1200.00",
            "currency_code": "RUB",
            "vat": "0.2",
            "price_strategy_enabled": "DISABLED",
        }
        self.assertEqual(rows[0], told)
        bare = {"offer_id": "BARE", "price": "99.90", "old_price": "0", "currency_code": "RUB"}
        self.assertEqual(rows[1], {**bare, "price_strategy_enabled": "UNKNOWN"})
        self.assertEqual(rows[2]["vat"], "0")

    def test_refusals(self):
        def row(article, *codes, **values):
            found = [{"code": code, "message": "words"} for code in codes]
            return {"product_id": 0, "offer_id": article, "updated": False, "errors": found, **values}

        limit = "error limiting: acquire limit per item: items limit: limit exceeded"
        rows = [
            row("B", "discount_too_big"),
            row("C", limit),
            row("D", updated=True),
            row("E", "invalid_cat egory_price"),
        ]
        answers = price_mapper.parse_answers({"result": rows}, [target(name) for name in "ABCDE"])
        self.assertEqual([answer.state for answer in answers], ["refused", "refused", "later", "accepted", "refused"])
        told = [answer.code for answer in answers]
        self.assertEqual(told, ["no_answer", "discount_too_big", limit, "", "invalid_category_price"])
        self.assertEqual((answers[1].message, answers[2].retry_after), ("words", 600))

    def test_all_prices_are_read_to_the_end(self):
        listed = {"result": {"items": [{"offer_id": "test-offer-123456", "product_id": 1}], "last_id": ""}}
        other = {**EXAMPLE, "offer_id": "other"}
        adapter, session, *_rest = make_adapter(
            listed, {"items": [EXAMPLE], "cursor": "next"}, {"items": [other], "cursor": "last"}, {"items": []}
        )
        found = [(shown.article, shown.quarantined) for shown in adapter.iter_prices()]
        self.assertEqual(found, [("test-offer-123456", True), ("other", False)])
        self.assertEqual(session.bodies[0]["filter"], {"visibility": "QUARANTINE"})
        self.assertEqual([body["cursor"] for body in session.bodies[1:]], ["", "next", "last"])

    def test_articles_in_slices(self):
        empty = {"items": [], "cursor": ""}
        adapter, session, *_rest = make_adapter({"result": {"items": []}}, empty, empty)
        self.assertEqual(list(adapter.iter_prices([f"A-{number}" for number in range(1001)])), [])
        self.assertEqual([len(body["filter"]["offer_id"]) for body in session.bodies[1:]], [1000, 1])
