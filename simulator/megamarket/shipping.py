"""order/shipping: the boxes of a Standard shipment are handed over."""

from simulator.megamarket import steps
from simulator.megamarket.models import PACKED, SHIPPED, SHIPPING_EXPIRED, STANDARD
from simulator.megamarket.registry import identifier, index_of, invalid, method, moment, rows


@method("order/shipping", STANDARD)
def order_shipping(call):
    return steps.run(call, check_shipping)


def check_shipping(step):
    """All that is left of the shipment goes at once, in all of its boxes (inferred)."""
    shipping = step.spec.get("shipping")
    if not isinstance(shipping, dict):
        raise invalid("shipping.shippingDate is missing")
    moment(shipping.get("shippingDate"), "shipping.shippingDate")
    lots = [lot for lot in step.shipment.goods if lot.is_alive]
    if not lots:
        step.wrong("WRONG_STATUS", f"Отправление в статусе {step.shipment.status}")
    step.expect(lots, PACKED, SHIPPING_EXPIRED)
    if not step.problems:
        check_boxes(step, lots)

    def act():
        for lot in lots:
            step.state.pend(step.shipment, lot, "PENDING_SHIPPING", SHIPPED)

    return act


def check_boxes(step, lots):
    there = {row["boxCode"]: row["boxIndex"] for lot in lots for row in lot.boxes}
    given = set()
    for box in rows(step.spec, "boxes"):
        code = identifier(box.get("boxCode"), "boxCode", invalid)
        if code not in there or there[code] != index_of(box.get("boxIndex")):
            step.wrong("BOX_NOT_FOUND", f"Коробки {code} нет в отправлении", box=code)
        given.add(code)
    for code in there:
        if code not in given:
            step.wrong("BOX_MISSING", f"Коробка {code} не указана", box=code)
