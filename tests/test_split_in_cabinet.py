from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestSplitInCabinet(ShippingCase):
    """Somebody splits a posting in the cabinet before it is assembled here."""

    def _split(self, order, *parts):
        """Each part is a list of (posting line, units)."""
        body = {"parts": [[{"sku": int(line.sku), "quantity": units} for line, units in part] for part in parts]}
        self.simulator.control("POST", f"ozon/postings/{order.number}/split", body)
        self.simulator.control("POST", "clock", {"advance": 5})
        self._poll("statuses_poll")
        order.invalidate_recordset()
        return order.child_ids

    def _work(self):
        self.simulator.control("POST", "clock", {"advance": 120})
        self._run_jobs()

    def test_some_units_split_off(self):
        order = self._receive((self.products[0], 3))
        part = self._split(order, [(order.line_ids, 1)])
        self.assertEqual((part.state, part.ship_state, order.line_ids.there_quantity), ("child", "none", 2))
        order.action_ship()
        self._work()
        self.assertEqual(set((order | part).mapped("ship_state")), {"shipped"}, (order | part).mapped("ship_problem"))
        self.assertEqual(len(order.sale_order_id.picking_ids), 1)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 3)
        calls = [
            self.simulator.control("GET", f"ozon/postings/{number}")["ship_calls"]
            for number in (order | part).mapped("number")
        ]
        self.assertEqual([len(made) for made in calls], [1, 1], "Each was assembled once")
        self.assertEqual(set((order | part).mapped("label_state")), {"ready"})

    def test_assembling_a_part_takes_the_others_along(self):
        order = self._receive((self.products[0], 3))
        part = self._split(order, [(order.line_ids, 1)])
        part.action_ship()
        self._work()
        self.assertEqual(set((order | part).mapped("ship_state")), {"shipped"})

    def test_everything_split_off(self):
        order = self._receive((self.products[0], 1), (self.products[1], 1))
        first, second = order.line_ids
        parts = self._split(order, [(first, 1)], [(second, 1)])
        self.assertEqual((order.status, len(parts)), ("split", 2))
        for line in order.picking_ids.move_line_ids:
            line.result_package_id = self.env["stock.package"].create({})
        order.action_ship()
        self._work()
        self.assertEqual(set(parts.mapped("ship_state")), {"shipped"}, parts.mapped("ship_problem"))
        self.assertEqual(len(order.parcel_ids.package_id), 2, "Each parcel is its box")
        action = order.action_print_labels()
        self.assertNotIn(str(order.id), action["url"].rpartition("/")[2].split(","))

    def test_one_part_is_cancelled(self):
        order = self._receive((self.products[0], 3))
        part = self._split(order, [(order.line_ids, 1)])
        self.simulator.control("POST", f"ozon/postings/{part.number}/cancel", {"by": "client"})
        self._poll("statuses_poll")
        self.assertEqual((part.cancel_state, order.sale_order_id.state), ("done", "sale"))
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2)
        order.action_ship()
        self._work()
        self.assertEqual(order.ship_state, "shipped", order.ship_problem)
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)

    def test_changed_dates_and_barcodes(self):
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._work()
        self.assertEqual(order.label_state, "ready")
        label = order.label_id.raw
        changes = {"shipment_date": "2026-12-24T10:00:00Z", "upper_barcode": "%101%777"}
        self.simulator.control("POST", f"ozon/postings/{order.number}/change", changes)
        order._fetch()
        self._work()
        self.assertEqual(str(order.sale_order_id.commitment_date), "2026-12-24 10:00:00")
        self.assertEqual((order.barcode_upper, order.label_state), ("%101%777", "ready"))
        self.assertNotEqual(order.label_id.raw, label, "A new label was fetched")

    def _ship_both(self):
        order = self._receive((self.products[0], 3))
        part = self._split(order, [(order.line_ids, 1)])
        order.action_ship()
        self._work()
        self.assertEqual(set((order | part).mapped("ship_state")), {"shipped"})
        return order, part

    def _cancel(self, order):
        self.simulator.control("POST", "clock", {"advance": 5})
        self.simulator.control("POST", f"ozon/postings/{order.number}/cancel", {"by": "client"})
        self._poll("statuses_poll")

    def _free(self):
        return self.env["stock.quant"]._get_available_quantity(self.products[0], self.warehouse.lot_stock_id)

    def test_each_has_its_own_label(self):
        order, part = self._ship_both()
        self.assertNotEqual(order.label_id, part.label_id)
        self.assertNotEqual(order.label_id.raw, part.label_id.raw)
        self.assertEqual(order.picking_ids.marketplace_label_ids, order.label_id | part.label_id)

    def test_one_part_is_cancelled_after_assembling(self):
        order, part = self._ship_both()
        self._cancel(part)
        self.assertEqual((part.cancel_state, order.cancel_state), ("hold", False))
        self.assertEqual(order.sale_order_id.state, "sale")
        part.action_goods_back()
        self.assertEqual((part.cancel_state, self._free()), ("done", 998))
        self.assertEqual(order.sale_order_id.order_line.qty_delivered, 2)

    def test_all_parts_are_cancelled(self):
        order = self._receive((self.products[0], 3))
        part = self._split(order, [(order.line_ids, 1)])
        self._cancel(order)
        self.assertEqual((order.sale_order_id.state, self._free()), ("sale", 999))
        self._cancel(part)
        self.assertEqual((order.sale_order_id.state, self._free()), ("cancel", 1000))
        self.assertEqual(set((order | part).mapped("cancel_state")), {"done"})

    def test_a_part_comes_back(self):
        _order, part = self._ship_both()
        # Returns are read up to now; the simulated clock runs ahead.
        self.simulator.control("POST", "clock", {"advance": -600})
        spec = {"number": part.number, "stage": "ReceivedBySeller", "quantity": 1}
        self.simulator.control("POST", "ozon/returns", spec)
        self._poll("returns_poll")
        item = self.env["marketplace.return"].search([("number", "=", part.number)])
        self.assertEqual((item.order_id, item.quantity), (part, 1))
        _received, problems = self.env["marketplace.return.receiver"]._receive(item)
        self.assertFalse(problems)
        self.assertEqual(self._free(), 998)
        self.assertEqual(part.sale_order_id.order_line.qty_delivered, 2)
