"""Many orders at once: how fast and how well a merchant's server takes them."""

import math
import threading
import time
from collections import Counter, deque

from simulator.intake import check_fields
from simulator.megamarket import intake, messages
from simulator.megamarket.callbacks import Wire

FIELDS = {"account", "count", "repeats", "shuffle", "loss", "cancel_share", "threads", "rate", "lines", "retry"}
MOST_THREADS = 64


def flood(world, body):
    """``rate`` is calls per second, without it as fast as answers come; ``retry`` repeats what was refused, later."""
    check_fields(body, FIELDS, "flood")
    state = world.megamarket
    merchant = intake.account(state, body)
    if not merchant.new_url:
        raise ValueError(f"merchant {merchant.merchant_id} has no new_url")
    shipments = make_shipments(state, merchant, body)
    sending = deliveries(state, merchant, shipments, body)
    kept = []
    for delivery in sending:
        if state.rng.random() < body.get("loss", 0):
            state.callbacks.lose(delivery)
        else:
            kept.append(delivery)
    if body.get("shuffle"):
        state.rng.shuffle(kept)
    run = Run(state.callbacks, kept, body.get("rate"), bool(body.get("retry", True)))
    with world.unlocked():
        run.go(min(MOST_THREADS, int(body.get("threads", 4))))
    return {**run.result(), "lost": len(sending) - len(kept), "numbers": [shipment.number for shipment in shipments]}


def make_shipments(state, merchant, body):
    count = int(body.get("count", 1))
    if "lines" in body:
        made = [intake.described(state, merchant, {"lines": body["lines"]})[0] for _ in range(count)]
    else:
        made = [intake.random_shipment(state, merchant) for _ in range(count)]
    for shipment in made:
        state.add(shipment, announce=False)
        intake.take_from_stock(shipment)
    return made


def deliveries(state, merchant, shipments, body):
    """Every order ``repeats`` times, some of them cancelled right after; shuffled, a cancellation may come first."""
    found = []
    for shipment in shipments:
        new = messages.new_order(state, shipment)
        found += [state.callbacks.delivery(shipment, "new", new) for _ in range(int(body.get("repeats", 1)))]
        if merchant.cancel_url and state.rng.random() < body.get("cancel_share", 0):
            state.cancel(shipment, shipment.lots, announce=False)
            cancel = messages.cancel_order(state, shipment, shipment.lots)
            found.append(state.callbacks.delivery(shipment, "cancel", cancel))
    return found


class Run:
    def __init__(self, callbacks, sending, rate, retry):
        self.callbacks = callbacks
        self.queue = deque(enumerate(sending))
        self.rate = rate
        self.retry = retry
        self.answers = []
        self.seconds = 0

    def go(self, threads):
        self.started = time.monotonic()
        workers = [threading.Thread(target=self.work, daemon=True) for _ in range(max(1, threads))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.seconds = time.monotonic() - self.started

    def work(self):
        wire = Wire()
        while True:
            try:
                place, delivery = self.queue.popleft()
            except IndexError:
                break
            if self.rate:
                time.sleep(max(0, self.started + place / self.rate - time.monotonic()))
            self.answers.append(self.callbacks.attempt(delivery, wire, self.retry))
        wire.close()

    def result(self):
        seconds = sorted(answer["seconds"] for answer in self.answers)
        accepted = sum(answer["ok"] for answer in self.answers)
        return {
            "sent": len(self.answers),
            "accepted": accepted,
            "refused": len(self.answers) - accepted,
            "statuses": dict(Counter(str(answer["status"]) for answer in self.answers)),
            "seconds": round(self.seconds, 3),
            "per_second": round(len(self.answers) / self.seconds, 1) if self.seconds else 0,
            "p50": percentile(seconds, 50),
            "p99": percentile(seconds, 99),
            "max": seconds[-1] if seconds else 0,
        }


def percentile(values, share):
    """The nearest rank, in seconds."""
    return values[max(0, math.ceil(len(values) * share / 100) - 1)] if values else 0
