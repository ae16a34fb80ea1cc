from dataclasses import replace
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .builders import make_line, make_order, make_return
from .returns_case import ReturnsCase


@tagged("post_install", "-at_install")
class TestReturnReceived(ReturnsCase):
    """Returned goods come into stock once, wherever the news came from."""

    def test_whole(self):
        order = self._sell()
        item = self._tell(make_return(order, self.offers[0], 2))
        received, problems = self._receive(item)
        self.assertEqual((received, problems), (item, []))
        self.assertEqual((item.state, item.picking_id.state), ("received", "done"))
        self.assertEqual(self._count(), 1000)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 0)

    def test_partial(self):
        order = self._sell()
        self._receive(self._tell(make_return(order, self.offers[0], 1)))
        self.assertEqual(self._count(), 999)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 1)

    def test_several_rows_of_one_posting(self):
        order = self._sell(make_line(self.offers[0], 2), make_line(self.offers[1], 3))
        items = self._tell(
            make_return(order, self.offers[0], 1),
            make_return(order, self.offers[0], 1),
            make_return(order, self.offers[1], 2),
        )
        received, problems = self._receive(items)
        self.assertEqual((received, problems), (items, []))
        self.assertEqual((self._count(), self._count(product=self.products[1])), (1000, 999))

    def test_two_lines_of_one_product(self):
        order = self._sell(make_line(self.offers[0], 2, "50.00"), make_line(self.offers[0], 1, "45.00"))
        _received, problems = self._receive(self._tell(make_return(order, self.offers[0], 3)))
        self.assertFalse(problems)
        self.assertEqual(self._count(), 1000)

    def test_wrong_product(self):
        order = self._sell()
        item = self._tell(make_return(order, self.offers[1], 1))
        received, problems = self._receive(item)
        self.assertFalse(received)
        self.assertIn("has no such product", problems[0])
        self.assertEqual((item.state, item.problem in problems[0]), ("open", True))
        self.assertEqual(self._count(product=self.products[1]), 1000)

    def test_more_than_was_delivered(self):
        order = self._sell()
        good = self._tell(make_return(self._sell(), self.offers[0], 1))
        item = self._tell(make_return(order, self.offers[0], 3))
        received, problems = self._receive(item | good)
        self.assertEqual(received, good, "One that does not fit never stops the others")
        self.assertIn("more of", problems[0])
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)
        self.assertEqual(self._count(), 997)

    def test_twice(self):
        item = self._tell(make_return(self._sell(), self.offers[0], 1))
        self._receive(item)
        received, problems = self._receive(item)
        self.assertFalse(received)
        self.assertIn("settled already", problems[0])
        self.assertEqual(item.state, "received")
        self.assertEqual(self._count(), 999)
        with self.assertRaisesRegex(UserError, "received or settled"):
            item.action_receive()

    def test_not_delivered_here(self):
        order = self._import(make_order([make_line(self.offers[0], 2)]))
        item = self._tell(make_return(order, self.offers[0], 1))
        _received, problems = self._receive(item)
        self.assertEqual(len(problems), 1)
        self.assertEqual((item.state, self._count()), ("open", 998))

    def test_never_sold_here(self):
        item = self._tell(make_return("0001-0001-9", self.offers[0], 3))
        received, problems = self._receive(item)
        self.assertEqual((received, problems), (item, []))
        self.assertEqual(self._count(), 1003)
        self.assertEqual(item.picking_id.origin, item.external_id)

    def test_never_sold_here_and_without_a_product(self):
        self.offers[0].product_id = False
        item = self._tell(make_return("0001-0001-9", self.offers[0], 3))
        _received, problems = self._receive(item)
        self.assertIn("Link the listing", problems[0])
        self.offers[0].product_id = self.products[0]
        self._receive(item)
        self.assertEqual((item.state, item.problem, self._count()), ("received", False, 1003))

    def test_into_another_location(self):
        place = self.env["stock.location"].create(
            {"name": "Брак", "location_id": self.warehouse.view_location_id.id, "company_id": self.company.id}
        )
        items = self._tell(make_return(self._sell(), self.offers[0], 1), make_return("0001-0001-8", self.offers[0], 1))
        action = items.action_receive()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({"location_id": place.id})
        wizard.action_receive()
        self.assertEqual(items.mapped("state"), ["received", "received"])
        self.assertEqual((self._count(place), self._count()), (2, 998))

    def test_in_a_warehouse_of_several_steps(self):
        self.warehouse.reception_steps = "three_steps"
        items = self._tell(make_return(self._sell(), self.offers[0], 1), make_return("0001-0001-7", self.offers[0], 1))
        _received, problems = self._receive(items)
        self.assertFalse(problems)
        self.assertEqual(self._count(), 1000, "Both are on the shelf")

    # --- FBO ----------------------------------------------------------------------------------------------------
    def test_fbo_is_back_by_itself(self):
        order = self._sell_fbo()
        place = self.account.fbo_location_id
        item = self._tell(make_return(order, self.offers[0], 2, stage="at_marketplace"))
        self.assertEqual((item.state, item.problem), ("received", False))
        self.assertEqual((self._count(place), self._count()), (0, 1000))

    def test_fbo_moves_first(self):
        order = self._sell_fbo()
        news = make_return(order, self.offers[0], 1)
        item = self._tell(news)
        self.assertEqual(item.state, "open")
        self._tell(replace(news, stage="at_marketplace", changed_at=news.changed_at + timedelta(hours=1)))
        self.assertEqual((item.state, self._count(self.account.fbo_location_id)), ("received", -1))

    def test_fbo_told_before_its_posting(self):
        news = make_return("0009-0003-1", self.offers[0], 2, scheme="fbo", stage="at_marketplace")
        item = self._tell(news)
        self.assertEqual(item.state, "open")
        self._sell_fbo(number="0009-0003-1")
        self.env["marketplace.return.poller"]._settle_late(self.account)
        self.assertEqual((item.state, self._count(self.account.fbo_location_id)), ("received", 0))

    def test_fbo_told_before_its_posting_is_an_order(self):
        free = [make_line(self.offers[0], 2, "0")]
        order = self._import(make_order(free, scheme="fbo", status="delivered", raw_status="delivered"))
        item = self._tell(make_return(order, self.offers[0], 2, stage="at_marketplace"))
        self.assertEqual((order.state, item.state, item.picking_id), ("problem", "open", item.picking_id.browse()))
        self.account.allow_zero_price = True
        order.action_retry()
        self._go_on(order)
        self._apply()
        self.env["marketplace.return.poller"]._settle_late(self.account)
        self.assertEqual((order.state, item.state), ("done", "received"))
        self.assertEqual(item.picking_id.return_id, order.picking_ids - item.picking_id, "its own goods are back")
        self.assertEqual(self._count(self.account.fbo_location_id), 0)

    def test_fbo_cancelled_before_it_became_an_order(self):
        posting = make_order([make_line(self.offers[0], 2)], scheme="fbo", status="cancelled", raw_status="cancelled")
        order = self._import(posting)
        item = self._tell(make_return(order, self.offers[0], 2, stage="at_marketplace"))
        self.assertEqual((order.state, item.state, item.problem), ("cancelled", "nothing_to_do", False))
        self.assertEqual(self._count(self.account.fbo_location_id), 0, "nothing had left it")

    def test_posting_that_is_no_order_yet(self):
        order = self._import(make_order([make_line(self.offers[0], 2, "0")]))
        item = self._tell(make_return(order, self.offers[0]))
        _received, problems = self._receive(item)
        self.assertIn("has not become an order yet", problems[0])
        self.assertEqual((item.state, self._count()), ("open", 1000))

    def test_posting_that_never_was_an_order(self):
        order = self._import(make_order([make_line(self.offers[0], 2)], status="cancelled", raw_status="cancelled"))
        _received, problems = self._receive(self._tell(make_return(order, self.offers[0])))
        self.assertIn("cancelled before it became an order", problems[0])
        self.assertEqual(self._count(), 1000)

    def test_fbo_cancelled_and_taken_back_already(self):
        order = self._sell_fbo()
        self._see(order, "cancelled")
        self.assertEqual(order.goods_state, "fbo")
        item = self._tell(make_return(order, self.offers[0], 2, stage="at_marketplace"))
        self.assertEqual((item.state, item.problem), ("nothing_to_do", False))
        self.assertEqual(self._count(self.account.fbo_location_id), 0)

    def test_fbs_back_at_the_marketplace_is_not_ours_yet(self):
        item = self._tell(make_return(self._sell(), self.offers[0], 2, stage="at_marketplace"))
        self.assertEqual((item.state, self._count()), ("open", 998))

    # --- returns and cancellations ------------------------------------------------------------------------------
    def test_goods_back_settles_the_return(self):
        order = self._sell()
        item = self._tell(make_return(order, self.offers[0], 2))
        self._see(order, "cancelled", minutes=2)
        order.action_goods_back()
        self.assertEqual((item.state, item.picking_id.state), ("received", "done"))
        _received, problems = self._receive(item)
        self.assertTrue(problems)
        self.assertEqual(self._count(), 1000)

    def test_the_return_settles_the_cancelled_posting(self):
        order = self._sell()
        self._see(order, "cancelled", minutes=2)
        self.assertEqual(order.cancel_state, "hold")
        item = self._tell(make_return(order, self.offers[0], 2))
        _received, problems = self._receive(item)
        self.assertFalse(problems)
        self.assertEqual((order.cancel_state, order.goods_state), ("done", "back"))
        self.assertEqual((order.sale_order_id.state, self._count()), ("cancel", 1000))
        with self.assertRaisesRegex(UserError, "No goods of these postings"):
            order.action_goods_back()
        self.assertEqual(self._count(), 1000)

    def test_part_by_the_return_the_rest_by_hand(self):
        order = self._sell()
        self._see(order, "cancelled", minutes=2)
        first = self._tell(make_return(order, self.offers[0], 1))
        self._receive(first)
        self.assertEqual((order.cancel_state, self._count()), ("hold", 999))
        order.action_goods_back()
        self.assertEqual((order.cancel_state, self._count()), ("done", 1000))

    def test_told_after_the_goods_came_back(self):
        order = self._sell()
        self._see(order, "cancelled", minutes=2)
        order.action_goods_back()
        item = self._tell(make_return(order, self.offers[0], 2))
        self.assertEqual(item.state, "received", "Nobody has to receive them again")
        self.assertIn(item.picking_id, order.sale_order_id.picking_ids)
        self.assertEqual(self._count(), 1000)

    def test_an_ordinary_return_in_odoo_is_not_received_twice(self):
        order = self._sell()
        news = make_return(order, self.offers[0], 2)
        item = self._tell(news)
        self.env["marketplace.goods.return"]._receive(order)
        _received, problems = self._receive(item)
        self.assertTrue(problems)
        self.assertEqual((item.state, self._count()), ("open", 1000))
        self._tell(replace(news, stage="received", changed_at=news.changed_at + timedelta(hours=1)))
        self.assertEqual((item.state, item.problem), ("received", False))

    def test_a_posted_invoice_holds_the_order_not_the_goods(self):
        self.products.invoice_policy = "order"
        order = self._sell()
        order.sale_order_id._create_invoices().action_post()
        self._see(order, "cancelled", minutes=2)
        item = self._tell(make_return(order, self.offers[0], 2))
        _received, problems = self._receive(item)
        self.assertFalse(problems)
        self.assertEqual((item.state, self._count()), ("received", 1000))
        self.assertEqual(order.cancel_state, "hold")
        self.assertIn("make a credit note", order.problem)
