from datetime import datetime, timezone

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto, refusals
from odoo.addons.sale_marketplace.marketplaces.base.errors import PayloadError, RateLimited, Rejected
from odoo.addons.sale_marketplace.marketplaces.ozon import stock_mapper

from .ozon_support import make_adapter, refusal

WAREHOUSE = "22142605386000"


def target(article, quantity=5, external_id="118597312"):
    return dto.StockTarget(article=article, external_id=external_id, warehouse_id=WAREHOUSE, quantity=quantity)


def row(article, updated, *found):
    return {
        "warehouse_id": 22142605386000,
        "product_id": 118597312,
        "offer_id": article,
        "updated": updated,
        "errors": [{"code": code, "message": message} for code, message in found],
    }


@tagged("post_install", "-at_install")
class TestOzonStock(BaseCase):
    """Answers as in section 5.9 of the method's description: HTTP 200 whatever became of each pair."""

    def _parse(self, rows, *targets):
        return stock_mapper.parse_answers({"result": rows}, targets)

    def test_answers_in_the_order_of_the_targets(self):
        rows = [
            row("PH11043", False, ("TOO_MANY_REQUESTS", "Stock is updated too frequently")),
            row("PH11044", False, ("PRODUCT_IS_ARCHIVED", "Product is archived")),
            row("PH11042", True),
        ]
        answers = self._parse(rows, target("PH11042"), target("PH11043"), target("PH11044"))
        self.assertEqual([answer.state for answer in answers], ["accepted", "later", "refused"])
        self.assertEqual(answers[1].retry_after, 30)
        self.assertEqual((answers[2].code, answers[2].message), ("PRODUCT_IS_ARCHIVED", "Product is archived"))

    def test_every_code_is_kept_as_it_came(self):
        for code in ("offer_id_not_found", "WAREHOUSE_NOT_FOUND", "NON_KGT_ON_KGT_WAREHOUSE", "CB_DELIVERY_ONLY_FBP"):
            with self.subTest(code):
                answer = self._parse([row("PH11042", False, (code, ""), ("OTHER", ""))], target("PH11042"))[0]
                self.assertEqual((answer.state, answer.code, answer.retry_after), ("refused", code, 0))

    def test_known_codes_have_a_reason(self):
        """Of section 5.9; what is not known is told as it came."""
        for code, reason in (
            ("TOO_MANY_REQUESTS", refusals.TOO_OFTEN),
            ("offer_id_not_found", refusals.UNKNOWN),
            ("PRODUCT_HAS_NOT_BEEN_TAGGED_YET", refusals.EXAMINED),
            ("OVER_MAX_OVH_KGT", refusals.OVERSIZED),
            ("CB_DELIVERY_ONLY_FBP", ""),
        ):
            with self.subTest(code):
                answer = self._parse([row("PH11042", False, (code, "words"))], target("PH11042"))[0]
                self.assertEqual((answer.reason, answer.message), (reason, "words"))

    def test_odd_rows(self):
        """Numbers as texts, no list of errors; a row without a place is nobody's and spoils no other."""
        texts = {**row("PH11042", True), "product_id": "118597312", "warehouse_id": WAREHOUSE, "errors": None}
        self.assertEqual(self._parse([texts], target("PH11042"))[0].state, "accepted")
        nowhere = {**row("PH11043", True), "warehouse_id": 0}
        answers = self._parse([nowhere, texts], target("PH11042"), target("PH11043"))
        self.assertEqual(
            [(answer.state, answer.code) for answer in answers], [("accepted", ""), ("refused", "no_answer")]
        )

    def test_silence_is_no_consent(self):
        for rows in ([], [row("OTHER", True)], [row("PH11042", False)]):
            with self.subTest(rows):
                answer = self._parse(rows, target("PH11042"))[0]
                self.assertEqual((answer.state, answer.code), ("refused", "no_answer"))

    def test_body(self):
        body = stock_mapper.write_body([target("PH11042"), target("PH11043", 0, "")])
        self.assertEqual(
            body["stocks"],
            [
                {"offer_id": "PH11042", "product_id": 118597312, "stock": 5, "warehouse_id": 22142605386000},
                {"offer_id": "PH11043", "stock": 0, "warehouse_id": 22142605386000},
            ],
        )

    def test_what_is_reserved_is_part_of_what_is_present(self):
        level = stock_mapper.parse_level(
            {
                "offer_id": "02105020-35",
                "warehouse_id": 1020003080073000,
                "sku": 147035011,
                "present": 12,
                "reserved": 2,
            }
        )
        self.assertEqual((level.present, level.reserved, level.free), (12, 2, 10))
        self.assertIsNone(level.changed_at)

    def test_a_place_that_is_no_number(self):
        with self.assertRaises(Rejected):
            stock_mapper.warehouse_body("main", "")


