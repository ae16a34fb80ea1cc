import json
from datetime import timedelta
from types import SimpleNamespace

import psycopg2

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.sale_marketplace.marketplaces import get_adapter_class
from odoo.addons.sale_marketplace.services import marketplace_order_store

from .orders_case import OrdersSimulatorCase

UNFULFILLED = "/v4/posting/fbs/unfulfilled/list"
LIST = "/v4/posting/fbs/list"
GET = "/v3/posting/fbs/get"


@tagged("post_install", "-at_install")
class TestOrdersPoll(OrdersSimulatorCase):
    """Postings come from several sources, twice and in disorder, and each becomes one order."""

    def setUp(self):
        super().setUp()
        # Changes are read day by day since then.
        self.account.start_date = fields.Datetime.now() - timedelta(days=2)

    def assertOneOrderEach(self, numbers):
        found = self._find_all()
        self.assertEqual(sorted(found.mapped("number")), sorted(numbers))
        self.assertEqual(set(found.mapped("state")), {"done"}, found.mapped("problem"))
        sales = self.env["sale.order"].search([("marketplace_account_id", "=", self.account.id)])
        self.assertEqual(len(sales), len(numbers))
        self.assertEqual(sorted(sales.mapped("origin")), sorted(numbers))

    def _fetch(self, number):
        self._enqueue("order_fetch", payload={"number": number})
        self._run_jobs("orders")

    def _push(self, number, kind="TYPE_NEW_POSTING"):
        """What the cabinet would send; stored and dispatched as the controller does."""
        told = self.simulator.control("POST", "ozon/push", {"message_type": kind, "number": number})["message"]
        events = get_adapter_class("ozon").parse_event({}, json.dumps(told).encode())
        fresh = self.env["marketplace.event"]._receive(self.account, events)
        self.env["marketplace.event.dispatcher"]._dispatch(fresh)
        self._run_jobs("orders")
        return fresh

    # --- one posting, many sources ------------------------------------------------------------------------------
    def test_five_times_from_four_sources_is_one_order(self):
        number = self._buy((self.products[0], 2, "10.00"))
        self._poll("orders_poll")
        order = self._find(number)
        written = order.write_date, order.digest
        self._poll("statuses_poll")
        self._fetch(number)
        self.assertTrue(self._push(number))
        self.assertFalse(self._push(number), "the same news a second time is no news")
        self._poll("orders_poll")
        self.assertOneOrderEach([number])
        self.assertEqual((order.write_date, order.digest), written, "nothing was new: nothing is written")

    def test_a_notification_alone_brings_the_order(self):
        number = self._buy((self.products[0], 1))
        self._push(number)
        self.assertOneOrderEach([number])

    def test_notification_of_a_cancellation_cancels(self):
        number = self._buy((self.products[0], 1))
        self._poll()
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": "client"})
        self._push(number, "TYPE_POSTING_CANCELLED")
        order = self._find(number)
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))

    def test_changed_poll_follows_the_status(self):
        number = self._buy((self.products[0], 1))
        self._poll()
        self.simulator.control("POST", f"ozon/postings/{number}/status", {"status": "delivering"})
        self._poll("statuses_poll")
        self.assertEqual(self._find(number).sale_order_id.marketplace_status, "delivering")

    def test_changes_are_read_from_where_the_last_reading_ended(self):
        schedule = self.account._get_schedule("statuses")
        self.account.start_date = fields.Datetime.now() - timedelta(days=3)
        self._poll("statuses_poll")
        first = schedule.read_until
        self.assertAlmostEqual(first, fields.Datetime.now(), delta=timedelta(minutes=1))
        days = self._count_requests(LIST)
        self.assertGreaterEqual(days, 3)
        self._poll("statuses_poll")
        self.assertEqual(self._count_requests(LIST) - days, 1)
        self.assertGreaterEqual(schedule.read_until, first)

    def test_changes_read_half_stay_read_and_the_rest_follows(self):
        self.account.start_date = fields.Datetime.now() - timedelta(days=3)
        schedule = self.account._get_schedule("statuses")
        self._fault(LIST, "status", status=403, message="Api-Key is missing a required role for a method", after=1)
        self._enqueue("statuses_poll")
        self._trigger()
        half = schedule.read_until
        self.assertLess(half, fields.Datetime.now() - timedelta(days=1))
        self.assertGreater(half, self.account.start_date)
        self._heal()
        self._poll("statuses_poll")
        self.assertGreater(schedule.read_until, half)

    # --- pages --------------------------------------------------------------------------------------------------
    def test_pages_that_repeat_themselves(self):
        numbers = self._buy_many(104)
        self._fault(UNFULFILLED, "duplicate_page", times=2)
        self._poll()
        self.assertOneOrderEach(numbers)

    def test_pages_that_shift_while_they_are_read(self):
        numbers = self._buy_many(102)
        self._fault(UNFULFILLED, "shift_page")
        self._poll()
        self.assertLessEqual(set(numbers), set(self._find_all().mapped("number")))
        self._poll()
        there = [row["number"] for row in self.simulator.control("GET", "ozon/postings")["postings"]]
        self.assertGreater(len(there), len(numbers))
        self.assertEqual(set(self._find_all().mapped("number")), set(there))

    def test_odd_shapes_of_answers(self):
        for options in (
            {"wrap_result": True},
            {"empty_last_page": True},
            {"null_objects": True},
            {"string_ids": True},
            {"wrap_result": True, "empty_last_page": True, "null_objects": True, "string_ids": True},
        ):
            with self.subTest(str(options)):
                self._set_options(**options)
                number = self._buy((self.products[0], 3, "33.33"))
                self._poll()
                order = self._find(number)
                self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 99.99), order.problem)
                self._fetch(number)
                self.assertEqual(len(self._find(number)), 1)

    def test_examples_of_the_documentation(self):
        self.simulator.control("POST", "reset", {"products": 12, "postings": 12, "seed": 3})
        self.addCleanup(self.simulator.control, "POST", "reset", {"products": 0, "postings": 0})
        self.account.load_statuses = "all"
        self._poll("statuses_poll")
        there = self.simulator.control("GET", "ozon/postings")["postings"]
        found = self._find_all()
        self.assertEqual(sorted(found.mapped("number")), sorted(row["number"] for row in there))
        self.assertFalse(found.filtered(lambda order: order.problem_kind == "payload"), "all of them can be read")
        self.assertFalse(found.filtered(lambda order: order.state == "received"))
        for row in there:
            self._enqueue("order_fetch", payload={"number": row["number"]})
        self._run_jobs("orders")
        self.assertFalse(found.filtered(lambda order: order.problem_kind == "payload"))

    # --- bad values in good answers -----------------------------------------------------------------------------
    def _buy_odd(self, **overrides):
        return self._buy((self.products[0], 1, "10.00"), overrides=overrides)

    def test_null_products_do_not_hold_up_the_page(self):
        bad = self._buy_odd(products=None)
        good = [self._buy((self.products[0], 1)) for _number in range(2)]
        self._poll()
        self.assertEqual((self._find(bad).state, self._find(bad).problem_kind), ("problem", "payload"))
        self.assertIn("products", self._find(bad).problem)
        self.assertEqual({self._find(number).state for number in good}, {"done"})

    def test_what_the_list_tells_badly_is_read_again_by_number(self):
        number = self._buy_odd(products=None)
        self._poll()
        order = self._find(number)
        self.assertEqual(order.problem_kind, "payload")
        order.action_retry()
        self._run_jobs("orders")
        self.assertEqual((order.state, order.problem), ("done", False))
        self.assertEqual(order.sale_order_id.amount_total, 10.0)

    def test_unknown_status_from_the_marketplace(self):
        number = self._buy_odd(status="teleporting")
        self._poll()
        order = self._find(number)
        self.assertEqual((order.state, order.problem_kind, order.raw_status), ("problem", "status", "teleporting"))
        self.assertIn("teleporting", order.problem)

    def test_posting_that_is_gone_between_list_and_get(self):
        number = self._buy((self.products[0], 1))
        self._enqueue("order_fetch", payload={"number": number})
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": "client"})
        self._run_jobs("orders")
        order = self._find(number)
        self.assertEqual((order.state, order.status), ("cancelled", "cancelled"))
        self.assertFalse(order.sale_order_id)

    def test_unknown_number_is_told_and_nothing_else_stops(self):
        number = self._buy((self.products[0], 1))
        self._enqueue("order_fetch", payload={"number": "00000000-0001-1"})
        self._enqueue("order_fetch", payload={"number": number})
        self._run_jobs("orders")
        self.assertOneOrderEach([number])
        failed = self.env["marketplace.job"].search([("account_id", "=", self.account.id), ("state", "=", "failed")])
        self.assertEqual((failed.payload["number"], failed.error_kind), ("00000000-0001-1", "rejected"))
        self.assertEqual(self.account.state, "connected", "an unknown number must not look like a wrong key")

    # --- split in the cabinet -----------------------------------------------------------------------------------
    def test_split_in_the_cabinet_makes_no_second_order(self):
        number = self._buy((self.products[0], 2, "50.00"))
        self._poll()
        order = self._find(number)
        sku = int(order.line_ids.sku)
        box = {"products": [{"product_id": sku, "quantity": 1}]}
        status, answer = self.simulator.ozon("/v4/posting/fbs/ship", {"posting_number": number, "packages": [box, box]})
        self.assertEqual(status, 200, answer)
        self._poll("statuses_poll")
        self._poll()
        sales = self.env["sale.order"].search([("marketplace_account_id", "=", self.account.id)])
        self.assertEqual((len(sales), sales.amount_total), (1, 100.0))
        self.assertGreaterEqual(len(self._find_all()), 2)
        self.assertEqual(self._find_all().sale_order_id, sales)

    # --- two workers --------------------------------------------------------------------------------------------
    def _hold(self, number):
        """Another worker at the same posting: a connection of its own with the posting's lock."""
        connection = psycopg2.connect(self.env.cr.connection.dsn)
        self.addCleanup(connection.close)
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (self.account.id, number))
        return connection

    def test_posting_that_another_worker_holds_is_fetched_later(self):
        held, free = self._buy((self.products[0], 1)), self._buy((self.products[1], 1))
        other = self._hold(held)
        self._enqueue("orders_poll")
        self._trigger()
        self.assertFalse(self._find(held), "it is the other worker's")
        self.assertEqual(self._find(free).state, "done")
        later = self.env["marketplace.job"].search([("operation", "=", "order_fetch"), ("state", "=", "pending")])
        self.assertEqual(later.payload, {"number": held})
        self.assertGreater(later.eta, fields.Datetime.now())
        other.close()
        self._run_jobs("orders")
        self.assertOneOrderEach([held, free])

    def test_posting_that_is_held_for_a_moment_is_not_asked_for_again(self):
        held, free = self._buy((self.products[0], 1)), self._buy((self.products[1], 1))
        other = self._hold(held)
        # While we wait for it, the other worker comes to its end.
        self.patch(marketplace_order_store, "time", SimpleNamespace(sleep=lambda _seconds: other.close()))
        self._enqueue("orders_poll")
        self._run_jobs("orders")
        self.assertTrue(other.closed)
        self.assertOneOrderEach([held, free])
        self.assertFalse(self.env["marketplace.job"].search([("operation", "=", "order_fetch")]))

    def test_fetch_of_a_held_posting_waits_without_stopping_its_neighbours(self):
        held, free = self._buy((self.products[0], 1)), self._buy((self.products[1], 1))
        other = self._hold(held)
        for number in (held, free):
            self._enqueue("order_fetch", payload={"number": number})
        self._trigger()
        jobs = self.env["marketplace.job"].search([("operation", "=", "order_fetch")])
        states = {job.payload["number"]: (job.state, job.attempts) for job in jobs}
        self.assertEqual(states, {held: ("pending", 0), free: ("done", 0)})
        other.close()
        self._run_jobs("orders")
        self.assertOneOrderEach([held, free])

    def test_the_lock_is_what_keeps_two_workers_apart(self):
        """A raw second insert is refused by the database itself."""
        number = self._buy((self.products[0], 1))
        self._poll()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint(flush=False):
            self.env.cr._cnx.cursor().execute(
                "INSERT INTO marketplace_order (account_id, number, scheme, state, status, ship_state, label_state) "
                "SELECT account_id, number, scheme, state, status, ship_state, label_state "
                "FROM marketplace_order WHERE number = %s",
                (number,),
            )
        self.assertEqual(self.env.execute_query(SQL("SELECT 1"))[0], (1,))

    # --- what is told -------------------------------------------------------------------------------------------
    def test_result_of_a_poll_is_told(self):
        self._buy((self.products[0], 1))
        self._poll()
        schedule = self.account._get_schedule("orders")
        self.assertEqual((schedule.last_state, schedule.last_result), ("done", "1 postings read, 1 new or changed"))
        self.assertAlmostEqual(self.account.last_order_at, fields.Datetime.now(), delta=timedelta(minutes=1))

    def test_offers_poll_links_what_waits(self):
        self.offers.unlink()
        self.products[0].default_code = "OTHER"
        number = self._buy((self.products[1].default_code, 1), ("T-001", 1))
        self._poll()
        order = self._find(number)
        self.assertEqual(order.state, "mapping")
        self._poll("offers_poll")
        self.assertEqual((order.state, order.problem), ("done", False), "found by its barcode")
        self.assertEqual(order.sale_order_id.order_line.product_id, self.products[:2])
