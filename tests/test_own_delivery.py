from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .roles_case import ACCOUNTANT, USER, RolesCase
from .shipping_case import ShippingCase

DELIVERING, LAST_MILE = "/v2/fbs/posting/delivering", "/v2/fbs/posting/last-mile"
DELIVERED, TRACKING = "/v2/fbs/posting/delivered", "/v2/fbs/posting/tracking-number/set"
SLOT = "/v1/posting/fbs/timeslot/set"


class OwnDeliveryCase(ShippingCase):
    def _make_buyer(self, number=55, street="ул. Ленина, д. 1", **values):
        return {
            "name": "Пётр Иванов",
            "phone": "+79990001122",
            "customer_id": number,
            "address": {"address_tail": street, "city": "Москва", "region": "Москва", "zip_code": "101000"},
            **values,
        }

    def _sell(self, buyer=None, **values):
        return self._receive((self.products[0], 1), scheme="rfbs", customer=buyer or self._make_buyer(), **values)

    def _ready(self, count=1):
        """Assembled, to be handed to the courier."""
        orders = self._receive_many([[(self.products[0], 1)]] * count, scheme="rfbs", customer=self._make_buyer())
        orders.action_ship()
        self._run_jobs()
        self.assertEqual(set(orders.mapped("ship_state")), {"shipped"})
        return orders

    def _put(self, order, status, substatus):
        spec = {"status": status, "substatus": substatus}
        self.simulator.control("POST", f"ozon/postings/{order.number}/status", spec)


@tagged("post_install", "-at_install")
class TestBuyers(OwnDeliveryCase):
    """Whom the driver visits."""

    def test_the_marketplace_is_the_customer_the_buyer_gets_the_parcel(self):
        self.account.customer_policy = "account"
        sale = self._sell().sale_order_id
        contact = sale.partner_shipping_id
        self.assertEqual((sale.partner_id, contact.parent_id), (self.account.partner_id, self.account.partner_id))
        self.assertEqual((contact.type, contact.name, contact.phone), ("delivery", "Пётр Иванов", "+79990001122"))
        self.assertEqual((contact.street, contact.city, contact.zip), ("ул. Ленина, д. 1", "Москва", "101000"))
        self.assertEqual(sale.picking_ids.partner_id, contact)

    def test_the_buyer_is_the_customer(self):
        self.account.customer_policy = "buyer"
        sale = self._sell().sale_order_id
        self.assertEqual((sale.partner_id.name, sale.partner_id.parent_id.id), ("Пётр Иванов", False))
        self.assertEqual(sale.partner_shipping_id, sale.partner_id)
        self.assertEqual(sale.partner_id.company_id, self.company)

    def test_the_same_buyer_is_one_partner(self):
        for policy in ("account", "buyer"):
            with self.subTest(policy=policy):
                self.account.customer_policy = policy
                first, second = self._sell().sale_order_id, self._sell().sale_order_id
                self.assertEqual(first.partner_shipping_id, second.partner_shipping_id)
                self.assertEqual(first.partner_id, second.partner_id)

    def test_namesakes_are_two_people(self):
        for number, policy in enumerate(("account", "buyer"), 60):
            with self.subTest(policy=policy):
                self.account.customer_policy = policy
                first = self._sell(self._make_buyer(number)).sale_order_id
                second = self._sell(self._make_buyer(number + 10)).sale_order_id
                self.assertNotEqual(first.partner_shipping_id, second.partner_shipping_id)

    def test_a_partner_of_that_name_is_not_the_buyer(self):
        known = self.env["res.partner"].create({"name": "Пётр Иванов", "phone": "+79990001122"})
        self.account.customer_policy = "buyer"
        self.assertNotEqual(self._sell().sale_order_id.partner_id, known)

    def test_another_address_leaves_the_first_as_it_was(self):
        for policy in ("account", "buyer"):
            with self.subTest(policy=policy):
                self.account.customer_policy = policy
                first = self._sell().sale_order_id
                second = self._sell(self._make_buyer(street="ул. Мира, д. 2")).sale_order_id
                self.assertEqual(first.partner_id, second.partner_id)
                self.assertEqual(first.partner_shipping_id.street, "ул. Ленина, д. 1")
                self.assertEqual(second.partner_shipping_id.street, "ул. Мира, д. 2")
                self.assertEqual(second.partner_shipping_id.type, "delivery")

    def test_accounts_do_not_share_buyers(self):
        first = self._sell()
        known = first.sale_order_id.partner_shipping_id.marketplace_buyer_ref
        other = self._make_account(name="Ozon 2", client_id="777")
        self.assertEqual(self.env["marketplace.buyer"]._make_contact_ref(self.account, first), known)
        self.assertNotEqual(self.env["marketplace.buyer"]._make_contact_ref(other, first), known)

    def test_without_a_phone(self):
        sale = self._sell(self._make_buyer(phone=None)).sale_order_id
        self.assertFalse(sale.partner_shipping_id.phone)
        self.assertEqual(sale.partner_shipping_id.name, "Пётр Иванов")

    def test_without_a_number_of_the_buyer(self):
        for policy in ("account", "buyer"):
            with self.subTest(policy=policy):
                self.account.customer_policy = policy
                first = self._sell(self._make_buyer(None)).sale_order_id
                second = self._sell(self._make_buyer(None)).sale_order_id
                self.assertEqual(first.partner_id, self.account.partner_id)
                self.assertNotEqual(first.partner_shipping_id, second.partner_shipping_id)
                self.assertEqual(first.partner_shipping_id.street, "ул. Ленина, д. 1")

    def test_the_carrier_of_the_warehouse(self):
        service = self.env["product.product"].create({"name": "Доставка", "type": "service"})
        own, common = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": service.id} for name in ("Свои курьеры", "Ozon")]
        )
        self.account.carrier_id = common
        self._poll("warehouses_poll")
        order = self._sell()
        self.assertTrue(order.warehouse_id)
        self.assertEqual(order.sale_order_id.carrier_id, common)
        order.warehouse_id.carrier_id = own
        second = self._sell()
        self.assertEqual((second.sale_order_id.carrier_id, second.picking_ids.carrier_id), (own, own))


