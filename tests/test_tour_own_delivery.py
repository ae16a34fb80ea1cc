from odoo import Command
from odoo.tests import tagged

from .shipping_case import HttpShippingCase


@tagged("post_install", "-at_install")
class TestTourOwnDelivery(HttpShippingCase):
    """An order that the seller delivers himself, in a real browser, from assembling to the buyer's door."""

    def test_to_the_door(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})
        address = {"address_tail": "ул. Ленина, д. 1", "city": "Москва", "region": "Москва", "zip_code": "101000"}
        buyer = {"name": "Пётр Покупатель", "phone": "+79990001122", "customer_id": 55, "address": address}
        order = self._receive((self.products[0], 1), scheme="rfbs", customer=buyer)
        self.start_tour("/odoo/marketplace-postings", "marketplace_own_delivery", login="admin", timeout=180)
        self.assertEqual((order.status, order.delivery_step), ("delivered", "delivered"))
        self.assertFalse(order.delivery_problem)
        self.assertEqual(self._there(order)["status"], "delivered")
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.sale_order_id.partner_shipping_id.phone, "+79990001122")
