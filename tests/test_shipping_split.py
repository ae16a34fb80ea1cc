from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipping_case import SHIP, SHIP_PART, ShippingCase


@tagged("post_install", "-at_install")
class TestShippingSplit(ShippingCase):
    """One posting, several parcels or several deliveries."""

    def _pack(self, picking, *products):
        """Put the lines of these products into a box of their own."""
        picking.move_line_ids.filtered(lambda line: line.product_id in products).with_context(
            picked=True
        ).action_put_in_pack()

    def _deliver_part(self, picking, product, quantity):
        """The packer takes some units now, the rest becomes a backorder. Returns it."""
        for move in picking.move_ids:
            move.quantity = quantity if move.product_id == product else 0
            move.picked = move.product_id == product
        picking.with_context(skip_backorder=True).button_validate()
        return picking.sale_id.picking_ids - picking

    def _children_there(self, order):
        return [number for number in self._there(order)["related"] if number != order.number]

    # --- several parcels ----------------------------------------------------------------------------------------
    def _ship_two_boxes(self):
        order = self._receive((self.products[0], 1), (self.products[1], 2))
        picking = order.picking_ids
        self._pack(picking, self.products[0])
        self._pack(picking, self.products[1])
        picking.button_validate()
        return order

    def _check_two_boxes(self, order):
        child = self._find(self._children_there(order)[0])
        self.assertEqual(child.state, "child")
        self.assertEqual(child.sale_order_id, order.sale_order_id, "Never a second sale order")
        self.assertEqual(self.env["sale.order"].search_count([("marketplace_account_id", "=", self.account.id)]), 1)
        self.assertEqual((order.ship_state, child.ship_state), ("shipped", "shipped"))
        self.assertEqual((order.label_state, child.label_state), ("ready", "ready"))
        self.assertEqual(order.parcel_ids.mapped("number"), [order.number, child.number])
        self.assertEqual(order.parcel_ids.posting_id, order | child)
        for parcel, product in zip(order.parcel_ids, self.products[:2], strict=True):
            self.assertEqual(parcel.package_id.quant_ids.product_id, product)
            article = self._there(parcel.number)["lines"][0]["offer_id"]
            self.assertEqual(article, product.default_code, "What is in the box is what the marketplace was told")
        self.assertEqual(len(order.picking_ids.marketplace_label_ids), 2)
        return child

    def test_two_boxes_the_part_comes_by_fetch(self):
        order = self._ship_two_boxes()
        self._run_jobs()
        self._check_two_boxes(order)
        self.assertEqual(self._count_requests(SHIP), 1)

    def test_two_boxes_the_part_comes_by_poll_first(self):
        order = self._ship_two_boxes()
        self._run_jobs("orders", rounds=1)
        number = self._children_there(order)[0]
        fetch = self.env["marketplace.job"].search([("operation", "=", "order_fetch"), ("state", "=", "pending")])
        self.assertEqual(fetch.payload["number"], number)
        fetch.state = "cancelled"
        self._poll("statuses_poll")
        self._check_two_boxes(order)

    def test_two_boxes_assembled_slowly(self):
        """The part is there long before it is assembled, and is watched all the same."""
        self._set(ship_delay=600)
        order = self._ship_two_boxes()
        self._run_jobs("orders", rounds=5)
        child = self._find(self._children_there(order)[0])
        self.assertEqual((order.ship_state, child.ship_state), ("sent", "sent"))
        self.simulator.control("POST", "clock", {"advance": 700})
        self._run_jobs()
        self._check_two_boxes(order)

    def test_two_boxes_without_an_answer(self):
        self._fail(SHIP, "accept_then_timeout", delay=0)
        order = self._ship_two_boxes()
        self._run_jobs()
        child = self._find(self._children_there(order)[0])
        self.assertEqual(self._count_requests(SHIP), 1)
        self.assertEqual(child.state, "child")
        self.assertEqual((order.ship_state, child.ship_state), ("shipped", "shipped"))
        self.assertEqual(order.parcel_ids.mapped("number"), [order.number, child.number])

    def test_two_boxes_that_could_not_be_assembled_are_sent_again_one_by_one(self):
        self._fail(SHIP, "ship_fails")
        order = self._ship_two_boxes()
        self._run_jobs()
        child = self._find(self._children_there(order)[0])
        self.assertEqual((order.ship_state, child.ship_state), ("failed", "failed"))
        (order | child).action_ship()
        self._run_jobs()
        self._check_two_boxes(order)

    def test_part_is_not_assembled_by_itself(self):
        order = self._ship_two_boxes()
        self._run_jobs()
        child = self._check_two_boxes(order)
        with self.assertRaisesRegex(UserError, f"it is a part of {order.number}"):
            child.action_ship()

    def test_one_box_and_loose_goods_make_two_parcels(self):
        order = self._receive((self.products[0], 1), (self.products[1], 2))
        self._pack(order.picking_ids, self.products[0])
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self._run_jobs()
        self.assertEqual(order.parcel_count, 2)
        self.assertEqual(len(order.parcel_ids.package_id), 1)

    # --- several deliveries -------------------------------------------------------------------------------------
    def test_some_units_now_the_rest_later(self):
        order = self._receive((self.products[0], 3), (self.products[1], 1))
        rest = self._deliver_part(order.picking_ids, self.products[0], 2)
        self.assertEqual(order.ship_state, "none")
        self._run_jobs()
        number = self._children_there(order)[0]
        child = self._find(number)
        self.assertEqual(self._there(number)["lines"][0]["quantity"], 2)
        self.assertEqual(child.sale_order_id, order.sale_order_id)
        self.assertEqual((child.ship_state, child.label_state), ("shipped", "ready"))
        self.assertEqual(order.status, "to_assemble")
        self.assertEqual(order.ship_state, "none")
        self.assertFalse(rest.marketplace_label_ids)
        self.assertEqual(self._count_requests(SHIP), self._count_requests(SHIP_PART))
        rest.button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(len(self._there(order)["ship_calls"]), 2)
        self.assertEqual(sorted(order.parcel_ids.mapped("number")), sorted([order.number, number]))
        self.assertEqual(order.parcel_ids.filtered(lambda parcel: parcel.number == order.number).picking_id, rest)
        self.assertEqual(rest.marketplace_label_ids, order.label_id)
        self.assertEqual(self.env["sale.order"].search_count([("marketplace_account_id", "=", self.account.id)]), 1)

    def test_the_button_sends_the_rest(self):
        order = self._receive((self.products[0], 4))
        self._deliver_part(order.picking_ids, self.products[0], 2)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped", order.ship_problem)
        calls = self._there(order)["ship_calls"]
        self.assertEqual(len(calls), 2, "The part that waited in the line was sent once")
        self.assertEqual([line["quantity"] for line in self._there(order)["lines"]], [2])

    def test_part_without_an_answer_is_not_sent_twice(self):
        self._fail(SHIP_PART, "accept_then_timeout", delay=0)
        order = self._receive((self.products[0], 4))
        self._deliver_part(order.picking_ids, self.products[0], 2)
        self._run_jobs()
        self.assertEqual(self._count_requests(SHIP_PART), 1)
        self.assertEqual(len(self._children_there(order)), 1)
        self.assertEqual(self._find(self._children_there(order)[0]).ship_state, "shipped")

    def test_refused_part_is_sent_again_while_the_rest_is_missing(self):
        body = {"code": 9, "message": "HAS_INCORRECT_STATUS", "details": []}
        self._fail(SHIP_PART, "status", status=409, body=body)
        order = self._receive((self.products[0], 3))
        rest = self._deliver_part(order.picking_ids, self.products[0], 2)
        rest.do_unreserve()
        self._run_jobs()
        self.assertEqual(order.ship_state, "failed")
        order.action_ship()
        self._run_jobs()
        self.assertEqual(len(self._children_there(order)), 1)
        self.assertFalse(order.ship_problem)
        self.assertNotEqual(rest.state, "done")

    def test_only_the_part_is_cancelled(self):
        order = self._receive((self.products[0], 3))
        self._deliver_part(order.picking_ids, self.products[0], 2)
        self._run_jobs()
        child = self._find(self._children_there(order)[0])
        self._cancel_there(child)
        self._poll("statuses_poll")
        self.assertEqual(child.status, "cancelled")
        self.assertEqual(order.status, "to_assemble")
        self.assertEqual(order.sale_order_id.state, "sale", "The rest is still wanted")
