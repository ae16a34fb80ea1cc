from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig
from odoo.addons.sale_marketplace.marketplaces.ozon import price_mapper
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from ..simulator_process import SimulatorProcess


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
        for price, old, code in (
            ("300", "320", "discount_for_low_price_is_too_small"),
            ("900", "940", "discount_for_average_price_is_too_small"),
            ("20000", "20400", "discount_for_top_price_is_too_small"),
            ("900", "9000", "discount_too_big"),
            ("0", "0", "price_negative"),
        ):
            with self.subTest(price=price, old=old):
                answer = self._set(target("P-1", price, old_price=old))[0]
                self.assertEqual((answer.state, answer.code), ("refused", code))

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
