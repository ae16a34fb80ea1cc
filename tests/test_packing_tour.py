from odoo import Command
from odoo.tests import tagged

from .packing_case import PackingCase
from .shipping_case import HttpShippingCase


@tagged("post_install", "-at_install")
class TestPackingTour(PackingCase, HttpShippingCase):
    """A day at the packing table in a real browser."""

    def test_from_late_postings_to_the_document(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})
        self._read_warehouses()
        orders = self._receive_due(
            (-3, (self.products[0], 2)),
            (-2, (self.products[1], 1)),
            (60, (self.products[2], 1)),
            (80, (self.products[3], 1)),
        )
        self.start_tour(
            "/odoo/marketplace-packing",
            "marketplace_packing_to_handover",
            login="admin",
            timeout=180,
            cookies={
                "posting": orders[2].number,
                "late": orders[0].number,
                "product": self.products[0].barcode,
                "cids": str(self.company.id),
            },
        )
        done = orders[:3]
        self.assertEqual(set(done.mapped("ship_state")), {"shipped"})
        self.assertEqual(orders[3].ship_state, "none", "Nobody has selected it")
        self.assertTrue(all(done.mapped("label_printed_at")))
        handover = self.env["marketplace.handover"].search([("account_id", "=", self.account.id)])
        self.assertEqual((handover.state, handover.order_ids), ("ready", done))
        self.assertTrue(handover.document_id)
        self.assertEqual(len(self._there(orders[0])["ship_calls"]), 1)
