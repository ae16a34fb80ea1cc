"""Faults on demand: the ways in which a remote server fails, each for a number of times, on a prefix of paths."""

import itertools
import random

# Handled around any method, before or after it runs.
TRANSPORT_KINDS = {"status", "rate_limit", "html_502", "slow", "drop", "accept_then_timeout", "broken_json"}
# Asked for by the methods themselves, because only they know what such a fault means.
METHOD_KINDS = {"not_pdf", "duplicate_page", "shift_page", "label_task_error", "label_not_ready", "ship_fails"}
VENDORS = {"ozon", "megamarket", "telegram"}
# Which of the latter a vendor's methods ask for.
METHOD_KINDS_OF = {"ozon": METHOD_KINDS, "megamarket": {"not_pdf"}, "telegram": set()}
NAMES = {"ozon": "Ozon", "megamarket": "MegaMarket", "telegram": "Telegram"}
KINDS = TRANSPORT_KINDS | METHOD_KINDS
FIELDS = {"path", "kind", "times", "after", "retry_after", "delay", "status", "body", "message", "probability"}


class Fault:
    """One order to fail. ``times`` of None means for ever; ``after`` lets that many matching requests through first."""

    def __init__(self, number, spec):
        self.number = number
        self.spec = spec
        self.vendor, self.path = split(spec["path"])
        self.kind = spec["kind"]
        self.left = spec.get("times", 1)
        self.skip = spec.get("after") or 0
        self.fired = 0

    def matches(self, vendor, path, kinds):
        return self.vendor == vendor and self.kind in kinds and path.startswith(self.path) and self.left != 0

    def fire(self, chance):
        if self.skip > 0:
            self.skip -= 1
            return False
        if chance.random() >= self.spec.get("probability", 1):
            return False
        if self.left is not None:
            self.left -= 1
        self.fired += 1
        return True

    def describe(self):
        return {"id": self.number, **self.spec, "left": self.left, "fired": self.fired}


class Faults:
    def __init__(self, seed=0):
        self._numbers = itertools.count(1)
        self._chance = random.Random(seed)
        self._faults = []

    def add(self, spec):
        self._faults.append(Fault(next(self._numbers), check(spec)))
        return self._faults[-1].describe()

    def take(self, path, *kinds, vendor="ozon"):
        """The first fault due for this path, counted as used; None when the request may go on undisturbed."""
        for fault in self._faults:
            if fault.matches(vendor, path, kinds) and fault.fire(self._chance):
                return fault
        return None

    def describe(self):
        return [fault.describe() for fault in self._faults]

    def clear(self):
        self._faults.clear()


def split(path):
    """(vendor, path): a path that names no vendor is Ozon's."""
    head, slash, rest = path.removeprefix("/").partition("/")
    return (head, slash + rest) if head in VENDORS else ("ozon", path)


def check(spec):
    """Refuse a misspelt fault: one that never fires would make a test pass for nothing."""
    unknown = set(spec) - FIELDS
    if unknown:
        raise ValueError(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
    if spec.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of: {', '.join(sorted(KINDS))}")
    path = spec.get("path", "")
    if not isinstance(path, str):
        raise TypeError("path must be text")
    check_vendor(spec["kind"], *split(path))
    times = spec.get("times", 1)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times must be a positive number, or null for ever")
    return {**spec, "path": path.removeprefix("/ozon")}


def check_vendor(kind, vendor, path):
    if kind in METHOD_KINDS - METHOD_KINDS_OF[vendor]:
        raise ValueError(f"{kind} means nothing to {NAMES[vendor]}")
    if vendor == "telegram" and path.startswith("/bot"):
        raise ValueError("faults do not know tokens: write /telegram/sendMessage")
