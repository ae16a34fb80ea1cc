"""Every answer of the simulator, and every request sent here, fits Ozon's own OpenAPI document where it is at hand."""

import json
import logging
from pathlib import Path

from jsonschema import Draft202012Validator

from .test_simulator_base import CUTOFF, MARK, PERIOD, SimulatorCase

_logger = logging.getLogger(__name__)
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "ozon"
DOCUMENTS = ("openapi-delta-2026-10.json", "openapi.json")
# Fields that came after the document was written.
NEWER = {"scanit", "total_items", "declared_price", "is_blr_traceable", "disable_reason"}
WITH = {"analytics_data": True, "barcodes": True, "financial_data": True, "legal_info": True}
WAREHOUSE = 1020005003107121
TYPES = {"int": "integer", "array of strings": "array"}


class Document:
    """Ozon's document, turned into what a JSON Schema validator understands."""

    def __init__(self):
        self.parts = []
        for name in DOCUMENTS:
            file = REFERENCE / name
            if file.exists():
                self.parts.append(json.loads(file.read_text(encoding="utf-8")))

    def operation(self, path):
        """(document, operation) of a path; the newer document wins."""
        for document in self.parts:
            if path in document["paths"]:
                return document, document["paths"][path]["post"]
        return None, None

    def request_errors(self, path, body):
        document, operation = self.operation(path)
        content = self.resolve(document, operation.get("requestBody", {})).get("content", {}).get("application/json")
        return self.errors(document, content["schema"], body, request=True) if content else []

    def answer_errors(self, path, answer):
        document, operation = self.operation(path)
        content = self.resolve(document, operation["responses"]["200"]).get("content")
        if not content:
            return [] if answer == {} else [f"an empty answer is described, got {answer}"]
        kind, described = next(iter(content.items()))
        if kind != "application/json":
            magic = {"application/pdf": b"%PDF", "image/png": b"\x89PNG"}[kind]
            return [] if isinstance(answer, bytes) and answer.startswith(magic) else [f"not {kind}"]
        return self.errors(document, described["schema"], answer, request=False)

    def errors(self, document, schema, value, request):
        validator = Draft202012Validator(self.convert(document, schema, request))
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def resolve(self, document, node):
        while "$ref" in node:
            target = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def convert(self, document, schema, request):
        schema = self.resolve(document, schema)
        kind = TYPES.get(schema.get("type"), schema.get("type"))
        if "properties" in schema or kind == "object":
            return self.convert_object(document, schema, request)
        if "items" in schema or kind == "array":
            items = self.convert(document, schema.get("items", {}), request)
            limits = {key: schema[key] for key in ("minItems", "maxItems") if key in schema and request}
            return {"type": ["array", "null"], "items": items, **limits}
        if kind is None:
            return {}
        kinds = {kind, "null"}
        # 64-bit numbers may travel as texts in requests, and the document's own examples send numbers for texts.
        if request and "int64" in schema.get("format", ""):
            kinds |= {"integer", "string"}
        converted = {"type": sorted(kinds)}
        if "enum" in schema:
            converted["enum"] = [*schema["enum"], None]
        if request and kind == "integer":
            converted |= {key: schema[key] for key in ("minimum", "maximum") if key in schema}
        return converted

    def convert_object(self, document, schema, request):
        fields = schema.get("properties", {})
        if not fields:
            return {"type": ["object", "null"]}
        converted = {name: self.convert(document, field, request) for name, field in fields.items()}
        if not request:
            converted |= {name: {} for name in NEWER - set(fields)}
        result = {"type": ["object", "null"], "properties": converted, "additionalProperties": False}
        # One list of required fields in the document is wrong in practice: offer_id does instead of product_id.
        required = [name for name in schema.get("required", []) if name in fields and name != "product_id"]
        return {**result, "required": required}


