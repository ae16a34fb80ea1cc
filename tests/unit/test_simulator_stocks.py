"""Stocks in the simulator: what an order does to them, what may be written and how often."""

from ..simulator_process import ControlError
from .test_simulator_base import NOW, SimulatorCase

WAREHOUSE = 1020005003107121
#: Ozon's own: near and far.
NEAR, FAR = 1020001835658000, 15431806189000


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

    def test_refusals_that_were_asked_for(self):
        self.product("A-2")
        self.control("POST", "/ozon/options", {"stock_refusals": {"A-2": "NON_KGT_ON_KGT_WAREHOUSE"}})
        pairs = [{"offer_id": name, "stock": 4, "warehouse_id": WAREHOUSE} for name in ("A-1", "A-2")]
        good, bad = self.call("/v2/products/stocks", {"stocks": pairs})["result"]
        self.assertEqual((good["updated"], bad["updated"]), (True, False))
        self.assertEqual(bad["errors"][0]["code"], "NON_KGT_ON_KGT_WAREHOUSE")

    def shown_in_cabinet(self):
        rows = self.control("GET", "/ozon/stocks")["stocks"]
        return next(row for row in rows if (row["offer_id"], row["warehouse_id"]) == ("A-1", WAREHOUSE))

    def test_by_hand_in_the_cabinet(self):
        row = {"offer_id": "A-1", "warehouse_id": WAREHOUSE, "free": 4}
        self.control("POST", "/ozon/stocks", {"stocks": [row]})
        self.assertEqual((self.shown_in_cabinet()["free"], self.shown_in_cabinet()["pushed_at"]), (4, None))
        self.push(stock=9)
        self.assertEqual(self.shown_in_cabinet()["free"], 9)
        self.assertEqual(self.shown_in_cabinet()["pushed_at"][:19], NOW[:19])
        for wrong in ({"offer_id": "none"}, {"warehouse_id": 5}):
            with self.assertRaisesRegex(ControlError, "no (listing|warehouse)"):
                self.control("POST", "/ozon/stocks", {"stocks": [{**row, **wrong}]})

    def test_a_closed_warehouse(self):
        self.control("POST", "/ozon/warehouses", {"close": WAREHOUSE})
        self.assertEqual(self.push()["errors"][0]["code"], "WAREHOUSE_NOT_FOUND")
        body = {"warehouse_id": WAREHOUSE, "limit": 100}
        self.assertEqual(self.call("/v1/product/info/warehouse/stocks", body)["stocks"], [])
        self.control("POST", "/ozon/postings", {"count": 20})

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


class TestSimulatorFboStocks(SimulatorCase):
    """Ozon's own warehouses count what a test has put there."""

    def setUp(self):
        super().setUp()
        self.product("A-1", stock=0)

    def put(self, present, **values):
        row = {"offer_id": "A-1", "present": present, "warehouse_id": NEAR, **values}
        self.control("POST", "/ozon/fbo_stocks", {"stocks": [row]})

    def rows(self, limit=1000, cursor=""):
        body = {"offer_ids": ["A-1"], "limit": limit, "cursor": cursor}
        return self.call("/v1/product/info/stocks-by-warehouse/fbo", body)

    def stock(self):
        row = next(row for row in self.rows()["products"] if row["warehouse_id"] == NEAR)
        return row["present"], row["reserved"]

    def step(self, number, times=1):
        for _time in range(times):
            self.control("POST", "/ozon/progress", {"number": number})

    def test_order_reserves_delivery_consumes(self):
        self.put(10)
        number = self.order(("A-1", 3), scheme="fbo")
        self.assertEqual(self.stock(), (10, 3))
        self.step(number)
        self.assertEqual(self.stock(), (10, 3))
        self.step(number, 2)
        self.assertEqual(self.stock(), (7, 0))

    def test_cancellation_releases(self):
        self.put(10)
        number = self.order(("A-1", 3), scheme="fbo")
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.assertEqual(self.stock(), (10, 0))

    def test_nothing_is_counted_that_nobody_has_put_there(self):
        number = self.order(("A-1", 3), scheme="fbo")
        self.assertEqual(self.rows()["products"], [])
        # Counted later: this order was never reserved, another one is.
        self.put(5)
        self.order(("A-1", 1), scheme="fbo")
        self.step(number, 3)
        self.assertEqual(self.stock(), (5, 1))

    def test_a_supply_leaves_what_is_reserved(self):
        self.put(10)
        number = self.order(("A-1", 3), scheme="fbo")
        self.put(20)
        self.assertEqual(self.stock(), (20, 3))
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.assertEqual(self.stock(), (20, 0))
        with self.assertRaisesRegex(ControlError, "includes what is reserved"):
            self.put(3, reserved=4)

    def test_own_stock_is_another_one(self):
        self.put(10)
        self.order(("A-1", 3), scheme="fbo")
        row = self.call("/v3/product/list", {"filter": {"offer_id": ["A-1"]}, "limit": 1})["result"]["items"][0]
        self.assertEqual((row["has_fbo_stocks"], row["has_fbs_stocks"]), (True, False))
        item = self.call("/v4/product/info/stocks", {"filter": {"offer_id": ["A-1"]}, "limit": 1})["items"][0]
        sums = {row["type"]: (row["present"], row["reserved"]) for row in item["stocks"]}
        self.assertEqual(sums, {"fbs": (0, 0), "rfbs": (0, 0), "fbo": (10, 3)})

    def test_pages(self):
        self.put(1)
        self.put(2, warehouse_id=FAR)
        first = self.rows(limit=1)
        second = self.rows(limit=1, cursor=first["cursor"])
        self.assertEqual((first["has_next"], second["has_next"]), (True, False))
        self.assertEqual({row["present"] for row in first["products"] + second["products"]}, {1, 2})

    def test_lost_and_found(self):
        """The same seed loses the same; what buyers have ordered is never lost."""
        self.put(30)
        self.order(("A-1", 30), scheme="fbo")
        for seed in range(5):
            self.control("POST", "/ozon/fbo_stocks", {"drift": seed})
        present, reserved = self.stock()
        self.assertEqual(reserved, 30)
        self.assertGreaterEqual(present, 30)
        changes = []
        for _time in range(2):
            self.put(50)
            changes.append(self.control("POST", "/ozon/fbo_stocks", {"drift": 3})["drift"])
        self.assertEqual(changes[0], changes[1])
        self.assertEqual(self.stock()[0], 50 + changes[1].get("A-1", 0))
