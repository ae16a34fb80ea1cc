"""Lists of numbers as people paste or upload them: which number, and what amount stands beside it."""

import re
from decimal import Decimal, InvalidOperation
from string import ascii_uppercase
from typing import NamedTuple

#: What stands between two numbers of a pasted list.
SEPARATORS = re.compile(r"[\s,;]+")
#: What people and office programs write around an amount: blanks of all kinds, currencies.
DECORATION = re.compile(r"[\s\u00a0\u202f'₽$€]|руб\.?|р\.|RUB", re.IGNORECASE)


class Entry(NamedTuple):
    number: str
    #: None: nothing was written there.
    amount: Decimal | None = None
    #: What was written there, when it is no amount.
    wrong_amount: str = ""


def parse_amount(text):
    """Decimal of ``1 500,50``, ``1,500.50`` or ``1500.5 руб.``; None where it is no amount."""
    text = DECORATION.sub("", text)
    if "," in text and "." in text:
        # The sign that stands first parts thousands.
        thousands = "," if text.index(",") < text.index(".") else "."
        text = text.replace(thousands, "")
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def parse_text(text, with_amounts):
    """Entries of a pasted text.

    :param with_amounts: a line of two columns, as copied from a sheet, is a number and its amount
    """
    entries = []
    for line in (text or "").splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if with_amounts and len(cells) == 2 and cells[0] and not SEPARATORS.search(cells[0]):
            entries.append(_make_entry(*cells))
        else:
            entries += [Entry(number) for number in SEPARATORS.split(line) if number]
    return entries


def parse_rows(rows, column, amount_column=None):
    """Entries of a sheet's rows, its heading left out.

    :param column: position of the numbers, from 0
    :param amount_column: position of the amounts, or None
    """
    rows = rows[1:] if rows and is_heading(rows[0], column) else rows
    entries = []
    for row in rows:
        number = get_cell(row, column)
        if number:
            entries.append(_make_entry(number, "" if amount_column is None else get_cell(row, amount_column)))
    return entries


def _make_entry(number, written):
    if not written:
        return Entry(number)
    amount = parse_amount(written)
    return Entry(number, amount) if amount is not None else Entry(number, wrong_amount=written)


def get_cell(row, column):
    return row[column] if column < len(row) else ""


def is_heading(row, column):
    """A number of whatever kind has a digit in it; what stands above a column of them has none."""
    return not any(sign.isdigit() for sign in get_cell(row, column))


def guess_column(rows, known):
    """Position of the first column in which most cells are known numbers; None where there is none.

    :param known: numbers that were found
    """
    for column in range(max(map(len, rows), default=0)):
        cells = [cell for row in rows if (cell := get_cell(row, column))]
        if cells and is_heading(rows[0], column):
            cells = cells[1:]
        if cells and sum(cell in known for cell in cells) * 2 > len(cells):
            return column
    return None


def to_letter(column):
    """0 → A, 26 → AA: columns have letters wherever people meet them."""
    letters = ""
    while column >= 0:
        column, digit = divmod(column, 26)
        letters, column = ascii_uppercase[digit] + letters, column - 1
    return letters


def to_column(letter):
    """The opposite; None for what is no letter of a column."""
    letter = letter.strip().upper()
    if not letter or len(letter) > 3 or any(sign not in ascii_uppercase for sign in letter):
        return None
    column = 0
    for sign in letter:
        column = column * 26 + ascii_uppercase.index(sign) + 1
    return column - 1