@tagged("post_install", "-at_install")
class TestOzonStockCalls(BaseCase):
    def test_set(self):
        adapter, session, *_rest = make_adapter({"result": [row("PH11042", True)]})
        answers = adapter.set_stocks([target("PH11042"), target("PH11043")])
        self.assertEqual(
            [(answer.article, answer.state) for answer in answers],
            [
                ("PH11042", "accepted"),
                ("PH11043", "refused"),
            ],
        )
        self.assertEqual(session.paths, ["/v2/products/stocks"])

    def test_set_is_repeated(self):
        """Eighty calls a minute: a refused call is simply told again."""
        too_fast = refusal("You have reached request rate limit per minute", 429, 8)
        adapter, session, *_rest = make_adapter(too_fast, {"result": [row("PH11042", True)]})
        try:
            answer = adapter.set_stocks([target("PH11042")])[0]
        except RateLimited:
            self.fail("an idempotent call was not repeated")
        self.assertEqual((answer.state, len(session.sent)), ("accepted", 2))

    def test_read_a_warehouse(self):
        shown = {
            "offer_id": "PH11042",
            "product_id": 118597312,
            "sku": "147035011",
            "warehouse_id": int(WAREHOUSE),
            "present": 12,
            "reserved": 2,
            "free_stock": 10,
            "updated_at": "2026-09-10T11:00:00.123Z",
        }
        adapter, session, *_rest = make_adapter(
            {"stocks": [shown], "cursor": "next", "has_next": True},
            {"stocks": [{**shown, "offer_id": "PH11043", "updated_at": ""}], "cursor": "", "has_next": False},
        )
        first, second = adapter.iter_stocks(WAREHOUSE)
        self.assertEqual((first.article, second.article, first.free), ("PH11042", "PH11043", 10))
        self.assertEqual(first.changed_at, datetime(2026, 9, 10, 11, 0, 0, 123000, tzinfo=timezone.utc))
        self.assertIsNone(second.changed_at)
        self.assertEqual([body["cursor"] for body in session.bodies], ["", "next"])

    def test_nothing_listed_is_not_an_empty_warehouse(self):
        adapter, *_rest = make_adapter({"cursor": ""})
        with self.assertRaises(PayloadError):
            list(adapter.iter_stocks(WAREHOUSE))

    def test_read_the_marketplaces_warehouses(self):
        shown = {"offer_id": "A", "product_id": 1, "sku": 2, "warehouse_id": 3, "present": 75, "reserved": 10}
        empty = {"products": [], "cursor": "", "has_next": False}
        adapter, session, *_rest = make_adapter({**empty, "products": [shown]}, empty)
        levels = list(adapter.iter_fbo_stocks([f"A-{number}" for number in range(1500)]))
        self.assertEqual([(level.warehouse_id, level.free) for level in levels], [("3", 65)])
        self.assertEqual([len(body["offer_ids"]) for body in session.bodies], [1000, 500])
        self.assertEqual(list(adapter.iter_fbo_stocks([])), [])
