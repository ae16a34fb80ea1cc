"""Postings in the simulator: lists and pages, assembling, splitting, marks, cancelling."""

from .test_simulator_base import CUTOFF, MARK, PERIOD, SimulatorCase

LIST, UNFULFILLED = "/v4/posting/fbs/list", "/v4/posting/fbs/unfulfilled/list"
SHIP, CANCEL = "/v4/posting/fbs/ship", "/v2/posting/fbs/cancel"


class TestSimulatorOrders(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.sku = self.product("A-1")["sku"]

    # -- reading -------------------------------------------------------------------------------------------------------

    def test_pages_are_complete_in_both_lists(self):
        made = self.control("POST", "/ozon/postings", {"count": 250})["numbers"]
        for path in (LIST, UNFULFILLED):
            numbers = self.all_numbers(path, limit=100)
            self.assertEqual(len(numbers), 250)
            self.assertEqual(set(numbers), set(made))

    def test_descending_is_the_reverse(self):
        self.control("POST", "/ozon/postings", {"count": 20})
        for path, chosen in ((LIST, PERIOD), (UNFULFILLED, CUTOFF)):
            up, down = self.all_numbers(path), []
            body = {"filter": chosen, "limit": 7, "sort_dir": "DESC", "cursor": ""}
            for _page in range(3):
                answer = self.call(path, body)
                down += [posting["posting_number"] for posting in answer["postings"]]
                body["cursor"] = answer["cursor"]
            self.assertEqual(down, up[::-1])
            self.assertFalse(answer["has_next"])

    def test_empty_last_page(self):
        self.control("POST", "/ozon/postings", {"count": 4})
        self.control("POST", "/ozon/options", {"empty_last_page": True})
        first = self.call(LIST, {"filter": PERIOD, "limit": 4})
        self.assertTrue(first["has_next"])
        last = self.call(LIST, {"filter": PERIOD, "limit": 4, "cursor": first["cursor"]})
        self.assertEqual((last["postings"], last["has_next"]), ([], False))

    def test_filters(self):
        waiting, done = self.order(("A-1", 1)), self.order(("A-1", 1), status="delivered")
        rfbs = self.order(("A-1", 1), scheme="rfbs")
        self.assertEqual(self.all_numbers(statuses=["delivered"]), [done])
        self.assertEqual(set(self.all_numbers(warehouse_ids=["1020005003107121"])), {waiting, done})
        self.assertEqual(self.all_numbers(delivery_method_ids=[15588127982001]), [rfbs])
        self.assertEqual(self.all_numbers(integration_type_flow=["non_integrated"]), [rfbs])
        self.assertNotIn(done, self.all_numbers(UNFULFILLED))

    def test_unfulfilled_needs_one_pair_of_dates(self):
        dates = {"delivering_date_from": PERIOD["since"], "delivering_date_to": PERIOD["to"]}
        cutoff = {"cutoff_from": PERIOD["since"], "cutoff_to": PERIOD["to"]}
        message = "either filter.cutoff or filter.delivering_date must be specified"
        self.refused(UNFULFILLED, {"limit": 1, "filter": {}}, 400, message)
        self.refused(UNFULFILLED, {"limit": 1, "filter": {**dates, **cutoff}}, 400, "mismatch")

    def test_changed_since(self):
        early, late = self.order(("A-1", 1)), self.order(("A-1", 1))
        self.pass_time(3600)
        self.control("POST", f"/ozon/postings/{late}/cancel", {"by": "client"})
        changed = {"from": "2026-10-20T08:30:00Z", "to": "2026-10-20T10:00:00Z"}
        self.assertEqual(self.all_numbers(last_changed_status_date=changed), [late])
        self.assertEqual(set(self.all_numbers()), {early, late})

    def test_shapes_of_prices(self):
        number = self.order(("A-1", 2))
        listed = self.call(LIST, {"filter": PERIOD, "limit": 1, "with": {"financial_data": True}})["postings"][0]
        self.assertEqual(listed["products"][0]["price"], {"amount": "390.50", "currency": "RUB"})
        self.assertEqual(listed["financial_data"]["products"][0]["customer_price"]["amount"], "390.50")
        read = self.get(number, financial_data=True)
        self.assertEqual(read["products"][0]["price"], "390.5000")
        self.assertEqual(read["products"][0]["currency_code"], "RUB")
        self.assertEqual(read["financial_data"]["products"][0]["customer_price"], 390.5)
        self.assertIsNone(self.get(number)["financial_data"])

    def test_personal_data_only_for_rfbs(self):
        fbs, rfbs = self.get(self.order(("A-1", 1))), self.get(self.order(("A-1", 1), scheme="rfbs"))
        self.assertIsNone(fbs["customer"])
        self.assertTrue(rfbs["customer"]["phone"].startswith("+7495"))

    def test_odd_shapes_on_demand(self):
        number = self.order(
            ("A-1", 1), overrides={"financial_data": [], "surprise": 1}, get_overrides={"products": None}
        )
        self.control("POST", "/ozon/options", {"wrap_result": True, "string_ids": True, "null_objects": True})
        posting = self.call(LIST, {"filter": PERIOD, "limit": 1})["result"]["postings"][0]
        self.assertEqual((posting["surprise"], posting["cancellation"]), (1, None))
        self.assertIsInstance(posting["order_id"], str)
        self.assertIsInstance(posting["products"][0]["sku"], str)
        self.assertIsNone(self.get(number)["products"])

    def test_search_by_barcode(self):
        number = self.order(("A-1", 1))
        barcodes = self.get(number, barcodes=True)["barcodes"]
        for barcode in barcodes.values():
            found = self.call("/v2/posting/fbs/get-by-barcode", {"barcode": barcode})["result"]
            self.assertEqual(found["posting_number"], number)

    # -- assembling ----------------------------------------------------------------------------------------------------

    def test_ship_takes_its_time(self):
        number = self.order(("A-1", 2))
        self.assertEqual(self.ship(number, [(self.sku, 2)])["result"], [number])
        posting = self.get(number)
        self.assertEqual(posting["status"], "awaiting_packaging")
        self.assertIn("ship_async_in_process", posting["available_actions"])
        self.pass_time(3)
        posting = self.get(number)
        self.assertEqual(
            (posting["status"], posting["substatus"]), ("awaiting_deliver", "posting_transferring_to_delivery")
        )
        self.assertEqual(self.control("GET", f"/ozon/postings/{number}")["ship_accepted"], 1)

    def test_second_ship_is_refused(self):
        number = self.order(("A-1", 1))
        self.ship(number, [(self.sku, 1)])
        self.assertEqual(self.ship(number, [(self.sku, 1)], status=409)["message"], "POSTING_ALREADY_SHIPPED")
        self.pass_time(3)
        self.assertEqual(self.ship(number, [(self.sku, 1)], status=409)["message"], "POSTING_ALREADY_SHIPPED")

    def test_ship_refusals(self):
        product = self.product("A-2")
        number = self.order(("A-1", 2))
        self.assertEqual(self.ship(number, [(self.sku, 1)], status=400)["message"], "HAS_INCORRECT_PRODUCT_QUANTITY")
        self.assertEqual(self.ship(number, [(self.sku, 3)], status=400)["message"], "HAS_INCORRECT_PRODUCT_QUANTITY")
        by_product_id = [(product["product_id"], 2)]
        self.assertEqual(self.ship(number, by_product_id, status=400)["message"], "UNKNOWN_PRODUCT_DEFINED")
        self.assertEqual(self.ship("1-1-1", [(self.sku, 1)], status=404)["message"], "POSTING_NOT_FOUND")
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.assertEqual(self.ship(number, [(self.sku, 2)], status=409)["message"], "POSTING_ALREADY_CANCELLED")

    def test_failed_ship_may_be_repeated(self):
        number = self.order(("A-1", 1))
        self.control("POST", "/faults", {"path": SHIP, "kind": "ship_fails"})
        self.ship(number, [(self.sku, 1)])
        self.pass_time(3)
        posting = self.get(number)
        self.assertEqual((posting["status"], posting["substatus"]), ("awaiting_packaging", "ship_failed"))
        self.assertIn("ship_async_retry", posting["available_actions"])
        self.ship(number, [(self.sku, 1)])
        self.pass_time(3)
        self.assertEqual(self.get(number)["status"], "awaiting_deliver")

    def test_buyer_cancels_while_assembling(self):
        number = self.order(("A-1", 1))
        self.ship(number, [(self.sku, 1)])
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.pass_time(3)
        self.assertEqual(self.get(number)["status"], "cancelled")

    def test_two_packages_make_two_postings(self):
        number = self.order(("A-1", 3))
        result = self.ship(number, [(self.sku, 1)], [(self.sku, 2)])["result"]
        other = f"{number[:-1]}2"
        self.assertEqual(result, [number, other])
        self.pass_time(3)
        child = self.get(other, related_postings=True)
        self.assertEqual((child["status"], child["parent_posting_number"]), ("awaiting_deliver", number))
        self.assertEqual(child["related_postings"]["related_posting_numbers"], [number])
        self.assertEqual([line["quantity"] for line in child["products"]], [2])
        self.assertEqual([line["quantity"] for line in self.get(number)["products"]], [1])

    def test_partial_ship_leaves_the_rest(self):
        number = self.order(("A-1", 3))
        body = {"posting_number": number, "products": [{"product_id": self.sku, "quantity": 1}]}
        new = self.call("/v4/posting/fbs/ship/package", body)["result"]
        self.pass_time(3)
        self.assertEqual(self.get(new)["status"], "awaiting_deliver")
        rest = self.get(number)
        self.assertEqual((rest["status"], rest["products"][0]["quantity"]), ("awaiting_packaging", 2))
        self.assertEqual(self.ship(number, [(self.sku, 2)])["result"], [number])

    def test_split_without_assembling(self):
        number = self.order(("A-1", 2))
        parts = [{"products": [{"product_id": self.sku, "quantity": 1}]}] * 2
        answer = self.call("/v1/posting/fbs/split", {"posting_number": number, "postings": parts})
        self.assertEqual([part["posting_number"][-2:] for part in answer["postings"]], ["-2", "-3"])
        self.assertEqual(self.get(number)["status"], "cancelled_from_split_pending")
        child = answer["postings"][0]["posting_number"]
        self.assertEqual(self.get(child)["substatus"], "posting_split_pending")
        self.pass_time(3)
        self.assertEqual(self.get(child)["substatus"], "posting_created")

    def test_boxes(self):
        number = self.order(("A-1", 1), is_multibox=True)
        body = {"posting_number": number, "multi_box_qty": 3}
        self.assertEqual(self.call("/v3/posting/multiboxqty/set", body), {"result": {"result": True}})
        posting = self.get(number)
        self.assertEqual((posting["is_multibox"], posting["multi_box_qty"]), (False, 3))

    def test_marks_are_needed_before_ship(self):
        sku = self.product("M-1", mandatory_mark=True)["sku"]
        number = self.order(("M-1", 1))
        self.assertEqual(self.get(number)["requirements"]["products_requiring_mandatory_mark"], [str(sku)])
        refusal = self.ship(number, [(sku, 1)], status=409)
        self.assertEqual(refusal["message"], "EXEMPLAR_INFO_NOT_FILLED_COMPLETELY")
        for mark, status in ((MARK.replace("\u001d", "\\u001d"), "ship_not_available"), (MARK, "ship_available")):
            self.save_mark(number, sku, mark)
            self.assertEqual(self.exemplar_status(number), "validation_in_process")
            self.pass_time(2)
            self.assertEqual(self.exemplar_status(number), status)
        self.ship(number, [(sku, 1)])

    def save_mark(self, number, sku, mark):
        units = self.call("/v6/fbs/posting/product/exemplar/create-or-get", {"posting_number": number})
        unit = {
            "exemplar_id": units["products"][0]["exemplars"][0]["exemplar_id"],
            "is_gtd_absent": True,
            "is_rnpt_absent": True,
            "marks": [{"mark": mark, "mark_type": "mandatory_mark"}],
        }
        body = {"posting_number": number, "products": [{"product_id": sku, "exemplars": [unit]}]}
        self.assertEqual(self.call("/v6/fbs/posting/product/exemplar/set", body), {})

    def exemplar_status(self, number):
        return self.call("/v5/fbs/posting/product/exemplar/status", {"posting_number": number})["status"]

    # -- cancelling ----------------------------------------------------------------------------------------------------

    def test_seller_cancels(self):
        number = self.order(("A-1", 1))
        body = {"posting_number": number, "cancel_reason_id": 402}
        self.refused(CANCEL, body, 400, "cancel_reason_message is required")
        self.refused(CANCEL, {**body, "cancel_reason_id": 666}, 400, "HAS_INCORRECT_CANCEL_REASON")
        self.assertEqual(self.call(CANCEL, {**body, "cancel_reason_message": "Разбили"}), {"result": True})
        cancellation = self.get(number)["cancellation"]
        self.assertEqual(
            (cancellation["cancellation_type"], cancellation["affect_cancellation_rating"]), ("seller", True)
        )
        self.refused(CANCEL, {**body, "cancel_reason_message": "x"}, 409, "POSTING_ALREADY_CANCELLED")

    def test_some_units_are_cancelled(self):
        number = self.order(("A-1", 3))
        body = {
            "posting_number": number,
            "cancel_reason_id": 352,
            "cancel_reason_message": "Нет",
            "items": [{"sku": self.sku, "quantity": 2}],
        }
        self.assertEqual(self.call("/v2/posting/fbs/product/cancel", body)["result"], number)
        self.assertEqual(self.get(number)["products"][0]["quantity"], 1)

    def test_rfbs_steps_keep_their_order(self):
        number = self.order(("A-1", 1), scheme="rfbs", status="awaiting_deliver")
        body = {"posting_number": [number]}
        early = self.call("/v2/fbs/posting/delivered", body)["result"][0]
        self.assertEqual((early["result"], early["error"]), (False, "TRANSITION_IS_NOT_POSSIBLE"))
        for step in ("delivering", "last-mile", "delivered"):
            self.assertTrue(self.call(f"/v2/fbs/posting/{step}", body)["result"][0]["result"])
            self.pass_time(3)
        self.assertEqual(self.get(number)["status"], "delivered")
