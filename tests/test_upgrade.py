from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools import file_path

from .builders import make_line, make_order
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestUpgrade(OrdersCase):
    """Databases of the version before statuses, FBO and own delivery."""

    def _migrate(self):
        path = file_path("sale_marketplace/migrations/19.0.1.1.0/post-migrate.py")
        spec = spec_from_file_location("sale_marketplace_post_migrate", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def _forget(self, account):
        """What an account did not have then."""
        account.status_action_ids.unlink()
        account.status_trigger_ids.unlink()
        account.with_context(active_test=False).schedule_ids.filtered(
            lambda row: row.task in ("returns", "fbo", "cancel_requests")
        ).unlink()
        account.write({"fbo_location_id": False, "fbo_picking_type_id": False, "fbo_route_id": False})

    def test_accounts_get_what_new_ones_have(self):
        paused = self._make_account(name="Ozon 2", client_id="777", state="paused")
        archived = self._make_account(name="Ozon 3", client_id="888", active=False)
        for account in self.account | paused | archived:
            self._forget(account)
        self._migrate()
        for account in self.account | paused | archived:
            with self.subTest(account=account.name):
                self.assertEqual(account._get_status_action("fbs", "delivering").action, "deliver")
                self.assertEqual(account._get_message("fbs", "validated"), "assembled")
                self.assertTrue(account._get_schedule("returns") and account._get_schedule("fbo"))
                self.assertTrue(account.fbo_location_id and account.fbo_route_id)
        self.assertTrue(self._find_jobs("account_check"))
        self.assertFalse(self._find_jobs("account_check", paused))

    def test_twice_changes_nothing(self):
        self.account._get_status_action("fbs", "delivering").action = "invoice"
        before = (self.account.status_action_ids, self.account.fbo_location_id)
        self._migrate()
        self._migrate()
        self.assertEqual((self.account.status_action_ids, self.account.fbo_location_id), before)
        self.assertEqual(self.account._get_status_action("fbs", "delivering").action, "invoice")

    def test_who_validated_silently_still_does(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        self._forget(self.account)
        self._forget(other)
        self.env.flush_all()
        self.cr.execute("ALTER TABLE marketplace_account ADD COLUMN IF NOT EXISTS ship_on_validate boolean")
        self.cr.execute("UPDATE marketplace_account SET ship_on_validate = (id <> %s)", [self.account.id])
        self._migrate()
        self.assertEqual(self.account._get_message("fbs", "validated"), "nothing")
        self.assertEqual(self.account._get_message("rfbs", "validated"), "nothing")
        self.assertEqual(other._get_message("fbs", "validated"), "assembled")

    def test_postings(self):
        held, gone, alive = self._import(*(make_order([make_line(self.offers[0], 2)]) for _number in range(3)))
        gone.sale_order_id.with_context(disable_cancel_warning=True).action_cancel()
        (held | gone).write({"status": "cancelled", "cancel_state": False, "goods_state": False})
        held.write({"problem_kind": "cancel", "problem": "Validated already"})
        (held | gone | alive).line_ids.there_quantity = 0
        self._migrate()
        self.assertEqual((held.cancel_state, held.goods_state), ("hold", "packed"))
        self.assertEqual((gone.cancel_state, gone.goods_state), ("done", "none"))
        self.assertEqual((alive.cancel_state, alive.line_ids.there_quantity), (False, 2))
        held.action_goods_back()
        self.assertEqual((held.cancel_state, held.sale_order_id.state), ("done", "cancel"))
