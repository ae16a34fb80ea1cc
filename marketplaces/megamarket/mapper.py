"""A shipment as MegaMarket tells it → ``dto.Order``. Reads ``order/get`` and the notification ``order/new``.

Nothing is guessed: what cannot be read makes an ``UnreadableOrder`` that keeps the raw shipment and says where. A
scheme that is not known is such a case: it decides who confirms and who delivers.
"""

import logging
from dataclasses import replace

from ..base import dto, parse, status
from ..base.errors import PayloadError
from . import buyer_mapper, progress, units
from .lots import read_shipment, unwrap

_logger = logging.getLogger(__name__)

#: Parts of a notification that hold what ``order/get`` tells at its top, in the order in which they are asked.
_PARTS = ("handover", "shipping", "label")


def parse_order(raw, observed_at, config):
    """One shipment → ``dto.Order``, or ``dto.UnreadableOrder`` when it cannot be read."""
    try:
        return _parse_shipment(read_shipment(raw, config), observed_at, config)
    except PayloadError as error:
        told = unwrap(raw)
        return dto.UnreadableOrder(number=find_number(told), problem=error.message, observed_at=observed_at, raw=told)


def find_number(told):
    """The number of whatever came, "" where there is none."""
    number = told.get("shipmentId") if isinstance(told, dict) else None
    return str(number).strip() if isinstance(number, (str, int)) and not isinstance(number, bool) else ""


def _parse_shipment(shipment, observed_at, config):
    told = shipment.raw
    known = progress.read_progress(shipment)
    lines = make_lines(shipment)
    own = shipment.scheme == status.RFBS
    boxes = shipment.boxes
    return dto.Order(
        number=shipment.number,
        scheme=shipment.scheme,
        observed_at=observed_at,
        lines=lines,
        currency=units.CURRENCY,
        total=sum(line.price * line.quantity for line in lines),
        raw=told,
        # The checkout's number; the shipments of one checkout share it. Not every answer tells it.
        order_number=parse.text(told.get("customerOrderId"), "customerOrderId"),
        order_external_id=parse.identifier_or_empty(told.get("customerOrderId"), "customerOrderId"),
        warehouse_external_id=config.client_id,
        box_codes=tuple(box.code for box in boxes),
        # Of DBS, and before packing, it counts none.
        cargo_places=len(boxes),
        is_multibox=len(boxes) > 1,
        scan_code=parse.identifier_or_empty(_find(told, "deliveryId"), "deliveryId"),
        buyer=buyer_mapper.parse_buyer(told) if own else None,
        deposit=parse.decimal_or_none(_find(told, "depositedAmount"), "depositedAmount") if own else None,
        **known,
        **_parse_deadlines(told, shipment.scheme, known["status"]),
        **_parse_promise(told),
    )


# --- lines ---------------------------------------------------------------------------------------------------------
def make_lines(shipment):
    """Pieces of one offer that do not differ are one line. What was cancelled is left out, unless all of it was."""
    lots = [lot for lot in shipment.lots if not lot.cancelled] if shipment.live_goods else shipment.lots
    groups = {}
    for lot in lots:
        key = (lot.offer_id, lot.kind, lot.price, lot.buyer_price, lot.vat_word, lot.marked)
        groups.setdefault(key, []).append(lot)
    return tuple(_make_line(group) for group in groups.values())


def _make_line(lots):
    first = lots[0]
    return dto.OrderLine(
        sku=first.offer_id,
        article=first.offer_id,
        name=first.name,
        quantity=len(lots),
        # The marketplace pays its discounts back: what the buyer pays is less, what the seller gets is not.
        price=first.price,
        buyer_price=first.buyer_price,
        requirements=("mandatory_mark",) if first.marked else (),
        kind=first.kind,
        unit_ids=tuple(lot.index for lot in lots),
        vat_word=first.vat_word,
    )


# --- times ---------------------------------------------------------------------------------------------------------
def _find(told, key):
    """A value at the top of ``order/get``, or in one of the parts of a notification."""
    places = (told, *(parse.mapping(told.get(part), part) for part in _PARTS))
    return next((place[key] for place in places if not parse.is_missing(place.get(key))), None)


