"""How much of an offer lies in a warehouse of the cabinet, and what became of telling it."""

from datetime import datetime

from .value import value


@value
class StockTarget:
    """``quantity`` pieces of an offer may be sold from a warehouse: what is free, the marketplace's reserves aside."""

    article: str
    external_id: str
    warehouse_id: str
    quantity: int


@value
class StockAnswer:
    """What the marketplace said of one target.

    ``state``: accepted | refused | later (told too often, repeat after ``retry_after`` seconds). ``code`` and
    ``message`` are the vendor's, ``reason`` is one of ``refusals`` or "".
    """

    article: str
    warehouse_id: str
    state: str
    code: str = ""
    message: str = ""
    reason: str = ""
    retry_after: int = 0


@value
class StockLevel:
    """What the cabinet shows. ``present`` includes ``reserved``: the goods of orders that are not shipped yet."""

    article: str
    warehouse_id: str
    present: int
    reserved: int
    sku: str = ""
    external_id: str = ""
    changed_at: datetime | None = None

    @property
    def free(self):
        return self.present - self.reserved
