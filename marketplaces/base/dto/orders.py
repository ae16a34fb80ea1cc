"""Postings."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .value import value


@value
class OrderLine:
    """``price`` is per unit, with the seller's discounts taken off and with VAT.

    ``list_price`` is the price before discounts, ``buyer_price`` what the buyer pays (the marketplace funds the rest).
    ``requirements``: what must be recorded before shipping (mandatory_mark, gtd, country, rnpt, jw_uin, imei, weight).
    ``kind``: goods, or delivery for what the buyer pays for the delivery itself. ``unit_ids``: the numbers of its
    units where the marketplace tells them apart from the beginning, then as many as ``quantity``. ``vat_word``: the
    VAT as the marketplace names it, "" where it does not.
    """

    sku: str
    article: str
    name: str
    quantity: int
    price: Decimal
    list_price: Decimal | None = None
    buyer_price: Decimal | None = None
    requirements: tuple[str, ...] = ()
    kind: str = "goods"
    unit_ids: tuple[str, ...] = ()
    vat_word: str = ""


@value
class Cancellation:
    """``after_shipping``: the goods had been assembled and must come back.

    ``initiator``: seller, buyer, marketplace, delivery or "".
    """

    reason_id: str = ""
    reason: str = ""
    initiator: str = ""
    after_shipping: bool = False


@value
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


@value
class Order:
    """One posting.

    ``status``: a word of ``status.py``; ``raw_status``/``raw_substatus`` as the vendor says it.
    ``total``: what the marketplace says the seller's goods cost in sum, in ``currency``; None where it does not say.
    ``observed_at``: when this state was read. An older observation never overwrites a newer one.
    ``ordered_at``: buyer's order time as far as known. ``ship_by``/``ship_by_limit``: recommended and hard deadline.
    ``actions``: what the marketplace allows now, its own words.
    ``lines``: what is left of the posting; cancelled units are in none of them, unless the whole posting is cancelled.
    ``assembly``: "" | in_progress | failed, where assembly (or another step) is asynchronous.
    ``deposit``: what the buyer has paid before, None where the marketplace settles it all. He pays the rest at the
    door: the sum of ``buyer_price`` less this.
    ``confirm_by``: the seller has to confirm the order until then.
    ``barcodes``: as printed on the label, upper first. ``box_codes``: of its boxes, where they have codes of their
    own. ``cargo_places``: number of boxes, 0 where it is not told.
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
    box_codes: tuple[str, ...] = ()
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
    deposit: Decimal | None = None
    confirm_by: datetime | None = None


@value
class UnreadableOrder:
    """A posting that came but cannot be read without guessing. Stored raw, shown, never lost.

    ``number`` is "" only when not even that could be found.
    """

    number: str
    problem: str
    observed_at: datetime
    raw: Any = field(repr=False)


@value
class OrderQuery:
    """Which postings to list.

    ``by``: created (in [since, until]), changed (status changed in [since, until]) or unfulfilled (not yet delivered,
    ship-by time in [since, until]). ``statuses``: words of ``status.py``, empty for all. ``numbers``: only these,
    where the list can filter by number (FBO; any count, the adapter slices); with *changed*, the postings to look
    at where ``MarketplaceInfo.lists_changes`` is false.
    """

    by: str
    since: datetime
    until: datetime
    statuses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
