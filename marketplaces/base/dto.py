"""What adapters hand to the Odoo side: frozen, typed, without a vendor's names.

Money is ``Decimal`` in the unit of the currency beside it; times are aware UTC ``datetime``; ids are ``str``.
``raw`` is the payload as it came, for storing, never for reading.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

_dto = dataclass(frozen=True, slots=True, kw_only=True)


# --- account -------------------------------------------------------------------------------------------------------
@_dto
class Role:
    name: str
    methods: tuple[str, ...] = ()


@_dto
class AccountInfo:
    """Who the key belongs to and what it may do.

    ``operations``: the operation codes (see ``adapter.OPERATIONS``) that the key is allowed to call.
    ``key_expires_at``: None when the marketplace does not say.
    """

    company_name: str
    legal_name: str = ""
    tax_id: str = ""
    country: str = ""
    currency: str = ""
    roles: tuple[Role, ...] = ()
    operations: frozenset[str] = frozenset()
    key_expires_at: datetime | None = None
    subscription: str = ""


@_dto
class DeliveryMethod:
    external_id: str
    name: str
    active: bool = True


@_dto
class Warehouse:
    """A warehouse of the cabinet. ``label_kind``: big, small or "" where unknown. ``status`` is the vendor's word."""

    external_id: str
    name: str
    scheme: str
    status: str = ""
    active: bool = True
    label_kind: str = ""
    address: str = ""
    delivery_methods: tuple[DeliveryMethod, ...] = ()


# --- offers --------------------------------------------------------------------------------------------------------
@_dto
class Offer:
    """A listing of the cabinet.

    ``article`` is the seller's own code, unique per cabinet; ``external_id`` the listing's id; ``sku`` the id that
    postings use. ``vat_rate`` is a fraction (0.22), None when not told. ``problems`` are human sentences.
    """

    article: str
    external_id: str
    sku: str = ""
    name: str = ""
    barcodes: tuple[str, ...] = ()
    price: Decimal | None = None
    old_price: Decimal | None = None
    min_price: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None
    archived: bool = False
    status: str = ""
    image_url: str = ""
    problems: tuple[str, ...] = ()


# --- orders --------------------------------------------------------------------------------------------------------
@_dto
class OrderLine:
    """``price`` is per unit, with the seller's discounts taken off and with VAT.

    ``list_price`` is the price before discounts, ``buyer_price`` what the buyer pays (the marketplace funds the rest).
    ``requirements``: what must be recorded before shipping (mandatory_mark, gtd, country, rnpt, jw_uin, imei, weight).
    """

    sku: str
    article: str
    name: str
    quantity: int
    price: Decimal
    list_price: Decimal | None = None
    buyer_price: Decimal | None = None
    requirements: tuple[str, ...] = ()


@_dto
class Cancellation:
    """``after_shipping``: the goods had been assembled and must come back.

    ``initiator``: seller, buyer, marketplace, delivery or "".
    """

    reason_id: str = ""
    reason: str = ""
    initiator: str = ""
    after_shipping: bool = False


@_dto
class Buyer:
    """Only where the scheme gives it (rFBS). ``phone`` may be a substitute number."""

    external_id: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    zip: str = ""
    country: str = ""
    comment: str = ""


@_dto
class Order:
    """One posting.

    ``status``: a word of ``status.py``; ``raw_status``/``raw_substatus`` as the vendor says it.
    ``total``: what the marketplace says the seller's goods cost in sum, in ``currency``; None where it does not say.
    ``observed_at``: when this state was read. An older observation never overwrites a newer one.
    ``ordered_at``: buyer's order time as far as known. ``ship_by``/``ship_by_limit``: recommended and hard deadline.
    ``actions``: what the marketplace allows now, its own words.
    ``assembly``: "" | in_progress | failed, where assembly is asynchronous.
    ``barcodes``: as printed on the label, upper first. ``cargo_places``: number of boxes.
    ``delivery_step``: "" or the last of ``status.DELIVERY_STEPS`` that the posting has reached.
    ``delivery_from``/``delivery_to``: when the buyer was promised to get it. ``delivered_at``: when he got it.
    """

    number: str
    scheme: str
    status: str
    raw_status: str
    observed_at: datetime
    lines: tuple[OrderLine, ...]
    currency: str
    raw: dict[str, Any] = field(repr=False)
    order_number: str = ""
    order_external_id: str = ""
    parent_number: str = ""
    raw_substatus: str = ""
    ordered_at: datetime | None = None
    ship_by: datetime | None = None
    ship_by_limit: datetime | None = None
    delivering_at: datetime | None = None
    delivery_from: datetime | None = None
    delivery_to: datetime | None = None
    delivered_at: datetime | None = None
    delivery_step: str = ""
    total: Decimal | None = None
    warehouse_external_id: str = ""
    warehouse_name: str = ""
    delivery_method_external_id: str = ""
    delivery_method_name: str = ""
    barcodes: tuple[str, ...] = ()
    scan_code: str = ""
    tracking_number: str = ""
    cargo_places: int = 1
    is_multibox: bool = False
    is_express: bool = False
    is_legal: bool = False
    actions: tuple[str, ...] = ()
    assembly: str = ""
    related_numbers: tuple[str, ...] = ()
    cancellation: Cancellation | None = None
    buyer: Buyer | None = None


@_dto
class UnreadableOrder:
    """A posting that came but cannot be read without guessing. Stored raw, shown, never lost.

    ``number`` is "" only when not even that could be found.
    """

    number: str
    problem: str
    observed_at: datetime
    raw: Any = field(repr=False)


