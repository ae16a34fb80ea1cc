"""The simulated marketplace as seen from its merchants: records, what is due later, and how lots move."""

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from simulator.megamarket.callbacks import Callbacks
from simulator.megamarket.models import (
    CONFIRMED,
    CUSTOMER_CANCELED,
    DBS,
    MERCHANT_CANCELED,
    NEW,
    PACKED,
    PACKING_EXPIRED,
    SHIPPING_EXPIRED,
    STANDARD,
    Merchant,
    write_time,
)

# The documentation gives a parcel that was not handed over this long.
AFTER_SHIPPING = timedelta(days=7)


@dataclass
class Settings:
    """Delays in seconds of the simulator's clock, and switches for the odd things the real service does."""

    pending_delay: float = 1
    # How long a fresh order is PENDING before it is NEW.
    new_delay: float = 0
    # How long the API does not know an order that its callback has announced.
    api_delay: float = 0
    # object, array, text; empty: an object for tokens and offers, an array for orders.
    error_shape: str = ""
    business_status: int = 200
    odd_types: bool = False
    # Digital marks are asked for in the Standard scheme; of DBS the documentation does not say.
    dbs_marks: bool = False
    limits: bool = True
    push_duplicates: int = 1
    push_shuffle: bool = False
    push_loss: float = 0
    push_retry_scale: float = 1
    feed_period: float = 7200


