"""The simulated MegaMarket: envelope, tokens, robots, limits, shapes of errors, searching, reading, prices, stocks."""

import json
import time

from ...simulator.limits import Window
from ..simulator_process import ControlError
from .test_simulator_megamarket_base import DBS, STANDARD, TOKENS, MegamarketCase

ORDERS = "/megamarket/api/market/v1/orderService/"


class TestSimulatorMegamarketApi(MegamarketCase):
    def raw(self, path="order/search", body=None, method="POST", **headers):
        body = body or {"meta": {}, "data": {"token": TOKENS[STANDARD]}}
        agent = {"User-Agent": "Shop/1.0", **headers}
        status, _headers, content = self.simulator.request(method, ORDERS + path, body, agent)
        return status, content

    # --- the way in ----------------------------------------------------------------------------------------------
    def test_envelope(self):
        token = TOKENS[STANDARD]
        for meta in ({}, []):
            self.assertEqual(self.raw(body={"meta": meta, "data": {"token": token}})[0], 200)
        for body in ({"meta": {}}, {"data": []}, {"meta": 1, "data": {"token": token}}):
            status, content = self.raw(body=body)
            self.assertEqual((status, json.loads(content)["success"]), (400, 0))
        self.assertEqual(self.raw("order/nothing")[0], 404)
        self.assertEqual(self.raw(method="GET")[0], 405)
        self.assertEqual(self.raw(**{"Content-Type": "text/plain"})[0], 400)

    def test_a_bad_token_is_repeated(self):
        for status in (200, 400):
            self.options(business_status=status)
            self.assertEqual(
                self.simulator.megamarket("order/search", {}, "SECRET"),
                (
                    status,
                    {
                        "success": 0,
                        "meta": {},
                        "error": {"code": 0, "message": "Авторизационный токен: SECRET невалидный."},
                    },
                ),
            )

    def test_what_cannot_be_read_is_refused(self):
        """Wrong kinds of values are a refusal like any other, and no break-down."""
        number = self.order()
        shipment, items = {"shipmentId": number}, self.confirm(number, 1)["shipments"]
        for path, data, text in (
            ("order/reject", {"shipments": items, "reason": {"type": []}}, "reason.type"),
            ("order/reject", {"shipments": items, "reason": ["FRAUD_ORDER"]}, "reason.type"),
            ("order/confirm", {"shipments": [{**items[0], "orderCode": ["S1"]}]}, "orderCode"),
            ("order/confirm", {"shipments": [{**shipment, "items": [{"itemIndex": {}}]}]}, "ITEM_NOT_FOUND"),
            ("order/search", {"statuses": [[]]}, "unknown statuses"),
            ("order/get", {"shipments": [[number]]}, "must be text"),
            ("stock/update", {"stocks": [{"offerId": [], "quantity": 1}]}, "offerId"),
            ("manualPrice/save", {"prices": [{"offerId": {}, "price": 1}]}, "offerId"),
        ):
            with self.subTest(path=path, data=data):
                self.no(path, data, text)

    def test_robots_meet_a_wall(self):
        for agent in ("python-requests/2.26.0", "Python-urllib/3.10", ""):
            status, content = self.raw(**{"User-Agent": agent})
            self.assertEqual(status, 403, agent)
            self.assertIn(b"<html>", content)
        self.assertEqual(self.raw(**{"User-Agent": "Mozilla/5.0"})[0], 200)

    def test_five_a_second(self):
        """However fast this machine is: five are never refused, and never six were taken within a second."""
        self.reset(limits=True)
        calls = [self.timed_call() for _ in range(12)]
        passed = [(begin, end) for begin, end, status in calls if status == 200]
        self.assertEqual([status for _begin, _end, status in calls[:5]], [200] * 5)
        for (begin, _end), (_begin, end) in zip(passed, passed[5:], strict=False):
            self.assertGreaterEqual(end - begin, 1)
        if calls[-1][1] - calls[0][0] < 1:
            self.assertEqual(len(passed), 5)
        self.mm("order/search", account=DBS)
        self.simulator.wait(lambda: self.raw()[0] == 200)

    def timed_call(self):
        begin = time.monotonic()
        status = self.raw()[0]
        return begin, time.monotonic(), status

    def test_any_second(self):
        """Rest gives no credit, and what was refused does not count."""
        moments = [0, 0.75, 0.75, 0.75, 0.75, 0.875, 1, 1.5, 1.75, 1.75, 1.75, 1.75, 1.75, 2]
        clock = iter(moments)
        window = Window(5, 1, clock=lambda: next(clock))
        waits = [window.take() for _moment in moments]
        passed = [moment for moment, wait in zip(moments, waits, strict=True) if not wait]
        self.assertEqual(passed, [0, 0.75, 0.75, 0.75, 0.75, 1, 1.75, 1.75, 1.75, 1.75, 2])
        self.assertEqual((waits[5], waits[7]), (0.125, 0.25))

    def test_shapes_of_errors(self):
        call = {"shipments": [{"shipmentId": "1"}]}
        error = self.no("order/confirm", call)[0]
        self.assertEqual(set(error), {"code", "message", "shipmentId", "description"})
        self.options(error_shape="text")
        self.assertEqual(set(self.no("order/confirm", call)[0]), {"code", "errorText", "shipmentId", "description"})
        self.options(error_shape="object", business_status=400)
        self.assertEqual(set(self.no("order/confirm", call, status=400)), {"code", "message"})
        with self.assertRaises(ControlError):
            self.options(error_shape="xml")

    def test_faults_and_journal(self):
        number = self.order()
        self.control("POST", "/faults", {"path": "/megamarket/api/market", "kind": "status", "status": 504})
        self.assertEqual(self.raw()[0], 504)
        accepted = {"path": f"{ORDERS}order/confirm", "kind": "accept_then_timeout", "delay": 0}
        self.control("POST", "/faults", accepted)
        with self.assertRaises(OSError):
            self.mm("order/confirm", self.confirm(number, 1))
        self.assertEqual(self.known(number)["confirmed"], 1)
        with self.assertRaises(ControlError):
            self.control("POST", "/faults", {"path": "/megamarket", "kind": "ship_fails"})
        rows = self.control("GET", f"/requests?path={ORDERS}order/confirm")["requests"]
        self.assertEqual((len(rows), rows[0]["client_id"]), (1, str(STANDARD)))
        self.assertNotIn(TOKENS[STANDARD], json.dumps(rows))

    # --- searching and reading -----------------------------------------------------------------------------------
    def test_search(self):
        numbers = []
        for _ in range(3):
            numbers.append(self.order())
            self.pass_time(60)
        self.done("order/confirm", self.confirm(numbers[1], 1))

        def search(**values):
            return self.done("order/search", values)["shipments"]

        self.assertEqual(search(), numbers)
        self.assertEqual(search(statuses=["NEW"]), [numbers[0], numbers[2]])
        self.assertEqual(search(dateFrom="2026-10-20T08:01:00Z"), numbers[1:])
        self.assertEqual(search(dateTo="2026-10-20T11:01:00+03:00"), numbers[:2])
        self.assertEqual(search(count=2), numbers[:2])
        self.assertEqual(search(shippingDate="2026-10-23T00:00:00+03:00"), numbers)
        self.assertEqual(search(shippingDate="2026-10-24T00:00:00+03:00"), [])
        self.no("order/search", {"count": 1001}, "count")
        self.no("order/search", {"statuses": ["READY"]}, "READY")
        self.no("order/search", {"dateFrom": "20.10.2026"}, "dateFrom")

    def test_search_gives_a_hundred(self):
        self.control("POST", "/megamarket/postings", {"count": 120})
        self.assertEqual(len(self.done("order/search")["shipments"]), 100)
        numbers = self.done("order/search", {"count": 1000})["shipments"]
        self.assertEqual(len(numbers), 120)
        self.assertEqual(len(self.done("order/get", {"shipments": numbers})["shipments"]), 120)
        self.no("order/get", {"shipments": [str(number) for number in range(401)]}, "400")

    def test_get(self):
        number = self.order(customer={"name": "Тестов Иван"})
        found = self.done("order/get", {"shipments": [number, "1", number]})["shipments"]
        self.assertEqual([row["shipmentId"] for row in found], [number])
        self.assertEqual((found[0]["deliveryId"], found[0]["orderCode"]), ("933021193", None))
        self.assertEqual(found[0]["items"][0]["goodsData"]["categoryName"], "Техника")
        self.assertIsNone(found[0]["customer"])
        self.options(odd_types=True, new_delay=60)
        found = self.get(self.order())
        self.assertEqual((found["deliveryId"], found["items"][0]["itemIndex"], found["status"]), (933021194, 1, ""))
        self.pass_time(60)
        other = self.get(self.order(account=DBS, customer={"name": "Тестов Иван"}), account=DBS)
        self.assertEqual((other["customer"]["lastName"], other["customer"]["firstName"]), ("Тестов", "Иван"))

    def test_api_lags_behind_the_callback(self):
        self.options(api_delay=30)
        number = self.order()
        self.assertIsNone(self.get(number))
        self.assertEqual(self.done("order/search")["shipments"], [])
        self.no("order/confirm", self.confirm(number, 1), "SHIPMENT_NOT_FOUND")
        self.pass_time(30)
        self.assertEqual(self.done("order/search")["shipments"], [number])

    # --- prices and stocks ---------------------------------------------------------------------------------------
    def shown(self, offer_id="SKU-1"):
        offers = self.control("GET", f"/megamarket/offers?account={STANDARD}")["offers"]
        return next(offer for offer in offers if offer["offer_id"] == offer_id)

    def test_prices(self):
        self.assertEqual(self.done("manualPrice/save", {"prices": []}), {"savedPrices": 0, "warnings": []})
        rows = [{"offerId": name, "price": 990, "isDeleted": False} for name in ("SKU-1", "X")]
        answer = self.done("manualPrice/save", {"prices": rows})
        self.assertEqual((answer["savedPrices"], answer["warnings"][0]["offerId"]), (1, "X"))
        self.assertEqual((self.shown()["price"], self.shown()["base_price"]), (990, 1000))
        self.done("manualPrice/save", {"prices": [{"offerId": "SKU-1", "price": 1, "isDeleted": True}]})
        self.assertEqual((self.shown()["price"], self.shown()["manual_price"]), (1000, None))

    def test_prices_refused(self):
        for wrong in (990.5, 990.0, "990", 0, -1, True, None):
            self.no("manualPrice/save", {"prices": [{"offerId": "SKU-1", "price": wrong}]}, "price")
        self.no("manualPrice/save", {"prices": [{"price": 1}]}, "offerId")
        self.no("manualPrice/save", {"prices": [{"offerId": "SKU-1", "price": 1}] * 1001}, "1000")
        self.merchant(price_source="feed")
        error = self.no("manualPrice/save", {"prices": [{"offerId": "SKU-1", "price": 1}]}, "фид")
        self.assertEqual(error["code"], 0)

    def test_stocks(self):
        answer = self.done("stock/update", {"stocks": [{"offerId": "SKU-1", "quantity": 7}]})
        self.assertEqual((answer, self.shown()["stock"]), ({}, 7))
        answer = self.done("stock/update", {"stocks": [{"offerId": "X", "quantity": 7}]})
        self.assertEqual([row["offerId"] for row in answer["warnings"]], ["X"])
        for wrong in (-1, 1.5, "7", None):
            self.no("stock/update", {"stocks": [{"offerId": "SKU-1", "quantity": wrong}]}, "quantity")
        self.order(("SKU-1", 2))
        self.assertEqual(self.shown()["stock"], 5, "what is bought is not offered any more")

    # --- control -------------------------------------------------------------------------------------------------
    def test_merchants_are_added_and_changed(self):
        self.merchant(9001, token="T-9001", scheme="dbs", name="Третий")
        self.control("POST", "/megamarket/merchants", {"merchants": [{"merchant_id": "9001", "name": "Четвёртый"}]})
        row = self.control("GET", "/megamarket/merchants")["merchants"][-1]
        self.assertEqual((row["merchant_id"], row["name"], row["scheme"]), (9001, "Четвёртый", "dbs"))
        self.assertEqual(self.simulator.megamarket("order/search", {}, "T-9001")[1]["success"], 1)
        for wrong in (
            {"merchant_id": 9002},
            {"merchant_id": 9002, "token": "T-9001"},
            {"merchant_id": 9001, "scheme": "fbo"},
            {"merchant_id": 9001, "tokn": "x"},
            {"merchant_id": 9001, "feed_url": "ftp://shop.example/feed.xml"},
            {"merchant_id": 9001, "feed_url": "https://shop.example/feed?key=1"},
        ):
            with self.assertRaises(ControlError):
                self.control("POST", "/megamarket/merchants", wrong)

    def test_wrong_control_calls_are_refused(self):
        posting = f"/megamarket/postings/{self.order()}"
        offer = {"offer_id": "SKU-1"}
        for path, body in (
            ("/megamarket/merchants", {"merchants": [1]}),
            ("/megamarket/merchants", {"merchant_id": 9001, "token": "T-9001", "feed_url": 5}),
            ("/megamarket/feed", {"url": ["https://shop.example/feed.xml"]}),
            ("/megamarket/feed_check", {"content": 1}),
            ("/megamarket/feed_check", {"base64": None}),
            ("/megamarket/feed_check", {}),
            ("/megamarket/options", {"limit": True}),
            ("/megamarket/options", {"pending_delay": True}),
            ("/megamarket/offers", {"acount": STANDARD, "offers": [offer]}),
            ("/megamarket/offers", {"offers": [{**offer, "manual_prise": 5}]}),
            (f"{posting}/progress", {"all": True}),
            (f"{posting}/cancel", {"item": [1]}),
            (f"{posting}/cancel", {"kind": "cancel"}),
            (f"{posting}/announce", {"time": 2}),
            (f"{posting}/change", {"changable": False}),
        ):
            with self.subTest(path=path, body=body), self.assertRaises(ControlError) as refusal:
                self.control("POST", path, body)
            self.assertEqual(refusal.exception.status, 400, refusal.exception)
        self.assertEqual(self.known(posting.rpartition("/")[2])["status"], "NEW")

    def test_both_marketplaces_take_the_same_filling(self):
        for vendor in ("ozon", "megamarket"):
            goods = [{"offer_id": "M-1", "name": "Кружка", "barcode": "", "price": "123.45", "vat": "0.22"}]
            self.control("POST", f"/{vendor}/products", {"account": str(DBS), "products": goods})
            answer = self.control("POST", f"/{vendor}/postings", {"account": str(DBS), "count": 2})
            self.assertEqual((answer["count"], len(answer["numbers"])), (2, 2))
        found = self.control("GET", f"/megamarket/products?account={DBS}")["offers"][-1]
        self.assertEqual((found["price"], found["tax_rate"]), (123, "22"), "whole roubles only")

    def test_misspelt_orders_are_refused(self):
        for wrong in (
            {"lines": [{"offer_id": "nobody"}]},
            {"lines": [{"offer_id": "SKU-1", "prise": 1}]},
            {"lines": []},
            {"lines": [{"offer_id": "SKU-1"}], "delivery_price": 5},
            {"lines": [{"offer_id": "SKU-1"}], "status": "READY"},
            {"lines": [{"offer_id": "SKU-1", "discounts": [{"type": "LOY", "amount": 5000}]}]},
        ):
            with self.assertRaises(ControlError):
                self.control("POST", "/megamarket/postings", {"postings": [wrong]})
        self.assertEqual(self.control("GET", "/megamarket/state")["postings"], 0)
        self.order({"offer_id": "gone", "price": 5})
