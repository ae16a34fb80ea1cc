"""order/confirm of both schemes, and order/reject."""

import re

from simulator.megamarket import steps
from simulator.megamarket.models import (
    CONFIRMED,
    MERCHANT_CANCELED,
    NEW,
    PACKED,
    PACKING_EXPIRED,
    PENDING,
    SHIPPING_EXPIRED,
    day_of,
)
from simulator.megamarket.registry import invalid, method, moment

ORDER_CODE = re.compile(r"[A-Za-z0-9_-]+")
REASONS = {
    *("OUT_OF_STOCK", "INCORRECT_PRICE", "INCORRECT_PRODUCT", "INCORRECT_SPEC", "TWICE_ORDER"),
    *("NOT_TIME_FOR_SHIPPING", "FRAUD_ORDER"),
}
DBS_REASONS = REASONS | {"NOT_ACCEPTABLE"}
BEFORE_SHIPPING = (NEW, CONFIRMED, PACKED, PACKING_EXPIRED, SHIPPING_EXPIRED)


@method("order/confirm")
def order_confirm(call):
    return steps.run(call, check_new_date if call.merchant.is_dbs else check_confirm)


def check_confirm(step):
    lots = [lot for lot, _row in step.lots(with_offer=True)]
    step.expect(lots, NEW)
    code = step.spec.get("orderCode")
    if code not in (None, ""):
        check_order_code(step, code)

    def act():
        step.shipment.order_code = code or step.shipment.order_code
        for lot in lots:
            step.state.pend(step.shipment, lot, "PENDING_CONFIRMATION", CONFIRMED)

    return act


def check_order_code(step, code):
    if not isinstance(code, str) or not ORDER_CODE.fullmatch(code):
        step.wrong("WRONG_ORDER_CODE", f"orderCode {code!r}: только латинские буквы, цифры, _ и -")


def check_new_date(step):
    """DBS: the same path moves the delivery date. The fields of the date are inferred, and so are the checks."""
    shipment = step.shipment
    begin, end = new_interval(step)
    if not any(lot.is_alive for lot in shipment.goods):
        step.wrong("WRONG_STATUS", f"Отправление в статусе {shipment.status}")
    if begin > end or end < step.state.now():
        step.wrong("WRONG_DATE", "Дата доставки должна быть в будущем, а начало интервала не позже конца")

    def act():
        shipment.delivery_from, shipment.delivery_to, shipment.shifted = begin, end, True

    return act


def new_interval(step):
    """A whole interval, or a day for the hours that were agreed."""
    delivery = step.spec.get("delivery") or {}
    if not isinstance(delivery, dict):
        raise invalid("delivery must be an object")
    interval = delivery.get("deliveryInterval") or step.spec.get("deliveryInterval")
    if isinstance(interval, dict):
        return moment(interval.get("dateFrom"), "dateFrom"), moment(interval.get("dateTo"), "dateTo")
    day = step.spec.get("deliveryDate") or delivery.get("deliveryDate")
    if not day:
        raise invalid("deliveryDate or delivery.deliveryInterval is missing")
    shipment = step.shipment
    days = day_of(moment(day, "deliveryDate")) - day_of(shipment.delivery_from)
    return shipment.delivery_from + days, shipment.delivery_to + days


@method("order/reject")
def order_reject(call):
    check_reason(call.data.get("reason"), DBS_REASONS if call.merchant.is_dbs else REASONS)
    return steps.run(call, check_reject)


def check_reason(reason, known):
    kind = reason.get("type") if isinstance(reason, dict) else None
    if not isinstance(kind, str) or kind not in known:
        raise invalid(f"reason.type {kind!r} is not one of {', '.join(sorted(known))}")
    return kind


def check_reject(step):
    lots = [lot for lot, _row in step.lots(with_offer=True)]
    step.expect(lots, *BEFORE_SHIPPING)
    others = [lot for lot in step.shipment.goods if lot.is_alive and lot not in lots]
    for lot in lots:
        if lot.is_delivery and others:
            # Inferred: what is bought is delivered, so delivery alone is not refused.
            step.wrong("DELIVERY_LOT", f"Лот доставки {lot.index} отменяется только вместе с товарами", lot.index)

    def act():
        for lot in lots:
            sub_status = "CONFIRMATION_REJECT" if lot.status == NEW else "LATE_REJECT"
            # Which PENDING status a refusal goes through is inferred; that it does is not.
            step.state.pend(step.shipment, lot, PENDING, MERCHANT_CANCELED, sub_status)

    return act
