"""Mandatory marking («Честный знак»): reads what scanners make of a DataMatrix.

A code is ``01`` GTIN(14) ``21`` serial, then groups behind group separators (U+001D): ``91`` key and ``92`` signature
(the crypto tail), or ``93`` alone for some goods. Scanners in keyboard mode have many ways to write the separator down.
"""

import re
from dataclasses import dataclass

GS = "\x1d"

#: What scanners and programs write instead of the separator.
STAND_INS = ("<GS>", "{GS}", "[GS]", "(GS)", "<0x1D>", "\\u001d", "\\x1d", "&#29;", "^]", "\u241d", "\u2194", "\xe8")
_STAND_IN = re.compile("|".join(map(re.escape, STAND_INS)), re.IGNORECASE)
#: AIM identifier of the symbology, which some scanners put before the data.
_PREFIX = re.compile(r"^\][A-Za-z]\d")
_BRACKETS = re.compile(r"^\(01\)(\d{14})\(21\)(.+?)(?:\(91\)(.{4})\(92\)(.+)|\(93\)(.{4}))$")
_HEAD = re.compile(r"^01(\d{14})21(.*)$", re.DOTALL)
#: GS1 character set 82.
_SERIAL = re.compile(r"^[!-/0-9:-?A-Z_a-z]{5,20}$")
_TAIL_IN_SERIAL = re.compile(r"^(.{13}|.{20}|.{5,8})(91.{4}92.{20,}|93.{4})$")

# Keys of a keyboard, as they write in the Russian layout and as the scanner meant them.
_RUSSIAN = 'ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"№;:?/'
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?@#$^&|"
_FROM_RUSSIAN = str.maketrans(_RUSSIAN, _LATIN)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LETTER = re.compile(r"[A-Za-z]")


class MarkError(ValueError):
    """The text is no usable code. ``kind``:

    empty; barcode: digits only, an EAN or GTIN; layout: Cyrillic and Latin letters mixed; separator: the scanner drops
    the separators; tail: no crypto tail; other: no code of mandatory marking.
    """

    def __init__(self, kind, text=""):
        super().__init__(f"{kind}: {text!r}")
        self.kind = kind
        self.text = text


@dataclass(frozen=True, slots=True)
class Marking:
    """``code``: as the marketplace wants it. ``converted``: typed in the Russian layout and put right."""

    code: str
    gtin: str
    serial: str
    converted: bool = False

    @property
    def key(self):
        """Names the unit, with or without the crypto tail."""
        return f"01{self.gtin}21{self.serial}"


def parse(text):
    """Read one scan. Raises ``MarkError``."""
    text, converted = _from_keyboard(_strip(text or ""))
    if not text:
        raise MarkError("empty")
    if re.fullmatch(r"\d{8}|\d{12,14}", text):
        raise MarkError("barcode", text)
    code = normalise(text)
    head = _HEAD.match(code)
    if not head:
        raise MarkError("other", text)
    gtin, rest = head.groups()
    serial, *groups = rest.split(GS)
    _check(serial, groups, text)
    return Marking(code, gtin, serial, converted)


def normalise(text):
    """The same code with real separators, without what comes before and after it."""
    text = _PREFIX.sub("", _strip(text))
    if brackets := _BRACKETS.match(text):
        gtin, serial, key, signature, short = brackets.groups()
        return f"01{gtin}21{serial}" + (f"{GS}93{short}" if short else f"{GS}91{key}{GS}92{signature}")
    # Some keyboards write the character and its stand-in.
    return re.sub(f"{GS}+", GS, _STAND_IN.sub(GS, text)).strip(GS)


def as_gtin(barcode):
    """GTIN-14 of an EAN-8, UPC, EAN-13 or GTIN-14; "" for anything else."""
    digits = (barcode or "").strip()
    return digits.zfill(14) if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits) else ""


def is_pack_of(gtin, unit_gtin):
    """Whether ``gtin`` names a pack of what ``unit_gtin`` names: another first digit and its check digit."""
    return gtin != unit_gtin and gtin[0] not in "09" and gtin[1:13] == unit_gtin[1:13]


def _strip(text):
    return text.strip(" \t\r\n\f\v\ufeff\u200b")


def _from_keyboard(text):
    """What was typed with the Russian layout on, put right; only where every letter is Cyrillic is that certain."""
    if not _CYRILLIC.search(text):
        return text, False
    if _LETTER.search(_STAND_IN.sub("", text)):
        raise MarkError("layout", text)
    return text.translate(_FROM_RUSSIAN), True


def _check(serial, groups, text):
    if not groups:
        raise MarkError("separator" if _TAIL_IN_SERIAL.match(serial) else "tail", text)
    if not _SERIAL.match(serial):
        # Too long for a serial: a separator before it was dropped, a later one came through.
        raise MarkError("separator" if len(serial) > 20 else "other", text)
    if any(not group.isascii() or not group.isprintable() for group in groups):
        raise MarkError("other", text)
    starts = [group[:2] for group in groups]
    if "93" in starts or {"91", "92"} <= set(starts):
        return
    # One separator of two came through: the key hangs on the serial, or the signature on the key.
    if "92" in starts or any(re.match(r"91.{4}92.+", group) for group in groups):
        raise MarkError("separator", text)
    raise MarkError("tail", text)
