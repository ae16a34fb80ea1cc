from odoo import Command
from odoo.tests import tagged

from .numbers_case import NumbersCase
from .orders_case import OrdersSimulatorCase
from .roles_case import USER


@tagged("post_install", "-at_install")
class TestNumbersCancel(NumbersCase, OrdersSimulatorCase):
    """Cancellations of a list follow the rules of a single one."""

    def _make(self, **values):
        number = self._buy((self.products[0], 2), **values)
        self._poll()
        return self._find(number)

    def _open(self, numbers="", **values):
        return super()._open(numbers, **{"action": "cancel", **values})

    def _map_reasons(self):
        self._poll("cancel_reasons_poll")

    def _leave_to_people(self):
        self.account._get_status_action("fbs", "cancelled").action = "none"

    def _cancel_there(self, order):
        self.simulator.control("POST", f"ozon/postings/{order.number}/cancel", {"by": "client"})
        self._poll("statuses_poll")

    def test_alive_there_is_cancelled_there(self):
        self._map_reasons()
        orders = self._make() | self._make()
        dialog = self._check(orders.mapped("number"), kind="other", explanation="Нет товара")
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"ready"}, dialog.line_ids.mapped("message"))
        self.assertFalse(self._find_jobs("cancel"))
        dialog.action_apply()
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"done"})
        self._assert_refused(self._check(orders.mapped("number"), kind="other", explanation="X"), "being told already")
        self._run_jobs()
        self.assertEqual(set(orders.mapped("status")), {"cancelled"})
        self.assertEqual(set(orders.mapped("sale_order_id.state")), {"cancel"})
        self._assert_refused(self._check(orders.mapped("number"), kind="other"), "cancelled already")

    def test_needs_a_reason(self):
        order = self._make()
        self._assert_refused(self._check(order.number), "choose the reason")
        self._assert_refused(self._check(order.number, kind="other"), "has no reason of the marketplace")

    def test_a_key_that_may_not(self):
        self._map_reasons()
        order = self._make()
        self.account.mode = "test"
        self._assert_refused(self._check(order.number, kind="out_of_stock", explanation="X"), "test mode")

    def test_left_to_people(self):
        """The account's table leaves the order to people: this is how they do it."""
        self._leave_to_people()
        order = self._make()
        self._cancel_there(order)
        self.assertEqual((order.cancel_state, order.sale_order_id.state), ("hold", "sale"))
        dialog = self._check(order.number)
        self.assertEqual(dialog.line_ids.outcome, "ready")
        self.assertEqual(order.sale_order_id.state, "sale")
        dialog.action_apply()
        self.assertEqual((dialog.line_ids.outcome, order.sale_order_id.state), ("done", "cancel"))
        self.assertEqual(order.cancel_state, "done")

    def test_goods_are_packed(self):
        order = self._make()
        order.picking_ids.move_ids.picked = True
        self._cancel_there(order)
        self.assertEqual(order.cancel_state, "hold")
        self._assert_refused(self._check(order.number), "Unpack it")
        self.assertEqual(order.sale_order_id.state, "sale")

    def test_handed_over_and_delivered(self):
        self._map_reasons()
        order = self._make()
        for status, pattern in (("delivering", "has the goods already"), ("delivered", "nothing is left to cancel")):
            order.status = status
            self._assert_refused(self._check(order.number, kind="other", explanation="X"), pattern)

    def test_in_todays_handover(self):
        self._map_reasons()
        order = self._make()
        order.action_ship()
        order.handover_id = self.env["marketplace.handover"].create(
            {
                "account_id": self.account.id,
                "state": "ready",
                "warehouse_id": order.warehouse_id.id or self._make_place().id,
            }
        )
        self.assertEqual(order.picking_ids.state, "done")
        self._assert_refused(self._check(order.number, kind="other", explanation="X"), "has the goods already")

    def test_split(self):
        order = self._make()
        order.status = "split"
        self._assert_refused(self._check(order.number, kind="other"), "cancel its parts")

    def test_locked_by_a_person(self):
        self._map_reasons()
        order = self._make()
        self.account.lock_orders = False
        order.sale_order_id.locked = True
        self._assert_refused(self._check(order.number, kind="other", explanation="X"), "is locked")
        self.account.lock_orders = True
        self.assertEqual(self._check(order.number, kind="other", explanation="X").line_ids.outcome, "ready")

    def test_posted_invoice(self):
        self._leave_to_people()
        self.products.invoice_policy = "order"
        order = self._make()
        invoice = order.sale_order_id._create_invoices()
        invoice.action_post()
        self._cancel_there(order)
        self._assert_refused(self._check(order.number), f"{invoice.name}.*credit note")

    def test_changed_since_it_was_shown(self):
        self._leave_to_people()
        orders = self._make() | self._make()
        for order in orders:
            self._cancel_there(order)
        dialog = self._check(orders.mapped("number"))
        orders[0].action_goods_back()
        dialog.action_apply()
        self.assertEqual(dialog.line_ids.mapped("outcome"), ["refused", "done"])
        self.assertIn("cancelled already", dialog.line_ids[0].message)

    def test_somebody_elses_order(self):
        self._map_reasons()
        order = self._make()
        packer = self._make_seller()
        order.sale_order_id.user_id = self.env.ref("base.user_admin")
        dialog = self._check(order.number, env=self.env(user=packer), kind="other", explanation="X")
        self._assert_refused(dialog, "no right to change")
        order.sale_order_id.user_id = packer
        dialog = self._check(order.number, env=self.env(user=packer), kind="other", explanation="X")
        self.assertEqual(dialog.line_ids.outcome, "ready", dialog.line_ids.message)
        dialog.action_apply()
        self.assertEqual(dialog.line_ids.outcome, "done", dialog.line_ids.message)
        self.assertTrue(self._find_jobs("cancel"))

    def _make_seller(self):
        return self.env["res.users"].create(
            {
                "name": "Продавец",
                "login": "numbers_seller",
                "group_ids": [
                    Command.link(self.env.ref(group).id) for group in (USER, "sales_team.group_sale_salesman")
                ],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
