"""What a settlement's rows become in the books. Pure: no database, no clock; all amounts are ``Decimal``.

Every row goes into exactly one document, and the documents move the clearing account by exactly the rows' sum:

    receivable   customers' payments: one receipt per customer for all orders that the marketplace has paid to the
                 kopeck, one of its own for each order that differs; repayments likewise for what came back
    bill         the marketplace's bill for its services, a line per type, VAT inside
    entry        fines, compensations: lines of one entry
    suspense     what nobody can explain yet, a line per row
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from ..marketplaces.base import money

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Row:
    """An open accrual. ``amount``: signed, + is for us. ``claim``: key of the ``Claim`` that it belongs to, None
    without an order. ``book``: (account, tax, analytic as sorted JSON) of bills and entries; ids, 0 and "" for none.
    ``month``: "2026-08" where it belongs to a month before the settlement's period, else ""."""

    id: int
    kind: str
    document: str
    amount: Decimal
    claim: int | None = None
    book: tuple = (0, 0, "")
    label: str = ""
    month: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the customer of some orders owes us for them: orders that share an invoice are one claim.

    ``open_invoices``, ``open_refunds``: what is left to be paid of posted (or, in a preview, of coming) documents,
    both positive. ``state``: *invoiced*, *waiting* (no invoice), *cancelled* (the order is, in Odoo).
    """

    key: int
    partner: int
    receivable: int
    open_invoices: Decimal = ZERO
    open_refunds: Decimal = ZERO
    state: str = "invoiced"


@dataclass(slots=True)
class Transfer:
    """Money of claims that goes as one payment. ``amount`` > 0; ``exact``: it closes their documents to the kopeck."""

    partner: int
    receivable: int
    exact: bool
    amount: Decimal = ZERO
    claims: list = field(default_factory=list)
    rows: list = field(default_factory=list)


@dataclass(slots=True)
class BookLine:
    """A line of the bill (``amount`` > 0: we pay) or of the entry (``amount`` > 0: for us)."""

    book: tuple
    label: str
    month: str
    amount: Decimal = ZERO
    rows: list = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why something does not add up. ``code``: a key of the settlement's list of reasons; ``amount``: signed as the
    rows, what is too much or too little."""

    code: str
    amount: Decimal
    claim: int | None = None
    rows: tuple = ()


@dataclass(slots=True)
class Plan:
    receipts: list = field(default_factory=list)
    repayments: list = field(default_factory=list)
    bill: list = field(default_factory=list)
    entry: list = field(default_factory=list)
    differences: list = field(default_factory=list)
    total: Decimal = ZERO

    @property
    def bill_total(self):
        return sum((line.amount for line in self.bill), ZERO)

    @property
    def entry_total(self):
        return sum((line.amount for line in self.entry), ZERO)

    @property
    def moved(self):
        """By how much the documents change the clearing account."""
        receipts = sum((transfer.amount for transfer in self.receipts), ZERO)
        repayments = sum((transfer.amount for transfer in self.repayments), ZERO)
        return receipts - repayments - self.bill_total + self.entry_total

    def check(self, rows):
        """Every row in one document, and nothing else anywhere. ``ValueError`` otherwise: nothing may be booked."""
        parts = [*self.receipts, *self.repayments, *self.bill, *self.entry]
        explained = sorted(row for part in parts for row in part.rows)
        if explained != sorted(row.id for row in rows):
            raise ValueError("rows are missing in the plan, or in it twice")
        if self.moved != self.total:
            raise ValueError(f"the documents move {self.moved}, the rows are {self.total}")


def make_plan(rows, claims, *, per_order=False):
    """:param claims: {key: ``Claim``} of all keys that rows name
    :param per_order: a payment for each claim, also for those that are paid to the kopeck
    """
    plan = Plan(total=sum((row.amount for row in rows), ZERO))
    of_claims, rest = _sort_out(rows, claims, plan)
    _plan_transfers(plan, of_claims, claims, per_order)
    _plan_lines(plan, rest)
    plan.check(rows)
    return plan


