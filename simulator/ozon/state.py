"""The simulated cabinet: its records, their indexes and the events that are due later."""

import bisect
import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from simulator.clock import format_time
from simulator.ozon import accrual_rules, stock_book
from simulator.ozon.accruals import Book
from simulator.ozon.errors import not_found
from simulator.ozon.finance_settings import FinanceSettings
from simulator.ozon.models import Stock
from simulator.ozon.push import Pusher


@dataclass
class Settings(FinanceSettings):
    """Delays in seconds of the simulator's clock, and switches for the odd things the real service does."""

    ship_delay: float = 2
    label_delay: float = 45
    label_task_delay: float = 1
    act_delay: float = 3
    exemplar_delay: float = 1
    limits: bool = True
    method_limits: dict = field(default_factory=dict)
    wrap_result: bool = False
    empty_last_page: bool = False
    string_ids: bool = False
    null_objects: bool = False
    company_blocked: bool = False
    currency: str = "RUB"
    # article → code: numbers of these are refused, whatever they are.
    stock_refusals: dict = field(default_factory=dict)
    push_duplicates: int = 1
    push_shuffle: bool = False
    push_retry_scale: float = 1


class OzonState:
    """One cabinet. Everything that changes a posting goes through ``move`` or ``touch``."""

    def __init__(self, clock, seed=0, settings=None, client_id=1042):
        self.clock = clock
        self.seed = seed
        self.rng = random.Random(seed)
        self.settings = settings or Settings()
        self.client_id = client_id
        self.products, self.by_offer, self.by_sku = {}, {}, {}
        self.warehouses, self.stocks = {}, {}
        # product → moments of its last price changes
        self.price_times = {}
        self.postings, self.by_barcode, self.suffixes = {}, {}, {}
        # Kept apart: no FBS method ever sees what is sold from Ozon's warehouses.
        self.fbo_postings, self.fbo_warehouses, self.fbo_stocks = {}, {}, {}
        self.carriages, self.label_tasks, self.files, self.windows = {}, {}, {}, {}
        self.returns, self.cancel_requests = {}, {}
        self.statuses = Counter()
        self.ids = itertools.count(1_208_972_202)
        self.exemplar_ids = itertools.count(1_019_562_967_545_956)
        self.return_ids = itertools.count(1_000_015_552)
        self.task_ids = itertools.count(5_819_327_210_248)
        self.carriage_ids = itertools.count(900_000_250_859_000)
        # Any change of any posting makes remembered list results stale.
        self.revision = 0
        self.book = Book(self)
        self.pusher = Pusher(self)
        self._order, self._fbo_order = [], []
        self._events, self._event_numbers = [], itertools.count()

    # -- time ------------------------------------------------------------------------------------------------------

    def later(self, seconds, action):
        due = self.clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._events, (due, next(self._event_numbers), action))

    def settle(self):
        """Let everything happen that is due by now. Called before every request and by a background thread."""
        now = self.clock.now()
        while self._events and self._events[0][0] <= now:
            heapq.heappop(self._events)[2]()
        self.book.payouts.settle()

    # -- products and stocks -----------------------------------------------------------------------------------------

    def add_product(self, product):
        self.products[product.product_id] = product
        self.by_offer[product.offer_id] = product
        self.by_sku[product.sku] = product

    def find_product(self, offer_id="", product_id=0):
        """The article wins when a request carries both, as in the real service."""
        return self.by_offer.get(offer_id) if offer_id else self.products.get(product_id)

    def stock(self, product_id, warehouse_id):
        return self.stocks.setdefault((product_id, warehouse_id), Stock(updated_at=self.clock.now()))

    # -- postings ----------------------------------------------------------------------------------------------------

    def add_posting(self, posting, announce=True):
        self.add_postings([posting], announce)

    def add_postings(self, postings, announce=True):
        fbo = [posting for posting in postings if posting.is_fbo]
        own = [posting for posting in postings if not posting.is_fbo] if fbo else postings
        for posting in own:
            self.by_barcode[posting.upper_barcode] = self.by_barcode[posting.lower_barcode] = posting
        for posting in postings:
            (self.fbo_postings if posting.is_fbo else self.postings)[posting.number] = posting
            self.statuses[posting.status] += 1
            prefix, _, suffix = posting.number.rpartition("-")
            self.suffixes[prefix] = max(self.suffixes.get(prefix, 0), int(suffix) if suffix.isdigit() else 0)
            self._log(posting)
            stock_book.follow(self, posting)
            accrual_rules.follow(self, posting)
        for order, added in ((self._order, own), (self._fbo_order, fbo)):
            order.extend(map(sort_key, added))
            # Nearly sorted already: this takes one pass.
            order.sort()
        self.revision += 1
        if announce:
            for posting in postings:
                self.pusher.posting_created(posting)

    def posting(self, number):
        if number not in self.postings:
            raise not_found("POSTING_NOT_FOUND")
        return self.postings[number]

    def fbo_posting(self, number):
        if number not in self.fbo_postings:
            raise not_found("POSTING_NOT_FOUND")
        return self.fbo_postings[number]

    def any_posting(self, number):
        """For the control API, which does not ask by whom a posting is delivered; None when there is none."""
        return self.postings.get(number) or self.fbo_postings.get(number)

    def all_postings(self):
        return [*self.postings.values(), *self.fbo_postings.values()]

    def next_number(self, posting):
        """The number of a parcel split off: the order's number with the next free suffix."""
        prefix = posting.number.rpartition("-")[0]
        self.suffixes[prefix] += 1
        return f"{prefix}-{self.suffixes[prefix]}"

    def window(self, since, until, after=None, descending=False, fbo=False):
        """Postings by (in_process_at, id), both ends of the window included, beginning behind the key ``after``."""
        order, postings = (self._fbo_order, self.fbo_postings) if fbo else (self._order, self.postings)
        low = bisect.bisect_left(order, (since,))
        high = bisect.bisect_right(order, (until, float("inf")))
        if after and descending:
            high = min(high, bisect.bisect_left(order, after))
        elif after:
            low = max(low, bisect.bisect_right(order, (*after, END_OF_NUMBERS)))
        keys = range(high - 1, low - 1, -1) if descending else range(low, high)
        for index in keys:
            yield postings[order[index][2]]

    def move(self, posting, status, substatus, announce=True):
        """The only way a posting changes its status: history, counters, stock and pushes follow from here."""
        if (posting.status, posting.substatus) == (status, substatus):
            return
        self.statuses[posting.status] -= 1
        self.statuses[status] += 1
        posting.previous_substatus = posting.substatus
        posting.status, posting.substatus = status, substatus
        posting.changed_at = self.clock.now()
        self._log(posting)
        self.touch(posting)
        stock_book.follow(self, posting)
        accrual_rules.follow(self, posting)
        if announce:
            self.pusher.posting_changed(posting)

    def touch(self, posting):
        self.revision += 1
        posting.cache.clear()
        if posting.documented:
            forget_live_examples(posting)

    def _log(self, posting):
        row = {"at": format_time(self.clock.now()), "status": posting.status, "substatus": posting.substatus}
        posting.history.append(row)

    def counts(self):
        return {
            "products": len(self.products),
            "warehouses": len(self.warehouses),
            "postings": len(self.postings),
            "fbo_postings": len(self.fbo_postings),
            "by_status": {status: count for status, count in sorted(self.statuses.items()) if count},
            "carriages": len(self.carriages),
            "label_tasks": len(self.label_tasks),
            "push_urls": len(self.pusher.endpoints),
        }


# Sorts behind every posting number.
END_OF_NUMBERS = "~"


def sort_key(posting):
    return posting.in_process_at, posting.id, posting.number


LIVE = {
    "status", "substatus", "previous_substatus", "available_actions", "cancellation", "delivering_date", "products",
    "fact_delivery_date", "tracking_number", "multi_box_qty", "is_multibox", "parent_posting_number", "requirements",
}  # fmt: skip


def forget_live_examples(posting):
    """A posting from the documentation is served word for word until somebody acts on it."""
    posting.documented = False
    for overrides in (posting.overrides, posting.get_overrides):
        for name in LIVE & set(overrides or ()):
            del overrides[name]
