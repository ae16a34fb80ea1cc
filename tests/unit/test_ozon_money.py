"""Ozon's balance, payouts and realization report, and what it refuses of its money."""

import copy
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import parse
from odoo.addons.sale_marketplace.marketplaces.base.errors import (
    AuthError,
    Forbidden,
    NotReady,
    Obsolete,
    PayloadError,
    RateLimited,
    Rejected,
)
from odoo.addons.sale_marketplace.marketplaces.ozon import balance_mapper, endpoints
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from .adapter_support import FakeAnswer
from .ozon_support import make_adapter, read_fixture, refusal

DAY = date(2026, 9, 10)
SINCE, UNTIL = date(2026, 8, 24), date(2026, 9, 22)
NUMBER = "0208245774-0029-1"


class TestOzonBalance(BaseCase):
    def test_balance(self):
        adapter, session, *_rest = make_adapter(read_fixture("balance"))
        found = adapter.get_balance(SINCE, UNTIL)
        self.assertEqual(session.bodies, [{"date_from": "2026-08-24", "date_to": "2026-09-22"}])
        self.assertEqual((found.opening, found.accrued, found.closing), (5000, 66009, 15009))
        self.assertEqual((found.payments, found.currency), ((-50000, -6000), "RUB"))
        self.assertEqual(found.opening + found.accrued + sum(found.payments), found.closing)
        self.assertEqual((found.sales, found.sale_fee), (100000, -17000))
        self.assertEqual((found.returns, found.return_fee), (Decimal("-3000.5"), Decimal("510.09")))
        self.assertEqual(found.services, {"logistics": -12991, "acquiring": Decimal("-1509.59")})

    def test_what_was_paid_is_negative(self):
        """Shown as plain sums they are turned; a payment to Ozon stays one."""
        answer = read_fixture("balance")
        for told, closing, payments in (
            ([50000, 6000], 15009, (-50000, -6000)),
            ([-50000, 0, -6000], 15009, (-50000, -6000)),
            ([100], 71109, (100,)),
            ({"currency_code": "RUB", "value": "-100"}, 70909, (-100,)),
            (None, 71009, ()),
        ):
            with self.subTest(told=told):
                many = isinstance(told, list)
                answer["total"]["payments"] = (
                    [{"currency_code": "RUB", "value": value} for value in told] if many else told
                )
                answer["total"]["closing_balance"]["value"] = closing
                self.assertEqual(balance_mapper.parse_balance(answer, SINCE, UNTIL).payments, payments)

    def test_a_quiet_cabinet(self):
        zero = {"currency_code": "", "value": 0}
        total = {"opening_balance": {"currency_code": "CNY", "value": 7}, "accrued": zero, "payments": []}
        total["closing_balance"] = {"currency_code": "CNY", "value": 7}
        found = balance_mapper.parse_balance({"cashflows": None, "total": total}, SINCE, UNTIL)
        self.assertEqual((found.currency, found.closing, found.sales, found.services), ("CNY", 7, 0, {}))
        total["closing_balance"]["currency_code"] = "RUB"
        with self.assertRaisesRegex(PayloadError, "currencies"):
            balance_mapper.parse_balance({"total": total}, SINCE, UNTIL)

    def test_no_longer_than_it_is_told(self):
        self.assertEqual(OzonAdapter.info.balance_days, 30)
        adapter, session, *_rest = make_adapter({"cashflows": {}})
        for until in (date(2026, 9, 23), date(2026, 8, 23)):
            with self.assertRaises(Rejected):
                adapter.get_balance(SINCE, until)
        self.assertFalse(session.sent)
        with self.assertRaises(PayloadError):
            adapter.get_balance(SINCE, UNTIL)


