"""A shipment (``order/get``, ``order/new``) → its lots. One lot is one physical piece and has a status of its own.

Everything that tells lots apart is here; ``mapper`` makes lines of them, ``progress`` the posting's status, the
adapter sends their numbers back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..base import parse, status
from ..base.errors import PayloadError
from . import units


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """``index``: its number (``itemIndex``). ``word``: its status; ``history``: those before, in order."""

    index: str
    offer_id: str
    name: str
    kind: str
    price: Decimal
    buyer_price: Decimal | None
    vat_word: str
    marked: bool
    word: str
    sub_word: str
    boxes: tuple[Box, ...] = ()
    history: tuple[str, ...] = ()
    delivered_at: datetime | None = None

    @property
    def cancelled(self):
        return self.word in units.CANCELLED

    @property
    def told_word(self):
        """Its status, or the one before where a cancellation is being processed: that is called PENDING, too."""
        if self.word != units.PENDING_WORD:
            return self.word
        before = (word for word in reversed(self.history) if word in units.KNOWN)
        return next(before, self.word)

    @property
    def running(self):
        return self.word in units.RUNNING or self.told_word != self.word

    @property
    def open(self):
        """Neither cancelled nor with the buyer."""
        return self.word not in units.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    number: str
    scheme: str
    word: str
    lots: tuple[Lot, ...]
    raw: dict[str, Any] = field(repr=False)

    @property
    def goods(self):
        """All lots but the delivery; all where there is nothing else."""
        return tuple(lot for lot in self.lots if lot.kind != "delivery") or self.lots

    @property
    def live_goods(self):
        return tuple(lot for lot in self.goods if not lot.cancelled)

    @property
    def open_lots(self):
        return tuple(lot for lot in self.lots if lot.open)

    @property
    def open_goods(self):
        return tuple(lot for lot in self.goods if lot.open)

    @property
    def boxes(self):
        """Of the lots that are not cancelled, by their number."""
        found = {box.index: box for lot in self.lots if not lot.cancelled for box in lot.boxes}
        return tuple(found[index] for index in sorted(found))


def unwrap(raw):
    """The shipment in the ``raw`` of an event; anything else as it is."""
    if isinstance(raw, dict) and "shipmentId" not in raw and isinstance(raw.get("shipment"), dict):
        return raw["shipment"]
    return raw


def read_shipment(raw, config):
    """``PayloadError`` where something cannot be read without guessing."""
    told = parse.mapping(unwrap(raw), "shipment")
    number = parse.identifier(told.get("shipmentId"), "shipmentId")
    word = read_word(told.get("status"), "status")
    items = parse.objects(told.get("items"), "items")
    if not items:
        raise PayloadError("items", told.get("items"), "is empty")
    order_code = parse.text(told.get("orderCode"), "orderCode") or number
    prefix = f"{config.client_id}*{order_code}*"
    lots = tuple(_read_lot(item, f"items[{place}]", word, prefix) for place, item in enumerate(items))
    if len({lot.index for lot in lots}) < len(lots):
        raise PayloadError("items", [lot.index for lot in lots], "has a number twice")
    return Shipment(number=number, scheme=_read_scheme(told, config), word=word, lots=lots, raw=told)


def _read_scheme(told, config):
    """A scheme that is not told is the account's; one that is not known decides too much to be guessed."""
    handover = parse.mapping(told.get("handover"), "handover")
    word = read_word(told.get("serviceScheme") or handover.get("serviceScheme"), "serviceScheme")
    if not word:
        return config.scheme or status.RFBS
    if word not in units.SCHEMES:
        raise PayloadError("serviceScheme", word, "is not a scheme that is known here")
    return units.SCHEMES[word]


def _read_lot(item, path, shipment_word, prefix):
    card = parse.mapping(item.get("goodsData"), f"{path}.goodsData")
    offer_id = parse.identifier(item.get("offerId"), f"{path}.offerId")
    quantity = parse.integer_or(1, item.get("quantity"), f"{path}.quantity")
    if quantity != 1:
        raise PayloadError(f"{path}.quantity", quantity, "is not one piece")
    is_delivery = offer_id.lower() == units.DELIVERY_OFFER or _is_true(card.get("isDelivery"))
    events = parse.objects(item.get("events"), f"{path}.events")
    return Lot(
        index=read_index(item.get("itemIndex"), f"{path}.itemIndex"),
        offer_id=offer_id,
        name=parse.text(item.get("itemName") or card.get("name"), f"{path}.itemName"),
        kind="delivery" if is_delivery else "goods",
        price=_read_price(item.get("price"), f"{path}.price"),
        buyer_price=parse.decimal_or_none(item.get("finalPrice"), f"{path}.finalPrice"),
        vat_word=parse.text(item.get("taxRate"), f"{path}.taxRate"),
        marked=_is_true(item.get("isDigitalMarkRequired")) or _is_true(card.get("isDigitalMarkRequired")),
        word=read_word(item.get("status"), f"{path}.status") or shipment_word,
        sub_word=read_word(item.get("subStatus"), f"{path}.subStatus"),
        boxes=_read_boxes(item, path, prefix),
        history=tuple(read_word(event.get("eventValue"), f"{path}.events.eventValue") for event in events),
        delivered_at=_find_delivery(events, path),
    )


def read_index(value, path):
    """``1``, ``"1"``, ``1.0`` → "1". Zero is a number like any other."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = parse.text(value, path)
    if not found:
        raise PayloadError(path, value, "is missing")
    return found


def read_word(value, path):
    return parse.text(value, path).upper()


def _read_price(value, path):
    price = parse.decimal(value, path)
    if price < 0:
        raise PayloadError(path, value, "is negative")
    return price


def _is_true(value):
    return value in (True, 1, "true", "1")


def _read_boxes(item, path, prefix):
    """Boxes with their codes; where only numbers are told (``boxIndex``: null, one, a list), codes follow."""
    boxes = [
        Box(
            index=parse.integer(box.get("boxIndex"), f"{path}.boxes.boxIndex"),
            code=parse.identifier(box.get("boxCode"), f"{path}.boxes.boxCode"),
        )
        for box in parse.objects(item.get("boxes"), f"{path}.boxes")
    ]
    if boxes:
        return tuple(boxes)
    told = item.get("boxIndex")
    numbers = told if isinstance(told, list) else [] if parse.is_missing(told) else [told]
    indexes = [parse.integer(number, f"{path}.boxIndex") for number in numbers]
    return tuple(Box(index=index, code=f"{prefix}{index}") for index in indexes)


def _find_delivery(events, path):
    """When the lot's history says that it was delivered, the last time."""
    moments = [
        parse.moment_or_none(event.get("eventDate"), f"{path}.events.eventDate")
        for event in events
        if read_word(event.get("eventValue"), f"{path}.events.eventValue") == units.DELIVERED
    ]
    return max(filter(None, moments), default=None)
