"""What the methods that change orders have in common: shipment by shipment, lot by lot.

A shipment with anything wrong in it is left as it was, with an entry per mistake; the others of the same call are
done all the same (inferred).
"""

from simulator.megamarket.errors import MegamarketError, problem
from simulator.megamarket.models import write_time
from simulator.megamarket.registry import identifier, index_of, invalid, rows

DONE = {"result": 1}


class Step:
    """What one call asks of one shipment, and what is wrong with that."""

    def __init__(self, call, spec):
        self.call, self.spec, self.state = call, spec, call.state
        self.number = identifier(spec.get("shipmentId"), "shipmentId", invalid)
        self.problems = []
        self.shipment = call.state.find(self.number, call.merchant)
        if self.shipment is None or not call.state.is_known(self.shipment):
            self.shipment = None
            self.wrong("SHIPMENT_NOT_FOUND", f"Отправление {self.number} не найдено")
        elif self.shipment.is_pending:
            self.wrong("SHIPMENT_IS_PENDING", f"Отправление {self.number} ещё обрабатывается: {self.shipment.status}")

    def wrong(self, code, message, lot=None, box=None):
        self.problems.append(problem(code, message, self.number, lot, box))

    def lots(self, with_offer=False):
        """[(lot, its row)] of the call's items, each at most once; what is wrong with a row is noted."""
        found, seen = [], set()
        for row in rows(self.spec, "items"):
            index = index_of(row.get("itemIndex"))
            lot = None if index is None else self.shipment.lot(index)
            if lot is None:
                self.wrong("ITEM_NOT_FOUND", f"Лота {row.get('itemIndex')} нет в отправлении", row.get("itemIndex"))
            elif index in seen:
                self.wrong("ITEM_REPEATED", f"Лот {index} указан дважды", index)
            elif with_offer and str(row.get("offerId")) != lot.offer_id:
                self.wrong("WRONG_OFFER", f"Лот {index}: offerId должен быть {lot.offer_id}", index)
            else:
                found.append((lot, row))
            seen.add(index)
        return found

    def expect(self, lots, *statuses):
        """The lots must be in one of the statuses."""
        for lot in lots:
            if lot.status not in statuses:
                wanted = ", ".join(statuses)
                self.wrong("WRONG_STATUS", f"Лот {lot.index} в статусе {lot.status}, нужен {wanted}", lot.index)


def run(call, check):
    """:param check: notes what is wrong with a step and gives the function that carries it out"""
    problems = []
    for spec in rows(call.data, "shipments"):
        step = Step(call, spec)
        act = checked(step, check)
        if step.problems:
            problems += step.problems
            continue
        act()
        at = write_time(call.state.now())
        step.shipment.calls.append({"at": at, "method": call.name, "body": spec})
    if problems:
        raise MegamarketError(*problems)
    return DONE


def checked(step, check):
    if step.problems:
        return None
    try:
        return check(step)
    except MegamarketError as error:
        step.problems += [{**found, "shipmentId": step.number} for found in error.problems]
        return None
