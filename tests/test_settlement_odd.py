from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import JobFailure

from .common import TwoTransactionsCase
from .money_case import MONTH, MoneyCase, make_accrual


@tagged("post_install", "-at_install")
class TestSettlementOdd(MoneyCase):
    """Other currencies, roundings, taxes, and books that somebody else works in."""

    # --- currencies ---------------------------------------------------------------------------------------------
    def _make_foreign_account(self, rate=12.5):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        yuan.rate_ids.unlink()
        if rate:
            self.env["res.currency.rate"].create(
                {"currency_id": yuan.id, "name": date(2026, 9, 1), "inverse_company_rate": rate}
            )
        account = self._make_account(name="Ozon CNY", client_id="2042", money_currency_id=yuan.id)
        account.accrual_start = date(2026, 1, 1)
        account.action_setup_accounting()
        account.service_tax_id = self.service_tax
        self.assertEqual(account.payment_journal_id.currency_id, yuan)
        return account

    def test_a_cabinet_in_another_currency(self):
        account = self._make_foreign_account()
        self._accrue(
            make_accrual("-10.01", "SaleCommission", currency="CNY"),
            make_accrual("-3.33", "Logistic", currency="CNY"),
            make_accrual("-1.11", "DefectFineShipmentDelayRate", currency="CNY"),
            make_accrual("20.07", "Compensation", currency="CNY"),
            account=account,
        )
        settlement = self._settle(account=account)
        self.assertBalanced(settlement)
        self.assertEqual(settlement.currency_id.name, "CNY")
        self.assertEqual(str(self._get_clearing_balance(account)), "5.62")
        bill = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        self.assertEqual((bill.currency_id.name, bill.amount_total), ("CNY", 13.34))

    def test_a_currency_without_a_rate(self):
        account = self._make_foreign_account(rate=0)
        self._accrue(make_accrual("-10.01", "SaleCommission", currency="CNY"), account=account)
        settlement = self._settle(account=account, post=False)
        with self.assertRaisesRegex(UserError, "no rate of CNY"):
            settlement.action_post()
        self.assertEqual(settlement.state, "ready")

    def test_a_row_in_a_foreign_currency_is_told_and_not_booked(self):
        rows = self._accrue(
            make_accrual("-10.00", "SaleCommission", currency="CNY"), make_accrual("-5.00", "SaleCommission")
        )
        settlement = self._settle()
        self.assertEqual(settlement.row_total, -5.0)
        self.assertTrue(rows.filtered(lambda row: row.currency_id.name == "CNY").problem)

    # --- roundings ----------------------------------------------------------------------------------------------
    def test_a_kopeck_in_every_line(self):
        """Amounts whose VAT never comes out even, line by line and as a whole."""
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                day = date(2026, 9, 2) if method == "round_per_line" else date(2026, 10, 2)
                amounts = [Decimal(number * 7 % 97 + 1) / 100 for number in range(60)]
                names = [row.code for row in self._get_service_types()[:60]]
                self._accrue(*(make_accrual(-amount, name, day) for amount, name in zip(amounts, names, strict=False)))
                settlement = self._settle(day.replace(day=1), day.replace(day=28))
                bill = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
                self.assertEqual(self._sum([bill.amount_total]), sum(amounts[: len(names)]))
                self.assertBalanced(settlement)

    def _get_service_types(self):
        return self.env["marketplace.accrual.type"].search(
            [("marketplace", "=", "ozon"), ("kind", "in", ("commission", "logistics", "advertising"))]
        )

    def test_prices_of_a_kopeck_sold_and_returned(self):
        orders = [
            self._sell((self.offers[number % 10], number % 7 + 1, f"0.{number % 9 + 1:02d}")) for number in range(9)
        ]
        for order in orders:
            self._accrue_sale(order, services=())
            self._accrue_return(order, 1)
        settlement = self._settle()
        self.assertFalse(settlement.difference_ids, settlement.difference_ids.mapped("code"))
        self.assertBalanced(settlement)

    def test_taxes_on_top(self):
        """Of the orders: the invoice is the marketplace's total all the same."""
        self.products[0].taxes_id = [Command.set(self._make_tax(22, price_include=False).ids)]
        order = self._sell((self.offers[0], 3, "99.99"))
        self._accrue_sale(order)
        self._accrue_return(order, 3)
        settlement = self._settle()
        self.assertFalse(settlement.difference_ids, settlement.difference_ids.mapped("code"))

    def test_a_tax_on_top_of_services_is_refused(self):
        tax = self._make_service_tax(price_include=False)
        with self.assertRaisesRegex(ValidationError, "included in the price"):
            self.account.service_tax_id = tax

    def test_entries_that_would_not_tie_out_are_refused(self):
        """Somebody has changed the tax itself afterwards."""
        self._accrue(make_accrual("-100.00", "SaleCommission"))
        settlement = self._settle(post=False)
        self.service_tax.price_include_override = "tax_excluded"
        with self.assertRaises((JobFailure, UserError)), self.env.cr.savepoint():
            self.env["marketplace.settlement.poster"]._post(settlement)
        settlement.invalidate_recordset()
        self.assertEqual((settlement.state, settlement.payment_ids.ids, settlement.move_ids.ids), ("ready", [], []))

    # --- how it is booked ---------------------------------------------------------------------------------------
    def test_rules_decide(self):
        account = self.account
        analytic = self.env["account.analytic.account"].create(
            {"name": "Реклама", "plan_id": self.env["account.analytic.plan"].create({"name": "План"}).id}
        )
        own = account.other_expense_account_id.copy({"name": "Реклама", "code": "640900"})
        kind = account.accrual_rule_ids.filtered(lambda rule: rule.kind == "advertising" and not rule.type_id)
        kind.write({"book_account_id": own.id, "analytic_distribution": {str(analytic.id): 100}})
        self._accrue(make_accrual("-50.00", "PayPerClick"), make_accrual("-10.00", "Logistic"))
        settlement = self._settle()
        bill = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        booked = {line.account_id: (line.price_total, line.analytic_distribution) for line in bill.invoice_line_ids}
        self.assertEqual(booked[own], (50.0, {str(analytic.id): 100.0}))
        self.assertEqual(booked[account.service_account_id], (10.0, False))

    def test_a_vendor_of_its_own(self):
        self.account.vendor_id = self.env["res.partner"].create({"name": "ООО «Услуги»"})
        self._accrue(make_accrual("-50.00", "PayPerClick"))
        bill = self._settle().move_ids
        self.assertEqual((bill.partner_id.name, bill.payment_state), ("ООО «Услуги»", "paid"))

    def test_customers_of_their_own(self):
        buyers = self.env["res.partner"].create([{"name": "Иванов"}, {"name": "Петров"}])
        orders = [self._sell(invoice=False), self._sell(invoice=False)]
        for order, buyer in zip(orders, buyers, strict=True):
            order.sale_order_id.action_unlock()
            order.sale_order_id.write({"partner_id": buyer.id, "partner_invoice_id": buyer.id})
            self._accrue_sale(order)
        settlement = self._settle()
        customers = settlement.payment_ids.filtered(lambda payment: payment.partner_type == "customer")
        self.assertEqual(customers.partner_id, buyers)
        self.assertFalse(settlement.difference_ids)

    def test_an_invoice_of_several_orders(self):
        first, second = self._sell(invoice=False), self._sell(invoice=False)
        invoice = (first | second).sale_order_id._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.invoice_date = MONTH[0]
        invoice.action_post()
        self._accrue_sale(first)
        half = self._settle(MONTH[0], date(2026, 9, 15))
        self.assertEqual(self._codes(half), {("underpaid", -1448.0)})
        self._accrue_sale(second, day=date(2026, 9, 20))
        rest = self._settle(date(2026, 9, 16), MONTH[1])
        self.assertFalse(rest.difference_ids)
        self.assertEqual(invoice.payment_state, "paid")

    def test_rows_that_change_ask_for_another_look(self):
        order = self._sell()
        rows = self._accrue_sale(order)
        settlement = self._settle(post=False)
        logistics = rows.filtered(lambda row: row.kind == "logistics")
        self._accrue(make_accrual("-99.50", "Logistic", number=order.number, external_id=logistics.external_id))
        self.assertEqual(settlement.state, "draft")
        settlement.action_preview()
        self.assertEqual(settlement.bill_total, 345.66)

    # --- undoing ------------------------------------------------------------------------------------------------
    def test_documents_that_others_use_are_not_pulled_away(self):
        order = self._sell(invoice=False)
        self._accrue_sale(order)
        settlement = self._settle()
        invoice = order.sale_order_id.invoice_ids
        refund = invoice._reverse_moves([{"invoice_date": MONTH[1]}])
        refund.action_post()
        with self.assertRaisesRegex(UserError, "credited meanwhile"):
            settlement.action_reset()
        refund.button_draft()
        refund.unlink()
        settlement.action_reset()
        self.assertEqual(settlement.state, "ready")

    def test_a_locked_period_is_not_reset(self):
        self._accrue(make_accrual("-50.00", "PayPerClick"))
        settlement = self._settle()
        self.company.fiscalyear_lock_date = date(2026, 9, 30)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            settlement.action_reset()
        self.assertEqual(settlement.state, "posted")

    def test_a_company_that_must_keep_what_was_posted(self):
        self.company.restrictive_audit_trail = True
        order = self._sell(invoice=False)
        self._accrue_sale(order)
        settlement = self._settle()
        documents = settlement.payment_ids.move_id | settlement.move_ids
        settlement.action_reset()
        self.assertEqual(set(documents.exists().mapped("state")), {"cancel"})
        self.assertEqual(str(self._get_clearing_balance()), "0.00")
        self._post(settlement)
        self.assertBalanced(settlement)

    # --- preparing ----------------------------------------------------------------------------------------------
    def test_prepared_when_the_period_is_over(self):
        self.account.write({"accrual_start": date(2026, 8, 10), "settlement_period": "half", "settlement_delay": 5})
        self._accrue(make_accrual("-50.00", "PayPerClick", date(2026, 8, 20)))
        made = self.env["marketplace.settlement.preparer"]._prepare(self.account, date(2026, 9, 6))
        self.assertEqual(
            [(item.date_from.day, item.date_to.day, item.row_count) for item in made.sorted("date_to")],
            [(10, 15, 0), (16, 31, 1)],
        )
        self.assertFalse(self.env["marketplace.settlement.preparer"]._prepare(self.account, date(2026, 9, 19)))
        (more,) = self.env["marketplace.settlement.preparer"]._prepare(self.account, date(2026, 9, 20))
        self.assertEqual((more.date_from, more.date_to), (date(2026, 9, 1), date(2026, 9, 15)))


@tagged("post_install", "-at_install")
class TestSettlementRaces(TwoTransactionsCase):
    """Two accountants press the same button at the same moment, in real transactions."""

    def test_the_second_is_refused(self):
        company = self.one["res.company"].search([("name", "=", "ООО «Тест»")])
        account = self.one["marketplace.account"].create(
            {"name": "Гонка", "client_id": "9042", "company_id": company.id, "accrual_start": "2026-01-01"}
        )
        settlement = self.one["marketplace.settlement"].create(
            {"account_id": account.id, "date_from": "2026-09-01", "date_to": "2026-09-30", "state": "ready"}
        )
        self.one.cr.commit()
        self.addCleanup(self._remove, account.id, settlement.id)
        settlement.lock_for_update()
        other = self.two["marketplace.settlement"].browse(settlement.id)
        with self.assertRaises(LockError):
            self.two["marketplace.settlement.poster"]._post(other)

    def _remove(self, account_id, settlement_id):
        self.one.cr.rollback()
        self.one["marketplace.settlement"].browse(settlement_id).unlink()
        account = self.one["marketplace.account"].browse(account_id)
        partner = account.partner_id
        account.unlink()
        partner.unlink()
        self.one.cr.commit()
