import time
from datetime import datetime, timedelta, timezone

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase
from .roles_case import ACCOUNTANT, ADMINISTRATOR, USER, RolesCase


class StatusMapCase(OrdersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.invoice_policy = "delivery"
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _set(self, scheme="fbs", status="delivering", action="deliver", account=None, **values):
        row = (account or self.account)._get_status_action(scheme, status)
        row.write({"action": action, **values})
        return row

    def _sell(self, scheme="fbs", number_of_orders=1, offer=None):
        return self._import(
            *(
                make_order([make_line(offer or self.offers[0], 2, "50.00")], scheme=scheme)
                for _number in range(number_of_orders)
            )
        )

    def _invoices(self, orders):
        return orders.sale_order_id.invoice_ids


@tagged("post_install", "-at_install")
class TestStatusActions(StatusMapCase):
    """Marketplace → Odoo: each action of the table."""

    def test_nothing(self):
        for scheme in ("fbs", "rfbs", "fbo"):
            with self.subTest(scheme=scheme):
                self._set(scheme, action="none")
                order = self._sell(scheme)
                self._see(order, "delivering")
                self.assertEqual(order.status, "delivering")
                self.assertNotEqual(order.picking_ids.state, "done")
                self.assertFalse(order.problem)

    def test_confirm(self):
        for scheme in ("fbs", "rfbs", "fbo"):
            with self.subTest(scheme=scheme):
                self._set(scheme, action="confirm")
                order = self._sell(scheme)
                self._see(order, "delivering")
                self.assertEqual(order.sale_order_id.state, "sale")
                self.assertNotEqual(order.picking_ids.state, "done")

    def test_a_quotation_stays_one_until_it_is_delivered(self):
        self.account.auto_confirm = False
        self._set(status="assembled", action="confirm")
        order = self._sell()
        self.assertEqual(order.sale_order_id.state, "draft")
        self._see(order, "assembled")
        self.assertEqual(order.sale_order_id.state, "draft", "People confirm here")
        self._see(order, "delivering", 2)
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.picking_ids.state, "done")

    def test_deliver(self):
        for scheme in ("fbs", "rfbs", "fbo"):
            with self.subTest(scheme=scheme):
                order = self._sell(scheme)
                self._see(order, "delivering")
                self.assertEqual((order.picking_ids.state, order.problem), ("done", False))
                self.assertFalse(self._invoices(order))
                self.assertFalse(self._find_jobs("ship"), "The marketplace knows already")

    def test_deliver_needs_the_goods(self):
        self.env["stock.quant"]._update_available_quantity(self.products[2], self.warehouse.lot_stock_id, -1000)
        poor, rich = self._sell(offer=self.offers[2]), self._sell()
        self._see(poor | rich, "delivering")
        self.assertEqual((rich.picking_ids.state, rich.problem), ("done", False))
        self.assertEqual((poor.problem_kind, poor.picking_ids.state), ("action", "confirmed"))
        self.assertIn(poor.picking_ids.name, poor.problem)
        self.env["stock.quant"]._update_available_quantity(self.products[2], self.warehouse.lot_stock_id, 5)
        poor.picking_ids.action_assign()
        self._see(poor, "delivered", 2)
        self.assertEqual((poor.picking_ids.state, poor.problem, poor.problem_kind), ("done", False, False))

    def test_invoice(self):
        for scheme in ("fbs", "rfbs", "fbo"):
            with self.subTest(scheme=scheme):
                self._set(scheme, action="invoice")
                order = self._sell(scheme)
                self._see(order, "delivering")
                invoice = self._invoices(order)
                self.assertEqual((order.problem, order.picking_ids.state), (False, "done"))
                self.assertEqual((invoice.state, invoice.payment_state), ("posted", "not_paid"))
                self.assertEqual((invoice.amount_total, invoice.currency_id.name), (100.0, "RUB"))

    def test_invoiced_once(self):
        self._set(action="invoice")
        self._set(status="delivered", action="invoice")
        order = self._sell()
        self._see(order, "delivering")
        self._see(order, "delivered", 2)
        self.assertEqual(len(self._invoices(order)), 1)

    def test_a_draft_invoice_is_posted(self):
        self.products.invoice_policy = "order"
        self._set(action="invoice")
        order = self._sell()
        invoice = order.sale_order_id._create_invoices()
        self._see(order, "delivering")
        self.assertEqual((self._invoices(order), invoice.state), (invoice, "posted"))

    def test_paid(self):
        self.account.payment_journal_id = self.journal
        for scheme in ("fbs", "rfbs", "fbo"):
            with self.subTest(scheme=scheme):
                self._set(scheme, action="paid")
                order = self._sell(scheme)
                self._see(order, "delivering")
                invoice = self._invoices(order)
                self.assertFalse(order.problem)
                self.assertIn(invoice.payment_state, ("paid", "in_payment"))
                self.assertEqual(invoice.matched_payment_ids.journal_id, self.journal)
                self.assertEqual(invoice.matched_payment_ids.amount, 100.0)

    def test_paid_once(self):
        self.account.payment_journal_id = self.journal
        self._set(action="paid")
        self._set(status="delivered", action="paid")
        order = self._sell()
        self._see(order, "delivering")
        self._see(order, "delivered", 2)
        self.assertEqual(len(self._invoices(order).matched_payment_ids), 1)

    def test_paid_without_a_journal(self):
        self._set(action="paid")
        order = self._sell()
        self._see(order, "delivering")
        self.assertEqual(order.problem_kind, "action")
        self.assertIn("clearing journal", order.problem)
        self.assertTrue(order.needs_attention)
        self.account.payment_journal_id = self.journal
        order.action_retry()
        self.env["marketplace.status.applier"]._apply(order)
        self.assertFalse(order.problem)
        self.assertIn(self._invoices(order).payment_state, ("paid", "in_payment"))

    def test_many_at_once_and_one_that_fails(self):
        self.account.payment_journal_id = self.journal
        self._set(action="paid")
        self.env["stock.quant"]._update_available_quantity(self.products[2], self.warehouse.lot_stock_id, -1000)
        orders, poor = self._sell(number_of_orders=6), self._sell(offer=self.offers[2])
        self._see(orders | poor, "delivering")
        self.assertEqual(set(orders.mapped("picking_ids.state")), {"done"})
        self.assertEqual(len(self._invoices(orders)), 6, "One invoice per posting")
        self.assertTrue(set(self._invoices(orders).mapped("payment_state")) <= {"paid", "in_payment"})
        self.assertEqual(self._invoices(orders).mapped("amount_residual"), [0.0] * 6)
        self.assertEqual((poor.problem_kind, len(self._invoices(poor))), ("action", 0))
        self.assertFalse((orders | poor).filtered("to_apply"))

    def test_tag(self):
        tag = self.env["crm.tag"].create({"name": "В пути"})
        self._set(action="none", tag_id=tag.id)
        order = self._sell()
        other = self.env["crm.tag"].create({"name": "Свой"})
        order.sale_order_id.tag_ids = other
        self._see(order, "delivering")
        self.assertEqual(order.sale_order_id.tag_ids, tag | other)

    def test_tag_of_a_cancelled_order(self):
        tag = self.env["crm.tag"].create({"name": "Отменён"})
        self._set(status="cancelled", action="cancel", tag_id=tag.id)
        order = self._sell()
        self._see(order, "cancelled", cancellation=dto.Cancellation(reason="Передумал", initiator="buyer"))
        self.assertEqual((order.sale_order_id.state, order.sale_order_id.tag_ids), ("cancel", tag))

    def test_cancelled_may_do_nothing(self):
        self._set(status="cancelled", action="none")
        order = self._sell()
        self._see(order, "cancelled", cancellation=dto.Cancellation(reason="Передумал", initiator="buyer"))
        self.assertEqual((order.sale_order_id.state, order.picking_ids.state), ("sale", "assigned"))
        self.assertEqual(order.cancel_state, "hold", "A person decides")
        self.assertIn("leaves the order to you", order.problem)
        shipped, problems = self.env["marketplace.shipment"]._assemble(order)
        self.assertFalse(shipped, "But nobody packs it")
        self.assertTrue(problems)
        order.action_goods_back()
        self.assertEqual((order.sale_order_id.state, order.cancel_state), ("cancel", "done"))

    def test_what_does_not_fit_a_status_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "can only be cancelled"):
            self._set(status="cancelled", action="deliver")
        with self.assertRaisesRegex(ValidationError, "Only a posting that is cancelled"):
            self._set(status="delivering", action="cancel")

    def test_held_for_its_goods_is_not_invoiced(self):
        self._set(status="dispute", action="invoice")
        order = self._sell()
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self._see(order, "cancelled", cancellation=dto.Cancellation(reason="Передумал", initiator="buyer"))
        self.assertEqual(order.cancel_state, "hold")
        self.env["marketplace.status.applier"]._apply(order)
        self.assertFalse(self._invoices(order))

    def test_it_runs_as_a_job(self):
        self.account.payment_journal_id = self.journal
        orders = self._sell(number_of_orders=2)
        posting = make_order(
            [make_line(self.offers[0], 2, "50.00")],
            number=orders[0].number,
            status="delivering",
            raw_status="delivering",
            observed_at=datetime.now(timezone.utc) + timedelta(minutes=1),
        )
        self._store(posting)
        job = self._find_jobs("status_apply")
        self.assertEqual((len(job), orders.mapped("to_apply")), (1, [True, False]))
        self.env["marketplace.status.applier"]._run_apply(job, None, time.monotonic() + 60)
        self.assertEqual(orders.picking_ids.mapped("state"), ["done", "assigned"])


