from dataclasses import replace
from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order, make_return
from .orders_case import OrdersCase
from .roles_case import ACCOUNTANT, ROLES, USER, RolesCase


class ReturnsCase(OrdersCase):
    """Postings that were delivered, and news of what comes back."""

    def _sell(self, *lines, status="delivering", **values):
        """A posting whose delivery is validated and which the marketplace has."""
        order = self._import(make_order(lines or [make_line(self.offers[0], 2, "50.00")], **values))
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self._see(order, status)
        return order

    def _sell_fbo(self, status="delivering", number=None):
        values = {"number": number} if number else {}
        lines = [make_line(self.offers[0], 2, "50.00")]
        order = self._import(make_order(lines, scheme="fbo", status=status, raw_status=status, **values))
        self._apply()
        return order

    def _see(self, order, status, minutes=1, **values):
        lines = [
            make_line(line.offer_id, line.quantity, str(line.price), article=line.article) for line in order.line_ids
        ]
        if status == "cancelled":
            values["cancellation"] = dto.Cancellation(reason="Покупатель передумал", initiator="buyer")
        values = {
            "number": order.number,
            "scheme": order.scheme,
            "status": status,
            "raw_status": status,
            "ordered_at": order.ordered_at.replace(tzinfo=timezone.utc),
            "observed_at": datetime.now(timezone.utc) + timedelta(minutes=minutes),
            **values,
        }
        self._store_again(make_order(lines, **values))
        self._apply()

    def _apply(self):
        applier = self.env["marketplace.status.applier"]
        while orders := applier._take(self.account):
            applier._apply(orders)

    def _tell(self, *items, account=None):
        """News of returns, as a page of the marketplace's list; returns their records."""
        return self.env["marketplace.return.poller"]._store(account or self.account, list(items))

    def _spoil(self, external_id, problem):
        return dto.UnreadableReturn(external_id=external_id, source="platform", problem=problem, raw={"id": 1})

    def _receive(self, returns, location=None):
        return self.env["marketplace.return.receiver"]._receive(returns, location)

    def _count(self, location=None, product=None):
        location = location or self.warehouse.lot_stock_id
        quant = self.env["stock.quant"]
        return quant._get_available_quantity(product or self.products[0], location, allow_negative=True)


