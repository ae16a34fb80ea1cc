from odoo import fields
from odoo.tests import HttpCase

from odoo.addons.sale_marketplace.marketplaces.base import limiter

from .common import SimulatorMarketplaceCase, TestModeCase

SHIP, SHIP_PART = "/v4/posting/fbs/ship", "/v4/posting/fbs/ship/package"
LABEL_CREATE, LABEL_GET = "/v3/posting/fbs/package-label/create", "/v2/posting/fbs/package-label/get"


class ShippingCase(SimulatorMarketplaceCase):
    """A simulated cabinet that forgets everything before each test, as the database does."""

    def setUp(self):
        super().setUp()
        self._forget_limits()
        self.simulator.control("POST", "reset", {"ship_delay": 0, "label_delay": 0})
        # Odoo's clock counts whole seconds: what happens there now would lie ahead of a poll in the same second.
        self.simulator.control("POST", "clock", {"advance": -5})
        self.account._get_schedule("statuses").read_until = fields.Datetime.subtract(fields.Datetime.now(), minutes=5)
        self._set(label_task_delay=0)
        self._fill_cabinet()

    def _forget_limits(self):
        """Limits live in the process: what one test was told to wait, the next one would wait, too."""
        limiter._shared.clear()

    def _set(self, **options):
        self.simulator.control("POST", "ozon/options", options)

    def _fail(self, path, kind, **values):
        self.simulator.control("POST", "faults", {"path": path, "kind": kind, **values})

    def _recover(self):
        self.simulator.control("DELETE", "faults")

    def _there(self, order):
        """Everything that the simulated marketplace knows about a posting."""
        return self.simulator.control("GET", f"ozon/postings/{order if isinstance(order, str) else order.number}")

    def _count_requests(self, path):
        return self.simulator.control("GET", f"requests?path={path}")["count"]

    def _cancel_there(self, order):
        self.simulator.control("POST", f"ozon/postings/{order.number}/cancel", {"by": "client"})

    def _receive(self, *lines, **values):
        """A buyer orders, the engine loads: a confirmed order whose goods are reserved."""
        order = self._receive_many([lines], **values)
        self.assertEqual(order.picking_ids.state, "assigned")
        return order

    def _receive_many(self, purchases, **values):
        """The same for several postings, in their order."""
        numbers = [self._buy(*lines, **values) for lines in purchases]
        self._poll()
        orders = self.env["marketplace.order"].browse([self._find(number).id for number in numbers])
        self.assertEqual(set(orders.mapped("state")), {"done"}, orders.mapped("problem"))
        return orders

    def _ship(self, *lines, **values):
        """Loaded, assembled, labelled."""
        order = self._receive(*lines, **values)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        return order

    def _jobs(self, order, operation):
        return self.env["marketplace.job"].search(
            [("res_model", "=", order._name), ("res_id", "in", order.ids), ("operation", "=", operation)]
        )


class HttpShippingCase(TestModeCase, ShippingCase, HttpCase):
    """The same with a browser."""
