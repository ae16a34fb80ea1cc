"""Sheets as files: rows that go out as XLSX, rows that come in as XLSX or CSV."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from zipfile import BadZipFile

import openpyxl
import xlsxwriter

#: Every XLSX file is a ZIP file.
ZIP_MAGIC = b"PK\x03\x04"
#: How office programs of this country save CSV; the last one reads any byte.
ENCODINGS = ("utf-8-sig", "cp1251", "latin-1")
DELIMITERS = ("\t", ";", ",")


class Unreadable(Exception):
    """The file is no sheet."""


def write(title, columns, rows):
    """An XLSX file with a heading that stays, and filters.

    :param columns: [(heading, width, function that reads the cell out of a row)]; moments without a time zone
    :param rows: read once, one after the other, so that a long sheet is never held as a whole
    :return: bytes
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title)
    formats = {
        "heading": book.add_format({"bold": True, "bg_color": "#E9ECEF"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for column, (heading, width, _read) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, formats["heading"])
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, (_heading, _width, read) in enumerate(columns):
            _write_cell(sheet, number, column, read(row), formats)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, number, len(columns) - 1)
    book.close()
    return stream.getvalue()


def _write_cell(sheet, row, column, value, formats):
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
    else:
        sheet.write(row, column, value)


def read(content, keep_empty=False):
    """The rows of an XLSX file's first sheet or of a CSV file, each a list of texts; empty rows are left out.

    :param keep_empty: where lines are called by their number, they stay

    :raises Unreadable: neither of them
    """
    rows = _read_xlsx(content) if content.startswith(ZIP_MAGIC) else _read_csv(content)
    return [row for row in rows if keep_empty or any(row)]


def _read_xlsx(content):
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [[_to_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except (BadZipFile, KeyError, ValueError, IndexError, OSError) as exc:
        raise Unreadable(str(exc)) from exc


def _to_text(value):
    """What a person sees in the cell; a number that was typed as 1001 is no 1001.0."""
    if value is None:
        return ""
    if isinstance(value, float):
        # The shortest text that is this number, never in powers of ten.
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return str(value).strip()


def _read_csv(content):
    if b"\0" in content:
        raise Unreadable("binary")
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return _split_columns(text)


def _split_columns(text):
    """The delimiter is what most lines have: a comma inside a number is in few of them, or in fewer."""
    lines = text.splitlines()
    delimiter = max(DELIMITERS, key=lambda sign: sum(sign in line for line in lines))
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as exc:
        raise Unreadable(str(exc)) from exc