@tagged("post_install", "-at_install")
class TestOwnDelivery(RolesCase, OwnDeliveryCase):
    """What the marketplace is told on the way to the buyer."""

    def test_one_step_after_the_other(self):
        order = self._ready()
        for action, step, status in (
            ("action_courier", "delivering", "delivering"),
            ("action_last_mile", "last_mile", "delivering"),
            ("action_delivered", "delivered", "delivered"),
        ):
            getattr(order, action)()
            self._run_jobs()
            self.assertEqual((order.delivery_step, order.status), (step, status))
            self.assertFalse(order.delivery_problem or order.delivery_target)
        self.assertEqual(self._there(order)["status"], "delivered")
        with self.assertRaisesRegex(UserError, "that you deliver yourself"):
            order.action_delivered()

    def test_a_leap_is_told_step_by_step(self):
        order = self._ready()
        order.action_delivered()
        self._run_jobs()
        self.assertEqual((order.delivery_step, order.delivery_problem), ("delivered", False))
        self.assertEqual([self._count_requests(path) for path in (DELIVERING, LAST_MILE, DELIVERED)], [1, 1, 1])

    def test_told_again_tells_nothing(self):
        order = self._ready()
        order.action_last_mile()
        self._run_jobs()
        order.action_courier()
        self._run_jobs()
        self.assertEqual(self._count_requests(DELIVERING), 1)
        self.assertEqual((order.delivery_step, order.delivery_problem), ("last_mile", False))

    def test_many_share_calls(self):
        orders = self._ready(5)
        orders.action_delivered()
        self._run_jobs()
        self.assertEqual(set(orders.mapped("delivery_step")), {"delivered"})
        self.assertEqual([self._count_requests(path) for path in (DELIVERING, LAST_MILE, DELIVERED)], [1, 1, 1])

    def test_one_refused_does_not_stop_the_others(self):
        orders = self._ready(3)
        self._put(orders[1], "arbitration", "posting_in_arbitration")
        orders.action_courier()
        self._run_jobs()
        self.assertEqual((orders[0] | orders[2]).mapped("delivery_step"), ["delivering"] * 2)
        self.assertTrue(orders[1].delivery_problem)
        self.assertFalse((orders[0] | orders[2]).filtered("delivery_problem"))

    def test_refused_and_told_again(self):
        order = self._ready()
        self._put(order, "arbitration", "posting_in_arbitration")
        order.action_courier()
        self._run_jobs()
        self.assertTrue(order.delivery_problem)
        self._put(order, "awaiting_deliver", "posting_created")
        order.action_retry_delivery()
        self._run_jobs()
        self.assertEqual((order.delivery_step, order.delivery_problem), ("delivering", False))

    def test_somebody_was_quicker_in_the_cabinet(self):
        order = self._ready()
        self._put(order, "delivering", "posting_in_courier_service")
        order.action_last_mile()
        self._run_jobs()
        self.assertEqual((order.delivery_step, order.delivery_problem), ("last_mile", False))
        order.action_delivered()
        self._run_jobs()
        self.assertEqual(order.delivery_step, "delivered")

    def test_refused_and_done_in_the_cabinet(self):
        order = self._ready()
        self._put(order, "arbitration", "posting_in_arbitration")
        order.action_courier()
        self._run_jobs()
        self.assertTrue(order.needs_attention)
        self._put(order, "delivering", "posting_in_carriage")
        self._poll("statuses_poll")
        self.assertEqual((order.status, order.delivery_target, order.delivery_problem), ("delivering", False, False))
        self.assertFalse(order.needs_attention, "what was to be told is known there")
        self.assertEqual(self._jobs(order, "delivery_status").state, "cancelled")

    def test_temporary_trouble_is_nobodys_business(self):
        order = self._ready()
        self.simulator.control("POST", "faults", {"path": DELIVERING, "kind": "status", "status": 500})
        order.action_courier()
        self._run_jobs("orders", rounds=1)
        self.assertEqual(self._jobs(order, "delivery_status").state, "pending")
        self.assertFalse(order.needs_attention)
        self.simulator.control("DELETE", "faults")
        self._run_jobs()
        self.assertEqual(order.status, "delivering")

    def test_cancelled_on_the_way(self):
        order = self._ready()
        order.action_delivered()
        self._cancel_there(order)
        self._run_jobs()
        self.assertEqual((order.status, order.delivery_target, order.delivery_problem), ("cancelled", False, False))

    def test_not_assembled_yet(self):
        order = self._sell()
        order.action_courier()
        self._run_jobs()
        self.assertIn("Assemble the posting first", order.delivery_problem)
        order.action_ship()
        self._run_jobs()
        order.action_retry_delivery()
        self._run_jobs()
        self.assertEqual((order.delivery_step, order.delivery_problem), ("delivering", False))

    def test_assembled_and_handed_over_by_validating(self):
        self.account._get_trigger_row("rfbs", "validated").message = "assembled_delivering"
        order = self._sell()
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.delivery_step), ("shipped", "delivering"))
        self.assertFalse(order.delivery_problem)

    def test_the_answer_was_lost(self):
        order = self._ready()
        self._fail(DELIVERING, "accept_then_timeout", delay=0)
        order.action_courier()
        self._run_jobs()
        self.assertEqual((order.delivery_step, order.delivery_problem), ("delivering", False))

    # --- tracking numbers ---------------------------------------------------------------------------------------
    def test_tracking_numbers_share_a_call(self):
        orders = self._ready(4)
        for number, order in enumerate(orders):
            order.picking_ids.carrier_tracking_ref = f"TRACK-{number}"
        self._run_jobs()
        self.assertEqual(orders.mapped("tracking_number"), [f"TRACK-{number}" for number in range(4)])
        self.assertEqual(self._count_requests(TRACKING), 1)
        self.assertEqual(self._there(orders[2])["tracking_number"], "TRACK-2")

    def test_a_tracking_number_is_corrected(self):
        order = self._ready()
        for number in ("TRACK-1", "TRACK-2"):
            order.picking_ids.carrier_tracking_ref = number
            self._run_jobs()
        self.assertEqual((order.tracking_number, self._there(order)["tracking_number"]), ("TRACK-2", "TRACK-2"))
        order.picking_ids.carrier_tracking_ref = "TRACK-2"
        self._run_jobs()
        self.assertEqual(self._count_requests(TRACKING), 2)

    def test_tracking_refused(self):
        order = self._ready()
        self._fail(TRACKING, "status", status=400, message="INVALID_TRACKING_NUMBER", times=None)
        order.picking_ids.carrier_tracking_ref = "TRACK-1"
        self._run_jobs()
        self.assertTrue(order.delivery_problem)
        self.assertFalse(order.tracking_number)
        self._recover()
        order.action_retry_delivery()
        self._run_jobs()
        self.assertEqual((order.tracking_number, order.delivery_problem), ("TRACK-1", False))

    def test_fbs_tells_no_tracking_number(self):
        order = self._ship((self.products[0], 1))
        order.picking_ids.carrier_tracking_ref = "TRACK-1"
        self._run_jobs()
        self.assertEqual(self._count_requests(TRACKING), 0)

    # --- times --------------------------------------------------------------------------------------------------
    def _change(self, order, **values):
        action = order.action_change_delivery_time()
        self.env[action["res_model"]].with_context(**action["context"]).create(values).action_send()
        self._run_jobs()

    def test_delivery_window(self):
        order = self._sell()
        begin = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        self._change(order, since=begin, until=begin + timedelta(hours=4))
        self.assertEqual((order.delivery_from, order.delivery_to), (begin, begin + timedelta(hours=4)))
        self.assertFalse(order.activity_ids)

    def test_changes_are_used_up(self):
        order = self._sell()
        begin = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        for hours in (0, 1, 2):
            self._change(order, since=begin + timedelta(hours=hours), until=begin + timedelta(hours=6))
        self.assertEqual(order.delivery_from, begin + timedelta(hours=1), "Twice is as often as it goes")
        self.assertEqual(self._count_requests(SLOT), 2)
        self.assertIn("as often as the marketplace allows", order.activity_ids.note)

    def test_ship_by(self):
        order = self._sell()
        moment = order.ship_by - timedelta(hours=3)
        self._change(order, ship_by=moment)
        self.assertEqual(order.ship_by, moment)
        self.assertEqual(order.sale_order_id.commitment_date, moment)

    def test_ship_by_later_is_refused(self):
        order = self._sell()
        before = order.ship_by
        self._change(order, ship_by=before + timedelta(days=3))
        self.assertEqual(order.ship_by, before)
        self.assertTrue(order.activity_ids)

    def test_window_and_ship_by_one_after_the_other(self):
        order = self._sell()
        begin = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        moment = order.ship_by - timedelta(hours=1)
        action = order.action_change_delivery_time()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"since": begin, "until": begin + timedelta(hours=4)}).action_send()
        wizard.create({"ship_by": moment}).action_send()
        self._run_jobs()
        self.assertEqual((order.delivery_from, order.ship_by), (begin, moment), "Both were told")

    def test_times_that_make_no_sense(self):
        order = self._sell()
        begin = fields.Datetime.now()
        with self.assertRaisesRegex(UserError, "from when until when"):
            self._change(order, since=begin, until=begin)
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            self._change(order)
        with self.assertRaisesRegex(UserError, "deliver yourself"):
            self._change(self._receive((self.products[0], 1)), ship_by=begin)

    # --- roles --------------------------------------------------------------------------------------------------
    def test_roles(self):
        self.users = {role: self._make_user(role) for role in (USER, ACCOUNTANT)}
        order = self._ready()
        with self.assertRaises(AccessError):
            self._as(ACCOUNTANT, order).action_delivered()
        self._as(USER, order).action_delivered()
        self._run_jobs()
        self.assertEqual(order.delivery_step, "delivered")

    def test_fbs_is_not_reported(self):
        order = self._ship((self.products[0], 1))
        with self.assertRaisesRegex(UserError, "deliver yourself"):
            order.action_courier()
