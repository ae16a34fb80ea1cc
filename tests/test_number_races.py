from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .common import TwoTransactionsCase


@tagged("post_install", "-at_install")
class TestNumberRaces(TwoTransactionsCase):
    """Two people pay the same order at once, each in a real transaction; what they leave is removed afterwards."""

    def setUp(self):
        super().setUp()
        env = self.one
        partner = env["res.partner"].create({"name": "Гонка"})
        account = env["marketplace.account"].create(
            {
                "name": "Гонка",
                "client_id": "990200",
                "api_key": "x",
                "mode": "rehearsal",
                "state": "connected",
                "warehouse_id": False,
            }
        )
        sale = env["sale.order"].create({"partner_id": partner.id})
        order = env["marketplace.order"].create(
            {"account_id": account.id, "number": "990200-1", "state": "ignored", "sale_order_id": sale.id}
        )
        self.made = [order, sale, account, partner]
        self.addCleanup(self._remove)
        env.cr.commit()

    def _remove(self):
        for env in (self.one, self.two):
            env.cr.rollback()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for record in self.made:
                record.with_env(env).exists().unlink()

    def _make_line(self, env):
        dialog = env["marketplace.number.action"].create({"action": "pay"})
        return env["marketplace.number.action.line"].create(
            {"wizard_id": dialog.id, "number": "990200-1", "order_id": self.made[0].id, "outcome": "ready"}
        )

    def test_whoever_comes_second_is_told(self):
        self.made[1].with_env(self.two).lock_for_update(allow_referencing=True)
        line = self._make_line(self.one)
        self.one["marketplace.number.payer"]._apply(line.wizard_id, line)
        self.assertEqual(line.outcome, "refused")
        self.assertIn("Somebody else", line.message)
        self.two.cr.rollback()
        line.outcome = "ready"
        self.one["marketplace.number.payer"]._apply(line.wizard_id, line)
        self.assertIn("not confirmed", line.message, "It was looked at again")

    def test_cancelling_too(self):
        self.made[0].with_env(self.two).lock_for_update(allow_referencing=True)
        line = self._make_line(self.one)
        line.wizard_id.action = "cancel"
        self.one["marketplace.number.canceller"]._apply(line.wizard_id, line)
        self.assertEqual(line.outcome, "refused")
        self.assertIn("Somebody else", line.message)
