from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.engine import MAX_ATTEMPTS, Again
from odoo.addons.sale_marketplace.marketplaces.base import errors
from odoo.addons.sale_marketplace.services import marketplace_order_batch

from .orders_case import OrdersSimulatorCase

HANDLERS = {
    "orders_poll": ("marketplace.order.poller", "_run_new"),
    "statuses_poll": ("marketplace.order.poller", "_run_changed"),
    "order_fetch": ("marketplace.order.poller", "_run_fetch"),
    "warehouses_poll": ("marketplace.account.checker", "_run_warehouses"),
}


@tagged("post_install", "-at_install")
class TestEngine(OrdersSimulatorCase):
    """The jobs' mechanics; handlers are stand-ins where the work itself does not matter."""

    def _handle(self, operation, handler):
        """``handler(jobs, env)`` does the work of an operation; returns the list of calls, as lists of payloads."""
        calls = []

        def run(service, jobs, adapter, deadline):
            calls.append([(job.payload or {}).get("number") for job in jobs])
            return handler(jobs, service.env)

        model, method = HANDLERS[operation]
        self.patch(self.env.registry[model], method, run)
        return calls

    def _add(self, operation="orders_poll", account=None, **options):
        return self.env["marketplace.job"]._enqueue(operation, account or self.account, **options)

    def _add_numbers(self, *numbers, account=None, **options):
        jobs = [self._add("order_fetch", account, payload={"number": number}, **options) for number in numbers]
        return self.env["marketplace.job"].concat(*jobs)

    # --- the whole way ------------------------------------------------------------------------------------------
    def test_posting_becomes_a_confirmed_order_and_is_assembled(self):
        number = self._buy((self.products[0], 2, "150.50"), (self.products[1], 1, "99.99"))
        self._poll("offers_poll")
        self._poll()
        order = self._find(number)
        self.assertEqual(order.state, "done", order.problem)
        self.assertEqual((order.sale_order_id.state, order.sale_order_id.amount_total), ("sale", 400.99))
        self.assertEqual(order.picking_ids.state, "assigned")
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(order.label_state, "ready", order.label_problem)
        self.assertTrue(order.label_id.raw.startswith(b"%PDF"))

    # --- the same intent once -----------------------------------------------------------------------------------
    def test_the_same_intent_waits_once(self):
        job = self._add()
        self.assertEqual(self._add(), job)
        self.assertNotEqual(self._add("statuses_poll"), job)
        first, second, again = self._add_numbers("1-1", "2-1", "1-1")
        self.assertEqual((first == again, first == second), (True, False))
        self.assertNotEqual(self._add_numbers("1-1", unique=False), first)

    def test_the_earlier_and_the_more_urgent_wish_counts(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        job = self._add(eta=later, priority=5)
        self._add(eta=later + timedelta(hours=1))
        self.assertEqual(job.eta, later)
        self._add(priority=1)
        self.assertLessEqual(job.eta, fields.Datetime.now())
        self.assertEqual(job.priority, 1)
        self._add(priority=9)
        self.assertEqual(job.priority, 1)

    def test_a_running_job_does_not_swallow_news(self):
        job = self._add()
        job.state = "running"
        fresh = self._add()
        self.assertEqual((fresh != job, fresh.state), (True, "pending"))

    def test_the_database_refuses_a_second_waiting_one(self):
        job = self._add()
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            job.copy()
        self.assertIn("identity", str(caught.exception))

    def test_asked_for_again_while_it_runs_and_fails(self):
        """Two would wait then: the younger one stays."""
        calls = []

        def handler(jobs, env):
            calls.append(jobs.ids)
            if len(calls) == 1:
                env["marketplace.job"]._enqueue("orders_poll", jobs.account_id)
                # Lasting, as if somebody else had asked.
                env["marketplace.job.runner"]._checkpoint()
                raise errors.Unavailable("No connection")

        self._handle("orders_poll", handler)
        job = self._add()
        self._trigger()
        twin = self.env["marketplace.job"].search([("operation", "=", "orders_poll"), ("id", "!=", job.id)])
        self.assertEqual(calls, [job.ids, twin.ids])
        self.assertEqual((job.state, twin.state), ("cancelled", "done"))
        self.assertIn("newer job", job.result)

    # --- who runs, and when -------------------------------------------------------------------------------------
    def test_lanes_do_not_mix(self):
        self._handle("orders_poll", lambda jobs, env: "orders")
        self._handle("warehouses_poll", lambda jobs, env: "warehouses")
        orders, warehouses = self._add(), self._add("warehouses_poll")
        self._trigger("labels")
        self.assertEqual((orders.state, warehouses.state), ("pending", "pending"))
        self._trigger("orders")
        self.assertEqual((orders.state, warehouses.state), ("done", "pending"))
        self._trigger("catalogue")
        self.assertEqual((warehouses.state, warehouses.result), ("done", "warehouses"))

    def test_urgent_first_then_in_order(self):
        done = []
        self._handle("orders_poll", lambda jobs, env: done.append("poll"))
        self._handle("statuses_poll", lambda jobs, env: done.append("statuses"))
        self._handle("order_fetch", lambda jobs, env: done.append(jobs.payload["number"]))
        self._add_numbers("slow", priority=9)
        self._add(priority=5)
        self._add("statuses_poll", priority=1)
        self._trigger()
        self.assertEqual(done, ["statuses", "poll", "slow"])

    def test_not_before_its_time(self):
        self._handle("orders_poll", lambda jobs, env: None)
        job = self._add(eta=fields.Datetime.now() + timedelta(minutes=1))
        self._trigger()
        self.assertEqual(job.state, "pending")

    def test_batches_are_of_one_account_and_not_too_large(self):
        calls = self._handle("order_fetch", lambda jobs, env: None)
        other = self._make_account(client_id="2042", name="Ozon Два")
        self._add_numbers(*(f"a{index}" for index in range(25)))
        self._add_numbers(*(f"b{index}" for index in range(3)), account=other)
        self._trigger()
        self.assertEqual(sorted(map(len, calls)), [3, 5, 20])
        self.assertTrue(all(len({number[0] for number in call}) == 1 for call in calls))

    def test_jobs_of_accounts_that_rest_wait(self):
        calls = self._handle("orders_poll", lambda jobs, env: None)
        job = self._add()
        for values in ({"state": "paused"}, {"state": "draft"}, {"state": "connected", "active": False}):
            self.account.write(values)
            self._trigger()
            self.assertEqual((job.state, job.attempts), ("pending", 0), values)
        self.assertFalse(calls)
        self.account.active = True
        self._trigger()
        self.assertEqual(job.state, "done")

    def test_cancelled_jobs_do_not_run(self):
        calls = self._handle("orders_poll", lambda jobs, env: None)
        self._add().action_cancel()
        self._trigger()
        self.assertFalse(calls)

    # --- how it ends --------------------------------------------------------------------------------------------
    def test_end_of_a_good_job(self):
        self._handle("orders_poll", lambda jobs, env: "42 postings")
        job = self._add()
        self._trigger()
        self.assertEqual((job.state, job.result, job.error, job.attempts), ("done", "42 postings", False, 0))
        self.assertTrue(job.done_at)
        self.assertFalse(job.started_at)

    def test_each_job_of_a_batch_ends_on_its_own(self):
        endings = {"1": None, "2": "ok", "3": errors.NotFound("No such posting"), "4": errors.Unavailable("Gone")}
        self._handle("order_fetch", lambda jobs, env: {job.id: endings[job.payload["number"]] for job in jobs})
        jobs = self._add_numbers(*endings)
        self._trigger()
        self.assertEqual(jobs.mapped("state"), ["done", "done", "failed", "pending"])
        self.assertEqual(jobs.mapped("error_kind"), [False, False, "rejected", "retry"])

    def test_again_remembers_and_does_not_count(self):
        def handler(jobs, env):
            step = (jobs.payload or {}).get("step", 0)
            if step < 2:
                raise Again(payload={"step": step + 1}, note=f"step {step}")
            return "all"

        calls = self._handle("orders_poll", handler)
        job = self._add()
        job.attempts = 3
        self._trigger()
        self.assertEqual((len(calls), job.state, job.result, job.attempts), (3, "done", "all", 0))

    def test_again_later(self):
        def handler(jobs, env):
            raise Again(90, note="Still being drawn")

        calls = self._handle("orders_poll", handler)
        job = self._add()
        self._trigger()
        self._trigger()
        self.assertEqual((len(calls), job.state, job.result), (1, "pending", "Still being drawn"))
        self.assertAlmostEqual(job.eta, fields.Datetime.now() + timedelta(seconds=90), delta=timedelta(seconds=10))

    # --- failures are recorded although their work is rolled back -------------------------------------------------
    def _write_then(self, exc, *, checkpoint=False):
        def handler(jobs, env):
            jobs.account_id.cabinet_name = "half done"
            env.flush_all()
            if checkpoint:
                env["marketplace.job.runner"]._checkpoint()
                jobs.account_id.legal_name = "not finished"
                env.flush_all()
            raise exc

        self._handle("orders_poll", handler)
        job = self._add()
        self._trigger()
        return job

    def test_work_of_a_failure_is_gone_and_its_record_is_there(self):
        job = self._write_then(errors.Rejected("The posting is in the wrong status"))
        self.assertFalse(self.account.cabinet_name)
        self.assertEqual((job.state, job.error_kind, job.attempts), ("failed", "rejected", 1))
        self.assertEqual(job.error, "Ozon refused: The posting is in the wrong status")
        schedule = self.account._get_schedule("orders")
        self.assertEqual((schedule.last_state, schedule.last_result), ("failed", job.error))

    def test_what_was_finished_before_the_failure_stays(self):
        job = self._write_then(errors.Rejected("No"), checkpoint=True)
        self.assertEqual((self.account.cabinet_name, self.account.legal_name), ("half done", False))
        self.assertEqual(job.state, "failed")

    def test_a_users_error_is_told_as_it_is(self):
        job = self._write_then(UserError("Choose a warehouse first."))
        self.assertEqual((job.state, job.error_kind, job.error), ("failed", "user", "Choose a warehouse first."))

    def test_a_bug_is_told_with_its_place_and_others_go_on(self):
        def handler(jobs, env):
            return 1 / 0

        self._handle("orders_poll", handler)
        self._handle("statuses_poll", lambda jobs, env: "fine")
        bug, fine = self._add(priority=1), self._add("statuses_poll", priority=2)
        with self.assertLogs("odoo.addons.sale_marketplace.models.marketplace_job_engine", "ERROR") as logs:
            self._trigger()
        self.assertEqual((bug.state, bug.error_kind, fine.state), ("failed", "bug", "done"))
        self.assertIn("ZeroDivisionError", bug.error)
        self.assertIn("test_engine.py", bug.error)
        self.assertEqual(len(logs.output), 1)

    def test_a_database_error_is_recorded_too(self):
        def handler(jobs, env):
            env.cr.execute("SELECT * FROM there_is_no_such_table")

        self._handle("orders_poll", handler)
        job = self._add()
        with mute_logger("odoo.sql_db", "odoo.addons.sale_marketplace.models.marketplace_job_engine"):
            self._trigger()
        self.assertEqual((job.state, job.error_kind), ("failed", "bug"))

    # --- lost races ---------------------------------------------------------------------------------------------
    def test_lost_race_is_done_again_soon_and_told_to_nobody(self):
        seen = []

        def handler(jobs, env):
            seen.append(jobs.attempts)
            if len(seen) <= 12:
                raise SerializationFailure("could not serialize access due to concurrent update")

        self._handle("order_fetch", handler)
        order = self._receive_unread()
        job = self._add("order_fetch", record=order, payload={"number": order.number})
        while job.state != "done":
            self._trigger()
            self.assertFalse(job.error or job.error_kind)
            self.assertLess(job.eta, fields.Datetime.now() + timedelta(seconds=20))
            job.eta = fields.Datetime.now()
        # It counts, since what was sent must be looked up, and yet it never ends as a failure.
        self.assertEqual(seen, [0, 1, 2, 3, 4, 5, 6] + [MAX_ATTEMPTS - 1] * 6)
        self.assertFalse(order.needs_attention)

    def test_batches_that_lose_races_become_smaller(self):
        orders = self.env["marketplace.order"]
        for number in range(30):
            orders |= self._receive_unread(f"R-{number}")
        sizes = {}
        for attempts in (0, 1, 2, 7):
            orders.state = "received"
            job = self._add("order_process")
            job.attempts = attempts
            sizes[attempts] = batches = []

            def work(batch, batches=batches):
                batches.append(len(batch))
                batch.state = "ignored"

            self.env["marketplace.order.processor"]._drain(job, None, work)
        self.assertEqual(sizes, {0: [30], 1: [25, 5], 2: [12, 12, 6], 7: [5] * 6})

    def test_long_work_lets_urgent_work_pass(self):
        for number in range(60):
            self._receive_unread(f"R-{number}")
        job = self._add("order_process", priority=3)
        batches = []

        def work(batch):
            batches.append(len(batch))
            batch.state = "ignored"
            if len(batches) == 1:
                self._add("order_fetch", payload={"number": "1"}, priority=1)

        # Its turn, so that neither stops the other, is over at once here.
        self.patch(marketplace_order_batch, "TURN_SECONDS", 0)
        with self.assertRaises(Again):
            self.env["marketplace.order.processor"]._drain(job, None, work)
        self.assertEqual(batches, [50])
        # What was done before the exception is undone by the assertion: all 60 wait again.
        self.patch(marketplace_order_batch, "TURN_SECONDS", 60)
        self.assertEqual(self.env["marketplace.order.processor"]._drain(job, None, work), "60 postings")

    def _receive_unread(self, number="R-1"):
        return self.env["marketplace.order"].create(
            {"account_id": self.account.id, "number": number, "scheme": "fbs", "status": "to_assemble"}
        )

    # --- dead workers -------------------------------------------------------------------------------------------
    def _let_die(self, jobs, attempts=0):
        """What a worker leaves behind that was killed in the middle."""
        started = fields.Datetime.now() - timedelta(minutes=10)
        jobs.write({"state": "running", "started_at": started, "attempts": attempts})

    def test_job_of_a_dead_worker_is_taken_up_again(self):
        seen = []
        self._handle("orders_poll", lambda jobs, env: seen.append((jobs.interrupted, jobs.attempts)))
        job = self._add()
        self._let_die(job)
        self._trigger()
        self.assertEqual(seen, [(True, 1)], "the handler must know, to look before it sends again")
        self.assertEqual((job.state, job.interrupted), ("done", False))

    def test_what_a_worker_died_on_is_tried_alone(self):
        calls = self._handle("order_fetch", lambda jobs, env: None)
        jobs = self._add_numbers("1", "2", "3", "4")
        self._let_die(jobs[:2])
        self._trigger()
        self.assertEqual(sorted(calls), [["1"], ["2"], ["3", "4"]])
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def test_deadly_job_is_given_up(self):
        calls = self._handle("orders_poll", lambda jobs, env: None)
        job = self._add()
        self._let_die(job, attempts=MAX_ATTEMPTS - 1)
        self._trigger()
        self.assertFalse(calls)
        self.assertEqual(job.state, "failed")
        self.assertIn("The server stopped", job.error)
        job.action_retry()
        self._trigger()
        self.assertEqual((len(calls), job.state), (1, "done"))

    # --- by hand ------------------------------------------------------------------------------------------------
    def test_try_again(self):
        job = self._add()
        job.write({"state": "failed", "attempts": 8, "error": "x", "error_kind": "retry"})
        job.action_retry()
        self.assertEqual((job.state, job.attempts, job.error, job.error_kind), ("pending", 0, False, False))
        self.assertLessEqual(job.eta, fields.Datetime.now())

    def test_try_again_where_a_newer_one_waits(self):
        job = self._add()
        job.state = "failed"
        twin = self._add(eta=fields.Datetime.now() + timedelta(hours=1))
        job.action_retry()
        self.assertEqual((job.state, twin.state), ("cancelled", "pending"))
        self.assertLessEqual(twin.eta, fields.Datetime.now())

    def test_try_again_needs_something_to_try(self):
        job = self._add()
        job.state = "done"
        with self.assertRaisesRegex(UserError, "failed or wait"):
            job.action_retry()

    def test_old_jobs_are_cleaned_up_and_failures_kept(self):
        done, failed = self._add_numbers("1", "2")
        done.state, failed.state = "done", "failed"
        self.env.flush_all()
        old = fields.Datetime.now() - timedelta(days=20)
        self.env.cr.execute("UPDATE marketplace_job SET write_date = %s WHERE id IN %s", (old, (done.id, failed.id)))
        self.env.invalidate_all()
        self.env["marketplace.job"]._gc_done()
        self.assertEqual((bool(done.exists()), bool(failed.exists())), (False, True))
