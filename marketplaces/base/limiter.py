"""How fast one cabinet may be called: token buckets shared by all threads of the process.

Every call takes a token from the account's common bucket and one from its own. What the answers say
(``Ratelimit-Remaining``, ``Retry-After``, 429) corrects the buckets: marketplaces change limits without telling.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

#: The bucket that every call of an account counts against.
COMMON = "all"
#: A 429 divides the rate by two, down to this part of the configured one; good answers bring it back slowly.
LOWEST_PART = 1 / 32
RECOVERY = 1.02


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` tokens are added; at most ``burst`` are kept."""

    per_second: float
    burst: float = 1.0


class _Bucket:
    """Not thread safe by itself: ``Limiter`` holds the lock."""

    def __init__(self, rate, now):
        self.ceiling = rate.per_second
        self.rate = rate.per_second
        self.burst = max(rate.burst, 1.0)
        self.tokens = self.burst
        self.updated = now
        self.closed_until = now

    def refill(self, now):
        if now > self.updated:
            self.tokens = min(self.burst, self.tokens + (now - self.updated) * self.rate)
            self.updated = now

    def wait(self, now):
        """Seconds until a token can be taken."""
        missing = max(0.0, 1.0 - self.tokens) / self.rate
        return max(missing, self.closed_until - now, 0.0)

    def slow_down(self, now, retry_after, told_rate):
        if told_rate:
            # The marketplace named its limit: that is the ceiling from now on.
            self.ceiling = min(self.ceiling, told_rate)
            self.rate = self.ceiling
            self.burst = max(1.0, min(self.burst, told_rate))
        else:
            self.rate = max(self.rate / 2, self.ceiling * LOWEST_PART)
        self.tokens = 0.0
        self.closed_until = max(self.closed_until, now + (retry_after or 0.0))

    def note_success(self, remaining):
        self.rate = min(self.ceiling, self.rate * RECOVERY)
        if remaining is not None:
            self.tokens = min(self.tokens, remaining)


class Limiter:
    """The buckets of one account.

    :param rates: bucket name → ``Rate``; must hold ``COMMON``; a bucket that is not named has only the common limit
    :param clock: seconds, never going back
    """

    def __init__(self, rates: Mapping[str, Rate], clock=time.monotonic):
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def acquire(self, bucket=""):
        """Take the tokens for one call and return 0, or take nothing and return the seconds to wait."""
        with self._lock:
            now = self._clock()
            buckets = [self._get(name, now) for name in {COMMON, bucket or COMMON}]
            for each in buckets:
                each.refill(now)
            wait = max(each.wait(now) for each in buckets)
            if wait <= 0:
                for each in buckets:
                    each.tokens -= 1
            return wait

    def throttled(self, bucket="", retry_after=None, rate=None):
        """A 429 came. ``rate``: the limit per second, where the marketplace named it."""
        with self._lock:
            now = self._clock()
            self._get(bucket or COMMON, now).slow_down(now, retry_after, rate)

    def answered(self, bucket="", remaining=None):
        """Another answer came. ``remaining``: calls left as the marketplace told, or None."""
        with self._lock:
            now = self._clock()
            for name in {COMMON, bucket or COMMON}:
                self._get(name, now).note_success(remaining)

    def _get(self, name, now):
        if name not in self._buckets:
            self._buckets[name] = _Bucket(self._rates.get(name) or self._rates[COMMON], now)
        return self._buckets[name]


_shared: dict[str, Limiter] = {}
_shared_lock = threading.Lock()


def get_shared_limiter(account_key, rates, clock=time.monotonic):
    """The process's limiter of an account; the first caller's ``rates`` and ``clock`` hold."""
    with _shared_lock:
        if account_key not in _shared:
            _shared[account_key] = Limiter(rates, clock)
        return _shared[account_key]
