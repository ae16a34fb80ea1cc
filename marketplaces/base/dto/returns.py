"""Cancelling and goods that come back."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .value import value


@value
class CancelReason:
    """``kind``: our word for it (out_of_stock, defective, other) where the marketplace's reason has one, else "".

    ``use``: cancel, or not_handed_over for what kept a courier from handing something over.
    """

    external_id: str
    title: str
    message_required: bool = False
    available: bool = True
    kind: str = ""
    use: str = "cancel"


@value
class CancelRequest:
    """A buyer wants to cancel, the seller decides. ``state``: pending, approved or rejected.

    ``decide_until``: after it the marketplace approves by itself. ``unit_ids``: only these units of the posting,
    empty for all of it.
    """

    external_id: str
    number: str
    state: str
    initiator: str = ""
    reason: str = ""
    message: str = ""
    comment: str = ""
    requested_at: datetime | None = None
    decide_until: datetime | None = None
    unit_ids: tuple[str, ...] = ()
    raw: Any = field(default=None, repr=False)


@value
class Return:
    """Goods on their way back, one product. ``external_id`` is unique per ``source``.

    ``source``: platform (the marketplace carries them) or own_delivery (asked for by a buyer).
    ``stage``/``kind``: words of ``status.py``; ``raw_stage`` the vendor's word, ``stage_name`` as people read it.
    ``place_*``: where it is, ``target_*``: where it goes. ``storage_cost`` so far, in ``currency``.
    """

    external_id: str
    source: str
    number: str
    stage: str
    raw_stage: str
    sku: str
    quantity: int
    raw: Any = field(repr=False)
    scheme: str = ""
    order_number: str = ""
    kind: str = "unknown"
    stage_name: str = ""
    reason: str = ""
    article: str = ""
    name: str = ""
    price: Decimal | None = None
    currency: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    arrived_at: datetime | None = None
    finished_at: datetime | None = None
    place_name: str = ""
    place_address: str = ""
    target_name: str = ""
    target_address: str = ""
    barcode: str = ""
    storage_cost: Decimal | None = None
    storage_days: int = 0
    compensation: str = ""
    is_opened: bool = False


@value
class ReturnedUnit:
    """A unit that is back with the seller. ``amount``: what the buyer gets back for it."""

    external_id: str
    amount: Decimal


@value
class UnreadableReturn:
    """A return that came but cannot be read without guessing."""

    external_id: str
    source: str
    problem: str
    raw: Any = field(repr=False)
