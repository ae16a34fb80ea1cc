"""order/new and order/cancel on their way to the merchants: background threads, repetitions, and what goes wrong.

Whether and when MegaMarket repeats a call is nobody's documentation: 1, 5 and 15 minutes are inferred, by the real
clock, because that is what a merchant's server waits for.
"""

import base64
import http.client
import itertools
import json
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from simulator.megamarket import messages
from simulator.outbox import Outbox, read_json

TIMEOUT = 15
PAUSES = (60, 300, 900)
WORKERS = 4
KEPT = 20_000
# The error of a callback that was never sent.
LOST = "lost"
LARGEST_ANSWER = 100_000


@dataclass(order=True)
class Delivery:
    due: float
    number: int
    merchant: object = field(compare=False)
    kind: str = field(compare=False)
    shipment: str = field(compare=False)
    body: dict = field(compare=False)
    attempt: int = field(default=1, compare=False)

    @property
    def url(self):
        return self.merchant.new_url if self.kind == "new" else self.merchant.cancel_url


class Wire:
    """One thread's connections, kept open between calls as a busy sender keeps them."""

    def __init__(self):
        self._open = {}

    def send(self, url, merchant, body):
        """One attempt. The answer as the sender saw it, never an exception."""
        started = time.monotonic()
        data = json.dumps(body, ensure_ascii=False).encode()
        try:
            status, content = self._post(urlsplit(url), data, headers_of(merchant))
        except (OSError, ValueError, http.client.HTTPException) as error:
            text = f"{type(error).__name__}: {error}"
            return {"status": 0, "ok": False, "error": text, "body": None, "seconds": since(started)}
        answer = read_json(content)
        ok = status == 200 and isinstance(answer, dict) and answer.get("success") == 1
        return {"status": status, "ok": ok, "error": "", "body": answer, "seconds": since(started)}

    def _post(self, parts, data, headers):
        key = parts.scheme, parts.netloc
        fresh = key not in self._open
        try:
            return self._exchange(key, parts, data, headers)
        except (ConnectionError, http.client.BadStatusLine):
            if fresh:
                raise
            # The other side closed the connection in the meantime: that is no answer, nor a refusal.
            return self._exchange(key, parts, data, headers)

    def _exchange(self, key, parts, data, headers):
        connection = self._open.pop(key, None) or connect(parts)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, data, headers)
            answer = connection.getresponse()
            content = answer.read(LARGEST_ANSWER)
        except BaseException:
            connection.close()
            raise
        if answer.will_close or not answer.isclosed():
            connection.close()
        else:
            self._open[key] = connection
        return answer.status, content

    def close(self):
        for connection in self._open.values():
            connection.close()
        self._open.clear()


def connect(parts):
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address: {parts.geturl()!r}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=TIMEOUT)


def headers_of(merchant):
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "MegaMarket-OMS/1.0"}
    if merchant.login:
        secret = base64.b64encode(f"{merchant.login}:{merchant.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    return headers


def since(started):
    return round(time.monotonic() - started, 4)


class Callbacks:
    def __init__(self, state):
        self.state = state
        self.log = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._outbox = Outbox(self._work, WORKERS)
        self._chance = random.Random(state.seed)

    # -- events --------------------------------------------------------------------------------------------------------

    def announce_new(self, shipment):
        self.emit(self.delivery(shipment, "new", messages.new_order(self.state, shipment)))

    def announce_cancel(self, shipment, lots):
        self.emit(self.delivery(shipment, "cancel", messages.cancel_order(self.state, shipment, lots)))

    def delivery(self, shipment, kind, body):
        return Delivery(0, 0, shipment.merchant, kind, shipment.number, body)

    def emit(self, delivery):
        """Queue it as often and as disorderly as the options say; nothing happens where no address is known."""
        if not delivery.url:
            return
        settings = self.state.settings
        for _copy in range(settings.push_duplicates):
            if self._chance.random() < settings.push_loss:
                self.lose(delivery)
                continue
            pause = self._chance.random() if settings.push_shuffle else 0
            self.put(delivery, pause)

    def lose(self, delivery):
        self.log.append(row_of(delivery, {"status": 0, "ok": False, "error": LOST, "body": None, "seconds": 0}))

    def put(self, delivery, pause=0, attempt=1):
        again = Delivery(
            time.monotonic() + pause,
            next(self._numbers),
            delivery.merchant,
            delivery.kind,
            delivery.shipment,
            delivery.body,
            attempt,
        )
        self._outbox.put(again)

    # -- delivery ------------------------------------------------------------------------------------------------------

    def _work(self, take):
        wire = Wire()
        while delivery := take():
            self.attempt(delivery, wire)
        wire.close()

    def attempt(self, delivery, wire, retry=True):
        """Send once, note the answer, and order a repetition where it was not success."""
        answer = wire.send(delivery.url, delivery.merchant, delivery.body)
        self.log.append(row_of(delivery, answer))
        if retry and not answer["ok"] and delivery.attempt <= len(PAUSES):
            pause = PAUSES[delivery.attempt - 1] * self.state.settings.push_retry_scale
            self.put(delivery, pause, delivery.attempt + 1)
        return answer

    def __len__(self):
        """Those that wait for their time."""
        return len(self._outbox)

    def counts(self):
        rows = list(self.log)
        kinds = Counter("accepted" if row["ok"] else "lost" if row["error"] == LOST else "refused" for row in rows)
        return {"waiting": len(self), **{name: kinds[name] for name in ("accepted", "refused", "lost")}}

    def stop(self):
        self._outbox.stop()


def row_of(delivery, answer):
    return {
        "account": delivery.merchant.merchant_id,
        "kind": delivery.kind,
        "number": delivery.shipment,
        "url": delivery.url,
        "attempt": delivery.attempt,
        **answer,
    }
