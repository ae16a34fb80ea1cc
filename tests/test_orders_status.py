from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase

RAW = {
    "new": "awaiting_approve",
    "to_assemble": "awaiting_packaging",
    "assembled": "awaiting_deliver",
    "handed_over": "driver_pickup",
    "delivering": "delivering",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "split": "cancelled_from_split_pending",
}


@tagged("post_install", "-at_install")
class TestOrdersStatus(OrdersCase):
    def _make(self, status="to_assemble", minutes=0, **values):
        """An observation ``minutes`` from now; the same number again is the same posting."""
        observed_at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        lines = values.pop("lines", None) or [make_line(self.offers[0], 2, "50.00")]
        if status == "cancelled":
            values.setdefault("cancellation", dto.Cancellation(reason="Покупатель передумал", initiator="buyer"))
        return make_order(lines, status=status, raw_status=RAW[status], observed_at=observed_at, **values)

    def _see(self, order, status, minutes=1, **values):
        values.setdefault("ordered_at", order.ordered_at.replace(tzinfo=timezone.utc))
        return self._store_again(self._make(status, minutes, number=order.number, **values))

    # --- which are loaded ---------------------------------------------------------------------------------------
    def test_which_statuses_become_orders(self):
        loaded = {
            "to_assemble": {"to_assemble"},
            "assembled": {"to_assemble", "assembled"},
            "all": {"to_assemble", "assembled", "handed_over", "delivering", "delivered"},
        }
        for setting, wanted in loaded.items():
            self.account.load_statuses = setting
            for status in RAW:
                with self.subTest(setting=setting, status=status):
                    order = self._import(self._make(status))
                    expected = "done" if status in wanted else "cancelled" if status == "cancelled" else "ignored"
                    self.assertEqual(order.state, expected)
                    self.assertEqual(bool(order.sale_order_id), expected == "done")
                    self.assertEqual(bool(order.problem), expected == "ignored")

    def test_postings_before_the_start_date_are_not_loaded(self):
        self.account.start_date = fields.Datetime.now()
        now = datetime.now(timezone.utc)
        old = self._import(self._make(ordered_at=now - timedelta(days=1)))
        self.assertEqual(old.state, "ignored")
        self.assertIn("Older", old.problem)
        self.assertEqual(self._import(self._make(ordered_at=now + timedelta(minutes=5))).state, "done")
        self.account.start_date = now.replace(tzinfo=None) - timedelta(days=2)
        old.action_retry()
        self._go_on(old)
        self.assertEqual(old.state, "done")

    def test_not_released_yet_and_released_later(self):
        order = self._import(self._make("new"))
        self.assertEqual(order.state, "ignored")
        self._see(order, "to_assemble")
        self.assertEqual((order.state, order.problem, order.sale_order_id.state), ("done", False, "sale"))

    def test_not_loaded_stays_not_loaded(self):
        order = self._import(self._make("delivering"))
        self._see(order, "delivered")
        self.assertEqual((order.state, order.status), ("ignored", "delivered"))
        self.assertFalse(order.sale_order_id)

    # --- waiting while it goes on in the cabinet ----------------------------------------------------------------
    def test_assembled_in_the_cabinet_while_it_waits_is_still_a_sale(self):
        order = self._import(self._make(lines=[make_line("NEW-9", 2, "50.00")]))
        self.assertEqual(order.state, "mapping")
        self._see(order, "assembled", lines=[make_line("NEW-9", 2, "50.00")])
        self.assertEqual((order.state, order.ship_state), ("mapping", "shipped"))
        self._see(order, "delivering", 2, lines=[make_line("NEW-9", 2, "50.00")])
        order.line_ids.offer_id.product_id = self.products[4]
        self._go_on(order)
        self.assertEqual((order.state, order.sale_order_id.amount_total), ("done", 100.0))
        self.assertEqual(order.picking_ids.state, "done")
        self.assertFalse(self._find_jobs("ship"))

    def test_assembled_in_the_cabinet_before_it_was_processed_is_still_a_sale(self):
        order = self._store(self._make())
        self._see(order, "assembled")
        self.assertEqual((order.state, order.ship_state), ("done", "shipped"))

    def test_changed_posting_still_finds_its_link(self):
        """News replace the lines of a waiting posting: their link to the listing must survive."""
        order = self._import(self._make(lines=[make_line("NEW-8", 1, "5.00")]))
        self._see(order, "to_assemble", lines=[make_line("NEW-8", 1, "5.00")], tracking_number="RU1")
        self.assertEqual((order.state, order.tracking_number), ("mapping", "RU1"))
        order.line_ids.offer_id.product_id = self.products[4]
        self.assertEqual(order.state, "received")
        self._go_on(order)
        self.assertEqual(order.state, "done")

    # --- history ------------------------------------------------------------------------------------------------
    def test_history_comes_as_shipped(self):
        self.account.load_statuses = "all"
        order = self._import(self._make("delivered"))
        self.assertEqual((order.state, order.ship_state, order.picking_ids.state), ("done", "shipped", "done"))
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)
        self.assertFalse(self._find_jobs("ship") | self._find_jobs("label"))

    def test_history_whose_goods_are_not_all_there_is_not_delivered_in_part(self):
        self.account.load_statuses = "all"
        lines = [make_line(self.offers[0], 1), make_line(self.offers[1], 5000)]
        order = self._import(make_order(lines, status="delivered", raw_status="delivered"))
        self.assertEqual((order.state, order.ship_state), ("done", "shipped"))
        self.assertEqual(len(order.picking_ids), 1, "no backorder that nobody asked for")
        self.assertNotEqual(order.picking_ids.state, "done")

    def test_history_can_wait_for_its_delivery(self):
        self.account.write({"load_statuses": "all", "history_as_shipped": False})
        order = self._import(self._make("assembled"))
        self.assertEqual((order.state, order.ship_state, order.picking_ids.state), ("done", "shipped", "assigned"))
        order.picking_ids.button_validate()
        self.assertEqual(order.picking_ids.state, "done")
        self.assertFalse(self._find_jobs("ship"))

    # --- on its way ---------------------------------------------------------------------------------------------
    def test_status_is_followed_on_the_order(self):
        order = self._import(self._make())
        for minute, status in enumerate(("assembled", "handed_over", "delivering", "delivered"), 1):
            self._see(order, status, minute)
            self.assertEqual((order.status, order.raw_status), (status, RAW[status]))
            self.assertEqual(order.sale_order_id.marketplace_status, status)
        self.assertEqual(len(order.sale_order_id.order_line), 1)

    def test_older_news_never_overwrite_newer(self):
        order = self._import(self._make(minutes=0))
        self._see(order, "delivering", 10)
        self._see(order, "assembled", 5)
        self.assertEqual(order.status, "delivering")

    def test_goods_and_money_of_an_order_do_not_change_any_more(self):
        order = self._import(self._make())
        self._see(order, "assembled", lines=[make_line(self.offers[1], 1, "1.00")])
        self.assertEqual(
            (order.status, order.line_ids.sku, order.line_ids.price), ("assembled", self.offers[0].sku, 50)
        )

    def test_all_parts_keep_pointing_at_the_order_after_news(self):
        order = self._import(self._make())
        self._see(order, "assembled", tracking_number="RU2", barcodes=("%101%", "202"))
        self.assertEqual(order.line_ids.sale_line_id, order.sale_order_id.order_line)
        self.assertEqual((order.tracking_number, order.barcode_upper, order.barcode_lower), ("RU2", "%101%", "202"))
        self.assertEqual(order.picking_ids.marketplace_order_id, order)

    # --- cancelled ----------------------------------------------------------------------------------------------
    def test_cancelled_before_it_came(self):
        order = self._import(self._make("cancelled"))
        self.assertEqual((order.state, order.cancel_reason), ("cancelled", "Покупатель передумал"))
        self.assertFalse(order.sale_order_id)

    def test_cancelled_between_the_list_and_the_processing(self):
        order = self._store(self._make())
        self._see(order, "cancelled")
        self.assertEqual(order.state, "cancelled")
        self.assertFalse(order.sale_order_id)

    def test_cancelled_while_it_waited_for_a_product(self):
        order = self._import(self._make(lines=[make_line("NEW-7")]))
        self._see(order, "cancelled", lines=[make_line("NEW-7")])
        self.assertEqual((order.state, order.problem, order.problem_kind), ("cancelled", False, False))
        order.line_ids.offer_id.product_id = self.products[0]
        self.assertEqual(order.state, "cancelled")

    def test_cancelled_before_picking_frees_the_stock(self):
        order = self._import(self._make())
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.products[0].id), ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )
        self.assertEqual(quants.reserved_quantity, 2)
        self._see(order, "cancelled")
        self.assertEqual((order.sale_order_id.state, order.picking_ids.state), ("cancel", "cancel"))
        self.assertEqual(quants.reserved_quantity, 0)
        self.assertFalse(order.problem_kind)
        self.assertIn("Покупатель передумал", order.sale_order_id.message_ids[0].body)

    def test_cancelled_quotation(self):
        self.account.auto_confirm = False
        order = self._import(self._make())
        self._see(order, "cancelled")
        self.assertEqual(order.sale_order_id.state, "cancel")

    def test_cancelled_when_the_goods_are_out_waits_for_a_person(self):
        order = self._import(self._make())
        order.picking_ids.button_validate()
        self._see(order, "cancelled")
        self.assertEqual((order.problem_kind, order.sale_order_id.state), ("cancel", "sale"))
        self.assertEqual(order.picking_ids.state, "done")
        messages = len(order.message_ids)
        self._see(order, "cancelled", 5, tracking_number="RU3")
        self.assertEqual(len(order.message_ids), messages)

    def test_cancelled_when_somebody_has_begun_to_pack(self):
        order = self._import(self._make())
        order.picking_ids.move_ids.picked = True
        self._see(order, "cancelled")
        self.assertEqual((order.problem_kind, order.sale_order_id.state), ("cancel", "sale"))

    def test_cancelled_takes_back_what_was_about_to_be_sent(self):
        order = self._import(self._make())
        self.env["marketplace.job"]._enqueue("ship", self.account, order)
        self._see(order, "cancelled")
        self.assertEqual(self._find_jobs("ship").state, "cancelled")

    # --- split there --------------------------------------------------------------------------------------------
    def test_parts_of_a_posting_make_no_second_order(self):
        order = self._import(self._make())
        child = self._import(
            self._make("assembled", 1, lines=[make_line(self.offers[0], 1, "50.00")], parent_number=order.number)
        )
        grandchild = self._import(
            self._make("assembled", 2, lines=[make_line(self.offers[0], 1, "50.00")], parent_number=child.number)
        )
        self.assertEqual((child + grandchild).mapped("state"), ["child", "child"])
        self.assertEqual((child + grandchild).sale_order_id, order.sale_order_id)
        self.assertEqual(self.env["sale.order"].search_count([("marketplace_account_id", "=", self.account.id)]), 1)
        self.assertEqual(set(order.parcel_ids.mapped("number")), {child.number, grandchild.number})

    def test_parts_that_come_before_any_order_are_orders_of_their_own(self):
        """The whole never became an order: its parts carry the goods."""
        whole = self._import(self._make("split"))
        parts = self._import(
            *(
                self._make(lines=[make_line(self.offers[0], 1, "50.00")], parent_number=whole.number)
                for _part in range(2)
            )
        )
        self.assertEqual((whole.state, parts.mapped("state")), ("ignored", ["done", "done"]))
        self.assertEqual(sum(parts.sale_order_id.mapped("amount_total")), 100)

    def test_whole_split_after_its_order_keeps_the_order(self):
        order = self._import(self._make())
        self._see(order, "split")
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"))
