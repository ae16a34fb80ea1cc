import io
from datetime import date, datetime

from openpyxl import Workbook, load_workbook

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.services import xlsx_sheet


class TestXlsxSheet(BaseCase):
    COLUMNS = [
        ("Номер", 20, lambda row: row[0]),
        ("Когда", 20, lambda row: row[1]),
        ("Сумма", 10, lambda row: row[2]),
    ]

    def _save(self, rows):
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()

    def test_written_sheet(self):
        rows = [("=1+1", datetime(2026, 1, 2, 3, 4), 1.5), ("http://x", date(2026, 1, 2), "")]  # noqa: DTZ001
        sheet = load_workbook(io.BytesIO(xlsx_sheet.write("Лист", self.COLUMNS, iter(rows)))).active
        self.assertEqual(sheet.title, "Лист")
        self.assertEqual(
            list(sheet.values),
            [
                ("Номер", "Когда", "Сумма"),
                ("=1+1", datetime(2026, 1, 2, 3, 4), 1.5),  # noqa: DTZ001
                ("http://x", datetime(2026, 1, 2), None),  # noqa: DTZ001
            ],
        )
        self.assertEqual((sheet.freeze_panes, sheet.auto_filter.ref), ("A2", "A1:C3"))

    def test_no_rows(self):
        content = xlsx_sheet.write("X", self.COLUMNS, [])
        self.assertEqual(xlsx_sheet.read(content), [["Номер", "Когда", "Сумма"]])

    def test_xlsx_is_read_as_a_person_sees_it(self):
        content = self._save([["Номер", None, "Сумма"], [123456789012, "", 1500.5], [None, None], [7.0, " x ", 1e-05]])
        self.assertEqual(
            xlsx_sheet.read(content),
            [["Номер", "", "Сумма"], ["123456789012", "", "1500.5"], ["7", "x", "0.00001"]],
        )

    def test_csv(self):
        rows = [["Номер", "Сумма"], ["1-0001-1", "1 500,50"]]
        for encoding in ("utf-8", "utf-8-sig", "cp1251"):
            for delimiter in ";\t":
                with self.subTest(encoding=encoding, delimiter=delimiter):
                    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n\r\n"
                    self.assertEqual(xlsx_sheet.read(text.encode(encoding)), rows)
        self.assertEqual(xlsx_sheet.read(b'a,"b, c"\n1,2'), [["a", "b, c"], ["1", "2"]])
        self.assertEqual(xlsx_sheet.read(b""), [])

    def test_no_sheet(self):
        for content in (b"PK\x03\x04broken", b"\x89PNG\x00\x00", self._save([["x"]])[:-40]):
            with self.assertRaises(xlsx_sheet.Unreadable):
                xlsx_sheet.read(content)
