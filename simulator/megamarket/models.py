"""The records of the simulated merchants: shops, offers, shipments and their lots."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

MOSCOW = timezone(timedelta(hours=3))
STANDARD, DBS = "standard", "dbs"
SCHEMES = (STANDARD, DBS)
DELIVERY = "delivery"

PENDING = "PENDING"
NEW = "NEW"
CONFIRMED = "CONFIRMED"
PACKED = "PACKED"
SHIPPED = "SHIPPED"
DELIVERED = "DELIVERED"
PACKING_EXPIRED = "PACKING_EXPIRED"
SHIPPING_EXPIRED = "SHIPPING_EXPIRED"
MERCHANT_CANCELED = "MERCHANT_CANCELED"
CUSTOMER_CANCELED = "CUSTOMER_CANCELED"
# From the least to the most advanced; a shipment is where its hindmost living lot is (inferred).
ON_THE_WAY = (
    *(PENDING, NEW, "PENDING_CONFIRMATION", CONFIRMED, PACKING_EXPIRED),
    *("PENDING_PACKING", PACKED, SHIPPING_EXPIRED, "PENDING_SHIPPING", SHIPPED),
)
TERMINAL = (DELIVERED, MERCHANT_CANCELED, CUSTOMER_CANCELED)
STATUSES = (*ON_THE_WAY, *TERMINAL)


def write_time(moment):
    """As the marketplace writes it: Moscow time, whole seconds. ``None`` stays ``None``."""
    return moment and moment.astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M:%S+03:00")


@dataclass
class Offer:
    """A listing. The price that counts is the manual one, else the feed's, else that of the control API."""

    offer_id: str
    goods_id: str
    name: str = ""
    barcode: str = ""
    base_price: int = None
    feed_price: int = None
    manual_price: int = None
    old_price: int = None
    tax_rate: str = "NOT"
    # None: nobody has told a number, and the goods are sold without end.
    stock: int = None
    available: bool = True
    in_feed: bool = False
    mark: bool = False
    category: str = "Товары"

    @property
    def price(self):
        return next((value for value in (self.manual_price, self.feed_price, self.base_price) if value), None)

    @property
    def sellable(self):
        return self.available and self.price is not None and (self.stock is None or self.stock > 0)


@dataclass
class Merchant:
    """One shop of a cabinet: one token, one scheme, one warehouse."""

    merchant_id: int
    token: str
    scheme: str = STANDARD
    name: str = ""
    new_url: str = ""
    cancel_url: str = ""
    login: str = ""
    password: str = ""
    feed_url: str = ""
    # Agreed with the marketplace's manager; with "feed" prices through the API are refused (inferred).
    price_source: str = "api"
    offers: dict = field(default_factory=dict)
    shipments: dict = field(default_factory=dict)
    # What the last reading of the feed brought: validators of HTTP, and the report for the control API.
    feed_validators: dict = field(default_factory=dict)
    feed_report: dict = None
    feed_turn: int = 0

    @property
    def is_dbs(self):
        return self.scheme == DBS


@dataclass
class Lot:
    """One physical piece, or the paid delivery of DBS."""

    index: int
    offer_id: str
    goods_id: str
    name: str
    price: int
    discounts: list = field(default_factory=list)
    tax_rate: str = "NOT"
    mark: bool = False
    category: str = "Товары"
    status: str = NEW
    sub_status: str = None
    boxes: list = field(default_factory=list)
    digital_mark: str = ""
    events: list = field(default_factory=list)
    # A buyer of DBS asked for cancellation and waits for order/cancelResult.
    cancel_requested: bool = False
    returned: dict = None

    @property
    def final_price(self):
        return self.price - sum(row["discountAmount"] for row in self.discounts)

    @property
    def is_delivery(self):
        return self.offer_id == DELIVERY

    @property
    def is_alive(self):
        return self.status not in TERMINAL


@dataclass
class Shipment:
    number: str
    merchant: Merchant
    created_at: datetime
    lots: list
    delivery_id: str
    customer: dict
    confirm_until: datetime = None
    packing_until: datetime = None
    shipping_until: datetime = None
    reserve_until: datetime = None
    delivery_from: datetime = None
    delivery_to: datetime = None
    order_code: str = ""
    prepaid: bool = True
    shifted: bool = False
    # Repacking may be switched off by the control API; it ends by itself when the boxes are handed over.
    changeable: bool = True
    missing_handover: bool = False
    overrides: dict = None
    get_overrides: dict = None
    # Calls that were accepted, by method, as they came: {"at", "method", "body"}.
    calls: list = field(default_factory=list)

    @property
    def goods(self):
        return [lot for lot in self.lots if not lot.is_delivery]

    @property
    def deliveries(self):
        return [lot for lot in self.lots if lot.is_delivery]

    @property
    def total(self):
        return sum(lot.final_price for lot in self.lots)

    @property
    def deposited(self):
        return self.total if self.prepaid else 0

    @property
    def is_pending(self):
        return any(lot.status.startswith(PENDING) for lot in self.lots)

    @property
    def is_changeable(self):
        places = [ON_THE_WAY.index(lot.status) for lot in self.goods if lot.is_alive]
        return self.changeable and bool(places) and max(places) < ON_THE_WAY.index("PENDING_SHIPPING")

    @property
    def shipping_from(self):
        """The day's hours before the deadline (inferred)."""
        return self.shipping_until and self.shipping_until - timedelta(hours=9)

    @property
    def status(self):
        alive = [lot.status for lot in self.goods if lot.is_alive]
        if alive:
            return min(alive, key=ON_THE_WAY.index)
        ends = {lot.status for lot in self.goods}
        return next(status for status in TERMINAL if status in ends)

    @property
    def boxes(self):
        """box index → box code, of all lots together."""
        found = {row["boxIndex"]: row["boxCode"] for lot in self.lots if lot.boxes for row in lot.boxes}
        return dict(sorted(found.items()))

    def lot(self, index):
        return next((lot for lot in self.lots if lot.index == index), None)
