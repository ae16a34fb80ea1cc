"""What the program asks of a marketplace. One subclass per marketplace, made by ``marketplace.account``."""

from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from . import dto, status
from .errors import NotSupported
from .report import ReportColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterConfig:
    """How to reach one cabinet.

    ``account_key``: names the limiter that all calls of this cabinet share inside a process.
    ``timeout``: (connect, read) in seconds. ``scheme``: the account's, where an account has only one.
    """

    base_url: str
    client_id: str
    api_key: str = field(repr=False)
    account_key: str = ""
    scheme: str = ""
    timeout: tuple[float, float] = (5.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceInfo:
    """A marketplace in general.

    ``operations``: what the adapter can do (a test compares it with the overridden methods).
    ``client_id_pattern``: what an account's number looks like there.
    ``limits``: batch sizes by operation. ``pauses``: by operation, seconds before the same thing may be told anew.
    ``schemes``: words of ``status.py``; ``one_scheme``: an account has only one of them, and its owner says which.
    ``test_url``: of the marketplace's test environment, "" where there is none.
    ``confirmed_schemes``: those in which the seller confirms an order before he assembles it.
    ``steps``: scheme → the delivery steps (``status.DELIVERY_STEPS``) that the seller tells, in their order.
    ``lists_changes``: whether changed postings can be listed; else they are asked for by number.
    ``cancel_lines_in``: statuses in which the seller may cancel some units of a posting.
    ``cancel_lines_message``: whether that needs an explanation.
    ``lock_orders``: an order cannot be changed after it was placed, except by cancelling units of it.
    ``price_step``: prices are multiples of it. ``event_topics``: one address for notifications per topic.
    ``bank_words``: what a bank's line of its payouts contains, lower case.
    ``accrual_kinds``: name of an accrual's type → word of ``money.py``; ``accrual_names``: what people call it, where
    the marketplace has no dictionary of them. ``balance_days``: the longest period that ``get_balance`` takes.
    ``report_columns``: how columns of its reports of money are usually called.
    ``events_name_client``: every notification names the client id that it is meant for; ``event_size``: bytes, no
    notification is larger.
    Which calls an operation needs stands in ``marketplaces/<code>/endpoints.py``.
    """

    code: str
    label: str
    base_url: str
    schemes: tuple[str, ...]
    operations: frozenset[str]
    limits: Mapping[str, int] = field(default_factory=dict)
    pauses: Mapping[str, int] = field(default_factory=dict)
    docs_url: str = ""
    client_id_pattern: str = ".+"
    test_url: str = ""
    one_scheme: bool = False
    confirmed_schemes: tuple[str, ...] = ()
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists_changes: bool = True
    cancel_lines_in: tuple[str, ...] = (status.TO_ASSEMBLE,)
    cancel_lines_message: bool = True
    lock_orders: bool = False
    price_step: Decimal = Decimal("0.01")
    bank_words: tuple[str, ...] = ()
    accrual_kinds: Mapping[str, str] = field(default_factory=dict)
    report_columns: tuple[ReportColumn, ...] = ()
    accrual_names: Mapping[str, str] = field(default_factory=dict)
    balance_days: int = 31
    event_topics: tuple[str, ...] = ("",)
    events_name_client: bool = False
    event_size: int = 256 * 1024


class MarketplaceAdapter(ABC):
    """Base: every operation is refused until a subclass implements it.

    All methods raise ``MarketplaceError`` subclasses only. ``observe`` gets a ``messages.Exchange`` for every request,
    with the keys and buyers' data already taken out.
    """

    info: ClassVar[MarketplaceInfo]

    @property
    def completes_orders(self):
        """Whether the news of a new posting tells more of it than reading it does."""
        return type(self).complete_order is not MarketplaceAdapter.complete_order

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

    def find_orders(self, numbers: list[str]) -> list[dto.Order | dto.UnreadableOrder] | None:
        """Those of these postings that are known there, by one call; None where each has to be asked for by itself."""
        return None

    def parse_order(self, raw: Any, observed_at: datetime) -> dto.Order | dto.UnreadableOrder:
        """Read a stored raw posting again (replay), whichever method it came from."""
        raise self._unsupported("order")

    def complete_order(self, order: dto.Order, raw: Any) -> dto.Order:
        """Add what only the notification of a new posting tells (``raw`` of its event)."""
        return order

    def confirm_order(self, number: str) -> None:
        """Say that the seller takes what is left of the order. Confirming may be asynchronous."""
        raise self._unsupported("confirm")

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
    def iter_cancel_reasons(self) -> Iterator[dto.CancelReason]:
        """Reasons that a seller may give."""
        raise self._unsupported("cancel_reasons")

    def cancel_order(self, number: str, reason_id: str, message: str = "") -> None:
        raise self._unsupported("cancel")

    def cancel_lines(self, number: str, lines: Sequence[dto.PackageLine], reason_id: str, message: str) -> None:
        """Some units of a posting that is not assembled yet; the rest goes on."""
        raise self._unsupported("cancel_lines")

    def iter_cancel_requests(self, state: str = "") -> Iterator[dto.CancelRequest]:
        """``state``: only these (pending, approved, rejected), "" for all."""
        raise self._unsupported("cancel_requests")

    def decide_cancel_request(self, request_id: str, approve: bool, comment: str = "") -> None:
        """``AlreadyDone`` when it was decided before, by whomever."""
        raise self._unsupported("cancel_request_decide")

    # --- the marketplace's own warehouse ---
    def iter_fbo_orders(self, query: dto.OrderQuery) -> Iterator[dto.Order | dto.UnreadableOrder]:
        """``query.by`` is *created*; or ``query.numbers`` names them."""
        raise self._unsupported("fbo_orders")

    def get_fbo_order(self, number: str) -> dto.Order | dto.UnreadableOrder:
        raise self._unsupported("fbo_order")

    # --- own delivery ---
    def set_delivery_status(self, step: str, numbers: Sequence[str]) -> dict[str, str]:
        """Tell ``step`` (one of ``status.DELIVERY_STEPS``) of postings; any count, the adapter slices.

        Returns {number: why it was refused, "" when accepted}. Accepted is not done: read the posting.
        """
        raise self._unsupported("delivery_status")

    def close_order(self, number: str, results: Sequence[dto.UnitResult], closed_at: datetime) -> None:
        """What became of each unit at the buyer's door; what ``results`` does not name was handed over."""
        raise self._unsupported("close")

    def set_tracking_numbers(self, numbers: Mapping[str, str]) -> dict[str, str]:
        """{posting: tracking number} → {posting: why it was refused, "" when accepted}."""
        raise self._unsupported("tracking")

    def get_delivery_window(self, number: str) -> dto.DeliveryWindow:
        raise self._unsupported("delivery_window")

    def set_delivery_window(self, number: str, since: datetime, until: datetime) -> None:
        raise self._unsupported("delivery_window_set")

    def set_ship_by(self, number: str, moment: datetime) -> None:
        raise self._unsupported("ship_by_set")

    # --- what must be recorded before shipping ---
    def get_exemplars(self, number: str) -> dto.ExemplarSheet:
        """The units of a posting with their ids, what they need and what is saved of them. ``state`` is ""."""
        raise self._unsupported("exemplars")

    def validate_exemplars(self, number: str, lines: Sequence[dto.ExemplarLine]) -> dict[tuple[str, int], list[str]]:
        """Form only, at once, nothing is saved: {(sku, position in its line): sentences}, empty when all is well."""
        raise self._unsupported("exemplars_validate")

    def set_exemplars(self, number: str, lines: Sequence[dto.ExemplarLine], cargo_places: int = 0) -> None:
        """Always the full set: what is left out is forgotten there. The check goes on in the background."""
        raise self._unsupported("exemplars_set")

    def get_exemplar_state(self, number: str) -> dto.ExemplarSheet:
        """How the check stands, with the marks' states and problems."""
        raise self._unsupported("exemplars_state")

    def commit_exemplars(self, number: str) -> None:
        """Make a set that was changed after shipping count."""
        raise self._unsupported("exemplars_commit")

    def iter_countries(self) -> Iterator[dto.Country]:
        raise self._unsupported("countries")

    def set_country(self, number: str, sku: str, country_code: str) -> bool:
        """Country of origin (ISO 3166 alpha-2) of a product of a posting. Returns whether a GTD is needed now."""
        raise self._unsupported("country_set")

    # --- returns ---
    def iter_returns(self, since: datetime, until: datetime) -> Iterator[dto.Return | dto.UnreadableReturn]:
        """Returns that the marketplace carries whose stage changed in [since, until]; all schemes."""
        raise self._unsupported("returns")

    def iter_own_delivery_returns(
        self, since: datetime, until: datetime
    ) -> Iterator[dto.Return | dto.UnreadableReturn]:
        """Return requests of buyers whom the seller delivered himself, created in [since, until]."""
        raise self._unsupported("own_delivery_returns")

    def report_return(self, number: str, units: Sequence[dto.ReturnedUnit], returned_at: datetime) -> None:
        """Tell that goods of a delivered posting are back with the seller."""
        raise self._unsupported("return_report")

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

    # --- stock ---
    def set_stocks(self, targets: Sequence[dto.StockTarget]) -> list[dto.StockAnswer]:
        """One call: at most ``info.limits["stock_set"]`` targets. One answer each, in their order; a target that the
        marketplace says nothing of is *refused*."""
        raise self._unsupported("stock_set")

    def iter_stocks(self, warehouse_id: str) -> Iterator[dto.StockLevel]:
        """The whole range of one warehouse of the seller."""
        raise self._unsupported("stocks")

    def iter_fbo_stocks(self, articles: Sequence[str]) -> Iterator[dto.StockLevel]:
        """What lies in the marketplace's own warehouses; any number of articles, the adapter slices."""
        raise self._unsupported("fbo_stocks")

    # --- prices ---
    def set_prices(self, targets: Sequence[dto.PriceTarget]) -> list[dto.PriceAnswer]:
        """One call: at most ``info.limits["price_set"]`` targets. One answer each, in their order."""
        raise self._unsupported("price_set")

    def iter_prices(self, articles: Sequence[str] = ()) -> Iterator[dto.PriceInfo]:
        """Of these articles (the adapter slices), or of all that are not archived."""
        raise self._unsupported("prices")

    # --- money ---
    def iter_accrual_types(self) -> Iterator[dto.AccrualType]:
        """The dictionary of what is charged and paid."""
        raise self._unsupported("accrual_types")

    def get_accruals(self, day: date) -> dto.AccrualDay:
        """Everything of one of the marketplace's calendar days. The last days are still changed there afterwards."""
        raise self._unsupported("accruals")

    def get_balance(self, since: date, until: date) -> dto.Balance:
        """Both days included; at most ``info.balance_days`` days."""
        raise self._unsupported("balance")

    def iter_payouts(self, since: date, until: date) -> Iterator[dto.Payout]:
        """Of the periods that lie in these days, wholly or partly."""
        raise self._unsupported("payouts")

    def get_realization(self, year: int, month: int) -> dto.Realization:
        """``NotReady`` while the marketplace has not made it."""
        raise self._unsupported("realization")

    # --- events ---
    @classmethod
    def parse_event(cls, headers: Mapping[str, str], body: bytes, topic: str = "") -> list[dto.Event]:
        """Reads one notification. ``topic``: of the address that it came to. ``PayloadError`` when it is not one."""
        raise NotSupported(f"{cls.info.label} sends no notifications", code="events")

    @classmethod
    def event_answer(cls, events: Sequence[dto.Event], error: str = "") -> tuple[int, dict]:
        """(HTTP status, JSON body) that the marketplace expects; ``error``: "" | invalid | internal."""
        raise NotSupported(f"{cls.info.label} sends no notifications", code="events")
