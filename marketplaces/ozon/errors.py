"""Ozon's refusals → ``base.errors``: one table of words and one reader.

Ozon's error body is ``{"code": <grpc int>, "message": "…", "details": […]}``; the number says little, so the words in
the message decide. Older methods answer ``{"error": {"code": "…", "message": "…"}}``; label methods put an error into
an answer with HTTP 200.
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
    RateLimited,
    Rejected,
    Unavailable,
)

#: Endpoints that assemble and that cancel (names of ``endpoints.ENDPOINTS``).
_SHIPPING = frozenset({"ship", "ship_part"})
_CANCELLING = frozenset({"cancel", "cancel_lines"})
_DECIDING = frozenset({"cancel_request_approve", "cancel_request_reject"})
_REPORTING = frozenset({"realization", "realization_postings"})

#: Ozon's own code inside a sentence.
_CODE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_TOLD_RATE = re.compile(r"max rate per sec\.?:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_TOLD_WAIT = re.compile(r"retry after (\d+) seconds", re.IGNORECASE)
#: Ozon closes a method for "a few minutes" after a burst.
_OPEN_CIRCLE_SECONDS = 180
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """``words``: part of the message, lower case. ``endpoints``: where it means this; None for everywhere."""

    words: str
    error: type[MarketplaceError]
    details: tuple[tuple[str, Any], ...] = ()
    endpoints: frozenset[str] | None = None


def _auth(words, reason):
    return Rule(words, AuthError, (("reason", reason),))


def _forbidden(words, reason):
    return Rule(words, Forbidden, (("reason", reason),))


#: First match wins. What matches nothing is ``Rejected`` with Ozon's code.
RULES = (
    # A wrong key is answered with 404: it must never look like a missing object.
    _auth("invalid api-key", "wrong_key"),
    _auth("client-id header value", "bad_client_id"),
    _auth("client-id and api-key headers are required", "wrong_key"),
    _auth("api-key is deactivated", "key_expired"),
    _auth("restricted to specific ip", "ip_restricted"),
    _auth("company is blocked", "blocked"),
    _forbidden("missing a required role", "missing_role"),
    _forbidden("not available with existing subscription", "subscription"),
    _forbidden("offer not signed", "contract"),
    Rule("obsolete method", Obsolete),
    Rule("method is not allowed", Obsolete),
    Rule("request rate limit", RateLimited),
    Rule("rate limit exceeded", RateLimited),
    Rule("reached operation items limits", RateLimited),
    Rule("circle is open", Unavailable, (("retry_after", _OPEN_CIRCLE_SECONDS),)),
    Rule("next postings aren't ready", NotReady),
    Rule("posting_already_shipped", AlreadyDone, (), _SHIPPING),
    Rule("posting_already_cancelled", AlreadyDone, (), _CANCELLING),
    # Only a request that waits may be decided.
    Rule("already", AlreadyDone, (), _DECIDING),
    Rule("not_on_approval", AlreadyDone, (), _DECIDING),
    Rule("incorrect_state", AlreadyDone, (), _DECIDING),
    Rule("posting_not_found", NotFound),
    Rule("carriage_not_found", NotFound),
    # A month's report is made by the 5th of the next one.
    Rule("not found", NotReady, (), _REPORTING),
    Rule("not ready", NotReady, (), _REPORTING),
    Rule("not formed", NotReady, (), _REPORTING),
    Rule("не сформирован", NotReady, (), _REPORTING),
)
#: Words of a report that can only be had by other means.
_TOO_LARGE = "report is too large"

#: HTTP status of a JSON refusal whose words say nothing → class.
STATUS_RULES = {
    401: _auth("", "wrong_key"),
    403: _forbidden("", "missing_role"),
    404: Rule("", NotFound),
    405: Rule("", Obsolete),
    410: Rule("", Obsolete),
    429: Rule("", RateLimited),
}


def read_error(endpoint, http_status, data):
    """The ``MarketplaceError`` that an answer tells, or None.

    :param endpoint: its name in ``endpoints.ENDPOINTS``
    :param data: parsed JSON, or None
    None is returned for a success, and for a 5xx or a non-JSON refusal that names no known reason.
    """
    told = _find_told(data)
    if http_status < 300 and told is None:
        return None
    code, message = told or ("", "")
    rule = _find_rule(endpoint, f"{code} {message}".lower())
    if rule is None and (http_status >= 500 or data is None):
        return STATUS_RULES[429].error("Too many calls") if http_status == 429 else None
    rule = rule or STATUS_RULES.get(http_status) or Rule("", Rejected)
    return _make_error(rule, code, message, http_status)


def is_too_large(error):
    return isinstance(error, Rejected) and _TOO_LARGE in error.message.lower()


def classify_message(endpoint, message, code=""):
    """The error for a message found inside a good answer (label task, item)."""
    rule = _find_rule(endpoint, f"{code} {message}".lower()) or Rule("", Rejected)
    return _make_error(rule, code, message, None)


def _find_told(data):
    """(code, message) of an error body, None when the body is none."""
    if not isinstance(data, dict):
        return None
    old_style = data.get("error")
    if isinstance(old_style, dict) and set(data) <= {"error", "code", "message", "details"}:
        told = (str(old_style.get("code") or ""), str(old_style.get("message") or ""))
        return told if any(told) else None
    if "message" in data and set(data) <= {"code", "message", "details", "error"} and data.get("message"):
        return str(data.get("code") or ""), str(data["message"])
    return None


def _find_rule(endpoint, text):
    return next(
        (rule for rule in RULES if rule.words in text and (rule.endpoints is None or endpoint in rule.endpoints)),
        None,
    )


def _make_error(rule, code, message, http_status):
    details = dict(rule.details)
    if rule.error is RateLimited:
        details.update(rate=_told_number(_TOLD_RATE, message), retry_after=_told_number(_TOLD_WAIT, message))
    word = _CODE.search(message)
    return rule.error(
        (message or f"Refused with HTTP {http_status}")[:_LONGEST_MESSAGE],
        code=word.group() if word else code or None,
        http_status=http_status,
        **details,
    )


def _told_number(pattern, message):
    match = pattern.search(message)
    return float(match.group(1)) if match else None  # seconds or calls per second, not money
