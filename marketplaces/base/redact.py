"""Takes keys and buyers' personal data out of everything that is logged, stored or shown."""

import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
#: Longer than any secret.
_MARGIN = 1_000

#: JSON keys whose whole content is about the buyer (or a courier): every value below is masked.
PERSONAL_BRANCHES = frozenset(
    {"customer", "addressee", "recipient", "buyer", "courier", "address", "legal_info", "label"},
)
#: JSON keys that hold one personal value.
PERSONAL_KEYS = frozenset(
    {"phone", "phones", "courier_phones", "email", "customer_email", "customer_name", "client_name", "customer_phone"}
    | {"recipient_name", "fio", "full_name", "first_name", "last_name", "middle_name", "address_tail", "pin"}
    | {"customerFullName", "customerAddress", "fullName", "firstName", "lastName", "middleName", "labelText"}
    # A buyer's own words.
    | {"cancellation_reason_message"},
)
#: JSON keys, headers and query parameters that hold a secret.
_SECRET_NAME = r"(?:api[-_]?key|client[-_]id|authorization|cookie|[\w-]*(?:token|secret|password|passwd|signature))"
_SECRET_KEY = re.compile(rf"\A{_SECRET_NAME}\Z", re.IGNORECASE)

_PATTERNS = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {MASK}"),
    # Client-Id: 1   "api_key": "x"   {'Api-Key': 'x'}   — but not the bare words in an error sentence
    (
        re.compile(rf"""(?<![\w-])({_SECRET_NAME}\\?["']?\s*[:=]\s*)(\\?["']?)[^\s"'\\,;&}}]+""", re.IGNORECASE),
        rf"\1\2{MASK}",
    ),
    (
        re.compile(
            r"""([?&;][\w.-]*(?:token|key|secret|sign|password|credential)[\w-]*=)[^&\s#"'<>]*""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # Telegram bot token
    (re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}"), MASK),
)
#: For text that looks like JSON and is not (cut off, broken): by key name only, "name" included.
_LOOSE_PERSONAL = re.compile(
    r"""("(?:name|country|city|region|street|comment|district|zip_code|inn|source|house|flat|apartment|intercom|"""
    r"""postalCode|regionWithType|cityWithType|streetWithType|lat|lon|"""
    + "|".join(sorted(PERSONAL_KEYS))
    + r""")"\s*:\s*)("(?:[^"\\]|\\.)*"?|-?[\d.]+)""",
)


class Redactor:
    """Knows one account's secrets.

    :param secrets: values that must never be seen, in whatever encoding (JSON, URL); shorter than 4 characters are
        ignored, since masking "1" everywhere hides more than it protects
    """

    def __init__(self, secrets: Iterable[str] = ()):
        variants = {variant for secret in secrets if len(secret or "") >= 4 for variant in _spellings(secret)}
        # Longest first: a spelling may contain another one.
        ordered = sorted(variants, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text):
        """Any text (URL, message, traceback) without secrets."""
        text = self._secrets.sub(MASK, text) if self._secrets else text
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def data(self, data, limit=None):
        """Parsed JSON → JSON text without secrets and personal data, ``limit`` characters of it."""
        return self._shortened(json.dumps(mask_personal(data), ensure_ascii=False, default=str), limit)

    def body(self, raw, limit=None):
        """A body as it came (bytes or str) → text without secrets and personal data."""
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        try:
            return self.data(json.loads(text), limit)
        except (ValueError, RecursionError):
            return self._shortened(_LOOSE_PERSONAL.sub(rf'\1"{MASK}"', text), limit)

    def _shortened(self, text, limit):
        if limit is None or len(text) <= limit:
            return self.text(text)
        # The cut may go through a secret, which then is not recognised: redact a bit more, and drop that bit.
        return self.text(text[: limit + _MARGIN])[:-_MARGIN][:limit] + "…"


def _spellings(secret):
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
    }


def mask_personal(data, inside=False):
    """Copy of parsed JSON with personal values and values of secret keys masked. Null, "", true and false stay."""
    if isinstance(data, dict):
        return {key: _mask_entry(key, value, inside) for key, value in data.items()}
    if isinstance(data, list):
        return [mask_personal(item, inside) for item in data]
    return MASK if inside and data not in (None, "", True, False) else data


def _mask_entry(key, value, inside):
    hidden = inside or key in PERSONAL_BRANCHES or key in PERSONAL_KEYS or bool(_SECRET_KEY.match(str(key)))
    return mask_personal(value, hidden)


class RedactingFilter(logging.Filter):
    """Redacts message, arguments and traceback of every record.

    Add it to a **handler**, or to each logger that writes: a logger's filters do not see its children's records.
    """

    def __init__(self, redactor=None):
        super().__init__()
        self.redactor = redactor or Redactor()

    def filter(self, record):
        record.msg, record.args = self.redactor.text(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redactor.text(record.exc_text)
        return True
