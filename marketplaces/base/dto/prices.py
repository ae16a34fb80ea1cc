"""What an offer costs, what the marketplace takes of it, and what became of telling a price."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from .value import value


@value
class PriceTarget:
    """Prices of an offer in the cabinet's ``currency``, VAT included.

    ``old_price``: struck through, 0 takes it away. ``min_price``: None leaves it as it is. ``vat_rate``: a fraction,
    None leaves it as it is. ``leave_strategy``: take the offer out of the cabinet's price strategy.
    """

    article: str
    external_id: str
    price: Decimal
    currency: str
    old_price: Decimal = Decimal(0)
    min_price: Decimal | None = None
    vat_rate: Decimal | None = None
    leave_strategy: bool = False


@value
class PriceAnswer:
    """``state``: accepted | refused | later (changed too often, repeat after ``retry_after`` seconds).

    ``code`` and ``message`` are the vendor's, ``reason`` is one of ``refusals`` or "", ``bound`` the amount that it
    names.
    """

    article: str
    state: str
    code: str = ""
    message: str = ""
    reason: str = ""
    bound: Decimal | None = None
    retry_after: int = 0


@value
class Commission:
    """What one sale costs by the marketplace's own forecast: ``percent`` of the price plus ``fixed`` in its currency.

    ``return_fee``: for a return of it.
    """

    percent: Decimal
    fixed: Decimal = Decimal(0)
    return_fee: Decimal = Decimal(0)


@value
class PriceInfo:
    """What the cabinet shows. ``commissions`` by scheme. ``quarantined``: a jump that waits for the seller's word."""

    article: str
    external_id: str
    price: Decimal
    currency: str
    old_price: Decimal = Decimal(0)
    min_price: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    acquiring: Decimal = Decimal(0)
    commissions: Mapping[str, Commission] = field(default_factory=dict)
    quarantined: bool = False
