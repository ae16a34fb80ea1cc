import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.services import stock_formula as formula


def place(on_hand, reserved=0, share=100, name="WH/Stock"):
    return formula.Place(name, Decimal(str(on_hand)), Decimal(str(reserved)), Decimal(str(share)))


@tagged("post_install", "-at_install")
class TestStockFormula(BaseCase):
    """Pure: numbers in, a number and its reasons out."""

    def _get(self, places, awaiting=0, unit=1, part=None, **rule):
        result = formula.compute(
            places, formula.Rule(**rule), awaiting=Decimal(awaiting), unit=Decimal(unit), part=part
        )
        self.assertEqual(
            result.quantity,
            formula.compute(
                places, formula.Rule(**rule), awaiting=Decimal(awaiting), unit=Decimal(unit), part=part, explain=False
            ).quantity,
            "the explained number is another one",
        )
        if result.steps and result.quantity is not None:
            self.assertEqual(result.steps[-1].result, result.quantity, "the steps end at another number")
        return result.quantity

    def test_free_minus_buffer(self):
        result = formula.compute([place(12, 3)], formula.Rule(buffer=Decimal(2)))
        self.assertEqual(result.quantity, 7)
        self.assertEqual(
            [(step.code, step.amount) for step in result.steps], [("on_hand", 12), ("reserved", 3), ("buffer", 2)]
        )

    def test_each_setting(self):
        self.assertEqual(self._get([place(12, 3)], basis="on_hand"), 12)
        self.assertEqual(self._get([place(10), place(10, 4, share=50)]), 13)
        self.assertEqual(self._get([place(4)], threshold=5), 0)
        self.assertEqual(self._get([place(5)], threshold=5), 5)
        self.assertEqual(self._get([place(500)], cap=100), 100)
        self.assertEqual(self._get([place(17)], pack=6), 12)
        self.assertEqual(self._get([place(500)], pack=6, cap=100), 96)
        self.assertEqual(self._get([place(12)], awaiting=5), 7)
        self.assertEqual(self._get([place(25)], unit=6), 4)
        self.assertEqual(self._get([place(25)], part=(Decimal(9), "Общий")), 9)
        self.assertEqual(self._get([place(5)], part=(Decimal(9), "Общий")), 5)

    def test_never_below_zero_never_a_part(self):
        self.assertEqual(self._get([place(-3)]), 0)
        self.assertEqual(self._get([place(-3), place(5)]), 2)
        self.assertEqual(self._get([place(-4, share=50), place(10)]), 6, "what is missing is missing wholly")
        self.assertEqual(self._get([place(2, 6, share=50), place(10)]), 6)
        self.assertEqual(self._get([place(2, 6, share=50), place(10)], basis="on_hand"), 11)
        self.assertEqual(self._get([place(-4, share=0), place(10)]), 10, "this place is not counted at all")
        self.assertEqual(self._get([place("2.7")]), 2)
        self.assertEqual(self._get([place("0.3")], buffer=Decimal("0.1")), 0)
        self.assertEqual(self._get([]), 0)
        self.assertEqual(self._get([place(10**8)]), formula.MOST)

    def test_exceptions(self):
        self.assertEqual(self._get([place(9)], mode="fixed", fixed=4), 4)
        self.assertEqual(self._get([place(9)], mode="exclude"), 0)
        self.assertIsNone(self._get([place(9)], mode="unmanaged"))

    def test_kits(self):
        needs = {"a": Decimal(2), "b": Decimal(1)}
        self.assertEqual(formula.count_kits({"a": Decimal(7), "b": Decimal(9)}, needs), 3)
        self.assertEqual(formula.count_kits({"a": Decimal(7)}, needs), 0)
        self.assertEqual(formula.count_kits({}, {}), 0)

    def test_the_last_piece_is_shown_once(self):
        parts = [formula.Part(key="ozon"), formula.Part(key="other")]
        self.assertEqual(formula.share_out(Decimal(1), parts), {"ozon": 1, "other": 0})
        self.assertEqual(formula.share_out(Decimal(-4), parts), {"ozon": 0, "other": 0})

    def test_floors_come_first(self):
        parts = [
            formula.Part(key="a", share=Decimal(80), floor=Decimal(1)),
            formula.Part(key="b", share=Decimal(20), floor=Decimal(5)),
        ]
        self.assertEqual(formula.share_out(Decimal(4), parts), {"a": 1, "b": 3})
        self.assertEqual(formula.share_out(Decimal(16), parts), {"a": 9, "b": 7})

    def test_shares_never_exceed_the_total(self):
        """Property: whatever the shares and floors, all that there is is shown, and nothing twice."""
        chance = random.Random(20261127)
        for _round in range(2000):
            parts = [
                formula.Part(
                    key=number,
                    share=Decimal(chance.choice((0, 1, 10, 33, 50, 100))),
                    floor=Decimal(chance.choice((0, 0, 1, 5))),
                )
                for number in range(chance.randint(1, 5))
            ]
            total = Decimal(chance.randint(0, 40))
            given = formula.share_out(total, parts)
            self.assertTrue(all(pieces >= 0 for pieces in given.values()))
            self.assertLessEqual(sum(given.values()), total)
            if any(part.share for part in parts):
                self.assertEqual(sum(given.values()), total)
