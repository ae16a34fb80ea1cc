from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from ...marketplaces.base import dto
from ...services.money_check import (
    DIFFERS,
    OK,
    PAIRS,
    UNKNOWN,
    Account,
    Books,
    Figures,
    Gap,
    Report,
    compare,
    find_days,
    join,
    judge,
)

D = Decimal
ACCOUNT = Account(D("50.00"), D("1000.00"), D("900.00"), D("150.00"))
GAP = Gap(date(2026, 8, 30), D("450.00"), D("457.00"))
#: Thirty of its difference are in another month.
REPORT = Report(D("730.00"), D("700.00"), D("30.00"))
#: A month that adds up: 100 wait for their settlement, 50 were there before.
FINE = Figures(
    accrued=D("1000.00"),
    told=D("1000.00"),
    told_rows=D("1000.00"),
    account=ACCOUNT,
    payouts=D("900.00"),
    report=REPORT,
    bank=D("900.00"),
    books=Books(clearing=D("100.00"), before=D("50.00")),
)


class TestMoneyCheckArithmetic(BaseCase):
    """Each disturbance is seen by the pair that it concerns, to the kopeck."""

    def assertStates(self, figures, **differing):
        pairs = compare(figures)
        self.assertEqual(list(pairs), list(PAIRS))
        found = {name: pair.difference for name, pair in pairs.items() if pair.state == DIFFERS}
        self.assertEqual(found, {name: D(amount) for name, amount in differing.items()})
        return pairs

    def test_what_adds_up(self):
        pairs = self.assertStates(FINE)
        self.assertEqual({pair.state for pair in pairs.values()}, {OK})
        self.assertEqual(judge(pairs), OK)

    def test_each_disturbance(self):
        books = FINE.books
        # Nobody has booked the payout of 100 that we do not know.
        late = replace(books, clearing=D("200.00"))
        for changes, differing in (
            ({"told": D("1000.01")}, {"days": "0.01"}),
            ({"days_missing": 1}, {"days": "0"}),
            # A row that has changed there, a payout that we were not told of: the books lack them too, for that reason.
            ({"account": replace(ACCOUNT, accrued=D("984.00"), closing=D("134.00"))}, {"balance": "-16.00"}),
            ({"payouts": D("800.00"), "bank": D("800.00"), "books": late}, {"payments": "100.00"}),
            # What the cabinet says of itself does not chain: its own figures are what differs, not our books.
            ({"account": replace(ACCOUNT, closing=D("151.00"))}, {"balance": "0"}),
            ({"account": replace(ACCOUNT, closing=D("157.00"), gaps=(GAP,))}, {"balance": "0"}),
            ({"bank": D("0.00")}, {"bank": "900.00"}),
            ({"report": replace(REPORT, explained=D("50.00"))}, {"report": "-20.00"}),
            ({"report": replace(REPORT, strange=2)}, {"report": "0.00"}),
            ({"unsettled_count": 2}, {"settled": "0"}),
            ({"unsettled": D("-7.00"), "unsettled_count": 1}, {"settled": "-7.00"}),
            ({"books": replace(books, clearing=D("123.45"))}, {"books": "-23.45"}),
            ({"books": replace(books, clearing=D("90.00"), waiting=D("10.00"))}, {}),
            ({"books": replace(books, clearing=D("400.00"), transit=D("300.00"))}, {}),
        ):
            with self.subTest(changes=changes):
                pairs = self.assertStates(replace(FINE, **changes), **differing)
                self.assertEqual(judge(pairs), DIFFERS if differing else OK)

    def test_what_is_not_told_is_unknown(self):
        pairs = self.assertStates(replace(FINE, told=None, account=None))
        unknown = {name for name, pair in pairs.items() if pair.state == UNKNOWN}
        self.assertEqual(unknown, {"days", "balance", "payments", "books"})
        self.assertEqual(compare(replace(FINE, books=None))["books"].state, UNKNOWN)
        self.assertEqual(compare(replace(FINE, report=None))["report"].state, UNKNOWN)
        self.assertEqual(compare(replace(FINE, settles=False, unsettled_count=3))["settled"].state, UNKNOWN)
        self.assertEqual(judge({}), UNKNOWN)

    def test_pieces_of_a_balance(self):
        def piece(since, until, opening, accrued, closing, *payments):
            values = {"opening": D(opening), "accrued": D(accrued), "closing": D(closing)}
            payments = tuple(D(payment) for payment in payments)
            return dto.Balance(since=since, until=until, currency="RUB", payments=payments, **values)

        first = piece(date(2026, 8, 1), date(2026, 8, 30), "50", "900", "450", "-300", "-200")
        last = piece(date(2026, 8, 31), date(2026, 8, 31), "450", "100", "550")
        account = join([first, last])
        self.assertEqual(account, Account(D(50), D(1000), D(500), D(550)))
        self.assertEqual(account.off, 0)
        torn = join([first, replace(last, opening=D(440))])
        self.assertEqual([(gap.day, gap.closing, gap.opening) for gap in torn.gaps], [(date(2026, 8, 30), 450, 440)])
        self.assertEqual(join([replace(last, closing=D(551))]).off, 1)

    def test_days_that_differ_are_found(self):
        wrong, asked = {date(2026, 8, 3), date(2026, 8, 31)}, []

        def is_equal(since, until):
            asked.append((since, until))
            return not any(since <= day <= until for day in wrong)

        self.assertEqual(find_days(date(2026, 8, 1), date(2026, 8, 31), is_equal), sorted(wrong))
        self.assertLess(len(asked), 25)
        wrong.clear()
        self.assertEqual(find_days(date(2026, 8, 1), date(2026, 8, 31), is_equal), [])
