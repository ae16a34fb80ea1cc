"""MegaMarket's refusals → ``base.errors``.

A refusal is ``{"success": 0, "error": …}`` with HTTP 200 or 400; ``error`` is an object ``{"code", "message"}``, a list
of such entries (with the lot or the box that each is about), or a list whose entries say ``errorText``. There is no
public list of codes: the words decide.
"""

import re
from dataclasses import dataclass
from typing import Any

from ..base.errors import (
    AlreadyDone,
    AuthError,
    Forbidden,
    MarketplaceError,
    NotFound,
    NotReady,
    Obsolete,
    PayloadError,
    RateLimited,
    Rejected,
    UnknownOutcome,
)

_LONGEST_MESSAGE = 300
#: The refusal of a wrong token repeats the token.
_GUID = re.compile(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b")
#: Keys of an entry that say what is wrong, the plainest first.
_MESSAGE_KEYS = ("message", "errorText", "description")
#: Keys that say which part of the call it is about.
_ITEM_KEYS = ("itemIndex", "offerId", "boxCode", "shipmentId")
_SUCCESS = (1, "1")
_FAILURE = (0, "0")
_BOT_WALL = (
    "A wall against robots in front of MegaMarket has refused the call (HTTP 403): it judges by the program's name and "
    "the server's address, not by the token"
)
#: HTTP status of an answer that is not the API's own → error. (Its own tells the reason, with HTTP 200 or 400.)
_BARE = {
    401: (AuthError, "MegaMarket refused the token (HTTP 401)", {"reason": "wrong_key"}),
    # Not the fault of the key, and maybe over soon: nothing is paused because of it.
    403: (Forbidden, _BOT_WALL, {"reason": "wall"}),
    404: (Obsolete, "There is no such method at this address (HTTP 404)", {}),
    405: (Obsolete, "This method is switched off (HTTP 405)", {}),
    410: (Obsolete, "This method is switched off (HTTP 410)", {}),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """``words``: all of them in the message, lower case. ``endpoints``: where it means this; None for everywhere."""

    words: tuple[str, ...]
    error: type[MarketplaceError]
    details: tuple[tuple[str, Any], ...] = ()
    endpoints: frozenset[str] | None = None


_WRONG_KEY = (("reason", "wrong_key"),)


def _done(words, *endpoints):
    return Rule(words, AlreadyDone, (), frozenset(endpoints))


#: First match wins. What matches nothing is ``Rejected``.
RULES = (
    Rule(("токен", "невалид"), AuthError, _WRONG_KEY),
    Rule(("токен", "не найден"), AuthError, _WRONG_KEY),
    Rule(("token", "invalid"), AuthError, _WRONG_KEY),
    Rule(("token", "not valid"), AuthError, _WRONG_KEY),
    Rule(("слишком много запросов",), RateLimited),
    Rule(("too many requests",), RateLimited),
    Rule(("pending",), NotReady),
    Rule(("обрабатывается",), NotReady),
    Rule(("в обработке",), NotReady),
    Rule(("being processed",), NotReady),
    # "Already" is a success only where the very same thing had been asked for.
    _done(("already confirmed",), "confirm"),
    _done(("уже подтвержд",), "confirm"),
    _done(("already packed",), "packing"),
    _done(("уже скомплектован",), "packing"),
    _done(("уже упакован",), "packing"),
    _done(("already shipped",), "shipping"),
    _done(("уже отгружен",), "shipping"),
    _done(("already closed",), "close"),
    _done(("already delivered",), "close"),
    _done(("уже закрыт",), "close"),
    _done(("уже вручен",), "close"),
    _done(("already cancel",), "reject", "cancel_result"),
    _done(("уже отмен",), "reject", "cancel_result"),
    Rule(("not found",), NotFound),
    Rule(("не найден",), NotFound),
    Rule(("не существует",), NotFound),
)


def read_error(call, http_status, data):
    """The ``MarketplaceError`` that an answer tells, or None.

    None is returned for a success, and for an answer (5xx, 408, 429) whose meaning its status tells better.
    """
    told = data if isinstance(data, dict) else {}
    if "success" not in told and http_status in _BARE:
        kind, message, details = _BARE[http_status]
        return kind(message, **details)
    if http_status < 300 and data is None:
        return None  # a file, or unreadable: the transport knows which it asked for
    entries = read_entries(told.get("error"))
    if http_status < 300 and told.get("success") in _SUCCESS and not entries:
        return None
    if http_status >= 500 or http_status in (408, 429):
        # A burst of errors says little in its bodies; only a wrong token is worth believing.
        error = make_error(call.name, entries, http_status)
        return error if isinstance(error, AuthError) else None
    if http_status < 300 and not entries and told.get("success") not in _FAILURE:
        return _make_odd_error(call, data)
    return make_error(call.name, entries, http_status)


def _make_odd_error(call, data):
    """Neither a success nor a refusal: what happened is not known."""
    if not call.idempotent:
        return UnknownOutcome("The answer tells neither success nor refusal")
    return PayloadError("success", data.get("success") if isinstance(data, dict) else data, "is neither 0 nor 1")


def read_entries(error):
    """``error`` in any of its shapes → list of (code, message, id of what it is about or "")."""
    if isinstance(error, str):
        error = {"message": error}
    found = [_read_entry(entry) for entry in (error if isinstance(error, list) else [error])]
    return [entry for entry in found if entry and entry[:2] not in (("", ""), ("0", ""))]


def _read_entry(entry):
    if isinstance(entry, str):
        return "", _clean(entry), ""
    if not isinstance(entry, dict):
        return None
    said = [_clean(entry[key]) for key in _MESSAGE_KEYS if _is_said(entry.get(key))]
    item = next((str(entry[key]) for key in _ITEM_KEYS if _is_said(entry.get(key))), "")
    code = str(entry["code"]) if _is_said(entry.get("code")) else ""
    return code, ": ".join(dict.fromkeys(said)), item


def _is_said(value):
    return value not in (None, "") and isinstance(value, (str, int))


def _clean(message):
    return _GUID.sub("***", str(message)).strip()


def make_error(endpoint, entries, http_status=None):
    """One error of all entries: of the kind that they all are, or ``Rejected`` where they differ."""
    rules = {_find_rule(endpoint, f"{code} {message}".lower()) for code, message, _item in entries}
    rule = rules.pop() if len({rule and rule.error for rule in rules}) == 1 else None
    kind = rule.error if rule else Rejected
    details = dict(rule.details) if rule else {}
    if issubclass(kind, Rejected):
        details["item_errors"] = {item: message or code for code, message, item in entries if item}
    message = "; ".join(_show(entry) for entry in entries) or f"Refused with HTTP {http_status} without a reason"
    code = next((code for code, _message, _item in entries if code and code != "0"), None)
    return kind(message[:_LONGEST_MESSAGE], code=code, http_status=http_status, **details)


def _show(entry):
    code, message, item = entry
    return f"{item}: {message or code}" if item else message or code


def _find_rule(endpoint, text):
    return next(
        (
            rule
            for rule in RULES
            if all(word in text for word in rule.words) and (rule.endpoints is None or endpoint in rule.endpoints)
        ),
        None,
    )