def _find_moment(told, *keys):
    return next((found for key in keys if (found := parse.moment_or_none(_find(told, key), key))), None)


def _parse_deadlines(told, scheme, unified):
    """``ship_by`` is what the seller has to do next: pack before, or (packed) give away before, one limit.

    The limit of giving away is the hard one: after it the marketplace cancels.
    """
    pack_by = _find_moment(told, "packingTimeLimit", "packingDate")
    ship_limit = _find_moment(told, "shippingTimeLimit")
    ship_by = ship_limit or _find_moment(told, "shippingDate")
    packed = unified in (status.ASSEMBLED, status.HANDED_OVER, status.DELIVERED)
    return {
        "ordered_at": _find_moment(told, "creationDate", "shipmentDate"),
        "confirm_by": _find_moment(told, "confirmedTimeLimit", "confirmationDate") if scheme == status.FBS else None,
        "ship_by": (ship_by or pack_by) if packed else (pack_by or ship_by),
        "ship_by_limit": ship_limit,
    }


def _parse_promise(told):
    since, until = find_window(told)
    return {"delivery_from": since, "delivery_to": until}


def find_window(told):
    """(since, until) of the delivery as promised to the buyer, None for what is not told."""
    handover = parse.mapping(told.get("handover"), "handover")
    delivery = parse.mapping(told.get("delivery"), "delivery")
    interval = parse.mapping(handover.get("deliveryInterval") or delivery.get("deliveryInterval"), "deliveryInterval")
    return tuple(
        parse.moment_or_none(told.get(key) or interval.get(inner), key)
        for key, inner in (("deliveryDateFrom", "dateFrom"), ("deliveryDateTo", "dateTo"))
    )


# --- what only the notification tells --------------------------------------------------------------------------------
def complete_order(order, raw, config):
    """``order`` (of ``order/get``) with what only order/new told: the buyer's address, the VAT, the deposit.

    What cannot be read is left out, each part by itself: the order is whole without it.
    """
    told = unwrap(raw)
    if find_number(told) != order.number:
        _logger.warning("The notification beside shipment %s is about another one", order.number)
        return order
    for complete in (_complete_head, _complete_buyer, _complete_lines):
        try:
            order = complete(order, told, config)
        except PayloadError as error:
            _logger.warning("The notification of shipment %s cannot be read whole: %s", order.number, error)
    return order


def _complete_head(order, told, config):
    since, until = find_window(told)
    found = {
        "order_number": parse.text(told.get("customerOrderId"), "customerOrderId"),
        "order_external_id": parse.identifier_or_empty(told.get("customerOrderId"), "customerOrderId"),
        "scan_code": parse.identifier_or_empty(_find(told, "deliveryId"), "deliveryId"),
        "delivery_from": since,
        "delivery_to": until,
        **_parse_deadlines(told, order.scheme, order.status),
    }
    if order.scheme == status.RFBS and order.deposit is None:
        found["deposit"] = parse.decimal_or_none(_find(told, "depositedAmount"), "depositedAmount")
    return replace(order, **{name: value for name, value in found.items() if not getattr(order, name)})


def _complete_buyer(order, told, config):
    if order.scheme != status.RFBS:
        return order
    return replace(order, buyer=buyer_mapper.merge(order.buyer, buyer_mapper.parse_buyer(told)))


def _complete_lines(order, told, config):
    """The notification alone tells the VAT, and more surely whether pieces must be marked."""
    twins = make_lines(read_shipment(told, config))
    return replace(order, lines=tuple(_complete_line(line, twins) for line in order.lines))


def _complete_line(line, twins):
    twins = [twin for twin in twins if set(twin.unit_ids) & set(line.unit_ids) and twin.sku == line.sku]
    words = {twin.vat_word for twin in twins}
    needs = dict.fromkeys(need for each in (line, *twins) for need in each.requirements)
    vat_word = words.pop() if not line.vat_word and len(words) == 1 else line.vat_word
    return replace(line, vat_word=vat_word, requirements=tuple(needs))
