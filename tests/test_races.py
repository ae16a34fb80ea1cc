import psycopg2

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TwoTransactionsCase


@tagged("post_install", "-at_install")
class TestRaces(TwoTransactionsCase):
    """Two workers at the same jobs, each in a real transaction of its own; what they leave is removed afterwards."""

    def setUp(self):
        super().setUp()
        account = self.one["marketplace.account"].create(
            # Without a warehouse nothing else is made with it, and nothing has to be removed.
            {
                "name": "Races",
                "client_id": "990199",
                "api_key": "x",
                "mode": "rehearsal",
                "state": "connected",
                "warehouse_id": False,
            }
        )
        self.account_id = account.id
        self.addCleanup(self._remove)
        self.one["marketplace.job"].search([("account_id", "=", account.id)]).unlink()
        self.job_id = self._enqueue(self.one).id
        self.one.cr.commit()

    def _remove(self):
        for env in (self.one, self.two):
            env.cr.rollback()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["marketplace.account"].browse(self.account_id).unlink()

    def _enqueue(self, env, operation="order_process", **options):
        return env["marketplace.job"]._enqueue(operation, env["marketplace.account"].browse(self.account_id), **options)

    def _jobs(self, env):
        return env["marketplace.job"].search([("account_id", "=", self.account_id)], order="id")

    def _take(self, env):
        """The account's jobs that a worker would take now; it keeps them until its transaction ends."""
        env.invalidate_all()
        return env["marketplace.job"]._take_next("orders").filtered(lambda job: job.account_id.id == self.account_id)

    def test_two_ask_for_the_same_work_at_once(self):
        for env in (self.one, self.two):
            self.assertEqual(self._enqueue(env).id, self.job_id)
        self.one.cr.commit()
        self.two.cr.commit()
        self.assertEqual(self._jobs(self.one).ids, [self.job_id])

    def test_race_lost_elsewhere_is_not_taken_for_one_at_the_job(self):
        self.assertEqual(self._jobs(self.one).state, "pending")
        self.two["marketplace.account"].browse(self.account_id).name = "Renamed by the other"
        self.two.cr.commit()
        self.one["marketplace.account"].browse(self.account_id).name = "Renamed here"
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
            self._enqueue(self.one, "fbo_poll")

    def test_work_does_not_begin_before_the_news_that_it_is_for(self):
        self._enqueue(self.one)
        self.assertFalse(self._take(self.two), "what it is to do cannot be seen yet")
        self.two.cr.rollback()
        self.one.cr.commit()
        self.assertEqual(self._take(self.two).ids, [self.job_id])

    def test_news_while_the_work_begins_get_a_run_of_their_own(self):
        self.assertEqual(self._jobs(self.one).state, "pending")
        self._take(self.two).write({"state": "running", "started_at": fields.Datetime.now()})
        self.two.cr.commit()
        job = self._enqueue(self.one)
        self.one.cr.commit()
        self.assertNotIn(job.id, (False, self.job_id))
        self.assertEqual(self._jobs(self.two).mapped("state"), ["running", "pending"])

    def test_news_while_the_work_is_going_on_do_not_wait_for_its_end(self):
        self.assertEqual(self._jobs(self.one).state, "pending")
        started = self._take(self.two)
        started.write({"state": "running", "started_at": fields.Datetime.now()})
        self.two.cr.commit()
        self.assertEqual(started.try_lock_for_update(), started)
        self.one.cr.execute("SET LOCAL lock_timeout = '2s'")
        job = self._enqueue(self.one)
        self.one.cr.commit()
        self.assertNotIn(job.id, (False, self.job_id))

    def test_job_that_another_worker_has_begun_is_passed_over(self):
        other = self._enqueue(self.one, "fbo_poll", priority=9)
        self.one.cr.commit()
        self.assertEqual(len(self._jobs(self.one)), 2)
        self._take(self.two).write({"state": "running", "started_at": fields.Datetime.now()})
        self.two.cr.commit()
        self.assertEqual(self._take(self.one), other, "no error, and not the one that was begun")