def _sort_out(rows, claims, plan):
    """({claim key: rows}, [rows of bill, entry and suspense]); sales that nobody is known to owe go to suspense."""
    of_claims, rest, strange = defaultdict(list), [], defaultdict(list)
    for row in rows:
        claim = claims.get(row.claim)
        if row.document != "receivable":
            rest.append(row)
            if row.document == "suspense":
                strange["unknown_type", row.claim].append(row)
        elif claim is None or claim.state == "cancelled":
            rest.append(row)
            strange["unknown_posting" if claim is None else "cancelled_order", row.claim or row.number].append(row)
        else:
            of_claims[row.claim].append(row)
    for (code, key), group in strange.items():
        amount = sum((row.amount for row in group), ZERO)
        claim = key if key in claims else None
        plan.differences.append(Difference(code, amount, claim, tuple(row.id for row in group)))
    return of_claims, rest


def _plan_transfers(plan, of_claims, claims, per_order):
    batches = {}
    for key, rows in of_claims.items():
        claim = claims[key]
        sold = [row for row in rows if row.kind != money.RETURN]
        returned = [row for row in rows if row.kind == money.RETURN]
        sold_sum = sum((row.amount for row in sold), ZERO)
        returned_sum = -sum((row.amount for row in returned), ZERO)
        differences = [
            *_compare_sold(claim, sold, sold_sum),
            *_compare_returned(claim, returned, returned_sum),
        ]
        plan.differences += differences
        exact = not differences
        for amount, group in ((sold_sum, sold), (-returned_sum, returned)):
            if group:
                _add_transfer(plan, batches, claim, amount, group, exact, per_order)
    for side, transfer in batches.values():
        getattr(plan, side).append(transfer)


def _compare_sold(claim, rows, amount):
    if not rows or amount == claim.open_invoices:
        return
    if amount < 0:
        code, difference = "taken_back", amount
    elif claim.state == "waiting":
        code, difference = "no_invoice", amount
    elif not claim.open_invoices:
        code, difference = "paid_before", amount
    else:
        difference = amount - claim.open_invoices
        code = "overpaid" if difference > 0 else "underpaid"
    yield Difference(code, difference, claim.key, tuple(row.id for row in rows))


def _compare_returned(claim, rows, amount):
    if not rows or amount == claim.open_refunds:
        return
    if amount < 0:
        code, difference = "return_reversed", -amount
    elif not claim.open_refunds:
        code, difference = "no_credit_note", -amount
    else:
        code, difference = "return_differs", claim.open_refunds - amount
    yield Difference(code, difference, claim.key, tuple(row.id for row in rows))


def _add_transfer(plan, batches, claim, amount, rows, exact, per_order):
    """Exact claims of one customer share a payment; whatever differs has one of its own, so that no other order's
    documents are closed with its money."""
    alone = (claim.key, rows[0].kind == money.RETURN) if per_order or not exact else None
    side = "receipts" if amount >= 0 else "repayments"
    key = (side, claim.partner, claim.receivable, alone)
    _side, transfer = batches.setdefault(key, (side, Transfer(claim.partner, claim.receivable, exact)))
    transfer.amount += abs(amount)
    transfer.claims.append(claim.key)
    transfer.rows += [row.id for row in rows]


def _plan_lines(plan, rows):
    bill, entry = {}, {}
    for row in rows:
        if row.document == "bill":
            key = (row.label, row.book, row.month)
            line = bill.setdefault(key, BookLine(row.book, row.label, row.month))
            line.amount -= row.amount
        else:
            alone = row.id if row.document != "entry" else 0
            key = (row.label, row.book, row.month, alone)
            line = entry.setdefault(key, BookLine(row.book, row.label, row.month))
            line.amount += row.amount
        line.rows.append(row.id)
    plan.bill, plan.entry = list(bill.values()), list(entry.values())
