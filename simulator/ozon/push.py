"""Push notifications: built from events, delivered by background threads, retried with growing pauses.

Order and uniqueness are not promised by Ozon; the options ``push_duplicates`` and ``push_shuffle`` make that visible.
"""

import itertools
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime

from simulator.outbox import Outbox, read_json
from simulator.ozon.messages import is_good, message, stocks_changed

TIMEOUT = 5
# Seconds before each repetition: growing up to ten minutes, then five more, then the message is dropped.
PAUSES = (2, 5, 15, 30, 60, 120, 300, 600, 600, 600, 600, 600)
WORKERS = 4
# Below this share of good answers everything stops until the seller confirms the address again.
SUSPEND_BELOW, SUSPEND_AFTER = 0.5, 20
# Addresses of the machine itself must not go through a proxy of the environment.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Endpoint:
    number: int
    url: str
    types: set
    created_at: datetime
    enabled: bool = True
    disable_reason: str = ""
    good: int = 0
    bad: int = 0


@dataclass(order=True)
class Delivery:
    due: float
    number: int
    endpoint: Endpoint = field(compare=False)
    body: dict = field(compare=False)
    attempt: int = field(default=0, compare=False)


def send(url, body):
    """One attempt. The answer as the sender saw it, never an exception."""
    started = time.monotonic()
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with OPENER.open(request, timeout=TIMEOUT) as answer:
            status, content = answer.status, answer.read(100_000)
    except urllib.error.HTTPError as error:
        status, content = error.code, error.read(100_000)
    except (OSError, ValueError) as error:
        return {"status": 0, "error": f"{type(error).__name__}: {error}", "body": None, "seconds": since(started)}
    return {"status": status, "error": "", "body": read_json(content), "seconds": since(started)}


def since(started):
    return round(time.monotonic() - started, 3)


class Pusher:
    def __init__(self, state):
        self.state = state
        self.endpoints = {}
        self.log = []
        self._numbers = itertools.count(1)
        self._outbox = Outbox(self._work, WORKERS)
        self._chance = random.Random(state.seed)

    # -- events --------------------------------------------------------------------------------------------------------

    def posting_created(self, posting):
        self.tell("TYPE_FBO_POSTING_NEW" if posting.is_fbo else "TYPE_NEW_POSTING", posting)

    def posting_changed(self, posting):
        """``previous_substatus`` of the posting is the old state by now."""
        fbo = posting.is_fbo
        if posting.status == "cancelled":
            self.tell("TYPE_FBO_POSTING_CANCELLED" if fbo else "TYPE_POSTING_CANCELLED", posting)
        else:
            self.tell("TYPE_FBO_POSTING_STATE_CHANGED" if fbo else "TYPE_STATE_CHANGED", posting)

    def tell(self, kind, posting):
        if self.wanted(kind):
            self.emit(message(self.state, kind, posting))

    def stock_changed(self, product_id, sku, warehouse_id, stock):
        if self.wanted("TYPE_STOCKS_CHANGED"):
            self.emit(stocks_changed(self.state, product_id, sku, warehouse_id, stock))

    def wanted(self, kind):
        return any(endpoint.enabled and kind in endpoint.types for endpoint in self.endpoints.values())

    # -- delivery ------------------------------------------------------------------------------------------------------

    def register(self, url, types):
        endpoint = Endpoint(next(self._numbers), url, set(types), self.state.clock.now())
        self.endpoints[endpoint.number] = endpoint
        return endpoint

    def emit(self, body):
        """Queue the message for everybody who wants it, as often and as disorderly as the options say."""
        settings = self.state.settings
        for endpoint in self.endpoints.values():
            if endpoint.enabled and body["message_type"] in endpoint.types:
                for _copy in range(settings.push_duplicates):
                    pause = self._chance.random() if settings.push_shuffle else 0
                    self._outbox.put(Delivery(time.monotonic() + pause, next(self._numbers), endpoint, body))

    def _work(self, take):
        while delivery := take():
            answer = send(delivery.endpoint.url, delivery.body)
            self._note(delivery, answer)

    def _note(self, delivery, answer):
        endpoint, good = delivery.endpoint, is_good(answer)
        self.log.append({**answer, "url": endpoint.url, "message": delivery.body, "attempt": delivery.attempt + 1})
        del self.log[:-1000]
        endpoint.good, endpoint.bad = endpoint.good + good, endpoint.bad + (not good)
        total = endpoint.good + endpoint.bad
        if total >= SUSPEND_AFTER and endpoint.good < total * SUSPEND_BELOW:
            endpoint.enabled, endpoint.disable_reason = False, "AVAILABILITY"
        if not good and endpoint.enabled and delivery.attempt < len(PAUSES):
            pause = PAUSES[delivery.attempt] * self.state.settings.push_retry_scale
            again = Delivery(time.monotonic() + pause, delivery.number, endpoint, delivery.body, delivery.attempt + 1)
            self._outbox.put(again)

    def stop(self):
        self._outbox.stop()
