"""Sums of the simulator's money: balance, statement, payouts, realization report, and months made at once."""

from collections import Counter
from decimal import Decimal

from ..simulator_process import ControlError
from .finance_support import (
    AUGUST,
    BALANCE,
    DAY,
    PARTS,
    REALIZATION,
    REALIZATION_POSTING,
    STATEMENT,
    TODAY,
    FinanceCase,
    decimal,
)

FULL = {"postings": 120, "returns": 0.1, "late": 0.05, "cancelled": 0.05, "orderless": 14}
SIDES = ("delivery_commission", "return_commission")


def number(value):
    return Decimal(str(value))


class TestSimulatorMonth(FinanceCase):
    def setUp(self):
        super().setUp()
        self.product("F-1", price="390.50")

    # -- balance -------------------------------------------------------------------------------------------------------

    def test_balance_of_a_day(self):
        sale = self.delivered(("F-1", 2))
        self.charge("-20.05")
        self.charge("90", type_id=10)
        answer = self.balance()
        sales, returns = answer["cashflows"]["sales"], answer["cashflows"]["returns"]
        self.assertEqual((sales["amount"], sales["fee"]["value"]), ({"currency_code": "RUB", "value": 781}, -117.15))
        details = sales["amount_details"]
        parts = [details["revenue"]["value"], details["points_for_discounts"], details["partner_programs"]["value"]]
        self.assertEqual(sum(map(number, parts)), 781)
        self.assertEqual(returns["amount"]["value"], 0)
        services = {row["name"]: row["amount"]["value"] for row in answer["cashflows"]["services"]}
        self.assertEqual((services["PayPerClick"], services["Compensation"]), (-20.05, 90))
        self.assertEqual(number(answer["total"]["accrued"]["value"]), self.adds_up(self.day()))
        self.control("POST", "/ozon/returns", {"number": sale, "kind": "ClientReturn", "stage": "ReceivedBySeller"})
        self.assertEqual(self.balance()["cashflows"]["returns"]["amount"]["value"], -390.5)

    def test_balance_refused(self):
        for first, last, message in (
            (None, TODAY, "DateFrom: value is required"),
            (TODAY, "", "DateTo: value is required"),
            ("2026-10-21", TODAY, "must not be after"),
            ("2026-09-19", TODAY, "only 30 days"),
            ("19 September", TODAY, "value must be a date"),
        ):
            with self.subTest(first=first, last=last):
                self.refused(BALANCE, {"date_from": first, "date_to": last}, 400, message)
        self.balance("2026-09-20", TODAY)
        self.balance("2026-09-20T00:00:00Z", "2026-10-20T00:00:00.000Z")

    def check_balance(self, first, last):
        """Opening + accrued + payments = closing, and accrued is what the parts add up to."""
        answer = self.balance(first, last)
        total, flows = answer["total"], answer["cashflows"]
        paid = sum((number(row["value"]) for row in total["payments"]), Decimal(0))
        opening, accrued, closing = (
            number(total[name]["value"]) for name in ("opening_balance", "accrued", "closing_balance")
        )
        self.assertEqual(opening + accrued + paid, closing)
        parts = [decimal(flows[side][name]) for side in ("sales", "returns") for name in ("amount", "fee")]
        parts += [decimal(row["amount"]) for row in flows["services"]]
        self.assertEqual(sum(parts), accrued)
        return opening, accrued, paid, closing

    # -- payouts -------------------------------------------------------------------------------------------------------

    def test_paid_when_half_a_month_is_over(self):
        self.charge("1000", type_id=10)
        self.control("POST", "/clock", {"now": "2026-11-03T08:00:00Z"})
        self.assertEqual(self.check_balance("2026-10-16", "2026-10-31"), (0, 1000, -1000, 0))
        self.charge("-30", date="2026-11-03")
        self.control("POST", "/clock", {"now": "2026-12-20T08:00:00Z"})
        self.assertEqual(self.check_balance("2026-11-01", "2026-11-30"), (0, -30, 0, -30))
        self.assertEqual(self.control("GET", "/ozon/payouts")["payouts"],
                         [{"date": "2026-10-31", "amount": "1000.00", "currency": "RUB"}])  # fmt: skip

    def test_a_share_some_days_later(self):
        self.options(payout_share=0.7, payout_delay=4)
        self.charge("1000", type_id=10)
        self.control("POST", "/clock", {"now": "2026-11-03T08:00:00Z"})
        self.assertEqual(self.control("GET", "/ozon/payouts")["payouts"], [])
        self.pass_time(DAY)
        self.assertEqual(self.check_balance("2026-11-01", "2026-11-15"), (1000, 0, -700, 300))

    def test_a_change_after_the_payment_stays_in_the_balance(self):
        charge = self.charge("1000", type_id=10)
        self.control("POST", "/clock", {"now": "2026-11-03T08:00:00Z"})
        self.change(charge, amount="900")
        self.assertEqual(self.check_balance("2026-10-16", "2026-10-31"), (0, 900, -1000, -100))

    def test_a_payment_by_hand(self):
        self.control("POST", "/ozon/payout", {"date": TODAY, "amount": "12.34"})
        self.assertEqual(self.check_balance(TODAY, TODAY), (0, 0, Decimal("-12.34"), Decimal("-12.34")))
        self.control("POST", "/ozon/payout", {"date": "2026-10-25", "amount": "1"})
        owed = Decimal("-12.34")
        self.assertEqual(self.check_balance("2026-10-22", "2026-10-30"), (owed, 0, 0, owed), "not paid yet")
        with self.assertRaises(ControlError):
            self.control("POST", "/ozon/payout", {"date": TODAY, "amount": "much"})

    # -- months --------------------------------------------------------------------------------------------------------

    def test_month(self):
        made = self.make_month(**FULL)
        rows = self.month_of_accruals()
        self.assertEqual((len(rows), self.adds_up(rows)), (made["rows"], Decimal(made["total"])))
        self.assertEqual(len(made["numbers"]), 120)
        self.assertEqual({row["accrued_category"] for row in rows}, {"POSTING", "ITEM", "NON_ITEM", "CONTAINER_FEES"})
        units = {row["unit_number"] for row in rows}
        self.assertLess(set(made["numbers"]), units)
        period = {"since": "2026-08-01T00:00:00Z", "to": "2026-09-01T00:00:00Z"}
        listed = self.all_numbers(**period, statuses=["delivered"])
        listed += self.all_numbers("/v3/posting/fbo/list", **period, statuses=["delivered"])
        self.assertEqual(set(listed), set(made["numbers"]))
        known = {row["number"] for row in self.control("GET", "/ozon/postings")["postings"]}
        unseen = {unit for unit in units - known if unit.count("-") == 2}
        self.assertEqual(len(unseen), 2)

    def test_month_of_many(self):
        """Charges of the month before, returns, cancelled parcels: each in its number."""
        made = self.make_month(**FULL)
        rows = self.month_of_accruals()
        own = set(made["numbers"])
        known = {row["number"]: row["status"] for row in self.control("GET", "/ozon/postings")["postings"]}
        back = [row for row in rows if row["posting"] and decimal(sale_of(row)["sale_amount"]) < 0]
        vain = {row["unit_number"] for row in rows if known.get(row["unit_number"]) == "cancelled"}
        late = {row["unit_number"] for row in rows if row["unit_number"] in known} - own - vain
        self.assertEqual((len(back), len(vain)), (12, 6))
        self.assertTrue(late)
        self.assertEqual(len([number for number in known if number not in own | vain]), 6)

    def test_a_month_adds_up(self):
        made = self.make_month(**FULL)
        total = Decimal(made["total"])
        first = self.check_balance("2026-08-01", "2026-08-15")
        second = self.check_balance("2026-08-16", "2026-08-31")
        self.assertEqual(first[1] + second[1], total)
        self.assertEqual((first[0], second[3]), (0, 0))
        self.assertEqual(-(first[2] + second[2]), total)
        statement = self.statement()
        self.assertEqual([row["period"]["begin"] for row in statement["cash_flows"]],
                         ["2026-08-01T00:00:00Z", "2026-08-16T00:00:00Z"])  # fmt: skip
        for flow, details, sums in zip(statement["cash_flows"], statement["details"], (first, second), strict=True):
            amounts = [number(value) for name, value in flow.items() if name.endswith("_amount")]
            self.assertEqual(sum(amounts), sums[1])
            parts = [number(details[part]["total"]) for part in PARTS]
            self.assertEqual(sum(parts), sums[1])
            self.assertEqual(number(details["begin_balance_amount"]), sums[0])
            self.assertEqual(number(details["end_balance_amount"]), sums[3])
            self.assertEqual(sum(number(row["payment"]) for row in details["payments"]), sums[2])
            self.check_items(details)

    def check_items(self, details):
        delivery, back = details["delivery"], details["return"]
        for block in (delivery["delivery_services"], back["return_services"], details["services"], details["others"]):
            self.assertEqual(sum(number(item["price"]) for item in block["items"]), number(block["total"]))
        self.assertEqual(number(delivery["amount"]) + number(delivery["delivery_services"]["total"]),
                         number(delivery["total"]))  # fmt: skip

    def test_two_months_in_the_wrong_order(self):
        september = self.make_month("2026-09", postings=30)
        august = self.make_month("2026-08", postings=30)
        self.assertEqual(self.check_balance("2026-08-01", "2026-08-31")[1:3],
                         (Decimal(august["total"]), -Decimal(august["total"])))  # fmt: skip
        # Meanwhile acquiring of August has fallen into September.
        accrued = self.check_balance("2026-09-01", "2026-09-30")[1]
        self.assertLess(accrued, Decimal(september["total"]))

    def test_the_present_month(self):
        made = self.make_month("2026-10", postings=30, returns=0.2, orderless=7)
        self.assertEqual(self.adds_up(self.month_of_accruals("2026-10", 20)), Decimal(made["total"]))
        self.check_balance("2026-10-01", TODAY)
        self.assertEqual(self.day("2026-10-21"), [])

    def test_months_refused(self):
        for wrong in ({"month": "2026-11"}, {"month": "August"}, {"month": "2026-13"}, {"colour": 1}):
            with self.subTest(wrong), self.assertRaises(ControlError):
                self.make_month(**wrong)

    def test_the_same_month_for_the_same_seed(self):
        def make(**values):
            self.reset()
            self.product("F-1", price="390.50")
            return self.make_month(**FULL, **values), self.control("GET", "/ozon/accruals")["accruals"]

        self.assertEqual(make(), make())
        self.assertNotEqual(make(seed=1)[0]["total"], make(seed=2)[0]["total"])

    def test_a_month_leaves_the_dice_alone(self):
        self.control("POST", "/ozon/postings", {"count": 1})
        expected = self.control("POST", "/ozon/postings", {"count": 5})["numbers"]
        self.reset()
        self.product("F-1", price="390.50")
        self.control("POST", "/ozon/postings", {"count": 1})
        self.make_month(**FULL)
        self.assertEqual(self.control("POST", "/ozon/postings", {"count": 5})["numbers"], expected)

    def test_a_month_in_another_currency(self):
        self.options(currency="CNY")
        made = self.make_month(**FULL)
        self.assertEqual({row["total_amount"]["currency"] for row in self.month_of_accruals()}, {"CNY"})
        self.assertEqual(self.check_balance("2026-08-02", "2026-08-31")[3], 0)
        flows = self.statement()["cash_flows"]
        self.assertEqual({row["currency_code"] for row in flows}, {"CNY"})
        self.assertEqual(self.call(REALIZATION, AUGUST)["result"]["header"]["currency_sys_name"], "CNY")
        self.assertTrue(made["rows"])

    # -- statement -----------------------------------------------------------------------------------------------------

    def test_statement_in_pages(self):
        self.make_month(postings=10)
        page = self.statement(page=2, page_size=1)
        self.assertEqual((page["page_count"], page["cash_flows"][0]["period"]["end"]), (2, "2026-08-31T00:00:00Z"))
        # One period, one object.
        self.assertEqual(page["details"]["period"], page["cash_flows"][0]["period"])
        self.assertEqual(self.statement(page=3, page_size=1)["cash_flows"], [])
        self.assertIsNone(self.statement(with_details=False)["details"])
        # Half-months are never cut.
        self.assertEqual(len(self.statement("2026-08-15", "2026-08-16")["cash_flows"]), 2)

    def test_statement_refused(self):
        period = {"from": "2026-08-01T00:00:00Z", "to": "2026-08-31T00:00:00Z"}
        for body, message in (
            ({"page": 1, "page_size": 10}, "Date: value is required"),
            ({"date": {"from": period["from"]}, "page": 1, "page_size": 10}, "To: value is required"),
            ({"date": period, "page_size": 10}, "Page: value must be"),
            ({"date": period, "page": 1, "page_size": 1001}, "PageSize: value must be inside range"),
            ({"date": {**period, "to": "31.08"}, "page": 1, "page_size": 10}, "Timestamp"),
        ):
            with self.subTest(body):
                self.refused(STATEMENT, body, 400, message)

    # -- realization report --------------------------------------------------------------------------------------------

    def test_realization_is_what_was_accrued(self):
        self.make_month(**FULL)
        expected = Counter()
        for row in self.month_of_accruals():
            for product in (row["posting"] or {"products": ()})["products"]:
                sale = product["commission"]
                side = SIDES[decimal(sale["sale_amount"]) < 0]
                for name in ("sale_amount", "commission", "bonus", "coinvestment"):
                    expected[side, name] += abs(decimal(sale[name]))
        for rows in (self.call(REALIZATION, AUGUST)["result"]["rows"], self.call(REALIZATION_POSTING, AUGUST)["rows"]):
            found = Counter()
            for row in rows:
                for side in filter(row.get, SIDES):
                    self.count(found, side, row[side])
            self.assertEqual(+found, +expected)

    def count(self, found, side, part):
        amount, bonus, partners, fee, total = (
            number(part[name]) for name in ("amount", "bonus", "bank_coinvestment", "standard_fee", "total")
        )
        self.assertEqual(amount + bonus + partners - fee, total)
        self.assertEqual(number(part["price_per_instance"]) * part["quantity"], amount)
        found[side, "sale_amount"] += amount + bonus + partners
        found[side, "commission"] += fee
        found[side, "bonus"] += bonus
        found[side, "coinvestment"] += partners

    def test_realization_rows(self):
        made = self.make_month(**FULL)
        answer = self.call(REALIZATION_POSTING, AUGUST)
        header, rows = answer["header"], answer["rows"]
        self.assertEqual((header["start_date"], header["stop_date"], header["currency_sys_name"]),
                         ("2026-08-01", "2026-08-31", "RUB"))  # fmt: skip
        self.assertEqual([row["row_number"] for row in rows], list(range(1, len(rows) + 1)))
        self.assertEqual({row["order"]["posting_number"] for row in rows}, set(made["numbers"]))
        self.assertTrue(all(row["order"]["created_date"].startswith("2026-08-") for row in rows))
        short = self.call(REALIZATION, AUGUST)["result"]["rows"]
        keys = [(row["item"]["sku"], row["seller_price_per_instance"], prices(row)) for row in short]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertLess(len(short), len(rows))

    def test_a_row_that_the_report_does_not_tell(self):
        product = {"offer_id": "F-1", "seller_price": "100", "commission": "-15"}
        self.accrue(
            {"date": "2026-08-10", "number": "1-1-1", "products": [product]},
            {"date": "2026-08-10", "number": "1-1-2", "products": [product], "in_report": False},
        )
        rows = self.call(REALIZATION_POSTING, AUGUST)["rows"]
        self.assertEqual([row["order"]["posting_number"] for row in rows], ["1-1-1"])

    def test_realization_refused(self):
        for path in (REALIZATION, REALIZATION_POSTING):
            self.call(path, {"month": 9, "year": 2026})
            self.refused(path, {"month": 10, "year": 2026}, 404, "not found")
            self.refused(path, {"month": 7, "year": 2023}, 400, "August 2023")
            self.refused(path, {"month": 13, "year": 2026}, 400, "Month: value must be inside range")
            self.refused(path, {"month": 8}, 400, "Year: value must be")
            self.refused(path, {"month": 1, "year": 10**6}, 400, "no such month")
            self.call(path, {"month": 8, "year": 2023})

    def test_realization_is_ready_on_the_fifth(self):
        october = {"month": 10, "year": 2026}
        self.control("POST", "/clock", {"now": "2026-11-04T20:59:00Z"})
        self.refused(REALIZATION, october, 404, "not found")
        self.pass_time(120)
        self.call(REALIZATION, october)


def sale_of(row):
    return row["posting"]["products"][0]["commission"]


def prices(row):
    return next(row[side]["price_per_instance"] for side in SIDES if row[side])
