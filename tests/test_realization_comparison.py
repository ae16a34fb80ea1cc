from datetime import date

from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import money

from .money_case import MONTH, make_accrual
from .realization_case import RealizationCase, make_part, make_row

LATER = date(2026, 10, 3)


@tagged("post_install", "-at_install")
class TestRealizationComparison(RealizationCase):
    """The report and the accruals have two bases: whatever differs has a name."""

    def test_the_same_on_both_sides(self):
        order = self._sell((self.offers[0], 3, "100.00"))
        self._accrue_sale(order)
        self._accrue_return(order, 1)
        report = self._tell(self._row(order, sold=3, returned=1))
        self.assertFalse(report.difference_ids)
        self.assertEqual((report.ledger_sold, report.ledger_returned, report.ledger_fee), (300, 100, 34))

    def test_accrued_in_another_month(self):
        order = self._sell()
        self._accrue_sale(order, day=LATER)
        report = self._tell(self._row(order, sold=1))
        self.assertEqual(self._found(report), {("sale", "other_month", 1448), ("commission", "other_month", 246.16)})
        row = report.difference_ids.filtered(lambda row: row.kind == "sale")
        self.assertEqual((row.accrued_from, row.accrued_to, row.order_id), (LATER, LATER, order))
        self.assertEqual(row.accrual_ids.mapped("amount"), [1448])
        self.assertEqual((row.report_amount, row.other_amount), (1448, 0))
        self.assertEqual(self.env["marketplace.accrual"].search(row.action_view_accruals()["domain"]), row.accrual_ids)
        self.assertEqual(self.env[row.line_ids._name].search(row.action_view_lines()["domain"]), report.line_ids)

    def test_of_another_months_report(self):
        order = self._sell()
        self._accrue_sale(order)
        october = self._tell(self._row(order, sold=1), since=date(2026, 10, 1), until=date(2026, 10, 31))
        report = self._tell(make_row("999", make_part(1, "1.00"), number="X-1"))
        row = report.difference_ids.filtered(lambda row: row.kind == "sale" and row.order_id == order)
        self.assertEqual((row.code, row.other_report_id, row.difference), ("other_report", october, -1448))

    def test_never_accrued_and_never_reported(self):
        silent, unknown = self._sell(), self._sell()
        self._accrue_sale(unknown, services=())
        report = self._tell(self._row(silent, sold=1))
        found = {(row.order_id, row.kind, row.code) for row in report.difference_ids}
        self.assertEqual(
            found,
            {
                (silent, "sale", "not_accrued"),
                (silent, "commission", "not_accrued"),
                (unknown, "sale", "not_reported"),
                (unknown, "commission", "not_reported"),
            },
        )

    def test_another_amount(self):
        order = self._sell()
        self._accrue_sale(order, commission="0.18")
        report = self._tell(self._row(order, sold=1))
        self.assertEqual(self._found(report), {("commission", "amount", -14.48)})

    def test_only_what_the_report_speaks_of(self):
        order = self._sell()
        self._accrue_sale(order)
        self._accrue(make_accrual("-500.00", "PayPerClick"))
        report = self._tell(self._row(order, sold=1))
        self.assertFalse(report.difference_ids)
        rows = self.env["marketplace.accrual"].search(report.action_view_ledger()["domain"])
        self.assertEqual(set(rows.mapped("kind")), {money.SALE, money.COMMISSION})

    def test_a_report_without_posting_numbers(self):
        first, second = self._sell(), self._sell()
        for order in first | second:
            self._accrue_sale(order)
        sku = self.offers[0].sku
        report = self._tell(make_row(sku, make_part(2, "1448.00", "492.32")))
        self.assertFalse(report.difference_ids)
        self._tell(make_row(sku, make_part(3, "1448.00", "738.48")))
        self.assertEqual(self._found(report), {("sale", "amount", 1448), ("commission", "amount", 246.16)})
        self.assertEqual(set(report.difference_ids.mapped("number")), {sku})

    def test_compared_again(self):
        order = self._sell()
        report = self._tell(self._row(order, sold=1))
        self.assertEqual(len(report.difference_ids), 2)
        self._accrue_sale(order)
        report.action_compare()
        self.assertFalse(report.difference_ids)

    def test_many_postings_are_read_in_few_queries(self):
        orders = self._sell() | self._sell()
        counts = {}
        for size in (20, 200):
            rows = [make_row("999", make_part(1, "10.00"), number=f"Q-{index}") for index in range(size)]
            self._accrue(
                *(make_accrual("10.00", money.SALE_TYPE, MONTH[0], number=f"Q-{index}") for index in range(size))
            )
            report = self._tell(*rows, *(self._row(order, sold=1) for order in orders))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            report.action_compare()
            self.env.flush_all()
            counts[size] = self.env.cr.sql_log_count - before
        self.assertLessEqual(counts[200], counts[20] + 10, counts)
