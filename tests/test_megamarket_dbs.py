import io
import json
from datetime import timedelta

from pypdf import PdfReader

from odoo import fields
from odoo.tests import tagged

from .megamarket_case import MegamarketCase


@tagged("post_install", "-at_install")
class TestMegamarketDbs(MegamarketCase):
    """Our own couriers: packed, handed over wholly or in part, cancelled by lot."""

    def _pack(self, order):
        self.assertEqual(order.picking_ids.state, "assigned")
        self._validate(order.picking_ids)
        self.assertEqual((order.status, order.ship_state), ("assembled", "shipped"), order.ship_problem)

    # --- the order ----------------------------------------------------------------------------------------------
    def test_pieces_of_an_offer_are_one_line_and_keep_their_numbers(self):
        order = self._receive((self.products[0], 3, {"price": 7446}), (self.products[1], 1), delivery_price=800)
        first, second, fee = order.line_ids
        self.assertEqual((first.quantity, first.unit_numbers, first.price), (3, "1,2,3", 7446))
        self.assertEqual((second.quantity, second.unit_numbers), (1, "4"))
        self.assertEqual((fee.kind, fee.price, fee.quantity), ("delivery", 800, 1))
        sale = order.sale_order_id
        self.assertEqual((sale.amount_total, sale.state), (order.total, "sale"))
        self.assertEqual(sale.amount_total, 7446 * 3 + 124 + 800)
        self.assertEqual(sale.order_line.filtered("is_delivery").product_id, self.account.carrier_id.product_id)
        self.assertEqual(sale.carrier_id, self.account.carrier_id)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 4)
        self.assertTrue(sale.locked)

    def test_discounts_are_paid_by_the_marketplace(self):
        discounts = [{"discountType": "LOY", "discountAmount": 500}, {"discountType": "BPG20", "discountAmount": 100}]
        order = self._receive((self.products[0], 2, {"price": 5000, "discounts": discounts}), prepaid=False)
        self.assertEqual((order.line_ids.price, order.line_ids.buyer_price), (5000, 4400))
        self.assertEqual((order.sale_order_id.amount_total, order.to_collect), (10000, 8800))

    def test_a_prepaid_order_collects_nothing(self):
        order = self._receive((self.products[0], 1), delivery_price=300, prepaid=True)
        self.assertEqual((order.deposit, order.to_collect), (424, 0))

    # --- the work -----------------------------------------------------------------------------------------------
    def test_packed_delivered_closed(self):
        order = self._receive((self.products[0], 2), delivery_price=300)
        self._pack(order)
        self.assertEqual((order.label_state, order.label_id.raw[:5]), ("ready", b"%PDF-"), order.label_problem)
        self.assertTrue(order.can_deliver and order.can_close and not order.can_hand_over)
        order.action_delivered()
        self._run_jobs()
        self.assertEqual(order.status, "delivered", order.delivery_problem)
        self.assertEqual(set(self._statuses_there(order).values()), {"DELIVERED"})

    def test_own_labels_of_several_boxes(self):
        order = self._receive((self.products[0], 1), (self.products[1], 2), prepaid=False)
        for line in order.picking_ids.move_line_ids:
            line.result_package_id = self.env["stock.package"].create({})
        self._pack(order)
        codes = [f"{order.number}-1", f"{order.number}-2"]
        self.assertEqual(order.parcel_ids.mapped("number"), codes)
        pages = PdfReader(io.BytesIO(order.label_id.raw)).pages
        texts = ["".join(page.extract_text().split()) for page in pages]
        self.assertEqual(len(texts), 2)
        for code, text in zip(codes, texts, strict=True):
            self.assertIn(code, text)
            self.assertIn("372", text, "what the courier collects")
            self.assertIn(order.buyer_phone[-10:], text)

    def test_partial_hand_over(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1), delivery_price=300)
        self._pack(order)
        wizard = self.env["marketplace.order.close"].with_context(default_order_id=order.id).create({})
        line = wizard.line_ids.filtered(lambda item: item.line_id == order.line_ids[0])
        line.write({"handed_over": 1, "reason_id": self._find_reason("CANCEL_BY_CUSTOMER").id})
        wizard.action_send()
        self._run_jobs()
        self.assertEqual(order.status, "delivered", order.activity_ids.mapped("note"))
        self.assertEqual(
            self._statuses_there(order),
            {"1": "DELIVERED", "2": "CUSTOMER_CANCELED", "3": "DELIVERED", "4": "DELIVERED"},
        )
        self.assertFalse(order.problem)
        item = order.return_ids
        self.assertEqual((item.quantity, item.unit_numbers, item.kind, item.stage), (1, "2", "partial", "moving"))
        self.env["marketplace.return.receiver"]._receive(item)
        self.assertEqual((item.state, item.problem), ("received", False))
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 1)
        self._poll("statuses_poll")
        self.assertFalse(order.problem)

    def test_nothing_handed_over(self):
        order = self._receive((self.products[0], 1))
        self._pack(order)
        wizard = self.env["marketplace.order.close"].with_context(default_order_id=order.id).create({})
        wizard.line_ids.write({"handed_over": 0, "reason_id": self._find_reason("HANDOVER_IMPOSSIBLE").id})
        wizard.action_send()
        self._run_jobs()
        self.assertEqual((order.status, order.cancel_state), ("cancelled", "hold"))
        order.action_goods_back()
        self.assertEqual((order.cancel_state, order.sale_order_id.state), ("done", "cancel"))

    # --- the buyer cancels --------------------------------------------------------------------------------------
    def test_the_seller_refuses_some_pieces(self):
        order = self._receive((self.products[0], 3), (self.products[1], 1))
        self._refuse(order, 0, 2)
        self._run_jobs()
        self.assertEqual(
            self._statuses_there(order), {"1": "NEW", "2": "MERCHANT_CANCELED", "3": "MERCHANT_CANCELED", "4": "NEW"}
        )
        self.assertEqual((order.line_ids[0].gone_numbers, order.line_ids[0].there_quantity), ("2,3", 1))
        self.assertEqual(order.sale_order_id.order_line.mapped("product_uom_qty"), [1, 1])
        self._pack(order)
        self.assertEqual(self._statuses_there(order)["1"], "PACKED")

    def _ask(self, order, *items):
        """The buyer cancels lots: what the marketplace calls with is read and worked on, without the web between."""
        self._cancel_there(order.number, *items)
        body = json.dumps(self._message(order.number, "cancel")).encode()
        events = type(self.account._get_adapter()).parse_event({}, body, "order/cancel")
        fresh = self.env["marketplace.event"]._receive(self.account, events)
        self.env["marketplace.event.dispatcher"]._dispatch(fresh)
        return self.env["marketplace.cancel.request"].search([("number", "=", order.number)])

    def test_the_buyer_cancels_a_piece_before_packing(self):
        order = self._receive((self.products[0], 3))
        request = self._ask(order, 2)
        self.assertEqual((request.state, request.what), ("pending", "Товар 1 × 1"))
        request.action_approve()
        self._run_jobs()
        self.assertEqual(request.state, "approved", request.problem)
        self.assertEqual(self._statuses_there(order), {"1": "NEW", "2": "CUSTOMER_CANCELED", "3": "NEW"})
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2)
        self.assertEqual(order.line_ids._get_numbers(), ["1", "3"])
        self._pack(order)

    def test_the_buyer_cancels_a_piece_after_packing(self):
        order = self._receive((self.products[0], 2))
        self._pack(order)
        request = self._ask(order, 1)
        request.action_approve()
        self._run_jobs()
        self.assertEqual((order.status, order.problem_kind), ("assembled", "cancel"))
        self.assertIn("Take the goods back", order.problem)

    def test_the_buyer_cancels_everything_and_is_refused(self):
        order = self._receive((self.products[0], 2))
        self._pack(order)
        request = self._ask(order, 1, 2)
        request._decide("reject", "Уже в пути")
        self._run_jobs()
        self.assertEqual((request.state, order.status), ("rejected", "assembled"), request.problem)

    def test_the_buyer_cancels_everything(self):
        order = self._receive((self.products[0], 2), delivery_price=300)
        request = self._ask(order, 1, 2, 3)
        request.action_approve()
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))

    # --- returns ------------------------------------------------------------------------------------------------
    def test_a_return_is_entered_received_and_told(self):
        order = self._receive((self.products[0], 2))
        self._pack(order)
        order.action_delivered()
        self._run_jobs()
        self.assertTrue(order.can_register_return)
        wizard = self.env["marketplace.return.register"].with_context(default_order_id=order.id).create({})
        wizard.line_ids.write({"quantity": 1, "price": 100})
        wizard.action_register()
        item = order.return_ids
        self.env["marketplace.return.receiver"]._receive(item)
        self._run_jobs()
        self.assertEqual((item.state, item.problem), ("received", False))
        self.assertTrue(item.reported_at)
        told = [call for call in self._there(order)["calls"] if call["method"] == "order/return"]
        self.assertEqual(len(told), 1)

    # --- the date -----------------------------------------------------------------------------------------------
    def test_the_delivery_is_moved(self):
        order = self._receive((self.products[0], 1))
        wizard = self.env["marketplace.delivery.time"].create({"order_id": order.id})
        since = fields.Datetime.now().replace(microsecond=0) + timedelta(days=9)
        wizard.write({"since": since, "until": since + timedelta(hours=6)})
        wizard.action_send()
        self._run_jobs()
        self.assertEqual(order.delivery_from, since)
