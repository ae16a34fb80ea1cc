"""The bodies of order/new and order/cancel."""

from html import escape

from simulator.megamarket.models import write_time

LABEL = (
    '<!DOCTYPE html><html><head><meta charset="UTF-8"/><title>Маркировочный лист</title></head>'
    "<body><h1>{delivery}</h1><p>{name}</p></body></html>"
)


def new_order(state, shipment):
    dbs = shipment.merchant.is_dbs
    body = (dbs_shipment if dbs else standard_shipment)(state, shipment)
    return envelope(shipment, {**body, **(shipment.overrides or {})}, {} if dbs else {"source": "OMS"})


def cancel_order(state, shipment, lots):
    """That DBS leaves the fulfilment method out is inferred."""
    body = {"shipmentId": shipment.number}
    if not shipment.merchant.is_dbs:
        body["fulfillmentMethod"] = "FULFILLMENT_BY_MERCHANT"
    body["items"] = [{"itemIndex": index(state, lot), "goodsId": lot.goods_id, "offerId": lot.offer_id} for lot in lots]
    return envelope(shipment, body, {})


def envelope(shipment, body, meta):
    return {"meta": meta, "data": {"merchantId": shipment.merchant.merchant_id, "shipments": [body]}}


def standard_shipment(state, shipment):
    delivery_id = int(shipment.delivery_id) if state.settings.odd_types else shipment.delivery_id
    customer, until = shipment.customer, shipment.shipping_until
    return {
        "shipmentId": shipment.number,
        "shipmentDate": write_time(shipment.created_at),
        "confirmationDate": write_time(shipment.confirm_until),
        "packingDate": write_time(shipment.packing_until),
        "items": [item(state, lot) for lot in shipment.lots],
        "label": {
            "deliveryId": delivery_id,
            "region": customer["region"],
            "city": customer["city"],
            "address": customer["address"],
            "fullName": customer["name"],
            "merchantName": shipment.merchant.name,
            "merchantId": shipment.merchant.merchant_id,
            "shipmentId": shipment.number,
            "shippingDate": write_time(until),
            "deliveryType": "Самовывоз из пункта выдачи",
            "labelText": LABEL.format(delivery=shipment.delivery_id, name=escape(customer["name"])),
        },
        "shipping": {
            "shippingDate": write_time(until),
            "shippingPoint": 132378,
            "shippingInterval": {"dateFrom": write_time(shipment.shipping_from), "dateTo": write_time(until)},
        },
        "delivery": {"deliveryDate": write_time(shipment.delivery_to), "deliveryInterval": interval(shipment)},
        "fulfillmentMethod": "FULFILLMENT_BY_MERCHANT",
    }


def dbs_shipment(state, shipment):
    body = {
        "shipmentId": shipment.number,
        "shipmentDate": write_time(shipment.created_at),
        "handover": handover(state, shipment),
        "customer": customer_of(shipment.customer),
        "flags": [],
        "items": [item(state, lot) for lot in shipment.lots],
    }
    if shipment.missing_handover:
        del body["handover"]
    return body


def handover(state, shipment):
    """``deliveryId`` is a number in the samples."""
    return {
        "packingDate": write_time(shipment.packing_until),
        "reserveExpirationDate": write_time(shipment.reserve_until),
        "outletId": "",
        "serviceScheme": "DELIVERY_BY_MERCHANT",
        "depositedAmount": shipment.deposited,
        "deliveryInterval": interval(shipment),
        "deliveryId": shipment.delivery_id if state.settings.odd_types else int(shipment.delivery_id),
    }


def interval(shipment):
    return {"dateFrom": write_time(shipment.delivery_from), "dateTo": write_time(shipment.delivery_to)}


def customer_of(customer):
    return {
        "customerFullName": customer["name"],
        "phone": customer["phone"],
        "email": customer["email"],
        "address": {
            "source": customer["address"],
            "postalCode": customer["postal_code"],
            "fias": {"regionId": "", "destinationId": ""},
            "geo": {"lat": "55.70", "lon": "37.50"},
            "access": {
                "detachedHouse": False,
                "entrance": None,
                "floor": None,
                "intercom": None,
                "cargoElevator": False,
                "comment": customer["comment"],
                "apartment": customer["flat"] or "",
            },
            "regionKladrId": "77",
            "house": customer["house"],
            "block": None,
            "flat": customer["flat"],
            "regionWithType": customer["region"],
            "cityWithType": customer["city"],
            "cityArea": None,
            "streetWithType": customer["street"],
        },
    }


def item(state, lot):
    return {
        "itemIndex": index(state, lot),
        "goodsId": lot.goods_id,
        "offerId": lot.offer_id,
        "itemName": lot.name,
        "price": lot.price,
        "finalPrice": lot.final_price,
        "discounts": lot.discounts,
        "priceAdjustments": [],
        "quantity": 1,
        "taxRate": lot.tax_rate,
        "reservationPerformed": True,
        "isDigitalMarkRequired": lot.mark,
    }


def index(state, lot):
    return lot.index if state.settings.odd_types else str(lot.index)
