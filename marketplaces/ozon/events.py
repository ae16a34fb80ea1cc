"""Ozon's push notifications: reading and acknowledging.

They carry no signature, come late, twice and in disorder: a hint to look, never the truth.
"""

import hashlib
import json
from datetime import datetime, timezone

from ..base import dto, parse, status
from ..base.client import parse_json
from ..base.errors import PayloadError
from . import units
from .requests import format_time

_NAME, _VERSION = "sale_marketplace", "1.0"
#: Keys that tell when the news happened, by ``message_type``'s habits.
_TIME_KEYS = ("changed_state_date", "changed_at", "in_process_at", "updated_at", "created_at", "creation_date", "time")
#: News that is the same whenever these are the same; of all other types the whole body counts.
_IDENTITY = {
    "TYPE_NEW_POSTING": ("seller_id", "posting_number", "in_process_at"),
    "TYPE_POSTING_CANCELLED": ("seller_id", "posting_number", "changed_state_date", "new_state"),
    "TYPE_STATE_CHANGED": ("seller_id", "posting_number", "changed_state_date", "new_state"),
    "TYPE_FBO_POSTING_NEW": ("seller_id", "posting_number", "uuid"),
    "TYPE_FBO_POSTING_CANCELLED": ("seller_id", "posting_number", "uuid", "new_state"),
    "TYPE_FBO_POSTING_STATE_CHANGED": ("seller_id", "posting_number", "uuid", "new_state"),
    "TYPE_CREATE_OR_UPDATE_ITEM": ("seller_id", "product_id", "offer_id", "changed_at", "is_error"),
}
#: Our word for a failure → (HTTP status, Ozon's word, message).
_FAILURES = {
    "invalid": (400, "ERROR_PARAMETER_VALUE_MISSED", "The notification cannot be read"),
    "internal": (500, "ERROR_UNKNOWN", "The notification could not be stored"),
}


def parse_event(body):
    """Body of one notification → list of one ``dto.Event``; unknown types are ``other``. ``PayloadError`` for junk."""
    data = _read_object(body)
    raw_kind = parse.identifier(data.get("message_type"), "message_type")
    kind = units.EVENT_KINDS.get(raw_kind, "other")
    return [
        dto.Event(
            kind=kind,
            key=_make_key(raw_kind, data),
            raw_kind=raw_kind,
            account_external_id=parse.identifier_or_empty(data.get("seller_id"), "seller_id"),
            order_number=_find_number(kind, data),
            scheme=status.FBO if raw_kind.startswith(units.FBO_EVENT) else "",
            article=parse.text(data.get("offer_id"), "offer_id"),
            occurred_at=_find_time(data),
            raw=data,
        ),
    ]


def make_answer(events, error, now=None):
    """(HTTP status, JSON body) as Ozon checks it: everything but 200 counts against the receiver."""
    if error:
        http_status, code, message = _FAILURES[error]
        return http_status, {"error": {"code": code, "message": message, "details": None}}
    if any(event.kind == "ping" for event in events):
        return 200, {"version": _VERSION, "name": _NAME, "time": format_time(now or datetime.now(timezone.utc))}
    return 200, {"result": True}


def _read_object(body):
    data = parse_json(body)
    if not isinstance(data, dict):
        raise PayloadError("body", type(data).__name__, "is not an object")
    return data


def _make_key(raw_kind, data):
    keys = _IDENTITY.get(raw_kind)
    identity = [data.get(key) for key in keys] if keys else data
    text = json.dumps([raw_kind, identity], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _find_number(kind, data):
    number = parse.text(data.get("posting_number"), "posting_number")
    if kind.startswith("order_") and not number:
        raise PayloadError("posting_number", data.get("posting_number"), "is missing")
    return number


def _find_time(data):
    """An odd time must not lose the news: it is left out."""
    for key in _TIME_KEYS:
        try:
            moment = parse.moment_or_none(data.get(key), key)
        except PayloadError:
            continue
        if moment:
            return moment
    return None
