import json
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import tagged
from odoo.tools import file_open

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestOrdersBadInput(OrdersCase):
    """What cannot become an order waits, says why in one sentence, and goes on when the reason is gone."""

    def assertWaits(self, order, kind, *words, state="problem"):
        self.assertEqual((order.state, order.problem_kind), (state, kind), order.problem)
        self.assertFalse(order.sale_order_id)
        for word in words:
            self.assertIn(word, order.problem)
        self.assertNotIn("\n", order.problem)
        self.assertNotIn("Traceback", order.problem)
        by_filter = self.env["marketplace.order"].search([("state", "=", state), ("problem_kind", "=", kind)])
        self.assertIn(order, by_filter)

    def assertGoesOn(self, order):
        order.action_retry()
        self.assertEqual(order.state, "received")
        self.assertTrue(self._find_jobs("order_process").filtered(lambda job: job.state == "pending"))
        self._go_on(order)
        self.assertEqual((order.state, order.problem, order.problem_kind), ("done", False, False))
        self.assertEqual(order.sale_order_id.state, "sale")

    # --- prices -------------------------------------------------------------------------------------------------
    def test_price_zero_waits_until_it_is_allowed(self):
        order = self._import(make_order([make_line(self.offers[0], 1, "0"), make_line(self.offers[1], 1, "10.00")]))
        self.assertWaits(order, "price", self.offers[0].article)
        self.assertNotIn(self.offers[1].article, order.problem)
        self.account.allow_zero_price = True
        self.assertGoesOn(order)
        self.assertEqual(order.sale_order_id.amount_total, 10.0)

    def test_allowed_gift_becomes_an_order_of_zero(self):
        self.account.allow_zero_price = True
        order = self._import(make_order([make_line(self.offers[0], 2, "0")]))
        self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 0.0))
        self.assertEqual(order.sale_order_id.order_line.price_unit, 0.0)

    def test_price_that_the_cabinet_corrects_goes_on_by_itself(self):
        posting = make_order([make_line(self.offers[0], 1, "0")])
        order = self._import(posting)
        self.assertWaits(order, "price")
        self._store_again(make_order([make_line(self.offers[0], 1, "12.00")], number=posting.number))
        self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 12.0))

    # --- totals -------------------------------------------------------------------------------------------------
    def test_total_that_differs_makes_no_order(self):
        order = self._import(make_order([make_line(self.offers[0], 3, "10.01")], total=Decimal("30.02")))
        self.assertWaits(order, "total", "30.03", "30.02")
        order.action_retry()
        self._go_on(order)
        self.assertWaits(order, "total")

    def test_accepted_lines_make_the_order(self):
        order = self._import(make_order([make_line(self.offers[0], 3, "10.01")], total=Decimal("30.02")))
        order.action_accept_lines()
        self._go_on(order)
        self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 30.03))
        self.assertEqual(order.total, 30.02)

    def test_unknown_total_is_no_difference(self):
        order = self._import(make_order([make_line(self.offers[0], 3, "10.01")], total=None))
        self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 30.03))

    # --- currency -----------------------------------------------------------------------------------------------
    def test_foreign_currency_needs_to_be_active_and_to_have_a_pricelist(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = False
        order = self._import(make_order([make_line(self.offers[0], 1, "15.50")], currency="CNY"))
        self.assertWaits(order, "currency", "CNY", "activate")
        yuan.active = True
        order.action_retry()
        self._go_on(order)
        self.assertWaits(order, "currency", "CNY", "RUB", "pricelist")
        self.env["product.pricelist"].create(
            {"name": "CNY", "currency_id": yuan.id, "company_id": self.company.id, "active": True}
        )
        self.assertGoesOn(order)
        self.assertEqual((order.sale_order_id.currency_id, order.sale_order_id.amount_total), (yuan, 15.5))

    def test_currency_that_nobody_knows_waits(self):
        order = self._import(make_order([make_line(self.offers[0], 1, "15.50")], currency="ZZZ"))
        self.assertWaits(order, "currency", "ZZZ")
        self.assertEqual(order.currency_code, "ZZZ")

    # --- statuses -----------------------------------------------------------------------------------------------
    def test_status_that_nobody_knows_is_shown_and_nothing_is_done(self):
        posting = make_order([make_line(self.offers[0])], status="unknown", raw_status="flying_by_drone")
        order = self._import(posting)
        self.assertWaits(order, "status", "flying_by_drone")
        self._store_again(make_order([make_line(self.offers[0])], number=posting.number))
        self.assertEqual((order.state, order.problem), ("done", False))

    # --- unreadable ---------------------------------------------------------------------------------------------
    def _make_unreadable(self, number, raw=None):
        now = make_order([make_line("x")]).observed_at
        raw = raw if raw is not None else {"posting_number": number, "products": None}
        return dto.UnreadableOrder(number=number, problem="products is empty: None", observed_at=now, raw=raw)

    def test_unreadable_posting_is_stored_and_shown(self):
        order = self._import(self._make_unreadable("50-0001-1"))
        self.assertWaits(order, "payload", "products is empty")
        self.assertEqual(order.raw, {"posting_number": "50-0001-1", "products": None})

    def test_unreadable_now_and_readable_later(self):
        order = self._import(self._make_unreadable("50-0002-1"))
        self._store_again(make_order([make_line(self.offers[0], 2, "5.00")], number="50-0002-1"))
        self.assertEqual((order.state, order.problem, order.sale_order_id.amount_total), ("done", False, 10.0))

    def test_a_newer_version_of_the_program_reads_what_was_stored(self):
        with file_open("sale_marketplace/tests/fixtures/ozon/posting_list.json") as file:
            raw = json.load(file)["postings"][0]
        now = datetime.now(timezone.utc)
        number = raw["posting_number"]
        self.account.start_date = False
        order = self._import(dto.UnreadableOrder(number=number, problem="a new field", observed_at=now, raw=raw))
        self.assertWaits(order, "payload", "a new field")
        order.action_retry()
        self.assertEqual(len(order.line_ids), len(raw["products"]))
        self.assertFalse(self._find_jobs("order_fetch"), "nothing had to be asked for")
        self.env["marketplace.order.processor"]._process(order)
        self.assertEqual(order.state, "mapping", order.problem)

    def test_readable_now_and_unreadable_later_keeps_the_order(self):
        posting = make_order([make_line(self.offers[0])])
        order = self._import(posting)
        self._store_again(self._make_unreadable(posting.number))
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"))
        self.assertIn("unreadable", order.message_ids[0].body)

    def test_trying_again_what_could_not_be_read_reads_it_again(self):
        order = self._import(self._make_unreadable("50-0003-1"))
        order.action_retry()
        self.assertWaits(order, "payload", "products is empty")
        self.assertEqual(self._find_jobs("order_fetch").payload, {"number": "50-0003-1"})

    def test_unreadable_without_even_a_number_is_kept_once(self):
        unreadable = self._make_unreadable("", raw={"products": "?"})
        for _time in range(2):
            self.env["marketplace.order.store"]._store(self.account, [unreadable])
        found = self.env["marketplace.order"].search([("account_id", "=", self.account.id)])
        self.assertEqual(len(found), 1)
        self.assertTrue(found.number.startswith("?"))
        self.assertWaits(found, "payload")

    def test_unreadable_one_does_not_hold_up_its_page(self):
        good = make_order([make_line(self.offers[0])])
        bad, done = self._import(self._make_unreadable("50-0004-1"), good)
        self.assertWaits(bad, "payload")
        self.assertEqual(done.state, "done")

    # --- products -----------------------------------------------------------------------------------------------
    def test_unmatched_product_waits_for_its_link(self):
        posting = make_order([make_line("NEW-1", 2, "7.00"), make_line(self.offers[0], 1, "1.00")])
        order = self._import(posting)
        self.assertWaits(order, "mapping", "NEW-1", state="mapping")
        self.assertNotIn(self.offers[0].article, order.problem)
        offer = self.env["marketplace.offer"].search([("article", "=", "NEW-1")])
        self.assertEqual((offer.state, offer.waiting_order_count, offer.sku), ("unlinked", 1, "NEW-1"))

    def test_archived_product_waits(self):
        self.products[3].active = False
        order = self._import(make_order([make_line(self.offers[3])]))
        self.assertWaits(order, "mapping", self.products[3].name, state="mapping")
        self.products[3].active = True
        self.assertEqual(order.state, "received", "it goes on as soon as the product is back")
        self._go_on(order)
        self.assertEqual(order.state, "done", order.problem)

    # --- several at once ----------------------------------------------------------------------------------------
    def test_each_kind_of_bad_posting_leaves_the_good_ones_alone(self):
        good = [make_order([make_line(self.offers[index])]) for index in range(3)]
        bad = [
            make_order([make_line("NEW-2")]),
            make_order([make_line(self.offers[0], 1, "0")]),
            make_order([make_line(self.offers[0])], currency="ZZZ"),
            make_order([make_line(self.offers[0])], total=Decimal("1")),
            make_order([make_line(self.offers[0])], status="unknown", raw_status="?"),
            self._make_unreadable("50-0005-1"),
        ]
        orders = self._import(bad[0], good[0], *bad[1:3], good[1], *bad[3:], good[2])
        self.assertEqual(sorted(orders.mapped("state")), ["done"] * 3 + ["mapping"] + ["problem"] * 5)

    def test_problems_are_counted_on_the_account(self):
        self._import(make_order([make_line("NEW-3")]), make_order([make_line(self.offers[0], 1, "0")]))
        self.account.invalidate_recordset()
        self.assertEqual((self.account.mapping_count, self.account.problem_count), (1, 1))

    def test_the_same_problem_again_makes_no_noise(self):
        order = self._import(make_order([make_line(self.offers[0], 1, "0")]))
        messages = len(order.message_ids)
        for _time in range(3):
            order.action_retry()
            self._go_on(order)
        self.assertEqual(len(order.message_ids), messages)
