"""The simulated MegaMarket, delivery by the merchant: picking, moving the date, handing over, buyers' requests."""

from .test_simulator_megamarket_base import DBS, STANDARD, MegamarketCase


class TestSimulatorMegamarketDbs(MegamarketCase):
    account = DBS

    def test_from_order_to_buyer(self):
        number = self.order(("SKU-1", 2), delivery_price=800)
        found = self.get(number)
        self.assertEqual((found["serviceScheme"], found["depositedAmount"]), ("DELIVERY_BY_MERCHANT", 2800))
        self.assertEqual([item["goodsData"]["isDelivery"] for item in found["items"]], [False, False, True])
        self.no("order/packing", self.picked(number, 1, 2, 3), "DELIVERY_LOT")
        self.done("order/packing", self.picked(number, 1))
        self.assertEqual(self.statuses(number), ["PACKED", "NEW", "NEW"])
        self.no("order/close", self.closing(number, [1, 2, 3]), "WRONG_STATUS")
        self.done("order/packing", self.picked(number, 2))
        self.assertEqual(self.statuses(number), ["PACKED"] * 3, "the delivery comes along")
        self.no("order/close", self.closing(number, [1, 2]), "ITEM_MISSING")
        self.done("order/close", self.closing(number, [1, 2, 3]))
        self.assertEqual(self.get(number)["status"], "DELIVERED")
        self.no("order/close", self.closing(number, [1, 2, 3]), "WRONG_STATUS")

    def test_partial_handover(self):
        number = self.order(("SKU-1", 3), delivery_price=800, prepaid=False)
        self.assertEqual(self.get(number)["depositedAmount"], 0)
        self.done("order/packing", self.picked(number, 1, 2, 3))
        call = self.closing(number, [1, 4], [2])
        impossible = {"itemIndex": 3, "handoverResult": False, "reason": {"type": "HANDOVER_IMPOSSIBLE"}}
        call["shipments"][0]["items"].append({**impossible, "reason": {"type": "NO_WISH"}})
        self.no("order/close", call, "reason.type")
        call["shipments"][0]["items"][-1] = {**impossible, "handoverResult": "no"}
        self.no("order/close", call, "handoverResult")
        call["shipments"][0]["items"][-1] = impossible
        del call["shipments"][0]["closeDate"]
        self.no("order/close", call, "closeDate")
        # One client of the real service writes the date beside the token.
        self.done("order/close", {**call, "closeDate": "2026-10-24T12:00:00+03:00"})
        self.assertEqual(self.statuses(number), ["DELIVERED", "CUSTOMER_CANCELED", "MERCHANT_CANCELED", "DELIVERED"])
        self.assertEqual(self.get(number)["status"], "DELIVERED")

    def test_delivery_date_is_moved(self):
        number = self.order(delivery_from="2026-10-24T10:00:00+03:00", delivery_to="2026-10-24T20:00:00+03:00")
        self.done("order/confirm", {"shipments": [{"shipmentId": number, "deliveryDate": "2026-10-26T00:00:00+03:00"}]})
        found = self.get(number)
        self.assertTrue(found["shipmentDateShift"])
        self.assertEqual(found["deliveryDateFrom"], "2026-10-26T10:00:00+03:00", "another day, the same hours")
        self.assertEqual(found["status"], "NEW")
        interval = {"dateFrom": "2026-10-28T12:00:00+03:00", "dateTo": "2026-10-28T15:00:00+03:00"}
        call = {"shipments": [{"shipmentId": number, "delivery": {"deliveryInterval": interval}}]}
        self.done("order/confirm", call)
        self.assertEqual(self.get(number)["deliveryDateFrom"], "2026-10-28T12:00:00+03:00")
        interval["dateTo"] = "2026-10-28T11:00:00+03:00"
        self.no("order/confirm", call, "WRONG_DATE")
        self.no("order/confirm", self.confirm(number, 1), "deliveryInterval")

    def test_rejecting(self):
        number = self.order(("SKU-1", 1), ("SKU-2", 1), delivery_price=800)
        self.no("order/reject", self.reject(number, 3), "DELIVERY_LOT")
        self.done("order/reject", self.reject(number, 1, reason="NOT_ACCEPTABLE"))
        self.assertEqual(self.statuses(number), ["MERCHANT_CANCELED", "NEW", "NEW"])
        self.done("order/reject", self.reject(number, 2, 3))
        self.assertEqual(self.get(number)["status"], "MERCHANT_CANCELED")
        other = self.order(("SKU-1", 1), delivery_price=800)
        self.done("order/reject", self.reject(other, 1))
        self.assertEqual(self.statuses(other), ["MERCHANT_CANCELED"] * 2, "nothing is left to deliver")

    def test_buyers_request_to_cancel(self):
        number = self.order(("SKU-1", 2), delivery_price=800)
        self.no("order/cancelResult", self.shipments(number, [1], "canceled"), "NO_CANCEL_REQUEST")
        self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [1]})
        self.assertEqual(self.statuses(number)[0], "NEW", "only asked")
        self.done("order/cancelResult", self.shipments(number, [1], "canceled"))
        self.assertEqual(self.statuses(number), ["CUSTOMER_CANCELED", "NEW", "NEW"])
        self.done("order/packing", self.picked(number, 2))
        self.control("POST", f"/megamarket/postings/{number}/cancel")
        answer = self.shipments(number, [2, 3], "canceled")
        for item in answer["shipments"][0]["items"]:
            item["canceled"] = False
        self.done("order/cancelResult", answer)
        self.assertEqual(self.get(number)["status"], "PACKED", "the goods are with the buyer by now")
        self.control("POST", f"/megamarket/postings/{number}/cancel")
        self.done("order/cancelResult", self.shipments(number, [2, 3], "canceled"))
        self.assertEqual(self.statuses(number), ["CUSTOMER_CANCELED"] * 3)

    def test_deadlines(self):
        number = self.order(packing_minutes=60, reserve_minutes=600, delivery_price=500)
        packed = self.order(packing_minutes=60, reserve_minutes=600)
        self.done("order/packing", self.picked(packed, 1))
        self.pass_time(3600)
        self.assertEqual(self.get(number)["status"], "PACKING_EXPIRED")
        self.pass_time(9 * 3600)
        found = self.get(number)
        self.assertEqual([item["status"] for item in found["items"]], ["MERCHANT_CANCELED"] * 2)
        self.assertEqual(found["items"][0]["subStatus"], "PACKING_EXPIRED")
        self.assertEqual(self.get(packed)["status"], "PACKED")

    def test_digital_marks_by_option(self):
        number = self.order({"offer_id": "SKU-1", "mark": True})
        self.options(dbs_marks=True)
        self.no("order/packing", self.picked(number, 1), "NO_DIGITAL_MARK")
        self.options(dbs_marks=False)
        self.done("order/packing", self.picked(number, 1))

    def test_returns(self):
        number = self.order(status="DELIVERED", delivery_price=500)
        call = self.shipments(number, [1])
        row = call["shipments"][0]["items"][0]
        row.update(returnAmount=1001, returnDate="2026-10-30T12:00:00+03:00")
        self.no("order/return", call, "WRONG_AMOUNT")
        row["returnAmount"] = 1000
        self.done("order/return", call)
        self.assertEqual(self.known(number)["lots"][0]["returned"]["amount"], 1000)
        self.no("order/return", call, "RETURNED_BEFORE")
        self.no("order/return", {"shipments": [{"shipmentId": self.order(), "items": [row]}]}, "WRONG_STATUS")

    def test_no_more_is_paid_back_than_was_paid(self):
        lines = {"offer_id": "SKU-1", "discounts": [{"type": "LOY", "amount": 400}]}
        call = self.shipments(self.order(lines, status="DELIVERED"), [1])
        row = call["shipments"][0]["items"][0]
        row.update(returnAmount=601, returnDate="2026-10-30T12:00:00+03:00")
        self.no("order/return", call, "WRONG_AMOUNT")
        row["returnAmount"] = 600
        self.done("order/return", call)

    def test_shops_do_not_see_each_other(self):
        number = self.order(shipment_id="77")
        self.assertIsNone(self.get(number, account=STANDARD))
        self.no("order/reject", self.reject(number, 1), "SHIPMENT_NOT_FOUND", account=STANDARD)
        self.order(account=STANDARD, shipment_id="77")
        self.assertEqual(self.get("77", account=STANDARD)["serviceScheme"], "DELIVERY_BY_GOODS")
        self.assertEqual(self.get("77")["serviceScheme"], "DELIVERY_BY_MERCHANT")
