import base64
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
from freezegun import freeze_time
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again, JobFailure

from .common import SimulatorMarketplaceCase
from .realization_case import RealizationCase, make_part, make_row


@tagged("post_install", "-at_install")
class TestRealization(RealizationCase):
    """The marketplace's report of a month: kept, replaced, printed."""

    def test_head_rows_and_totals(self):
        order = self._sell((self.offers[0], 3, "100.00"))
        report = self._tell(
            self._row(order, sold=3, returned=1),
            make_row("999", make_part(2, "50.00", "17.00", "6.00"), number="0001-1"),
        )
        self.assertEqual((report.year, report.month, report.state), (2026, 9, "draft"))
        self.assertEqual(
            (report.number, report.contract_number, report.payer_tax_id), ("4321", "ИР-1/23", "7704217370")
        )
        self.assertEqual(
            (report.sold_gross, report.returned_gross, report.fee_total, report.amount_total), (400, 100, 51, 249)
        )
        self.assertEqual(report.control_total, 249)
        self.assertFalse(report.contradiction)
        sold, returned, strange = report.line_ids
        self.assertEqual((sold.sale_order_id, sold.product_id), (order.sale_order_id, self.offers[0].product_id))
        self.assertEqual(
            (returned.quantity, returned.gross, returned.fee, returned.total),
            (-1, -100, -17, -83),
            "Sums are what is left",
        )
        self.assertEqual((strange.amount, strange.bonus, strange.gross, strange.total), (94, 6, 100, 83))
        self.assertFalse(strange.order_id or strange.product_id)

    def test_a_draft_is_replaced(self):
        order = self._sell()
        first = self._tell(self._row(order, sold=1))
        second = self._tell(self._row(order, sold=1, price="1400.00"))
        self.assertEqual(first, second)
        self.assertEqual((len(first.line_ids), first.sold_gross), (1, 1400))

    def test_a_posted_report_is_never_overwritten(self):
        order = self._sell()
        report = self._tell(self._row(order, sold=1))
        report.action_post()
        self._tell(self._row(order, sold=1))
        self.assertFalse(report.problem, "The same again, in whatever order")
        self._tell(self._row(order, sold=1, price="1400.00"))
        self.assertEqual((report.sold_gross, report.line_ids.gross), (1448, 1448))
        self.assertIn("1400.00 instead of 1448.0", report.problem)
        self.assertIn(order.number, report.problem)
        self.assertIn("has changed", self.account.activity_ids.mapped("summary")[0])
        with self.assertRaisesRegex(UserError, "Reset"):
            report.unlink()

    def test_a_report_that_contradicts_itself(self):
        order = self._sell()
        report = self._tell(self._row(order, sold=1), control_total=Decimal("5.00"))
        self.assertIn("5.00", report.contradiction)
        wrong = self._row(order, sold=1)
        odd = make_row("999", make_part(1, "50.00", "8.50", total=Decimal("41.00")), row_number=77)
        self._tell(wrong, odd)
        self.assertIn("77", report.contradiction)

    def test_postings_that_come_after_the_report(self):
        report = self._tell(make_row(self.offers[0].sku, make_part(1, "1448.00"), number="LATER-1"))
        self.assertFalse(report.line_ids.order_id)
        order = self._sell(number="LATER-1")
        report.action_compare()
        self.assertEqual(report.line_ids.order_id, order)

    # --- when it is read ----------------------------------------------------------------------------------------
    def test_on_for_new_accounts_and_off_for_those_that_were_there(self):
        schedule = self.account._get_schedule("realization")
        self.assertEqual((schedule.active, schedule.kind, schedule.every), (True, "monthly", 7))
        schedule.unlink()
        self.env["marketplace.account"]._complete_all()
        schedule = self.account._get_schedule("realization")
        self.assertEqual((schedule.active, schedule.next_run), (False, False))
        schedule.active = True
        self.env["marketplace.account"]._complete_all()
        self.assertTrue(schedule.active, "What a person decided stays")
        self.assertEqual(len(self.account._get_schedule("realization")), 1)

    @freeze_time("2026-10-05 12:00:00")
    def test_which_months_can_be_loaded(self):
        load = self.env["marketplace.realization.load"].create({"account_id": self.account.id})
        self.assertEqual(load.month, "2026-09")
        load.action_load()
        load.copy({"month": "2026-07"}).action_load()
        load.copy({"month": "2026-07"}).action_load()
        payloads = self._find_jobs("realization_poll").mapped("payload")
        self.assertEqual(sorted(payload["month"] for payload in payloads), [7, 9])
        self.account.state = "paused"
        with self.assertRaises(UserError):
            load.action_load()

    # --- on paper -----------------------------------------------------------------------------------------------
    def _tell_a_month(self, count=40):
        orders = [self._sell((self.offers[index % 5], 2, "1234.50")) for index in range(3)]
        rows = [self._row(order, sold=2, returned=index == 1 and 1) for index, order in enumerate(orders)]
        rows += [
            make_row(
                str(1904686181 + index),
                make_part(1 + index % 3, f"{1000 + 7 * index}.90", "150.00", "10.00"),
                number=f"0208245774-{index:04d}-1",
                name=f"Термокружка с крышкой и ручкой, {300 + index} мл, нержавеющая сталь",
            )
            for index in range(count)
        ]
        return self._tell(*rows)

    def _print(self, report, lang="ru_RU"):
        self.env["res.lang"]._activate_lang(lang)
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True, lang=lang)
        content, kind = reports._render("sale_marketplace.action_report_realization", report.ids)
        self.assertEqual(kind, "pdf")
        return content

    def test_pdf(self):
        report = self._tell_a_month()
        reader = PdfReader(io.BytesIO(self._print(report, "en_US")))
        width, height = reader.pages[0].mediabox[2:]
        self.assertGreater(width, height, "Landscape")
        text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
        for part in ("4321", "ИР-1/23", "ООО «Интернет Решения»", "7704217370", "ООО «Ромашка»", "7707083893"):
            self.assertIn(part, text)
        self.assertIn(f"{report.amount_total:,.2f}", text)
        self.assertIn("in words", text)
        self.assertIn("For the principal", text)
        self.assertIn(report.line_ids.order_id[:1].number, text)
        # Rows are whole, and each page says what its columns are.
        for page in reader.pages:
            self.assertIn("Commission", page.extract_text())

    def test_pages(self):
        from_report = self.env["report.sale_marketplace.report_realization"]
        for count, pages in ((1, [1]), (16, [16]), (17, [17, 0]), (25, [25, 0]), (26, [25, 1]), (56, [25, 30, 1])):
            with self.subTest(count):
                report = self._tell(
                    *(make_row("1", make_part(1, "10.00"), number=f"N-{index}") for index in range(count))
                )
                document = from_report._prepare_document(report)
                self.assertEqual([len(rows) for rows in document["pages"]], pages)

    def test_pdf_in_russian(self):
        report = self._tell_a_month(3)
        text = " ".join(PdfReader(io.BytesIO(self._print(report))).pages[0].extract_text().split())
        amount = f"{report.amount_total:,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        self.assertIn(" ".join(amount.split()), text)
        self.assertRegex(text, r"[А-Я][а-я ]+ тысяч.* рубл.* копе")

    def test_sheet(self):
        report = self._tell_a_month(3)
        action = report.action_export()
        sheet_id = int(action["url"].split("/")[4])
        content = base64.b64decode(self.env["marketplace.realization.sheet"].browse(sheet_id).content)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertEqual(len(rows), len(report.line_ids) + 2)
        self.assertEqual(rows[-1][0], "Total")
        self.assertEqual(rows[-1][-1], report.amount_total)
        self.assertEqual(rows[1][2], report.line_ids[0].number)


