from datetime import date

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import TestModeCase
from .money_case import MoneyCase, make_accrual
from .roles_case import ACCOUNTANT


@tagged("post_install", "-at_install")
class TestSettlementTour(TestModeCase, MoneyCase, HttpCase):
    """A month settled by an accountant with the mouse."""

    def test_a_month(self):
        new_test_user(
            self.env,
            "accountant",
            ACCOUNTANT,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang="en_US",
        )
        self._accrue_sale(self._sell(invoice=False), services=())
        self._accrue(make_accrual("400.00", "Sale", number="0099-0001-1", part="sale"))
        self.start_tour("/odoo/marketplaces", "marketplace_settlement_post", login="accountant", timeout=120)
        settlement = self.env["marketplace.settlement"].search([])
        self.assertEqual(settlement.state, "posting")
        self._run_lane()
        self.assertEqual((settlement.state, settlement.problem), ("posted", False))
        self.start_tour(
            "/odoo/marketplace-settlements", "marketplace_settlement_proof", login="accountant", timeout=120
        )
        self._receive(self._make_bank(), 1601.84, date(2026, 10, 2))
        self.env["marketplace.payout"].create(
            {
                "account_id": self.account.id,
                "external_id": "1:1",
                "date_from": "2026-09-01",
                "date": "2026-09-30",
                "amount": 1601.84,
                "currency_id": self.account.money_currency_id.id,
            }
        )
        self.start_tour("/odoo/marketplaces", "marketplace_payout_match", login="accountant", timeout=120)
        self.assertEqual(str(self._get_clearing_balance()), "0.00")
        self.assertBalanced(settlement)

    def _run_lane(self):
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
