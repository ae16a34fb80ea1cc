"""The texts of push notifications, one function per type; push.py delivers them."""

import uuid

from simulator.clock import format_time


def is_good(answer):
    body = answer["body"]
    return answer["status"] == 200 and isinstance(body, dict) and (body.get("result") is True or "version" in body)


def ping(state):
    return {"message_type": "TYPE_PING", "time": format_time(state.clock.now())}


def head(state, kind):
    return {"message_type": kind, "seller_id": state.client_id}


def new_posting(state, posting):
    begin = format_time(posting.shipment_date)
    return {
        **head(state, "TYPE_NEW_POSTING"),
        "posting_number": posting.number,
        "products": [{"sku": line.sku, "offer_id": line.offer_id, "quantity": line.quantity} for line in posting.lines],
        "in_process_at": format_time(posting.in_process_at),
        "warehouse_id": posting.warehouse.warehouse_id,
        "shipment_date": begin,
        "tpl_integration_type": posting.warehouse.integration,
        "is_express": False,
        "tracking_number": posting.tracking_number,
        "delivery_date_begin": begin,
        "delivery_date_end": begin,
    }


def posting_cancelled(state, posting):
    return {
        **head(state, "TYPE_POSTING_CANCELLED"),
        "posting_number": posting.number,
        "products": [{"sku": line.sku, "quantity": line.quantity} for line in posting.lines],
        "old_state": posting.previous_substatus,
        "new_state": "posting_canceled",
        "changed_state_date": format_time(posting.changed_at),
        "reason": reason(posting),
        "warehouse_id": posting.warehouse.warehouse_id,
    }


def reason(posting):
    cancellation = posting.cancellation or {}
    return {"id": cancellation.get("cancel_reason_id", 0), "message": cancellation.get("cancel_reason", "")}


def state_changed(state, posting):
    return {
        **head(state, "TYPE_STATE_CHANGED"),
        "posting_number": posting.number,
        "new_state": posting.substatus,
        "changed_state_date": format_time(posting.changed_at),
        "warehouse_id": posting.warehouse.warehouse_id,
    }


def cutoff_changed(state, posting):
    return {
        **head(state, "TYPE_CUTOFF_DATE_CHANGED"),
        "posting_number": posting.number,
        "new_cutoff_date": format_time(posting.shipment_date),
        "old_cutoff_date": format_time(posting.shipment_date),
        "warehouse_id": posting.warehouse.warehouse_id,
    }


def delivery_date_changed(state, posting):
    moment = format_time(posting.shipment_date)
    names = ("new_delivery_date_begin", "new_delivery_date_end", "old_delivery_date_begin", "old_delivery_date_end")
    return {
        **head(state, "TYPE_DELIVERY_DATE_CHANGED"),
        "posting_number": posting.number,
        **dict.fromkeys(names, moment),
        "warehouse_id": posting.warehouse.warehouse_id,
    }


def stocks_changed(state, product_id, sku, warehouse_id, stock):
    row = {"warehouse_id": warehouse_id, "present": stock.free + stock.reserved, "reserved": stock.reserved}
    item = {"product_id": product_id, "sku": sku, "updated_at": format_time(stock.updated_at), "stocks": [row]}
    return {**head(state, "TYPE_STOCKS_CHANGED"), "items": [item]}


def fbo_head(state, kind, posting):
    """The order's uuid is nowhere else in the API; here it is made of the posting's number."""
    return {
        **head(state, kind),
        "posting_number": posting.number,
        "order_number": posting.order_number,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, posting.number)),
        "warehouse_id": posting.warehouse.warehouse_id,
    }


def fbo_new(state, posting):
    return {
        **fbo_head(state, "TYPE_FBO_POSTING_NEW", posting),
        "products": [{"sku": line.sku, "quantity": line.quantity} for line in posting.lines],
        "creation_date": format_time(posting.in_process_at),
    }


def fbo_cancelled(state, posting):
    return {
        **fbo_head(state, "TYPE_FBO_POSTING_CANCELLED", posting),
        "products": [{"sku": line.sku, "quantity": line.quantity} for line in posting.lines],
        "old_state": posting.previous_substatus,
        "new_state": "posting_canceled",
        "cancel_date": format_time(posting.changed_at),
        "reason": reason(posting),
    }


def fbo_state_changed(state, posting):
    return {
        **fbo_head(state, "TYPE_FBO_POSTING_STATE_CHANGED", posting),
        "new_state": posting.substatus,
        "changed_state_date": format_time(posting.changed_at),
    }


def fbo_delivery_date_changed(state, posting):
    moment = format_time(posting.shipment_date)
    names = ("new_delivery_date_begin", "new_delivery_date_end", "old_delivery_date_begin", "old_delivery_date_end")
    return {**fbo_head(state, "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED", posting), **dict.fromkeys(names, moment)}


POSTING_MESSAGES = {
    "TYPE_NEW_POSTING": new_posting,
    "TYPE_POSTING_CANCELLED": posting_cancelled,
    "TYPE_STATE_CHANGED": state_changed,
    "TYPE_CUTOFF_DATE_CHANGED": cutoff_changed,
    "TYPE_DELIVERY_DATE_CHANGED": delivery_date_changed,
    "TYPE_FBO_POSTING_NEW": fbo_new,
    "TYPE_FBO_POSTING_CANCELLED": fbo_cancelled,
    "TYPE_FBO_POSTING_STATE_CHANGED": fbo_state_changed,
    "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED": fbo_delivery_date_changed,
}


def message(state, kind, posting=None):
    """A message of the given type; about a posting where the type is about one."""
    if kind == "TYPE_PING":
        return ping(state)
    if kind in POSTING_MESSAGES and posting is not None:
        return POSTING_MESSAGES[kind](state, posting)
    return {**head(state, kind), "changed_at": format_time(state.clock.now())}
