"""Ozon's accruals: whatever one looks like, its movements make its total, and nothing is guessed."""

import copy
import random
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, money
from odoo.addons.sale_marketplace.marketplaces.base.errors import (
    PayloadError,
)
from odoo.addons.sale_marketplace.marketplaces.ozon import accrual_mapper, accrual_units
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from .ozon_support import make_adapter, read_fixture

DAY = date(2026, 9, 10)
SINCE, UNTIL = date(2026, 8, 24), date(2026, 9, 22)
NUMBER = "0208245774-0029-1"


def amount(value, currency="RUB"):
    return {"amount": value, "currency": currency}


def fee(type_id, value, currency="RUB"):
    return {"type_id": type_id, "accrued": amount(value, currency)}


def product(sku=1, services=(), **block):
    """``block``: fields of the commission as plain values."""
    told = {name: amount(value) for name, value in block.items()}
    return {"sku": sku, "commission": told or None, "delivery": {"services": list(services)}}


def accrual(category="POSTING", total="0", accrual_id=1, **branches):
    return {
        "accrual_id": accrual_id,
        "date": "2026-09-10",
        "accrued_category": category,
        "unit_number": NUMBER,
        "total_amount": amount(total),
        "posting": None,
        "item_fees": None,
        "non_item_fee": None,
        "container_fees": None,
        **branches,
    }


def posting(*products, schema="FBS", **values):
    return accrual(posting={"delivery_schema": schema, "products": list(products)}, **values)


def seller_fee(type_id=41, value="-500", total=None, **values):
    return accrual("NON_ITEM", total or value, **{"non_item_fee": fee(type_id, value), **values})


def read(*rows):
    return accrual_mapper.parse_day(DAY, rows)


def as_table(day):
    return [(row.part, row.type_name or row.type_id, str(row.amount)) for row in day.accruals]


