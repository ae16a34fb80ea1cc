"""Ozon's request limits: so many a second of an account, and of some methods less."""

import math

from simulator.ozon.errors import RESOURCE_EXHAUSTED, OzonError

PER_SECOND = 50
# path → (requests, seconds)
PER_METHOD = {"/v2/products/stocks": (80, 60)}


def check(limits, client_id, path, settings):
    """Count the request; returns the headers of its answer, or raises Ozon's 429."""
    if not settings.limits:
        return {}
    account = limits.bucket(("ozon", client_id), PER_SECOND)
    refuse(account.take(), "You have reached request rate limit per second")
    size, seconds = limit_of(path, settings)
    if size:
        wait = limits.bucket(("ozon", client_id, path), size, seconds).take()
        refuse(wait, method_message(size, seconds))
    return {"Ratelimit-Remaining": str(int(account.tokens))}


def refuse(wait, message):
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
