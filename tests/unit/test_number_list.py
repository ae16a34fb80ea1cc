from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.services import number_list
from odoo.addons.sale_marketplace.services.number_list import Entry


class TestNumberList(BaseCase):
    def test_amounts(self):
        for text, amount in (
            ("1500", "1500"),
            ("1 500,50", "1500.50"),
            ("1\u00a0500,50 ₽", "1500.50"),
            ("1,500.50", "1500.50"),
            ("1.500,50 руб.", "1500.50"),
            ("-3", "-3"),
        ):
            self.assertEqual(number_list.parse_amount(text), Decimal(amount), text)
        for text in ("", "abc", "1,500,50", "NaN", "Infinity", "1-0001-1"):
            self.assertIsNone(number_list.parse_amount(text), text)

    def test_any_separator(self):
        text = "1-1, 1-2;1-3\t1-4\t1-5\n\n 1-6  1-7\r\n1-8;"
        for with_amounts in (True, False):
            entries = number_list.parse_text(text, with_amounts)
            self.assertEqual([entry.number for entry in entries], [f"1-{number}" for number in range(1, 9)])
        self.assertEqual(number_list.parse_text(None, True), [])

    def test_number_and_amount(self):
        text = "1-1\t1 500,50\n1-2\t\n1-3\tabc\n1-4, 1-5\t1-6"
        self.assertEqual(
            number_list.parse_text(text, True),
            [
                Entry("1-1", Decimal("1500.50")),
                Entry("1-2"),
                Entry("1-3", wrong_amount="abc"),
                Entry("1-4"),
                Entry("1-5"),
                Entry("1-6"),
            ],
        )
        self.assertEqual(number_list.parse_text("1-1\t1-2", False), [Entry("1-1"), Entry("1-2")])

    def test_rows(self):
        rows = [["Дата", "Номер", "Сумма"], ["01.02", "1-1", "10"], ["01.02", "", "5"], ["01.02", "1-2"]]
        self.assertEqual(number_list.parse_rows(rows, 1, 2), [Entry("1-1", Decimal(10)), Entry("1-2")])
        self.assertEqual(number_list.parse_rows(rows[1:], 1), [Entry("1-1"), Entry("1-2")])
        self.assertEqual(number_list.parse_rows([], 1), [])

    def test_guess(self):
        rows = [["Строка", "Заказ", "Номер"], ["1", "7", "1-1"], ["2", "8", "1-2"], ["3", "9", "1-3"]]
        self.assertEqual(number_list.guess_column(rows, {"1-1", "1-2"}), 2)
        self.assertEqual(number_list.guess_column(rows, {"7", "8", "9", "1-1", "1-2"}), 1, "The first one")
        self.assertIsNone(number_list.guess_column(rows, {"1-1"}))
        self.assertIsNone(number_list.guess_column([], {"1-1"}))

    def test_letters(self):
        for column, letter in ((0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (702, "AAA")):
            self.assertEqual(number_list.to_letter(column), letter)
            self.assertEqual(number_list.to_column(letter.lower()), column)
        for text in ("", "1", "Б", "AAAA"):
            self.assertIsNone(number_list.to_column(text))
