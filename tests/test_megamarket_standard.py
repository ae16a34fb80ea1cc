from odoo.tests import tagged

from .megamarket_case import MegamarketCase


@tagged("post_install", "-at_install")
class TestMegamarketStandard(MegamarketCase):
    """The marketplace carries: confirmed, packed into boxes, labelled, handed over."""

    scheme = "fbs"

    def _confirm(self, order):
        self.assertEqual((order.status, order.sale_order_id.state), ("to_confirm", "draft"))
        order.sale_order_id.action_confirm()
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("to_assemble", "sale"), order.activity_ids)

    def test_confirmed_by_confirming_the_order(self):
        order = self._receive((self.products[0], 2))
        self._confirm(order)
        self.assertEqual(set(self._statuses_there(order).values()), {"CONFIRMED"})
        self.assertTrue(order.sale_order_id.locked)

    def test_boxes_labels_and_hand_over(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1))
        self._confirm(order)
        first, second = order.picking_ids.move_line_ids
        first.result_package_id = self.env["stock.package"].create({})
        second.result_package_id = self.env["stock.package"].create({})
        self._validate(order.picking_ids)
        self.assertEqual((order.status, order.ship_state), ("assembled", "shipped"), order.ship_problem)
        codes = [f"5046*{order.number}*{box}" for box in (1, 2)]
        self.assertEqual([box["boxCode"] for box in self._there(order)["boxes"]], codes)
        self.assertEqual((order.parcel_ids.mapped("number"), order.cargo_places), (codes, 2))
        self.assertEqual(order.label_state, "ready", order.label_problem)
        self.assertEqual(order.label_id.raw[:5], b"%PDF-")
        order.action_courier()
        self._run_jobs()
        self.assertEqual((order.status, order.delivery_step), ("handed_over", "handed_over"), order.delivery_problem)
        self._control(f"postings/{order.number}/progress", {})
        self._poll("statuses_poll")
        self.assertEqual(order.status, "delivered")