class TestOzonAccruals(BaseCase):
    """Rows of ``/v1/finance/accrual/by-day``."""

    def assertAddsUp(self, day):
        self.assertEqual(sum(row.amount for row in day.accruals), day.total)
        keys = [(row.external_id, row.part) for row in day.accruals]
        self.assertEqual(len(keys), len(set(keys)), "a key of two movements")

    def assertUnreadable(self, raw, *words):
        found = read(raw).accruals
        self.assertEqual([type(each) for each in found], [dto.UnreadableAccrual])
        for word in words:
            self.assertIn(word, found[0].problem)
        self.assertEqual((found[0].date, found[0].raw), (DAY, raw))

    def test_every_branch(self):
        adapter, session, *_rest = make_adapter(read_fixture("accrual_day"))
        day = adapter.get_accruals(DAY)
        self.assertEqual(session.bodies, [{"date": "2026-09-10", "last_id": ""}])
        sku = "1904686181"
        self.assertEqual(
            as_table(day),
            [
                (f"sale:{sku}", "Sale", "1448.00"),
                (f"commission:{sku}", "SaleCommission", "-246.16"),
                (f"fee:32:{sku}", "Logistic", "-92.00"),
                (f"fee:16:{sku}", "Drop-Off", "-25.00"),
                (f"fee:29:{sku}", "LastMileCourier", "-61.39"),
                ("fee:41", "PayPerClick", "-500.00"),
                (f"fee:1:{sku}", "Acquiring", "-21.72"),
                ("fee:12", "CrossDock", "-300"),
                ("fee:12#2", "CrossDock", "-16"),
            ],
        )
        self.assertEqual((day.date, day.total), (DAY, Decimal("185.73")))
        self.assertAddsUp(day)
        sale, commission, *_fees, click, acquiring, container, _again = day.accruals
        self.assertEqual((sale.branch, sale.number, sale.scheme, sale.quantity), ("posting", NUMBER, "fbs", 1))
        self.assertEqual((sale.external_id, sale.sku, sale.currency), ("11401182187840", sku, "RUB"))
        self.assertEqual((commission.type_id, commission.quantity), ("69", None))
        self.assertEqual((click.branch, click.number, click.unit_number, click.sku), ("seller", "", "РК-123", ""))
        self.assertEqual((acquiring.branch, acquiring.number, acquiring.scheme), ("item", NUMBER, ""))
        self.assertEqual((container.branch, container.number, container.unit_number), ("container", "", "2000001234"))

    def test_return(self):
        """The price goes back with a minus, the commission with a plus."""
        goods = product(7, [fee(59, "-45")], sale_amount="-2896", seller_price="-1448", commission="492.32")
        day = read(posting(goods, schema="RFBS", total="-2448.68"))
        table = [
            ("sale:7", "SaleReturn", "-2896"),
            ("commission:7", "SaleCommission", "492.32"),
            ("fee:59:7", "ReturnFlowLogistic", "-45"),
        ]
        self.assertEqual(as_table(day), table)
        self.assertEqual((day.accruals[0].quantity, day.accruals[0].scheme), (2, "rfbs"))

    def test_quantity_is_told_by_the_price(self):
        for sale, price, quantity in (
            ("4344.00", "1448", 3),
            ("-4344", "1448.0000", 3),
            ("100", "33.33", None),
            ("100", "200", None),
            ("100", "0", None),
            ("100", None, None),
        ):
            with self.subTest(sale=sale, price=price):
                goods = product(sale_amount=sale)
                goods["commission"]["seller_price"] = price and amount(price)
                self.assertEqual(read(posting(goods, total=sale)).accruals[0].quantity, quantity)

    def test_shapes(self):
        """Amounts with and without decimals, as numbers; ids and types as texts; a date with a midnight."""
        for told, exact in (("-316", "-316"), ("-316.0000", "-316"), (-316, "-316"), (-316.5, "-316.5")):
            with self.subTest(told=told):
                raw = seller_fee("41", told, accrual_id="55", date="2026-09-10T00:00:00Z")
                day = read(raw)
                self.assertEqual((day.accruals[0].amount, day.total), (Decimal(exact), Decimal(exact)))
                self.assertEqual((day.accruals[0].external_id, day.accruals[0].type_id), ("55", "41"))
        self.assertEqual(read(seller_fee(date=None)).accruals[0].date, DAY)
        number = seller_fee()
        number["total_amount"], number["posting"] = {"value": -500, "currency_code": "rub"}, []
        number["non_item_fee"]["accrued"] = {"amount": "-500", "currency": ""}
        self.assertEqual(read(number).accruals[0].currency, "RUB")

    def test_zeros_make_no_rows(self):
        goods = product(1, [fee(32, "0.00"), fee(29, "-5")], sale_amount="0", commission="0", seller_price="0")
        self.assertEqual(as_table(read(posting(goods, total="-5"))), [("fee:29:1", "LastMileCourier", "-5")])
        self.assertEqual(read(posting(product(), total="0")).accruals, ())

    def test_commission_in_both_places_counts_once(self):
        """The total tells which of the two it is; a row stays itself when Ozon moves it."""

        def goods(block, *typed):
            services = [fee(32, "-10"), *(fee(69, value) for value in typed)]
            return product(1, services, sale_amount="100", seller_price="100", commission=block)

        for block, typed, total, rows, rest in (
            ("-17", ["-17"], "73", ["-17"], None),
            ("-17", ["-18"], "72", ["-18"], None),
            ("-17", ["-10", "-8"], "72", ["-10", "-8"], None),
            ("-17", ["-18"], "73", ["-17"], None),
            ("0", ["-17"], "73", ["-17"], None),
            ("-17", ["-18"], "55", ["-17"], "-18"),
            ("-17", [], "70", ["-17"], "-3"),
        ):
            with self.subTest(block=block, typed=typed, total=total):
                day = read(posting(goods(block, *typed), total=total))
                self.assertAddsUp(day)
                found = [row for row in day.accruals if row.type_id == "69"]
                self.assertEqual([str(row.amount) for row in found], rows)
                self.assertEqual([row.part for row in found], ["commission:1", "commission:1#2"][: len(rows)])
                self.assertEqual(
                    [str(row.amount) for row in day.accruals if row.part == "rest"], [rest] if rest else []
                )

    def test_what_others_pay_inside_or_beside(self):
        """Ozon and its partners pay a part of the price: where the sum of the sale lacks it, the total says so."""
        block = {"seller_price": "1448", "commission": "-246.16", "bonus": "100", "coinvestment": "16"}
        for sale, quantity in (("1448", 1), ("1332", 1)):
            with self.subTest(sale=sale):
                day = read(posting(product(1, **block, sale_amount=sale), total="1201.84"))
                self.assertEqual([str(row.amount) for row in day.accruals], ["1448", "-246.16"])
                self.assertEqual(day.accruals[0].quantity, quantity)

    def test_what_is_not_explained(self):
        raw = seller_fee(value="-500", total="-512.30")
        self.assertEqual(as_table(read(raw)), [("fee:41", "PayPerClick", "-500"), ("rest", "Unexplained", "-12.30")])
        no_type = seller_fee(None, "-500")
        self.assertEqual(as_table(read(no_type)), [("rest", "Unexplained", "-500")])
        empty = accrual("POSTING", "77")
        self.assertEqual(as_table(read(empty)), [("rest", "Unexplained", "77")])

    def test_unknown_category(self):
        for category in ("UNSPECIFIED", "SOMETHING_NEW", "", None):
            with self.subTest(category=category):
                row = read(seller_fee(accrued_category=category)).accruals[0]
                self.assertEqual((row.part, row.type_name, row.type_id), ("rest", money.UNEXPLAINED_TYPE, ""))
                self.assertEqual((row.branch, row.number), ("posting", NUMBER))
        row = read(seller_fee(accrued_category="UNSPECIFIED", unit_number="РК-1")).accruals[0]
        self.assertEqual((row.branch, row.number, row.unit_number), ("seller", "", "РК-1"))

    def test_unknown_type_keeps_its_number(self):
        row = read(seller_fee(777)).accruals[0]
        self.assertEqual((row.part, row.type_id, row.type_name), ("fee:777", "777", ""))

    def test_a_postings_number_is_known_by_its_shape(self):
        for unit_number, number in ((NUMBER, NUMBER), ("РК-123", ""), ("123-45", ""), (None, ""), ("1-2-3-4", "")):
            with self.subTest(unit_number=unit_number):
                self.assertEqual(read(seller_fee(unit_number=unit_number)).accruals[0].number, number)
        self.assertEqual(read(posting(product(sale_amount="1"), total="1", unit_number="X7")).accruals[0].number, "X7")

    def test_unreadable(self):
        """One by one: the others of the day are read."""
        self.assertUnreadable(seller_fee(value="abc", total="-1"), "non_item_fee", "abc")
        self.assertUnreadable(seller_fee(value=None, total="-1"), "non_item_fee")
        self.assertUnreadable(seller_fee(total_amount=amount(None)), "total_amount")
        self.assertUnreadable(seller_fee(total_amount=None), "total_amount")
        nowhere = {"total_amount": amount("-500", None), "non_item_fee": fee(1, "-500", "")}
        self.assertUnreadable(seller_fee(**nowhere), "currency")
        self.assertUnreadable(accrual(total="1", posting=5), "posting")
        half = product(sale_amount=None, commission="-17")
        self.assertUnreadable(posting(half, total="83"), "sale_amount")
        self.assertUnreadable(seller_fee(date="2026-09-11"), "2026-09-11", "2026-09-10")
        self.assertUnreadable(seller_fee(date="soon"), "date")
        good, bad = seller_fee(accrual_id=1), seller_fee(value="NaN", total="-7", accrual_id=2)
        day = read(bad, good)
        self.assertEqual([row.external_id for row in day.accruals], ["2", "1"])
        self.assertEqual(day.total, -507, "what is not read is missed")

    def test_without_an_id(self):
        day = read(seller_fee(accrual_id=None), seller_fee(accrual_id={}), seller_fee(accrual_id=0), seller_fee())
        self.assertEqual([row.external_id for row in day.accruals], ["?1", "?2", "?3", "1"])
        self.assertTrue(all("accrual_id" in row.problem for row in day.accruals[:3]))
        self.assertEqual(day.total, -2000)

    def test_currencies_are_not_mixed(self):
        self.assertUnreadable(seller_fee(non_item_fee=fee(41, "-500", "CNY")), "CNY", "RUB", "currencies")
        goods = product(sale_amount="100", commission="-17", bonus="5")
        goods["commission"]["bonus"]["currency"] = "CNY"
        self.assertUnreadable(posting(goods, total="83"), "CNY")
        goods["commission"]["bonus"] = amount("0", "CNY")
        self.assertEqual(read(posting(goods, total="83")).accruals[0].currency, "RUB")

    def test_other_currency(self):
        raw = seller_fee(total_amount=amount("-3.10", "CNY"), non_item_fee=fee(41, "-3.10", "cny"))
        self.assertEqual(read(raw).accruals[0].currency, "CNY")

    def test_twice_with_other_values(self):
        """Of the same accrual the later one counts, on one page or on two."""
        first, later = seller_fee(value="-500", accrual_id=5), seller_fee(value="-450.50", accrual_id="5")
        day = read(first, seller_fee(accrual_id=6), later)
        self.assertEqual(
            [(row.external_id, str(row.amount)) for row in day.accruals], [("5", "-450.50"), ("6", "-500")]
        )
        self.assertEqual(day.total, Decimal("-950.50"))
        adapter, *_rest = make_adapter(
            {"accruals": [first], "last_id": "5"}, {"accruals": [later], "last_id": "6"}, {"accruals": []}
        )
        self.assertEqual(adapter.get_accruals(DAY).total, Decimal("-450.50"))

    def test_random_accruals_add_up(self):
        """Σ movements = Σ totals, whatever is inside; read again, the same."""
        for seed in range(300):
            dice = random.Random(seed)
            rows = [make_random(dice, number) for number in range(1, dice.randint(1, 13))]
            with self.subTest(seed=seed):
                day = read(*copy.deepcopy(rows))
                self.assertAddsUp(day)
                self.assertEqual(day, read(*rows))
                self.assertFalse([row for row in day.accruals if isinstance(row, dto.UnreadableAccrual)])


