"""Everything one running simulator holds. A reset builds the inside anew and keeps the object."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from simulator.clock import Clock, format_time
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.limits import Limits
from simulator.megamarket.state import MegamarketState
from simulator.megamarket.state import Settings as MegamarketSettings
from simulator.ozon import seed as ozon_seed
from simulator.ozon.state import OzonState, Settings
from simulator.telegram.state import TelegramState


@dataclass
class Plan:
    """How to start: the command line's answers, which a reset may override one by one."""

    seed: int = 1
    client_id: int = 1042
    products: int = 200
    postings: int = 40
    ship_delay: float = 2
    label_delay: float = 45
    limits: bool = True
    now: datetime = None
    frozen: bool = False


class World:
    def __init__(self, plan):
        self.lock = threading.RLock()
        self.ozon = self.megamarket = None
        self.reset(plan)

    def reset(self, plan):
        """A clean beginning: time, faults, journal, limits, the cabinets and the bots."""
        if self.ozon:
            self.ozon.pusher.stop()
            self.megamarket.stop()
        self.plan = plan
        self.clock = Clock(plan.now, plan.frozen)
        self.faults = Faults(plan.seed)
        self.journal = Journal()
        self.limits = Limits()
        settings = Settings(ship_delay=plan.ship_delay, label_delay=plan.label_delay, limits=plan.limits)
        self.ozon = OzonState(self.clock, plan.seed, settings, plan.client_id)
        self.megamarket = MegamarketState(self.clock, plan.seed, MegamarketSettings(limits=plan.limits), self.lock)
        self.telegram = TelegramState()
        ozon_seed.fill(self.ozon, plan.products, plan.postings)

    @contextmanager
    def unlocked(self):
        """Let others in while waiting for somebody else's server, who may be asking us something meanwhile."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()

    def settle(self):
        self.ozon.settle()
        self.megamarket.settle()

    def timestamp(self):
        return format_time(self.clock.now())
