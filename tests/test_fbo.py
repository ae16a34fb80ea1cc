from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase, OrdersSimulatorCase


@tagged("post_install", "-at_install")
class TestFbo(OrdersCase):
    """Postings from the marketplace's own warehouse: delivered from a location of their own, by themselves."""

    def _make(self, status="delivering", minutes=0, lines=None, **values):
        observed_at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        if status == "cancelled":
            values.setdefault("cancellation", dto.Cancellation(reason="Покупатель передумал", initiator="buyer"))
        lines = lines or [make_line(self.offers[0], 2, "50.00")]
        return make_order(lines, scheme="fbo", status=status, raw_status=status, observed_at=observed_at, **values)

    def _see(self, order, status, minutes=1):
        ordered_at = order.ordered_at.replace(tzinfo=timezone.utc)
        self._store_again(self._make(status, minutes, number=order.number, ordered_at=ordered_at, ship_by=None))
        self._apply()

    def _load(self, *postings):
        orders = self._import(*postings)
        self._apply()
        return orders

    def _quantity(self, location, product=None):
        return self.env["stock.quant"]._get_available_quantity(
            product or self.products[0], location, allow_negative=True
        )

    def _stock_fbo(self, quantity, product=None):
        self.env["stock.quant"]._update_available_quantity(
            product or self.products[0], self.account.fbo_location_id, quantity
        )

    # --- the location -------------------------------------------------------------------------------------------
    def test_each_account_has_a_location_outside_of_all_warehouses(self):
        other = self._make_account(name="Ozon 2", client_id="777")
        locations = (self.account | other).fbo_location_id
        self.assertEqual(len(locations), 2)
        self.assertFalse(locations.warehouse_id, "No warehouse counts them")
        self._stock_fbo(5)
        self.assertEqual(self.products[0].with_context(warehouse_id=self.warehouse.id).free_qty, 1000)

    def test_choosing_another_location_moves_the_way_out(self):
        place = self.env["stock.location"].create({"name": "У Ozon", "usage": "internal", "location_id": False})
        self.account.fbo_location_id = place
        order = self._load(self._make())
        self.assertEqual(order.picking_ids.location_id, place)

    # --- delivering ---------------------------------------------------------------------------------------------
    def test_delivered_from_its_own_location(self):
        self._stock_fbo(5)
        order = self._load(self._make("delivering"))
        self.assertEqual(order.state, "done")
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.picking_ids.location_id, self.account.fbo_location_id)
        self.assertEqual(self._quantity(self.account.fbo_location_id), 3)
        self.assertEqual(self._quantity(self.warehouse.lot_stock_id), 1000, "Our own stock is untouched")
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)
        self.assertEqual(order.sale_order_id.partner_id, self.account.partner_id)
        self.assertFalse(self._find_jobs("ship"), "Nothing is told to the marketplace")
        self.assertEqual(order.ship_state, "shipped")

    def test_reserved_there_first_then_delivered(self):
        self._stock_fbo(5)
        order = self._load(self._make("to_assemble"))
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(self._quantity(self.account.fbo_location_id), 3)
        self._see(order, "delivered")
        self.assertEqual(order.picking_ids.state, "done")

    def test_all_statuses_are_loaded_whatever_the_setting(self):
        self.assertEqual(self.account.load_statuses, "to_assemble")
        for status in ("to_assemble", "assembled", "delivering", "delivered"):
            with self.subTest(status=status):
                self.assertTrue(self._load(self._make(status)).sale_order_id)

    def test_without_stock_it_may_go_below_zero(self):
        order = self._load(self._make("delivered"))
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(self._quantity(self.account.fbo_location_id), -2)

    def test_without_stock_it_waits_where_zero_is_the_limit(self):
        self.account.fbo_allow_negative = False
        order = self._load(self._make("delivered"))
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.assertEqual(order.problem_kind, "action")
        self.assertIn("has not enough of", order.problem)
        self.assertTrue(order.needs_attention)
        self._stock_fbo(2)
        order.picking_ids.action_assign()
        order.action_retry()
        self._apply()
        self.assertEqual(order.picking_ids.state, "done")
        self.assertFalse(order.problem)

    def test_one_without_stock_does_not_stop_the_others(self):
        self.account.fbo_allow_negative = False
        self._stock_fbo(10, self.products[1])
        poor = self._make("delivered")
        rich = self._make("delivered", lines=[make_line(self.offers[1], 1)])
        orders = self._load(poor, rich)
        self.assertEqual([order.picking_ids.state for order in orders], ["confirmed", "done"])
        self.assertEqual([order.problem_kind for order in orders], ["action", False])

    def test_assembling_is_refused(self):
        order = self._load(self._make("to_assemble"))
        _shipped, problems = self.env["marketplace.shipment"]._assemble(order)
        self.assertIn("the marketplace packs it itself", problems[0])

    # --- cancelled ----------------------------------------------------------------------------------------------
    def test_cancelled_before_it_left(self):
        self._stock_fbo(5)
        order = self._load(self._make("to_assemble"))
        self._see(order, "cancelled")
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.cancel_state, "done")
        self.assertEqual(self._quantity(self.account.fbo_location_id), 5)

    def test_cancelled_on_its_way_goes_back_into_the_location(self):
        self._stock_fbo(5)
        order = self._load(self._make("delivering"))
        self.assertEqual(self._quantity(self.account.fbo_location_id), 3)
        self._see(order, "cancelled")
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.cancel_state, "done")
        self.assertEqual(order.goods_state, "fbo")
        self.assertEqual(self._quantity(self.account.fbo_location_id), 5)
        self._see(order, "cancelled", minutes=2)
        self.assertEqual(self._quantity(self.account.fbo_location_id), 5, "Told twice, done once")

    def test_cancelled_before_it_was_loaded(self):
        order = self._load(self._make("cancelled"))
        self.assertEqual(order.state, "cancelled")
        self.assertFalse(order.sale_order_id)


