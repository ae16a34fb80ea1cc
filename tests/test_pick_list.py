import io

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestPickList(OrdersCase):
    """What to fetch, in the order of the walk, and then which posting gets what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env["res.partner"].create({"name": "Покупатель", "company_id": cls.company.id})
        stock = cls.warehouse.lot_stock_id
        cls.shelves = cls.env["stock.location"].create(
            [{"name": f"A-{number}", "location_id": stock.id} for number in (10, 2, 1)]
        )
        quants = cls.env["stock.quant"]
        # The first product lies furthest away, the third is short.
        for product, shelf, quantity in zip(cls.products[:3], cls.shelves, (50, 50, 1), strict=True):
            quants._update_available_quantity(product, stock, -1000)
            quants._update_available_quantity(product, shelf, quantity)

    def _make(self, number, *lines):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": self.products[index].id, "product_uom_qty": quantity})
                    for index, quantity in lines
                ],
            }
        )
        sale.action_confirm()
        return self.env["marketplace.order"].create(
            {
                "account_id": self.account.id,
                "number": number,
                "state": "done",
                "status": "to_assemble",
                "ship_by": "2026-11-24 12:00:00",
                "sale_order_id": sale.id,
                "line_ids": [
                    Command.create(
                        {"sku": self.offers[index].sku, "quantity": quantity, "offer_id": self.offers[index].id}
                    )
                    for index, quantity in lines
                ],
            }
        )

    def _render(self, orders):
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = reports._render("sale_marketplace.action_report_pick_list", orders.ids)
        self.assertEqual(kind, "pdf")
        return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]

    def test_order_of_the_walk(self):
        far = self._make("11110001-0001-1", (0, 1))
        near = self._make("11110002-0001-1", (1, 1))
        both = self._make("11110003-0001-1", (0, 1), (1, 2))
        ordered = self.env["marketplace.pick.list"]._get_pick_order(far | near | both)
        self.assertEqual(ordered.mapped("number"), [near.number, both.number, far.number])

    def test_labels_keep_the_order_after_assembling(self):
        far, near = self._make("FAR", (0, 1)), self._make("NEAR", (1, 1))
        self.env["marketplace.shipment"]._validate((far | near).sale_order_id.picking_ids)
        self.assertEqual(set((far | near).sale_order_id.picking_ids.mapped("state")), {"done"})
        for order in far | near:
            order.label_id = self.env["ir.attachment"].create({"name": order.number, "raw": b"%PDF"})
        answer = self.env["marketplace.packing.board"].print_labels((far | near).ids)
        self.assertTrue(answer["action"]["url"].endswith(f"/{near.id},{far.id}"))
        self.assertTrue(far.label_printed_at)

    def test_pages(self):
        orders = self._make("11110001-0001-1", (0, 3)) | self._make("11110002-0001-1", (1, 2), (0, 4))
        pages = self._render(orders)
        fetch, packing = " ".join(pages[:-1]), pages[-1]
        self.assertLess(fetch.index("A-2"), fetch.index("A-10"), "Shelf 2 comes before shelf 10")
        self.assertRegex(fetch, r"T-001 .*7")
        self.assertIn(self.products[0].barcode, fetch)
        self.assertIn("№1 …0002-0001-1 × 4", fetch)
        self.assertIn("№2 …0001-0001-1 × 3", fetch)
        self.assertNotIn("Not reserved", fetch)
        self.assertLess(packing.index("11110002-0001-1"), packing.index("11110001-0001-1"))
        self.assertIn("2 × T-002", packing)

    def test_what_is_not_reserved_is_told(self):
        order = self._make("11110009-0001-1", (2, 4))
        text = " ".join(self._render(order))
        self.assertIn("Not reserved", text)
        self.assertIn("T-003 × 3", text)

    def test_queries_do_not_grow_with_postings(self):
        report = self.env["report.sale_marketplace.report_pick_list"]
        orders, counts = self.env["marketplace.order"], {}
        for size in (10, 60):
            while len(orders) < size:
                orders |= self._make(f"1111{len(orders):04d}-0001-1", (len(orders) % 2, 1))
            self.env.flush_all()
            report._get_report_values(orders.ids)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(report._get_report_values(orders.ids)["postings"]), size)
            counts[size] = self.env.cr.sql_log_count - before
        self.assertLessEqual(counts[60], counts[10] + 3, counts)
