from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .money_case import make_accrual
from .roles_case import ACCOUNTANT
from .test_accruals import LedgerCase


@tagged("post_install", "-at_install")
class TestAccrualsTour(LedgerCase, HttpCase):
    """The ledger as an accountant sees it, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            ACCOUNTANT,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    def test_money_settings(self):
        self.start_tour("/odoo/marketplace-money-settings", "marketplace_money_settings", login="accountant")
        self.assertEqual(self.account.accrual_window, 14)

    def test_accruals(self):
        order = self._sell(invoice=False)
        told = {"number": order.number, "sku": order.line_ids.sku}
        sale = make_accrual("1448", "Sale", external_id="1", **told)
        commission = make_accrual("-246.16", "SaleCommission", external_id="2", **told)
        self._day(sale, commission, make_accrual("-92", "Logistic", external_id="3", **told))
        self._day(sale, commission, make_accrual("-95", "Logistic", external_id="3", **told))
        self.start_tour("/odoo/marketplace-accruals", "marketplace_accruals", login="accountant")
        self.start_tour("/odoo/marketplace-economics", "marketplace_economics", login="accountant")

    def test_import(self):
        shop = self._make_account(
            name="МегаМаркет", marketplace="megamarket", client_id="12345", scheme="fbs", api_key="X"
        )
        self.start_tour("/odoo/marketplaces", "marketplace_accrual_import", login="accountant", timeout=120)
        rows = self.env["marketplace.accrual"].search([("account_id", "=", shop.id)])
        self.assertEqual(sorted(rows.mapped("amount")), [-246.16, 1448.0])