@_dto
class OrderQuery:
    """Which postings to list.

    ``by``: created (in [since, until]), changed (status changed in [since, until]) or unfulfilled (not yet delivered,
    ship-by time in [since, until]). ``statuses``: words of ``status.py``, empty for all. ``numbers``: only these,
    where the list can filter by number (FBO; any count, the adapter slices).
    """

    by: str
    since: datetime
    until: datetime
    statuses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


# --- shipping ------------------------------------------------------------------------------------------------------
@_dto
class PackageLine:
    """``exemplar_ids``: which units leave, where only some of them do and the marketplace tells them apart."""

    sku: str
    quantity: int
    exemplar_ids: tuple[str, ...] = ()


@_dto
class Package:
    lines: tuple[PackageLine, ...]


@_dto
class ShipResult:
    """``numbers``: the postings that came out, the original first; more than one after a split."""

    numbers: tuple[str, ...]


@_dto
class LabelTask:
    """A file being drawn. ``kind``: big, small or "" where not told. ``numbers``: the postings it was asked for."""

    task_id: str
    kind: str
    numbers: tuple[str, ...] = ()


@_dto
class LabelTaskState:
    """``state``: pending, done, failed. ``unprinted``: number → why. ``url`` is set when done."""

    state: str
    url: str = ""
    problem: str = ""
    unprinted: dict[str, str] = field(default_factory=dict)


# --- own delivery --------------------------------------------------------------------------------------------------
@_dto
class DeliveryWindow:
    """When the buyer expects it. ``changes_left``: how often it may still be changed."""

    since: datetime
    until: datetime
    changes_left: int


# --- what must be recorded before shipping -------------------------------------------------------------------------
@_dto
class Mark:
    """``kind``: mandatory_mark, jw_uin or imei. ``code`` as scanned, with its GS separators (U+001D)."""

    kind: str
    code: str
    state: str = ""
    problems: tuple[str, ...] = ()


@_dto
class Exemplar:
    """One unit of a posting.

    ``weight`` in the marketplace's unit (kg). A mark's ``state``: "" (not told), checking, passed or failed.
    ``problems``: the marketplace's sentences or words about this unit.
    """

    external_id: str
    marks: tuple[Mark, ...] = ()
    gtd: str = ""
    gtd_absent: bool = False
    rnpt: str = ""
    rnpt_absent: bool = False
    weight: Decimal | None = None
    problems: tuple[str, ...] = ()


@_dto
class ExemplarLine:
    """The units of one product. ``needs``: mandatory_mark, gtd, rnpt, jw_uin, imei, weight.

    ``mark_possible``: a mandatory mark is accepted though not demanded.
    """

    sku: str
    quantity: int
    exemplars: tuple[Exemplar, ...]
    needs: tuple[str, ...] = ()
    mark_possible: bool = False
    weight_min: Decimal | None = None
    weight_max: Decimal | None = None


@_dto
class ExemplarSheet:
    """All units of a posting.

    ``state``: "" (not asked), checking, ready (may be shipped), refused, changeable (shipped, may be changed) or locked.
    """

    number: str
    lines: tuple[ExemplarLine, ...]
    state: str = ""
    cargo_places: int = 0


@_dto
class Country:
    code: str
    name: str


# --- cancelling ----------------------------------------------------------------------------------------------------
@_dto
class CancelReason:
    """``kind``: our word for it (out_of_stock, defective, other) where the marketplace's reason has one, else ""."""

    external_id: str
    title: str
    message_required: bool = False
    available: bool = True
    kind: str = ""


@_dto
class CancelRequest:
    """A buyer wants to cancel, the seller decides. ``state``: pending, approved or rejected.

    ``decide_until``: after it the marketplace approves by itself.
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
    raw: Any = field(default=None, repr=False)


# --- returns -------------------------------------------------------------------------------------------------------
@_dto
class Return:
    """Goods on their way back, one product. ``external_id`` is unique per ``source``.

    ``source``: platform (the marketplace carries them) or own_delivery (a request of a buyer whom the seller delivered).
    ``stage``/``kind``: words of ``status.py``; ``raw_stage`` the vendor's word, ``stage_name`` as people read it.
    ``place_*``: where it is, ``target_*``: where it goes. ``storage_cost`` in ``currency`` so far, ``storage_days`` paid.
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


@_dto
class UnreadableReturn:
    """A return that came but cannot be read without guessing."""

    external_id: str
    source: str
    problem: str
    raw: Any = field(repr=False)


@_dto
class HandoverState:
    """A carriage: ``state`` is one of draft, forming, ready, failed, cancelled; ``numbers`` the postings in it.

    ``more``: postings are left for another one.
    """

    external_id: str
    state: str
    raw_status: str = ""
    numbers: tuple[str, ...] = ()
    removed_numbers: tuple[str, ...] = ()
    more: bool = False


@_dto
class HandoverSlot:
    """What can be handed over at a warehouse on a day. ``handover_external_id``: "" when it may still be created."""

    delivery_method_external_id: str
    warehouse_external_id: str
    name: str
    departure_at: datetime | None
    postings: int
    handover_external_id: str = ""
    raw_status: str = ""
    problems: tuple[str, ...] = ()


# --- events --------------------------------------------------------------------------------------------------------
@_dto
class Event:
    """A push notification.

    ``kind``: ping, order_new, order_cancelled, order_changed, offer_changed, stock_changed, other.
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
    raw: Any = field(default=None, repr=False)
