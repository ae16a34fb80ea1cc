"""The arithmetic of the three-way check: accruals, cabinet, bank and books of one month side by side.

Pure: no database, no clock; all amounts are ``Decimal``, + is for us. What a pair of figures differs by is either
explained (money on its way, rows that wait for their settlement) or it is a difference.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
OK, DIFFERS, UNKNOWN = "ok", "differs", "unknown"
#: In the order of the page.
PAIRS = ("days", "balance", "payments", "bank", "report", "settled", "books")


@dataclass(frozen=True, slots=True)
class Gap:
    """The cabinet's account ended a day with ``closing`` and began the next one with ``opening``."""

    day: date
    closing: Decimal
    opening: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """The cabinet's account over the month. ``paid``: what left it for our bank, positive."""

    opening: Decimal
    accrued: Decimal
    paid: Decimal
    closing: Decimal
    gaps: tuple = ()

    @property
    def off(self):
        """By how much the account does not add up in itself."""
        return self.closing - (self.opening + self.accrued - self.paid)


@dataclass(frozen=True, slots=True)
class Report:
    """The month's realization report. ``total``: due to us by it; ``accrued``: the same kinds by our rows;
    ``explained``: of the difference what is in another month; ``strange``: postings whose difference is not."""

    total: Decimal
    accrued: Decimal
    explained: Decimal = ZERO
    strange: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``accrued``: our rows of the month; ``told_rows``: those of them that the marketplace's ``told`` totals are of;
    ``days_missing``: days of the month that were never read. ``account``: None where the marketplace tells no balance.
    ``payouts``: what it says that it has sent; ``bank``: what of that the bank has received. ``report``: None where
    there is none. ``unsettled``: rows of the month that wait. ``books``: None where there is no clearing account."""

    accrued: Decimal = ZERO
    told: Decimal | None = None
    told_rows: Decimal = ZERO
    days_missing: int = 0
    account: Account | None = None
    payouts: Decimal = ZERO
    bank: Decimal = ZERO
    report: Report | None = None
    settles: bool = True
    unsettled: Decimal = ZERO
    unsettled_count: int = 0
    books: "Books | None" = None

    @property
    def above(self):
        """What of the cabinet's closing balance the other pairs call a difference already: the books lack it too, and
        are not wrong for it."""
        if self.account is None:
            return ZERO
        return (self.account.accrued - self.accrued) - (self.account.paid - self.payouts) + self.account.off

    @property
    def expected(self):
        """What the cabinet should hold by our books; None where there is no clearing account."""
        return self.books and self.books.expected + self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The clearing account on the last day, and why it may be another amount than the cabinet's.

    ``waiting``: all rows until then that no settlement of then has booked; ``transit``: paid out there, and not yet
    received here; ``before``: what the cabinet held when our accruals began and nobody has booked.
    """

    clearing: Decimal
    waiting: Decimal = ZERO
    transit: Decimal = ZERO
    before: Decimal = ZERO

    @property
    def expected(self):
        """What the cabinet should hold if all that it tells is known here."""
        return self.clearing + self.waiting - self.transit + self.before


@dataclass(frozen=True, slots=True)
class Pair:
    difference: Decimal
    state: str


def join(balances):
    """One account of its pieces in their order.

    :param balances: ``dto.Balance``
    """
    accrued = sum((piece.accrued for piece in balances), ZERO)
    paid = -sum((payment for piece in balances for payment in piece.payments), ZERO)
    gaps = tuple(
        Gap(one.until, one.closing, two.opening)
        for one, two in zip(balances, balances[1:], strict=False)
        if one.closing != two.opening
    )
    return Account(balances[0].opening, accrued, paid, balances[-1].closing, gaps)


def compare(figures):
    """{pair: ``Pair``}"""
    account = figures.account
    return {
        "days": _compare_days(figures),
        "balance": _compare_balance(figures),
        "payments": _compare(account and account.paid, figures.payouts),
        "bank": _compare(figures.payouts, figures.bank),
        "report": _compare_report(figures.report),
        "settled": _compare_settled(figures),
        "books": _compare(account and account.closing, figures.expected),
    }


def judge(pairs):
    """One word for all of them: what is unknown says nothing."""
    states = {pair.state for pair in pairs.values()}
    return DIFFERS if DIFFERS in states else OK if OK in states else UNKNOWN


def _compare(one, two):
    if one is None or two is None:
        return Pair(ZERO, UNKNOWN)
    return Pair(one - two, DIFFERS if one != two else OK)


def _compare_days(figures):
    """A day that nobody has read is a difference, although both sides lack it."""
    if figures.told is None:
        return Pair(ZERO, UNKNOWN)
    pair = _compare(figures.told, figures.told_rows)
    return Pair(pair.difference, DIFFERS) if figures.days_missing else pair


def _compare_balance(figures):
    """A cabinet whose own figures contradict each other proves nothing."""
    account = figures.account
    pair = _compare(account and account.accrued, figures.accrued)
    return Pair(pair.difference, DIFFERS) if account and (account.gaps or account.off) else pair


def _compare_report(report):
    """Report and ledger have different bases: what is only in another month is no difference."""
    if report is None:
        return Pair(ZERO, UNKNOWN)
    pair = _compare(report.total - report.explained, report.accrued)
    return Pair(pair.difference, DIFFERS) if report.strange else pair


def _compare_settled(figures):
    """Rows that wait may be nothing together: their number counts."""
    if not figures.settles:
        return Pair(ZERO, UNKNOWN)
    return Pair(figures.unsettled, DIFFERS if figures.unsettled_count else OK)


def find_days(since, until, is_equal):
    """Days on which two sums differ, by halving: a few questions where few days differ.

    :param is_equal: (first day, last day) → whether the sums over these days are the same
    """
    if is_equal(since, until):
        return []
    if since == until:
        return [since]
    middle = date.fromordinal((since.toordinal() + until.toordinal()) // 2)
    return find_days(since, middle, is_equal) + find_days(date.fromordinal(middle.toordinal() + 1), until, is_equal)
