from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .money_case import MoneyMixin
from .orders_case import OrdersSimulatorCase


@tagged("post_install", "-at_install")
class TestMoneyCheck(MoneyMixin, OrdersSimulatorCase):
    """A month of the simulated cabinet, compared: everything is equal, until something is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = fields.Date.today().replace(day=1) - timedelta(days=1)
        cls.first = cls.last.replace(day=1)
        cls.account.write({"load_statuses": "all", "start_date": "2020-01-01 00:00:00", "accrual_start": cls.first})
        cls.bank = cls._make_bank()

    def setUp(self):
        super().setUp()
        self.simulator.control(
            "POST", "ozon/month", {"month": f"{self.first:%Y-%m}", "postings": 6, "orderless": 4, "seed": 3}
        )
        fetch = self.env["marketplace.order.fetch"].create(
            {"account_id": self.account.id, "since": self.first - timedelta(days=9), "until": fields.Date.today()}
        )
        fetch.action_start()
        for operation in ("accrual_types_poll", "accruals_poll", "payouts_poll", "realization_poll"):
            self._enqueue(operation)
        self._run_jobs()

    def _finish(self):
        """Settled, and the payouts are in the bank."""
        self._settle(self.first, self.last)
        payouts = self._get_payouts()
        for payout in payouts:
            self._receive(self.bank, payout.amount, min(payout.date + timedelta(days=1), self.last))
        self.assertEqual(self.env["marketplace.payout.matcher"]._match_clear(payouts), payouts)

    def _get_payouts(self):
        return self.env["marketplace.payout"].search([("account_id", "=", self.account.id), ("date", "<=", self.last)])

    def _check(self):
        check = self.env["marketplace.money.checker"]._check(self.account, self.first, self.account._get_adapter())
        return check, {line.code: line for line in check.line_ids}

    def _get_states(self, lines):
        return {code: line.state for code, line in lines.items() if line.state != "ok"}

    def test_everything_is_equal(self):
        self._finish()
        check, lines = self._check()
        self.assertEqual(self._get_states(lines), {})
        self.assertEqual((check.state, check.problem, check.balance_known), ("ok", False, True))
        self.assertEqual({line.difference for line in check.line_ids}, {0.0})
        self.assertEqual(len(lines), 6)
        self.assertTrue(lines["report_ledger"].right_known)
        for line in check.line_ids:
            action = line.action_view()
            self.assertTrue(self.env[action["res_model"]].search(action["domain"]), line.code)

    def test_nothing_is_in_the_books_yet(self):
        check, lines = self._check()
        self.assertEqual(self._get_states(lines), {"payouts_bank": "differs"})
        self.assertEqual(lines["payouts_bank"].difference, sum(self._get_payouts().mapped("amount")))
        self.assertIn("no line of the bank", lines["payouts_bank"].explanation)
        self.assertTrue(self.env["marketplace.accrual"].search(check.action_view_unsettled()["domain"]))

    def test_a_row_that_changed_there_and_was_not_read_again(self):
        self._finish()
        told = self.simulator.control("GET", "ozon/accruals")["accruals"]
        row = next(row for row in told if row["category"] == "NON_ITEM")
        amount = Decimal(row["total"]) - 7
        self.simulator.control("POST", f"ozon/accruals/{row['id']}", {"amount": str(amount)})
        check, lines = self._check()
        self.assertEqual(lines["ledger_balance"].difference, 7.0)
        self.assertEqual((check.state, lines["ledger_balance"].state), ("differs", "differs"))
        self.assertIn("three-way check differs", " ".join(self.account.activity_ids.mapped("summary")).lower())
        again, _lines = self._check()
        self.assertEqual(again, check)
        self.assertEqual(len(self.account.activity_ids.filtered(lambda item: "hree-way" in item.summary)), 1)

    def test_a_day_that_was_not_read(self):
        self._finish()
        self.env["marketplace.accrual.day"].search([("date", "=", self.first)]).unlink()
        _check, lines = self._check()
        self.assertEqual(lines["ledger_told"].state, "differs")
        self.assertIn("1 days", lines["ledger_told"].explanation)

    def test_entries_of_somebody_else(self):
        self._finish()
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.last,
                "journal_id": self.account.payment_journal_id.id,
                "line_ids": [
                    (0, 0, {"account_id": self.clearing.id, "debit": 5, "credit": 0}),
                    (0, 0, {"account_id": self.account.other_income_account_id.id, "debit": 0, "credit": 5}),
                ],
            }
        ).action_post()
        _check, lines = self._check()
        self.assertEqual(self._get_states(lines), {"clearing_balance": "differs"})
        self.assertIn("5.00", lines["clearing_balance"].explanation)

    def test_what_the_cabinet_held_before(self):
        self.simulator.control(
            "POST",
            "ozon/accruals",
            {"accruals": [{"date": str(self.first - timedelta(days=3)), "type_id": 10, "amount": "250.00"}]},
        )
        self._finish()
        check, lines = self._check()
        self.assertEqual(lines["clearing_balance"].state, "explained")
        self.assertIn("250.00", lines["clearing_balance"].explanation)
        self.assertEqual(check.state, "explained")

    def test_by_the_engine(self):
        self._finish()
        self._enqueue("money_check")
        self._run_jobs()
        check = self.env["marketplace.money.check"].search([])
        self.assertEqual((check.month, check.state), (self.first, "ok"))
        check.action_check()
        self._run_jobs()
        self.assertEqual(self.account._get_schedule("money_check").last_state, "done")


@tagged("post_install", "-at_install")
class TestMoneyCheckByHand(MoneyMixin, OrdersSimulatorCase):
    """A marketplace that tells no balance."""

    def test_without_a_balance(self):
        shop = self._make_account(name="Мега", marketplace="megamarket", client_id="5046", scheme="fbs")
        check = self.env["marketplace.money.checker"]._check(shop, date(2026, 9, 1), None)
        self.assertFalse(check.balance_known)
        self.assertEqual(
            {line.code for line in check.line_ids if line.state == "unknown"},
            {"ledger_told", "ledger_balance", "report_ledger", "balance_payouts", "clearing_balance"},
        )
