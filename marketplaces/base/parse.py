"""Tolerant readers of single JSON values. All take ``(value, path)`` and raise ``PayloadError(path, value)``.

``…_or_none`` readers accept a missing value (None or ""); the others refuse it. Every marketplace shows several
shapes for one thing (an id as number and as string, an empty object as null): the differences end here.
"""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from .errors import PayloadError

#: Keys under which a money object keeps its amount and its currency.
_AMOUNT_KEYS = ("amount", "value", "price")
_CURRENCY_KEYS = ("currency", "currency_code")

#: Beyond this an "amount" is junk that would only eat memory.
_LARGEST_POWER = 20

_DATETIME = re.compile(
    r"\A(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?\Z",
)
#: Years that stand for "not set" (Go's zero time) and for "never".
_YEARS_OF_NOTHING = (1, 9999)


def is_missing(value):
    return value is None or value == ""


# --- numbers -------------------------------------------------------------------------------------------------------
def decimal(value, path):
    """``1530.5``, ``"1530.0000"``, ``"-316"``, ``{"amount": "1", "currency": "RUB"}`` → Decimal, exactly as written."""
    if isinstance(value, dict):
        return decimal(_first_present(value, _AMOUNT_KEYS), path)
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise PayloadError(path, value, "is not an amount")
    try:
        # str() of a float that json read is the text the marketplace wrote.
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise PayloadError(path, value, "is not an amount") from None
    if not number.is_finite() or number.adjusted() > _LARGEST_POWER:
        raise PayloadError(path, value, "is not an amount")
    return number


def decimal_or_none(value, path):
    if isinstance(value, dict):
        value = _first_present(value, _AMOUNT_KEYS)
    return None if is_missing(value) else decimal(value, path)


def currency_of(value):
    """Currency of a money object, upper case, or "" where there is none."""
    found = _first_present(value, _CURRENCY_KEYS) if isinstance(value, dict) else None
    return found.strip().upper() if isinstance(found, str) else ""


def currency(value, path):
    """A currency code: three letters."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{3}", value.strip()):
        raise PayloadError(path, value, "is not a currency")
    return value.strip().upper()


def integer(value, path):
    """``3``, ``"3"``, ``3.0`` → 3."""
    number = decimal(value, path) if not isinstance(value, dict) else None
    if number is None or number != number.to_integral_value():
        raise PayloadError(path, value, "is not a whole number")
    return int(number)


def integer_or(default, value, path):
    return default if is_missing(value) else integer(value, path)


# --- words ---------------------------------------------------------------------------------------------------------
def text(value, path):
    """A string; null is ""; a number is written out."""
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list)):
        raise PayloadError(path, value, "is not a text")
    return str(value).strip()


def identifier(value, path):
    """An id: ``123`` or ``"123"`` → "123". Missing is refused."""
    found = identifier_or_empty(value, path)
    if not found:
        raise PayloadError(path, value, "is missing")
    return found


def identifier_or_empty(value, path):
    """As ``identifier``, but null, "" and 0 (Go's "none") are ""."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = text(value, path)
    return "" if found == "0" else found


# --- containers ----------------------------------------------------------------------------------------------------
def mapping(value, path):
    """An object; null, "" and [] (an empty object in some languages) are {}."""
    if value in (None, "", []):
        return {}
    if not isinstance(value, dict):
        raise PayloadError(path, value, "is not an object")
    return value


def sequence(value, path):
    """A list; null and {} are []."""
    if value in (None, "", {}):
        return []
    if not isinstance(value, list):
        raise PayloadError(path, value, "is not a list")
    return value


def objects(value, path):
    """A list of objects; null and {} are []."""
    return [mapping(item, f"{path}[{index}]") for index, item in enumerate(sequence(value, path))]


# --- time ----------------------------------------------------------------------------------------------------------
def moment_or_none(value, path):
    """RFC 3339 with 0–9 fraction digits → aware UTC datetime. None for null, "", year 1 and year 9999.

    No offset means UTC; a plain date is its midnight. Digits beyond microseconds are cut.
    """
    if is_missing(value):
        return None
    match = _DATETIME.match(value.strip()) if isinstance(value, str) else None
    if not match:
        raise PayloadError(path, value, "is not a time")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if int(year) in _YEARS_OF_NOTHING:
        return None
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            microsecond,
            tzinfo=_parse_offset(offset),
        )
    except ValueError:
        raise PayloadError(path, value, "is not a time") from None
    return local.astimezone(timezone.utc)


def day_or_none(value, path):
    """A calendar day, ``2026-09-10`` or ``2026-09-10T00:00:00Z``: the first ten characters, as they are written.

    Moved into another time zone, a midnight would become the day before. None as in ``moment_or_none``.
    """
    if moment_or_none(value, path) is None:
        return None
    return date.fromisoformat(value.strip()[:10])


def _parse_offset(offset):
    if offset in (None, "Z", "z"):
        return timezone.utc
    digits = offset[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if offset[0] == "-" else delta)


def _first_present(data, keys):
    return next((data[key] for key in keys if not is_missing(data.get(key))), None)
