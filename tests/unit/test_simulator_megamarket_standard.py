"""The simulated MegaMarket, Standard scheme: from the order to the handed-over boxes, deadlines and refusals."""

from .test_simulator_megamarket_base import DBS, MegamarketCase


class TestSimulatorMegamarketStandard(MegamarketCase):
    def packed(self, *lines, boxes=None, **values):
        """A shipment that has come as far as its boxes."""
        number = self.order(*lines, **values)
        count = len(self.known(number)["lots"])
        self.done("order/confirm", self.confirm(number, *range(1, count + 1)))
        self.done("order/packing", self.packing(number, boxes or dict.fromkeys(range(1, count + 1), 1)))
        return number

    # --- the way -------------------------------------------------------------------------------------------------
    def test_from_order_to_buyer(self):
        number = self.order(("SKU-1", 2), ("SKU-2", 1))
        self.assertEqual(self.done("order/confirm", self.confirm(number, 1, 2, 3)), {"result": 1})
        self.done("order/packing", self.packing(number, {1: 1, 2: 1, 3: 2}))
        self.done("order/shipping", self.shipping(number, 1, 2))
        found = self.get(number)
        self.assertEqual((found["status"], found["orderCode"]), ("SHIPPED", "S1"))
        self.assertEqual(found["serviceScheme"], "DELIVERY_BY_GOODS")
        self.assertEqual([item["boxIndex"] for item in found["items"]], [1, 1, 2])
        events = [event["eventValue"] for event in found["items"][0]["events"]]
        self.assertEqual(events[:3], ["NEW", "PENDING_CONFIRMATION", "CONFIRMED"])
        self.assertEqual(events[3:], ["PENDING_PACKING", "PACKED", "PENDING_SHIPPING", "SHIPPED"])
        self.assertEqual(self.control("POST", f"/megamarket/postings/{number}/progress")["status"], "DELIVERED")
        calls = [call["method"] for call in self.known(number)["calls"]]
        self.assertEqual(calls, ["order/confirm", "order/packing", "order/shipping"])

    def test_lots_are_pieces_with_discounts(self):
        discounts = [{"type": "BPG20", "amount": 100}, {"type": "LOY", "amount": 300}]
        number = self.order({"offer_id": "SKU-1", "quantity": 2, "discounts": discounts})
        found = self.get(number)
        self.assertEqual([(item["itemIndex"], item["quantity"]) for item in found["items"]], [("1", 1), ("2", 1)])
        self.assertEqual((found["items"][0]["price"], found["items"][0]["finalPrice"]), (1000, 600))
        self.assertEqual(found["items"][0]["discounts"][1]["discountDescription"], "Скидка БР")
        self.assertEqual(found["depositedAmount"], 1200)

    def test_what_is_accepted_takes_effect_later(self):
        self.options(pending_delay=5)
        number = self.order(("SKU-1", 2))
        self.done("order/reject", self.reject(number, 1))
        self.assertEqual(self.statuses(number), ["PENDING", "NEW"])
        self.no("order/confirm", self.confirm(number, 2), "SHIPMENT_IS_PENDING")
        self.pass_time(5)
        self.done("order/confirm", self.confirm(number, 2))
        self.assertEqual(self.get(number)["status"], "PENDING_CONFIRMATION")
        self.pass_time(5)
        self.assertEqual(self.statuses(number), ["MERCHANT_CANCELED", "CONFIRMED"])
        self.done("order/packing", self.packing(number, {2: 1}))
        self.control("POST", f"/megamarket/postings/{number}/cancel")
        self.pass_time(5)
        self.assertEqual(self.statuses(number)[1], "CUSTOMER_CANCELED", "the buyer came first")

    def test_rejecting(self):
        number = self.order(("SKU-1", 1), ("SKU-2", 1))
        self.done("order/reject", self.reject(number, 1))
        self.done("order/confirm", self.confirm(number, 2))
        self.assertEqual(self.get(number)["status"], "CONFIRMED")
        self.done("order/reject", self.reject(number, 2, reason="INCORRECT_PRICE"))
        found = self.get(number)
        self.assertEqual([item["subStatus"] for item in found["items"]], ["CONFIRMATION_REJECT", "LATE_REJECT"])
        self.assertEqual(found["status"], "MERCHANT_CANCELED")
        self.no("order/packing", self.packing(number, {2: 1}), "WRONG_STATUS")
        other = self.order()
        for reason in ("NOT_TIME_FOR_DELIVERY", "NOT_ACCEPTABLE", None):
            self.no("order/reject", self.reject(other, 1, reason=reason), "reason.type")

    def test_confirm_refuses(self):
        number = self.order(("SKU-1", 1), ("SKU-2", 1))
        wrong = self.confirm(number, 1, 2)
        wrong["shipments"][0]["items"][1]["offerId"] = "SKU-1"
        error = self.no("order/confirm", wrong, "SKU-2")
        self.assertEqual((error[0]["shipmentId"], error[0]["itemIndex"]), (number, "2"))
        self.assertEqual(self.statuses(number), ["NEW", "NEW"], "not one of them")
        twice = self.confirm(number, 1)
        twice["shipments"][0]["items"] *= 2
        self.no("order/confirm", twice, "ITEM_REPEATED")
        cyrillic = self.confirm(number, 1)
        cyrillic["shipments"][0]["orderCode"] = "Х123"
        self.no("order/confirm", cyrillic, "orderCode")
        self.no("order/confirm", {"shipments": [{"shipmentId": "1"}]}, "SHIPMENT_NOT_FOUND")
        self.no("order/confirm", {"shipments": []}, "empty")
        text = self.confirm(number, 1)
        text["shipments"][0]["items"][0]["itemIndex"] = "1"
        self.done("order/confirm", text)
        self.no("order/confirm", self.confirm(number, 1), "WRONG_STATUS")

    def test_one_bad_shipment_does_not_stop_the_others(self):
        good, bad = self.order(), self.order()
        call = {"shipments": [*self.confirm(bad, 1)["shipments"], *self.confirm(good, 1)["shipments"]]}
        call["shipments"][0]["items"][0]["offerId"] = "X"
        self.assertEqual([row["shipmentId"] for row in self.no("order/confirm", call)], [bad])
        self.assertEqual(self.statuses(good) + self.statuses(bad), ["CONFIRMED", "NEW"])

    # --- packing -------------------------------------------------------------------------------------------------
    def test_packing_refuses(self):
        number = self.order(("SKU-1", 2))
        self.no("order/packing", self.packing(number, {1: 1, 2: 1}), "WRONG_STATUS")
        self.done("order/confirm", self.confirm(number, 1, 2))
        self.no("order/packing", self.packing(number, {1: 1, 2: 3}), "без пропусков")
        self.no("order/packing", self.packing(number, {1: 2, 2: 2}), "без пропусков")
        self.no("order/packing", self.packing(number, {1: 1, 2: []}), "NO_BOX")
        self.no("order/packing", self.packing(number, {1: 1}, code="Х1"), "WRONG_ORDER_CODE")
        self.no("order/packing", self.packing(number, {1: 1}, code=""), "WRONG_ORDER_CODE")
        foreign = self.packing(number, {1: 1})
        foreign["shipments"][0]["orderCode"] = "S2"
        self.assertEqual(self.no("order/packing", foreign, "WRONG_BOX")[0]["boxCode"], "5046*S1*1")
        two = self.packing(number, {1: 1})
        two["shipments"][0]["items"][0]["quantity"] = 2
        self.no("order/packing", two, "WRONG_QUANTITY")
        self.assertEqual(self.statuses(number), ["CONFIRMED", "CONFIRMED"])

    def test_packing_in_stages_and_again(self):
        number = self.order(("SKU-1", 3))
        self.done("order/confirm", self.confirm(number, 1, 2, 3))
        self.done("order/packing", self.packing(number, {1: 1}))
        self.assertEqual(self.get(number)["status"], "CONFIRMED", "the hindmost lot counts")
        self.no("order/shipping", self.shipping(number, 1), "WRONG_STATUS")
        self.no("order/packing", self.packing(number, {2: 1}, code="S2"), "WRONG_ORDER_CODE")
        self.done("order/packing", self.packing(number, {2: 2, 3: [1, 2]}))
        found = self.get(number)
        self.assertEqual((found["status"], found["items"][2]["boxIndex"]), ("PACKED", [1, 2]))
        self.assertTrue(found["shipmentIsChangeable"])
        self.done("order/packing", self.packing(number, {1: 1, 2: 1, 3: 1}, code="S2"))
        self.assertEqual([row["boxCode"] for row in self.known(number)["boxes"]], ["5046*S2*1"])
        self.control("POST", f"/megamarket/postings/{number}/change", {"changeable": False})
        self.assertFalse(self.get(number)["shipmentIsChangeable"])
        self.no("order/packing", self.packing(number, {1: 1, 2: 1, 3: 1}), "NOT_CHANGEABLE")
        self.done("order/shipping", self.shipping(number, 1, code="S2"))

    def test_digital_marks(self):
        number = self.order({"offer_id": "SKU-1", "quantity": 2, "mark": True})
        self.done("order/confirm", self.confirm(number, 1, 2))
        self.no("order/packing", self.packing(number, {1: 1, 2: 1}), "NO_DIGITAL_MARK")
        same = self.packing(number, {1: 1, 2: 1}, marks={1: "0104A", 2: "0104A"})
        self.no("order/packing", same, "DIGITAL_MARK_REPEATED")
        self.done("order/packing", self.packing(number, {1: 1, 2: 1}, marks={1: "0104A", 2: "0104B"}))
        self.assertEqual([lot["digital_mark"] for lot in self.known(number)["lots"]], ["0104A", "0104B"])

    def test_shipping_takes_all_boxes(self):
        number = self.packed(("SKU-1", 2), boxes={1: 1, 2: 2})
        self.no("order/shipping", self.shipping(number, 1), "BOX_MISSING")
        self.assertEqual(self.no("order/shipping", self.shipping(number, 1, 2, 3))[0]["boxCode"], "5046*S1*3")
        for strange in (["5046*S1*1"], {}, None):
            call = self.shipping(number, 1, 2)
            call["shipments"][0]["boxes"][0]["boxCode"] = strange
            self.no("order/shipping", call, "boxCode")
        call = self.shipping(number, 1, 2)
        del call["shipments"][0]["shipping"]
        self.no("order/shipping", call, "shippingDate")
        self.done("order/shipping", self.shipping(number, 1, 2))
        self.no("order/shipping", self.shipping(number, 1, 2), "WRONG_STATUS")
        self.no("order/reject", self.reject(number, 1), "WRONG_STATUS")

    def test_boxes_that_are_missing_are_told_in_their_order(self):
        number = self.packed(("SKU-1", 8), boxes={place: place for place in range(1, 9)})
        problems = self.no("order/shipping", self.shipping(number, 4))
        self.assertEqual([row["boxCode"] for row in problems], [f"5046*S1*{box}" for box in (1, 2, 3, 5, 6, 7, 8)])

    def test_methods_of_the_other_scheme(self):
        number = self.packed()
        self.no("order/close", self.closing(number, [1]), "scheme")
        self.no("order/cancelResult", self.shipments(number, [1], "canceled"), "scheme")
        self.no("sticker/print", {"shipments": []}, "scheme", account=DBS)
        self.no("order/shipping", self.shipping(number, 1), "scheme", account=DBS)

    # --- deadlines -----------------------------------------------------------------------------------------------
    def test_unconfirmed(self):
        number = self.order(confirm_minutes=60)
        self.pass_time(3599)
        self.assertEqual(self.statuses(number), ["NEW"])
        self.pass_time(1)
        item = self.get(number)["items"][0]
        self.assertEqual((item["status"], item["subStatus"]), ("MERCHANT_CANCELED", "CONFIRMATION_EXPIRED"))
        self.assertEqual(item["events"][-1]["eventDate"], "2026-10-20T12:00:00+03:00")

    def test_unpacked(self):
        number = self.order(packing_minutes=60, shipping_minutes=120)
        self.done("order/confirm", self.confirm(number, 1))
        self.pass_time(3600)
        self.assertEqual(self.get(number)["status"], "PACKING_EXPIRED")
        self.done("order/packing", self.packing(number, {1: 1}))
        late = self.order(packing_minutes=60, shipping_minutes=120)
        self.done("order/confirm", self.confirm(late, 1))
        self.pass_time(7200)
        self.assertEqual(self.get(late)["items"][0]["subStatus"], "PACKING_EXPIRED")
        self.assertEqual(self.get(number)["status"], "SHIPPING_EXPIRED")

    def test_unshipped(self):
        number, late = self.packed(shipping_minutes=60), self.packed(shipping_minutes=60)
        self.pass_time(3600)
        self.assertEqual(self.get(number)["status"], "SHIPPING_EXPIRED")
        self.done("order/shipping", self.shipping(number, 1))
        # One jump of the clock over both deadlines: what happened in between has its own date.
        self.pass_time(7 * 86400)
        item = self.get(late)["items"][0]
        self.assertEqual((item["status"], item["subStatus"]), ("MERCHANT_CANCELED", "SHIPPING_EXPIRED"))
        self.assertEqual(item["events"][-1]["eventDate"], "2026-10-27T12:00:00+03:00")
        self.assertEqual(self.get(number)["status"], "SHIPPED")

    def test_deadline_of_what_is_pending(self):
        """It passes while a call is on its way, and is met when the call has taken effect."""
        self.options(pending_delay=600)
        confirmed = self.order(confirm_minutes=5, packing_minutes=5)
        given_up = self.order(packing_minutes=5, shipping_minutes=6)
        in_time = self.order(confirm_minutes=5)
        for number in (confirmed, given_up, in_time):
            self.done("order/confirm", self.confirm(number, 1))
        self.pass_time(599)
        self.assertEqual(self.statuses(confirmed), ["PENDING_CONFIRMATION"])
        self.pass_time(1)
        self.assertEqual(self.statuses(confirmed), ["PACKING_EXPIRED"])
        item = self.get(given_up)["items"][0]
        self.assertEqual((item["status"], item["subStatus"]), ("MERCHANT_CANCELED", "PACKING_EXPIRED"))
        self.assertEqual(self.statuses(in_time), ["CONFIRMED"], "the confirmation itself came in time")
        self.options(pending_delay=0)
        packed = self.order(shipping_minutes=5)
        self.done("order/confirm", self.confirm(packed, 1))
        self.options(pending_delay=600)
        self.done("order/packing", self.packing(packed, {1: 1}))
        self.pass_time(600)
        self.assertEqual(self.statuses(packed), ["SHIPPING_EXPIRED"])

    def test_deadline_of_what_is_not_new_yet(self):
        self.options(new_delay=600)
        number = self.order(confirm_minutes=5)
        self.pass_time(600)
        self.assertEqual(self.get(number)["items"][0]["subStatus"], "CONFIRMATION_EXPIRED")

    # --- stickers ------------------------------------------------------------------------------------------------
    def sticker(self, number, *codes, **values):
        return {"shipments": [{"shipmentId": number, "boxCodes": list(codes)}], **values}

    def test_stickers(self):
        number = self.packed(("SKU-1", 1), ("SKU-2", 1), boxes={1: 1, 2: 2})
        codes = ["5046*S1*1", "5046*S1*2"]
        html = self.done("sticker/print", self.sticker(number, *codes))
        self.assertIn("<!DOCTYPE html>", html)
        self.assertEqual(html.count('class="sheet"'), 2)
        pdf = self.mm("sticker/print", self.sticker(number, *codes, printAsPdf=True))
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertEqual(pdf.count(b"/MediaBox"), 2)
        self.assertIn(b"198.4252 283.4646", pdf, "70 by 100 mm")
        older = {"shipmentId": number, "boxCodes": codes[:1]}
        self.assertEqual(self.done("sticker/print", older).count('class="sheet"'), 1)
        self.assertEqual(self.known(number)["stickers"], 3)

    def test_stickers_refused(self):
        number = self.order()
        self.no("sticker/print", self.sticker(number, "5046*S1*1", printAsPdf=True), "BOX_NOT_FOUND")
        self.options(pending_delay=5)
        self.done("order/confirm", self.confirm(number, 1))
        self.pass_time(5)
        self.done("order/packing", self.packing(number, {1: 1}))
        self.no("sticker/print", self.sticker(number, "5046*S1*1"), "BOX_NOT_FOUND")
        self.pass_time(5)
        error = self.no("sticker/print", self.sticker(number, "5046*S1*1", "5046*S1*9", printAsPdf=True))
        self.assertEqual([row["boxCode"] for row in error], ["5046*S1*9"])
        self.control("POST", "/faults", {"path": "/megamarket/api/market/v1/orderService/sticker", "kind": "not_pdf"})
        content = self.mm("sticker/print", self.sticker(number, "5046*S1*1", printAsPdf=True))
        self.assertFalse(content.startswith(b"%PDF"))
