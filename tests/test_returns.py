from dataclasses import replace
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .builders import make_line, make_order, make_return
from .returns_case import ReturnsCase
from .roles_case import ACCOUNTANT, ROLES, USER, RolesCase


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
        told = self.env["marketplace.notifier"]._describe(item, "return_changed")
        self.assertEqual(told, f"{self.products[0].display_name} × {item.quantity}, To Fetch, ПВЗ")

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
