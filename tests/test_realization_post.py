from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .money_case import MONTH
from .realization_case import RealizationCase, make_part, make_row
from .roles_case import ACCOUNTANT, RolesCase


@tagged("post_install", "-at_install")
class TestRealizationPost(RolesCase, RealizationCase):
    """A report becomes one invoice and one credit note, once, and can be taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.invoicing = "report"

    def _sell_two(self):
        return self._sell((self.offers[0], 3, "100.00"), invoice=False), self._sell(invoice=False)

    def _run_lane(self):
        with self.enter_registry_test_mode():
            self.env.flush_all()
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
            self.env.invalidate_all()

    # --- documents ----------------------------------------------------------------------------------------------
    def test_one_invoice_and_one_credit_note(self):
        first, second = self._sell_two()
        report = self._tell(self._row(first, sold=3, returned=2), self._row(second, sold=1))
        self._agree(report)
        invoice, refund = self._documents(report, "out_invoice"), self._documents(report, "out_refund")
        self.assertEqual((len(invoice), invoice.amount_total, invoice.invoice_date), (1, 1748, MONTH[1]))
        self.assertEqual((len(refund), refund.amount_total, refund.reversed_entry_id), (1, 200, invoice))
        self.assertEqual((invoice.state, refund.state, invoice.payment_state), ("posted", "posted", "not_paid"))
        self.assertEqual(invoice.partner_id, self.account.partner_id)
        self.assertEqual((report.invoiced_total, report.credited_total), (1748, 200))
        self.assertEqual(set((first | second).sale_order_id.mapped("invoice_ids")), {invoice, refund})
        self.assertEqual(first.sale_order_id.order_line.qty_invoiced, 1)
        books = ("not_invoiced", "invoice_differs", "no_invoice_line", "credit_differs")
        self.assertFalse(report.difference_ids.filtered(lambda row: row.code in books))

    def test_posting_is_a_job_and_posts_once(self):
        first, second = self._sell_two()
        report = self._tell(self._row(first, sold=3), self._row(second, sold=1))
        report.action_post()
        self.assertEqual(report.state, "posting")
        self.assertEqual(len(self._find_jobs("realization_post")), 1)
        with self.assertRaisesRegex(UserError, "being posted"):
            report.action_post()
        self.env["marketplace.realization.poster"]._post(report)
        self.env["marketplace.realization.poster"]._post(report)
        self.assertEqual(len(report.move_ids), 1)

    def test_a_refused_job_is_told_and_tried_again(self):
        offer = self.offers[1]
        report = self._tell(make_row(offer.sku, make_part(1, "50.00"), number="OLD-1"))
        report.action_post()
        product, offer.product_id = offer.product_id, False
        self._run_lane()
        self.assertEqual((report.state, len(report.move_ids)), ("draft", 0))
        self.assertIn("OLD-1", report.problem)
        offer.product_id = product
        report.action_post()
        self._run_lane()
        self.assertEqual((report.state, report.problem, report.invoiced_total), ("posted", False, 50))

    def test_the_accountant_does_all_of_it(self):
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, sold=1)).with_user(self._make_user(ACCOUNTANT))
        report.action_compare()
        report.action_post()
        self.env["marketplace.realization.poster"]._post(report.sudo())
        report.action_reset()
        self.assertEqual(report.state, "draft")
        report.action_export()

    def test_the_comparison_is_seen_first(self):
        report = self._tell(self._row(self._sell_two()[0], sold=3))
        report.compared_at = False
        with self.assertRaisesRegex(UserError, "Compare"):
            report.action_post()

    def test_invoices_made_elsewhere(self):
        for way in ("order", "none"):
            with self.subTest(way):
                self.account.invoicing = way
                order = self._sell(invoice=False)
                report = self._tell(self._row(order, sold=1))
                report.action_post()
                self.assertEqual((report.state, len(report.move_ids)), ("posted", 0))
                self.assertFalse(order.sale_order_id.invoice_ids)
                report.action_reset()
                self.assertEqual(report.state, "draft")

    def test_returns_of_earlier_months(self):
        order = self._sell((self.offers[0], 3, "100.00"), invoice=False)
        self._agree(self._tell(self._row(order, sold=3)))
        later = self._tell(self._row(order, returned=1), since=date(2026, 10, 1), until=date(2026, 10, 31))
        self._agree(later)
        refund = later.move_ids
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 100))
        again = self._tell(self._row(order, returned=2), since=date(2026, 11, 1), until=date(2026, 11, 30))
        self._agree(again)
        self.assertEqual(again.credited_total, 200, "What was credited before is not credited again")
        self.assertFalse(again.difference_ids.filtered(lambda row: row.code == "no_invoice_line"))

    # --- without an order ---------------------------------------------------------------------------------------
    def test_rows_without_an_order_get_their_product(self):
        order = self._sell(invoice=False)
        offer = self.offers[1]
        strange = make_row(offer.sku, make_part(3, "33.34", bonus="0.01"), number="OLD-1")
        back = make_row(offer.sku, returned=make_part(1, "33.34"), number="OLD-0")
        report = self._tell(self._row(order, sold=1), strange, back)
        self._agree(report)
        invoice, refund = self._documents(report, "out_invoice"), self._documents(report, "out_refund")
        self.assertEqual((len(invoice), invoice.amount_total), (1, 1548.02))
        line = invoice.invoice_line_ids.filtered(lambda line: line.product_id == offer.product_id)
        self.assertEqual((line.quantity, line.price_unit), (3, 33.34))
        self.assertTrue(line.tax_ids)
        self.assertEqual(refund.amount_total, 33.34)
        self.assertEqual(sum(report.line_ids.mapped("gross")), invoice.amount_total - refund.amount_total)

    def test_a_sum_that_is_no_multiple_of_a_kopeck(self):
        part = make_part(3, "33.34")
        odd = make_part(3, "33.34", amount=part.amount - 1, total=part.total - 1)
        report = self._tell(make_row(self.offers[1].sku, odd, number="OLD-1"))
        self._agree(report)
        self.assertEqual(report.move_ids.amount_total, 99.02)
        self.assertEqual(sum(report.move_ids.invoice_line_ids.mapped("quantity")), 3)

    def test_unknown_products_are_refused(self):
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, sold=1), make_row("404404", make_part(1, "10.00"), number="OLD-1"))
        with self.assertRaisesRegex(UserError, "OLD-1 A-404404"):
            report.action_post()
        self.assertEqual((report.state, len(report.move_ids)), ("draft", 0))

    def test_rows_without_numbers_are_not_invoiced_twice(self):
        order = self._sell(invoice=False)
        report = self._tell(make_row(self.offers[0].sku, make_part(1, "1448.00")))
        with self.assertRaisesRegex(UserError, order.sale_order_id.name):
            report.action_post()
        self._invoice(order)
        self._agree(report)
        self.assertEqual(report.move_ids.amount_total, 1448)

    # --- what does not fit --------------------------------------------------------------------------------------
    def test_differences_are_named(self):
        less, waiting, done = self._sell(invoice=False), self._sell(invoice=False), self._sell()
        waiting.sale_order_id._create_invoices()
        report = self._tell(
            self._row(less, sold=1, price="1400.00"), self._row(waiting, sold=1), self._row(done, sold=1, returned=1)
        )
        self._agree(report)
        books = report.difference_ids.filtered(lambda row: row.code in ("invoice_differs", "not_invoiced"))
        self.assertEqual(
            {(row.order_id, row.code, row.difference) for row in books},
            {(less, "invoice_differs", -48), (waiting, "not_invoiced", 1448)},
        )
        self.assertTrue(all(books.mapped("advice")))
        sold = report.sold_gross - sum(books.mapped("difference"))
        invoices = self._documents(report, "out_invoice") | done.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        self.assertEqual(sold, sum(invoices.mapped("amount_total")))

    def test_a_return_of_what_was_never_invoiced(self):
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, returned=1))
        self._agree(report)
        self.assertFalse(report.move_ids)
        self.assertIn(("return", "no_invoice_line", 1448), self._found(report))

    def test_a_cancelled_order(self):
        order = self._sell(deliver=False, invoice=False)
        order.sale_order_id.with_context(marketplace_silent=True)._action_cancel()
        report = self._tell(self._row(order, sold=1))
        self._agree(report)
        self.assertIn(("sale", "not_invoiced", 1448), self._found(report))

    # --- locked periods -----------------------------------------------------------------------------------------
    def test_a_locked_period(self):
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, sold=1))
        self.company.fiscalyear_lock_date = date(2026, 10, 15)
        self._agree(report)
        self.assertEqual((report.date, report.move_ids.invoice_date), (date(2026, 10, 16), date(2026, 10, 16)))
        self.assertIn("locked", report.message_ids[0].body)
        self.company.fiscalyear_lock_date = date(2026, 10, 31)
        with self.assertRaisesRegex(UserError, "locked period"):
            report.action_reset()

    # --- taking it back -----------------------------------------------------------------------------------------
    def test_reset_and_post_again(self):
        first, second = self._sell_two()
        report = self._tell(self._row(first, sold=3, returned=1), self._row(second, sold=1))
        self._agree(report)
        before = sorted((line.account_id.code, line.balance) for line in report.move_ids.line_ids)
        report.action_reset()
        self.assertEqual((report.state, len(report.move_ids), report.date), ("draft", 0, False))
        self.assertEqual(set((first | second).sale_order_id.mapped("invoice_status")), {"to invoice"})
        self._agree(report)
        after = sorted((line.account_id.code, line.balance) for line in report.move_ids.line_ids)
        self.assertEqual(after, before)

    def test_an_audit_trail_keeps_what_was_cancelled(self):
        self.company.restrictive_audit_trail = True
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, sold=1))
        self._agree(report)
        invoice = report.move_ids
        report.action_reset()
        self.assertEqual((invoice.state, len(report.move_ids)), ("cancel", 0))
        self._agree(report)
        self.assertEqual(report.invoiced_total, 1448)

    def test_what_others_have_paid_is_not_taken_back(self):
        order = self._sell(invoice=False)
        report = self._tell(self._row(order, sold=1))
        self._agree(report)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=report.move_ids.ids
        )
        register.create({"payment_date": MONTH[1]})._create_payments()
        with self.assertRaisesRegex(UserError, "reconciled with others"):
            report.action_reset()

    # --- the marketplace's money --------------------------------------------------------------------------------
    def test_a_settlement_was_posted_before(self):
        first, second = self._sell_two()
        for order in first | second:
            self._accrue_sale(order)
        self._accrue_return(first, 1)
        settlement = self._settle()
        self.assertEqual({code for code, _amount in self._codes(settlement)}, {"no_invoice", "no_credit_note"})
        customers = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        items = customers.move_id.line_ids
        receivable = items.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        before = sorted(receivable.mapped("amount_residual"))
        report = self._tell(self._row(first, sold=3, returned=1), self._row(second, sold=1))
        self._agree(report)
        self.assertEqual(set(report.move_ids.mapped("payment_state")), {"paid"})
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assertBalanced(settlement)
        report.action_reset()
        self.assertEqual(
            sorted(receivable.mapped("amount_residual")), before, "Open again, as the settlement has left them"
        )
        self._agree(report)
        self.assertEqual(set(report.move_ids.mapped("payment_state")), {"paid"})

    def test_a_settlement_comes_later(self):
        first, second = self._sell_two()
        report = self._tell(self._row(first, sold=3, returned=1), self._row(second, sold=1))
        self._agree(report)
        for order in first | second:
            self._accrue_sale(order)
        self._accrue_return(first, 1)
        settlement = self._settle()
        self.assertFalse(settlement.difference_ids)
        self.assertEqual(set(report.move_ids.mapped("payment_state")), {"paid"})
        report.action_reset()
        self._agree(report)
        self.assertEqual(set(report.move_ids.mapped("payment_state")), {"paid"})

    def test_other_postings_money_stays_where_it_is(self):
        mine, other = self._sell(invoice=False), self._sell(invoice=False)
        for order in mine | other:
            self._accrue_sale(order)
        settlement = self._settle()
        self._agree(self._tell(self._row(mine, sold=1)))
        payments = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        residual = {payment.marketplace_order_id: payment.is_reconciled for payment in payments}
        self.assertEqual(residual, {mine: True, other: False})
