from urllib.parse import quote

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import TestModeCase
from .megamarket_case import MegamarketCase


@tagged("post_install", "-at_install")
class TestMegamarketTour(TestModeCase, MegamarketCase, HttpCase):
    """Both schemes in a real browser."""

    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})

    def test_standard(self):
        self._control(
            "products",
            {"account": "5046", "products": [{"offer_id": "T-001", "name": "Товар 1", "price": "124", "stock": 9}]},
        )
        lines = [{"offer_id": "T-001", "quantity": 2}]
        self._control("postings", {"account": "5046", "postings": [{"lines": lines, "announce": False}]})
        self.start_tour(
            "/odoo/action-sale_marketplace.action_marketplace_account_overview",
            "megamarket_standard",
            login="admin",
            timeout=240,
            cookies={"simulator": quote(self.simulator.megamarket_url, safe="")},
        )
        order = self.env["marketplace.order"].search([("account_id.client_id", "=", "5046")])
        self.assertEqual((order.status, order.label_state), ("handed_over", "ready"))
        self.assertEqual(
            {
                str(lot["index"]): lot["status"]
                for lot in self._control(f"postings/{order.number}", method="GET")["lots"]
            },
            {"1": "SHIPPED", "2": "MERCHANT_CANCELED"},
        )

    def test_dbs(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1), prepaid=False)
        self.start_tour("/odoo/marketplace-postings", "megamarket_dbs", login="admin", timeout=180)
        self.assertEqual(order.status, "delivered")
        self.assertEqual(self._statuses_there(order), {"1": "DELIVERED", "2": "CUSTOMER_CANCELED", "3": "DELIVERED"})
        self.assertEqual(order.return_ids.state, "received")
        self.assertEqual(order.sale_order_id.order_line.mapped("qty_delivered"), [1, 1])