def make_random(dice, accrual_id):
    """An accrual of any branch, whose total is now and then beside its parts."""

    def kopecks(low=-100_000, high=100_000):
        shape = dice.choice(("{:.2f}", "{:.4f}", "{}"))
        value = Decimal(dice.randint(low, high)) / 100
        return shape.format(value)

    def fees():
        return [fee(dice.choice((1, 32, 69, 777, None)), kopecks(), "RUB") for _time in range(dice.randint(0, 4))]

    skus = [dice.choice((11, "12", 13)) for _time in range(dice.randint(1, 3))]
    fields = ("sale_amount", "commission", "seller_price", "bonus", "coinvestment")
    goods = [product(sku, fees(), **{name: kopecks() for name in fields if dice.random() < 0.7}) for sku in skus]
    category, branch = dice.choice(
        (
            ("POSTING", {"posting": {"delivery_schema": "FBO", "products": goods}}),
            ("ITEM", {"item_fees": {"fees": [{"sku": sku, "fees": fees()} for sku in skus]}}),
            ("NON_ITEM", {"non_item_fee": fee(41, kopecks())}),
            ("CONTAINER_FEES", {"container_fees": {"fees": fees()}}),
            ("UNSPECIFIED", {}),
        )
    )
    return accrual(category, kopecks(), accrual_id, **branch)


