"""Which path is answered by which function, under which role. Modules register themselves by importing ``method``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.ozon.validation import Request

METHODS = {}


@dataclass(frozen=True)
class Method:
    path: str
    handler: Callable
    request: Request
    group: str
    writes: bool


@dataclass
class Call:
    """Everything a handler may need: the world, the checked body and where the caller reached us."""

    world: Any
    path: str
    body: dict
    base_url: str
    key: Any = None

    @property
    def state(self):
        return self.world.ozon

    @property
    def now(self):
        return self.world.clock.now()

    def fault(self, kind):
        return self.world.faults.take(self.path, kind)


def method(path, group, fields=None, name=None, writes=False):
    """Register a handler. ``group`` decides which key roles may call it (see auth.py)."""

    def register(handler):
        request = Request(name or "Request", fields or {})
        METHODS[path] = Method(path, handler, request, group, writes)
        return handler

    return register
