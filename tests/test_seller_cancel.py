from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .builders import make_line, make_order
from .roles_case import ACCOUNTANT, USER, RolesCase
from .shipping_case import ShippingCase

CANCEL, CANCEL_LINES = "/v2/posting/fbs/cancel", "/v2/posting/fbs/product/cancel"


@tagged("post_install", "-at_install")
class TestSellerCancel(RolesCase, ShippingCase):
    """The seller cancels on the marketplace."""

    def setUp(self):
        super().setUp()
        self._poll("cancel_reasons_poll")

    def _open(self, orders, **values):
        action = orders.action_cancel_there()
        model = self.env[action["res_model"]].with_env(orders.env).with_context(**action["context"])
        return model.create({"kind": "out_of_stock", **values})

    def _take_units(self, wizard, product, units):
        line = wizard.line_ids.filtered(lambda line: line.line_id.product_id == product)
        line.quantity = units

    def _settle(self):
        """A posting that has fewer units is looked at again after a while."""
        self.simulator.control("POST", "clock", {"advance": 60})
        self._run_jobs()

    def _free(self, product=None):
        stock = self.warehouse.lot_stock_id
        return self.env["stock.quant"]._get_available_quantity(product or self.products[0], stock)

    # --- whole postings -----------------------------------------------------------------------------------------
    def test_whole(self):
        order = self._receive((self.products[0], 2))
        wizard = self._open(order)
        self.assertEqual(wizard.reason_id.kind, "out_of_stock")
        wizard.action_cancel()
        self.assertEqual(order.sale_order_id.state, "sale", "The marketplace has the last word")
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state, order.cancel_state), ("cancelled", "cancel", "done"))
        self.assertEqual(order.cancel_initiator, "seller")
        self.assertEqual(self._free(), 1000)
        there = self._there(order)
        self.assertEqual(there["status"], "cancelled")

    def test_several_postings(self):
        orders = self._receive_many([[(self.products[0], 1)]] * 3)
        self._open(orders).action_cancel()
        self._run_jobs()
        self.assertEqual(set(orders.mapped("status")), {"cancelled"})
        self.assertEqual(self._free(), 1000)

    def test_after_it_was_assembled_the_goods_come_back(self):
        order = self._ship((self.products[0], 2))
        self._open(order).action_cancel()
        self._run_jobs()
        self.assertEqual((order.status, order.cancel_state), ("cancelled", "hold"))
        order.action_goods_back()
        self.assertEqual((order.cancel_state, self._free()), ("done", 1000))

    def test_pressed_twice(self):
        order = self._receive((self.products[0], 2))
        self._open(order).action_cancel()
        self._open(order).action_cancel()
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")
        self.assertFalse(order.activity_ids)
        with self.assertRaisesRegex(UserError, "cancelled already"):
            order.action_cancel_there()

    def test_cancelled_by_both_sides_at_once(self):
        order = self._receive((self.products[0], 2))
        wizard = self._open(order)
        self._cancel_there(order)
        wizard.action_cancel()
        self._run_jobs()
        self.assertEqual((order.status, order.cancel_state), ("cancelled", "done"))
        self.assertEqual(order.cancel_initiator, "buyer", "The buyer was quicker")
        self.assertFalse(order.activity_ids, "Nobody has to do anything")

    def test_answer_lost(self):
        order = self._receive((self.products[0], 2))
        self._fail(CANCEL, "accept_then_timeout", delay=0)
        self._open(order).action_cancel()
        self._run_jobs()
        self.assertEqual((order.status, order.cancel_state), ("cancelled", "done"))
        self.assertFalse(order.activity_ids)

    def test_refused(self):
        order = self._receive((self.products[0], 2))
        wizard = self._open(order)
        self.simulator.control("POST", f"ozon/postings/{order.number}/status", {"status": "delivering"})
        wizard.action_cancel()
        self._run_jobs()
        self.assertEqual(len(order.activity_ids), 1)
        self.assertTrue(order.activity_ids.note)
        self.assertNotEqual(order.status, "cancelled")
        self.assertEqual(order.sale_order_id.state, "sale")

    # --- reasons ------------------------------------------------------------------------------------------------
    def test_each_account_has_its_own_reasons(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        other.operations = self.account.operations
        self.env["marketplace.cancel.reason"].create(
            {"account_id": other.id, "name": "Нет в наличии", "external_id": "9", "kind": "out_of_stock"}
        )
        offer = self._make_offers(self.products[:1], account=other)
        first = self._receive((self.products[0], 1))
        second = self._import(make_order([make_line(offer, 1)]), account=other)
        wizard = self._open(first | second)
        self.assertFalse(wizard.account_id | wizard.reason_id.account_id)
        wizard.action_cancel()
        jobs = self._jobs(first | second, "cancel")
        own = self.env["marketplace.cancel.reason"]._find(self.account, "out_of_stock").external_id
        self.assertEqual({job.account_id: job.payload["reason_id"] for job in jobs}, {self.account: own, other: "9"})

    def test_no_reason_is_mapped(self):
        self.account.cancel_reason_ids.kind = False
        order = self._receive((self.products[0], 1))
        with self.assertRaisesRegex(UserError, "has none for it"):
            self._open(order).action_cancel()
        self.assertFalse(self._jobs(order, "cancel"))
        self._open(order, reason_id=self.account.cancel_reason_ids[0].id, message="Нет").action_cancel()
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")

    def test_an_explanation_is_required(self):
        order = self._receive((self.products[0], 1))
        reason = self.account.cancel_reason_ids.filtered("message_required")[:1]
        with self.assertRaisesRegex(UserError, "wants an explanation"):
            self._open(order, reason_id=reason.id).action_cancel()
        self._open(order, reason_id=reason.id, message="Брак").action_cancel()
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")

    def test_our_own_word_for_a_reason_stays(self):
        reason = self.account.cancel_reason_ids[0]
        reason.kind = "other"
        self._poll("cancel_reasons_poll")
        self.assertEqual(reason.kind, "other")

    # --- units --------------------------------------------------------------------------------------------------
    def test_some_units(self):
        order = self._receive((self.products[0], 3), (self.products[1], 2))
        wizard = self._open(order, by_position=True, message="Бой")
        self._take_units(wizard, self.products[0], 1)
        wizard.action_cancel()
        self._run_jobs()
        self._settle()
        self.assertEqual(order.status, "to_assemble")
        self.assertEqual(order.sale_order_id.order_line.mapped("product_uom_qty"), [2, 2])
        self.assertEqual((self._free(), self._free(self.products[1])), (998, 998))
        self.assertFalse(order.problem)
        order.action_ship()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.ship_problem), ("shipped", False))
        self.assertEqual(order.sale_order_id.order_line.mapped("qty_delivered"), [2, 2])

    def test_all_units(self):
        order = self._receive((self.products[0], 2))
        wizard = self._open(order, by_position=True, message="Бой")
        self._take_units(wizard, self.products[0], 2)
        wizard.action_cancel()
        self._run_jobs()
        self._settle()
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))
        self.assertEqual(self._free(), 1000)

    def test_units_twice(self):
        order = self._receive((self.products[0], 5))
        for left in (4, 3):
            wizard = self._open(order, by_position=True, message="Бой")
            self._take_units(wizard, self.products[0], 1)
            wizard.action_cancel()
            self._run_jobs()
            self._settle()
            self.assertEqual(order.sale_order_id.order_line.product_uom_qty, left)
        self.assertEqual(self._free(), 997)

    def test_units_of_two_products_one_after_the_other(self):
        order = self._receive((self.products[0], 3), (self.products[1], 3))
        for product in self.products[:2]:
            wizard = self._open(order, by_position=True, message="Бой")
            self._take_units(wizard, product, 1)
            wizard.action_cancel()
        self._run_jobs()
        self._settle()
        self.assertEqual(order.line_ids.mapped("there_quantity"), [2, 2], "Both were told")
        self.assertEqual(order.sale_order_id.order_line.mapped("product_uom_qty"), [2, 2])

    def test_units_and_the_answer_was_lost(self):
        order = self._receive((self.products[0], 3))
        self._fail(CANCEL_LINES, "accept_then_timeout", delay=0)
        wizard = self._open(order, by_position=True, message="Бой")
        self._take_units(wizard, self.products[0], 1)
        wizard.action_cancel()
        self._run_jobs()
        self._settle()
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2, "Cancelled once")
        self.assertEqual(self._free(), 998)

    def test_units_that_make_no_sense(self):
        order = self._receive((self.products[0], 2))
        wizard = self._open(order, by_position=True, message="Бой")
        with self.assertRaisesRegex(UserError, "how many units"):
            wizard.action_cancel()
        for units in (3, -1):
            self._take_units(wizard, self.products[0], units)
            with self.assertRaisesRegex(UserError, "has only 2 units"):
                wizard.action_cancel()
        self._take_units(wizard, self.products[0], 1)
        wizard.message = False
        with self.assertRaisesRegex(UserError, "wants an explanation"):
            wizard.action_cancel()
        shipped = self._ship((self.products[0], 2))
        with self.assertRaisesRegex(UserError, "only of a posting that is: To Assemble"):
            self._open(shipped, by_position=True, message="Бой").action_cancel()
        with self.assertRaisesRegex(UserError, "one posting at a time"):
            self._open(order | shipped, by_position=True, message="Бой").action_cancel()

    # --- roles --------------------------------------------------------------------------------------------------
    def test_roles(self):
        self.users = {role: self._make_user(role) for role in (USER, ACCOUNTANT)}
        order = self._receive((self.products[0], 2))
        with self.assertRaises(AccessError):
            self._open(self._as(ACCOUNTANT, order))
        self._open(self._as(USER, order)).action_cancel()
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")

    def test_only_who_handles_orders_takes_goods_back(self):
        self.users = {role: self._make_user(role) for role in (USER, ACCOUNTANT)}
        order = self._ship((self.products[0], 2))
        self._cancel_there(order)
        self._poll("statuses_poll")
        with self.assertRaises(AccessError):
            self._as(ACCOUNTANT, order).action_goods_back()
        self.assertEqual(order.cancel_state, "hold")
        self._as(USER, order).action_goods_back()
        self.assertEqual((order.cancel_state, self._free()), ("done", 1000))
