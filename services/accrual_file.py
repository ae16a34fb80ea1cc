"""Rows of a report as accruals: which row has the headings, what is an amount, what is a day. Pure."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from ..marketplaces.base import dto

#: Headings stand among the first rows, below a title and the period.
HEADING_WITHIN = 40
KOPECK = Decimal("0.01")
#: A number that a spreadsheet has computed is off by less than this.
NOISE = Decimal("0.000001")
BLANKS = dict.fromkeys(map(ord, "\u0020\u00a0\u2009\u202f'’"))
MINUSES = str.maketrans({"−": "-", "–": "-", "—": "-"})
CURRENCY = re.compile(r"(₽|руб(лей|ля|\.)?|р\.|rub|rur)$", re.IGNORECASE)
#: Two marks of the same kind at least: they group thousands.
GROUPED = re.compile(r"[-+]?\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,})")
#: Digits of this alphabet only: what else is called a digit is not what the file's author has typed.
PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?|[-+]?\.[0-9]+")
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d")


class NoAmount(ValueError):
    """The text is no amount of money."""


def read_amount(text):
    """ "1 234,56", "1234.56", "−500", "(500)", "1,234.56 ₽" → ``Decimal``; nothing → None.

    :raises NoAmount: anything else, and what may be thousands as well as thousandths
    """
    text = CURRENCY.sub("", text.translate(MINUSES).translate(BLANKS))
    if text in ("", "-"):
        return None
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, decimals = (",", ".") if point > comma else (".", ",")
        text = text.replace(thousands, "").replace(decimals, ".")
    elif GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(".", "")
    else:
        text = text.replace(",", ".")
    if not PLAIN.fullmatch(text):
        raise NoAmount(text)
    try:
        amount = Decimal(text)
    except InvalidOperation as exc:
        raise NoAmount(text) from exc
    rounded = amount.quantize(KOPECK)
    if abs(rounded - amount) > NOISE:
        raise NoAmount(text)
    return -rounded if negative else rounded


def read_day(text):
    """The calendar day as it is written; None for anything else."""
    text = text.strip().replace("T", " ").split(" ")[0]
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


def find_heading(rows):
    """Index of the row with the most words; what stands below it are numbers."""
    best, found = 0, 0
    for index, row in enumerate(rows[:HEADING_WITHIN]):
        words = sum(1 for cell in row if cell and not _is_value(cell))
        if words > best:
            best, found = words, index
    return found


def _is_value(cell):
    if read_day(cell):
        return True
    try:
        return read_amount(cell) is not None
    except NoAmount:
        return False


@dataclass(frozen=True, slots=True)
class Column:
    """``role``: number, sku, article, date, uid, quantity, amount. ``type_name``, ``kind``: of amounts."""

    position: int
    heading: str
    role: str
    type_name: str = ""
    kind: str = ""
    opposite: bool = False


@dataclass(slots=True)
class Parsed:
    """``refused``: [(line number in the file, code, what stands there)]; ``told``: external ids of all lines that
    can be read, those without amounts included."""

    accruals: list = field(default_factory=list)
    told: set = field(default_factory=set)
    refused: list = field(default_factory=list)
    lines: int = 0


def parse(rows, heading, columns, currency, *, orderless=False):
    """:param rows: of the whole file
    :param heading: index of the row with the headings
    :param columns: [``Column``] that are not ignored
    :param orderless: a line without a posting number is a charge of its own, not a line to refuse
    """
    parsed, seen, uids = Parsed(), Counter(), {}
    for index, row in enumerate(rows[heading + 1 :], heading + 1):
        parsed.lines += 1
        _parse_line(parsed, seen, uids, _Line(index + 1, row, rows[heading]), columns, currency, orderless)
    return parsed


class _Line:
    def __init__(self, number, cells, headings):
        self.number, self.cells, self.headings = number, cells, headings

    def get(self, column):
        return self.cells[column.position].strip() if column.position < len(self.cells) else ""

    @property
    def raw(self):
        return {heading: cell for heading, cell in zip(self.headings, self.cells) if cell}  # noqa: B905


def _parse_line(parsed, seen, uids, line, columns, currency, orderless):
    texts = {column.role: line.get(column) for column in columns if column.role != "amount"}
    try:
        amounts = _read_amounts(line, columns)
    except NoAmount as exc:
        parsed.refused.append((line.number, "no_amount", str(exc)))
        return
    day = read_day(texts.get("date", ""))
    problem = _find_problem(texts, day, uids, orderless)
    if problem:
        # A line without money, such as a heading in between, is nothing to complain about.
        parsed.refused += [(line.number, *problem)] if amounts else []
        return
    external_id = texts.get("uid") or _make_key(texts, day, seen)
    uids[external_id] = line.number
    parsed.told.add(external_id)
    quantity = _read_quantity(texts.get("quantity", ""))
    for column, amount in amounts:
        parsed.accruals.append(
            dto.Accrual(
                date=day,
                external_id=external_id,
                part=column.heading,
                branch="file",
                type_name=column.type_name,
                number=texts.get("number", ""),
                unit_number=texts.get("number", ""),
                sku=texts.get("sku", ""),
                article=texts.get("article", ""),
                quantity=quantity,
                amount=amount,
                currency=currency,
                raw=line.raw,
            )
        )


def _find_problem(texts, day, uids, orderless):
    """(code, what stands there) of a line that must not become money."""
    if not day:
        return "no_day", texts.get("date", "")
    if not texts.get("number") and not orderless:
        return "no_number", ""
    if "uid" in texts and not texts["uid"]:
        return "no_uid", ""
    if texts.get("uid") in uids:
        return "uid_twice", str(uids[texts["uid"]])
    return None


def _read_amounts(line, columns):
    """[(column, amount)] that are not 0. Of the whole line or of nothing: half a line would be a wrong one."""
    amounts = []
    for column in columns:
        if column.role != "amount":
            continue
        try:
            amount = read_amount(line.get(column))
        except NoAmount as exc:
            raise NoAmount(f"{column.heading}: {line.get(column)}") from exc
        if amount:
            amounts.append((column, -amount if column.opposite else amount))
    return amounts


def _read_quantity(text):
    try:
        amount = read_amount(text)
    except NoAmount:
        return None
    return int(amount) if amount is not None and amount == int(amount) else None


def _make_key(texts, day, seen):
    """The line's own name where the file has no numbers of operations: equal lines are told apart by counting."""
    key = (texts.get("number", ""), texts.get("sku") or texts.get("article", ""), day)
    seen[key] += 1
    number, goods, _day = key
    return f"{number}|{goods}|{day:%Y-%m-%d}|{seen[key]}"
