"""A whole month of a cabinet at once: orders, deliveries, returns, charges late and without an order, payouts.

The draws come from a generator of the month's own; the cabinet's is left where it was.
"""

import random
import re
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from simulator.intake import check_fields
from simulator.ozon import accrual_rules, returns
from simulator.ozon.accrual_types import ACQUIRING_ID, BY_NAME
from simulator.ozon.accruals import ZERO, Fee
from simulator.ozon.periods import halves_between, moment_of, month_before, month_of, moscow_day
from simulator.ozon.seed import fresh_order_number, make_posting, random_lines, sellable

FIELDS = {"month", "postings", "returns", "late", "cancelled", "orderless", "seed", "currency", "lines_max"}
MONTH = re.compile(r"^(\d{4})-(\d\d)$")
# Where the parcels of a month come from, in parts.
PLACES = {"fbs": 6, "fbo": 3, "rfbs": 1}
SLOWEST = 5
# (type, category, unit number, least and greatest amount); charges that belong to no order take turns.
ORDERLESS = (
    ("PayPerClick", "NON_ITEM", "РК-{}", -900, -100),
    ("Placements", "NON_ITEM", "ХР-{}", -700, -50),
    ("CrossDock", "CONTAINER_FEES", "ПС-{}", -1500, -300),
    ("PremiumMembership", "NON_ITEM", "PREMIUM-{}", -9990, -9990),
    ("DefectFineShipmentDelayRate", "NON_ITEM", "ШТ-{}", -500, -50),
    ("Compensation", "NON_ITEM", "КМ-{}", 100, 2000),
    # A parcel that no list of postings has.
    ("LastMileCourier", "ITEM", "", -120, -40),
)
LATE = ("LastMileCourier", "PickUpPointReturnAcceptance", "VolumeWeightCharacteristicsProcessing")


class Month:
    def __init__(self, state, spec):
        self.state = state
        self.first, self.last = self.days(spec.get("month"))
        self.count = int(spec.get("postings", 100))
        self.returns, self.late, self.cancelled = (
            float(spec.get(name, 0)) for name in ("returns", "late", "cancelled")
        )
        self.orderless = int(spec.get("orderless", 0))
        self.currency = spec.get("currency") or state.settings.currency
        self.lines_max = int(spec.get("lines_max", 3))
        self.rng = random.Random(f"month/{spec.get('month')}/{spec.get('seed', state.seed)}")
        self.goods = sellable(state)
        if not self.goods:
            raise ValueError("there is no product that can be sold")
        self.serial = int(spec.get("seed", state.seed)) % 1000 * 10_000 + self.first.month * 100_000_000

    def days(self, text):
        """First and last day; of the present month until today."""
        match = MONTH.match(text) if isinstance(text, str) else None
        if not match:
            raise ValueError(f"month must be like 2026-08, got {text!r}")
        first, last = month_of(*map(int, match.groups()))
        if first > self.state.book.today:
            raise ValueError("a month that has not begun cannot be made")
        return first, min(last, self.state.book.today)

    @property
    def before(self):
        return month_before(self.first)


def make(state, spec):
    """``returns``, ``late`` and ``cancelled`` are shares of ``postings``, ``orderless`` is a number of charges."""
    check_fields(spec, FIELDS, "month")
    if not state.settings.auto_accruals:
        raise ValueError("a month needs the option auto_accruals")
    month = Month(state, spec)
    with other_dice(state, month.rng):
        earlier = delivered_before(month)
        delivered = deliver(month, month.count, month.first, month.last)
        cancel_on_the_way(month)
        bring_back(month, delivered)
        charge_late(month, earlier)
        charge_without_order(month)
    for half in halves_between(month.first, month.last):
        if half[1] < state.book.today:
            state.book.payouts.pay(half)
    rows = [row for row in state.book.between(month.first, month.last) if row.currency == month.currency]
    total = sum((row.total for row in rows), ZERO)
    return {"numbers": [posting.number for posting in delivered], "total": str(total), "rows": len(rows)}


@contextmanager
def other_dice(state, rng):
    kept, state.rng = state.rng, rng
    try:
        yield
    finally:
        state.rng = kept


# -- postings ----------------------------------------------------------------------------------------------------------


def deliver(month, count, first, last):
    postings = [delivered_posting(month, first, last) for _ in range(count)]
    month.state.add_postings(postings, announce=False)
    return postings


def delivered_posting(month, first, last):
    ordered, delivered = two_moments(month, first, last)
    posting = fresh_posting(month, "delivered", ordered)
    posting.delivered_at = posting.changed_at = delivered
    return posting