class TestOzonAccrualPages(BaseCase):
    def test_pages_of_a_day(self):
        rows = [seller_fee(value=f"-{number}", accrual_id=number) for number in range(1, 5)]
        adapter, session, *_rest = make_adapter(
            {"accruals": rows[:2], "last_id": "2"},
            {"accruals": rows[2:], "last_id": "4"},
            {"accruals": [], "last_id": "4"},
        )
        self.assertEqual(adapter.get_accruals(DAY).total, -10)
        self.assertEqual(session.bodies, [{"date": "2026-09-10", "last_id": last} for last in ("", "2", "4")])

    def test_an_empty_last_id_is_the_end(self):
        for end in ({"last_id": ""}, {"last_id": None}, {}):
            adapter, session, *_rest = make_adapter({"accruals": [seller_fee()], **end})
            self.assertEqual(len(adapter.get_accruals(DAY).accruals), 1)
            self.assertEqual(len(session.sent), 1)

    def test_a_last_id_that_does_not_move_is_refused(self):
        """Also one that goes in a circle: what is not read would look like withdrawn."""
        for ids in (("7", "7"), ("7", "8", "7")):
            with self.subTest(ids=ids):
                pages = [
                    {"accruals": [seller_fee(accrual_id=index)], "last_id": last} for index, last in enumerate(ids, 1)
                ]
                adapter, *_rest = make_adapter(*pages)
                with self.assertRaisesRegex(PayloadError, "does not move"):
                    adapter.get_accruals(DAY)

    def test_a_day_without_accruals_and_an_answer_without_a_list(self):
        adapter, *_rest = make_adapter({"accruals": None, "last_id": ""}, {"rows": []})
        self.assertEqual(adapter.get_accruals(DAY), dto.AccrualDay(date=DAY, accruals=(), total=Decimal(0)))
        with self.assertRaises(PayloadError):
            adapter.get_accruals(DAY)


