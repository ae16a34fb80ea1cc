from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .roles_case import ACCOUNTANT, ADMINISTRATOR, NOBODY, ROLES, STOCK_MANAGER, USER, RolesCase
from .shipping_case import ShippingCase

WORKERS = (USER, STOCK_MANAGER, ADMINISTRATOR)
#: Buttons that change something here or there.
CHANGING = (
    "action_retry",
    "action_accept_lines",
    "action_refresh",
    "action_ship",
    "action_request_labels",
    "action_goods_back",
    "action_goods_to_fbo",
    "action_courier",
    "action_last_mile",
    "action_delivered",
    "action_retry_delivery",
    "action_send_changed_codes",
)


@tagged("post_install", "-at_install")
class TestRolesOrders(RolesCase, ShippingCase):
    """Cancellations, own delivery, tables and tokens: who may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (*ROLES, NOBODY)}

    def _make_plain(self, *groups):
        """Somebody of this company without any role of the addon."""
        return new_test_user(
            self.env,
            "_".join(group.split(".")[1] for group in groups),
            ",".join(groups),
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def _hold(self):
        """Packed, then cancelled by the buyer."""
        order = self._ship((self.products[0], 2))
        self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual(order.cancel_state, "hold")
        return order

    # --- who may only look --------------------------------------------------------------------------------------
    def test_who_only_looks_changes_nothing(self):
        waiting, held = self._receive((self.products[0], 1)), self._hold()
        own = self._ship((self.products[0], 1), scheme="rfbs")
        shipped = self._ship((self.products[0], 1))
        own.delivery_problem = "X"
        number = self._buy((self.products[0], 1, "0"))
        self._poll()
        problem = self._find(number)
        problem.problem_kind = "total"
        self.assertEqual(problem.state, "problem")
        every = waiting | held | own | shipped | problem
        job_model = self.env["marketplace.job"]
        for group in (ACCOUNTANT, NOBODY):
            jobs = job_model.search_count([])
            for name in CHANGING:
                for order in every:
                    with self.subTest(group=group, action=name, number=order.number):
                        self.env.flush_all()
                        before = order.read(["write_date"])
                        # For want of rights, or because the posting's state forbids it to everybody.
                        with self.assertRaises(UserError):
                            getattr(self._as(group, order), name)()
                        self.assertEqual(order.read(["write_date"]), before)
            self.assertEqual(job_model.search_count([]), jobs)

    def test_dialogs_are_for_workers(self):
        order = self._receive((self.products[0], 1), scheme="rfbs")
        values = {
            "marketplace.order.cancel": {"order_ids": [Command.set(order.ids)], "kind": "other"},
            "marketplace.delivery.time": {"order_id": order.id},
        }
        for name, vals in values.items():
            for group in WORKERS:
                dialog = self._as(group, self.env[name]).create(vals)
                with self.assertRaises(AccessError):
                    self._as(ACCOUNTANT, dialog).read(["display_name"])
                other = STOCK_MANAGER if group != STOCK_MANAGER else USER
                with self.assertRaises(AccessError):
                    self._as(other, dialog).read(["display_name"])
            with self.assertRaises(AccessError):
                self._as(ACCOUNTANT, self.env[name]).create(vals)

    # --- who works ----------------------------------------------------------------------------------------------
    def test_workers_take_goods_back(self):
        for group in WORKERS:
            order = self._as(group, self._hold())
            self.assertIn("Unpack it", order.cancel_advice)
            order.action_goods_back()
            self.assertEqual((order.cancel_state, order.goods_state), ("done", "back"))

    def test_workers_take_goods_back_from_the_delivery(self):
        order = self._hold()
        self._as(
            USER, order.picking_ids.filtered(lambda picking: picking.state == "done")
        ).action_marketplace_goods_back()
        self.assertEqual(order.cancel_state, "done")

    def test_workers_cancel_there(self):
        self._poll("cancel_reasons_poll")
        for group in WORKERS:
            order = self._as(group, self._receive((self.products[0], 1)))
            action = order.action_cancel_there()
            with Form(order.env[action["res_model"]].with_context(**action["context"])) as form:
                form.kind = "out_of_stock"
                form.message = "Нет"
            form.record.action_cancel()
            self._run_jobs()
            self.assertEqual((order.status, order.cancel_initiator), ("cancelled", "seller"))

    def test_workers_report_the_delivery(self):
        for group in WORKERS:
            order = self._as(group, self._ship((self.products[0], 1), scheme="rfbs"))
            self.assertTrue(order.buyer_address)
            for name in ("action_courier", "action_last_mile", "action_delivered"):
                getattr(order, name)()
                self._run_jobs()
            self.assertEqual(order.status, "delivered")

    # --- tables, location, notifications ------------------------------------------------------------------------
    def test_only_administrators_change_tables(self):
        self._poll("cancel_reasons_poll")
        reason = self.env["marketplace.cancel.reason"].search([("account_id", "=", self.account.id)], limit=1)
        rows = (
            (self.account.status_action_ids[0], {"action": "none"}),
            (self.account.status_trigger_ids.filtered(lambda row: row.scheme == "rfbs")[0], {"message": "nothing"}),
            (reason, {"kind": False}),
            (self.account.notification_rule_ids[0], {"telegram": True}),
            (self.account, {"fbo_location_id": self.account.fbo_location_id.id}),
            (self.account, {"fbo_allow_negative": True}),
            (self.account, {"cancel_policy": "always"}),
        )
        for record, vals in rows:
            for group in (USER, STOCK_MANAGER, ACCOUNTANT, NOBODY):
                with self.subTest(model=record._name, group=group), self.assertRaises(AccessError):
                    self._as(group, record).write(vals)
            self._as(ADMINISTRATOR, record).write(vals)
        for group in (USER, STOCK_MANAGER, ACCOUNTANT):
            with self.assertRaises(AccessError):
                self._as(group, self.account).action_reset_status_maps()
        self._as(ADMINISTRATOR, self.account).action_reset_status_maps()
        self.assertNotEqual(self.account.status_action_ids[0].action, False)

    def test_account_form_of_an_administrator(self):
        """He is no administrator of stock, of accounting or of the whole database."""
        with Form(self._as(ADMINISTRATOR, self.account)) as form:
            form.cancel_policy = "age"
            form.cancel_hours = 48
            form.cancel_to_fbo = True
        self.assertEqual((self.account.cancel_policy, self.account.cancel_hours), ("age", 48))

    # --- people without a role ----------------------------------------------------------------------------------
    def test_a_plain_stock_user_validates(self):
        """Whoever validates the delivery: the marketplace is told, and the form opens for him."""
        # Odoo's own delivery form wants the second group wherever a carrier exists.
        packer = self._make_plain("stock.group_stock_user", "base.group_partner_manager")
        order = self._receive((self.products[0], 1))
        picking = order.picking_ids.with_user(packer).with_context(allowed_company_ids=self.company.ids)
        self._open(picking)
        picking.button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self._open(picking)

    def test_a_plain_stock_user_enters_a_tracking_number(self):
        packer = self._make_plain("stock.group_stock_user", "base.group_partner_manager")
        order = self._ship((self.products[0], 1), scheme="rfbs")
        picking = order.picking_ids.with_user(packer).with_context(allowed_company_ids=self.company.ids)
        picking.carrier_tracking_ref = "RA123"
        self._run_jobs()
        self.assertEqual(self._there(order)["tracking_number"], "RA123")

    def test_a_plain_salesman_opens_the_order(self):
        salesman = self._make_plain("sales_team.group_sale_salesman_all_leads")
        order = self._receive((self.products[0], 1))
        self._open(order.sale_order_id.with_user(salesman).with_context(allowed_company_ids=self.company.ids))

    def test_buyers_of_orders_are_seen_by_who_delivers(self):
        order = self._receive((self.products[0], 1), scheme="rfbs")
        for group in (*WORKERS, ACCOUNTANT):
            self.assertTrue(self._as(group, order).read(["buyer_name", "buyer_phone", "buyer_address"]))
        with self.assertRaises(AccessError):
            self._as(NOBODY, order).read(["buyer_name"])

    def _open(self, record):
        record.invalidate_recordset()
        self.assertTrue(record.web_read(self._get_spec(record, "form")))