@tagged("post_install", "-at_install")
class TestStatusTables(RolesCase, StatusMapCase):
    """The tables of an account."""

    def test_a_new_account_has_both(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        self.assertEqual(set(other.status_action_ids.mapped("scheme")), {"fbs", "rfbs", "fbo"})
        self.assertEqual(other._get_status_action("fbs", "delivering").action, "deliver")
        self.assertEqual(other._get_status_action("fbs", "cancelled").action, "cancel")
        self.assertEqual(other._get_message("fbs", "validated"), "assembled")
        self.assertEqual(other._get_message("rfbs", "delivered"), "delivered")
        self.assertEqual(other._get_message("fbo", "validated"), "nothing")

    def test_each_account_has_its_own(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        self._set(action="none", account=other)
        order = self._sell()
        self._see(order, "delivering")
        self.assertEqual(order.picking_ids.state, "done")

    def test_missing_rows_come_back_and_changes_stay(self):
        self._set(action="invoice")
        self.account._get_status_action("fbs", "delivered").unlink()
        self.account._ensure_status_maps()
        self.assertEqual(self.account._get_status_action("fbs", "delivered").action, "deliver")
        self.assertEqual(self.account._get_status_action("fbs", "delivering").action, "invoice")

    def test_reset(self):
        self._set(action="invoice")
        self.account._get_trigger_row("fbs", "validated").message = "nothing"
        count = len(self.account.status_action_ids)
        self.account.action_reset_status_maps()
        self.assertEqual(len(self.account.status_action_ids), count)
        self.assertEqual(self.account._get_status_action("fbs", "delivering").action, "deliver")
        self.assertEqual(self.account._get_message("fbs", "validated"), "assembled")

    def test_without_a_row_nothing_happens(self):
        self.account._get_status_action("fbs", "delivering").unlink()
        order = self._sell()
        self._see(order, "delivering")
        self.assertEqual((order.picking_ids.state, order.problem), ("assigned", False))

    def test_one_row_per_status(self):
        row = self.account._get_status_action("fbs", "delivering")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            row.copy()

    def test_a_copied_account_has_its_own_tables(self):
        self._set(action="invoice")
        copied = self.account.copy({"client_id": "888"})
        self.assertEqual(len(copied.status_action_ids), len(self.account.status_action_ids))
        self.assertFalse(copied.status_action_ids & self.account.status_action_ids)

    def test_only_administrators_change_them(self):
        self.users = {role: self._make_user(role) for role in (USER, ACCOUNTANT, ADMINISTRATOR)}
        row = self.account._get_status_action("fbs", "delivering")
        trigger = self.account._get_trigger_row("fbs", "validated")
        for role in (USER, ACCOUNTANT):
            with self.subTest(role=role):
                self.assertEqual(self._as(role, row).action, "deliver")
                with self.assertRaises(AccessError):
                    self._as(role, row).action = "none"
                with self.assertRaises(AccessError):
                    self._as(role, trigger).message = "nothing"
                with self.assertRaises(AccessError):
                    self._as(role, self.account).action_reset_status_maps()
        self._as(ADMINISTRATOR, row).action = "none"
        self._as(ADMINISTRATOR, self.account).action_reset_status_maps()
        self.assertEqual(self.account._get_status_action("fbs", "delivering").action, "deliver")


@tagged("post_install", "-at_install")
class TestStatusTriggers(StatusMapCase):
    """Odoo → marketplace."""

    def _validate(self, order):
        order.picking_ids.with_context(skip_sms=True).button_validate()

    def _tell(self, scheme, event, message):
        self.account._get_trigger_row(scheme, event).message = message

    def test_validated_and_assembled(self):
        order = self._sell()
        self._validate(order)
        self.assertEqual(len(self._find_jobs("ship")), 1)
        self.assertFalse(self._find_jobs("delivery_status"))

    def test_validated_and_nothing(self):
        self._tell("fbs", "validated", "nothing")
        order = self._sell()
        self._validate(order)
        self.assertFalse(self._find_jobs("ship"))
        self.assertEqual(order.ship_state, "none")

    def test_validated_and_nothing_then_assembled_by_hand(self):
        self._tell("fbs", "validated", "nothing")
        order = self._sell()
        self._validate(order)
        shipped, problems = self.env["marketplace.shipment"]._assemble(order)
        self.assertEqual((shipped, problems), (order, []))
        self.assertEqual(len(self._find_jobs("ship")), 1)

    def test_validated_and_assembled_then_delivering(self):
        self._tell("rfbs", "validated", "assembled_delivering")
        order = self._sell("rfbs")
        self._validate(order)
        self.assertEqual(len(self._find_jobs("ship")), 1)
        self.assertEqual(len(self._find_jobs("delivery_status")), 1)
        self.assertEqual(order.delivery_target, "delivering")

    def test_impossible_for_fbs(self):
        with self.assertRaisesRegex(ValidationError, "cannot be told for FBS"):
            self._tell("fbs", "validated", "assembled_delivering")
        with self.assertRaisesRegex(ValidationError, "cannot be told"):
            self.env["marketplace.status.trigger"].create(
                {"account_id": self.account.id, "scheme": "fbo", "event": "validated", "message": "assembled"}
            )

    def test_fbo_tells_nothing(self):
        self._see(self._sell("fbo"), "delivering")
        self.assertFalse(self._find_jobs("ship") | self._find_jobs("delivery_status"))


@tagged("post_install", "-at_install")
class TestSchedulesWithoutRights(OrdersCase):
    def test_what_the_key_does_not_allow_is_told_once(self):
        schedule = self.account._get_schedule("returns")
        self.account.operations = ["orders"]
        for number in (1, 2):
            schedule._enqueue_due()
            self.assertEqual(schedule.last_state, "failed")
            self.assertIn("may not do this", schedule.last_result)
            if number == 1:
                told = schedule.last_run = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.assertEqual(schedule.last_run, told, "Told once")
        self.assertFalse(self._find_jobs("returns_poll"))

    def test_allowed_later(self):
        schedule = self.account._get_schedule("returns")
        self.account.operations = []
        schedule._enqueue_due()
        self.account.operations = False
        schedule._enqueue_due()
        self.assertEqual(len(self._find_jobs("returns_poll")), 1)