@tagged("post_install", "-at_install")
class TestFboPoll(OrdersSimulatorCase):
    """FBO read from the (simulated) marketplace."""

    def _poll_fbo(self):
        self._enqueue("fbo_poll")
        self._run_jobs()

    def test_read_delivered_and_cancelled_later(self):
        old = f"{fields.Datetime.subtract(fields.Datetime.now(), days=3).isoformat()}Z"
        fresh = self._buy((self.products[0], 1), scheme="fbo")
        moving = self._buy((self.products[1], 2), scheme="fbo", status="delivering", in_process_at=old)
        self._poll_fbo()
        orders = self._find(fresh) | self._find(moving)
        self.assertEqual(orders.mapped("scheme"), ["fbo", "fbo"])
        self.assertEqual(self._find(moving).picking_ids.state, "done")
        self.assertEqual(self._find(fresh).picking_ids.location_id, self.account.fbo_location_id)
        for _step in range(3):
            self.simulator.control("POST", "ozon/progress", {"number": fresh})
        # Older than what the list of new ones covers: asked for by its number.
        self.simulator.control("POST", f"ozon/postings/{moving}/cancel", {"by": "client"})
        self._poll_fbo()
        self.assertEqual((self._find(fresh).status, self._find(fresh).picking_ids.state), ("delivered", "done"))
        cancelled = self._find(moving)
        self.assertEqual((cancelled.cancel_state, cancelled.goods_state), ("done", "fbo"))
        self.assertEqual(cancelled.sale_order_id.state, "cancel")

    def test_final_ones_are_not_asked_for_again(self):
        old = f"{fields.Datetime.subtract(fields.Datetime.now(), days=3).isoformat()}Z"
        self._buy((self.products[0], 1), scheme="fbo", status="delivered", in_process_at=old)
        self._poll_fbo()
        before = self._count_requests("/v3/posting/fbo/list")
        self._poll_fbo()
        self.assertEqual(self._count_requests("/v3/posting/fbo/list"), before + 1)

    def test_fetched_by_number_whatever_the_scheme(self):
        number = self._buy((self.products[0], 1), scheme="fbo")
        self._enqueue("order_fetch", payload={"number": number})
        self._run_jobs()
        self.assertEqual(self._find(number).scheme, "fbo")
        order = self._find(number)
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": "client"})
        order._fetch()
        self._run_jobs()
        self.assertEqual(order.cancel_state, "done")

    def test_completeness_counts_all_schemes(self):
        old = f"{fields.Datetime.subtract(fields.Datetime.now(), days=1).isoformat()}Z"
        for scheme in ("fbs", "rfbs", "fbo"):
            self._buy((self.products[0], 1), scheme=scheme, in_process_at=old)
        self._enqueue("completeness")
        self._run_jobs()
        check = self.env["marketplace.completeness"].search([("account_id", "=", self.account.id)])
        self.assertEqual((check.cabinet_count, check.odoo_count, len(check.missing.split())), (3, 0, 3))
        self.assertEqual(
            sorted(self._find_all().mapped("scheme")), ["fbo", "fbs", "rfbs"], "What was missing is fetched"
        )

    def test_a_key_without_the_right_is_told_once(self):
        self.account.operations = ["orders", "order"]
        schedule = self.account._get_schedule("fbo")
        for _time in range(2):
            schedule._enqueue_due()
        self.assertFalse(self.env["marketplace.job"].search([("operation", "=", "fbo_poll")]))
        self.assertIn("may not do this", schedule.last_result)
