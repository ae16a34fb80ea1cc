import re
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .money_case import MONTH, MoneyCase, make_accrual
from .roles_case import ACCOUNTANT, RolesCase


@tagged("post_install", "-at_install")
class TestSettlement(RolesCase, MoneyCase):
    """A period's accruals become documents, to the kopeck, once, and can be taken back."""

    def _snapshot(self, settlement):
        """What the settlement has left in the books, without what is new each time."""
        moves = settlement.payment_ids.move_id | settlement.move_ids
        numbers = re.compile(r"[A-Z0-9]+/\d+/.*")
        items = sorted(
            (
                line.account_id.code,
                numbers.sub("", line.name or ""),
                round(line.amount_currency, 2),
                line.partner_id.name or "",
            )
            for line in moves.line_ids
        )
        return items, sorted(settlement.difference_ids.mapped(lambda row: (row.code, row.amount, row.number)))

    def test_a_month_in_numbers(self):
        first, second = self._sell(), self._sell((self.offers[1], 2, "276.00"))
        self._accrue_sale(first)
        self._accrue_sale(second, services=())
        self._accrue(make_accrual("-500.00", "PayPerClick"), make_accrual("-100.00", "DefectFineShipmentDelayRate"))
        settlement = self._settle()
        self.assertFalse(settlement.difference_ids)
        self.assertBalanced(settlement)
        self.assertEqual((settlement.row_count, settlement.receipt_total, settlement.bill_total), (7, 2000.0, 932.0))
        self.assertEqual((settlement.misc_total, settlement.row_total), (-100.0, 968.0))
        self.assertEqual(str(self._get_clearing_balance()), "968.00")
        invoices = (first | second).sale_order_id.invoice_ids
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        receipt = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        self.assertEqual(
            (
                receipt.amount,
                receipt.marketplace_gross,
                receipt.marketplace_commission,
                receipt.marketplace_services,
                receipt.marketplace_net,
            ),
            (2000.0, 2000.0, -340.0, -92.0, 1568.0),
        )
        bill = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        self.assertEqual((bill.amount_total, bill.amount_tax, bill.payment_state), (932.0, 168.07, "paid"))
        self.assertEqual(bill.partner_id, self.account.partner_id)
        entry = settlement.move_ids.filtered(lambda move: move.move_type == "entry")
        self.assertEqual(self._sum(entry.line_ids.mapped("debit")), 100)

    def test_the_preview_writes_nothing(self):
        self._accrue_sale(self._sell(invoice=False))
        before = self.env["account.move"].search_count([])
        settlement = self._settle(post=False)
        self.assertEqual((settlement.state, settlement.difference_ids.ids), ("ready", []))
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual(settlement.receipt_total, 1448.0)
        self.assertEqual(set(settlement.accrual_ids.mapped("state")), {"open"})
        self.assertEqual(settlement.line_ids.mapped("kind"), ["sale", "commission", "logistics"])

    def test_orders_are_invoiced_when_nobody_has(self):
        order = self._sell(invoice=False)
        self._accrue_sale(order)
        settlement = self._settle()
        invoice = order.sale_order_id.invoice_ids
        self.assertEqual((invoice.payment_state, invoice.marketplace_settlement_id), ("paid", settlement))
        self.assertFalse(settlement.difference_ids)

    def test_invoices_are_made_elsewhere(self):
        self.account.invoicing = "none"
        order = self._sell(invoice=False)
        self._accrue_sale(order)
        settlement = self._settle()
        self.assertFalse(order.sale_order_id.invoice_ids)
        self.assertEqual(self._codes(settlement), {("no_invoice", 1448.0)})
        self.assertBalanced(settlement)
        payment = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        self.assertEqual(payment.marketplace_order_id, order)

    def test_not_delivered_in_odoo(self):
        self.products.invoice_policy = "delivery"
        order = self._sell(deliver=False, invoice=False)
        self._accrue_sale(order)
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("no_invoice", 1448.0)})
        self.assertIn("deliver", settlement.difference_ids.advice)

    def test_returns_become_credit_notes(self):
        order = self._sell((self.offers[0], 3, "100.00"))
        self._accrue_sale(order)
        self._accrue_return(order, 2)
        settlement = self._settle()
        self.assertFalse(settlement.difference_ids)
        refund = settlement.move_ids.filtered(lambda move: move.move_type == "out_refund")
        invoice = order.sale_order_id.invoice_ids - refund
        self.assertEqual(
            (refund.amount_total, refund.payment_state, refund.reversed_entry_id), (200.0, "paid", invoice)
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(order.sale_order_id.order_line.qty_invoiced, 1.0)
        self.assertBalanced(settlement)

    def test_a_return_of_an_earlier_period(self):
        order = self._sell()
        self._accrue_sale(order)
        self._settle()
        self._accrue_return(order, 1, date(2026, 10, 5))
        settlement = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        self.assertFalse(settlement.difference_ids)
        self.assertEqual(settlement.repayment_total, 1448.0)
        self.assertBalanced(settlement)

    def test_a_return_that_is_larger_than_the_sale(self):
        order = self._sell()
        self._accrue_sale(order)
        self._accrue_return(order, 2, amount="2896.00")
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("no_credit_note", -2896.0)})
        self.assertBalanced(settlement)

    def test_a_credit_note_that_somebody_has_made(self):
        order = self._sell()
        self._accrue_sale(order)
        self._settle()
        invoice = order.sale_order_id.invoice_ids
        refund = invoice._reverse_moves([{"invoice_date": MONTH[1]}])
        refund.action_post()
        self._accrue_return(order, 1, date(2026, 10, 5))
        settlement = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        self.assertFalse(settlement.difference_ids)
        self.assertFalse(settlement.move_ids.filtered(lambda move: move.move_type == "out_refund"))
        self.assertEqual(refund.payment_state, "paid")

    # --- what does not fit --------------------------------------------------------------------------------------
    def test_more_and_less_than_invoiced(self):
        exact, less, more = self._sell(), self._sell(), self._sell()
        self._accrue_sale(exact)
        self._accrue_sale(less, "1400.00")
        self._accrue_sale(more, "1448.01")
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("underpaid", -48.0), ("overpaid", 0.01)})
        self.assertEqual(exact.sale_order_id.invoice_ids.payment_state, "paid")
        self.assertEqual(less.sale_order_id.invoice_ids.amount_residual, 48.0)
        self.assertEqual(more.sale_order_id.invoice_ids.payment_state, "paid")
        self.assertBalanced(settlement)

    def test_paid_by_hand_before(self):
        order = self._sell()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=order.sale_order_id.invoice_ids.ids
        ).create({"journal_id": self.account.payment_journal_id.id})._create_payments()
        before = self._get_clearing_balance()
        self._accrue_sale(order)
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("paid_before", 1448.0)})
        self.assertEqual(self._get_clearing_balance() - before, self._sum(settlement.accrual_ids.mapped("amount")))

    def test_cancelled_in_odoo_and_charged(self):
        order = self._sell(deliver=False, invoice=False)
        order.sale_order_id._action_cancel()
        self._accrue_sale(order)
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("cancelled_order", 1448.0)})
        suspense = settlement.move_ids.line_ids.filtered(
            lambda line: line.account_id == self.account.suspense_account_id
        )
        self.assertEqual((suspense.credit, suspense.name), (1448.0, f"Goods Sold {order.number}"))
        self.assertEqual(settlement.bill_total, 338.16, "Charged all the same")
        self.assertBalanced(settlement)

    def test_a_posting_that_odoo_does_not_know(self):
        self._accrue(
            make_accrual("700.00", "Sale", number="0099-0001-1", part="sale"),
            make_accrual("-119.00", "SaleCommission", number="0099-0001-1"),
        )
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("unknown_posting", 700.0)})
        self.assertEqual(settlement.difference_ids.number, "0099-0001-1")
        self.assertBalanced(settlement)

    def test_a_type_without_mapping(self):
        self._accrue(make_accrual("-77.00", "", type_id="777", part="fee:777"))
        settlement = self._settle()
        self.assertEqual(self._codes(settlement), {("unknown_type", -77.0)})
        lines = settlement.move_ids.line_ids
        self.assertEqual(lines.filtered(lambda line: line.debit).account_id, self.account.suspense_account_id)

    def test_compensations_and_a_bill_that_is_less_than_nothing(self):
        self._accrue(make_accrual("1000.00", "Compensation"), make_accrual("30.00", "SaleCommission"))
        settlement = self._settle()
        refund = settlement.move_ids.filtered(lambda move: move.move_type == "in_refund")
        self.assertEqual((refund.amount_total, refund.payment_state), (30.0, "paid"))
        self.assertEqual(str(self._get_clearing_balance()), "1030.00")
        self.assertBalanced(settlement)

    # --- time ---------------------------------------------------------------------------------------------------
    def test_late_charges_go_to_the_open_period(self):
        order = self._sell()
        self._accrue_sale(order)
        self._settle()
        self._accrue(make_accrual("-61.39", "LastMileCourier", date(2026, 9, 14), number=order.number))
        self._accrue(make_accrual("-10.00", "LastMileCourier", date(2026, 10, 14), number=order.number))
        settlement = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        self.assertEqual((settlement.late_total, settlement.bill_total), (-61.39, 71.39))
        bill = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        self.assertIn("September 2026", bill.invoice_line_ids.filtered(lambda line: line.price_total == 61.39).name)
        self.assertEqual(bill.date, date(2026, 10, 31))

    def test_a_row_that_changes_after_it_was_posted(self):
        order = self._sell()
        rows = self._accrue_sale(order)
        settled = self._settle()
        logistics = rows.filtered(lambda row: row.kind == "logistics")
        self._accrue(make_accrual("-99.50", "Logistic", number=order.number, external_id=logistics.external_id))
        self.assertEqual(logistics.amount, -92.0, "What is in the books stays")
        settlement = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        self.assertEqual((settlement.row_count, settlement.row_total), (1, -7.5))
        self.assertEqual(settlement.accrual_ids.corrects_id, logistics)
        self.assertBalanced(settled)
        self.assertBalanced(settlement)

    def test_a_locked_period(self):
        self._accrue_sale(self._sell())
        self.company.fiscalyear_lock_date = date(2026, 10, 31)
        settlement = self._settle()
        self.assertEqual(settlement.date, date(2026, 11, 1))
        moves = settlement.payment_ids.move_id | settlement.move_ids
        self.assertEqual(set(moves.mapped("date")), {date(2026, 11, 1)})

    def test_a_locked_journal(self):
        """Of purchases or of sales: all of a settlement has one date, the first that is open for each of them."""
        for name, first in (("purchase_lock_date", date(2026, 9, 1)), ("sale_lock_date", date(2026, 10, 1))):
            with self.subTest(lock=name):
                self._accrue_sale(self._sell(), day=first)
                last = first.replace(day=28)
                self.company[name] = last
                settlement = self._settle(first, last)
                self.assertEqual(settlement.date, date(first.year, first.month, 29))
                self.assertEqual(
                    set((settlement.payment_ids.move_id | settlement.move_ids).mapped("date")), {settlement.date}
                )

    def test_settlements_do_not_overlap(self):
        self._accrue_sale(self._sell())
        self._settle()
        with self.assertRaisesRegex(ValidationError, "covers some of these days"):
            self._settle(date(2026, 9, 16), date(2026, 10, 15))

    # --- once, and back -----------------------------------------------------------------------------------------
    def test_posting_twice_posts_once(self):
        self._accrue_sale(self._sell())
        settlement = self._settle()
        before = self._snapshot(settlement)
        self.env["marketplace.settlement.poster"]._post(settlement)
        self.assertEqual(self._snapshot(settlement), before)
        with self.assertRaisesRegex(UserError, "in the books already"):
            settlement.action_post()

    def test_reset_leaves_nothing_behind(self):
        order = self._sell((self.offers[0], 3, "100.00"), invoice=False)
        cancelled = self._sell(deliver=False, invoice=False)
        cancelled.sale_order_id._action_cancel()
        self._accrue_sale(order)
        self._accrue_sale(cancelled)
        self._accrue_return(order)
        before = set(self.env["account.move"].search([]).ids)
        settlement = self._settle()
        posted = self._snapshot(settlement)
        settlement.action_reset()
        self.assertEqual(settlement.state, "ready")
        self.assertEqual(set(self.env["account.move"].search([]).ids), before)
        self.assertFalse(settlement.payment_ids)
        self.assertFalse(self.env["account.payment"].search([("journal_id", "=", self.account.payment_journal_id.id)]))
        self.assertEqual(set(settlement.accrual_ids.mapped("state")), {"open"})
        self.assertEqual(order.sale_order_id.invoice_status, "to invoice")
        self._post(settlement)
        self.assertEqual(self._snapshot(settlement), posted, "The same again")

    def test_an_accountant_resets_what_is_not_the_last(self):
        """He may not delete entries of the books by hand; a settlement's own go with it."""
        accountant = self._make_user(ACCOUNTANT)
        self._accrue_sale(self._sell(invoice=False))
        first = self._settle()
        self._accrue_sale(self._sell(invoice=False), day=date(2026, 10, 5))
        second = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        first.with_user(accountant).action_reset()
        self.assertEqual((first.state, second.state), ("ready", "posted"))
        self.assertFalse(first.payment_ids)
        self.assertBalanced(second)

    def test_invoices_that_were_there_stay_after_a_reset(self):
        order = self._sell()
        self._accrue_sale(order)
        settlement = self._settle()
        settlement.action_reset()
        invoice = order.sale_order_id.invoice_ids
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "not_paid"))

    # --- what must be set up ------------------------------------------------------------------------------------
    def test_what_is_missing_is_told_at_once(self):
        self._accrue_sale(self._sell())
        self.account.suspense_account_id = False
        settlement = self._settle(post=False)
        with self.assertRaisesRegex(UserError, "no suspense account"):
            settlement.action_post()
        self.account.payment_journal_id = False
        with self.assertRaisesRegex(UserError, "no clearing journal"):
            settlement.action_post()
        self.assertEqual(settlement.state, "ready")

    def test_by_the_engine(self):
        self._accrue_sale(self._sell())
        settlement = self._settle(post=False)
        settlement.action_post()
        self.assertEqual(settlement.state, "posting")
        jobs = self.env["marketplace.job"].search([("operation", "=", "settlement_post")])
        self.assertEqual((jobs.res_id, jobs.lane), (settlement.id, "finance"))
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
        self.assertEqual((settlement.state, jobs.state), ("posted", "done"), jobs.error)

    def test_a_refusal_of_the_engine_is_told(self):
        self._accrue_sale(self._sell())
        settlement = self._settle(post=False)
        settlement.action_post()
        self.account.service_account_id = False
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
        self.assertEqual(settlement.state, "ready")
        self.assertIn("no account for services", settlement.problem)
        self.assertFalse(settlement.payment_ids)
        self.account.service_account_id = self.account.other_expense_account_id
        settlement.action_post()
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
        self.assertEqual((settlement.state, settlement.problem), ("posted", False))

    def test_a_payment_per_order(self):
        self.account.payment_grouping = "order"
        orders = self._sell() | self._sell()
        for order in orders:
            self._accrue_sale(order)
        settlement = self._settle()
        payments = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        self.assertEqual(payments.marketplace_order_id, orders)
        self.assertEqual(payments.mapped("marketplace_net"), [1109.84, 1109.84])
        self.assertEqual(set(orders.sale_order_id.invoice_ids.mapped("payment_state")), {"paid"})

    def test_the_simple_way_is_not_settled_as_well(self):
        self._accrue_sale(self._sell())
        settlement = self._settle(post=False)
        self.account.money_way = "simple"
        with self.assertRaisesRegex(UserError, "the simple way"):
            settlement.action_post()
