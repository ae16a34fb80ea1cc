import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import MAX_ATTEMPTS

from .common import READ_KEY, WRITE_KEY
from .orders_case import OrdersSimulatorCase

UNFULFILLED = "/v4/posting/fbs/unfulfilled/list"
WRONG_KEY = "8c1f0f3e-wrong-key-of-a-seller"
EXPIRED_KEY = "demo-key-1042-expired"


@tagged("post_install", "-at_install")
class TestEngineErrors(OrdersSimulatorCase):
    """What the marketplace can do to us: told in one sentence, tried again when that helps, nothing lost."""

    def setUp(self):
        super().setUp()
        # Changes are read day by day since then.
        self.account.start_date = fields.Datetime.now() - timedelta(days=2)

    def assertTold(self, job, kind, *words):
        self.assertEqual(job.error_kind, kind, job.error)
        for word in words:
            self.assertIn(word, job.error)
        self.assertNotIn("\n", job.error)

    def _fail_once(self, kind, path=UNFULFILLED, operation="orders_poll", **spec):
        """A job that has met a fault."""
        self._fault(path, kind, times=None, **spec)
        job = self._enqueue(operation)
        self._trigger(job.lane)
        return job

    # --- the key ------------------------------------------------------------------------------------------------
    def _get_pause_activities(self):
        return self.account.activity_ids.filtered(lambda activity: "paused" in activity.summary)

    def test_wrong_key_pauses_the_account_and_tells_once(self):
        number = self._buy((self.products[0], 1))
        self.account.api_key = WRONG_KEY
        jobs = self._enqueue("orders_poll") | self._enqueue("statuses_poll")
        for index in range(12):
            jobs |= self._enqueue("order_fetch", payload={"number": f"{index}-1"})
        for _time in range(3):
            self._trigger()
        self.assertEqual((self.account.state, len(self._get_pause_activities())), ("paused", 1))
        self.assertIn("Ozon does not know the key of account Ozon Тест", self.account.pause_reason)
        self.assertEqual((set(jobs.mapped("state")), set(jobs.mapped("attempts"))), ({"pending"}, {0}))
        asked = self.simulator.control("GET", "requests")["total"]
        self._trigger()
        self.assertEqual(self.simulator.control("GET", "requests")["total"], asked, "a paused account asks nothing")
        self.account.api_key = WRITE_KEY
        self.account.action_resume()
        self.assertFalse(self._get_pause_activities())
        self._run_jobs("orders")
        self.assertEqual(self._find(number).state, "done")
        self.assertFalse(jobs.filtered(lambda job: job.state == "pending"))

    def test_wrong_key_met_by_many_jobs_at_once_tells_once(self):
        self.account.api_key = WRONG_KEY
        for index in range(12):
            self._enqueue("order_fetch", payload={"number": f"{index}-1"})
        self._trigger()
        self.assertEqual((self.account.state, len(self._get_pause_activities())), ("paused", 1))
        self.assertEqual(self.simulator.control("GET", "requests")["total"], 1, "one refusal is enough")

    def test_reasons_why_a_key_does_not_work(self):
        reasons = {
            "Client-Id header value should be positive integer": (
                400,
                "Client ID of account Ozon Тест is not a number",
            ),
            "Api-key is deactivated, use another one": (403, "has expired or was switched off"),
            "Access restricted to specific IP": (403, "limited to other network addresses"),
            "Company is blocked, please contact support": (403, "has blocked the cabinet"),
        }
        for message, (status, words) in reasons.items():
            with self.subTest(message):
                self._heal()
                job = self._fail_once("status", status=status, message=message)
                self.assertTold(job, "auth", words)
                self.assertEqual((self.account.state, job.state), ("paused", "pending"))
                self.assertIn(words, self.account.pause_reason)
                self.account.action_resume()

    def test_expired_key(self):
        self.account.api_key = EXPIRED_KEY
        job = self._enqueue("orders_poll")
        self._trigger()
        self.assertTold(job, "auth", "has expired")
        self.assertEqual(self.account.state, "paused")

    def test_key_without_the_role_fails_one_job_and_nothing_else(self):
        job = self._fail_once("status", status=403, message="Api-Key is missing a required role for a method")
        self.assertTold(job, "forbidden", "lacks the role", UNFULFILLED)
        self.assertEqual((job.state, job.attempts, self.account.state), ("failed", 1, "connected"))
        self._heal()
        job.action_retry()
        self._trigger()
        self.assertEqual(job.state, "done")

    def test_account_cannot_be_resumed_without_a_key(self):
        self.account.write({"api_key": False, "state": "paused"})
        with self.assertRaisesRegex(UserError, "Enter the key"):
            self.account.action_resume()

    # --- what an account may do ---------------------------------------------------------------------------------
    def _buy_and_poll(self):
        number = self._buy((self.products[0], 1))
        self._poll()
        return self._find(number)

    def test_read_only_key_reads_and_refuses_to_write_at_once(self):
        self.account.api_key = READ_KEY
        self._poll("account_check")
        self.assertFalse(self.account.can_write)
        order = self._buy_and_poll()
        self.assertEqual(order.state, "done")
        with self.assertRaisesRegex(UserError, "may not do this"):
            order.action_ship()
        self.assertEqual((order.ship_state, order.picking_ids.state), ("none", "assigned"))
        self.assertFalse(self._count_requests("/v4/posting/fbs/ship"))

    def test_key_that_may_write(self):
        self._poll("account_check")
        self.assertTrue(self.account.can_write)
        self.assertTrue(self.account.checked_at)

    def test_test_mode_sends_nothing(self):
        order = self._buy_and_poll()
        self.account.mode = "test"
        self.assertFalse(self.account.can_write)
        with self.assertRaisesRegex(UserError, "test mode"):
            order.action_ship()
        job = self.env["marketplace.job"]._enqueue("ship", self.account, order, {"packages": [], "whole": True})
        self._trigger()
        self.assertEqual((job.state, job.error_kind), ("failed", "user"))
        self.assertIn("test mode", job.error)
        self.assertFalse(self._count_requests("/v4/posting/fbs/ship"))

    def test_draft_account_is_refused(self):
        self.account.state = "draft"
        with self.assertRaisesRegex(UserError, "not connected yet"):
            self.account._check_operation("orders")

    # --- limits -------------------------------------------------------------------------------------------------
    def test_being_asked_to_wait_postpones_and_never_sleeps(self):
        number = self._buy((self.products[0], 1))
        started = time.monotonic()
        job = self._fail_once("rate_limit", retry_after=60)
        self.assertLess(time.monotonic() - started, 20)
        self.assertTold(job, "retry", "limits how often it may be asked")
        self.assertEqual(job.state, "pending")
        self.assertAlmostEqual(job.eta, fields.Datetime.now() + timedelta(seconds=60), delta=timedelta(seconds=15))
        self.assertEqual(self._count_requests(UNFULFILLED), 1)
        self._trigger()
        self.assertEqual(self._count_requests(UNFULFILLED), 1, "not before its time")
        self._heal()
        self._forget_limits()
        self._run_jobs("orders")
        self.assertEqual((job.state, self._find(number).state), ("done", "done"))

    def test_being_asked_to_wait_without_saying_how_long(self):
        job = self._fail_once("rate_limit")
        self.assertTold(job, "retry", "limits how often")
        self.assertEqual(job.state, "pending")
        self.assertGreater(job.eta, fields.Datetime.now())

    def test_being_asked_to_wait_is_never_a_failure(self):
        self._fault(UNFULFILLED, "rate_limit", times=None, retry_after=60)
        job = self._enqueue("orders_poll")
        job.attempts = 50
        self._trigger()
        self.assertEqual(job.state, "pending")

    # --- bad moments --------------------------------------------------------------------------------------------
    def test_bad_moments_are_tried_again_with_a_pause(self):
        number = self._buy((self.products[0], 1))
        moments = {
            "status": {"status": 500},
            "html_502": {},
            "drop": {},
            "broken_json": {},
        }
        for kind, spec in moments.items():
            with self.subTest(kind):
                before = fields.Datetime.now()
                job = self._fail_once(kind, **spec)
                self.assertEqual((job.state, job.attempts), ("pending", 1), job.error)
                self.assertTold(job, "payload" if kind == "broken_json" else "retry", "Ozon")
                self.assertGreater(job.eta, before + timedelta(seconds=5))
                self.assertLess(job.eta, before + timedelta(seconds=60))
                self._heal()
                self._run_jobs("orders")
                self.assertEqual((job.state, job.error), ("done", False))
                self.assertEqual(len(self._find(number)), 1)

    def test_pauses_grow(self):
        pauses = [self.env["marketplace.job"]._get_backoff(attempt) for attempt in range(1, 12)]
        self.assertTrue(all(0.85 * second > first for first, second in zip(pauses[:6], pauses[1:7], strict=True)))
        self.assertLessEqual(max(pauses), 1800 * 1.1)

    def test_after_the_last_attempt_a_person_is_asked(self):
        number = self._buy((self.products[0], 1))
        self._fault(UNFULFILLED, "status", status=500, times=None)
        job = self._enqueue("orders_poll")
        job.attempts = MAX_ATTEMPTS - 2
        self._trigger()
        self.assertEqual((job.state, job.attempts), ("pending", MAX_ATTEMPTS - 1))
        job.eta = fields.Datetime.now()
        self._trigger()
        self.assertEqual((job.state, job.attempts), ("failed", MAX_ATTEMPTS))
        self.assertTold(job, "retry", "cannot be reached")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.failed_job_count, 1)
        self._heal()
        job.action_retry()
        self._run_jobs("orders")
        self.assertEqual((job.state, self._find(number).state), ("done", "done"))

    def test_failure_in_the_middle_keeps_the_pages_before(self):
        numbers = self._buy_many(104)
        # As long as it takes: on a busy machine the job's pause may be over before the scheduled action's run is.
        self._fault(UNFULFILLED, "status", status=500, after=1, times=None)
        job = self._enqueue("orders_poll")
        self._trigger()
        self.assertEqual(job.state, "pending")
        self.assertEqual(len(self._find_all()), 100)
        self._heal()
        self._run_jobs("orders")
        self.assertEqual(sorted(self._find_all().mapped("number")), sorted(numbers))
        self.assertEqual(set(self._find_all().mapped("state")), {"done"})

    def test_method_that_was_switched_off_is_told_once(self):
        for _time in range(2):
            self._heal()
            job = self._fail_once("status", status=404, message="obsolete method")
            self.assertTold(job, "obsolete", UNFULFILLED, "update this addon")
            self.assertEqual(job.state, "failed")
        self.assertEqual(len(self.account.activity_ids), 1)

    def test_answer_that_makes_no_sense(self):
        job = self._fail_once("status", status=200, body={"result": {}})
        self.assertTold(job, "payload", "Ozon answered something unreadable", "postings")
        self.assertEqual(job.state, "failed")

    # --- what is kept -------------------------------------------------------------------------------------------
    def test_every_exchange_is_kept_also_of_failures(self):
        job = self._fail_once("status", status=500, message="Internal error")
        exchanges = job.exchange_ids
        self.assertGreaterEqual(len(exchanges), 2)
        self.assertEqual((set(exchanges.mapped("status")), set(exchanges.mapped("failed"))), ({500}, {True}))
        self.assertIn("Internal error", exchanges[0].response)
        self._heal()
        number = self._buy((self.products[0], 1))
        self._enqueue("order_fetch", payload={"number": number})
        self._run_jobs("orders")
        found = self.env["marketplace.exchange"].search([("search_text", "ilike", number), ("failed", "=", False)])
        self.assertTrue(found)
        self.assertEqual({"/v3/posting/fbs/get", UNFULFILLED} - {row.request.split()[1] for row in found}, set())

    def test_keys_are_nowhere(self):
        keys = (WRONG_KEY, WRITE_KEY, EXPIRED_KEY)
        with self.assertLogs(level="DEBUG") as logs:
            for key in keys:
                self.account.api_key = key
                self.account.action_resume()
                self._fault(UNFULFILLED, "status", status=403, message=f"Api-Key {key} is missing a required role")
                for operation in ("orders_poll", "account_check"):
                    self._enqueue(operation)
                self._trigger()
                self._trigger("catalogue")
                self._heal()
        self.env.flush_all()
        output = "\n".join(line for line in logs.output if "bad query" not in line and ":odoo.sql_db:" not in line)
        texts = {"log": output}
        for table in (
            "marketplace_exchange",
            "marketplace_job",
            "marketplace_schedule",
            "mail_message",
            "mail_activity",
        ):
            self.env.cr.execute(f"SELECT string_agg(row_to_json(t)::text, ' ') FROM {table} t")
            texts[table] = self.env.cr.fetchone()[0] or ""
        self.env.cr.execute("SELECT string_agg(row_to_json(t)::text, ' ') FROM mail_tracking_value t")
        texts["tracking"] = self.env.cr.fetchone()[0] or ""
        self.assertIn("***", texts["marketplace_exchange"])
        for place, text in texts.items():
            for key in keys:
                self.assertNotIn(key, text, place)
