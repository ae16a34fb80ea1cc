"""Push notifications."""

from dataclasses import field
from datetime import datetime
from typing import Any

from .returns import CancelRequest
from .value import value


@value
class Event:
    """A push notification.

    ``kind``: ping, order_new, order_cancelled, order_changed, cancel_requested, offer_changed, stock_changed, other.
    ``request``: what is asked for, with *cancel_requested*.
    ``key``: equal for two deliveries of the same news. ``order_number`` is "" where the news is not about a posting.
    ``scheme``: a word of ``status.py`` where the kind of news tells it ("fbo"), else "".
    """

    kind: str
    key: str
    raw_kind: str
    account_external_id: str = ""
    order_number: str = ""
    scheme: str = ""
    article: str = ""
    occurred_at: datetime | None = None
    request: CancelRequest | None = None
    raw: Any = field(default=None, repr=False)