@tagged("post_install", "-at_install")
class TestRealizationPoll(SimulatorMarketplaceCase):
    """The report is read by itself, and asked for again while it is not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A full key; what it may do is otherwise asked when it is connected.
        cls.account.operations = sorted(cls.account._get_info().operations)
        cls.first = cls.env["marketplace.accrual.poller"]._get_today().replace(day=1)
        cls.last = (cls.first - timedelta(days=1)).replace(day=1)

    def setUp(self):
        super().setUp()
        self._hurry()
        self.simulator.control("POST", "reset", {})
        self._fill_cabinet()
        self.addCleanup(self.simulator.control, "POST", "reset", {})

    def _at(self, day):
        """Both clocks at noon of this day of the month."""
        moment = f"{self.first.replace(day=day)}T09:00:00Z"
        self.simulator.control("POST", "clock", {"now": moment})
        return freeze_time(moment, tick=True)

    def _run_poll(self, payload=None):
        job = self.env["marketplace.job"]._enqueue("realization_poll", self.account, payload=payload)
        return self.env["marketplace.realization.poller"]._run_poll(job, self.account._get_adapter(), None)

    def _fill(self):
        spec = {"month": f"{self.last:%Y-%m}", "postings": 12, "returns": 0.2, "orderless": 3}
        self.simulator.control("POST", "ozon/month", spec)

    def _report(self):
        return self.env["marketplace.realization"].search([("account_id", "=", self.account.id)])

    def test_last_month_by_itself(self):
        with self._at(7):
            self._fill()
            self._run_poll()
        report = self._report()
        self.assertEqual((report.year, report.month), (self.last.year, self.last.month))
        self.assertEqual((report.date_from, report.date_to), (self.last, self.first - timedelta(days=1)))
        self.assertEqual(len(report.line_ids.filtered(lambda line: line.kind == "sold").grouped("number")), 12)
        self.assertTrue(report.returned_gross)
        self.assertFalse(report.contradiction)
        self.assertTrue(report.has_control)
        schedule = self.account._get_schedule("realization")
        self.assertEqual(schedule.last_state, "done")
        self.assertIn("rows read", schedule.last_result)

    def test_report_and_accruals_of_the_same_month(self):
        """The cabinet's own two views of a month: compared posting by posting, nothing is left to explain."""
        self.account.write({"accrual_start": self.last, "accrual_window": 62})
        with self._at(7):
            self._fill()
            self._poll("accruals_poll")
            self._run_poll()
        report = self._report()
        self.assertFalse(report.difference_ids.mapped(lambda row: (row.kind, row.code, row.number)))
        self.assertEqual(report.ledger_sold, report.sold_gross)
        self.assertEqual((report.ledger_returned, report.ledger_fee), (report.returned_gross, report.fee_total))

    def test_not_ready_is_told_and_tried_again(self):
        with self._at(2):
            self._fill()
            # Odoo's assertRaises would take back what was told.
            try:
                self._run_poll()
            except Again as again:
                self.assertEqual(again.seconds, 24 * 3600)
                payload = again.payload
            else:
                self.fail("There is no report on the 2nd")
        self.assertEqual((payload["year"], payload["month"]), (self.last.year, self.last.month))
        schedule = self.account._get_schedule("realization")
        self.assertIn("not ready yet", schedule.last_result)
        self.assertFalse(self._report())
        with self._at(5):
            self._run_poll(payload)
        self.assertEqual(self._report().month, self.last.month)

    def test_from_the_20th_a_person_is_asked(self):
        self.simulator.control("POST", "clock", {"now": f"{self.first.replace(day=2)}T09:00:00Z"})
        with freeze_time(f"{self.first.replace(day=20)}T09:00:00Z", tick=True):
            with self.assertRaisesRegex(JobFailure, "no report"):
                self._run_poll()

    def test_another_month(self):
        with self._at(7):
            self.simulator.control("POST", "ozon/month", {"month": f"{self.last:%Y-%m}", "postings": 3})
            load = self.env["marketplace.realization.load"].create(
                {"account_id": self.account.id, "month": f"{self.last:%Y-%m}"}
            )
            load.action_load()
            self._run_poll(self._find_jobs("realization_poll").payload)
        self.assertEqual(self._report().month, self.last.month)
