"""Which lot lies in which box. The marketplace tells pieces apart from the beginning, our warehouse counts them."""

from dataclasses import dataclass

from ..base.errors import Rejected
from .lots import Box, Lot

_MARK = "mandatory_mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    lot: Lot
    boxes: tuple[Box, ...] = ()
    mark: str = ""


def allocate(lots, packages, make_box_code=None):
    """One ``Place`` per lot, in the lots' order. ``Rejected`` when lots and packages do not fit together.

    :param lots: all pieces that have to leave
    :param packages: ``dto.Package``; pieces named in them go where they are named, the others in their order
    :param make_box_code: number of a box → its code; None where there are no boxes
    """
    named = {unit.external_id for package in packages for line in package.lines for unit in line.exemplars}
    known = {lot.index: lot for lot in lots}
    free = [lot for lot in lots if lot.index not in named]
    boxes, marks = {}, {}
    for number, package in enumerate(packages, start=1):
        if not any(line.quantity for line in package.lines):
            raise Rejected(f"Box {number} is empty: each box holds at least one piece")
        box = [Box(index=number, code=make_box_code(number))] if make_box_code else []
        for line in package.lines:
            for lot, mark in _take(line, known, free):
                boxes.setdefault(lot.index, []).extend(box)
                marks[lot.index] = mark or marks.get(lot.index, "")
    left = [lot for lot in lots if lot.index not in boxes]
    if left:
        raise Rejected(
            f"In no package: {_describe(left)}. All that is not cancelled has to be packed: cancel what is missing",
            item_errors={lot.index: "in no package" for lot in left},
        )
    return [Place(lot=lot, boxes=tuple(boxes[lot.index]), mark=marks[lot.index]) for lot in lots]


def _take(line, known, free):
    """(lot, mark) of every piece of a package's line."""
    taken = []
    for unit in line.exemplars:
        mark = next((mark.code for mark in unit.marks if mark.kind == _MARK), "")
        lot = known.get(unit.external_id) if unit.external_id else _pick(line, free)
        if lot is None or lot.offer_id != line.sku:
            raise Rejected(f"Piece {unit.external_id} of {line.sku} is not, or no longer, in the order")
        taken.append((lot, mark))
    if len(taken) > line.quantity:
        raise Rejected(f"More pieces of {line.sku} are named than packed")
    return [*taken, *((_pick(line, free), "") for _place in range(line.quantity - len(taken)))]


def _pick(line, free):
    lot = next((lot for lot in free if lot.offer_id == line.sku), None)
    if lot is None:
        raise Rejected(f"More of {line.sku} is packed than is left in the order")
    free.remove(lot)
    return lot


def choose_to_cancel(lots, lines):
    """The pieces that ``lines`` (``dto.PackageLine``) take away: those that they name, else the last ones.

    :param lots: pieces of goods that may still be cancelled
    """
    known = {lot.index: lot for lot in lots}
    chosen = {}
    for line in lines:
        named = [unit.external_id for unit in line.exemplars if unit.external_id]
        for index in named:
            if index not in known or known[index].offer_id != line.sku:
                raise Rejected(f"Piece {index} of {line.sku} is not, or no longer, in the order")
            chosen[index] = known[index]
    for line in lines:
        count = line.quantity - sum(bool(unit.external_id) for unit in line.exemplars)
        rest = [lot for lot in reversed(lots) if lot.offer_id == line.sku and lot.index not in chosen]
        if count > len(rest):
            raise Rejected(f"Fewer than {line.quantity} of {line.sku} are left in the order")
        chosen.update({lot.index: lot for lot in rest[: max(0, count)]})
    return [lot for lot in lots if lot.index in chosen]


def _describe(lots):
    return ", ".join(f"{lot.offer_id} (lot {lot.index})" for lot in lots)
