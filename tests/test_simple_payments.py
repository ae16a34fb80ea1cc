from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from .money_case import MoneyCase
from .roles_case import ACCOUNTANT, RolesCase


@tagged("post_install", "-at_install")
class TestSimplePayments(RolesCase, MoneyCase):
    """Some days after the order its invoice is paid less the commission, and the report says what that leaves out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write(
            {"money_way": "simple", "simple_days": 30, "load_statuses": "all", "start_date": "2020-01-01 00:00:00"}
        )
        cls.account.history_as_shipped = False
        told = cls.account.status_action_ids.filtered(lambda row: row.status == "delivered")
        told.action = "confirm"
        cls.products.invoice_policy = "delivery"

    def _sell_long_ago(self, *lines, days=31, **values):
        order = self._sell(
            *lines, ordered_at=datetime.now(timezone.utc) - timedelta(days=days), status="delivered", **values
        )
        return order

    def _run(self):
        jobs = self.env["marketplace.job"]._enqueue("simple_pay", self.account)
        result = self.env["marketplace.simple.payer"]._run_pay(jobs, None, None)
        rows = self.env["marketplace.simple.payment"].search([("account_id", "=", self.account.id)])
        return rows, result

    def test_paid_less_the_commission(self):
        order = self._sell_long_ago()
        self._accrue_sale(order)
        row, result = self._run()
        self.assertFalse(row.problem)
        self.assertEqual(
            (row.state, row.gross, row.commission, row.net, row.source), ("paid", 1448.0, 246.16, 1201.84, "accrual")
        )
        self.assertIn("1 orders paid", result)
        self.assertEqual(order.sale_order_id.invoice_ids.payment_state, "paid")
        self.assertEqual(row.payment_id.amount, 1201.84)
        booked = row.payment_id.move_id.line_ids
        self.assertEqual(booked.filtered(lambda line: line.account_id == self.account.service_account_id).debit, 246.16)
        self.assertEqual(booked.filtered(lambda line: line.account_id == self.clearing).debit, 1201.84)
        self.assertEqual((row.real_net, row.gap), (1109.84, -92.0))
        self.assertIn("services that the simple way leaves out", row.reason)

    def test_invoiced_on_the_way(self):
        order = self._sell_long_ago(invoice=False)
        self._accrue_sale(order)
        row, _result = self._run()
        self.assertEqual((row.state, row.net), ("paid", 1201.84))

    def test_by_forecast_until_something_is_accrued(self):
        order = self._sell_long_ago()
        order.expected_commission = -217.2
        row, _result = self._run()
        self.assertEqual((row.source, row.net, row.real_net), ("forecast", 1230.8, 0.0))
        self.assertIn("accrued nothing", row.reason)
        self._accrue_sale(order)
        row.invalidate_recordset()
        self.assertEqual(row.gap, -120.96)
        self.assertIn("commission", row.reason)

    def test_once(self):
        self._accrue_sale(self._sell_long_ago())
        row, _result = self._run()
        again, _result = self._run()
        self.assertEqual(again, row)
        self.assertEqual(self.env["account.payment"].search_count([("marketplace_order_id", "=", row.order_id.id)]), 1)

    def test_what_is_in_the_way_is_told_and_tried_again(self):
        unknown = self._sell_long_ago()
        undelivered = self._sell_long_ago(deliver=False, invoice=False)
        self._accrue_sale(undelivered)
        eaten = self._sell_long_ago((self.offers[0], 1, "10"))
        self._accrue_sale(eaten, commission="1.0")
        rows, result = self._run()
        problems = {row.order_id: row.problem for row in rows}
        self.assertIn("not known", problems[unknown])
        self.assertIn("no invoice", problems[undelivered])
        self.assertIn("eats the whole amount", problems[eaten])
        self.assertIn("3 wait", result)
        self._accrue_sale(unknown)
        self._run()
        self.assertEqual(rows.filtered(lambda row: row.order_id == unknown).state, "paid")

    def test_young_orders_wait(self):
        self._accrue_sale(self._sell_long_ago(days=29))
        rows, _result = self._run()
        self.assertFalse(rows)

    def test_taken_back(self):
        order = self._sell_long_ago()
        self._accrue_sale(order)
        row, _result = self._run()
        row.action_reset()
        self.assertEqual((row.state, order.sale_order_id.invoice_ids.payment_state), ("waiting", "not_paid"))
        self.assertEqual(str(self._get_clearing_balance()), "0.00")
        self._run()
        self.assertEqual(row.state, "paid")

    def test_an_accountant_takes_back_what_is_not_the_last(self):
        orders = [self._sell_long_ago(), self._sell_long_ago()]
        for order in orders:
            self._accrue_sale(order)
        rows, _result = self._run()
        row = rows.filtered(lambda row: row.order_id == orders[0])
        row.with_user(self._make_user(ACCOUNTANT)).action_reset()
        self.assertEqual(sorted(rows.mapped("state")), ["paid", "waiting"])

    def test_settled_accounts_are_left_alone(self):
        self.account.money_way = "settlement"
        self._accrue_sale(self._sell_long_ago())
        rows, _result = self._run()
        self.assertFalse(rows)
        self.assertFalse(self.account._wants_task("simple_payments"))

    def test_queries_do_not_grow_with_the_orders(self):
        def pay(count):
            orders = [self._sell_long_ago() for _number in range(count)]
            for order in orders:
                self._accrue_sale(order)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = pay(3), pay(12)
        self.assertLess(many, few * 3, f"{few} queries for 3 orders, {many} for 12")
