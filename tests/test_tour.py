from datetime import datetime, timedelta, timezone

from odoo import Command
from odoo.tests import new_test_user, tagged

from .shipping_case import HttpShippingCase


@tagged("post_install", "-at_install")
class TestTour(HttpShippingCase):
    """The main job in a real browser."""

    def test_from_the_key_to_the_label(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})
        # The cabinet is connected by hand here.
        self.account.write({"client_id": "77", "active": False})
        self.simulator.control(
            "POST", "ozon/products", {"products": [{"offer_id": "NEW-1", "name": "Новинка", "price": "500"}]}
        )
        # Ordered after the moment of connecting, from which on orders are loaded.
        soon = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        unknown = self._buy(("NEW-1", 1), in_process_at=soon)
        self._buy((self.products[0], 2), in_process_at=soon)
        self.start_tour(
            "/odoo",
            "marketplace_connect_to_label",
            login="admin",
            timeout=180,
            cookies={"simulator": self.simulator.ozon_url},
        )
        account = self.env["marketplace.account"].search([("client_id", "=", "1042")])
        self.assertEqual(account.state, "connected")
        orders = self.env["marketplace.order"].search([("account_id", "=", account.id)])
        self.assertEqual(set(orders.mapped("state")), {"done"})
        order = orders.filtered(lambda item: item.number == unknown)
        self.assertEqual(order.sale_order_id.order_line.product_id, self.products[4])
        self.assertEqual(order.sale_order_id.amount_total, 500)
        self.assertEqual((order.ship_state, order.label_state), ("shipped", "ready"))
        self.assertEqual(len(self._there(unknown)["ship_calls"]), 1)

    def test_a_packer_from_the_delivery(self):
        order = self._receive((self.products[0], 1))
        packer = new_test_user(
            self.env,
            "mp_packer",
            "sale_marketplace.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        url = f"/odoo/action-stock.action_picking_tree_all/{order.picking_ids.id}"
        self.start_tour(url, "marketplace_packer_assembles", login=packer.login)
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")
        self.start_tour(url, "marketplace_packer_prints", login=packer.login)
