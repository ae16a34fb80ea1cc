"""The bodies we send, and the fixtures we read, fit Ozon's own OpenAPI document — where it is at hand."""

import json
import logging
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.ozon import price_mapper, requests, stock_mapper
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import DEAD, ENDPOINTS

from .ozon_support import read_fixture

_logger = logging.getLogger(__name__)
REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "ozon"
DOCUMENTS = ("openapi.json", "openapi-delta-2026-10.json")

SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
UNTIL = SINCE + timedelta(days=7)
LINE = dto.PackageLine(sku="185479045", quantity=1)
MARK = dto.Mark(kind="mandatory_mark", code="0104601653003004215!AbC\x1d91EE10\x1d92abc")
UNIT = dto.Exemplar(external_id="1019562967545956", marks=(MARK,), gtd_absent=True, weight=Decimal("0.5"))
UNITS = dto.ExemplarLine(sku="185479045", quantity=1, exemplars=(UNIT,))
TARGET = dto.StockTarget(article="PH11042", external_id="118597312", warehouse_id="22142605386000", quantity=5)
PRICE = dto.PriceTarget(
    article="PH8865",
    external_id="1386",
    price=Decimal("1448"),
    old_price=Decimal("1700"),
    min_price=Decimal("1200"),
    currency="RUB",
    vat_rate=Decimal("0.22"),
)
BODIES = {
    "prices_write": price_mapper.write_body([PRICE]),
    "prices_read": price_mapper.read_body(["PH8865"], ""),
    "stocks_write": stock_mapper.write_body([TARGET]),
    "stocks_warehouse": stock_mapper.warehouse_body("22142605386000", ""),
    "stocks_fbo": stock_mapper.fbo_body(["PH11042"], ""),
    "roles": {},
    "seller_info": {},
    "warehouse_list": requests.warehouse_list(),
    "delivery_method_list": requests.delivery_method_list(["15588127982000"]),
    "product_list": requests.product_list("ALL"),
    "product_info": requests.product_info(["100001"]),
    "posting_list": requests.posting_list(SINCE, UNTIL, ("to_assemble", "new"), (SINCE, UNTIL)),
    "posting_unfulfilled": requests.posting_unfulfilled(SINCE, UNTIL, ("to_assemble",)),
    "posting_get": requests.posting_get("1-1-1"),
    "ship": requests.ship("1-1-1", [dto.Package(lines=(LINE,))]),
    "ship_part": requests.ship_part("1-1-1", [LINE]),
    "multibox_set": requests.multibox_set("1-1-1", 2),
    "label_create": requests.label_create(["1-1-1"]),
    "label_get": requests.label_get("1"),
    "cancel_reasons": {},
    "cancel": requests.cancel("1-1-1", "402", "why"),
    "cancel_lines": requests.cancel_lines("1-1-1", [LINE], "352", "why"),
    "cancel_request_list": requests.cancel_request_list("ON_APPROVAL", 5),
    "cancel_request_approve": requests.cancel_request_decide("700000001"),
    "cancel_request_reject": requests.cancel_request_decide("700000001", "why"),
    "fbo_list": requests.fbo_list(SINCE, UNTIL, ("to_assemble",), ["1-1-1"]),
    "status_delivering": requests.delivery_status(["1-1-1"]),
    "status_last_mile": requests.delivery_status(["1-1-1"]),
    "status_delivered": requests.delivery_status(["1-1-1"]),
    "tracking_set": requests.tracking({"1-1-1": "ZZV-23"}),
    "timeslot_get": requests.posting("1-1-1"),
    "timeslot_set": requests.timeslot_set("1-1-1", SINCE, UNTIL),
    "cutoff_set": requests.cutoff_set("1-1-1", SINCE),
    "exemplar_get": requests.posting("1-1-1"),
    "exemplar_validate": requests.exemplar_validate("1-1-1", [UNITS]),
    "exemplar_set": requests.exemplar_set("1-1-1", [UNITS], 2),
    "exemplar_status": requests.posting("1-1-1"),
    "exemplar_update": requests.posting("1-1-1"),
    "country_list": {"name_search": ""},
    "country_set": requests.country_set("1-1-1", "185479045", "RU"),
    "return_list": requests.return_list(SINCE, UNTIL, 7),
    "own_return_list": requests.own_return_list(SINCE, UNTIL),
    "carriage_slots": requests.carriage_slots(date(2026, 9, 3)),
    "carriage_create": requests.carriage_create("1", SINCE),
    "carriage_approve": requests.carriage_approve("1", 2),
    "carriage_get": requests.carriage_get("1"),
    "act_postings": requests.act("1"),
    "act_status": requests.act("1"),
    "act_pdf": requests.act("1"),
    "act_barcode": requests.act("1"),
    "accrual_types": {},
    "accrual_day": requests.accrual_day(SINCE, "11401182187840"),
    "balance": requests.balance(SINCE, UNTIL),
    "cash_flow": requests.cash_flow(SINCE, UNTIL, 2),
    "realization": requests.realization(2026, 8),
    "realization_postings": requests.realization(2026, 8),
}
ANSWERS = (
    *("roles", "seller_info", "warehouse_list", "delivery_method_list", "posting_list", "posting_get", "ship"),
    *("ship_part", "label_create", "label_get", "cancel_reasons", "carriage_slots", "act_status"),
    *("fbo_list", "cancel_request_list", "exemplar_get", "exemplar_status"),
    *("exemplar_validate", "tracking_set", "timeslot_get", "country_list"),
    # Of the cash flow the document shows single objects where its own example has lists.
    *("accrual_types", "accrual_day", "balance", "realization", "realization_postings"),
)


