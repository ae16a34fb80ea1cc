"""MegaMarket's calls to us: ``order/new`` and ``order/cancel``, each at an address of its own.

They carry no signature, get lost and are repeated: a hint to look, never the truth.
"""

import hashlib
import json

from ..base import dto, parse
from ..base.client import parse_json
from ..base.errors import PayloadError
from . import units
from .lots import read_index

#: Topics: one address each.
NEW, CANCEL = "order/new", "order/cancel"
#: What only a new shipment is told with.
_HEAD = ("shipmentDate", "handover", "customer", "label", "shipping")
_SOURCE = {"source": "sale_marketplace"}
#: Our word for a failure → (HTTP status, message). A body that cannot be read will not become readable by being sent
#: again: it is refused in the envelope, as the marketplace describes a refusal. A failure of ours passes: HTTP 500
#: invites to repeat the call (and polling finds what is not repeated).
_FAILURES = {"invalid": (200, "The call cannot be read"), "internal": (500, "The call could not be stored")}


def parse_event(body, topic):
    """Body of one call → one ``dto.Event`` per shipment. ``PayloadError`` for junk."""
    data = parse_json(body)
    if not isinstance(data, dict):
        raise PayloadError("body", type(data).__name__, "is not an object")
    told = parse.mapping(data.get("data"), "data")
    merchant_id = parse.identifier_or_empty(told.get("merchantId"), "data.merchantId")
    shipments = parse.objects(told.get("shipments"), "data.shipments")
    if not shipments:
        raise PayloadError("data.shipments", told.get("shipments"), "is empty")
    return [_parse_shipment(shipment, merchant_id, topic, told) for shipment in shipments]


def _parse_shipment(shipment, merchant_id, topic, told):
    number = parse.identifier(shipment.get("shipmentId"), "shipmentId")
    raw_kind = topic if topic not in ("", NEW, CANCEL) else _find_kind(shipment, topic)
    lots, request = (), None
    kind = {NEW: "order_new", CANCEL: "order_cancelled"}.get(raw_kind, "other")
    if raw_kind == CANCEL:
        lots = _read_lots(shipment)
        if _is_request(shipment):
            kind = "cancel_requested"
            request = _make_request(number, lots, shipment)
    return dto.Event(
        kind=kind,
        key=_make_key(raw_kind, merchant_id, number, lots),
        raw_kind=raw_kind,
        account_external_id=merchant_id,
        order_number=number,
        occurred_at=_find_time(shipment) if raw_kind == NEW else None,
        request=request,
        raw={"merchantId": told.get("merchantId"), "shipment": shipment},
    )


def _find_kind(shipment, topic):
    """The shipment itself says what it is: the two addresses are easily swapped in the cabinet, and a new order that
    is taken for a cancellation would be lost. What it does not say, the address does."""
    items = parse.objects(shipment.get("items"), "items")
    if any(key in shipment for key in _HEAD):
        return NEW
    if items:
        return NEW if topic != CANCEL and any("price" in item for item in items) else CANCEL
    if not topic:
        raise PayloadError("items", shipment.get("items"), "is empty")
    return topic


def _is_request(shipment):
    """Standard's lots are cancelled already; in DBS the seller decides. Only calls of Standard name the method of
    fulfilment, so that a call which names none is taken for a request: it can only be asked too much."""
    return parse.text(shipment.get("fulfillmentMethod"), "fulfillmentMethod") != units.STANDARD_FULFILLMENT


def _read_lots(shipment):
    """Empty for all that is left of the shipment."""
    items = parse.objects(shipment.get("items"), "items")
    lots = {read_index(item.get("itemIndex"), f"items[{place}].itemIndex") for place, item in enumerate(items)}
    return tuple(sorted(lots, key=_sort_key))


def _sort_key(index):
    """2 before 10; what is no number comes last."""
    return (0, int(index), index) if index.isdecimal() else (1, 0, index)


def _make_request(number, lots, shipment):
    return dto.CancelRequest(
        external_id=make_request_id(number, lots),
        number=number,
        state="pending",
        initiator="buyer",
        unit_ids=lots,
        raw=shipment,
    )


def make_request_id(number, lots):
    """Equal for two deliveries of the same wish; the marketplace gives it no number."""
    return f"{number}:{','.join(lots)}"


def read_request_id(request_id):
    """(number of the shipment, numbers of its lots; none for all that is left of it)."""
    number, colon, lots = request_id.partition(":")
    if not (number and colon):
        raise PayloadError("request_id", request_id, "is not the number of a request")
    return number, tuple(filter(None, lots.split(",")))


def _make_key(raw_kind, merchant_id, number, lots):
    text = json.dumps([raw_kind, merchant_id, number, list(lots)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _find_time(shipment):
    """An odd time must not lose the news: it is left out."""
    try:
        return parse.moment_or_none(shipment.get("shipmentDate"), "shipmentDate")
    except PayloadError:
        return None


def make_answer(error):
    """(HTTP status, JSON body). A repeated call is answered like the first one."""
    if not error:
        return 200, {"data": {}, "meta": _SOURCE, "success": 1}
    http_status, message = _FAILURES[error]
    return http_status, {"data": {}, "meta": _SOURCE, "success": 0, "error": {"code": error, "message": message}}
