"""The methods that are simulated: path → handler with the schemes it is for."""

from dataclasses import dataclass

from simulator.clock import parse_time
from simulator.megamarket.errors import invalid, plain
from simulator.megamarket.models import SCHEMES

ORDERS = "/api/market/v1/orderService/"
OFFERS = "/api/merchantIntegration/v1/offerService/"


@dataclass
class Method:
    name: str
    handler: object
    schemes: tuple


@dataclass
class Call:
    """One authorised request: the shop it came from and its ``data``."""

    world: object
    path: str
    merchant: object
    data: dict
    name: str

    @property
    def state(self):
        return self.world.megamarket

    def fault(self, kind):
        return self.world.faults.take(self.path, kind, vendor="megamarket")


METHODS = {}


def method(name, *schemes, root=ORDERS):
    def register(handler):
        METHODS[root + name] = Method(name, handler, schemes or SCHEMES)
        return handler

    return register


# -- reading a request -------------------------------------------------------------------------------------------------


def rows(holder, name, refuse=invalid, empty=False):
    """A list of objects; an empty one is a mistake unless told otherwise."""
    value = holder.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refuse(f"{name} must be a list of objects")
    if not value and not empty:
        raise refuse(f"{name} is empty")
    return value


def moment(value, name, required=True):
    if value in (None, "") and not required:
        return None
    try:
        found = parse_time(value)
    except (ValueError, OverflowError):
        found = None
    # At the ends of the calendar there is no Moscow time to reckon with.
    if found is None or not 2000 <= found.year <= 2100:
        raise invalid(f"{name} must be a date like 2024-08-14T12:30:00+03:00")
    return found


def identifier(value, name, refuse=plain):
    """Ids come as text or as number; they are compared as text."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise refuse(f"{name} must be text")
    return str(value)


def index_of(value):
    """itemIndex and boxIndex are taken as number or text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal():
        return None
    return int(value)
