"""Part of ``MegamarketAdapter``: what becomes of packed goods, and when the buyer gets them."""

from ..base import dto, status
from ..base.errors import AlreadyDone, NotFound, NotReady, PayloadError, Rejected
from . import mapper, requests, units

#: How often the date may still be moved is not told; the marketplace refuses when it is too often.
_CHANGES_LEFT = 1


class MegamarketDelivery:
    def set_delivery_status(self, step, numbers):
        """One posting after the other: a refusal of one says nothing of the others."""
        tell = {status.HANDED_OVER: self._tell_handover, status.DELIVERED: self._tell_delivery}.get(step)
        if tell is None:
            raise self._unsupported("delivery_status")
        outcomes, waiting = {}, None
        for number in numbers:
            try:
                tell(number)
                outcomes[number] = ""
            except AlreadyDone:
                outcomes[number] = ""
            except NotReady as error:
                # The others are told first: asked for again they are done already.
                waiting = error
            except (Rejected, NotFound, PayloadError) as error:
                outcomes[number] = error.message
        if waiting:
            raise waiting
        return outcomes

    def _tell_handover(self, number):
        """order/shipping, Standard: the boxes are with the carrier."""
        shipment = self._look(number)
        if shipment.scheme != status.FBS:
            raise Rejected("DBS has no carrier of the marketplace: tell the delivery itself")
        self._demand_goods(shipment)
        if not any(lot.word in units.SHIPPABLE for lot in shipment.live_goods):
            if any(lot.open and lot.word != "SHIPPED" for lot in shipment.live_goods):
                raise Rejected("The shipment is not packed yet", code=shipment.word)
            raise AlreadyDone("The shipment is handed over", code=shipment.word)
        if not shipment.boxes:
            raise Rejected("The marketplace knows no boxes of this shipment", code=shipment.word)
        self._demand_result("shipping", requests.shipping(shipment, self._now()))

    def _tell_delivery(self, number):
        self.close_order(number, (), self._now())

    def close_order(self, number, results, closed_at):
        """order/close, DBS: every lot that is neither cancelled nor delivered gets its outcome, the delivery too."""
        shipment = self._look(number)
        if shipment.scheme != status.RFBS:
            raise self._unsupported("close")
        self._demand_goods(shipment)
        if not shipment.open_lots:
            raise AlreadyDone(f"Shipment {number} is closed", code=shipment.word)
        self._demand_result("close", requests.close(number, _judge_lots(shipment, results), closed_at))

    def get_delivery_window(self, number):
        since, until = mapper.find_window(self._get_raw(number)[1])
        if not (since and until):
            raise Rejected(f"MegaMarket tells no delivery interval of shipment {number}")
        return dto.DeliveryWindow(since=since, until=until, changes_left=_CHANGES_LEFT)

    def set_delivery_window(self, number, since, until):
        """DBS only: in Standard the same method would confirm the order."""
        shipment = self._look(number)
        if shipment.scheme != status.RFBS:
            raise self._unsupported("delivery_window_set")
        self._demand_goods(shipment)
        if not shipment.open_lots:
            raise Rejected(f"Shipment {number} is delivered", code=shipment.word)
        self._demand_result("move_date", requests.move_date(number, shipment.open_lots, since, until))

    # --- returns ---
    def report_return(self, number, units, returned_at):
        """order/return: due by the end of the day after the goods came."""
        self._demand_result("return", requests.report_return(number, units, returned_at))


def _judge_lots(shipment, results):
    """(lot, ``dto.UnitResult``) of every open lot. What is not named was handed over; the delivery was when something
    was, and else shares the fate of the goods."""
    named = {result.external_id: result for result in results}
    unknown = set(named) - {lot.index for lot in shipment.lots}
    if unknown:
        raise Rejected(f"Shipment {shipment.number} has no lots {', '.join(sorted(unknown))}")
    mute = [index for index, result in named.items() if not (result.handed_over or result.reason_id)]
    if mute:
        raise Rejected(f"Why were lots {', '.join(sorted(mute))} not handed over? The marketplace wants a reason")
    goods = {lot.index: named.get(lot.index) or _hand_over(lot) for lot in shipment.open_goods}
    delivered = any(result.handed_over for result in goods.values()) or any(
        lot.word == units.DELIVERED for lot in shipment.goods
    )
    outcomes = []
    for lot in shipment.open_lots:
        result = goods.get(lot.index) or named.get(lot.index)
        if result is None:
            refused = next(iter(goods.values()), None)
            result = _hand_over(lot) if delivered or refused is None else refused
        outcomes.append((lot, result))
    return outcomes


def _hand_over(lot):
    return dto.UnitResult(external_id=lot.index, handed_over=True)
