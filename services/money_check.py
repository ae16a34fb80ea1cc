"""The three-way check of a month: which figures must be equal, and what explains it where they are not. Pure: amounts are
``Decimal``, + is for the seller."""

from dataclasses import dataclass
from decimal import Decimal

OK, DIFFERS, EXPLAINED, UNKNOWN = "ok", "differs", "explained", "unknown"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of one month and one cabinet; None where nobody tells it.

    ``ledger``: rows dated in the month; ``told``: the marketplace's own totals of its days. ``opening``, ``accrued``,
    ``paid``, ``closing``: the cabinet's account. ``report``, ``report_ledger``: goods sold less returned, by the
    realization report and by the accruals. ``payouts``: as listed, ``bank``: of them found in the bank.
    Until the month's end: ``clearing``: the clearing account; ``unsettled``: rows that are not in the books by then;
    ``unmatched``: payouts whose money the books have not seen by then; ``all_rows``, ``all_payouts``: everything since
    the money is loaded.
    """

    ledger: Decimal
    told: Decimal | None
    days_missing: int
    opening: Decimal | None
    accrued: Decimal | None
    paid: Decimal | None
    closing: Decimal | None
    report: Decimal | None
    report_ledger: Decimal | None
    payouts: Decimal
    bank: Decimal
    clearing: Decimal
    unsettled: Decimal
    unmatched: Decimal
    all_rows: Decimal
    all_payouts: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures that must be equal. ``reason``: a key of the texts on the page, "" where there is nothing to say."""

    code: str
    left: Decimal
    right: Decimal | None
    state: str
    reason: str = ""
    amount: Decimal = ZERO

    @property
    def difference(self):
        return ZERO if self.right is None else self.left - self.right


def compare(figures):
    """[``Pair``] in the order of the page."""
    return [
        _compare_told(figures),
        _pair("ledger_balance", figures.ledger, figures.accrued),
        _compare_report(figures),
        _pair("balance_payouts", figures.payouts, None if figures.paid is None else -figures.paid),
        _pair("payouts_bank", figures.payouts, figures.bank, "not_matched"),
        _compare_clearing(figures),
    ]


def get_state(pairs):
    """The worst of them; what nobody tells differs from nothing."""
    states = {pair.state for pair in pairs}
    return next((state for state in (DIFFERS, EXPLAINED, OK) if state in states), UNKNOWN)


def _pair(code, left, right, reason=""):
    if right is None:
        return Pair(code, left, None, UNKNOWN, "not_told")
    state = OK if left == right else DIFFERS
    return Pair(code, left, right, state, reason if state == DIFFERS else "", left - right)


def _compare_told(figures):
    if figures.told is not None and figures.days_missing:
        return Pair("ledger_told", figures.ledger, figures.told, DIFFERS, "days_missing", Decimal(figures.days_missing))
    return _pair("ledger_told", figures.ledger, figures.told)


def _compare_report(figures):
    """Two bases: delivered in the month, and accrued in it. A difference is named row by row on the report."""
    if figures.report is None:
        return Pair("report_ledger", figures.report_ledger or ZERO, None, UNKNOWN, "no_report")
    left, right = figures.report, figures.report_ledger
    return Pair("report_ledger", left, right, OK if left == right else EXPLAINED, "" if left == right else "two_bases")


def _compare_clearing(figures):
    """What the books say the marketplace owes, and what it says itself: the cabinet's balance, less what is not in the
    books yet, less what it held before its money was loaded."""
    if figures.closing is None:
        return Pair("clearing_balance", figures.clearing, None, UNKNOWN, "not_told")
    expected = figures.closing - figures.unsettled + figures.unmatched
    before = figures.closing - figures.all_rows + figures.all_payouts
    difference = figures.clearing - expected
    if difference == 0:
        return Pair("clearing_balance", figures.clearing, expected, OK)
    if difference == -before:
        return Pair("clearing_balance", figures.clearing, expected, EXPLAINED, "before", before)
    return Pair("clearing_balance", figures.clearing, expected, DIFFERS, "other_entries", difference + before)
