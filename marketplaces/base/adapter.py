"""What the program asks of a marketplace. One subclass per marketplace, made by ``marketplace.account``."""

from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from . import dto
from .errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterConfig:
    """How to reach one cabinet.

    ``account_key``: names the limiter that all calls of this cabinet share inside a process.
    ``timeout``: (connect, read) in seconds.
    """

    base_url: str
    client_id: str
    api_key: str = field(repr=False)
    account_key: str = ""
    timeout: tuple[float, float] = (5.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceInfo:
    """A marketplace in general.

    ``operations``: what the adapter can do (a test compares it with the overridden methods).
    ``client_id_pattern``: what an account's number looks like there.
    ``limits``: batch sizes by operation. ``schemes``: words of ``status.py``.
    Which calls an operation needs stands in ``marketplaces/<code>/endpoints.py``.
    """

    code: str
    label: str
    base_url: str
    schemes: tuple[str, ...]
    operations: frozenset[str]
    limits: Mapping[str, int] = field(default_factory=dict)
    docs_url: str = ""
    client_id_pattern: str = ".+"


#: Operation code → name of the adapter's method.
OPERATIONS = {
    "check": "check_credentials",
    "warehouses": "iter_warehouses",
    "offers": "iter_offers",
    "orders": "iter_orders",
    "order": "get_order",
    "ship": "ship_order",
    "ship_part": "ship_part",
    "cargo_places": "set_cargo_places",
    "label_request": "request_labels",
    "label_state": "get_label_task",
    "label_file": "download_label",
    "cancel_reasons": "get_cancel_reasons",
    "cancel": "cancel_order",
    "handover_slots": "iter_handover_slots",
    "handover_create": "create_handover",
    "handover_approve": "approve_handover",
    "handover_state": "get_handover",
    "handover_document": "get_handover_document",
    "handover_barcode": "get_handover_barcode",
    "events": "parse_event",
}
#: Operations that change something at the marketplace: refused at once for a key that may only read.
WRITE_OPERATIONS = frozenset(
    {"ship", "ship_part", "cargo_places", "cancel", "handover_create", "handover_approve"},
)


class MarketplaceAdapter(ABC):
    """Base: every operation is refused until a subclass implements it.

    All methods raise ``MarketplaceError`` subclasses only. ``observe`` gets a ``messages.Exchange`` for every request,
    with the keys and buyers' data already taken out.
    """

    info: ClassVar[MarketplaceInfo]

    def __init__(self, config: AdapterConfig, *, observe: Callable[[Any], None] | None = None):
        self.config = config
        self.observe = observe

    def _unsupported(self, operation):
        return NotSupported(f"{self.info.label} has no operation '{operation}'", code=operation)

    # --- account ---
    def check_credentials(self) -> dto.AccountInfo:
        raise self._unsupported("check")

    def iter_warehouses(self) -> Iterator[dto.Warehouse]:
        raise self._unsupported("warehouses")

    @classmethod
    def endpoint_warnings(cls, now: datetime) -> list[tuple[str, datetime, str]]:
        """Endpoints in use that are, or will be, switched off: (path, off date, successor or "")."""
        return []

    # --- offers ---
    def iter_offers(self) -> Iterator[dto.Offer]:
        raise self._unsupported("offers")

    # --- orders ---
    def iter_orders(self, query: dto.OrderQuery) -> Iterator[dto.Order | dto.UnreadableOrder]:
        """Never stops at one unreadable posting; the same posting may come twice when a page shifts."""
        raise self._unsupported("orders")

    def get_order(self, number: str) -> dto.Order | dto.UnreadableOrder:
        raise self._unsupported("order")

    def parse_order(self, raw: Any, observed_at: datetime) -> dto.Order | dto.UnreadableOrder:
        """Read a stored raw posting again (replay), whichever method it came from."""
        raise self._unsupported("order")

    # --- shipping ---
    def ship_order(self, number: str, packages: Sequence[dto.Package]) -> dto.ShipResult:
        """All units of the posting in ``packages``; more than one package splits it. Assembly may be asynchronous."""
        raise self._unsupported("ship")

    def ship_part(self, number: str, lines: Sequence[dto.PackageLine]) -> dto.ShipResult:
        """Assemble some units as a new posting; the rest stays to be assembled."""
        raise self._unsupported("ship_part")

    def set_cargo_places(self, number: str, quantity: int) -> None:
        raise self._unsupported("cargo_places")

    def request_labels(self, numbers: Sequence[str]) -> list[dto.LabelTask]:
        raise self._unsupported("label_request")

    def get_label_task(self, task_id: str) -> dto.LabelTaskState:
        raise self._unsupported("label_state")

    def download_label(self, url: str) -> bytes:
        """A PDF; anything else raises ``PayloadError``."""
        raise self._unsupported("label_file")

    # --- cancelling ---
    def get_cancel_reasons(self, number: str) -> list[dto.CancelReason]:
        raise self._unsupported("cancel_reasons")

    def cancel_order(self, number: str, reason_id: str, message: str = "") -> None:
        raise self._unsupported("cancel")

    # --- hand-over ---
    def iter_handover_slots(self, day: date) -> Iterator[dto.HandoverSlot]:
        """``day``: the warehouse's calendar day (a datetime counts as the day it shows)."""
        raise self._unsupported("handover_slots")

    def create_handover(self, delivery_method_id: str, departure_at: datetime) -> str:
        """Returns the hand-over's id. ``NotFound`` when there is nothing to hand over."""
        raise self._unsupported("handover_create")

    def approve_handover(self, handover_id: str, containers: int = 0) -> None:
        raise self._unsupported("handover_approve")

    def get_handover(self, handover_id: str) -> dto.HandoverState:
        raise self._unsupported("handover_state")

    def get_handover_document(self, handover_id: str) -> bytes:
        """A PDF."""
        raise self._unsupported("handover_document")

    def get_handover_barcode(self, handover_id: str) -> str:
        """The text to encode and show at the reception point."""
        raise self._unsupported("handover_barcode")

    # --- events ---
    @classmethod
    def parse_event(cls, headers: Mapping[str, str], body: bytes) -> list[dto.Event]:
        """Reads one notification. ``PayloadError`` when it is not one."""
        raise NotSupported(f"{cls.info.label} sends no notifications", code="events")

    @classmethod
    def event_answer(cls, events: Sequence[dto.Event], error: str = "") -> tuple[int, dict]:
        """(HTTP status, JSON body) that the marketplace expects; ``error``: "" | invalid | internal."""
        raise NotSupported(f"{cls.info.label} sends no notifications", code="events")
