"""Opaque cursors: base64 of the sort fields and the last values, the way the documentation's examples decode."""

import base64
import binascii
import json

from simulator.ozon.errors import invalid


def encode(**fields):
    rows = [{"name": f"osp.{name}", "dir": "asc", "val": str(value)} for name, value in fields.items()]
    return base64.b64encode(json.dumps({"fields": rows}, separators=(",", ":")).encode()).decode()


def decode(cursor):
    """The values by name; a broken cursor is the caller's mistake and is told so."""
    if not cursor:
        return None
    try:
        rows = json.loads(base64.b64decode(cursor, validate=True))["fields"]
        return {row["name"].removeprefix("osp."): row["val"] for row in rows}
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
        raise invalid("invalid cursor") from None


def encode_last_id(number):
    """The older ``last_id``: the same number twice in a list."""
    return base64.b64encode(json.dumps([number, number], separators=(",", ":")).encode()).decode()


def decode_last_id(last_id):
    if not last_id:
        return 0
    try:
        return int(json.loads(base64.b64decode(last_id, validate=True))[0])
    except (binascii.Error, ValueError, KeyError, TypeError, IndexError):
        raise invalid("invalid last_id") from None


def page_of(items, limit, cursor, empty_last_page, field="id"):
    """Cut one page out of items that are sorted by their number: (page, cursor, has_next).

    ``items`` are pairs of (number, item). With ``empty_last_page`` the last page promises one more, which is empty.
    """
    values = decode(cursor)
    try:
        after = int(values[field]) if values else -1
    except (KeyError, ValueError):
        raise invalid("invalid cursor") from None
    rest = [pair for pair in items if pair[0] > after]
    page = rest[:limit]
    more = len(rest) > limit or (empty_last_page and bool(page))
    return [item for _number, item in page], encode(**{field: page[-1][0]}) if more else "", more
