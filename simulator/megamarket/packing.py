"""order/packing: boxes of the Standard scheme, plain "picked" of DBS."""

from simulator.megamarket import steps
from simulator.megamarket.confirming import check_order_code
from simulator.megamarket.models import CONFIRMED, NEW, PACKED, PACKING_EXPIRED
from simulator.megamarket.registry import index_of, invalid, method, rows


@method("order/packing")
def order_packing(call):
    return steps.run(call, check_dbs if call.merchant.is_dbs else check_standard)


def check_standard(step):
    """Lots may be packed in several calls, and again while the shipment is changeable."""
    packed = step.lots()
    check_status(step, [lot for lot, _row in packed], CONFIRMED, PACKING_EXPIRED)
    check_common(step, packed, marks=True)
    boxes = {lot.index: boxes_of(step, lot, row) for lot, row in packed}
    if not step.problems:
        check_boxes(step, boxes)
    return lambda: pack(step, packed, boxes)


def check_dbs(step):
    """Straight from NEW, without boxes and without the paid delivery."""
    packed = step.lots()
    check_status(step, [lot for lot, _row in packed], NEW, PACKING_EXPIRED)
    check_common(step, packed, marks=step.state.settings.dbs_marks)
    for lot, _row in packed:
        if lot.is_delivery:
            step.wrong("DELIVERY_LOT", f"Лот доставки {lot.index} не комплектуется", lot.index)
    return lambda: pack(step, packed, {})


def check_status(step, lots, *statuses):
    """That packing late is still possible while the lots wait as PACKING_EXPIRED is inferred."""
    if not step.shipment.is_changeable:
        step.wrong("NOT_CHANGEABLE", "Отправление больше нельзя перекомплектовать")
    step.expect(lots, *statuses, PACKED)


def check_common(step, packed, marks):
    code = step.spec.get("orderCode")
    if not code:
        step.wrong("WRONG_ORDER_CODE", "orderCode не указан")
    else:
        check_order_code(step, code)
    for lot, row in packed:
        if isinstance(row.get("quantity"), bool) or row.get("quantity") != 1:
            step.wrong("WRONG_QUANTITY", f"Лот {lot.index}: quantity должно быть 1", lot.index)
        if marks and lot.mark and not row.get("digitalMark"):
            step.wrong("NO_DIGITAL_MARK", f"Лот {lot.index}: нужен код маркировки digitalMark", lot.index)
    check_marks_differ(step, packed)


def check_marks_differ(step, packed):
    """One code is one piece (inferred: the check, not the law behind it)."""
    again = {lot.index for lot, _row in packed}
    used = {lot.digital_mark for lot in step.shipment.goods if lot.digital_mark and lot.index not in again}
    for lot, row in packed:
        mark = row.get("digitalMark")
        if mark is not None and not isinstance(mark, str):
            raise invalid("digitalMark must be text")
        if mark and mark in used:
            step.wrong("DIGITAL_MARK_REPEATED", f"Лот {lot.index}: код маркировки уже указан", lot.index)
        used.add(mark)


def boxes_of(step, lot, row):
    """One piece lies in one box, or is spread over several."""
    boxes = []
    for box in rows(row, "boxes", empty=True) if "boxes" in row else ():
        index = index_of(box.get("boxIndex"))
        wanted = f"{step.call.merchant.merchant_id}*{step.spec.get('orderCode')}*{index}"
        if not index:
            step.wrong("WRONG_BOX", f"Лот {lot.index}: boxIndex {box.get('boxIndex')!r}", lot.index)
        elif box.get("boxCode") != wanted:
            step.wrong("WRONG_BOX", f"boxCode должен быть {wanted}", lot.index, box.get("boxCode"))
        else:
            boxes.append({"boxIndex": index, "boxCode": wanted})
    if not boxes:
        step.wrong("NO_BOX", f"Лот {lot.index} не лежит ни в одной коробке", lot.index)
    return boxes


def check_boxes(step, boxes):
    """Together with what was packed before: one order code, and boxes from 1 without gaps (inferred)."""
    every = {row["boxIndex"] for rows_ in boxes.values() for row in rows_}
    for lot in step.shipment.goods:
        if lot.is_alive and lot.index not in boxes:
            every |= {row["boxIndex"] for row in lot.boxes}
            if lot.boxes and step.spec["orderCode"] != step.shipment.order_code:
                step.wrong("WRONG_ORDER_CODE", f"Лот {lot.index} упакован с orderCode {step.shipment.order_code}")
    if every != set(range(1, len(every) + 1)):
        numbers = ", ".join(map(str, sorted(every)))
        step.wrong("WRONG_BOX", f"Коробки нумеруются с 1 без пропусков, а не {numbers}")


def pack(step, packed, boxes):
    step.shipment.order_code = step.spec["orderCode"]
    for lot, row in packed:
        lot.boxes = boxes.get(lot.index, [])
        lot.digital_mark = row.get("digitalMark") or ""
        step.state.pend(step.shipment, lot, "PENDING_PACKING", PACKED)
