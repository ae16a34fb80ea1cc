from odoo import Command
from odoo.tests import Form, tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockManufacturing(StockCase):
    """Manufacturing takes what one listing sells and makes what another one sells: both are told."""

    def setUp(self):
        super().setUp()
        self.part, self.made = self.products[:2]
        self._move(self.part, -980)
        self._move(self.made, -1000)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.made.product_tmpl_id.id,
                "type": "normal",
                "product_qty": 1,
                "bom_line_ids": [Command.create({"product_id": self.part.id, "product_qty": 2})],
            }
        )
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._tell()

    def _make_order(self, quantity):
        order = self.env["mrp.production"].create(
            {
                "product_id": self.made.id,
                "product_qty": quantity,
                "picking_type_id": self.warehouse.manu_type_id.id,
            }
        )
        order.action_confirm()
        return order

    def _finish(self, order, quantity):
        with Form(order) as form:
            form.qty_producing = quantity
        order.button_mark_done()
        self.assertEqual(order.state, "done")

    def _tell(self):
        """(part, made) as the cabinet shows them after the scheduled action, and the products that were marked."""
        self.env.cr.flush()
        marked = self.env["marketplace.stock.change"].search([]).product_id
        self._push()
        return (self._get_shown(self.part), self._get_shown(self.made)), marked

    def test_confirmed_and_reserved_at_once(self):
        self._make_order(3)
        self.assertEqual(self._tell(), ((14, 0), self.part))

    def test_reserved_by_hand(self):
        self.warehouse.manu_type_id.reservation_method = "manual"
        order = self._make_order(3)
        self.assertEqual(self._tell()[0], (20, 0), "a plan holds nothing yet")
        order.action_assign()
        self.assertEqual(self._tell(), ((14, 0), self.part))
        order.do_unreserve()
        self.assertEqual(self._tell(), ((20, 0), self.part))

    def test_finished(self):
        order = self._make_order(3)
        self._tell()
        self._finish(order, 3)
        self.assertEqual(self._tell(), ((14, 3), self.part | self.made))

    def test_cancelled(self):
        order = self._make_order(3)
        self._tell()
        order.action_cancel()
        shown, marked = self._tell()
        self.assertEqual(shown, (20, 0))
        self.assertIn(self.part, marked)

    def test_taken_apart_again(self):
        order = self._make_order(3)
        self._finish(order, 3)
        self._tell()
        self.env["mrp.unbuild"].create(
            {
                "product_id": self.made.id,
                "mo_id": order.id,
                "product_qty": 1,
                "location_id": order.location_dest_id.id,
                "location_dest_id": order.location_src_id.id,
            }
        ).action_unbuild()
        self.assertEqual(self._tell(), ((16, 2), self.part | self.made))

    def test_a_kit_of_what_is_made(self):
        """What is made may be a part of a kit: its number is told, too."""
        kit = self.env["product.product"].create({"name": "Набор", "default_code": "KIT-1"})
        self._make_kit(kit, {self.made: 2})
        self.simulator.control(
            "POST", "ozon/products", {"products": [{"offer_id": "KIT-1", "name": "Набор", "price": "10"}]}
        )
        self._make_offers(kit)
        self._finish(self._make_order(5), 5)
        self._tell()
        self.assertEqual(self._get_shown(kit), 2)