class SchemaChecker:
    """The few words of OpenAPI 3.0 that the document uses. ``strict``: no unknown keys, no nulls."""

    TYPES = {
        "string": str,
        "boolean": bool,
        "array": list,
        "object": dict,
        "integer": int,
        "int": int,
        "number": (int, float),
    }

    def __init__(self, document, strict):
        self.document = document
        self.strict = strict

    def iter_problems(self, value, schema, path="body"):
        schema = self.resolve(schema)
        if value is None:
            if self.strict and not schema.get("nullable"):
                yield f"{path} is null"
            return
        kind = schema.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else None)
        if kind == "array of strings":  # so in the document
            kind = "array"
        if kind and not self.fits(value, kind, schema):
            yield f"{path} is not {kind}: {value!r}"
            return
        yield from self.iter_limit_problems(value, schema, path)
        if kind == "object":
            yield from self.iter_object_problems(value, schema, path)
        if kind == "array":
            for index, item in enumerate(value):
                yield from self.iter_problems(item, schema.get("items", {}), f"{path}[{index}]")

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def fits(self, value, kind, schema):
        if kind in ("integer", "number") and isinstance(value, bool):
            return False
        if kind == "string" and schema.get("format") == "int64" and not self.strict:
            return isinstance(value, (str, int))
        return isinstance(value, self.TYPES[kind])

    def iter_limit_problems(self, value, schema, path):
        if "enum" in schema and value not in schema["enum"]:
            yield f"{path} is none of {schema['enum']}: {value!r}"
        # The document gives lists a maximum, too, where it means the number of their items.
        low, high = schema.get("minimum"), schema.get("maximum")
        size = len(value) if isinstance(value, (list, str)) else value
        if (high is not None and size > high) or (low is not None and size < low):
            yield f"{path} is out of range: {value!r}"
        if isinstance(value, (list, str)) and len(value) > schema.get("maxItems", len(value)):
            yield f"{path} is too long"

    def iter_object_problems(self, value, schema, path):
        properties = schema.get("properties")
        if properties is None:
            return
        if self.strict:
            # Some schemas require a name that they do not describe.
            wanted = set(schema.get("required", ())) & properties.keys()
            yield from (f"{path}.{name} is missing" for name in sorted(wanted - value.keys()))
            yield from (f"{path}.{name} is unknown" for name in value if name not in properties)
        for name in value.keys() & properties.keys():
            yield from self.iter_problems(value[name], properties[name], f"{path}.{name}")


class TestOzonContract(BaseCase):
    def setUp(self):
        super().setUp()
        files = [REFERENCE / name for name in DOCUMENTS]
        self.documents = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]

    def find(self, path):
        """(document, description of the POST); None where no document is at hand."""
        if not self.documents:
            _logger.info("Ozon's OpenAPI document is not at hand: nothing to compare with")
            return None
        found = [
            (document, document["paths"][path]["post"]) for document in self.documents if path in document["paths"]
        ]
        self.assertTrue(found, f"{path} is in no document")
        return found[-1]

    def test_requests(self):
        self.assertEqual(set(BODIES), set(ENDPOINTS))
        for name, body in BODIES.items():
            found = self.find(ENDPOINTS[name].path)
            if not found:
                return
            document, operation = found
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            with self.subTest(endpoint=name):
                self.assertEqual(list(SchemaChecker(document, strict=True).iter_problems(body, schema)), [])

    def test_fixtures(self):
        """Types only: real answers have nulls and keys that the document does not know."""
        for name in ANSWERS:
            found = self.find(ENDPOINTS[name].path)
            if not found:
                return
            document, operation = found
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            with self.subTest(endpoint=name):
                problems = SchemaChecker(document, strict=False).iter_problems(read_fixture(name), schema)
                self.assertEqual(list(problems), [])

    def test_successors_exist(self):
        for endpoint in DEAD.values():
            if endpoint.successor and not self.find(endpoint.successor):
                return
