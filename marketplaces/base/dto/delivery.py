"""Own delivery, and the units that must be recorded before shipping."""

from datetime import datetime
from decimal import Decimal

from .value import value


@value
class DeliveryWindow:
    """When the buyer expects it. ``changes_left``: how often it may still be changed."""

    since: datetime
    until: datetime
    changes_left: int


@value
class Mark:
    """``kind``: mandatory_mark, jw_uin or imei. ``code`` as scanned, with its GS separators (U+001D)."""

    kind: str
    code: str
    state: str = ""
    problems: tuple[str, ...] = ()


@value
class Exemplar:
    """One unit of a posting.

    ``weight`` in the marketplace's unit (kg). A mark's ``state``: "" (not told), checking, passed or failed.
    ``problems``: the marketplace's sentences or words about this unit.
    """

    external_id: str
    marks: tuple[Mark, ...] = ()
    gtd: str = ""
    gtd_absent: bool = False
    rnpt: str = ""
    rnpt_absent: bool = False
    weight: Decimal | None = None
    problems: tuple[str, ...] = ()


@value
class ExemplarLine:
    """The units of one product. ``needs``: mandatory_mark, gtd, rnpt, jw_uin, imei, weight.

    ``mark_possible``: a mandatory mark is accepted though not demanded.
    """

    sku: str
    quantity: int
    exemplars: tuple[Exemplar, ...]
    needs: tuple[str, ...] = ()
    mark_possible: bool = False
    weight_min: Decimal | None = None
    weight_max: Decimal | None = None


@value
class ExemplarSheet:
    """All units of a posting.

    ``state``: "" (not asked), checking, ready (may be shipped), refused, changeable (shipped) or locked.
    """

    number: str
    lines: tuple[ExemplarLine, ...]
    state: str = ""
    cargo_places: int = 0


@value
class Country:
    code: str
    name: str
