from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.models.marketplace_account import REHEARSAL_BUYERS

from .common import SimulatorMarketplaceCase


@tagged("post_install", "-at_install")
class TestRehearsal(SimulatorMarketplaceCase):
    """A simulated cabinet that is filled from the company's own products."""

    @classmethod
    def _fill_cabinet(cls):
        """Nothing: the account does it itself here."""

    def test_own_products_are_offered_and_bought(self):
        self.products[0].list_price = 123.45
        self.products[1].default_code = False
        self.account.action_rehearsal_fill()
        self._run_jobs()
        offers = self.env["marketplace.offer"].search([("account_id", "=", self.account.id)])
        self.assertEqual(offers.product_id & self.products, self.products - self.products[1], "an article is needed")
        own = offers.filtered(lambda offer: offer.product_id == self.products[0])
        self.assertEqual((own.article, own.barcodes), (self.products[0].default_code, self.products[0].barcode))
        self.assertAlmostEqual(own.price, 123.45)
        self.assertAlmostEqual(own.vat_rate, 0.22)
        orders = self.env["marketplace.order"].search([("account_id", "=", self.account.id)])
        self.assertEqual(len(orders), REHEARSAL_BUYERS)
        self.assertEqual(set(orders.mapped("state")), {"done"}, orders.mapped("problem"))

    def test_only_in_rehearsal(self):
        self.account.mode = "production"
        with self.assertRaisesRegex(UserError, "rehearsal mode only"):
            self.account.action_rehearsal_fill()
