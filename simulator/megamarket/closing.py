"""The end of a shipment: order/close and order/cancelResult of DBS, order/return of both schemes."""

from simulator.megamarket import steps
from simulator.megamarket.confirming import check_reason
from simulator.megamarket.models import CUSTOMER_CANCELED, DBS, DELIVERED, MERCHANT_CANCELED, PACKED, write_time
from simulator.megamarket.registry import invalid, method, moment

# Why a lot was not handed over, and what it becomes (the outcomes are inferred).
OUTCOMES = {"CANCEL_BY_CUSTOMER": CUSTOMER_CANCELED, "HANDOVER_IMPOSSIBLE": MERCHANT_CANCELED}


@method("order/close", DBS)
def order_close(call):
    return steps.run(call, check_close)


def check_close(step):
    """One call tells of every lot that is left, the paid delivery included (that none may be missing is inferred)."""
    moment(step.spec.get("closeDate") or step.call.data.get("closeDate"), "closeDate")
    told = step.lots()
    step.expect([lot for lot, _row in told], PACKED)
    outcomes = [(lot, outcome_of(lot, row)) for lot, row in told]
    mentioned = {lot.index for lot, _row in told}
    for lot in step.shipment.lots:
        if lot.is_alive and lot.index not in mentioned:
            step.wrong("ITEM_MISSING", f"Лот {lot.index} не указан", lot.index)

    def act():
        for lot, outcome in outcomes:
            step.state.move(lot, outcome)
            lot.cancel_requested = False

    return act


def outcome_of(lot, row):
    handed = row.get("handoverResult")
    if not isinstance(handed, bool):
        raise invalid(f"handoverResult of item {lot.index} must be true or false", item_index=lot.index)
    return DELIVERED if handed else OUTCOMES[check_reason(row.get("reason"), OUTCOMES)]


@method("order/cancelResult", DBS)
def order_cancel_result(call):
    return steps.run(call, check_cancel_result)


def check_cancel_result(step):
    told = step.lots()
    for lot, row in told:
        if not isinstance(row.get("canceled"), bool):
            step.wrong("VALIDATION_ERROR", f"Лот {lot.index}: canceled должно быть true или false", lot.index)
        elif not lot.cancel_requested:
            step.wrong("NO_CANCEL_REQUEST", f"Отмену лота {lot.index} никто не просил", lot.index)

    def act():
        for lot, row in told:
            lot.cancel_requested = False
            if row["canceled"] and lot.is_alive:
                step.state.move(lot, CUSTOMER_CANCELED)
        step.state.follow(step.shipment)

    return act


@method("order/return")
def order_return(call):
    return steps.run(call, check_return)


def check_return(step):
    """The method is documented, its fields are not: all of them are inferred."""
    told = step.lots()
    step.expect([lot for lot, _row in told], DELIVERED)
    for lot, row in told:
        amount = row.get("returnAmount")
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not 0 < amount <= lot.final_price:
            step.wrong("WRONG_AMOUNT", f"Лот {lot.index}: сумма возврата от 0 до {lot.final_price}", lot.index)
        if lot.returned:
            step.wrong("RETURNED_BEFORE", f"Лот {lot.index} уже возвращён", lot.index)
        moment(row.get("returnDate"), "returnDate")

    def act():
        at = write_time(step.state.now())
        for lot, row in told:
            lot.returned = {"amount": row["returnAmount"], "date": row["returnDate"], "told_at": at}

    return act
