from odoo.tests import HttpCase, tagged

from .numbers_case import PayCase
from .roles_case import ACCOUNTANT, STOCK_MANAGER, RolesCase


@tagged("post_install", "-at_install")
class TestNumberTour(RolesCase, PayCase, HttpCase):
    """The accountants' dialogs in a real browser."""

    def test_pay(self):
        orders = self._sell(number="11111111-0001-1") | self._sell(number="11111111-0002-1", invoice=False)
        login = self._make_user(ACCOUNTANT).login
        self.start_tour("/odoo/marketplaces", "marketplace_pay_by_numbers", login=login, timeout=120)
        self.assertEqual(self._invoices(orders).mapped("amount_residual"), [447.5, 0])

    def test_opening_stock(self):
        product, stock = self.products[0], self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, stock, -1007)
        login = self._make_user(STOCK_MANAGER).login
        self.start_tour("/odoo/marketplaces", "marketplace_opening_stock", login=login, timeout=120)
        self.assertEqual(self.env["stock.quant"]._get_available_quantity(product, stock), 3)