@tagged("post_install", "-at_install")
class TestReturnNews(ReturnsCase):
    """What the marketplace tells of returns."""

    def test_new(self):
        order = self._sell()
        news = make_return(order, self.offers[0], 1, barcode="ii512345", storage_days=2, place_name="ПВЗ на Ленина")
        item = self._tell(news)
        self.assertEqual((item.order_id, item.product_id), (order, self.products[0]))
        self.assertEqual(item.sale_order_id, order.sale_order_id)
        self.assertEqual((item.state, item.stage, item.kind, item.quantity), ("open", "moving", "client", 1))
        self.assertEqual((item.price, item.currency_id.name), (50.0, "RUB"))
        self.assertEqual((item.barcode, item.storage_days, item.place_name), ("ii512345", 2, "ПВЗ на Ленина"))

    def test_stage_changes(self):
        news = make_return(self._sell(), self.offers[0])
        item = self._tell(news)
        later = replace(news, stage="ready", place_name="ПВЗ", changed_at=news.changed_at + timedelta(hours=1))
        self.assertEqual(self._tell(later), item)
        self.assertEqual((item.stage, item.place_name, item.state), ("ready", "ПВЗ", "open"))

    def test_older_news_change_nothing(self):
        news = make_return(self._sell(), self.offers[0], stage="ready")
        item = self._tell(news)
        self._tell(replace(news, stage="moving", changed_at=news.changed_at - timedelta(hours=1)))
        self.assertEqual(item.stage, "ready")

    def test_the_same_news_again_write_nothing(self):
        news = make_return(self._sell(), self.offers[0])
        item = self._tell(news)
        self.env.flush_all()
        written = item.write_date
        item.invalidate_recordset()
        self._tell(news)
        self.assertEqual((item.stage, item.write_date), ("moving", written))
        self.assertEqual(self.env["marketplace.return"].search_count([("account_id", "=", self.account.id)]), 1)

    def test_a_page_that_shifts_brings_one_twice(self):
        news = make_return(self._sell(), self.offers[0])
        item = self._tell(news, replace(news, stage="ready", changed_at=news.changed_at + timedelta(minutes=5)))
        self.assertEqual((len(item), item.stage), (1, "ready"))

    def test_the_two_lists_number_for_themselves(self):
        order = self._sell()
        news = make_return(order, self.offers[0])
        self.assertEqual(len(self._tell(news, replace(news, source="own_delivery"))), 2)

    def test_two_accounts_may_have_the_same_number(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        news = make_return("0000-0000-1", self.offers[0])
        first, second = self._tell(news), self._tell(news, account=other)
        self.assertNotEqual(first, second)
        self._tell(replace(news, stage="ready", changed_at=news.changed_at + timedelta(hours=1)))
        self.assertEqual((first.stage, second.stage), ("ready", "moving"))
        self.assertFalse(second.offer_id, "Listings belong to an account")

    def test_gone_means_nothing_to_do(self):
        order = self._sell()
        for stage in ("compensated", "disposed", "refused"):
            with self.subTest(stage=stage):
                self.assertEqual(self._tell(make_return(order, self.offers[0], stage=stage)).state, "nothing_to_do")
        item = self._tell(news := make_return(order, self.offers[0]))
        self._tell(replace(news, stage="disposed", changed_at=news.changed_at + timedelta(hours=1)))
        self.assertEqual(item.state, "nothing_to_do")

    def test_told_before_its_posting(self):
        item = self._tell(make_return("0009-0001-1", self.offers[0]))
        self.assertFalse(item.order_id)
        order = self._import(make_order([make_line(self.offers[0], 2)], number="0009-0001-1"))
        self.assertEqual((item.order_id, item.sale_order_id), (order, order.sale_order_id))

    def test_a_posting_of_another_account_is_not_it(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        item = self._tell(make_return("0009-0002-1", self.offers[0]), account=other)
        self._import(make_order([make_line(self.offers[0], 2)], number="0009-0002-1"))
        self.assertFalse(item.order_id)

    def test_unreadable(self):
        news = make_return(self._sell(), self.offers[0])
        good = make_return(self._sell(), self.offers[0])
        bad = self._spoil(news.external_id, "quantity is 'two'")
        rows = self._tell(bad, good)
        item = rows.filtered(lambda row: row.external_id == news.external_id)
        self.assertEqual(len(rows), 2, "The others are stored")
        self.assertEqual((item.stage, item.state), ("unknown", "open"))
        self.assertIn("quantity is 'two'", item.problem)
        _received, problems = self._receive(item)
        self.assertEqual(len(problems), 1)
        self._tell(news)
        self.assertEqual(item.stage, "moving")
        self.assertFalse(item.problem, "It can be read now")

    def test_what_cannot_be_read_any_more_keeps_what_was_known(self):
        news = make_return(self._sell(), self.offers[0], stage="ready")
        item = self._tell(news)
        self._tell(self._spoil(news.external_id, "no stage"))
        self.assertEqual((item.stage, item.quantity), ("ready", 1))
        self.assertIn("no stage", item.problem)
        self._tell(news)
        self.assertFalse(item.problem)

    def test_many_cost_hardly_more_queries_than_few(self):
        postings = [make_order([make_line(self.offers[0], 2)]) for _number in range(24)]
        orders = self._import(*postings)
        orders.picking_ids.with_context(skip_sms=True).button_validate()
        costs = []
        for group in (orders[:4], orders[4:]):
            news = [make_return(order, self.offers[0]) for order in group for _number in range(5)]
            moved = [replace(item, stage="ready", changed_at=item.changed_at + timedelta(hours=1)) for item in news]
            before = self.cr.sql_log_count
            for page in (news, moved):
                self.env.flush_all()
                self.env.invalidate_all()
                self._tell(*page)
            self.env.flush_all()
            costs.append(self.cr.sql_log_count - before)
        self.assertLess(costs[1], costs[0] + 20, f"{costs} queries for 20 and 100 returns")


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


@tagged("post_install", "-at_install")
class TestReturnRoles(RolesCase, ReturnsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls._make_user(role) for role in ROLES}

    def test_packer_receives(self):
        item = self._tell(make_return(self._sell(), self.offers[0], 2))
        action = self._as(USER, item).action_receive()
        wizard = self._as(USER, self.env[action["res_model"]]).with_context(**action["context"]).create({})
        wizard.action_receive()
        self.assertEqual((item.state, self._count()), ("received", 1000))
        ignored = self._tell(make_return(self._sell(), self.offers[0], 1))
        self._as(USER, ignored).action_ignore()
        self.assertEqual(ignored.state, "ignored")
        self._as(USER, ignored).action_reopen()
        self.assertEqual(ignored.state, "open")

    def test_packer_makes_and_removes_none(self):
        item = self._tell(make_return(self._sell(), self.offers[0], 2))
        with self.assertRaises(AccessError):
            self._as(USER, item).unlink()
        with self.assertRaises(AccessError):
            self._as(USER, item).copy()

    def test_accountant_only_reads(self):
        item = self._tell(make_return(self._sell(), self.offers[0], 2))
        own = self._as(ACCOUNTANT, item)
        self.assertEqual(own.quantity, 2)
        with self.assertRaises(AccessError):
            own.action_ignore()
        with self.assertRaises(AccessError):
            self._as(ACCOUNTANT, self.env["marketplace.return.receive"]).create({"return_ids": [(6, 0, item.ids)]})
        with self.assertRaises(AccessError):
            self._as(ACCOUNTANT, self.env["marketplace.return.receiver"])._receive(own)
        self.assertEqual(self._count(), 998)
