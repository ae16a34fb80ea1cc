from odoo.tests import tagged

from .roles_case import ADMINISTRATOR, USER, RolesCase
from .shipping_case import HttpShippingCase


@tagged("post_install", "-at_install")
class TestTourCancellations(RolesCase, HttpShippingCase):
    """Cancellations of both sides in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = cls._make_user(USER)
        cls.administrator = cls._make_user(ADMINISTRATOR)

    def _get_free(self):
        return self.env["stock.quant"]._get_available_quantity(self.products[0], self.warehouse.lot_stock_id)

    def test_goods_are_back(self):
        orders = self._receive_many([[(self.products[0], 2)]] * 3)
        orders.action_ship()
        self._run_jobs()
        self.assertEqual(self._get_free(), 994)
        for order in orders:
            self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual(set(orders.mapped("cancel_state")), {"hold"})
        self.start_tour("/odoo/marketplace-postings", "marketplace_goods_are_back", login=self.packer.login)
        self.assertEqual(set(orders.mapped("cancel_state")), {"done"})
        self.assertEqual(set(orders.sale_order_id.mapped("state")), {"cancel"})
        self.assertEqual(self._get_free(), 1000)

    def test_seller_cancels_units(self):
        self._poll("cancel_reasons_poll")
        order = self._receive((self.products[0], 3), (self.products[1], 1))
        self.start_tour("/odoo/marketplace-postings", "marketplace_seller_cancels_units", login=self.packer.login)
        self._run_jobs()
        self.assertEqual(order.line_ids.mapped("there_quantity"), [2, 1])
        self.assertEqual(order.sale_order_id.order_line.mapped("product_uom_qty"), [2, 1])
        self.assertEqual(self._get_free(), 998)

    def test_account(self):
        self._poll("cancel_reasons_poll")
        rows = self.account.status_action_ids
        before = {(row.scheme, row.status): row.action for row in rows}
        url = f"/odoo/action-sale_marketplace.action_marketplace_account/{self.account.id}"
        self.start_tour(url, "marketplace_account_statuses", login=self.administrator.login)
        self.assertEqual({(row.scheme, row.status): row.action for row in self.account.status_action_ids}, before)
        self.assertEqual((self.account.cancel_policy, self.account.cancel_hours), ("age", 48))