class TestOzonPayouts(BaseCase):
    def test_payouts(self):
        adapter, session, *_rest = make_adapter(read_fixture("cash_flow"))
        found = list(adapter.iter_payouts(date(2026, 8, 9), date(2026, 9, 3)))
        self.assertEqual(
            [(each.external_id, each.since, each.date, str(each.amount), each.currency) for each in found],
            [
                ("11567022278500:1", date(2026, 8, 1), date(2026, 8, 15), "50000.25", "RUB"),
                ("11567022278500:3", date(2026, 8, 1), date(2026, 8, 15), "0.75", "RUB"),
                ("11567022278501:1", date(2026, 8, 16), date(2026, 8, 31), "8537.72", "RUB"),
            ],
        )
        body = session.bodies[0]
        self.assertEqual((body["with_details"], body["page"], body["page_size"]), (True, 1, 100))

    def test_whole_halves_are_asked_for(self):
        for since, until, first, last in (
            (date(2026, 8, 9), date(2026, 9, 3), "2026-08-01", "2026-09-15"),
            (date(2026, 8, 16), date(2026, 8, 16), "2026-08-16", "2026-08-31"),
            (date(2026, 2, 15), date(2026, 2, 28), "2026-02-01", "2026-02-28"),
        ):
            adapter, session, *_rest = make_adapter({"result": {"cash_flows": [], "details": None, "page_count": 0}})
            self.assertEqual(list(adapter.iter_payouts(since, until)), [])
            asked = session.bodies[0]["date"]
            self.assertEqual((asked["from"][:10], asked["to"][:10]), (first, last))

    def test_pages_and_a_single_object(self):
        answers = []
        for number in (1, 2):
            period = {"id": str(number), "begin": "2026-08-01T00:00:00Z", "end": "2026-08-15T00:00:00Z"}
            flow = {"period": period, "currency_code": "CNY"}
            details = {"period": period, "payments": [{"payment": -10 * number}]}
            answers.append({"result": {"cash_flows": [flow], "details": details, "page_count": 2}})
        adapter, session, *_rest = make_adapter(*answers)
        found = list(adapter.iter_payouts(SINCE, UNTIL))
        table = [(each.external_id, each.amount, each.currency) for each in found]
        self.assertEqual(table, [("1:1", 10, "CNY"), ("2:1", 20, "CNY")])
        self.assertEqual([body["page"] for body in session.bodies], [1, 2])

    def test_pages_that_are_not_counted_or_counted_wrongly(self):
        period = {"id": 1, "begin": "2026-08-01", "end": "2026-08-15"}
        for count, rows, asked in ((None, 100, 2), (0, 99, 1), (1_000_000, 1, 2)):
            with self.subTest(count=count):
                full = {"cash_flows": [{"period": period}] * rows, "details": None, "page_count": count}
                adapter, session, *_rest = make_adapter({"result": full}, {"result": {"cash_flows": []}})
                self.assertEqual(list(adapter.iter_payouts(SINCE, UNTIL)), [])
                self.assertEqual(len(session.sent), asked)


