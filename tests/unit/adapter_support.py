"""Shared by the tests of all of ``marketplaces/``: a clock that only moves when told, and the transport's stand-in.

``FakeSession`` takes the place of ``requests.Session``, at the edge where bytes leave our code: everything inside that
edge is the real thing.
"""

import json
from collections import deque
from datetime import datetime, timedelta, timezone
from pathlib import Path

from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig
from odoo.addons.sale_marketplace.marketplaces.base.limiter import Limiter
from odoo.addons.sale_marketplace.marketplaces.base.policy import Policy

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
NOW = datetime(2026, 9, 10, 12, tzinfo=timezone.utc)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


class FakeClock:
    """Seconds that pass only by ``sleep``."""

    def __init__(self):
        self.seconds = 0.0
        self.slept = []

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self):
        return NOW + timedelta(seconds=self.seconds)


class FakeAnswer:
    """As much of ``requests.Response`` as is used on a streamed answer."""

    def __init__(self, body=None, status=200, headers=None):
        self.status_code = status
        raw = isinstance(body, bytes)
        self.headers = {"Content-Type": "application/octet-stream" if raw else "application/json", **(headers or {})}
        self.content = body if raw else json.dumps({} if body is None else body, ensure_ascii=False).encode()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return False

    def iter_content(self, size):
        for start in range(0, len(self.content), size):
            yield self.content[start : start + size]


class FakeSession:
    """Plays answers in order; an exception among them is raised. Remembers what was sent."""

    def __init__(self, *answers):
        self.answers = deque(answers)
        self.sent = []

    def request(self, method, url, **options):
        body = options.get("data")
        self.sent.append({"method": method, "url": url, "json": json.loads(body) if body else None, **options})
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, FakeAnswer) else FakeAnswer(answer)

    @property
    def bodies(self):
        return [sent["json"] for sent in self.sent]


class AdapterSupport:
    """What the tests of one marketplace share.

    :param folder: of its fixtures
    :param rates: of its limiter
    :param config: how a shop of it is connected
    """

    def __init__(self, folder, adapter_class, rates, session_class=FakeSession, **config):
        self.folder = FIXTURES / folder
        self.adapter_class = adapter_class
        self.rates = rates
        self.session_class = session_class
        self.config = config

    def read_fixture(self, name):
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def make_config(self, **changes):
        return AdapterConfig(**{**self.config, **changes})

    def make_adapter(self, *answers, rates=None, **config):
        """(adapter, session, list of exchanges, clock)."""
        session, clock, exchanges = self.session_class(*answers), FakeClock(), []
        adapter = self.adapter_class(
            self.make_config(**config),
            observe=exchanges.append,
            session=session,
            limiter=Limiter(rates or self.rates, clock),
            policy=Policy(jitter=lambda delay: delay),
            sleep=clock.sleep,
            clock=clock,
            now=clock.now,
        )
        return adapter, session, exchanges, clock
