from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.models.marketplace_schedule import TASKS

from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestSchedules(OrdersCase):
    """Each thing that runs has its own switch, its own moments, and says how it went."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schedule = cls.account._get_schedule("orders")

    def _set(self, **values):
        self.schedule.write({"tz": "Europe/Moscow", **values})
        return self.schedule

    def assertNext(self, now, expected, **values):
        got = self._set(**values)._get_next_run(datetime.fromisoformat(now))
        self.assertEqual(got, datetime.fromisoformat(expected), values)

    # --- moments ------------------------------------------------------------------------------------------------
    def test_intervals(self):
        self.assertNext("2026-03-10 10:00:07", "2026-03-10 10:05:07", kind="minutes", every=5)
        self.assertNext("2026-03-10 10:00", "2026-03-10 16:00", kind="hours", every=6)
        self.assertNext("2026-12-31 10:00", "2027-01-02 10:00", kind="days", every=2)

    def test_times_of_day_are_those_of_the_time_zone(self):
        # Moscow is three hours ahead of UTC all year.
        self.assertNext("2026-03-10 00:00", "2026-03-10 00:30", kind="times", times="03:30")
        self.assertNext("2026-03-10 00:30", "2026-03-11 00:30", kind="times", times="03:30")
        self.assertNext("2026-03-10 06:30", "2026-03-10 15:00", kind="times", times="9:00, 18:00")
        self.assertNext("2026-03-10 15:30", "2026-03-11 06:00", kind="times", times="18:00, 9:00")
        self.assertNext("2026-03-10 22:00", "2026-03-10 22:30", kind="times", times="01:30")

    def test_times_follow_summer_time(self):
        berlin = {"kind": "times", "times": "09:00", "tz": "Europe/Berlin"}
        self.assertNext("2026-03-28 12:00", "2026-03-29 07:00", **berlin)
        self.assertNext("2026-10-24 12:00", "2026-10-25 08:00", **berlin)

    def test_months(self):
        self.assertNext("2026-03-10 10:00", "2026-04-06 21:30", kind="monthly", every=7)
        self.assertNext("2026-03-01 10:00", "2026-03-06 21:30", kind="monthly", every=7)
        self.assertNext("2026-12-20 10:00", "2027-01-06 21:30", kind="monthly", every=7)

    def test_day_31_is_the_last_day_of_a_shorter_month(self):
        self.assertNext("2026-02-10 10:00", "2026-02-27 21:30", kind="monthly", every=31)
        self.assertNext("2028-02-10 10:00", "2028-02-28 21:30", kind="monthly", every=30)
        self.assertNext("2026-04-10 10:00", "2026-04-29 21:30", kind="monthly", every=31)
        self.assertNext("2026-01-30 22:00", "2026-02-27 21:30", kind="monthly", every=31)

    def test_timing_that_means_nothing_is_refused(self):
        for values in (
            {"kind": "times", "times": False},
            {"kind": "times", "times": "25:00"},
            {"kind": "times", "times": "03:30, soon"},
            {"kind": "monthly", "every": 32},
            {"kind": "monthly", "every": 0},
            {"kind": "minutes", "every": 0},
            {"kind": "hours", "every": -1},
        ):
            with self.subTest(str(values)), self.assertRaises(ValidationError):
                self._set(**values)

    # --- running ------------------------------------------------------------------------------------------------
    def _run_due(self):
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_schedule").method_direct_trigger()
        self.env.invalidate_all()

    def test_every_account_has_every_task(self):
        schedules = self.account.with_context(active_test=False).schedule_ids
        # Its marketplace reads no product feed.
        expected = sorted(set(TASKS) - {"feed"})
        self.assertEqual(sorted(schedules.mapped("task")), expected)
        self.account._ensure_schedules()
        self.assertEqual(len(self.account.with_context(active_test=False).schedule_ids), len(expected))
        for schedule in schedules:
            timed = schedule.active and schedule.kind != "change"
            self.assertEqual(bool(schedule.next_run), timed, schedule.task)

    def test_due_schedules_become_jobs_and_are_planned_again(self):
        now = fields.Datetime.now()
        self.account.schedule_ids.next_run = now + timedelta(hours=1)
        self._set(kind="minutes", every=5)
        self.schedule.next_run = now - timedelta(minutes=1)
        self._run_due()
        self.assertEqual(len(self._find_jobs("orders_poll")), 1)
        self.assertFalse(self._find_jobs("statuses_poll"))
        self.assertAlmostEqual(self.schedule.next_run, now + timedelta(minutes=5), delta=timedelta(seconds=30))
        self._run_due()
        self.assertEqual(len(self._find_jobs("orders_poll")), 1)

    def test_a_run_that_still_waits_is_not_piled_up(self):
        for _time in range(3):
            self.schedule.next_run = fields.Datetime.now() - timedelta(minutes=1)
            self._run_due()
        self.assertEqual(len(self._find_jobs("orders_poll")), 1)

    def test_missed_runs_are_not_made_up_for(self):
        """After a night without a server each task runs once."""
        self._set(kind="minutes", every=5)
        with freeze_time(fields.Datetime.now() + timedelta(hours=10)):
            self._run_due()
            self.assertEqual(len(self._find_jobs("orders_poll")), 1)
            self.assertGreater(self.schedule.next_run, fields.Datetime.now())

    def test_switched_off_schedules_rest(self):
        self.schedule.active = False
        self.assertFalse(self.schedule.next_run)
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self._run_due()
        self.assertFalse(self._find_jobs("orders_poll"))
        self.schedule.active = True
        self.assertGreater(self.schedule.next_run, fields.Datetime.now())

    def test_schedules_of_accounts_that_do_not_work_rest(self):
        for values in ({"state": "draft"}, {"state": "paused"}, {"state": "connected", "active": False}):
            with self.subTest(str(values)):
                self.account.write(values)
                self.schedule.next_run = fields.Datetime.now() - timedelta(minutes=1)
                self._run_due()
                self.assertFalse(self._find_jobs("orders_poll"))

    def test_other_timing_is_planned_at_once(self):
        self._set(kind="hours", every=6)
        self.assertGreater(self.schedule.next_run, fields.Datetime.now() + timedelta(hours=5))
        self._set(kind="minutes", every=1)
        self.assertLess(self.schedule.next_run, fields.Datetime.now() + timedelta(minutes=2))

    # --- by hand ------------------------------------------------------------------------------------------------
    def test_run_now(self):
        planned = self.schedule.next_run
        self.schedule.action_run_now()
        self.schedule.action_run_now()
        job = self._find_jobs("orders_poll")
        self.assertEqual((len(job), job.state, self.schedule.last_state), (1, "pending", "running"))
        self.assertEqual(self.schedule.next_run, planned)

    def test_run_now_works_for_one_that_is_switched_off(self):
        self.schedule.active = False
        self.schedule.action_run_now()
        self.assertTrue(self._find_jobs("orders_poll"))

    def test_run_now_of_an_account_that_does_not_work_says_why(self):
        self.account.state = "draft"
        with self.assertRaisesRegex(UserError, "not connected"):
            self.schedule.action_run_now()
        self.account._pause("x")
        self.account.write({"state": "paused", "pause_reason": "The key has expired."})
        with self.assertRaisesRegex(UserError, "The key has expired"):
            self.schedule.action_run_now()

    def test_result_and_duration_are_kept(self):
        started = fields.Datetime.now() - timedelta(seconds=12)
        self.schedule._note_run("done", "x" * 400, started)
        self.assertEqual((self.schedule.last_state, self.schedule.last_run), ("done", started))
        self.assertEqual(len(self.schedule.last_result), 250)
        self.assertGreaterEqual(self.schedule.last_duration, 12)
