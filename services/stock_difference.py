"""Why a cabinet shows another number than Odoo. Pure: no database, no Odoo."""

from typing import NamedTuple


class Shown(NamedTuple):
    """What is known of one pair: ``quantity`` by the formula, its ``state`` with us, and what the cabinet shows:
    ``free`` (None where it does not list the pair) and ``reserved`` for buyers."""

    quantity: int
    state: str
    free: int | None
    reserved: int


def find_cause(shown: Shown) -> str:
    """ "" when there is no difference; else one of: unmanaged, refused, waiting, unlisted, sold, changed.

    The order matters: what we have not told cannot be somebody else's doing.
    """
    if (shown.free or 0) == shown.quantity:
        return ""
    if shown.state in ("preview", "unmanaged"):
        return "unmanaged"
    if shown.state in ("refused", "waiting"):
        return shown.state
    if shown.free is None:
        return "unlisted"
    # Buyers have ordered: the cabinet has taken the pieces off already, Odoo does so when the postings are read.
    if shown.free < shown.quantity <= shown.free + shown.reserved:
        return "sold"
    return "changed"
