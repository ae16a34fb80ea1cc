"""Request limits of any marketplace. They follow the real clock, because that is what a waiting client measures."""

import time
from collections import deque


class Bucket:
    """Full at first, and refilled evenly: a client that has rested may send ``size`` requests at once."""

    def __init__(self, size, seconds, clock=time.monotonic):
        self.size = size
        self.rate = size / seconds
        self.clock = clock
        self.tokens = float(size)
        self.at = clock()

    def take(self):
        """Seconds to wait, 0 when the request may pass."""
        now = self.clock()
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0


class Window:
    """Never more than ``size`` requests within any ``seconds``; those that were refused do not count."""

    def __init__(self, size, seconds, clock=time.monotonic):
        self.seconds = seconds
        self.clock = clock
        self.passed = deque(maxlen=size)

    def take(self):
        """Seconds to wait, 0 when the request may pass."""
        now = self.clock()
        if len(self.passed) == self.passed.maxlen and now - self.passed[0] < self.seconds:
            return self.seconds - (now - self.passed[0])
        self.passed.append(now)
        return 0


class Limits:
    """The counters of all callers, by whatever tells them apart."""

    def __init__(self):
        self._counters = {}

    def bucket(self, key, size, seconds=1):
        return self._counter(Bucket, key, size, seconds)

    def window(self, key, size, seconds=1):
        return self._counter(Window, key, size, seconds)

    def _counter(self, kind, key, size, seconds):
        """Another size is another counter: an option that was changed counts anew."""
        name = (kind, key, size, seconds)
        if name not in self._counters:
            self._counters[name] = kind(size, seconds)
        return self._counters[name]
