from decimal import Decimal

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import TestModeCase
from .prices_case import PricesCase
from .reconcile_case import ReconcileCase


def set_up_admin(env, company):
    env.ref("base.user_admin").write(
        {"company_ids": [Command.link(company.id)], "company_id": company.id, "lang": "en_US"}
    )


@tagged("post_install", "-at_install")
class TestReconcileTour(TestModeCase, ReconcileCase, HttpCase):
    """Reconcile FBS and FBO with the mouse."""

    def test_reconcile(self):
        set_up_admin(self.env, self.company)
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_push")
        self._run_jobs("stock", rounds=3)
        # Half a minute has passed since: the marketplace takes the next numbers.
        self.env["marketplace.stock"].search([]).not_before = False
        hands = [
            {"offer_id": product.default_code, "warehouse_id": int(self.place.external_id), "free": 3}
            for product in self.products[2:4]
        ]
        self.simulator.control("POST", "ozon/stocks", {"stocks": hands})
        more, less = self.products[:2]
        self._put_fbo(more, 4)
        self._stock_fbo(less, 9)
        self._put_fbo(less, 7)
        self.start_tour("/odoo/marketplaces", "marketplace_reconcile", login="admin", timeout=180)
        self.assertEqual((self._count_fbo(more), self._count_fbo(less)), (4, 7))
        self.assertEqual([self._get_shown(product) for product in self.products[2:4]], [1000, 3])
        moves = self.env["stock.move"].search([("is_inventory", "=", True), ("product_id", "=", more.id)])
        self.assertEqual(moves.mapped("inventory_name"), ["Сверка ноября"])


@tagged("post_install", "-at_install")
class TestPriceTour(TestModeCase, PricesCase, HttpCase):
    """Approve a price jump with the mouse."""

    def test_approval(self):
        set_up_admin(self.env, self.company)
        self._push()
        self.pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": product.id,
                    "compute_price": "fixed",
                    "fixed_price": 1400,
                }
            )
            for product in self.products[:2]
        ]
        self._push()
        self.assertEqual(self._rows()[:3].mapped("state"), ["approval", "approval", "sent"])
        self.start_tour("/odoo/marketplaces", "marketplace_price_approval", login="admin", timeout=120)
        there = self._get_there()
        self.assertEqual([Decimal(there[name]["price"]) for name in ("T-001", "T-002")], [1400, 1000])
