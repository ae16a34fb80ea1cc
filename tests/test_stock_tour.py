from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestStockTour(MarketplaceCase, HttpCase):
    """Set a formula and read the explanation, in a real browser."""

    def test_formula(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id, "lang": "en_US"})
        self._make_offers(self.products[:3])
        place = self._make_place()
        product, stock = self.products[0], self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, stock, -988)
        self.env["stock.quant"]._update_reserved_quantity(product, stock, 3)
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        url = f"/odoo/action-product.product_normal_action_sell/{product.id}"
        self.start_tour(url, "marketplace_stock_why", login="admin", timeout=60)
        self.start_tour("/odoo/marketplaces", "marketplace_stock_formula", login="admin", timeout=120)
        self.assertEqual(place.stock_buffer, 2)
