"""Assembling, labels, hand-over."""

from dataclasses import field
from datetime import datetime

from .delivery import Exemplar
from .value import value


@value
class PackageLine:
    """``exemplars``: which units leave, with their codes, where the marketplace tells units apart; else empty."""

    sku: str
    quantity: int
    exemplars: tuple[Exemplar, ...] = ()


@value
class Package:
    lines: tuple[PackageLine, ...]


@value
class ShipResult:
    """``numbers``: the postings that came out, the original first; more than one after a split.

    ``box_codes``: of the packages in their order, where the posting stays one and each box has a code of its own.
    """

    numbers: tuple[str, ...]
    box_codes: tuple[str, ...] = ()


@value
class UnitResult:
    """What became of a unit at the buyer's door. ``reason_id``: of a reason *not_handed_over*."""

    external_id: str
    handed_over: bool
    reason_id: str = ""
    comment: str = ""


@value
class LabelTask:
    """A file being drawn. ``kind``: big, small or "" where not told. ``numbers``: the postings it was asked for."""

    task_id: str
    kind: str
    numbers: tuple[str, ...] = ()


@value
class LabelTaskState:
    """``state``: pending, done, failed. ``unprinted``: number → why. ``url`` is set when done."""

    state: str
    url: str = ""
    problem: str = ""
    unprinted: dict[str, str] = field(default_factory=dict)


@value
class HandoverState:
    """A carriage: ``state`` is one of draft, forming, ready, failed, cancelled; ``numbers`` the postings in it.

    ``more``: postings are left for another one.
    """

    external_id: str
    state: str
    raw_status: str = ""
    numbers: tuple[str, ...] = ()
    removed_numbers: tuple[str, ...] = ()
    more: bool = False


@value
class HandoverSlot:
    """What can be handed over at a warehouse on a day. ``handover_external_id``: "" when it may still be created."""

    delivery_method_external_id: str
    warehouse_external_id: str
    name: str
    departure_at: datetime | None
    postings: int
    handover_external_id: str = ""
    raw_status: str = ""
    problems: tuple[str, ...] = ()