class TestOzonAccrualTypes(BaseCase):
    def test_dictionary(self):
        adapter, session, *_rest = make_adapter(read_fixture("accrual_types"))
        found = {each.external_id: each for each in adapter.iter_accrual_types()}
        self.assertEqual(session.bodies, [{}])
        kinds = [found[number].kind for number in ("1", "29", "32", "69", "777")]
        self.assertEqual(kinds, [money.ACQUIRING, money.LAST_MILE, money.LOGISTICS, money.COMMISSION, money.UNKNOWN])
        self.assertEqual((found["1"].name, found["1"].description), ("Acquiring", "Эквайринг"))
        self.assertEqual((found["778"].name, found["778"].description), ("778", "778"))

    def test_table(self):
        """Every name of a number has a kind, and every kind is one of ours."""
        self.assertEqual(OzonAdapter.info.accrual_kinds, accrual_units.KINDS)
        self.assertLessEqual(set(accrual_units.NAMES.values()), set(accrual_units.KINDS))
        self.assertLessEqual(set(accrual_units.KINDS.values()), set(money.KINDS) - {money.UNKNOWN})
        self.assertFalse(set(accrual_units.KINDS) & set(money.OWN_TYPES))
        for name, kind in (
            ("Cancellation", money.RETURN_LOGISTICS),
            ("RfbsBuyerDelivery", money.DELIVERY_INCOME),
            ("BrandCommission", money.ADVERTISING),
            ("ItemCompensation", money.COMPENSATION),
            ("DefectFineErrors", money.FINE),
            ("StockInsurance", money.STORAGE),
            ("AnalyticsPro", money.OTHER),
        ):
            self.assertEqual(accrual_units.KINDS[name], kind)

    def test_names_are_listed_once(self):
        names = [name for group in accrual_units._NAMES_BY_KIND.values() for name in group]
        self.assertEqual(len(names), len(set(names)))
