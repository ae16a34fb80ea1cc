from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CLIENT_ID, READ_KEY, WRITE_KEY
from .roles_case import ADMINISTRATOR, USER, RolesCase
from .shipping_case import ShippingCase

NOWHERE = "http://127.0.0.1:9/ozon"


@tagged("post_install", "-at_install")
class TestConnectWizard(RolesCase, ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (ADMINISTRATOR, USER)}
        # The base class's account is another cabinet here.
        cls.account.client_id = "77"

    def _open(self, **values):
        """The dialog as a marketplace administrator fills it in, who is no administrator of Odoo."""
        return self._as(ADMINISTRATOR, self.env["marketplace.account.connect"]).create(
            {
                "client_id": CLIENT_ID,
                "api_key": WRITE_KEY,
                "mode": "rehearsal",
                "base_url": self.simulator.ozon_url,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                **values,
            }
        )

    def _connect(self, **values):
        dialog = self._open(**values)
        dialog.action_check()
        self.assertEqual(dialog.state, "found", dialog.problem)
        action = dialog.action_finish()
        return self.env["marketplace.account"].browse(action["res_id"])

    def _accounts(self):
        return self.env["marketplace.account"].with_context(active_test=False).search([("client_id", "=", CLIENT_ID)])

    def _check_refused(self, pattern, **values):
        dialog = self._open(**values)
        action = dialog.action_check()
        self.assertRegex(dialog.problem, pattern)
        self.assertEqual(dialog.state, "key")
        self.assertEqual((action["res_model"], action["res_id"]), (dialog._name, dialog.id), "The dialog stays open")
        self.assertFalse(self._accounts(), "Nothing was created")
        return dialog

    # --- a good key ---------------------------------------------------------------------------------------------
    def test_what_a_good_key_tells(self):
        dialog = self._open()
        dialog.action_check()
        self.assertEqual(dialog.state, "found")
        self.assertFalse(dialog.problem)
        self.assertEqual((dialog.cabinet_name, dialog.legal_name), ("Ромашка", "ООО «Ромашка»"))
        self.assertEqual((dialog.tax_id, dialog.key_roles), ("7707083893", "Admin"))
        self.assertEqual(fields.Date.to_string(dialog.key_expires_at), "2027-02-20")
        self.assertTrue(dialog.can_write)
        self.assertEqual(dialog.name, "Ozon Ромашка")
        self.assertEqual(set(dialog.warehouse_line_ids.mapped("scheme")), {"fbs", "rfbs"})
        self.assertFalse(self._accounts(), "Looking creates nothing")

    def test_connected_and_loading(self):
        number = self._buy((self.products[0], 1))
        dialog = self._open()
        dialog.action_check()
        line = dialog.warehouse_line_ids[0]
        line.warehouse_id = self.warehouse
        account = self.env["marketplace.account"].browse(dialog.action_finish()["res_id"])
        self.assertEqual((account.state, account.mode, account.client_id), ("connected", "rehearsal", CLIENT_ID))
        self.assertEqual(account.sudo().api_key, WRITE_KEY)
        self.assertEqual((account.cabinet_name, account.tax_id), ("Ромашка", "7707083893"))
        self.assertTrue(account.can_write)
        self.assertTrue(account.partner_id)
        self.assertEqual(len(account.warehouse_ids), len(dialog.warehouse_line_ids))
        there = account.warehouse_ids.filtered(lambda row: row.external_id == line.external_id)
        self.assertEqual(there.warehouse_id, self.warehouse)
        timed = account.schedule_ids.filtered(lambda schedule: schedule.kind != "change")
        self.assertEqual(timed, timed.filtered("next_run"))
        jobs = self.env["marketplace.job"].search([("account_id", "=", account.id)])
        self.assertLessEqual({"warehouses_poll", "offers_poll", "orders_poll"}, set(jobs.mapped("operation")))
        account.start_date = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self._run_jobs()
        order = self.env["marketplace.order"].search([("account_id", "=", account.id)])
        self.assertEqual((order.number, order.state), (number, "done"))
        self.assertEqual(
            self.env["marketplace.offer"].search_count([("account_id", "=", account.id), ("state", "=", "linked")]), 10
        )

    def test_key_with_blanks_around_it(self):
        account = self._connect(client_id=f" {CLIENT_ID}\n", api_key=f"\t{WRITE_KEY} \n")
        self.assertEqual((account.client_id, account.sudo().api_key), (CLIENT_ID, WRITE_KEY))

    def test_key_does_not_stay_in_the_dialog(self):
        dialog = self._open()
        dialog.action_check()
        dialog.action_finish()
        self.assertFalse(dialog.sudo().api_key)

    def test_read_only_key_is_accepted_and_says_so(self):
        dialog = self._open(api_key=READ_KEY)
        dialog.action_check()
        self.assertEqual(dialog.state, "found")
        self.assertFalse(dialog.can_write)
        account = self.env["marketplace.account"].browse(dialog.action_finish()["res_id"])
        self.assertEqual(account.state, "connected")
        self.assertFalse(account.can_write)

    def test_key_without_some_roles(self):
        account = self._connect(api_key="demo-key-1042-orders")
        self.assertTrue(account.can_write)
        self.assertTrue(account._get_operation_problem("label_request"))

    def test_the_form_can_be_filled_in_by_hand(self):
        form = Form(self._as(ADMINISTRATOR, self.env["marketplace.account.connect"]))
        form.client_id = CLIENT_ID
        form.api_key = WRITE_KEY
        form.mode = "rehearsal"
        form.base_url = self.simulator.ozon_url
        dialog = form.save()
        dialog.action_check()
        self.assertEqual(dialog.state, "found", dialog.problem)

    # --- keys and addresses that do not work --------------------------------------------------------------------
    def test_wrong_key(self):
        self._check_refused("does not know the key of account Ozon: check Client ID and API key", api_key="nonsense")

    def test_wrong_client_id(self):
        self._check_refused("does not know the key", client_id="999")

    def test_client_id_that_is_no_number(self):
        self._check_refused("Client ID of account Ozon is not a number", client_id="my shop")

    def test_expired_key(self):
        self._check_refused("has expired or was switched off", api_key="demo-key-1042-expired")

    def test_key_of_strange_letters(self):
        self._check_refused("does not know the key", api_key="ключ")

    def test_blocked_cabinet(self):
        self._set(company_blocked=True)
        self._check_refused("has blocked the cabinet")

    def test_simulator_that_does_not_run(self):
        self._check_refused("Ozon cannot be reached", base_url=NOWHERE)

    def test_broken_marketplace(self):
        self._fail("/v1/roles", "status", status=500, times=None)
        self._check_refused("Ozon cannot be reached")

    def test_unreadable_answer(self):
        self._fail("/v1/roles", "html_502", times=None)
        self._check_refused("Ozon cannot be reached")

    def test_warehouses_that_cannot_be_read(self):
        self._fail("/v2/warehouse/list", "status", status=500, times=None)
        self._check_refused("Ozon cannot be reached")

    def test_a_second_try_in_the_same_dialog(self):
        dialog = self._check_refused("does not know the key", api_key="nonsense")
        dialog.api_key = WRITE_KEY
        dialog.action_check()
        self.assertFalse(dialog.problem)
        self.assertEqual(dialog.state, "found")
        dialog.action_back()
        self.assertEqual(dialog.state, "key")

    def test_no_key_at_all(self):
        with self.assertRaisesRegex(UserError, "Enter the API key"):
            self._open(api_key=False).action_check()

    def test_rehearsal_without_an_address(self):
        self._check_refused("Ozon cannot be reached", base_url="nonsense")

    def test_not_for_users(self):
        with self.assertRaises(AccessError):
            self._as(USER, self.env["marketplace.account.connect"]).create({"client_id": CLIENT_ID})

    # --- the same cabinet again ---------------------------------------------------------------------------------
    def test_the_same_cabinet_again_is_the_same_account(self):
        account = self._connect()
        tax = self.taxes[22]
        account.write({"name": "Мой магазин", "vat_policy": "tax", "sale_tax_id": tax.id, "auto_confirm": False})
        since = account.start_date = fields.Datetime.to_datetime("2026-01-01")
        again = self._connect(api_key="demo-key-1042-orders", name="Other")
        self.assertEqual(again, account)
        self.assertEqual(len(self._accounts()), 1)
        self.assertEqual(account.sudo().api_key, "demo-key-1042-orders")
        self.assertEqual((account.name, account.vat_policy, account.sale_tax_id), ("Мой магазин", "tax", tax))
        self.assertEqual((account.start_date, account.auto_confirm), (since, False), "A new key changes no settings")

    def test_an_archived_account_comes_back(self):
        account = self._connect()
        account.active = False
        self.assertEqual(self._connect(), account)
        self.assertTrue(account.active)

    def test_new_key_on_a_paused_account(self):
        number = self._buy((self.products[0], 1))
        account = self._connect()
        account.start_date = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        account.sudo().api_key = "demo-key-1042-expired"
        self._run_jobs()
        self.assertEqual(account.state, "paused")
        self.assertTrue(account.activity_ids)
        context = self._as(ADMINISTRATOR, account).action_connect()["context"]
        dialogs = self._as(ADMINISTRATOR, self.env["marketplace.account.connect"]).with_context(**context)
        dialog = dialogs.create({})
        self.assertEqual((dialog.account_id, dialog.client_id, dialog.api_key), (account, CLIENT_ID, False))
        dialog.action_check()
        self.assertIn("expired", dialog.problem, "Without a new key the present one is checked")
        dialog.api_key = WRITE_KEY
        dialog.action_check()
        self.assertEqual(dialog.state, "found", dialog.problem)
        dialog.action_finish()
        self.assertEqual(account.state, "connected")
        self.assertFalse(account.pause_reason)
        self.assertFalse(account.activity_ids)
        self._run_jobs()
        order = self.env["marketplace.order"].search([("account_id", "=", account.id), ("number", "=", number)])
        self.assertEqual(order.state, "done")

    def test_warehouses_keep_their_link(self):
        account = self._connect()
        account.warehouse_ids[0].warehouse_id = self.warehouse
        self._connect()
        self.assertEqual(account.warehouse_ids[0].warehouse_id, self.warehouse)
        self.assertEqual(len(account.warehouse_ids), len(set(account.warehouse_ids.mapped("external_id"))))