class TestSimulatorContract(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.document = Document()
        self.visited = set()

    def call(self, path, body=None, status=200, **headers):
        """Every call of the tours below is checked on its way."""
        answer = super().call(path, body, status, **headers)
        if status == 200:
            self.visited.add(path)
            self.check(path, body or {}, answer)
        return answer

    def check(self, path, body, answer):
        if self.document.operation(path)[0] is None:
            self.assertFalse(self.document.parts, f"{path} is in no document")
            return
        with self.subTest(path=path, part="request"):
            self.assertEqual(self.document.request_errors(path, body), [])
        with self.subTest(path=path, part="answer"):
            self.assertEqual(self.document.answer_errors(path, answer), [])

    def test_every_method_keeps_to_the_document(self):
        if not self.document.parts:
            _logger.info(
                "Ozon's OpenAPI document is not at hand: the methods are called, their shapes are not compared"
            )
        self.tour_account()
        self.tour_goods()
        self.tour_postings()
        self.tour_fbo()
        self.tour_own_delivery()
        self.tour_returns()
        self.tour_marks()
        self.tour_papers()
        self.tour_notifications()
        self.tour_finance()
        self.check_nothing_was_left_out()

    def test_odd_postings_of_the_documentation(self):
        """The documentation's examples break the documentation's schema; served word for word they must do so still."""
        self.reset(products=20, postings=20)
        status, answer = self.simulator.ozon("/v4/posting/fbs/list", {"filter": PERIOD, "limit": 100, "with": WITH})
        self.assertEqual(status, 200)
        odd = next(row for row in answer["postings"] if row["posting_number"] == "41517061-0214-1")
        if not self.document.parts:
            return
        errors = self.document.answer_errors("/v4/posting/fbs/list", {"postings": [odd]})
        self.assertTrue(any("4116250392 is not of type" in error for error in errors), errors)

    def tour_account(self):
        self.call("/v1/roles", {})
        self.call("/v1/seller/info", {})
        self.call("/v2/warehouse/list", {"limit": 200})
        self.call("/v2/delivery-method/list", {"limit": 50, "filter": {"status": ["ACTIVE"]}})

    def tour_goods(self):
        self.product("A-1", stock=50)
        self.call("/v3/product/list", {"filter": {"visibility": "ALL"}, "last_id": "", "limit": 100})
        self.call("/v3/product/info/list", {"offer_id": ["A-1", "SM-00001"]})
        self.call("/v4/product/info/stocks", {"filter": {"visibility": "ALL"}, "limit": 100})
        self.call("/v2/product/info/stocks-by-warehouse/fbs", {"offer_id": ["A-1"], "limit": 100})
        self.call("/v1/product/info/warehouse/stocks", {"warehouse_id": WAREHOUSE, "limit": 100})
        pairs = [{"offer_id": name, "stock": 9, "warehouse_id": WAREHOUSE} for name in ("A-1", "unknown")]
        self.call("/v2/products/stocks", {"stocks": pairs})
        prices = [{"offer_id": name, "price": "120", "old_price": "200"} for name in ("A-1", "unknown")]
        self.call("/v1/product/import/prices", {"prices": prices})
        self.call("/v5/product/info/prices", {"filter": {"visibility": "ALL"}, "limit": 100})
        self.control("POST", "/ozon/fbo_stocks", {"stocks": [{"offer_id": "A-1", "present": 5, "reserved": 1}]})
        self.call("/v1/product/info/stocks-by-warehouse/fbo", {"offer_ids": ["A-1"], "limit": 100})

    def tour_postings(self):
        sku = self.product("A-1")["sku"]
        for scheme in ("fbs", "rfbs"):
            for status in ("awaiting_packaging", "awaiting_deliver", "delivering", "delivered", "cancelled"):
                self.read(self.order(("A-1", 2), scheme=scheme, status=status))
        self.control("POST", "/ozon/postings", {"count": 40})
        self.read_lists()
        number = self.order(("A-1", 3))
        self.call("/v1/posting/fbs/restrictions", {"posting_number": number})
        self.call("/v3/posting/multiboxqty/set", {"posting_number": number, "multi_box_qty": 2})
        pack = [{"products": [{"product_id": sku, "quantity": count}]} for count in (1, 2)]
        body = {"posting_number": number, "packages": pack, "with": {"additional_data": True}}
        self.call("/v4/posting/fbs/ship", body)
        number = self.order(("A-1", 3))
        part = [{"product_id": sku, "quantity": 1}]
        self.call("/v1/posting/fbs/split", {"posting_number": number, "postings": [{"products": part}]})
        self.call("/v4/posting/fbs/ship/package", {"posting_number": number, "products": part})
        self.cancel(sku)
        self.rfbs_steps()

    def read(self, number):
        barcodes = self.get(number, **WITH, product_exemplars=True, related_postings=True)["barcodes"]
        if barcodes:
            self.call("/v2/posting/fbs/get-by-barcode", {"barcode": barcodes["lower_barcode"]})

    def read_lists(self):
        self.call("/v4/posting/fbs/list", {"filter": PERIOD, "limit": 100, "sort_dir": "ASC", "with": WITH})
        self.call("/v4/posting/fbs/unfulfilled/list", {"filter": CUTOFF, "limit": 100, "cursor": "", "with": WITH})

    def cancel(self, sku):
        number = self.order(("A-1", 3))
        self.call("/v2/posting/fbs/cancel-reason/list", {})
        self.call("/v1/posting/fbs/cancel-reason", {"related_posting_numbers": [number]})
        body = {"posting_number": number, "cancel_reason_id": 352, "cancel_reason_message": "Нет"}
        self.call("/v2/posting/fbs/product/cancel", {**body, "items": [{"sku": sku, "quantity": 1}]})
        self.call("/v2/posting/fbs/cancel", body)
        self.read(number)

    def rfbs_steps(self):
        """Their documented example shows an empty list where the schema wants a text: only the paths are noted."""
        number = self.order(("A-1", 1), scheme="rfbs", status="awaiting_deliver")
        pairs = [{"posting_number": number, "tracking_number": "T-1"}]
        self.call("/v2/fbs/posting/tracking-number/set", {"tracking_numbers": pairs})
        for step in ("delivering", "last-mile", "delivered"):
            path = f"/v2/fbs/posting/{step}"
            self.assertEqual(self.simulator.ozon(path, {"posting_number": [number]})[0], 200)
            self.visited.add(path)
            self.pass_time(3)

    def tour_fbo(self):
        for status in ("awaiting_packaging", "delivering", "delivered", "cancelled"):
            number = self.order(("A-1", 2), scheme="fbo", status=status)
            extras = {"analytics_data": True, "financial_data": True, "legal_info": True}
            self.call("/v2/posting/fbo/get", {"posting_number": number, "with": extras})
        body = {"filter": PERIOD, "limit": 100, "sort_dir": "ASC", "with": extras}
        listed = self.call("/v3/posting/fbo/list", body)["postings"]
        self.assertIn(number, [row["posting_number"] for row in listed])
        self.call("/v3/posting/fbs/get", {"posting_number": number}, status=404)

    def tour_own_delivery(self):
        number = {"posting_number": self.order(("A-1", 1), scheme="rfbs")}
        self.call("/v1/posting/fbs/timeslot/change-restrictions", number)
        slot = {"from": "2026-12-01T09:00:00Z", "to": "2026-12-01T12:00:00Z"}
        for _time in range(2):
            self.call("/v1/posting/fbs/timeslot/set", {**number, "new_timeslot": slot})
        self.call("/v1/posting/fbs/timeslot/set", {**number, "new_timeslot": slot}, status=409)
        view = self.get(number["posting_number"])
        self.call("/v1/posting/cutoff/set", {**number, "new_cutoff_date": view["shipment_date"]})
        self.assertTrue(self.call("/v2/posting/fbs/product/country/list", {"name_search": "Тур"})["result"])
        body = {**number, "product_id": view["products"][0]["sku"], "country_iso_code": "TR"}
        self.assertTrue(self.call("/v2/posting/fbs/product/country/set", body)["is_gtd_needed"])

    def tour_returns(self):
        """The documented example of the list shows texts where the schema wants numbers: only the path is noted."""
        number = self.order(("A-1", 2), status="delivered")
        made = self.control("POST", "/ozon/returns", {"number": number, "stage": "MovingToSeller"})
        self.control("POST", f"/ozon/returns/{made['id']}", {"stage": "ArrivedAtReturnPlace"})
        status, answer = self.simulator.ozon("/v1/returns/list", {"filter": {"posting_numbers": [number]}, "limit": 10})
        self.assertEqual((status, answer["returns"][0]["visual"]["status"]["sys_name"]), (200, "ArrivedAtReturnPlace"))
        period = {"time_from": "2026-01-01T00:00:00Z", "time_to": "2027-01-01T00:00:00Z"}
        both = {"visual_status_change_moment": period, "logistic_return_date": period}
        self.assertEqual(self.simulator.ozon("/v1/returns/list", {"filter": both, "limit": 10})[0], 400)
        number = self.order(("A-1", 1), scheme="rfbs", status="delivered")
        made = self.control("POST", "/ozon/returns", {"number": number})
        status, answer = self.simulator.ozon("/v2/returns/rfbs/list", {"filter": {}, "last_id": 0, "limit": 100})
        self.assertEqual((status, [row["return_id"] for row in answer["returns"]]), (200, [made["id"]]))
        self.call("/v2/returns/rfbs/get", {"return_id": made["id"]})
        self.visited |= {"/v1/returns/list", "/v2/returns/rfbs/list"}
        self.tour_cancel_requests()

    def tour_cancel_requests(self):
        asked = []
        for _buyer in range(3):
            number = self.order(("A-1", 1), scheme="rfbs")
            path = f"/ozon/postings/{number}/cancel_request"
            asked.append((number, self.control("POST", path, {"message": "Передумал"})["id"]))
        body = {"filters": {"state": "ON_APPROVAL"}, "limit": 500, "last_id": 0, "with": {"counter": True}}
        self.assertEqual(self.call("/v2/conditional-cancellation/list", body)["counter"], 3)
        (first, one), (second, two), (third, _three) = asked
        self.call("/v2/conditional-cancellation/approve", {"cancellation_id": one, "comment": ""})
        self.call("/v2/conditional-cancellation/reject", {"cancellation_id": two, "comment": "Уже в пути"})
        self.call("/v2/conditional-cancellation/approve", {"cancellation_id": two}, status=400)
        self.pass_time(3 * 86400)
        found = [self.get(number)["status"] for number in (first, second, third)]
        self.assertEqual(found, ["cancelled", "awaiting_packaging", "cancelled"], "Ozon approves by itself in the end")

    def tour_marks(self):
        sku = self.product("M-1", mandatory_mark=True)["sku"]
        number = {"posting_number": self.order(("M-1", 1))}
        units = self.call("/v6/fbs/posting/product/exemplar/create-or-get", number)["products"][0]["exemplars"]
        marks = [{"mark": MARK, "mark_type": "mandatory_mark"}]
        unit = {"exemplar_id": units[0]["exemplar_id"], "is_gtd_absent": True, "is_rnpt_absent": True, "marks": marks}
        checked = {"gtd": "", "rnpt": "", "marks": marks}
        sent = {**number, "products": [{"product_id": sku, "exemplars": [checked]}]}
        self.call("/v5/fbs/posting/product/exemplar/validate", sent)
        self.call(
            "/v6/fbs/posting/product/exemplar/set", {**number, "products": [{"product_id": sku, "exemplars": [unit]}]}
        )
        self.call("/v5/fbs/posting/product/exemplar/status", number)
        self.pass_time(2)
        self.call("/v5/fbs/posting/product/exemplar/status", number)
        self.read(number["posting_number"])
        self.ship(number["posting_number"], [(sku, 1)])
        self.pass_time(3)
        self.call("/v1/fbs/posting/product/exemplar/update", number)

    def tour_papers(self):
        number = self.order(("A-1", 1), status="awaiting_deliver")
        self.pass_time(60)
        for path, field, unwrap in (
            ("/v3/posting/fbs/package-label/create", "posting_numbers", lambda answer: answer),
            ("/v2/posting/fbs/package-label/create", "posting_number", lambda answer: answer["result"]),
        ):
            task = unwrap(self.call(path, {field: [number]}))["tasks"][0]["task_id"]
        self.call("/v2/posting/fbs/package-label/get", {"task_id": task})
        self.pass_time(2)
        self.call("/v2/posting/fbs/package-label/get", {"task_id": task})
        self.call("/v1/posting/fbs/package-label/get", {"task_id": task})
        self.call("/v2/posting/fbs/package-label", {"posting_number": [number]})
        self.tour_carriage()

    def tour_carriage(self):
        methods = self.call("/v2/carriage/delivery/list", {"limit": 100, "cursor": ""})["methods"]
        body = {"delivery_method_id": methods[0]["delivery_method_id"], "departure_date": "2026-10-21T09:00:00Z"}
        carriage = self.call("/v1/carriage/create", body)["carriage_id"]
        by_carriage, by_id = {"carriage_id": carriage}, {"id": carriage}
        inside = self.call("/v2/posting/fbs/act/get-postings", by_id)["result"]
        numbers = [row["posting_number"] for row in inside[:-1] or inside]
        self.call("/v1/carriage/set-postings", {**by_carriage, "posting_numbers": numbers})
        self.call("/v1/carriage/approve", by_carriage)
        self.call("/v2/posting/fbs/act/check-status", by_id)
        self.pass_time(5)
        self.call("/v2/posting/fbs/act/check-status", by_id)
        self.call("/v1/carriage/get", by_carriage)
        for paper in ("get-pdf", "get-barcode", "get-barcode/text"):
            self.call(f"/v2/posting/fbs/act/{paper}", by_id)
        self.call("/v2/carriage/delivery/list", {"limit": 100})
        filters = {"date_from": "2026-10-01", "date_to": "2026-10-31"}
        self.call("/v2/posting/fbs/act/list", {"limit": 50, "filter": filters})
        self.call("/v1/carriage/cancel", by_carriage)

    def tour_notifications(self):
        url = {"url": "http://127.0.0.1:9/"}
        self.call("/v1/notification/check", url)
        self.call("/v1/notification/set", {**url, "types": ["TYPE_NEW_POSTING"]})
        self.call("/v1/notification/push-type/list", {})
        number = {"id": self.call("/v1/notification/list", {})["urls"][0]["id"]}
        self.call("/v1/notification/update", {**number, "types": ["TYPE_STATE_CHANGED"]})
        self.call("/v1/notification/enable", {**number, "enabled": False})
        self.call("/v1/notification/list", {})
        self.call("/v1/notification/delete", number)

    def tour_finance(self):
        number = self.order(("A-1", 2), status="delivered")
        self.control("POST", "/ozon/month", {"month": "2026-09", "postings": 30, "returns": 0.2, "orderless": 7})
        self.call("/v1/finance/accrual/types", {})
        for day in ("2026-09-10", "2026-10-20"):
            self.call("/v1/finance/accrual/by-day", {"date": day, "last_id": ""})
        self.call("/v1/finance/accrual/postings", {"posting_numbers": [number]})
        month = {"month": 9, "year": 2026}
        self.call("/v2/finance/realization", month)
        self.call("/v1/finance/realization/posting", month)
        self.call("/v1/finance/balance", {"date_from": "2026-09-01", "date_to": "2026-09-30"})
        period = {"from": "2026-09-01T00:00:00Z", "to": "2026-09-15T00:00:00Z"}
        body = {"date": period, "page": 1, "page_size": 10, "with_details": False}
        self.call("/v1/finance/cash-flow-statement/list", body)
        self.tour_statement({**body, "with_details": True})

    def tour_statement(self, body):
        """The document's schema has objects where its example has lists; what the schema means is compared."""
        status, answer = self.simulator.ozon("/v1/finance/cash-flow-statement/list", body)
        details = answer["result"]["details"]
        self.assertEqual((status, details["payments"][0]["currency_code"]), (200, "RUB"))
        details["payments"] = details["payments"][0]
        for block in (details["delivery"]["delivery_services"], details["return"]["return_services"]):
            block["items"] = next(iter(block["items"]), None)
        self.check("/v1/finance/cash-flow-statement/list", body, answer)

    def check_nothing_was_left_out(self):
        """What the roles promise was visited above, or says plainly that it is not simulated."""
        for path in self.call("/v1/roles", {})["roles"][0]["methods"]:
            if path not in self.visited and path != "/v1/posting/fbs/package-label/create":
                self.assertEqual(self.simulator.ozon(path, {})[0], 501, path)
