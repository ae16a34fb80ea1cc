"""What one value of a product feed may look like: each function gives the value, or raises ValueError."""

import re
from datetime import datetime
from urllib.parse import urlsplit

OFFER_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")
DIGITS = re.compile(r"[0-9]+")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
# XML itself forbids those below a blank; the ones behind ASCII pass the parser and break the cards (inferred).
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
# The documentation's own sample breaks its own rule: "2025-02-13 08:30".
SAMPLE_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
# Words and the older codes. The last row is of 2026 and inferred.
VATS = {
    *("NO_VAT", "VAT_0", "VAT_10", "VAT_10_110", "VAT_20", "VAT_20_120"),
    *("1", "2", "3", "4", "5", "6"),
    *("VAT_22", "VAT_22_122", "VAT_5", "VAT_7", "VAT_05", "VAT_07"),
}
CURRENCIES = {"RUB", "RUR"}


def text(value, what):
    """Mandatory texts need one character that is neither a blank nor a sign."""
    value = (value or "").strip()
    if not any(char.isalnum() for char in value):
        raise ValueError(f"{what} is empty")
    return clean(value, what)


def clean(value, what):
    value = (value or "").strip()
    if found := CONTROL.search(value):
        raise ValueError(f"{what} has the control character U+{ord(found.group()):04X}")
    return value


def moment(value):
    value = (value or "").strip()
    if not RFC_3339.fullmatch(value) and not SAMPLE_DATE.fullmatch(value):
        raise ValueError(f"yml_catalog date {value!r} is not YYYY-MM-DDThh:mm:ss±hh:mm")
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(f"yml_catalog date {value!r} does not exist") from None


def offer_id(value):
    if not value:
        raise ValueError("offer without id")
    if not OFFER_ID.fullmatch(value):
        raise ValueError(f"offer id {value!r} must be 1 to 20 of A-Z a-z 0-9 _ -")
    return value


def available(value):
    if value not in ("true", "false"):
        raise ValueError(f"available must be true or false, not {value!r}")
    return value == "true"


def integer(value, what, least=0, most=None):
    value = (value or "").strip()
    if not DIGITS.fullmatch(value):
        raise ValueError(f"{what} must be an integer, not {value!r}")
    number = int(value)
    if number < least or (most is not None and number > most):
        raise ValueError(f"{what} must be {least} or more" + (f", {most} at most" if most is not None else ""))
    return number


def money(value, what):
    """(roubles, had a fraction): a fraction is cut off downwards, as the marketplace does."""
    value = (value or "").strip()
    if not NUMBER.fullmatch(value):
        raise ValueError(f"{what} must be a number of roubles, not {value!r}")
    roubles, _dot, fraction = value.partition(".")
    if int(roubles) <= 0:
        raise ValueError(f"{what} must be more than 0")
    return int(roubles), bool(fraction.strip("0"))


def barcode(value):
    """EAN-8, UPC-A or EAN-13 with its check digit (the digit is inferred); 20… is for use inside a shop."""
    value = (value or "").strip()
    if not DIGITS.fullmatch(value) or len(value) not in (8, 12, 13):
        raise ValueError(f"barcode {value!r} must have 8, 12 or 13 digits")
    if len(value) == 13 and value.startswith("20"):
        raise ValueError(f"barcode {value} is of the range 20… for use inside a shop")
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(value[:-1])))
    if (weighted + int(value[-1])) % 10:
        raise ValueError(f"barcode {value} has a wrong check digit")
    return value


def vat(value):
    value = (value or "").strip()
    if value not in VATS:
        raise ValueError(f"vat {value!r} is not one of {', '.join(sorted(VATS))}")
    return value


def url(value, what):
    value = (value or "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"{what} {value!r} must be ASCII without blanks")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{what} {value!r} must be absolute")
    return value


def dimensions(value):
    parts = (value or "").strip().split("/")
    if len(parts) != 3 or not all(NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"dimensions {value!r} must be length/width/height")
    return value.strip()


def weight(value):
    value = (value or "").strip()
    if not NUMBER.fullmatch(value):
        raise ValueError(f"weight {value!r} must be a number of kilograms")
    return value
