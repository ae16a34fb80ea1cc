"""How far a shipment is, told by its lots: they move one by one, partly cancelled, partly handed over."""

from collections import Counter

from ..base import dto, status
from . import units


def read_progress(shipment):
    """Fields of ``dto.Order`` that tell the status."""
    unified = read_status(shipment)
    running = any(lot.running for lot in shipment.live_goods)
    return {
        "status": unified,
        "raw_status": _find_raw_status(shipment),
        "raw_substatus": _describe_lots(shipment.goods),
        "assembly": "in_progress" if running and unified != status.UNKNOWN else "",
        "delivery_step": units.DELIVERY_STEPS.get(unified, ""),
        "delivered_at": _find_delivered_at(shipment) if unified == status.DELIVERED else None,
        "cancellation": _read_cancellation(shipment) if unified == status.CANCELLED else None,
    }


def read_status(shipment):
    """That of the piece which is least far: an order is assembled when all of it is. The delivery decides nothing."""
    table = units.STATUSES[shipment.scheme]
    found = {table.get(lot.told_word, status.UNKNOWN) for lot in shipment.live_goods}
    if status.UNKNOWN in found:
        return status.UNKNOWN
    return min(found, key=status.ALL.index, default=status.CANCELLED)


def _find_raw_status(shipment):
    words = {lot.word for lot in shipment.goods}
    return shipment.word or (words.pop() if len(words) == 1 else "")


def _describe_lots(lots):
    """The sub-status where all lots are alike, else how many are what."""
    counts = Counter((lot.word, lot.sub_word) for lot in lots)
    if len(counts) == 1:
        return next(iter(counts))[1]
    return ", ".join(
        f"{count} × {'/'.join(filter(None, words)) or '-'}" for words, count in sorted(counts.items(), reverse=True)
    )


def _find_delivered_at(shipment):
    return max(filter(None, (lot.delivered_at for lot in shipment.live_goods)), default=None)


def _read_cancellation(shipment):
    codes = dict.fromkeys(lot.sub_word or lot.word for lot in shipment.goods)
    initiators = {_find_initiator(lot) for lot in shipment.goods}
    return dto.Cancellation(
        reason_id=next(iter(codes)),
        reason="; ".join(units.CANCELLATIONS.get(code, code) for code in codes),
        # Where some pieces were cancelled by one and some by another, nobody cancelled the posting.
        initiator=initiators.pop() if len(initiators) == 1 else "",
        after_shipping=any(units.PACKED_BEFORE.intersection((*lot.history, lot.sub_word)) for lot in shipment.goods),
    )


def _find_initiator(lot):
    if lot.word == units.CANCELLED_BY_BUYER:
        return "buyer"
    return "marketplace" if lot.sub_word.endswith(units.EXPIRED) else "seller"
