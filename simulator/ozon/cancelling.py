"""Cancelling postings and units, the reasons for it, and the limits of the acceptance points."""

from simulator.ozon import stock_book
from simulator.ozon.errors import invalid, wrong_state
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Message, Text

REASONS = {
    352: ("Товар закончился на складе продавца", "seller", True),
    400: ("Остался только бракованный товар", "seller", True),
    401: ("Продавец отклонил арбитраж", "seller", False),
    402: ("Другое (вина продавца)", "seller", True),
    665: ("Возврат из службы доставки: покупатель не забрал заказ", "seller", False),
    666: ("Возврат из службы доставки: нет доставки в указанный регион", "seller", False),
    667: ("Возврат из службы доставки: заказ утерян", "seller", False),
}
NEEDS_MESSAGE = 402
CLIENT_REASON = 501
INITIATORS = {
    "seller": "Продавец",
    "client": "Клиент",
    "ozon": "Ozon",
    "system": "Система",
    "delivery": "Служба доставки",
}
CANCELLABLE = {"awaiting_approve", "awaiting_packaging", "awaiting_registration", "awaiting_deliver", "arbitration"}


@method("/v2/posting/fbs/cancel-reason/list", "posting")
def reason_list(call):
    rows = [
        {"id": number, "title": title, "type_id": kind, "is_available_for_cancellation": usable}
        for number, (title, kind, usable) in REASONS.items()
    ]
    return {"result": rows}


REASONS_FOR = {"related_posting_numbers": Many(Text(), required=True)}


@method("/v1/posting/fbs/cancel-reason", "posting", REASONS_FOR, "CancelReasonRequest")
def reasons_for_postings(call):
    usable = [
        {"id": number, "title": title, "type_id": kind}
        for number, (title, kind, available) in REASONS.items()
        if available
    ]
    numbers = [number for number in call.body["related_posting_numbers"] if number in call.state.postings]
    return {"result": [{"posting_number": number, "reasons": usable} for number in numbers]}


CANCEL = {
    "posting_number": Text(required=True),
    "cancel_reason_id": Integer(required=True, low=1),
    "cancel_reason_message": Text(),
}


@method("/v2/posting/fbs/cancel", "posting", CANCEL, "CancelFbsPostingRequest", writes=True)
def cancel_posting(call):
    posting = call.state.posting(call.body["posting_number"])
    check_cancellable(posting)
    check_reason(call.body["cancel_reason_id"], call.body["cancel_reason_message"])
    cancel(call.state, posting, "seller", call.body["cancel_reason_id"])
    return {"result": True}


PRODUCT_CANCEL = {
    "posting_number": Text(required=True),
    "cancel_reason_id": Integer(required=True, low=1),
    "cancel_reason_message": Text(required=True),
    "items": Many(
        Message("PostingProductCancelItem", {"sku": Integer(True, low=1), "quantity": Integer(True, low=1)}), True
    ),
}


@method("/v2/posting/fbs/product/cancel", "posting", PRODUCT_CANCEL, "PostingProductCancelRequest", writes=True)
def cancel_products(call):
    """Some units of a posting that is not assembled; cancelling the last unit cancels the posting."""
    state, posting = call.state, call.state.posting(call.body["posting_number"])
    check_cancellable(posting)
    if posting.status != "awaiting_packaging" or posting.shipping:
        raise wrong_state("HAS_INCORRECT_STATUS")
    check_reason(call.body["cancel_reason_id"], call.body["cancel_reason_message"])
    wanted = wanted_units(posting, call.body["items"])
    if all(wanted.get(line.sku, 0) == line.quantity for line in posting.lines):
        cancel(state, posting, "seller", call.body["cancel_reason_id"])
    else:
        remove_units(state, posting, wanted)
    return {"result": posting.number}


def wanted_units(posting, items):
    there = {line.sku: line.quantity for line in posting.lines}
    wanted = {item["sku"]: item["quantity"] for item in items}
    if any(sku not in there for sku in wanted):
        raise invalid("UNKNOWN_PRODUCT_DEFINED")
    if any(quantity > there[sku] for sku, quantity in wanted.items()):
        raise invalid("HAS_INCORRECT_PRODUCT_QUANTITY")
    return wanted


def remove_units(state, posting, wanted):
    for line in posting.lines:
        quantity = wanted.get(line.sku, 0)
        if posting.stock_state == "reserved" and quantity:
            stock_book.release_units(state, posting, line, quantity)
        line.quantity -= quantity
    posting.lines = [line for line in posting.lines if line.quantity]
    posting.changed_at = state.clock.now()
    state.touch(posting)


def check_cancellable(posting):
    if posting.status == "cancelled":
        raise wrong_state("POSTING_ALREADY_CANCELLED")
    if posting.status not in CANCELLABLE:
        raise wrong_state("HAS_INCORRECT_STATUS")


def check_reason(reason_id, message):
    reason = REASONS.get(reason_id)
    if reason is None or not reason[2]:
        raise invalid("HAS_INCORRECT_CANCEL_REASON")
    if reason_id == NEEDS_MESSAGE and not message:
        raise invalid("cancel_reason_message is required")


def cancel(state, posting, initiator, reason_id=None):
    """Whoever cancels: seller by the API, buyer, Ozon or a carrier by the control API."""
    if reason_id is None:
        reason_id = 352 if initiator == "seller" else CLIENT_REASON
    title = REASONS[reason_id][0] if reason_id in REASONS else "Покупатель передумал"
    posting.cancellation = {
        "cancel_reason_id": reason_id,
        "cancel_reason": title,
        "cancellation_type": initiator,
        "cancelled_after_ship": posting.shipped_at is not None,
        "affect_cancellation_rating": initiator == "seller",
        "cancellation_initiator": INITIATORS.get(initiator, initiator),
    }
    posting.shipping = False
    state.move(posting, "cancelled", "posting_canceled")


@method("/v1/posting/fbs/restrictions", "posting", {"posting_number": Text(required=True)}, "GetRestrictionsRequest")
def restrictions(call):
    posting = call.state.posting(call.body["posting_number"])
    limits = {
        "posting_number": posting.number,
        "max_posting_weight": 40000,
        "min_posting_weight": 0,
        "width": 500,
        "height": 500,
        "length": 500,
        "max_posting_price": 500000,
        "min_posting_price": 0,
    }
    return {"result": limits}
