"""Credentials, warehouses, offers, endpoint table, error table."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, errors
from odoo.addons.sale_marketplace.marketplaces.base.operations import WRITE_OPERATIONS
from odoo.addons.sale_marketplace.marketplaces.ozon import endpoints
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter
from odoo.addons.sale_marketplace.marketplaces.ozon.errors import read_error

from .adapter_support import FakeAnswer
from .ozon_support import make_adapter, read_fixture, refusal

NO_ROLE = "Api-Key is missing a required role for a method"


class TestOzonAccount(BaseCase):
    def test_check_credentials(self):
        adapter, session, _exchanges, _clock = make_adapter(read_fixture("roles"), read_fixture("seller_info"))
        account = adapter.check_credentials()
        self.assertEqual(session.paths, ["/v1/roles", "/v1/seller/info"])
        self.assertEqual(session.bodies, [{}, {}])
        self.assertEqual((account.company_name, account.legal_name), ("Ромашка", "ООО «Ромашка»"))
        self.assertEqual((account.tax_id, account.country, account.currency), ("7707083893", "RU", "RUB"))
        self.assertEqual(account.key_expires_at, datetime(2026, 12, 18, 9, 54, 23, 296000, tzinfo=timezone.utc))
        self.assertEqual([role.name for role in account.roles], ["Admin"])
        self.assertEqual(account.operations, {"check", "orders", "order", "events"})
        self.assertFalse(account.operations & WRITE_OPERATIONS)

    def test_key_that_may_not_ask_for_the_seller(self):
        adapter, _session, _exchanges, _clock = make_adapter(
            {"expires_at": None, "roles": [{"name": "Posting FBS", "methods": None}]},
            refusal(NO_ROLE, 403, 7),
        )
        account = adapter.check_credentials()
        self.assertEqual(account.company_name, "")
        self.assertIsNone(account.key_expires_at)
        self.assertEqual(account.operations, OzonAdapter.info.operations)

    def test_wrong_key(self):
        message = "Invalid Api-Key, please check the key and try again"
        adapter, _session, _exchanges, _clock = make_adapter(refusal(message, 404, 5))
        with self.assertRaises(errors.AuthError) as caught:
            adapter.check_credentials()
        self.assertEqual(caught.exception.reason, "wrong_key")

    def test_allowed_operations(self):
        operations = OzonAdapter.info.operations
        for methods, some, none in (
            (
                ["/v4/posting/fbs", "/v3/posting/fbs/get"],
                {"orders", "order", "ship", "check"},
                {"cancel", "warehouses"},
            ),
            (["/v4/posting/fbs/list"], set(), {"orders"}),
            (["/v4/posting/fbs/ship/package"], {"ship_part"}, {"ship"}),
            (["/v3/product/"], {"offers"}, {"orders"}),
        ):
            with self.subTest(methods=methods):
                allowed = endpoints.get_allowed_operations(methods, operations)
                self.assertLessEqual(some, allowed)
                self.assertFalse(none & allowed)

    # --- warehouses ---
    def test_warehouses(self):
        adapter, session, _exchanges, _clock = make_adapter(
            read_fixture("warehouse_list"),
            read_fixture("delivery_method_list"),
        )
        own, courier = adapter.iter_warehouses()
        self.assertEqual(session.paths, ["/v2/warehouse/list", "/v2/delivery-method/list"])
        self.assertEqual(session.bodies[0], {"limit": 200, "cursor": ""})
        self.assertEqual(
            session.bodies[1],
            {"filter": {"warehouse_ids": ["15588127982000"]}, "limit": 100, "cursor": ""},
        )
        self.assertEqual((own.external_id, own.scheme, own.label_kind), ("1020005003107121", "fbs", "small"))
        self.assertTrue(own.active)
        self.assertEqual((courier.scheme, courier.active, courier.label_kind), ("rfbs", False, ""))
        method = dto.DeliveryMethod(external_id="15588127982001", name="Курьер по городу")
        self.assertEqual(courier.delivery_methods, (method,))

    def test_warehouses_without_the_right_to_delivery_methods(self):
        adapter, _session, _exchanges, _clock = make_adapter(read_fixture("warehouse_list"), refusal(NO_ROLE, 403, 7))
        self.assertEqual([warehouse.delivery_methods for warehouse in adapter.iter_warehouses()], [(), ()])

    def test_warehouses_refused(self):
        adapter, _session, _exchanges, _clock = make_adapter(refusal(NO_ROLE, 403, 7))
        with self.assertRaises(errors.Forbidden):
            list(adapter.iter_warehouses())

    # --- offers ---
    def test_offers(self):
        adapter, session, _exchanges, _clock = make_adapter(
            read_fixture("product_list"),
            read_fixture("product_info"),
            {"result": {"items": [], "last_id": ""}},
        )
        offers = list(adapter.iter_offers())
        self.assertEqual(session.paths, ["/v3/product/list", "/v3/product/info/list", "/v3/product/list"])
        self.assertEqual(session.bodies[0], {"filter": {"visibility": "ALL"}, "last_id": "", "limit": 1000})
        self.assertEqual(session.bodies[1], {"product_id": ["100001", "100002", "100003"]})
        self.assertEqual(session.bodies[2]["filter"], {"visibility": "ARCHIVED"})
        good, gone, broken = offers
        self.assertEqual((good.article, good.external_id, good.sku), ("OFFER_123456789", "100001", "987654321"))
        self.assertEqual((good.price, good.old_price, good.min_price), (Decimal("1299.99"), Decimal("1499.99"), None))
        self.assertEqual((good.vat_rate, good.currency, good.status), (Decimal("0.22"), "RUB", "price_sent"))
        self.assertEqual(good.image_url, "https://example.com/primary.jpg")
        self.assertEqual(good.problems, ("Не указан бренд",))
        self.assertEqual((gone.article, gone.sku, len(gone.problems)), ("GONE-1", "", 1))
        self.assertEqual((broken.article, broken.price), ("BROKEN-1", None))
        self.assertIn("price is not an amount", broken.problems[0])

    def test_offers_page_by_page(self):
        row = {"product_id": 1, "offer_id": "A", "sku": 1, "archived": False}
        page = {"result": {"items": [row] * 1000, "last_id": "abc", "total": 1001}}
        last = {"result": {"items": [row], "last_id": "abd"}}
        nothing = {"result": {"items": [], "last_id": ""}}
        adapter, session, _exchanges, _clock = make_adapter(page, {"items": []}, last, {"items": []}, nothing)
        self.assertEqual(len(list(adapter.iter_offers())), 1001)
        self.assertEqual(session.bodies[2]["last_id"], "abc")

    def test_offers_refused(self):
        adapter, _session, _exchanges, _clock = make_adapter(refusal("invalid GetProductListRequest.Limit", code=3))
        with self.assertRaises(errors.Rejected):
            list(adapter.iter_offers())

    # --- tables ---
    def test_refusals(self):
        for case in read_fixture("refusals"):
            with self.subTest(case=case):
                error = read_error(case["endpoint"], case["status"], case["body"])
                self.assertIs(type(error), getattr(errors, case["error"]))
                for attribute in ("reason", "code", "rate", "retry_after"):
                    if attribute in case:
                        self.assertEqual(getattr(error, attribute), case[attribute])

    def test_success_and_plain_server_error_are_no_refusals(self):
        self.assertIsNone(read_error("ship", 200, {"result": ["1"]}))
        self.assertIsNone(read_error("label_get", 200, read_fixture("label_get")))
        self.assertIsNone(read_error("ship", 500, {"code": 13, "message": "Internal error", "details": []}))
        self.assertIsNone(read_error("ship", 502, None))

    def test_rate_named_by_ozon_slows_that_method_down(self):
        message = "rate limit exceeded for `seller-api` client, current max rate per sec.: 2"
        posting = read_fixture("posting_get")
        throttled = FakeAnswer({"code": 8, "message": message}, 429, {"Retry-After": "1"})
        adapter, _session, _exchanges, clock = make_adapter(throttled, *[posting] * 5)
        for _call in range(5):
            adapter.get_order("1-1-1")
        # one second as told, two calls saved up meanwhile, three more at two per second
        self.assertAlmostEqual(clock.seconds, 2.5, places=3)

    def test_endpoint_warnings(self):
        now = datetime(2026, 9, 10, tzinfo=timezone.utc)
        self.assertEqual(OzonAdapter.endpoint_warnings(now), [])
        endpoint = endpoints.Endpoint
        table = {
            "soon": endpoint(
                name="soon",
                path="/v1/soon",
                operations=("ship",),
                off_date=now + timedelta(days=30),
                successor="/v2",
            ),
            "late": endpoint(name="late", path="/v1/late", operations=("ship",), off_date=now + timedelta(days=900)),
            "off": endpoint(name="off", path="/v1/off", operations=("ship",), off_date=now - timedelta(days=9)),
            "unused": endpoint(name="unused", path="/v1/unused", off_date=now),
        }
        self.assertEqual(
            endpoints.get_warnings(now, table),
            [("/v1/soon", now + timedelta(days=30), "/v2"), ("/v1/off", now - timedelta(days=9), "")],
        )