class TestOzonRealization(BaseCase):
    def test_report(self):
        adapter, session, *_rest = make_adapter(read_fixture("realization"), read_fixture("realization_postings"))
        report = adapter.get_realization(2026, 8)
        self.assertEqual(session.paths, ["/v2/finance/realization", "/v1/finance/realization/posting"])
        self.assertEqual(session.bodies, [{"month": 8, "year": 2026}] * 2)
        self.assertEqual((report.number, report.document_date), ("4321", date(2026, 8, 31)))
        self.assertEqual((report.since, report.until, report.currency), (date(2026, 8, 1), date(2026, 8, 31), "RUB"))
        self.assertEqual((report.contract_number, report.contract_date), ("ИР-1/23", date(2023, 1, 1)))
        self.assertEqual((report.payer_tax_id, report.receiver_name), ("7704217370", "ИП Петров П. П."))
        numbers = [(row.row_number, row.number[-6:], row.sku, row.article) for row in report.rows]
        self.assertEqual(numbers[0], (1, "0029-1", "1904686181", "PH8865"))
        self.assertEqual([number for _row, number, *_rest in numbers], ["0029-1", "0030-1", "0031-1"])
        sold, returned = report.rows[0].sold, report.rows[2].returned
        self.assertEqual((sold.quantity, sold.amount, sold.bonus, sold.fee), (1, 1390, 58, Decimal("246.16")))
        self.assertEqual((sold.gross, report.rows[0].seller_price), (1448, 1448))
        self.assertEqual((returned.coinvestment, returned.gross, returned.total), (25, 525, Decimal("439.5")))
        self.assertEqual((report.rows[0].returned, report.rows[2].sold), (None, None))
        rows_total = sum(row.sold.total for row in report.rows if row.sold) - returned.total
        self.assertEqual((report.control_total, rows_total), (Decimal("1964.18"), Decimal("1964.18")))
        for part in (sold, returned):
            self.assertEqual(part.gross - part.fee, part.total)

    def test_too_large_for_posting_numbers(self):
        large = "The requested report is too large. Use /v1/report/realization/posting/create."
        adapter, *_rest = make_adapter(read_fixture("realization"), refusal(large, code=3))
        report = adapter.get_realization(2026, 8)
        self.assertEqual([(row.row_number, row.number) for row in report.rows], [(1, ""), (2, "")])
        self.assertEqual(report.rows[0].sold.quantity, 2)

    def test_asked_too_early(self):
        for answer in (
            refusal("Report not found", 404, 5),
            refusal("", 404, 5),
            FakeAnswer({}, 404),
            refusal("report is not formed yet"),
            refusal("Отчёт ещё не сформирован"),
            {"result": None},
            {"result": {"header": None, "rows": []}},
            {},
        ):
            adapter, *_rest = make_adapter(answer)
            with self.assertRaises(NotReady):
                adapter.get_realization(2026, 9)
        adapter, *_rest = make_adapter(read_fixture("realization"), {"header": None, "rows": []})
        with self.assertRaises(NotReady):
            adapter.get_realization(2026, 8)

    def test_other_refusals_stay_what_they_are(self):
        for answer, error in (
            (refusal("month is out of range", 400, 3), Rejected),
            (refusal("Invalid Api-Key, please contact support", 404, 5), AuthError),
            ({"something": 1}, PayloadError),
        ):
            adapter, *_rest = make_adapter(answer)
            with self.assertRaises(error):
                adapter.get_realization(2023, 7)
        adapter, *_rest = make_adapter(read_fixture("realization"), refusal("month is out of range", 400, 3))
        with self.assertRaises(Rejected):
            adapter.get_realization(2026, 8)

    def test_nothing_was_sold(self):
        answer = read_fixture("realization")
        answer["result"]["rows"] = []
        adapter, session, *_rest = make_adapter(answer)
        report = adapter.get_realization(2026, 8)
        self.assertEqual((report.rows, report.control_total, len(session.sent)), ((), 0, 1))

    def test_reports_of_old(self):
        """Until April 2024: a commission and an extra payment beside, or instead of, today's fields."""
        for part, fee_told, bonus in (
            ({"amount": 1000, "commission": 150, "compensation": 50, "total": 900}, 150, 50),
            ({"amount": 1000, "standard_fee": 170, "commission": 150, "total": 850}, 150, 0),
            ({"amount": 1000, "standard_fee": 170, "commission": 20, "bonus": 5, "total": 815}, 190, 5),
            ({"amount": 1000, "standard_fee": 170, "commission": 150, "total": 830}, 170, 0),
            ({"amount": 1000, "standard_fee": 170, "commission": 150, "total": 1}, 320, 0),
        ):
            with self.subTest(part=part):
                answer = read_fixture("realization")
                answer["result"]["rows"] = [{"delivery_commission": {"quantity": 1, **part}, "item": None}]
                postings = answer["result"]
                adapter, *_rest = make_adapter(answer, postings)
                sold = adapter.get_realization(2024, 3).rows[0].sold
                self.assertEqual((sold.fee, sold.bonus, sold.total), (fee_told, bonus, part["total"]))

    def test_shapes(self):
        """A return below zero, zeros for nothing, a posting's number outside its object, a sparse head."""
        below = {"quantity": 1, "price_per_instance": 500, "amount": -500, "standard_fee": -85, "total": -415}
        zeros = {"quantity": 0, "amount": 0, "standard_fee": 0, "total": 0}
        row = {"posting_number": NUMBER, "delivery_commission": zeros, "return_commission": below}
        answer = {"result": {"header": {"number": 5}, "rows": [row]}}
        adapter, *_rest = make_adapter(answer, answer)
        report = adapter.get_realization(2028, 2)
        self.assertEqual((report.number, report.since, report.until), ("5", date(2028, 2, 1), date(2028, 2, 29)))
        found = report.rows[0]
        self.assertEqual((found.number, found.row_number, found.sold), (NUMBER, 1, None))
        returned = found.returned
        self.assertEqual((returned.quantity, returned.price, returned.amount), (1, 500, 500))
        self.assertEqual((returned.fee, returned.total, report.control_total), (85, 415, -415))

    def test_an_amount_that_is_none(self):
        answer = read_fixture("realization")
        answer["result"]["rows"][0]["delivery_commission"]["total"] = "abc"
        adapter, *_rest = make_adapter(answer)
        with self.assertRaises(PayloadError):
            adapter.get_realization(2026, 8)


