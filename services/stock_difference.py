"""Why a cabinet shows another number than Odoo. Pure: no database, no Odoo."""

from decimal import Decimal
from typing import NamedTuple


class Shown(NamedTuple):
    """What is known of one pair: ``quantity`` by the formula, its ``state`` with us, and what the cabinet shows:
    ``free`` (None where it does not list the pair) and ``reserved`` for buyers; ``linked`` to a product."""

    quantity: int
    state: str
    free: int | None
    reserved: int
    linked: bool = True


def find_cause(shown: Shown) -> str:
    """ "" when there is no difference; else one of: unmatched, unmanaged, refused, waiting, unlisted, sold, changed.

    The order matters: what we have not told cannot be somebody else's doing.
    """
    if (shown.free or 0) == shown.quantity:
        return ""
    if shown.state in ("preview", "unmanaged"):
        return "unmanaged" if shown.linked else "unmatched"
    if shown.state in ("refused", "waiting"):
        return shown.state
    if shown.free is None:
        return "unlisted"
    # Buyers have ordered: the cabinet has taken the pieces off already, Odoo does so when the postings are read.
    if shown.free < shown.quantity <= shown.free + shown.reserved:
        return "sold"
    return "changed"


class Held(NamedTuple):
    """What is known of an offer's goods in the marketplace's own warehouses, in units of the offer.

    ``quantity`` in Odoo's FBO location; ``present`` there (None where it is not listed); ``leaving`` sold and not
    delivered in Odoo yet; ``supplied`` brought there lately.
    """

    quantity: Decimal
    present: int | None
    leaving: Decimal = Decimal(0)
    supplied: Decimal = Decimal(0)
    linked: bool = True
    kit: bool = False


def find_fbo_cause(held: Held) -> str:
    """ "" when there is no difference; else one of: unmatched, undelivered, supplied, kit, unlisted, counted.

    The first ones explain themselves and pass; what is left is for a person to decide on.
    """
    present = held.present or 0
    if present == held.quantity:
        return ""
    if not held.linked:
        return "unmatched"
    if present < held.quantity <= present + held.leaving:
        return "undelivered"
    if present < held.quantity <= present + held.leaving + held.supplied:
        return "supplied"
    if held.kit:
        return "kit"
    return "unlisted" if held.present is None else "counted"
