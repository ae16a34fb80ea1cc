"""What the simulated cabinet keeps: products, warehouses, stocks, postings. Plain data, no behaviour of the API."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass
class Product:
    product_id: int
    sku: int
    offer_id: str
    name: str
    barcode: str = ""
    price: Decimal = Decimal("0")
    old_price: Decimal = Decimal("0")
    min_price: Decimal = Decimal("0")
    min_price_at: datetime = None
    # What waits for the seller's word after a jump, and the price that a strategy of the cabinet keeps.
    quarantine: Any = None
    strategy_price: Decimal | None = None
    commission_percent: float = 15
    # Fields of ``commissions`` that differ from everybody's.
    fees: dict = field(default_factory=dict)
    vat: str = "0.22"
    archived: bool = False
    # "price_sent" is the state in which a product may be stocked and sold; the others are on their way or failed.
    status: str = "price_sent"
    mandatory_mark: bool = False
    weight_g: int = 300
    size_mm: tuple = (100, 200, 150)
    created_at: datetime = None

    @property
    def shown_price(self):
        """What buyers pay: a strategy's price goes before the seller's."""
        return self.price if self.strategy_price is None else self.strategy_price


@dataclass
class Warehouse:
    warehouse_id: int
    name: str
    is_rfbs: bool = False
    city: str = ""
    address: str = ""
    latitude: float = 55.75
    longitude: float = 37.61
    label_type: str = "SMALL"
    status: str = "created"
    delivery_method_id: int = 0
    delivery_method_name: str = ""
    provider_id: int = 24
    provider_name: str = "Доставка Ozon"
    # Ozon's own warehouse: never listed among the seller's, holds no stock that the seller writes.
    is_fbo: bool = False

    @property
    def scheme(self):
        return "fbo" if self.is_fbo else "rfbs" if self.is_rfbs else "fbs"

    @property
    def integration(self):
        return "non_integrated" if self.is_rfbs else "ozon"


@dataclass
class Stock:
    """``present`` in the answers is free + reserved; sellers set only the free part."""

    free: int = 0
    reserved: int = 0
    updated_at: datetime = None
    pushed_at: datetime = None


@dataclass(slots=True)
class Line:
    sku: int
    product_id: int
    offer_id: str
    name: str
    quantity: int
    price: Decimal
    old_price: Decimal
    currency: str
    mandatory_mark: bool = False
    # Other things that must be recorded: gtd, country, rnpt, jw_uin, imei, weight.
    requirements: tuple = ()
    country: str = ""
    # How many of the reserved units were taken from the free stock: only those return to it on a cancellation.
    taken: int = 0
    # They are reserved in a stock; a product that Ozon's own warehouse does not count is not.
    counted: bool = False


@dataclass(slots=True)
class Posting:
    number: str
    id: int
    order_id: int
    order_number: str
    status: str
    substatus: str
    warehouse: Warehouse
    in_process_at: datetime
    shipment_date: datetime
    changed_at: datetime
    lines: list
    upper_barcode: str = ""
    lower_barcode: str = ""
    previous_substatus: str = ""
    parent_number: str = ""
    related: list = field(default_factory=list)
    tracking_number: str = ""
    delivering_at: datetime = None
    delivered_at: datetime = None
    # When the buyer wants it, once it was changed, and how often it was.
    delivery_window: tuple = None
    window_changes: int = 0
    scanit: str = ""
    cancellation: dict = None
    shipping: bool = False
    shipped_at: datetime = None
    carriage_id: int = 0
    multi_box_qty: int = 1
    is_multibox: bool = False
    is_legal: bool = False
    buyer: dict = None
    exemplars: Any = None
    # Which parts of the answer are missing for this posting, as happens in the real service.
    missing: frozenset = frozenset()
    overrides: dict = None
    get_overrides: dict = None
    documented: bool = False
    stock_state: str = "none"
    ship_calls: list = field(default_factory=list)
    label_calls: list = field(default_factory=list)
    history: list = field(default_factory=list)
    # Encoded JSON by view; emptied on every change.
    cache: dict = field(default_factory=dict)

    @property
    def scheme(self):
        return self.warehouse.scheme

    @property
    def is_rfbs(self):
        return self.warehouse.is_rfbs

    @property
    def is_fbo(self):
        return self.warehouse.is_fbo


@dataclass
class Carriage:
    carriage_id: int
    warehouse: Warehouse
    departure_date: datetime
    created_at: datetime
    updated_at: datetime
    status: str = "new"
    numbers: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    approved_at: datetime = None
    containers_count: int = 0
    is_partial: bool = False
    partial_num: int = 0


@dataclass
class LabelTask:
    task_id: int
    kind: str
    numbers: list
    created_at: datetime
    fails: bool = False
    # Filled when the task is done: what was printed and what was not, with the reason.
    printed: list = None
    unprinted: list = None
