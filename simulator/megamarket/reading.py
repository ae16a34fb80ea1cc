"""order/search and order/get."""

from simulator.megamarket.models import STATUSES, write_time
from simulator.megamarket.registry import identifier, invalid, method, moment

USUAL, MOST = 100, 1000
MOST_IDS = 400


@method("order/search")
def order_search(call):
    """Ids only, the oldest first (inferred), cut at ``count``: there are no pages."""
    data = call.data
    begin = moment(data.get("dateFrom"), "dateFrom", required=False)
    end = moment(data.get("dateTo"), "dateTo", required=False)
    statuses, count = read_statuses(data), read_count(data)
    day = moment(data.get("shippingDate"), "shippingDate", required=False)
    # Creation dates are told in whole seconds, and so they are compared.
    found = [
        shipment.number
        for shipment in sorted(call.merchant.shipments.values(), key=lambda shipment: shipment.created_at)
        if (begin is None or shipment.created_at.replace(microsecond=0) >= begin)
        and (end is None or shipment.created_at.replace(microsecond=0) <= end)
        and (not statuses or shipment.status in statuses)
        and data.get("orderCode") in (None, "", shipment.order_code)
        and (day is None or is_shipped_on(shipment, day))
        and call.state.is_known(shipment)
    ]
    return {"shipments": found[:count]}


def read_count(data):
    count = data.get("count")
    if count is None:
        return USUAL
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
        raise invalid(f"count must be 1 to {MOST}")
    return count


def read_statuses(data):
    statuses = data.get("statuses") or []
    if not isinstance(statuses, list):
        raise invalid("statuses must be a list")
    if unknown := [str(status) for status in statuses if status not in STATUSES]:
        raise invalid(f"unknown statuses: {', '.join(unknown)}")
    return set(statuses)


def is_shipped_on(shipment, day):
    return shipment.shipping_until is not None and shipment.shipping_until.date() == day.date()


@method("order/get")
def order_get(call):
    """What is unknown is left out (inferred)."""
    numbers = call.data.get("shipments")
    if not isinstance(numbers, list) or not numbers:
        raise invalid("shipments must be a list of ids")
    if len(numbers) > MOST_IDS:
        raise invalid(f"shipments: {MOST_IDS} ids at most")
    wanted = dict.fromkeys(identifier(number, "shipmentId", invalid) for number in numbers)
    shipments = [call.merchant.shipments[number] for number in wanted if number in call.merchant.shipments]
    return {"shipments": [view(call.state, shipment) for shipment in shipments if call.state.is_known(shipment)]}


def view(state, shipment):
    odd, dbs = state.settings.odd_types, shipment.merchant.is_dbs
    return {
        "shipmentId": shipment.number,
        "orderCode": shipment.order_code or None,
        "status": tell_status(shipment.status, odd),
        "confirmedTimeLimit": write_time(shipment.confirm_until),
        "packingTimeLimit": write_time(shipment.packing_until),
        "shippingTimeLimit": write_time(shipment.shipping_until),
        "shipmentDateFrom": write_time(shipment.shipping_from),
        "shipmentDateTo": write_time(shipment.shipping_until),
        "packingDate": write_time(shipment.packing_until),
        "reserveExpirationDate": write_time(shipment.reserve_until),
        "deliveryId": int(shipment.delivery_id) if odd else shipment.delivery_id,
        "shipmentDateShift": shipment.shifted,
        "shipmentIsChangeable": shipment.is_changeable,
        "customerFullName": shipment.customer["name"],
        "customerAddress": shipment.customer["address"],
        "shippingPoint": "" if dbs else "132378",
        "creationDate": write_time(shipment.created_at),
        "deliveryDate": write_time(shipment.delivery_to),
        "deliveryDateFrom": write_time(shipment.delivery_from),
        "deliveryDateTo": write_time(shipment.delivery_to),
        "deliveryMethodId": "COURIER" if dbs else "PICKUP",
        "serviceScheme": "DELIVERY_BY_MERCHANT" if dbs else "DELIVERY_BY_GOODS",
        "depositedAmount": shipment.deposited,
        "customer": customer_view(shipment.customer) if dbs else None,
        "items": [lot_view(lot, odd) for lot in shipment.lots],
        **(shipment.get_overrides or {}),
    }


def tell_status(status, odd):
    """A fresh order may have no status yet."""
    return "" if odd and status == "PENDING" else status


def customer_view(customer):
    last, _, first = customer["name"].partition(" ")
    return {
        "firstName": first,
        "lastName": last,
        "middleName": "",
        "phone": customer["phone"],
        "email": customer["email"],
        "comment": customer["comment"],
    }


def lot_view(lot, odd):
    return {
        "itemIndex": lot.index if odd else str(lot.index),
        "status": tell_status(lot.status, odd),
        "subStatus": lot.sub_status,
        "price": lot.price,
        "finalPrice": lot.final_price,
        "discounts": [{**row, "discountPriceAdjustments": []} for row in lot.discounts],
        "quantity": 1,
        "offerId": lot.offer_id,
        "goodsId": lot.goods_id,
        "goodsData": {
            "name": lot.name,
            "categoryName": lot.category,
            "isDelivery": lot.is_delivery,
            "isDigitalMarkRequired": lot.mark,
        },
        "boxIndex": box_index(lot),
        "boxes": lot.boxes,
        "events": lot.events,
    }


def box_index(lot):
    """Null, a number, or a list: all three were seen."""
    numbers = [row["boxIndex"] for row in lot.boxes]
    return numbers if len(numbers) > 1 else next(iter(numbers), None)
