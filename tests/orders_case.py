"""Helpers shared by the tests of importing orders."""

from datetime import datetime, timedelta, timezone

from odoo import fields

from odoo.addons.sale_marketplace.marketplaces.base import dto, limiter

from .builders import make_line, make_order
from .common import MarketplaceCase, SimulatorMarketplaceCase


class OrdersCase(MarketplaceCase):
    """Ten linked listings; DTOs are stored and processed directly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offers = cls._make_offers()

    def _go_on(self, orders):
        """What the engine would do with postings that are back in the line."""
        self.env["marketplace.order.processor"]._process(orders.filtered(lambda order: order.state == "received"))

    def _store_again(self, posting):
        """A later observation of a posting, processed as the engine would."""
        order = self._store(posting)
        self._go_on(order)
        return order

    def _see(self, orders, status, minutes=1, **values):
        """The marketplace tells the status of these postings, and the engine does what the table asks for."""
        if status == "cancelled":
            values.setdefault("cancellation", dto.Cancellation(reason="Покупатель передумал", initiator="buyer"))
        observed_at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        postings = []
        for order in orders:
            lines = [
                make_line(row.offer_id, row.quantity, str(row.price), article=row.article) for row in order.line_ids
            ]
            told = {
                "number": order.number,
                "scheme": order.scheme,
                "status": status,
                "raw_status": status,
                "ordered_at": order.ordered_at.replace(tzinfo=timezone.utc),
                "observed_at": observed_at,
                **values,
            }
            postings.append(make_order(lines, **told))
        self._go_on(self._store(*postings))
        self._apply()

    def _apply(self):
        applier = self.env["marketplace.status.applier"]
        while waiting := applier._take(self.account):
            applier._apply(waiting)


class OrdersSimulatorCase(SimulatorMarketplaceCase):
    """A cabinet that is empty of postings before each test, and linked listings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._link_cabinet()

    @classmethod
    def _link_cabinet(cls):
        """Listings with the cabinet's own SKUs, linked, without a poll per test."""
        rows = cls.simulator.control("GET", "ozon/products")["products"]
        by_code = cls.products.grouped("default_code")
        cls.offers = cls.env["marketplace.offer"].create(
            [
                {
                    "account_id": cls.account.id,
                    "article": row["offer_id"],
                    "sku": str(row["sku"]),
                    "external_id": str(row["product_id"]),
                    "name": row["name"],
                    "product_id": by_code[row["offer_id"]].id,
                }
                for row in rows
                if row["offer_id"] in by_code
            ]
        )

    def setUp(self):
        super().setUp()
        self.simulator.control("POST", "reset", {})
        self._fill_cabinet()
        self._forget_limits()
        self.addCleanup(self._forget_limits)

    def _forget_limits(self):
        """A limit that one test has met holds for the whole process."""
        limiter._shared.clear()

    def _buy_many(self, count, **values):
        """Many buyers at this moment, one line each."""
        spec = {"count": count, "lines_max": 1, "in_process_at": f"{fields.Datetime.now().isoformat()}Z", **values}
        return self.simulator.control("POST", "ozon/postings", spec)["numbers"]

    def _fault(self, path, kind, **spec):
        self.simulator.control("POST", "faults", {"path": path, "kind": kind, **spec})

    def _heal(self):
        self.simulator.control("DELETE", "faults")

    def _set_options(self, **options):
        self.simulator.control("POST", "ozon/options", options)

    def _count_requests(self, path):
        return self.simulator.control("GET", f"requests?path={path}")["count"]

    def _enqueue(self, operation, account=None, **options):
        return self.env["marketplace.job"]._enqueue(operation, account or self.account, **options)

    def _trigger(self, lane="orders"):
        """One run of a lane's scheduled action, with the moments that jobs chose respected."""
        with self.enter_registry_test_mode():
            self.env.flush_all()
            self.env.ref(f"sale_marketplace.ir_cron_lane_{lane}").method_direct_trigger()
            self.env.invalidate_all()

    def _find_all(self):
        return self.env["marketplace.order"].search([("account_id", "=", self.account.id)])
