"""Stocks in the simulator: what an order does to them, what may be written and how often."""

from .test_simulator_base import SimulatorCase

WAREHOUSE = 1020005003107121


class TestSimulatorStocks(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.listing = self.product("A-1", stock=10)

    def stock(self):
        body = {"offer_id": ["A-1"], "limit": 100}
        rows = self.call("/v2/product/info/stocks-by-warehouse/fbs", body)["products"]
        row = next(row for row in rows if row["warehouse_id"] == WAREHOUSE)
        return row["present"], row["reserved"], row["free_stock"]

    def push(self, **values):
        pair = {"offer_id": "A-1", "stock": 7, "warehouse_id": WAREHOUSE, **values}
        return self.call("/v2/products/stocks", {"stocks": [pair]})["result"][0]

    def test_order_reserves_handover_consumes(self):
        number = self.order(("A-1", 3))
        self.assertEqual(self.stock(), (10, 3, 7))
        self.ship(number, [(self.listing["sku"], 3)])
        self.pass_time(3)
        self.assertEqual(self.stock(), (10, 3, 7))
        self.control("POST", "/ozon/progress", {"number": number})
        self.assertEqual(self.stock(), (7, 0, 7))

    def test_cancellation_releases(self):
        number = self.order(("A-1", 3))
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.assertEqual(self.stock(), (10, 0, 10))

    def test_release_never_invents_stock(self):
        number = self.order(("A-1", 15))
        self.assertEqual(self.stock(), (15, 15, 0))
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.assertEqual(self.stock(), (10, 0, 10))

    def test_splitting_keeps_the_reserve(self):
        number = self.order(("A-1", 3))
        sku = self.listing["sku"]
        child = self.ship(number, [(sku, 1)], [(sku, 2)])["result"][1]
        self.assertEqual(self.stock(), (10, 3, 7))
        self.control("POST", f"/ozon/postings/{child}/cancel", {"by": "client"})
        self.assertEqual(self.stock(), (10, 1, 9))

    def test_written_stock_is_the_free_part(self):
        self.order(("A-1", 3))
        self.assertTrue(self.push(stock=20)["updated"])
        self.assertEqual(self.stock(), (23, 3, 20))

    def test_thirty_seconds_between_writes(self):
        self.reset(limits=True)
        self.product("A-1")
        self.assertTrue(self.push()["updated"])
        errors = self.push()["errors"]
        self.assertEqual(errors, [{"code": "TOO_MANY_REQUESTS", "message": "Stock is updated too frequently"}])
        self.pass_time(31)
        self.assertTrue(self.push()["updated"])

    def test_refusals_per_item(self):
        self.product("A-2", archived=True)
        self.assertEqual(self.push(offer_id="A-2")["errors"][0]["code"], "PRODUCT_IS_ARCHIVED")
        self.assertEqual(self.push(offer_id="none")["errors"][0]["code"], "offer_id_not_found")
        self.assertEqual(self.push(offer_id="", product_id=5)["errors"][0]["code"], "NOT_FOUND_ERROR")
        self.assertEqual(self.push(warehouse_id=5)["errors"][0]["code"], "WAREHOUSE_NOT_FOUND")
        self.assertEqual(self.push(stock=1_000_000)["errors"][0]["code"], "STOCK_TOO_BIG")

    def test_a_hundred_pairs_at_most(self):
        pair = {"offer_id": "A-1", "stock": 1, "warehouse_id": WAREHOUSE}
        self.refused("/v2/products/stocks", {"stocks": [pair] * 101}, 400, "between 1 and 100 items")

    def test_eighty_writes_a_minute(self):
        self.reset(limits=True)
        self.control("POST", "/ozon/options", {"method_limits": {"/v2/products/stocks": 1}})
        self.product("A-1")
        self.push()
        body = {"stocks": [{"offer_id": "A-1", "stock": 7, "warehouse_id": WAREHOUSE}]}
        self.refused("/v2/products/stocks", body, 429, "rate limit exceeded")

    def test_three_ways_to_read(self):
        self.order(("A-1", 4))
        body = {"filter": {"offer_id": ["A-1"]}, "limit": 10}
        item = self.call("/v4/product/info/stocks", body)["items"][0]
        fbs = next(row for row in item["stocks"] if row["type"] == "fbs")
        self.assertEqual((fbs["present"], fbs["reserved"]), (20, 4))
        rows = self.call("/v1/product/info/warehouse/stocks", {"warehouse_id": WAREHOUSE, "limit": 1000})["stocks"]
        row = next(row for row in rows if row["offer_id"] == "A-1")
        self.assertEqual((row["present"], row["free_stock"]), (10, 6))
        info = self.call("/v3/product/info/list", {"offer_id": ["A-1", "unknown"]})["items"]
        self.assertEqual([item["price"] for item in info], ["390.50"])

    def test_pages_of_products(self):
        seen, last_id = [], ""
        while True:
            result = self.call("/v3/product/list", {"filter": {}, "limit": 4, "last_id": last_id})["result"]
            if not result["items"]:
                break
            seen += [item["offer_id"] for item in result["items"]]
            last_id = result["last_id"]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(len(seen), 6)
