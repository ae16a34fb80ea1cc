from ast import literal_eval
from datetime import datetime, timedelta, timezone

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestCancellation(OrdersCase):
    """What a cancellation on the marketplace undoes in Odoo, by where the goods are."""

    def _make(self, status="to_assemble", minutes=0, **values):
        observed_at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        if status == "cancelled":
            values.setdefault("cancellation", dto.Cancellation(reason="Покупатель передумал", initiator="buyer"))
        lines = values.pop("lines", None) or [make_line(self.offers[0], 2, "50.00")]
        return make_order(lines, status=status, raw_status=status, observed_at=observed_at, **values)

    def _see(self, order, status="cancelled", minutes=1, **values):
        values.setdefault("ordered_at", order.ordered_at.replace(tzinfo=timezone.utc))
        self._store_again(self._make(status, minutes, number=order.number, **values))
        self._apply()

    def _validate(self, order):
        order.picking_ids.with_context(skip_sms=True).button_validate()

    def _free(self):
        return self.env["stock.quant"]._get_available_quantity(self.products[0], self.warehouse.lot_stock_id)

    # --- where the goods are ------------------------------------------------------------------------------------
    def test_not_picked(self):
        order = self._import(self._make())
        self.assertEqual(self._free(), 998)
        self._see(order)
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertEqual((order.cancel_state, order.goods_state), ("done", "none"))
        self.assertTrue(order.cancelled_at)
        self.assertEqual(self._free(), 1000)

    def test_being_packed_waits_then_comes_back(self):
        order = self._import(self._make())
        order.picking_ids.move_ids.picked = True
        self._see(order)
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual((order.cancel_state, order.goods_state), ("hold", "packed"))
        self.assertIn("Unpack", order.cancel_advice)
        self.assertTrue(order.needs_attention)
        order.action_goods_back()
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual((order.cancel_state, order.goods_state), ("done", "back"))
        self.assertEqual(self._free(), 1000)
        self.assertFalse(order.needs_attention)

    def test_after_the_label_was_printed(self):
        order = self._import(self._make())
        label = self.env["ir.attachment"].create({"name": "l.pdf", "raw": b"%PDF-1.4", "res_model": "stock.picking"})
        order.write({"label_id": label.id, "label_state": "ready"})
        order.picking_ids.marketplace_label_ids |= label
        order.picking_ids.printed = True
        self._see(order)
        self.assertEqual(order.cancel_state, "hold")
        order.action_goods_back()
        self.assertFalse(label.exists(), "Nobody prints it any more")
        self.assertFalse(order.picking_ids.marketplace_label_ids)
        self.assertEqual(order.label_state, "none")

    def test_packages_of_a_cancelled_delivery_go(self):
        order = self._import(self._make())
        picking = order.picking_ids
        picking.move_line_ids.write({"picked": True})
        picking.action_put_in_pack()
        package = picking.move_line_ids.result_package_id
        self.assertTrue(package)
        self._see(order)
        order.action_goods_back()
        self.assertFalse(package.exists())

    def test_validated_not_handed_over(self):
        order = self._import(self._make())
        self._validate(order)
        self._see(order)
        self.assertEqual((order.cancel_state, order.goods_state), ("hold", "packed"))
        self.assertEqual(self._free(), 998)
        order.action_goods_back()
        self.assertEqual(self._free(), 1000)
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 0)

    def test_handed_over(self):
        order = self._import(self._make())
        self._validate(order)
        self._see(order, "delivering")
        self._see(order, minutes=2)
        self.assertEqual((order.cancel_state, order.goods_state), ("hold", "out"))
        self.assertIn("Wait until", order.cancel_advice)
        order.action_goods_back()
        self.assertEqual(self._free(), 1000)
        self.assertEqual(order.cancel_state, "done")

    def test_handed_over_goes_to_fbo_by_option(self):
        self.account.cancel_to_fbo = True
        order = self._import(self._make())
        self._validate(order)
        self._see(order, "delivering")
        self._see(order, minutes=2)
        self.assertEqual((order.cancel_state, order.goods_state), ("done", "fbo"))
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(self._free(), 998, "Not in our own warehouse")
        fbo = self.account.fbo_location_id
        self.assertEqual(self.env["stock.quant"]._get_available_quantity(self.products[0], fbo), 2)

    def test_they_stay_at_the_marketplace_by_hand(self):
        order = self._import(self._make())
        self._validate(order)
        self._see(order, "delivering")
        self._see(order, minutes=2)
        order.action_goods_to_fbo()
        self.assertEqual((order.cancel_state, order.goods_state), ("done", "fbo"))
        fbo = self.account.fbo_location_id
        self.assertEqual(self.env["stock.quant"]._get_available_quantity(self.products[0], fbo), 2)

    def test_twice_and_goods_back_twice(self):
        order = self._import(self._make())
        self._validate(order)
        self._see(order)
        self._see(order, minutes=2)
        order.action_goods_back()
        self._see(order, minutes=3)
        self.assertEqual(self._free(), 1000)
        with self.assertRaisesRegex(UserError, "No goods of these postings"):
            order.action_goods_back()
        self.assertEqual(self._free(), 1000)

    def test_validated_after_it_was_cancelled(self):
        order = self._import(self._make())
        order.picking_ids.move_ids.picked = True
        self._see(order)
        self._validate(order)
        self.assertEqual(order.cancel_state, "hold")
        self.assertIn("Validated although", order.problem)
        order.action_goods_back()
        self.assertEqual((order.cancel_state, self._free()), ("done", 1000))

    # --- policies -----------------------------------------------------------------------------------------------
    def test_always_cancels_at_once_and_still_waits_for_the_goods(self):
        self.account.cancel_policy = "always"
        order = self._import(self._make())
        order.picking_ids.move_ids.picked = True
        self._see(order)
        self.assertEqual((order.sale_order_id.state, order.cancel_state), ("cancel", "done"))
        out = self._import(self._make())
        self._validate(out)
        self._see(out)
        self.assertEqual((out.sale_order_id.state, out.cancel_state), ("cancel", "hold"))
        out.action_goods_back()
        self.assertEqual((out.cancel_state, self._free()), ("done", 1000))

    def test_by_age(self):
        self.account.write({"cancel_policy": "age", "cancel_hours": 24})
        young = self._import(self._make())
        old = self._import(self._make(ordered_at=datetime.now(timezone.utc) - timedelta(hours=25)))
        for order in young | old:
            order.picking_ids.move_ids.picked = True
            self._see(order)
        self.assertEqual((young.sale_order_id.state, young.cancel_state), ("cancel", "done"))
        self.assertEqual((old.sale_order_id.state, old.cancel_state), ("sale", "hold"))

    # --- invoices -----------------------------------------------------------------------------------------------
    def test_a_draft_invoice_goes_with_the_order(self):
        self.products.invoice_policy = "order"
        order = self._import(self._make())
        invoice = order.sale_order_id._create_invoices()
        self._see(order)
        self.assertEqual((invoice.state, order.sale_order_id.state), ("cancel", "cancel"))

    def test_a_posted_invoice_is_named_and_stops_it(self):
        self.products.invoice_policy = "order"
        order = self._import(self._make())
        invoice = order.sale_order_id._create_invoices()
        invoice.action_post()
        self._see(order)
        self.assertEqual((order.sale_order_id.state, order.cancel_state), ("sale", "hold"))
        self.assertIn(invoice.name, order.problem)
        with self.assertRaisesRegex(UserError, "make a credit note"):
            order.action_goods_back()
        invoice._reverse_moves(cancel=True)
        order.action_goods_back()
        self.assertEqual((order.sale_order_id.state, order.cancel_state), ("cancel", "done"))

    # --- time going backwards -----------------------------------------------------------------------------------
    def test_alive_again(self):
        order = self._import(self._make())
        self._see(order)
        self._see(order, "to_assemble", minutes=2)
        self.assertEqual(order.sale_order_id.state, "cancel", "Nothing is done again by guessing")
        self.assertFalse(order.cancel_state)
        self.assertEqual(order.problem_kind, "status")
        self.assertIn("has taken that back", order.problem)
        self.assertTrue(order.activity_ids)

    def test_older_news_change_nothing(self):
        order = self._import(self._make())
        self._see(order)
        self._see(order, "to_assemble", minutes=-5)
        self.assertEqual((order.status, order.cancel_state), ("cancelled", "done"))

    def test_status_that_goes_back_is_followed_without_doing_anything_twice(self):
        order = self._import(self._make())
        self._validate(order)
        self._see(order, "delivering")
        self._see(order, "assembled", minutes=2)
        self._see(order, "delivering", minutes=3)
        self.assertEqual(order.status, "delivering")
        self.assertEqual(len(order.sale_order_id.picking_ids), 1)
        self.assertEqual(self._free(), 998)

    # --- units and parts ----------------------------------------------------------------------------------------
    def test_a_part_is_cancelled_the_other_goes_on(self):
        line = make_line(self.offers[0], 4, "50.00")
        order = self._import(self._make(lines=[line]))
        half = make_line(self.offers[0], 2, "50.00")
        self._see(order, lines=[half], status="to_assemble")
        part = self._make(lines=[half], number=order.number[:-1] + "2", parent_number=order.number, minutes=1)
        child = self._import(part)
        self.assertEqual(child.state, "child")
        self.assertFalse(self.env["marketplace.order.units"]._get_missing(order))
        self._see(child, lines=[half], parent_number=order.number, minutes=2)
        self.assertEqual(child.cancel_state, "done")
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 2)
        self.assertEqual(self._free(), 998)

    def test_the_last_part_cancels_the_order(self):
        order = self._import(self._make(lines=[make_line(self.offers[0], 4, "50.00")]))
        half = make_line(self.offers[0], 2, "50.00")
        self._see(order, lines=[half], status="to_assemble")
        number = order.number[:-1] + "2"
        child = self._import(self._make(lines=[half], number=number, parent_number=order.number, minutes=1))
        self._see(child, lines=[half], parent_number=order.number, minutes=2)
        self._see(order, lines=[half], minutes=3)
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(self._free(), 1000)

    def test_the_page_lists_them(self):
        orders = self._import(self._make(), self._make())
        orders[0].picking_ids.move_ids.picked = True
        for order in orders:
            self._see(order)
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_order_cancelled")
        domain = literal_eval(action["domain"])
        Order = self.env["marketplace.order"]
        self.assertEqual(Order.search([*domain, ("id", "in", orders.ids)]), orders)
        self.assertEqual(Order.search([("cancel_state", "=", "hold"), ("id", "in", orders.ids)]), orders[0])