class TestOzonMoneyRefusals(BaseCase):
    """Every call of money fails as all others do."""

    CALLS = (
        lambda adapter: list(adapter.iter_accrual_types()),
        lambda adapter: adapter.get_accruals(DAY),
        lambda adapter: adapter.get_balance(SINCE, UNTIL),
        lambda adapter: list(adapter.iter_payouts(SINCE, UNTIL)),
        lambda adapter: adapter.get_realization(2026, 8),
    )

    def test_refusals(self):
        for answer, error in (
            (refusal("Api-Key is missing a required role for the method", 403, 7), Forbidden),
            (refusal("obsolete method cannot be used"), Obsolete),
            (refusal("Invalid Api-Key, please contact support", 404, 5), AuthError),
        ):
            for call in self.CALLS:
                adapter, *_rest = make_adapter(copy.copy(answer))
                with self.subTest(error=error.__name__), self.assertRaises(error):
                    call(adapter)

    def test_throttled(self):
        """A 429 right after a success is waited for, and given up when it does not end."""
        limit = refusal("You have reached request rate limit per second", 429, 8)
        adapter, session, _exchanges, clock = make_adapter(limit, read_fixture("accrual_types"))
        self.assertEqual(len(list(adapter.iter_accrual_types())), 6)
        self.assertTrue(clock.slept)
        self.assertEqual(len(session.sent), 2)
        adapter, *_rest = make_adapter(*[limit] * 20)
        with self.assertRaises(RateLimited):
            list(adapter.iter_accrual_types())

    def test_keys_without_the_role(self):
        """What a key may do is told by the paths of its roles."""
        operations = {"accrual_types", "accruals", "balance", "payouts", "realization"}
        for methods, allowed in (
            (["/v1/finance", "/v2/finance"], operations),
            (["/v1/finance/accrual"], {"accrual_types", "accruals"}),
            (["/v2/finance/realization"], set()),
            (["/v4/posting/fbs/list"], set()),
        ):
            with self.subTest(methods=methods):
                found = endpoints.get_allowed_operations(methods, OzonAdapter.info.operations)
                self.assertEqual(found & operations, allowed)


class TestCalendarDays(BaseCase):
    def test_day_or_none(self):
        for told, day in (
            ("2026-09-10", DAY),
            ("2026-09-10T00:00:00Z", DAY),
            (" 2026-09-10T23:59:59.999+03:00 ", DAY),
            ("", None),
            (None, None),
            ("0001-01-01T00:00:00Z", None),
        ):
            with self.subTest(told=told):
                self.assertEqual(parse.day_or_none(told, "x"), day)
        for junk in ("2026-02-30", "10.09.2026", 20260910):
            with self.assertRaises(PayloadError):
                parse.day_or_none(junk, "x")