def two_moments(month, first, last):
    """An order, and days later its end; both in the month, both in the past."""
    ordered = first + timedelta(days=month.rng.randint(0, (last - first).days))
    ended = min(ordered + timedelta(days=month.rng.randint(1, SLOWEST)), last)
    minutes = timedelta(minutes=month.rng.randrange(60))
    moments = (moment_of(ordered, month.rng.randrange(4, 10)), moment_of(ended, month.rng.randrange(10, 24)))
    return tuple(min(moment + minutes, month.state.clock.now()) for moment in moments)


def fresh_posting(month, status, ordered):
    state = month.state
    scheme = month.rng.choices(list(PLACES), list(PLACES.values()))[0]
    places = state.fbo_warehouses if scheme == "fbo" else state.warehouses
    fitting = [place for place in places.values() if place.scheme == scheme] or list(places.values())
    lines = random_lines(state, most=month.lines_max, goods=month.goods)
    for line in lines:
        line.currency = month.currency
    posting = make_posting(state, lines, status, month.rng.choice(fitting), ordered.replace(microsecond=0))
    posting.shipped_at = ordered + timedelta(hours=6)
    posting.delivering_at = ordered + timedelta(hours=12)
    return posting


def cancel_on_the_way(month):
    postings = [cancelled_posting(month) for _ in range(round(month.count * month.cancelled))]
    month.state.add_postings(postings, announce=False)


def cancelled_posting(month):
    ordered, ended = two_moments(month, month.first, month.last)
    posting = fresh_posting(month, "cancelled", ordered)
    posting.changed_at = ended
    posting.cancellation = {**posting.cancellation, "cancelled_after_ship": True}
    return posting


def bring_back(month, delivered):
    """Goods of some of these parcels, at least a day later where the month is long enough."""
    for posting in month.rng.sample(delivered, round(len(delivered) * month.returns)):
        line = month.rng.choice(posting.lines)
        quantity = month.rng.randint(1, line.quantity)
        item = returns.add(month.state, posting.number, line.sku, quantity, "ClientReturn")
        day = moscow_day(posting.delivered_at) + timedelta(days=month.rng.randint(1, 6))
        moment = max(posting.delivered_at, min(moment_of(min(day, month.last), 23), month.state.clock.now()))
        finish_return(month.state, item, moment)


def finish_return(state, item, moment):
    item.created_at = item.posting.delivered_at
    item.stage = "Approved" if item.own else "ReturnedToOzon" if item.posting.is_fbo else "ReceivedBySeller"
    item.changed_at = item.final_at = moment
    accrual_rules.follow_return(state, item)


# -- charges -----------------------------------------------------------------------------------------------------------


def delivered_before(month):
    """Postings of earlier months; where the cabinet has none, some are made in the month before and paid there."""
    wanted = round(month.count * month.late)
    state, (first, last) = month.state, month.before
    known = [
        posting
        for posting in state.all_postings()
        if posting.status == "delivered" and posting.delivered_at and moscow_day(posting.delivered_at) < month.first
    ]
    if not wanted or known:
        return [month.rng.choice(known) for _ in range(wanted)]
    made = deliver(month, wanted, first, last)
    for half in halves_between(first, last):
        state.book.payouts.pay(half)
    return made


def charge_late(month, postings):
    """Dated in this month, for what was delivered in an earlier one."""
    for posting in postings:
        if month.rng.random() < 0.3:
            kind, line = ACQUIRING_ID, posting.lines[0]
        else:
            kind, line = BY_NAME[month.rng.choice(LATE)].id, month.rng.choice(posting.lines)
        fees = [(line.sku, Fee(kind, -kopecks(month, 10, 150)))]
        month.state.book.add(some_day(month), "ITEM", posting.number, posting.lines[0].currency, fees=fees)


def charge_without_order(month):
    for index in range(month.orderless):
        name, category, unit_number, low, high = ORDERLESS[index % len(ORDERLESS)]
        unit_number = unit_number.format(month.serial + index) or f"{fresh_order_number(month.state)}-1"
        sku = month.rng.choice(month.goods).sku if category == "ITEM" else None
        fees = [(sku, Fee(BY_NAME[name].id, kopecks(month, low, high)))]
        month.state.book.add(some_day(month), category, unit_number, month.currency, fees=fees)


def some_day(month):
    return month.first + timedelta(days=month.rng.randint(0, (month.last - month.first).days))


def kopecks(month, low, high):
    return Decimal(month.rng.randint(low * 100, high * 100)) / 100
