from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualType:
    """An entry of the marketplace's dictionary of accruals. ``kind``: a word of ``money.py``, UNKNOWN where the
    adapter does not know this name."""

    external_id: str
    name: str
    description: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """One movement of money. An accrual of the marketplace that holds several comes as several of these.

    ``date``: the marketplace's calendar day, never cut from a timestamp. ``external_id``: of the accrual; ``part``:
    which movement of it, stable when it is read again; (date, external_id, part) is unique.
    ``branch``: posting, item, seller or container; file for what was imported. ``number``: of the posting, "" without
    one; ``unit_number``: as it came (a posting's, a contract's). ``type_id``/``type_name``: of the dictionary, either
    may be "" but not both; names of ``money.OWN_TYPES`` are of movements without a type.
    ``amount``: signed, + is for the seller, VAT included. ``quantity``: units, None where it is not told.
    """

    date: date
    external_id: str
    part: str
    branch: str
    type_id: str = ""
    type_name: str = ""
    number: str = ""
    unit_number: str = ""
    scheme: str = ""
    sku: str = ""
    article: str = ""
    quantity: int | None = None
    amount: Decimal
    currency: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableAccrual:
    """An accrual whose amounts cannot be read. Kept, shown, and read again; nothing is booked for it."""

    date: date
    external_id: str
    problem: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualDay:
    """All accruals of one day, complete. ``total``: the sum of the totals that the marketplace itself tells."""

    date: date
    accruals: tuple[Accrual | UnreadableAccrual, ...]
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The cabinet's account over a period, days included. ``accrued``: everything but ``payments``, which are
    negative where money left for the seller: opening + accrued + Σ payments = closing.
    ``sales``, ``sale_fee``, ``returns``, ``return_fee``, ``services`` (name → amount): of which it consists."""

    since: date
    until: date
    currency: str
    opening: Decimal
    accrued: Decimal
    closing: Decimal
    payments: tuple[Decimal, ...] = ()
    sales: Decimal = Decimal(0)
    sale_fee: Decimal = Decimal(0)
    returns: Decimal = Decimal(0)
    return_fee: Decimal = Decimal(0)
    services: Mapping[str, Decimal] = field(default_factory=dict)
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money that the marketplace has sent to the seller's bank. ``amount`` > 0. ``since``–``date``: the period that it
    was paid for; ``date`` is its last day, or the day of the payment where the marketplace tells it."""

    external_id: str
    since: date
    date: date
    amount: Decimal
    currency: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealizationPart:
    """Delivered, or returned, units of a row; amounts as the report shows them, not signed.

    ``amount``: paid by buyers; ``bonus``, ``coinvestment``: paid by the marketplace and its partners; ``fee``: the
    marketplace's; ``total`` = amount + bonus + coinvestment − fee, due to the seller.
    """

    quantity: int
    price: Decimal
    amount: Decimal
    bonus: Decimal = Decimal(0)
    coinvestment: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    total: Decimal

    @property
    def gross(self):
        """What the seller's goods are worth: the price that he has set, times the units."""
        return self.amount + self.bonus + self.coinvestment


@dataclass(frozen=True, slots=True, kw_only=True)
class RealizationRow:
    row_number: int
    sku: str
    article: str
    name: str
    barcode: str = ""
    number: str = ""
    seller_price: Decimal | None = None
    commission_ratio: Decimal | None = None
    sold: RealizationPart | None = None
    returned: RealizationPart | None = None
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Realization:
    """The marketplace's report to its principal for a month. ``rows`` with posting numbers where they are told.

    ``control_total``: due to the seller by the report without posting numbers, where there are two of them; the rows'
    must be the same.
    """

    number: str
    document_date: date | None
    since: date
    until: date
    currency: str
    contract_number: str = ""
    contract_date: date | None = None
    payer_name: str = ""
    payer_tax_id: str = ""
    receiver_name: str = ""
    receiver_tax_id: str = ""
    rows: tuple[RealizationRow, ...] = ()
    control_total: Decimal | None = None
    raw: Any = field(default=None, repr=False)
