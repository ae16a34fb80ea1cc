"""What Ozon pays: the balance (or a share of it) at the end of each half-month, and whatever a test orders."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from simulator.ozon.periods import half_of, halves_between

KOPECK = Decimal("0.01")
ZERO = Decimal("0.00")
DAY = timedelta(days=1)


@dataclass
class Payout:
    date: date
    amount: Decimal
    currency: str


class Payouts:
    def __init__(self, book):
        self.book = book
        self.rows = []
        # Half-months that end before this day were paid, or nothing was there to pay.
        self._paid_until = None

    def settle(self):
        """Pay for the half-months that have ended since the cabinet was made, each when its day has come."""
        today = self.book.today
        if self._paid_until is None:
            self._paid_until = half_of(today)[0]
        ended = today - timedelta(days=max(1, self.book.state.settings.payout_delay))
        for half in list(halves_between(self._paid_until, ended)):
            if half[1] <= ended:
                self.pay(half)
                self._paid_until = half[1] + DAY

    def pay(self, half):
        """One payment for a half-month; a debt is carried over to the next one."""
        settings = self.book.state.settings
        day = half[1] + timedelta(days=settings.payout_delay)
        # Payments for earlier half-months may come after the end of this one.
        balance = self.book.accrued_before(half[1] + DAY, settings.currency) - self.paid_before(day + DAY)
        amount = (balance * Decimal(str(settings.payout_share))).quantize(KOPECK, ROUND_HALF_UP)
        if amount > 0:
            self.add(day, amount)

    def add(self, day, amount, currency=None):
        self.rows.append(Payout(day, amount, currency or self.book.state.settings.currency))
        return self.rows[-1]

    def between(self, first, last, currency):
        """Payments of these days, both included, in their order."""
        last = min(last, self.book.today)
        found = [row for row in self.rows if first <= row.date <= last and row.currency == currency]
        return sorted(found, key=lambda row: row.date)

    def balance_before(self, day, currency):
        """What the marketplace owes in the morning of a day."""
        return self.book.accrued_before(day, currency) - self.paid_before(day, currency)

    def paid_before(self, day, currency=None):
        currency = currency or self.book.state.settings.currency
        return sum((row.amount for row in self.rows if row.date < day and row.currency == currency), ZERO)
