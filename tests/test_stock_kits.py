from odoo import Command
from odoo.tests import tagged

from .builders import make_line, make_order
from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestStockKits(MarketplaceCase):
    """A kit is nowhere on the shelf: its parts are. Whatever moves a part moves the kit's number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup, cls.saucer, cls.tea = cls.products[:3]
        cls.set, cls.present = cls.env["product.product"].create(
            [{"name": "Чайная пара", "default_code": "KIT-1"}, {"name": "Подарок", "default_code": "KIT-2"}]
        )
        cls._make_kit(cls.set, {cls.cup: 2, cls.saucer: 1})
        cls._make_kit(cls.present, {cls.set: 1, cls.tea: 3})
        cls.offers = cls._make_offers(cls.set | cls.present | cls.cup)
        cls.place = cls._make_place()
        for product, quantity in ((cls.cup, 21), (cls.saucer, 30), (cls.tea, 10)):
            cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, quantity - 1000)
        cls.env["marketplace.stock.engine"]._compute_account(cls.account)

    def _get(self, product):
        return self.env["marketplace.stock"].search([("product_id", "=", product.id)]).quantity

    def test_the_scarcest_part_decides(self):
        self.assertEqual((self._get(self.cup), self._get(self.set), self._get(self.present)), (21, 10, 3))

    def test_a_part_moves(self):
        self.env["stock.quant"]._update_available_quantity(self.cup, self.warehouse.lot_stock_id, -17)
        self._absorb()
        self.assertEqual((self._get(self.cup), self._get(self.set), self._get(self.present)), (4, 2, 2))

    def test_the_reason_names_the_scarcest_part(self):
        row = self.env["marketplace.stock"].search([("product_id", "=", self.set.id)])
        self.assertIn("parts for 10 kits", row.explanation)
        self.assertIn(self.cup.name, row.explanation)

    def test_a_sold_kit_holds_its_parts(self):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Покупатель"}).id,
                "order_line": [Command.create({"product_id": self.set.id, "product_uom_qty": 3})],
            }
        )
        sale.action_confirm()
        self._absorb()
        self.assertEqual((self._get(self.cup), self._get(self.set)), (15, 7))

    def test_a_kit_that_is_ordered_holds_its_parts_before_it_is_an_order(self):
        """Also when only the part is looked at."""
        offer = self.offers.filtered(lambda offer: offer.product_id == self.set)
        self._store(make_order([make_line(offer, 3)], status="to_assemble"))
        self._absorb()
        row = self.env["marketplace.stock"].search([("product_id", "=", self.cup.id)])
        self.assertEqual((row.quantity, self._get(self.set)), (15, 7))
        self.assertIn("− 6 sold, not reserved yet = 15", row.explanation)