class MegamarketState:
    def __init__(self, clock, seed=0, settings=None, lock=None):
        self.clock = clock
        self.lock = lock
        self.seed = seed
        self.rng = random.Random(seed)
        self.settings = settings or Settings()
        self.numbers = {STANDARD: itertools.count(946_032_218), DBS: itertools.count(9_324_005_500_001)}
        self.delivery_numbers = {STANDARD: itertools.count(933_021_193), DBS: itertools.count(9_385_695_800_001)}
        self.goods_numbers = itertools.count(100_023_763_738)
        self._events, self._event_numbers = [], itertools.count()
        self._moment = None
        self.callbacks = Callbacks(self)
        self.merchants = {
            merchant.merchant_id: merchant
            for merchant in (
                Merchant(5046, "5046AAAA-0000-4000-8000-00000000A001", STANDARD, "ООО Образец"),
                Merchant(175000, "17500000-0000-4000-8000-00000000D001", DBS, "ООО Образец, своя доставка"),
            )
        }

    def stop(self):
        """A reading of a feed that is under way fills records that nobody looks at any more."""
        self.callbacks.stop()

    # -- time ------------------------------------------------------------------------------------------------------

    def now(self):
        """While something that was due is made up for, it happens when it was due."""
        return self._moment or self.clock.now()

    def at(self, moment, action):
        heapq.heappush(self._events, (moment, next(self._event_numbers), action))

    def later(self, seconds, action):
        """At once where there is nothing to wait for."""
        if seconds > 0:
            self.at(self.now() + timedelta(seconds=seconds), action)
        else:
            action()

    def settle(self):
        now = self.clock.now()
        try:
            while self._events and self._events[0][0] <= now:
                self._moment, _number, action = heapq.heappop(self._events)
                action()
        finally:
            self._moment = None

    # -- shipments -------------------------------------------------------------------------------------------------

    def add(self, shipment, announce=True):
        shipment.merchant.shipments[shipment.number] = shipment
        if self.settings.new_delay > 0 and shipment.status == NEW:
            self.hold_back(shipment)
        for lot in shipment.lots:
            self.note(lot)
        self.watch_deadlines(shipment)
        if announce:
            self.callbacks.announce_new(shipment)

    def hold_back(self, shipment):
        """PENDING is the first that is heard of a fresh lot, not something that it becomes."""

        def release():
            for lot in shipment.lots:
                if lot.status == "PENDING":
                    self.move(lot, NEW)
            self.catch_up(shipment)

        for lot in shipment.lots:
            lot.status = "PENDING"
        self.later(self.settings.new_delay, release)

    def find(self, number, merchant=None):
        """None when there is none; without a merchant the first who has it."""
        for shop in [merchant] if merchant else self.merchants.values():
            if number in shop.shipments:
                return shop.shipments[number]
        return None

    def is_known(self, shipment):
        """Whether the API tells of it by now."""
        return self.now() >= shipment.created_at + timedelta(seconds=self.settings.api_delay)

    # -- lots ------------------------------------------------------------------------------------------------------

    def move(self, lot, status, sub_status=None):
        if lot.status != status:
            lot.status, lot.sub_status = status, sub_status
            self.note(lot)

    def note(self, lot):
        lot.events.append({"eventDate": write_time(self.now()), "eventName": "STATUS", "eventValue": lot.status})

    def pend(self, shipment, lot, pending, status, sub_status=None):
        """The merchant's call is accepted and takes effect a little later, unless the buyer cancels before."""

        def finish():
            if lot.status == pending:
                self.move(lot, status, sub_status)
                self.follow(shipment)
                self.catch_up(shipment)

        self.move(lot, pending)
        self.later(self.settings.pending_delay, finish)

    def follow(self, shipment):
        """The paid delivery has no life of its own (inferred): it is packed, or cancelled, with the goods."""
        alive = [lot for lot in shipment.goods if lot.is_alive]
        for lot in shipment.deliveries:
            if not lot.is_alive:
                continue
            if not alive and shipment.status in (MERCHANT_CANCELED, CUSTOMER_CANCELED):
                self.move(lot, shipment.status)
            elif alive and all(goods.status == PACKED for goods in alive):
                self.move(lot, PACKED)

    # -- deadlines -------------------------------------------------------------------------------------------------

    def watch_deadlines(self, shipment):
        for moment, *what in deadlines(shipment):
            self.at(moment, lambda what=what: self.sweep(shipment, *what))

    def catch_up(self, shipment):
        """What was PENDING while a deadline passed meets it when it comes out."""
        for moment, *what in deadlines(shipment):
            if moment <= self.now():
                self.sweep(shipment, *what)

    def sweep(self, shipment, statuses, status, sub_status=None):
        for lot in shipment.goods:
            if lot.status in statuses:
                self.move(lot, status, sub_status)
        self.follow(shipment)

    # -- buyers ----------------------------------------------------------------------------------------------------

    def cancel(self, shipment, lots, announce=True):
        """Standard: it is done. DBS: the merchant is asked, and answers with order/cancelResult."""
        for lot in lots:
            if shipment.merchant.is_dbs:
                lot.cancel_requested = True
            else:
                self.move(lot, CUSTOMER_CANCELED)
        self.follow(shipment)
        if announce:
            self.callbacks.announce_cancel(shipment, lots)

    def counts(self):
        shipments = [shipment for merchant in self.merchants.values() for shipment in merchant.shipments.values()]
        return {
            "merchants": len(self.merchants),
            "offers": sum(len(merchant.offers) for merchant in self.merchants.values()),
            "postings": len(shipments),
            "by_status": dict(sorted(Counter(shipment.status for shipment in shipments).items())),
            "callbacks": self.callbacks.counts(),
        }


def deadlines(shipment):
    """(moment, statuses that it ends, status, sub-status) in the order in which they pass.

    Of DBS only packing has one; its reserve ends what was never packed (inferred).
    """
    if shipment.merchant.is_dbs:
        return [
            (shipment.packing_until, (NEW,), PACKING_EXPIRED, None),
            (shipment.reserve_until, (PACKING_EXPIRED,), MERCHANT_CANCELED, "PACKING_EXPIRED"),
        ]
    given_up = shipment.shipping_until + AFTER_SHIPPING
    return [
        (shipment.confirm_until, (NEW,), MERCHANT_CANCELED, "CONFIRMATION_EXPIRED"),
        (shipment.packing_until, (CONFIRMED,), PACKING_EXPIRED, None),
        (shipment.shipping_until, (PACKED,), SHIPPING_EXPIRED, None),
        # That the day of shipping ends it is inferred: the documentation only names the status.
        (shipment.shipping_until, (PACKING_EXPIRED,), MERCHANT_CANCELED, "PACKING_EXPIRED"),
        (given_up, (SHIPPING_EXPIRED,), MERCHANT_CANCELED, "SHIPPING_EXPIRED"),
    ]
