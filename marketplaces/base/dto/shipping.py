"""Assembling, labels, hand-over."""

from dataclasses import field
from datetime import datetime

from .value import value


@value
class PackageLine:
    """``exemplar_ids``: which units leave, where only some of them do and the marketplace tells them apart."""

    sku: str
    quantity: int
    exemplar_ids: tuple[str, ...] = ()


@value
class Package:
    lines: tuple[PackageLine, ...]


@value
class ShipResult:
    """``numbers``: the postings that came out, the original first; more than one after a split."""

    numbers: tuple[str, ...]


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
