import base64
import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.services import accrual_file

from .builders import make_line, make_order
from .money_case import MoneyCase
from .roles_case import ACCOUNTANT, STOCK_MANAGER, USER, RolesCase

HEADINGS = ("Номер отправления", "Артикул", "Дата", "Кол-во", "Сумма продажи", "Комиссия", "Эквайринг", "Штраф")
ROWS = [
    ("900000001", "T-001", "10.09.2026", "1", "1 448,00", "246,16", "14,48", ""),
    ("900000002", "T-002", "11.09.2026", "2", "2000.00", "(340)", "20", "500"),
]


@tagged("post_install", "-at_install")
class TestAccrualImport(RolesCase, MoneyCase):
    """Reports of a marketplace that tells its money in files only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._make_account(
            name="МегаМаркет", marketplace="megamarket", client_id="12345", scheme="fbs", api_key="X"
        )
        cls.users = {group: cls._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT)}

    # --- files --------------------------------------------------------------------------------------------------
    def _xlsx(self, rows, headings=HEADINGS, before=()):
        book = openpyxl.Workbook()
        for row in (*before, headings, *rows):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _csv(self, rows, headings=HEADINGS, delimiter=";", encoding="cp1251"):
        return "\r\n".join(delimiter.join(row) for row in (headings, *rows)).encode(encoding)

    def _open(self, content, account=None, **values):
        wizard = self._as(ACCOUNTANT, self.env["marketplace.accrual.import"]).create(
            {"account_id": (account or self.shop).id, "file": base64.b64encode(content), **values}
        )
        wizard.action_read()
        return wizard

    def _take(self, content, **values):
        """Read, looked at and stored."""
        wizard = self._open(content, **values)
        wizard.action_preview()
        wizard.action_import()
        return wizard

    def _rows(self):
        return self.env["marketplace.accrual"].search(
            [("account_id", "=", self.shop.id)], order="external_id, part, revision"
        )

    def _amounts(self):
        return {(row.number, row.kind): row.amount for row in self._rows()}

    # --- what becomes of them -----------------------------------------------------------------------------------
    def test_a_report_becomes_rows(self):
        order = self._store(make_order([self._make_line()], number="900000001"), account=self.shop)
        before = [("Отчёт агента",), ("за сентябрь 2026",), ()]
        wizard = self._take(self._xlsx(ROWS, before=before))
        self.assertEqual(wizard.heading_row, 4)
        self.assertEqual(
            self._amounts(),
            {
                ("900000001", "sale"): 1448.0,
                ("900000001", "commission"): -246.16,
                ("900000001", "acquiring"): -14.48,
                ("900000002", "sale"): 2000.0,
                # In parentheses is negative already, and the file shows charges without a minus: it came back.
                ("900000002", "commission"): 340.0,
                ("900000002", "acquiring"): -20.0,
                ("900000002", "fine"): -500.0,
            },
        )
        sale = self._rows().filtered(lambda row: row.kind == "sale" and row.number == "900000001")
        self.assertEqual((sale.date, sale.branch, sale.quantity), (date(2026, 9, 10), "file", 1))
        self.assertEqual((sale.order_id, sale.order_line_id), (order, order.line_ids))

    def _make_line(self):
        offers = self._make_offers(self.products[:1], self.shop)
        return make_line(offers[0], 1, "1448")

    def test_csv_of_either_kind(self):
        for delimiter, encoding in ((";", "cp1251"), (",", "utf-8-sig"), ("\t", "utf-8")):
            rows = [("900000001", "T-001", "2026-09-10", "1", "1448.00", "-246.16", "", "")]
            with self.subTest(delimiter=delimiter):
                wizard = self._open(self._csv(rows, delimiter=delimiter, encoding=encoding))
                wizard.column_ids.filtered(lambda column: column.heading == "Комиссия").opposite = False
                wizard.action_preview()
                self.assertEqual((wizard.accrual_count, wizard.refused_count), (2, 0))

    def test_dates_and_numbers_of_a_spreadsheet(self):
        rows = [("900000001", "T-001", datetime(2026, 9, 10), 1, 1448, 0.1 + 0.2, None, None)]  # noqa: DTZ001
        self._take(self._xlsx(rows))
        self.assertEqual(self._amounts(), {("900000001", "sale"): 1448.0, ("900000001", "commission"): -0.3})

    def test_the_same_file_again_changes_nothing(self):
        self._take(self._xlsx(ROWS))
        stamps = {row.id: row.write_date for row in self._rows()}
        wizard = self._take(self._xlsx(ROWS))
        self.assertFalse(wizard.accrual_ids)
        self.assertEqual({row.id: row.write_date for row in self._rows()}, stamps)
        self.assertFalse(any(self._rows().mapped("version_count")))

    def test_other_values_make_versions_and_withdraw(self):
        self._take(self._xlsx(ROWS))
        changed = [(*ROWS[0][:5], "250", "", ""), ROWS[1]]
        self._take(self._xlsx(changed))
        commission = self._rows().filtered(lambda row: row.number == "900000001" and row.kind == "commission")
        self.assertEqual((commission.amount, commission.version_count), (-250, 1))
        acquiring = self._rows().filtered(lambda row: row.number == "900000001" and row.kind == "acquiring")
        self.assertEqual((acquiring.amount, acquiring.gone), (0, True))

    def test_another_report_of_the_same_postings_leaves_the_first_alone(self):
        self._take(self._xlsx(ROWS))
        self._take(self._xlsx([("900000001", "T-001", "10.09.2026", "92")], (*HEADINGS[:3], "Логистика")))
        amounts = self._amounts()
        self.assertEqual(amounts["900000001", "logistics"], -92)
        self.assertEqual(amounts["900000001", "sale"], 1448)

    def test_equal_lines_are_two(self):
        self._take(self._xlsx([ROWS[0], ROWS[0]]))
        self.assertEqual(len(self._rows()), 6)
        self._take(self._xlsx([ROWS[0], ROWS[0]]))
        self.assertEqual(len(self._rows()), 6)

    def test_numbers_of_operations_are_the_key(self):
        headings = (*HEADINGS, "Номер операции")
        self._take(self._xlsx([(*ROWS[0], "op1")], headings))
        later = (*ROWS[0][:2], "12.09.2026", *ROWS[0][3:], "op1")
        self._take(self._xlsx([later], headings))
        self.assertEqual(len(self._rows()), 3)
        self.assertEqual(set(self._rows().mapped("date")), {date(2026, 9, 12)})
        wizard = self._take(self._xlsx([(*ROWS[0], "op2"), (*ROWS[1], "op2")], headings))
        self.assertEqual(wizard.refused_count, 1)

    # --- the mapping --------------------------------------------------------------------------------------------
    def test_usual_headings_are_guessed(self):
        headings = (
            *("№ заказа", "Артикул", "Дата операции", "Сумма реализации", "Комиссия за размещение", "Эквайринг"),
            *("Логистика", "Обратная логистика", "Хранение", "Бонусы лояльности", "Возврат товара", "Примечание"),
        )
        wizard = self._open(self._xlsx([["1"] * len(headings)], headings))
        guessed = {column.heading: (column.role, column.type_id.code, column.opposite) for column in wizard.column_ids}
        self.assertEqual(guessed["№ заказа"], ("number", False, False))
        self.assertEqual(guessed["Сумма реализации"], ("amount", "Sale", False))
        self.assertEqual(guessed["Комиссия за размещение"], ("amount", "Commission", True))
        self.assertEqual(guessed["Обратная логистика"], ("amount", "ReturnLogistics", True))
        self.assertEqual(guessed["Бонусы лояльности"], ("amount", "LoyaltyCompensation", False))
        self.assertEqual(guessed["Возврат товара"], ("amount", "SaleReturn", True))
        self.assertEqual(guessed["Примечание"], ("ignore", False, False))

    def test_the_mapping_is_kept_per_account(self):
        headings = (*HEADINGS[:3], "Прочее")
        wizard = self._open(self._xlsx([("900000001", "T-001", "10.09.2026", "-7")], headings))
        column = wizard.column_ids.filtered(lambda column: column.heading == "Прочее")
        self.assertEqual(column.role, "ignore")
        other = self.env["marketplace.accrual.type"].search(
            [("marketplace", "=", "megamarket"), ("code", "=", "OtherService")]
        )
        column.write({"role": "amount", "type_id": other.id})
        wizard.action_preview()
        again = self._open(self._xlsx([("900000003", "T-001", "10.09.2026", "-8")], headings))
        column = again.column_ids.filtered(lambda column: column.heading == "Прочее")
        self.assertEqual((column.role, column.type_id), ("amount", other))

    def test_a_mapping_that_says_too_little_is_refused(self):
        wizard = self._open(self._xlsx(ROWS))
        day = wizard.column_ids.filtered(lambda column: column.role == "date")
        day.role = "ignore"
        with self.assertRaisesRegex(UserError, "has the date"):
            wizard.action_preview()
        day.role = "number"
        with self.assertRaisesRegex(UserError, "more than one column"):
            wizard.action_preview()

    # --- bad input ----------------------------------------------------------------------------------------------
    def test_lines_that_cannot_be_right_are_told_and_left_out(self):
        rows = [
            ROWS[0],
            ("900000003", "T-001", "скоро", "1", "100", "", "", ""),
            ("900000004", "T-001", "10.09.2026", "1", "сто", "10", "", ""),
            ("", "Итого", "10.09.2026", "", "3448", "586", "34", "500"),
            ("", "", "", "", "", "", "", ""),
            ("900000005", "T-001", "10.09.2026", "1", "1,234", "", "", ""),
        ]
        wizard = self._open(self._xlsx(rows))
        wizard.action_preview()
        self.assertEqual((wizard.accrual_count, wizard.refused_count), (3, 4))
        for words in ("скоро", "сто", "no posting number", "1,234"):
            self.assertIn(words, wizard.preview)
        self.assertIn("<td>4</td>", wizard.preview)
        wizard.action_import()
        self.assertEqual(set(self._rows().mapped("number")), {"900000001"})

    def test_lines_without_a_posting_by_wish(self):
        rows = [("", "", "10.09.2026", "", "", "", "", "500")]
        wizard = self._open(self._xlsx(rows), orderless=True)
        wizard.action_preview()
        wizard.action_import()
        self.assertEqual(self._amounts(), {(False, "fine"): -500.0})

    def test_files_that_are_none(self):
        for content in (b"PK\x03\x04 broken", b"\0\1\2", b""):
            with self.subTest(content=content), self.assertRaises(UserError):
                self._open(content)

    def test_settled_rows_are_corrected(self):
        self.shop.action_setup_accounting()
        self._take(self._xlsx([ROWS[0]]))
        settlement = self._settle(account=self.shop)
        self.assertEqual(settlement.state, "posted")
        self._take(self._xlsx([(*ROWS[0][:5], "250", "14,48", "")]))
        correction = self._rows().filtered("corrects_id")
        self.assertEqual((correction.amount, correction.state), (-3.84, "open"))

    def test_only_accountants_import(self):
        for group in (USER, STOCK_MANAGER):
            with self.subTest(group=group), self.assertRaises(AccessError):
                self._as(group, self.env["marketplace.accrual.import"]).create({"account_id": self.shop.id})

    # --- amounts ------------------------------------------------------------------------------------------------
    def test_amounts(self):
        for text, amount in {
            "1 234,56": "1234.56",
            "1\u00a0234,56 ₽": "1234.56",
            "1234.56": "1234.56",
            "1,234.56": "1234.56",
            "1.234,56": "1234.56",
            "1,234,567": "1234567",
            "−500": "-500",
            "(500)": "-500",
            "-316": "-316",
            "1530.0000": "1530",
            "0,5 руб.": "0.5",
            "0": "0",
        }.items():
            with self.subTest(text=text):
                self.assertEqual(accrual_file.read_amount(text), Decimal(amount))
        for text in ("", "-", " "):
            self.assertIsNone(accrual_file.read_amount(text))
        for text in ("сто", "1,234", "12.345", "10.09.2026", "1e5", "nan", "--5", "5-", "٣"):
            with self.subTest(text=text), self.assertRaises(accrual_file.NoAmount):
                accrual_file.read_amount(text)
