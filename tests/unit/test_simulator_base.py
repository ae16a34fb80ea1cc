"""Shared by the tests of the simulator: one process per class, a clean cabinet per test, time that stands still."""

from odoo.tests import BaseCase

from ..simulator_process import SimulatorProcess

NOW = "2026-10-20T08:00:00Z"
PERIOD = {"since": "2026-10-01T00:00:00Z", "to": "2026-10-31T00:00:00Z"}
CUTOFF = {"cutoff_from": "2026-10-01T00:00:00Z", "cutoff_to": "2026-10-31T00:00:00Z"}
MARK = "0104601653003004215!AbCdEfGhIj\x1d91EE10\x1d92abcdefghijklmnopqrstuvwxyz0123456789"


class SimulatorCase(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = SimulatorProcess(no_limits=True, products=5, postings=0).start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.reset()

    def reset(self, **changes):
        plan = {"products": 5, "postings": 0, "limits": False, "now": NOW, "frozen": True, **changes}
        return self.simulator.control("POST", "/reset", plan)

    def call(self, path, body=None, status=200, **headers):
        answered, answer = self.simulator.ozon(path, body, **headers)
        self.assertEqual(answered, status, f"{path}: {answer}")
        return answer

    def refused(self, path, body, status, message, **headers):
        answer = self.call(path, body, status, **headers)
        self.assertEqual(set(answer), {"code", "message", "details"})
        self.assertIn(message, answer["message"])
        return answer

    def control(self, method, path, body=None):
        return self.simulator.control(method, path, body)

    def pass_time(self, seconds):
        self.control("POST", "/clock", {"advance": seconds})

    def product(self, offer_id="A-1", **values):
        spec = {"offer_id": offer_id, "name": "Кружка", "price": "390.50", "stock": 10, **values}
        return self.control("POST", "/ozon/products", {"products": [spec]})["products"][0]

    def order(self, *lines, **values):
        """A fresh posting; lines are (article, quantity). Returns its number."""
        spec = {"lines": [{"offer_id": article, "quantity": quantity} for article, quantity in lines], **values}
        return self.control("POST", "/ozon/postings", {"postings": [spec]})["numbers"][0]

    def get(self, number, **wanted):
        return self.call("/v3/posting/fbs/get", {"posting_number": number, "with": wanted})["result"]

    def ship(self, number, *packages, status=200):
        """Packages are lists of (sku, quantity)."""
        packed = [{"products": [{"product_id": sku, "quantity": count} for sku, count in pack]} for pack in packages]
        return self.call("/v4/posting/fbs/ship", {"posting_number": number, "packages": packed}, status)

    def all_numbers(self, path="/v4/posting/fbs/list", limit=100, **filters):
        """Read every page the way a client does; returns the numbers in the order they came."""
        chosen = {**(CUTOFF if "unfulfilled" in path else PERIOD), **filters}
        numbers, cursor = [], ""
        for _page in range(100):
            answer = self.call(path, {"filter": chosen, "limit": limit, "cursor": cursor})
            numbers += [posting["posting_number"] for posting in answer["postings"]]
            if not answer["has_next"] or not answer["postings"]:
                return numbers
            cursor = answer["cursor"]
        raise AssertionError("the list never ends")
