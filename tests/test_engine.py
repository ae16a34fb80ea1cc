from odoo.tests import tagged

from .common import SimulatorMarketplaceCase


@tagged("post_install", "-at_install")
class TestEngine(SimulatorMarketplaceCase):
    def test_posting_becomes_a_confirmed_order(self):
        number = self._buy((self.products[0], 2, "150.50"), (self.products[1], 1, "99.99"))
        self._poll("offers_poll")
        self._poll()
        order = self._find(number)
        self.assertEqual(order.state, "done", order.problem)
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.sale_order_id.amount_total, 400.99)
        self.assertEqual(order.picking_ids.state, "assigned")
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(order.label_state, "ready", order.label_problem)
        self.assertTrue(order.label_id.raw.startswith(b"%PDF"))
