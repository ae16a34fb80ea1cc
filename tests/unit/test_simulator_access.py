"""The simulator's door: headers, keys, roles, dead methods, validation, request limits."""

from .test_simulator_base import PERIOD, SimulatorCase

LIST = "/v4/posting/fbs/list"


class TestSimulatorAccess(SimulatorCase):
    def test_wrong_key_is_not_found(self):
        answer = self.refused("/v1/roles", {}, 404, "Invalid Api-Key, please check the key and try again", key="wrong")
        self.assertEqual(answer["code"], 5)

    def test_key_of_another_client(self):
        self.refused("/v1/roles", {}, 404, "Invalid Api-Key", client_id="77")

    def test_client_id_must_be_a_number(self):
        for client_id in ("abc", "-1", "0", "1.5"):
            answer = self.refused("/v1/roles", {}, 400, "should be positive integer", client_id=client_id)
            self.assertEqual(answer["code"], 3)

    def test_missing_headers(self):
        status, _headers, content = self.simulator.request("POST", "/ozon/v1/roles", {})
        self.assertEqual(status, 401)
        self.assertIn(b'"code":16', content)

    def test_deactivated_key(self):
        self.refused("/v1/roles", {}, 403, "Api-key is deactivated", key="demo-key-1042-expired")

    def test_reading_key_may_not_write(self):
        body = {"stocks": [{"offer_id": "SM-00001", "stock": 1, "warehouse_id": 20605650762000}]}
        answer = self.refused("/v2/products/stocks", body, 403, "missing a required role", key="demo-key-1042-read")
        self.assertEqual(answer["code"], 7)
        self.call("/v3/product/list", {"filter": {}, "limit": 1}, key="demo-key-1042-read")

    def test_orders_key_has_no_labels_and_no_finance(self):
        key = "demo-key-1042-orders"
        paths = self.call("/v1/roles", {}, key=key)["roles"][0]["methods"]
        self.assertIn(LIST, paths)
        self.assertNotIn("/v3/posting/fbs/package-label/create", paths)
        self.assertNotIn("/v1/finance/accrual/by-day", paths)
        self.refused("/v1/finance/accrual/by-day", {}, 403, "missing a required role", key=key)
        self.refused("/v3/posting/fbs/package-label/create", {"posting_numbers": ["1"]}, 403, "role", key=key)

    def test_blocked_company(self):
        self.control("POST", "/ozon/options", {"company_blocked": True})
        self.refused("/v1/roles", {}, 403, "Company is blocked, please contact support")

    def test_unknown_and_not_simulated_paths(self):
        self.refused("/v9/nothing", {}, 404, "method is not allowed")
        self.refused("/v3/product/import", {}, 501, "not simulated")
        headers = {"Client-Id": "1042", "Api-Key": "demo-key-1042-write"}
        self.assertEqual(self.simulator.request("GET", "/ozon/v1/roles", headers=headers)[0], 404)

    def test_dead_methods_follow_the_clock(self):
        for path in ("/v3/posting/fbs/list", "/v1/warehouse/list", "/v2/posting/fbs/act/create"):
            answer = self.refused(path, {}, 400, "obsolete method cannot be used")
            self.assertEqual(answer["code"], 9)
        old = "/v2/posting/fbs/package-label/create"
        self.refused(old, {"posting_number": ["1-1-1"]}, 400, "POSTING_NUMBERS_IS_INCORRECT_FOR_COMPANY")
        self.control("POST", "/clock", {"now": "2026-11-02T00:00:00Z"})
        self.refused(old, {"posting_number": ["1-1-1"]}, 400, "obsolete method cannot be used")

    def test_total_disappears_in_november(self):
        body = {"filter": {"visibility": "ALL"}, "limit": 10}
        result = self.call("/v3/product/list", body)["result"]
        self.assertEqual((result["total"], result["total_items"]), (5, 5))
        self.control("POST", "/clock", {"now": "2026-11-23T00:00:00Z"})
        result = self.call("/v3/product/list", body)["result"]
        self.assertNotIn("total", result)
        self.assertEqual(result["total_items"], 5)

    def test_validation_speaks_like_ozon(self):
        invalid = "Request validation error: invalid PostingFbsListRequest"
        self.refused(LIST, {}, 400, f"{invalid}.Limit: value must be inside range [1, 100]")
        self.refused(LIST, {"limit": 101, "filter": PERIOD}, 400, f"{invalid}.Limit: value must be inside range")
        self.refused(LIST, {"limit": 1}, 400, f"{invalid}.Filter: value is required")
        nested = (
            f"{invalid}.Filter: embedded message failed validation | caused by: invalid PostingFbsListRequest_Filter"
        )
        self.refused(LIST, {"limit": 1, "filter": {}}, 400, f"{nested}.Since: value is required")
        pair = {"stocks": [{"offer_id": "A", "stock": 1}]}
        message = "invalid ProductsStocksRequest.Stocks[0]: embedded message failed validation"
        self.refused("/v2/products/stocks", pair, 400, message)

    def test_types_are_checked_and_unknown_fields_ignored(self):
        self.refused(LIST, {"limit": "many", "filter": PERIOD}, 400, "proto: invalid value for int64")
        self.refused(LIST, {"limit": 1, "filter": {**PERIOD, "since": "yesterday"}}, 400, "proto: invalid")
        self.refused(LIST, {"limit": 1, "filter": {**PERIOD, "statuses": "delivered"}}, 400, "proto: invalid")
        self.refused("/v3/posting/fbs/get", {"posting_number": 5}, 400, "proto: invalid value for string")
        self.call(LIST, {"limit": "1", "filter": {**PERIOD, "warehouse_ids": ["1", 2]}, "sort_dir": "asc", "extra": 1})

    def test_broken_body_and_content_type(self):
        headers = {"Client-Id": "1042", "Api-Key": "demo-key-1042-write", "Content-Type": "text/plain"}
        status, _headers, content = self.simulator.request("POST", "/ozon/v1/roles", {}, headers)
        self.assertEqual(status, 400)
        self.assertIn(b"Content-Type header should be application/json", content)

    def test_too_long_period(self):
        body = {"limit": 1, "filter": {"since": "2025-01-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"}}
        self.refused(LIST, body, 400, "PERIOD_IS_TOO_LONG")

    def test_request_rate(self):
        self.reset(limits=True)
        statuses = [self.simulator.ozon("/v1/roles", {})[0] for _ in range(2)]
        self.assertEqual(statuses, [200, 200])
        self.control("POST", "/ozon/options", {"method_limits": {"/v3/posting/fbs/get": 2}})
        number = self.order(("SM-00001", 1))
        body = {"posting_number": number}
        answers = [self.simulator.ozon("/v3/posting/fbs/get", body) for _ in range(3)]
        self.assertEqual([status for status, _answer in answers], [200, 200, 429])
        self.assertIn("current max rate per sec.: 2", answers[2][1]["message"])
        headers = {"Client-Id": "1042", "Api-Key": "demo-key-1042-write"}
        status, head, _content = self.simulator.request("POST", "/ozon/v3/posting/fbs/get", body, headers)
        self.assertEqual((status, head["Retry-After"], head["Ratelimit-Remaining"]), (429, "1", "0"))
        _status, head, _content = self.simulator.request("POST", "/ozon/v1/roles", {}, headers)
        self.assertLess(int(head["Ratelimit-Remaining"]), 50)
