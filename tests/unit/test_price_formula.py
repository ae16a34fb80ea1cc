import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.services import price_formula as formula

COSTS = {"cost": "600", "percent": "15", "fixed": "60", "acquiring": "15", "vat_rate": "0.22"}


def get_costs(**values):
    return formula.Costs(**{name: Decimal(value) for name, value in {**COSTS, **values}.items()})


@tagged("post_install", "-at_install")
class TestPriceFormula(BaseCase):
    """Pure: prices in, prices and a verdict out."""

    def _get(self, price, costs=None, old="0", minimum="0", discount="0", **options):
        wanted = formula.Wanted(
            price=Decimal(price), old=Decimal(old), minimum=Decimal(minimum), discount=Decimal(discount)
        )
        return formula.compute(wanted, costs or get_costs(), **options)

    def test_the_floor_pays_for_everything(self):
        """675 are left of 1,007.96 after 15 % commission and the 22 % VAT that are part of it."""
        floor = formula.get_floor(get_costs())
        self.assertEqual(floor, Decimal("1007.96"))
        for price, enough in ((floor, True), (floor - Decimal("0.01"), False)):
            left = price - price * 15 / 100 - price * Decimal("0.22") / Decimal("1.22") - 75
            self.assertEqual(left >= 600, enough)

    def test_verdicts(self):
        for price, options, verdict, reason in (
            ("1448", {}, "ok", ""),
            ("0", {}, "blocked", "no_price"),
            ("-5", {}, "blocked", "no_price"),
            ("1007.95", {}, "blocked", "below_floor"),
            ("1007.95", {"guard": False}, "ok", ""),
            ("1448", {"minimum": "1500"}, "blocked", "below_minimum"),
            ("1448", {"costs": formula.Costs()}, "blocked", "no_cost"),
            ("1448", {"costs": formula.Costs(), "guard": False}, "ok", ""),
            ("1448", {"costs": get_costs(percent="90")}, "blocked", "below_floor"),
            ("1448", {"last": Decimal(1000), "jump": Decimal(30)}, "approval", "jump"),
            ("1300", {"last": Decimal(1000), "jump": Decimal(30)}, "ok", ""),
            ("1100", {"last": Decimal(2000), "jump": Decimal(30)}, "approval", "jump"),
            ("1448", {"last": Decimal(1000), "jump": Decimal(30), "approved": Decimal(1448)}, "ok", ""),
            ("1449", {"last": Decimal(1000), "jump": Decimal(30), "approved": Decimal(1448)}, "approval", "jump"),
            ("1448", {"last": Decimal(1000)}, "ok", ""),
        ):
            with self.subTest(price=price, **options):
                result = self._get(price, **options)
                self.assertEqual((result.verdict, result.reason), (verdict, reason))

    def test_discount_and_rounding(self):
        result = self._get("1999.99", discount="7")
        self.assertEqual(result.price, Decimal("1859.99"))
        self.assertEqual([step.code for step in result.steps], ["price", "discount", "rounding"])
        self.assertEqual(result.steps[-1].result, result.price)

    def test_an_old_price_that_is_not_higher_is_none(self):
        self.assertEqual(self._get("1448", old="1700").old, 1700)
        self.assertEqual(self._get("1448", old="1448").old, 0)
        self.assertEqual(self._get("1448", old="1000").old, 0)

    def test_never_below_the_floor(self):
        """Property: whatever the numbers, a price that passes the guard leaves at least the cost."""
        chance = random.Random(20261127)
        for _round in range(3000):
            costs = get_costs(
                cost=str(chance.randint(0, 5000)),
                percent=str(chance.randint(0, 45)),
                fixed=str(chance.randint(0, 300)),
                acquiring=str(chance.randint(0, 50)),
                vat_rate=chance.choice(("0", "0.05", "0.1", "0.22")),
            )
            result = self._get(str(chance.randint(1, 12000)), costs, discount=str(chance.randint(0, 60)))
            if result.verdict == "ok":
                price = result.price
                vat = price * costs.vat_rate / (1 + costs.vat_rate)
                left = price - price * costs.percent / 100 - costs.fixed - costs.acquiring - vat
                self.assertGreaterEqual(left, costs.cost)
