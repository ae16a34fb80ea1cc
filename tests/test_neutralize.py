from odoo import modules
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestNeutralize(MarketplaceCase):
    def _neutralize(self):
        self.env.flush_all()
        with mute_logger("odoo.modules.neutralize"):
            modules.neutralize.neutralize_database(self.env.cr)
        self.env.invalidate_all()

    def test_copy_of_a_database_speaks_to_nobody(self):
        live = self._make_account(client_id="77", mode="production", state="connected")
        draft = self._make_account(client_id="78", mode="production", state="draft")
        jobs = self.env["marketplace.job"]
        jobs._enqueue("orders_poll", live)
        running = jobs._enqueue("offers_poll", live)
        running.state = "running"
        done = jobs._enqueue("account_check", live)
        done.state = "done"
        tokens = {account.webhook_token for account in live + draft}
        self._neutralize()
        for account in live + draft:
            self.assertFalse(account.api_key)
            self.assertEqual(account.mode, "rehearsal")
            self.assertTrue(account.base_url.startswith("http://127.0.0.1"))
            self.assertIn("copy of a database", account.pause_reason)
            self.assertGreaterEqual(len(account.webhook_token), 40)
            self.assertNotIn(account.webhook_token, tokens)
        self.assertEqual((live.state, draft.state), ("paused", "draft"))
        self.assertNotEqual(live.webhook_token, draft.webhook_token)
        self.assertEqual(set(jobs.search([("account_id", "=", live.id)]).mapped("state")), {"cancelled", "done"})
        self.assertEqual(done.state, "done")

    def test_nothing_starts_by_itself_afterwards(self):
        self._neutralize()
        schedules = self.account.schedule_ids
        self.env.cr.execute("UPDATE marketplace_schedule SET next_run = now() - interval '1 hour'")
        schedules.invalidate_recordset()
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_schedule").method_direct_trigger()
        waiting = [("account_id", "=", self.account.id), ("state", "=", "pending")]
        self.assertFalse(self.env["marketplace.job"].search(waiting))
