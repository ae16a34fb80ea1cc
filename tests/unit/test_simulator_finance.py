"""The simulator's accruals: which events make them, how they are read, changed, and spoiled."""

from decimal import Decimal

from ..simulator_process import ControlError
from .finance_support import BY_DAY, BY_POSTING, DAY, TODAY, FinanceCase, decimal

LOGISTIC, DROP_OFF, COURIER, BUYERS = 32, 16, 29, 62
ACQUIRING, CANCELLATION, COMPENSATION, CLICKS, STORAGE, WAY_BACK, COMMISSION = 1, 6, 10, 41, 46, 59, 69


class TestSimulatorAccruals(FinanceCase):
    def setUp(self):
        super().setUp()
        self.sku = self.product("F-1", price="390.50")["sku"]

    def sold(self, number):
        """The products of a posting's first accrual today."""
        row = next(row for row in self.day() if row["unit_number"] == number)
        self.assertEqual(row["accrued_category"], "POSTING")
        return row["posting"]["products"]

    def types(self, product):
        return [fee["type_id"] for fee in product["delivery"]["services"]]

    # -- the dictionary ------------------------------------------------------------------------------------------------

    def test_types(self):
        rows = self.call("/v1/finance/accrual/types", {})["accrual_types"]
        self.assertEqual(len(rows), 132)
        self.assertEqual(len({row["id"] for row in rows}), 132)
        names = {row["id"]: row["name"] for row in rows}
        self.assertEqual([names[kind] for kind in (1, 17, 69, 94)],
                         ["Acquiring", "Drop-Off Agent", "SaleCommission", "DefectFineShipmentDelayRate"])  # fmt: skip
        self.assertTrue(all(row["description"] for row in rows))

    # -- a delivery ----------------------------------------------------------------------------------------------------

    def test_delivery(self):
        number = self.delivered(("F-1", 2))
        row = next(row for row in self.day() if row["unit_number"] == number)
        self.assertEqual((row["date"], row["item_fees"], row["non_item_fee"], row["container_fees"]),
                         (TODAY, None, None, None))  # fmt: skip
        self.assertEqual(row["posting"]["delivery_schema"], "FBS")
        [product] = row["posting"]["products"]
        commission = product["commission"]
        amounts = {name: decimal(value) for name, value in commission.items() if name != "commission_ratio"}
        self.assertEqual((amounts["seller_price"], amounts["sale_amount"]), (Decimal("390.50"), Decimal("781.00")))
        self.assertEqual((commission["commission_ratio"], amounts["commission"]), ("0.15", Decimal("-117.15")))
        buyer = amounts["sale_price"] * 2
        self.assertEqual(buyer + amounts["bonus"] + amounts["coinvestment"], amounts["sale_amount"])
        self.assertEqual(self.types(product), [LOGISTIC, DROP_OFF, COURIER])
        services = sum(decimal(fee["accrued"]) for fee in product["delivery"]["services"])
        self.assertEqual(decimal(product["delivery"]["total_accrued"]), services)
        total = amounts["sale_amount"] + amounts["commission"] + services
        self.assertEqual(decimal(row["total_amount"]), total)

    def test_schemes(self):
        self.assertEqual(self.types(self.sold(self.delivered(("F-1", 1), scheme="fbo"))[0]), [LOGISTIC, COURIER])
        found = [self.types(self.sold(self.delivered(("F-1", 1), scheme="rfbs"))[0]) for _time in range(20)]
        self.assertIn([], found)
        self.assertIn([BUYERS], found)

    def test_delivered_once(self):
        number = self.delivered(("F-1", 1))
        for status in ("delivering", "delivered"):
            self.control("POST", f"/ozon/postings/{number}/status", {"status": status})
        self.assertEqual([row["unit_number"] for row in self.day()].count(number), 1)

    def test_made_as_delivered(self):
        self.assertEqual(len(self.sold(self.order(("F-1", 1), status="delivered"))), 1)
        self.order(("F-1", 1))
        self.assertEqual(len(self.day()), 1)

    def test_percents_of_the_cabinet(self):
        self.control("POST", "/ozon/prices", {"prices": [{"offer_id": "F-1", "commission_percent": 12.5}]})
        commission = self.sold(self.delivered(("F-1", 1)))[0]["commission"]
        # 48.8125 in kopecks.
        self.assertEqual((commission["commission_ratio"], commission["commission"]["amount"]), ("0.125", "-48.81"))

    def test_one_product_in_two_lines(self):
        lines = [{"offer_id": "F-1", "quantity": 1, "price": price} for price in ("100", "200")]
        spec = {"lines": lines, "status": "delivered"}
        number = self.control("POST", "/ozon/postings", {"postings": [spec]})["numbers"][0]
        rows = [row for row in self.day() if row["unit_number"] == number]
        self.assertEqual([len(row["posting"]["products"]) for row in rows], [1, 1])

    def test_acquiring_comes_later(self):
        number = self.delivered(("F-1", 2))
        self.assertEqual(self.day("2026-10-22"), [])
        self.pass_time(2 * DAY)
        [row] = self.day("2026-10-22")
        self.assertEqual((row["accrued_category"], row["unit_number"], row["posting"]), ("ITEM", number, None))
        [item] = row["item_fees"]["fees"]
        self.assertEqual(item["sku"], self.sku)
        self.assertEqual(item["fees"], [{"type_id": ACQUIRING, "accrued": {"amount": "-11.72", "currency": "RUB"}}])
        self.options(acquiring_delay=0)
        self.delivered(("F-1", 1))
        self.assertEqual(len(self.day("2026-10-22")), 3)

    def test_the_day_is_moscows(self):
        self.control("POST", "/clock", {"now": "2026-10-20T21:30:00Z"})
        self.delivered(("F-1", 1))
        self.assertEqual((self.day("2026-10-20"), len(self.day("2026-10-21"))), ([], 1))

    def test_nothing_by_itself(self):
        self.options(auto_accruals=False)
        self.delivered(("F-1", 1))
        self.assertEqual(self.day(), [])
        with self.assertRaises(ControlError):
            self.make_month()

    # -- returns and cancellations -------------------------------------------------------------------------------------

    def give_back(self, number, quantity, stage="ReceivedBySeller", **values):
        item = self.control("POST", "/ozon/returns", {"number": number, "quantity": quantity, **values})
        self.control("POST", f"/ozon/returns/{item['id']}", {"stage": stage})
        return item["id"]

    def test_return(self):
        number = self.delivered(("F-1", 3))
        [sale] = self.sold(number)
        self.give_back(number, 1, kind="ClientReturn")
        item = self.give_back(number, 2, kind="ClientReturn")
        self.control("POST", f"/ozon/returns/{item}", {"stage": "Utilized"})
        rows = [row["posting"]["products"][0] for row in self.day() if row["unit_number"] == number][1:]
        self.assertEqual([self.types(product) for product in rows], [[WAY_BACK], [WAY_BACK]])
        for name in ("sale_amount", "commission", "bonus", "coinvestment"):
            parts = [decimal(product["commission"][name]) for product in (sale, *rows)]
            self.assertEqual(sum(parts), 0, name)
        self.assertEqual(rows[0]["commission"]["seller_price"]["amount"], "-390.50")

    def test_return_of_a_parcel_that_was_never_delivered(self):
        number = self.order(("F-1", 1), status="delivering")
        self.give_back(number, 1, kind="FullReturn")
        [row] = self.day()
        self.assertEqual(row["posting"]["products"][0]["commission"]["sale_amount"]["amount"], "0.00")
        self.assertLess(decimal(row["total_amount"]), 0)

    def test_return_to_the_seller_who_delivers(self):
        number = self.delivered(("F-1", 1), scheme="rfbs")
        self.give_back(number, 1, stage="Rejected", kind="ClientReturn")
        self.assertEqual(len(self.day()), 1)
        self.give_back(number, 1, stage="Approved", kind="ClientReturn")
        self.assertEqual(self.types(self.day()[1]["posting"]["products"][0]), [65])

    def test_cancelled_on_the_way(self):
        number = self.order(("F-1", 1), status="delivering")
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        early = self.order(("F-1", 1))
        self.control("POST", f"/ozon/postings/{early}/cancel", {"by": "client"})
        [row] = self.day()
        [product] = row["posting"]["products"]
        self.assertEqual((row["unit_number"], self.types(product)), (number, [LOGISTIC, CANCELLATION]))
        self.options(null_objects=True)
        self.assertIsNone(self.day()[0]["posting"]["products"][0]["commission"])

    # -- accruals of postings ------------------------------------------------------------------------------------------

    def test_by_posting(self):
        number = self.delivered(("F-1", 2))
        self.pass_time(3 * DAY)
        found = self.call(BY_POSTING, {"posting_numbers": [number, "0000000000-0000-1"]})["posting_accruals"]
        self.assertEqual([row["posting_number"] for row in found], [number])
        rows = found[0]["accruals"]
        self.assertEqual([row["type_id"] for row in rows], [COMMISSION, LOGISTIC, DROP_OFF, COURIER, ACQUIRING])
        self.assertEqual(rows[0]["accrued"], {"amount": "-117.15", "currency": "RUB"})
        self.assertEqual(
            (rows[0]["quantity"], rows[0]["seller_price"]["amount"], rows[0]["sku"]), (2, "390.50", self.sku)
        )
        self.assertEqual({row["seller_price"] and 1 for row in rows[1:]}, {None})
        self.assertEqual([row["accrual_date"] for row in rows], [TODAY] * 4 + ["2026-10-22"])
        everything = sum(decimal(row["accrued"]) for row in rows)
        by_day = self.adds_up(self.day() + self.day("2026-10-22"))
        self.assertEqual(everything + Decimal("781.00"), by_day)

    def test_by_posting_refused(self):
        self.refused(BY_POSTING, {"posting_numbers": []}, 400, "PostingNumbers: value must contain between 1 and 200")
        self.refused(BY_POSTING, {"posting_numbers": ["1"] * 201}, 400, "between 1 and 200 items")
        self.refused(BY_POSTING, {"posting_numbers": "1"}, 400, "invalid value for array type")

    # -- days and pages ------------------------------------------------------------------------------------------------

    def test_day_refused(self):
        for date, message in (
            (None, "Date: value is required"),
            ("", "Date: value is required"),
            ("2021-12-31", "must not be before 2022-01-01"),
            ("20.10.2026", "value must be a date"),
            ("2026-02-30", "value must be a date"),
            ("2026-10-20T00:00:00Z", "value must be a date"),
            (20261020, "value must be a date"),
        ):
            with self.subTest(date=date):
                self.refused(BY_DAY, {"date": date, "last_id": ""}, 400, message)

    def test_pages(self):
        self.options(accruals_page=3)
        made = [self.charge(str(-number)) for number in range(1, 8)]
        first = self.call(BY_DAY, {"date": TODAY})
        self.assertEqual([row["accrual_id"] for row in first["accruals"]], made[:3])
        self.assertEqual([row["accrual_id"] for row in self.whole_day(TODAY)], made)
        body = {"date": "2026-10-19", "last_id": first["last_id"]}
        self.refused(BY_DAY, body, 400, "last_id belongs to another date")
        self.refused(BY_DAY, {"date": TODAY, "last_id": "abc"}, 400, "invalid last_id")
        self.pass_time(15 * 60 + 1)
        self.refused(BY_DAY, {"date": TODAY, "last_id": first["last_id"]}, 400, "last_id has expired")

    def test_an_empty_page_at_the_end(self):
        self.charge()
        self.options(empty_last_page=True)
        last_id = self.call(BY_DAY, {"date": TODAY})["last_id"]
        self.assertEqual(self.call(BY_DAY, {"date": TODAY, "last_id": last_id}), {"accruals": [], "last_id": ""})

    def test_a_thousand_in_a_page(self):
        self.options(accruals_page=5000)
        self.accrue(*({"date": TODAY, "type_id": CLICKS, "amount": "-1", "unit_number": "РК"} for _ in range(1001)))
        self.assertEqual(len(self.day()), 1000)
        self.assertEqual(len(self.whole_day(TODAY)), 1001)

    def test_the_old_way_is_dead(self):
        for name in ("list", "totals"):
            answer = self.call(f"/v3/finance/transaction/{name}", {}, 400)
            self.assertEqual((answer["code"], answer["message"]), (9, "obsolete method cannot be used"))

    # -- by hand -------------------------------------------------------------------------------------------------------

    def test_every_branch_by_hand(self):
        self.accrue(
            {"date": TODAY, "category": "NON_ITEM", "unit_number": "ХР-1", "type_id": STORAGE, "amount": "-7.01"},
            {"date": TODAY, "category": "NON_ITEM", "unit_number": "КМ-1", "type_id": COMPENSATION, "amount": "90"},
            {"date": TODAY, "category": "CONTAINER_FEES", "unit_number": "ПС-1",
             "fees": [{"type_id": 12, "amount": "-300"}, {"type_id": 77, "amount": "-50"}]},
            {"date": TODAY, "category": "ITEM", "unit_number": "1-1-1", "type_id": 28, "amount": "-30", "sku": 5},
            {"date": TODAY, "number": "1-1-2", "products": [
                {"offer_id": "F-1", "seller_price": "100", "quantity": 2, "commission": "-30", "bonus": "10",
                 "services": [[LOGISTIC, "-1"], [LOGISTIC, "-2"]]}]},
        )  # fmt: skip
        rows = self.day()
        self.assertEqual([decimal(row["total_amount"]) for row in rows],
                         [Decimal(text) for text in ("-7.01", "90", "-350", "-30", "167")])  # fmt: skip
        self.assertEqual([fee["type_id"] for fee in rows[2]["container_fees"]["fees"]], [12, 77])
        self.assertEqual(rows[3]["item_fees"]["fees"][0]["sku"], 5)
        [product] = rows[4]["posting"]["products"]
        self.assertEqual((product["sku"], self.types(product)), (self.sku, [LOGISTIC, LOGISTIC]))
        commission = product["commission"]
        self.assertEqual((commission["sale_price"]["amount"], commission["commission_ratio"]), ("95.00", "0.15"))

    def test_mistakes_by_hand(self):
        for wrong in (
            {"type_id": 1, "amount": "1"},
            {"date": "yesterday", "type_id": 1, "amount": "1"},
            {"date": TODAY, "type_id": 1},
            {"date": TODAY, "type_id": 1, "amount": "a lot"},
            {"date": TODAY, "type_id": 1, "amount": "1", "colour": 1},
            {"date": TODAY, "category": "POSTING", "type_id": 1, "amount": "1"},
            {"date": TODAY, "category": "ODD", "type_id": 1, "amount": "1"},
            {"date": TODAY, "products": [{"offer_id": "none"}]},
            {"date": TODAY, "products": [{"seller_price": "1"}]},
            {"date": TODAY, "products": [{"sku": 1, "quantity": 0}]},
        ):
            with self.subTest(wrong), self.assertRaises(ControlError):
                self.accrue(wrong)
        with self.assertRaises(ControlError):
            self.change(1, amount="1")

    def test_changed_later(self):
        charge, gone = self.charge("-500"), self.charge("-20")
        number = self.delivered(("F-1", 1))
        sale = next(row for row in self.day() if row["unit_number"] == number)
        self.pass_time(3 * DAY)
        changed = self.change(charge, amount="-450.10")
        self.assertEqual((changed["total"], [old["total"] for old in changed["versions"]]), ("-450.10", ["-500.00"]))
        self.assertTrue(self.change(gone, remove=True)["removed"])
        self.change(sale["accrual_id"], services={LOGISTIC: "-1.50"}, commission="-10")
        found = {row["accrual_id"]: row for row in self.day()}
        self.assertEqual(set(found), {charge, sale["accrual_id"]})
        self.assertEqual(found[charge]["total_amount"]["amount"], "-450.10")
        self.assertEqual(found[sale["accrual_id"]]["total_amount"]["amount"], "379.00")
        self.change(sale["accrual_id"], amount="379.01")
        [product] = self.sold(number)
        self.assertEqual(product["commission"]["commission"]["amount"], "-9.99")
        self.assertEqual(self.control("GET", f"/ozon/accruals?date={TODAY}")["removed"], [gone])

    # -- shapes and mistakes -------------------------------------------------------------------------------------------

    def test_shapes_of_amounts(self):
        for amount in ("-315", "137", "1530.01", "-0.30", "12.5", "100"):
            self.charge(amount)
        plain = [row["total_amount"]["amount"] for row in self.day()]
        self.options(odd_amounts=True)
        odd = [row["total_amount"]["amount"] for row in self.day()]
        self.assertEqual([Decimal(text) for text in odd], [Decimal(text) for text in plain])
        self.assertEqual(plain, ["-315.00", "137.00", "1530.01", "-0.30", "12.50", "100.00"])
        self.assertEqual(odd, ["-315", "137.0000", "1530.01", "-0.3", "12.5000", "100.00"])

    def test_whole_roubles_keep_their_zeros(self):
        self.product("F-9", price="405")
        self.options(odd_amounts=True)
        sold = self.sold(self.delivered(("F-9", 2)))[0]["commission"]
        self.assertEqual(Decimal(sold["sale_amount"]["amount"]), 810)

    def test_shapes_of_days_and_numbers(self):
        number = self.delivered(("F-1", 1))
        self.options(accrual_moments=True, string_ids=True)
        [row] = self.day()
        self.assertEqual(row["date"], "2026-10-20T00:00:00Z")
        self.assertIsInstance(row["accrual_id"], str)
        found = self.call(BY_POSTING, {"posting_numbers": [number]})["posting_accruals"][0]["accruals"]
        self.assertEqual((found[0]["accrual_date"], found[0]["sku"]), (TODAY, str(self.sku)))

    def test_spoiled_rows(self):
        self.charge("-500")
        self.charge("-20")

        def first(**mistake):
            self.options(**mistake)
            row = self.day()[0]
            self.options(**dict.fromkeys(mistake, False))
            return row

        row = first(null_amounts=True)
        self.assertEqual((row["total_amount"]["amount"], row["non_item_fee"]["accrued"]["amount"]), (None, None))
        self.assertEqual(first(text_amounts=True)["non_item_fee"]["accrued"]["amount"], "abc")
        self.assertEqual(first(unspecified_accruals=True)["accrued_category"], "UNSPECIFIED")
        self.assertEqual(first(unknown_accrual_types=True)["non_item_fee"]["type_id"], 777)
        self.assertEqual([row["total_amount"]["amount"] for row in self.day()], ["-500.00", "-20.00"])

    def test_the_same_row_twice(self):
        self.charge("-500")
        self.charge("-20")
        self.options(repeated_accruals=True)
        rows = self.day()
        self.assertEqual(rows[0]["accrual_id"], rows[2]["accrual_id"])
        self.assertNotEqual(decimal(rows[0]["total_amount"]), decimal(rows[2]["total_amount"]))
        self.assertEqual(decimal(rows[2]["total_amount"]), decimal(rows[2]["non_item_fee"]["accrued"]))
        self.assertEqual(decimal(rows[2]["total_amount"]), Decimal("-501"))

    def test_a_last_id_that_stands_still(self):
        self.options(accruals_page=1, stuck_last_id=True)
        self.charge("-500")
        self.charge("-20")
        first = self.call(BY_DAY, {"date": TODAY})
        self.assertEqual(self.call(BY_DAY, {"date": TODAY, "last_id": first["last_id"]}), first)

    def test_words_of_the_caller(self):
        self.charge(overrides={"total_amount": None, "accrued_category": "NEW_ONE"})
        [row] = self.day()
        self.assertEqual((row["total_amount"], row["accrued_category"]), (None, "NEW_ONE"))
        self.options(null_amounts=True, repeated_accruals=True)
        self.assertIsNone(self.day()[0]["total_amount"])

    # -- currency and steadiness ---------------------------------------------------------------------------------------

    def test_currency(self):
        self.options(currency="CNY")
        self.delivered(("F-1", 1))
        self.charge("-5")
        rows = self.day()
        self.assertEqual({row["total_amount"]["currency"] for row in rows}, {"CNY"})
        self.assertEqual(rows[0]["posting"]["products"][0]["commission"]["bonus"]["currency"], "CNY")

    def test_the_same_money_for_the_same_seed(self):
        def money(seed):
            self.reset(products=20, postings=60, seed=seed)
            return self.control("GET", "/ozon/accruals")["accruals"]

        self.assertTrue(money(3))
        self.assertEqual(money(3), money(3))
        self.assertNotEqual(money(3), money(4))
