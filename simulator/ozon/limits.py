"""Request limits. Buckets refill with the real clock, because that is what a waiting client measures."""

import math
import time

from simulator.ozon.errors import RESOURCE_EXHAUSTED, OzonError

PER_SECOND = 50
# path → (requests, seconds)
PER_METHOD = {"/v2/products/stocks": (80, 60)}


class Bucket:
    def __init__(self, size, seconds):
        self.size = size
        self.rate = size / seconds
        self.tokens = float(size)
        self.at = time.monotonic()

    def take(self):
        """Seconds to wait, 0 when the request may pass."""
        now = time.monotonic()
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0


class Limits:
    def __init__(self):
        self._buckets = {}

    def check(self, client_id, path, settings):
        """Count the request; returns the headers of its answer, or raises Ozon's 429."""
        if not settings.limits:
            return {}
        account = self.bucket((client_id,), PER_SECOND, 1)
        self._refuse(account.take(), "You have reached request rate limit per second")
        size, seconds = limit_of(path, settings)
        if size:
            wait = self.bucket((client_id, path, size, seconds), size, seconds).take()
            self._refuse(wait, method_message(size, seconds))
        return {"Ratelimit-Remaining": str(int(account.tokens))}

    def bucket(self, key, size, seconds=1):
        if key not in self._buckets:
            self._buckets[key] = Bucket(size, seconds)
        return self._buckets[key]

    def _refuse(self, wait, message):
        if wait:
            headers = {"Ratelimit-Remaining": "0", "Retry-After": str(math.ceil(wait))}
            raise OzonError(429, RESOURCE_EXHAUSTED, message, headers)


def limit_of(path, settings):
    """The options may throttle any method per second, as Ozon began to do in 2026 without announcing it."""
    if path in settings.method_limits:
        return settings.method_limits[path], 1
    return PER_METHOD.get(path, (0, 1))


def method_message(size, seconds):
    if seconds == 1:
        return f"rate limit exceeded for `seller-api` client, current max rate per sec.: {size}"
    return "You have reached request rate limit per minute"
