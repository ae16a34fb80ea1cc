"""Who is calling and what the key may do. Ozon answers a wrong key with 404, not with 401."""

from dataclasses import dataclass
from datetime import datetime

from simulator.clock import UTC
from simulator.ozon.errors import UNAUTHENTICATED, OzonError, forbidden, invalid, not_found
from simulator.ozon.not_simulated import NOT_SIMULATED
from simulator.ozon.registry import METHODS

GROUPS = ("posting", "label", "carriage", "product", "warehouse", "account", "notification", "finance", "returns")
# Open to every key: a key may always be asked what it may do.
ALWAYS = {"/v1/roles"}


@dataclass(frozen=True)
class Key:
    text: str
    roles: tuple
    groups: frozenset
    writes: bool = True
    active: bool = True
    expires_at: datetime = datetime(2027, 2, 20, 9, 54, 23, tzinfo=UTC)


KEYS = {
    key.text: key
    for key in (
        Key("demo-key-1042-write", ("Admin",), frozenset(GROUPS)),
        Key("demo-key-1042-read", ("Admin read only",), frozenset(GROUPS), writes=False),
        Key("demo-key-1042-expired", ("Admin",), frozenset(GROUPS), active=False),
        Key(
            "demo-key-1042-orders",
            ("Posting FBS", "Product", "Warehouse"),
            frozenset({"posting", "carriage", "product", "warehouse", "account", "notification"}),
        ),
    )
}


def authenticate(headers, expected, company_blocked=False):
    """The key of this request to the cabinet ``expected``, or Ozon's refusal."""
    client_id, text = headers.get("Client-Id", ""), headers.get("Api-Key", "")
    if not client_id or not text:
        raise OzonError(401, UNAUTHENTICATED, "Client-Id and Api-Key headers are required")
    if not client_id.isdecimal() or int(client_id) == 0:
        raise invalid("Client-Id header value should be positive integer")
    key = KEYS.get(text)
    if key is None or client_id != str(expected):
        raise not_found("Invalid Api-Key, please check the key and try again")
    if not key.active:
        raise forbidden("Api-key is deactivated, use another one or generate a new one")
    if company_blocked:
        raise forbidden("Company is blocked, please contact support")
    return key


def authorize(key, path, group, writes):
    if path not in ALWAYS and (group not in key.groups or (writes and not key.writes)):
        raise forbidden("Api-Key is missing a required role for a method")


def allowed_paths(key):
    """What ``/v1/roles`` prints: every path the key may call, also those this simulator does not answer."""
    rows = [(method.path, method.group, method.writes) for method in METHODS.values()]
    rows += [(path, group, writes) for path, (group, writes) in NOT_SIMULATED.items()]
    return sorted(
        path for path, group, writes in rows if path in ALWAYS or (group in key.groups and (key.writes or not writes))
    )
