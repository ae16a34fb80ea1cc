from datetime import date

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .money_case import MoneyCase, make_accrual
from .roles_case import ACCOUNTANT


@tagged("post_install", "-at_install")
class TestMoneyCheckTour(MoneyCase, HttpCase):
    """The three-way check as an accountant sees it, in a real browser."""

    def test_check(self):
        new_test_user(
            self.env,
            "accountant",
            ACCOUNTANT,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang="en_US",
        )
        self._accrue_sale(self._sell())
        self._settle()
        self._accrue(make_accrual("-316.00", "PayPerClick", date(2026, 9, 17)))
        check = self.env["marketplace.money.checker"]._check(self.account, date(2026, 9, 1))
        self.assertEqual(check.state, "differs")
        self.start_tour("/odoo/marketplace-money-checks", "marketplace_money_check", login="accountant")
        self.assertEqual(self._find_jobs("money_check").payload["month"], "2026-09-01")
