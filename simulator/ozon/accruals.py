"""The cabinet's money, row by row: what an accrual is, and the book that keeps them with their former versions.

Amounts are signed from the seller's side. Days are Moscow calendar days; an accrual of a day that has not come yet is
in the book already, and nobody is shown it.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from simulator.clock import format_time
from simulator.ozon.payouts import Payouts
from simulator.ozon.periods import moscow_day

CATEGORIES = ("POSTING", "ITEM", "NON_ITEM", "CONTAINER_FEES")
ZERO = Decimal("0.00")


@dataclass
class Fee:
    type_id: int
    amount: Decimal


@dataclass
class Sold:
    """One product of a POSTING accrual. A return has negative amounts and prices, a mere charge has neither."""

    sku: int
    quantity: int
    seller_price: Decimal = ZERO
    # What the buyer paid for one unit; Ozon adds the two others.
    sale_price: Decimal = ZERO
    bonus: Decimal = ZERO
    coinvestment: Decimal = ZERO
    sale_amount: Decimal = ZERO
    ratio: Decimal = ZERO
    commission: Decimal = ZERO
    services: list = field(default_factory=list)

    @property
    def total(self):
        return self.sale_amount + self.commission + self.delivery

    @property
    def delivery(self):
        return sum((fee.amount for fee in self.services), ZERO)


@dataclass
class Accrual:
    id: int
    date: date
    category: str
    unit_number: str
    currency: str
    scheme: str = ""
    # Of POSTING: the products. Of the other categories: pairs of (sku or None, fee).
    products: list = field(default_factory=list)
    fees: list = field(default_factory=list)
    # Whether the realization report tells it; a report that differs from the accruals is made by this.
    reported: bool = True
    # Fields of the answer that come as the caller of the control API wants them.
    overrides: dict = None
    versions: list = field(default_factory=list)

    @property
    def total(self):
        return sum((sold.total for sold in self.products), ZERO) + sum((fee.amount for _sku, fee in self.fees), ZERO)

    def all_fees(self):
        """Every typed amount as (sku or None, fee)."""
        yield from ((sold.sku, fee) for sold in self.products for fee in sold.services)
        yield from self.fees

    def sales(self):
        """What was sold (and, negative, what came back)."""
        return [sold for sold in self.products if sold.sale_amount]


class Book:
    """All accruals of one cabinet, by day and by the number that they belong to, and what was paid out."""

    def __init__(self, state):
        self.state = state
        self.rows = {}
        self.removed = {}
        self.payouts = Payouts(self)
        # posting → what was sold with it, product by product; units of it that came back: (posting, sku) → number
        self.sold, self.returned = {}, defaultdict(int)
        # Postings and returns that have left their trace; none leaves two.
        self.charged, self.settled_returns = set(), set()
        self._ids = itertools.count(11_401_182_187_840)
        self._by_day, self._by_unit = defaultdict(dict), defaultdict(dict)

    @property
    def today(self):
        return moscow_day(self.state.clock.now())

    def add(self, day, category, unit_number, currency=None, **values):
        accrual = Accrual(
            next(self._ids), day, category, unit_number, currency or self.state.settings.currency, **values
        )
        self.rows[accrual.id] = accrual
        self._by_day[day][accrual.id] = accrual
        self._by_unit[unit_number][accrual.id] = accrual
        return accrual

    def remove(self, accrual):
        self.keep_version(accrual)
        self.removed[accrual.id] = self.rows.pop(accrual.id)
        del self._by_day[accrual.date][accrual.id]
        del self._by_unit[accrual.unit_number][accrual.id]

    def keep_version(self, accrual):
        accrual.versions.append({"at": format_time(self.state.clock.now()), "total": str(accrual.total)})

    # -- reading -----------------------------------------------------------------------------------------------------

    def of_day(self, day):
        return list(self._by_day[day].values()) if day in self._by_day and day <= self.today else []

    def of_unit(self, unit_number):
        rows = self._by_unit[unit_number].values() if unit_number in self._by_unit else ()
        return [accrual for accrual in rows if accrual.date <= self.today]

    def between(self, first, last):
        """Shown accruals of these days, both included, in the order of days and numbers."""
        days = sorted(day for day in self._by_day if first <= day <= min(last, self.today))
        return [accrual for day in days for accrual in self._by_day[day].values()]

    def accrued_before(self, day, currency):
        """The sum of everything accrued before a day, and until today."""
        earlier = (rows.values() for own, rows in self._by_day.items() if own < day and own <= self.today)
        return sum((row.total for rows in earlier for row in rows if row.currency == currency), ZERO)

    def first_day(self):
        return min((day for day, rows in self._by_day.items() if rows), default=None)
