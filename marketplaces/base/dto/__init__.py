"""What adapters hand to the Odoo side: frozen, typed, without a vendor's names.

Money is ``Decimal`` in the unit of the currency beside it; times are aware UTC ``datetime``; ids are ``str``.
``raw`` is the payload as it came, for storing, never for reading.
"""

from .account import (
    AccountInfo,
    DeliveryMethod,
    Offer,
    Role,
    Warehouse,
)
from .delivery import (
    Country,
    DeliveryWindow,
    Exemplar,
    ExemplarLine,
    ExemplarSheet,
    Mark,
)
from .events import Event
from .money import (
    Accrual,
    AccrualDay,
    AccrualType,
    Balance,
    Payout,
    Realization,
    RealizationPart,
    RealizationRow,
    UnreadableAccrual,
)
from .orders import (
    Buyer,
    Cancellation,
    Order,
    OrderLine,
    OrderQuery,
    UnreadableOrder,
)
from .prices import Commission, PriceAnswer, PriceInfo, PriceTarget
from .returns import CancelReason, CancelRequest, Return, ReturnedUnit, UnreadableReturn
from .shipping import (
    HandoverSlot,
    HandoverState,
    LabelTask,
    LabelTaskState,
    Package,
    PackageLine,
    ShipResult,
    UnitResult,
)
from .stock import StockAnswer, StockLevel, StockTarget

__all__ = [
    "AccountInfo",
    "Accrual",
    "AccrualDay",
    "AccrualType",
    "Balance",
    "Buyer",
    "CancelReason",
    "CancelRequest",
    "Cancellation",
    "Commission",
    "Country",
    "DeliveryMethod",
    "DeliveryWindow",
    "Event",
    "Exemplar",
    "ExemplarLine",
    "ExemplarSheet",
    "HandoverSlot",
    "HandoverState",
    "LabelTask",
    "LabelTaskState",
    "Mark",
    "Offer",
    "Order",
    "OrderLine",
    "OrderQuery",
    "Package",
    "PackageLine",
    "Payout",
    "PriceAnswer",
    "PriceInfo",
    "PriceTarget",
    "Realization",
    "RealizationPart",
    "RealizationRow",
    "Return",
    "ReturnedUnit",
    "Role",
    "ShipResult",
    "StockAnswer",
    "StockLevel",
    "StockTarget",
    "UnitResult",
    "UnreadableAccrual",
    "UnreadableOrder",
    "UnreadableReturn",
    "Warehouse",
]
