"""Shared by the tests of the simulator's money."""

from decimal import Decimal

from .test_simulator_base import SimulatorCase

BY_DAY = "/v1/finance/accrual/by-day"
BY_POSTING = "/v1/finance/accrual/postings"
BALANCE = "/v1/finance/balance"
STATEMENT = "/v1/finance/cash-flow-statement/list"
REALIZATION = "/v2/finance/realization"
REALIZATION_POSTING = "/v1/finance/realization/posting"
TODAY = "2026-10-20"
DAY = 86400
AUGUST = {"month": 8, "year": 2026}
PARTS = ("delivery", "return", "rfbs", "services", "others")


def decimal(money):
    """The amount of any of the shapes of money."""
    return Decimal(str(money.get("amount", money.get("value"))))


class FinanceCase(SimulatorCase):
    def day(self, date=TODAY, **values):
        return self.call(BY_DAY, {"date": date, "last_id": "", **values})["accruals"]

    def whole_day(self, date):
        """Every page, as a client reads them."""
        found, last_id = [], ""
        for _page in range(100):
            answer = self.call(BY_DAY, {"date": date, "last_id": last_id})
            found += answer["accruals"]
            last_id = answer["last_id"]
            if not last_id:
                return found
        raise AssertionError("the day never ends")

    def month_of_accruals(self, month="2026-08", days=31):
        return [row for number in range(1, days + 1) for row in self.whole_day(f"{month}-{number:02d}")]

    def options(self, **values):
        return self.control("POST", "/ozon/options", values)

    def accrue(self, *accruals):
        return self.control("POST", "/ozon/accruals", {"accruals": list(accruals)})["ids"]

    def charge(self, amount="-500", date=TODAY, type_id=41, **values):
        return self.accrue({"date": date, "type_id": type_id, "amount": amount, "unit_number": "РК-1", **values})[0]

    def change(self, accrual_id, **values):
        return self.control("POST", f"/ozon/accruals/{accrual_id}", values)

    def make_month(self, month="2026-08", **values):
        return self.control("POST", "/ozon/month", {"month": month, "seed": 7, **values})

    def balance(self, first=TODAY, last=TODAY):
        return self.call(BALANCE, {"date_from": first, "date_to": last})

    def statement(self, first="2026-08-01", last="2026-08-31", **values):
        period = {"from": f"{first}T00:00:00Z", "to": f"{last}T00:00:00Z"}
        body = {"date": period, "page": 1, "page_size": 100, "with_details": True, **values}
        return self.call(STATEMENT, body)["result"]

    def delivered(self, *lines, scheme="fbs", **values):
        """A posting that is handed over step by step."""
        number = self.order(*lines, scheme=scheme, status="delivering", **values)
        self.control("POST", f"/ozon/postings/{number}/status", {"status": "delivered"})
        return number

    def adds_up(self, rows):
        return sum((decimal(row["total_amount"]) for row in rows), Decimal(0))
