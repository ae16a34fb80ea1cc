"""Bodies: what goes into ``data`` beside the token. Lots are ``lots.Lot``."""

from datetime import timedelta, timezone

#: The marketplace's own clock: all its times carry this offset.
MOSCOW = timezone(timedelta(hours=3))
#: Numbers per answer of order/search, which has no pages (100 unless told).
SEARCH_COUNT, SEARCH_DEFAULT = 1000, 100
#: Shipments per order/get; 400 have been seen.
GET_BATCH = 100


def format_time(moment):
    return moment.astimezone(MOSCOW).isoformat(timespec="seconds")


def search(since, until, statuses=(), count=SEARCH_COUNT):
    """order/search: by the time of creation."""
    body = {"dateFrom": format_time(since), "dateTo": format_time(until), "count": count}
    return {**body, "statuses": list(statuses)} if statuses else body


def get(numbers):
    return {"shipments": list(numbers)}


def _one(number, **content):
    return {"shipments": [{"shipmentId": number, **content}]}


def _offers(lots):
    return [{"itemIndex": lot.index, "offerId": lot.offer_id} for lot in lots]


def confirm(number, lots):
    return _one(number, orderCode=number, items=_offers(lots))


def move_date(number, lots, since, until):
    """order/confirm in its other meaning. The fields of the date were not found in public text: both spellings that
    the rest of the API has are sent."""
    interval = {"dateFrom": format_time(since), "dateTo": format_time(until)}
    day = since.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    return _one(
        number,
        orderCode=number,
        items=_offers(lots),
        deliveryDate=format_time(day),
        delivery={"deliveryDate": format_time(day), "deliveryInterval": interval},
    )


def reject(number, lots, reason_id, message):
    return {**_one(number, items=_offers(lots)), "reason": _reason(reason_id, message)}


def _reason(reason_id, message):
    return {"type": reason_id, "comment": message} if message else {"type": reason_id}


def packing(number, places):
    """:param places: ``allocation.Place`` of every lot"""
    items = []
    for place in places:
        item = {"itemIndex": place.lot.index, "quantity": 1}
        if place.boxes:
            item["boxes"] = _boxes(place.boxes)
        if place.mark:
            item["digitalMark"] = place.mark
        items.append(item)
    return _one(number, orderCode=number, items=items)


def _boxes(boxes):
    return [{"boxIndex": box.index, "boxCode": box.code} for box in boxes]


def sticker(shipment):
    """sticker/print of all boxes, as a PDF: without being asked for one it draws HTML."""
    lots = [lot for lot in shipment.lots if lot.boxes and not lot.cancelled]
    body = _one(
        shipment.number,
        boxCodes=[box.code for box in shipment.boxes],
        items=[{"itemIndex": lot.index, "quantity": 1, "boxes": _boxes(lot.boxes)} for lot in lots],
    )
    return {**body, "printAsPdf": True}


def shipping(shipment, moment):
    return _one(shipment.number, boxes=_boxes(shipment.boxes), shipping={"shippingDate": format_time(moment)})


def close(number, outcomes, closed_at):
    """:param outcomes: list of (lot, ``dto.UnitResult``)"""
    items = []
    for lot, result in outcomes:
        item = {"itemIndex": lot.index, "handoverResult": result.handed_over}
        if not result.handed_over:
            item["reason"] = _reason(result.reason_id, result.comment)
        items.append(item)
    return _one(number, closeDate=format_time(closed_at), items=items)


def cancel_result(number, lots, cancelled):
    return _one(number, items=[{"itemIndex": lot.index, "canceled": cancelled} for lot in lots])


def report_return(number, units, returned_at):
    """order/return. The names of its fields were not found in public text: these are a reading of its description
    ("per lot, with the sum that was paid back")."""
    moment = format_time(returned_at)
    return _one(
        number,
        items=[
            {"itemIndex": unit.external_id, "returnAmount": _money(unit.amount), "returnDate": moment} for unit in units
        ],
    )


def _money(amount):
    """Whole roubles, as in every sample, where they are whole; else JSON writes the kopecks exactly: the shortest
    text of a float made of two decimals is those two decimals."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
