"""Part of ``MegamarketAdapter``: cancelling by the seller, and what he answers when the buyer wants to."""

from ..base import dto, status
from ..base.errors import AlreadyDone, NotFound, Rejected
from . import events, requests, units
from .allocation import choose_to_cancel


class MegamarketCancelling:
    def iter_cancel_reasons(self):
        """The API has no list of them: ``reason.type`` of order/reject and of order/close."""
        for external_id, (title, kind, use) in units.REASONS.items():
            yield dto.CancelReason(external_id=external_id, title=title, kind=kind, use=use)

    def cancel_order(self, number, reason_id, message=""):
        """order/reject of all that is left, the delivery too."""
        shipment = self._look(number)
        if not shipment.live_goods:
            raise AlreadyDone(f"Shipment {number} is cancelled", code=shipment.goods[0].word)
        if not shipment.open_goods:
            raise Rejected(f"Shipment {number} is delivered", code=shipment.word)
        self._reject(number, shipment.open_lots, reason_id, message)

    def cancel_lines(self, number, lines, reason_id, message):
        """Some lots; a delivery without goods goes with the last of them."""
        shipment = self._look(number)
        named = {unit.external_id for line in lines for unit in line.exemplars}
        if named and named <= {lot.index for lot in shipment.goods if lot.cancelled}:
            raise AlreadyDone(f"Lots {', '.join(sorted(named))} of shipment {number} are cancelled")
        goods = [lot for lot in shipment.open_goods if lot.kind != "delivery"]
        chosen = choose_to_cancel(goods, lines)
        if not chosen:
            raise Rejected("Nothing is to be cancelled")
        if len(chosen) == len(shipment.live_goods):
            chosen = list(shipment.open_lots)
        self._reject(number, chosen, reason_id, message)

    def _reject(self, number, lots, reason_id, message):
        self._demand_result("reject", requests.reject(number, lots, reason_id, message))

    def decide_cancel_request(self, request_id, approve, comment=""):
        """order/cancelResult, lot by lot. The marketplace takes no comment; Standard cancels without asking.

        The number of a request is our own (``events.make_request_id``): there is one in no call of theirs.
        """
        number, indexes = events.read_request_id(request_id)
        shipment = self._look(number)
        if shipment.scheme != status.RFBS:
            raise self._unsupported("cancel_request_decide")
        known = {lot.index: lot for lot in shipment.lots}
        indexes = indexes or tuple(known)
        missing = [index for index in indexes if index not in known]
        if missing:
            raise NotFound(f"Shipment {number} has no lots {', '.join(missing)}")
        waiting = [known[index] for index in indexes if known[index].open]
        if not waiting:
            raise AlreadyDone(f"Lots {', '.join(indexes)} of shipment {number} are settled", code=shipment.word)
        self._demand_result("cancel_result", requests.cancel_result(number, waiting, bool(approve)))
