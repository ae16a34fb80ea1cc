"""Helpers shared by the tests of stock."""

from contextlib import contextmanager
from typing import NamedTuple

from odoo import Command, fields, models

from .orders_case import OrdersSimulatorCase
from .simulator_process import SimulatorProcess

#: The one method that tells a cabinet how many there are.
WRITE = "/v2/products/stocks"


class StockCase(OrdersSimulatorCase):
    """One warehouse of the simulated cabinet that shows what lies in the company's stock location."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place = cls._make_place()

    @classmethod
    def _make_place(cls, **values):
        rows = cls.simulator.control("GET", "ozon/warehouses")["warehouses"]
        own = next(row for row in rows if not row["is_rfbs"])
        return super()._make_place(account_id=cls.account.id, external_id=str(own["warehouse_id"]), **values)

    def _move(self, product, quantity, location=None):
        """Goods come (or go, below zero) without any document."""
        self.env["stock.quant"]._update_available_quantity(product, location or self.warehouse.lot_stock_id, quantity)

    def _push(self):
        """What has changed is computed and told, without the half minute between two numbers of one pair."""
        self._absorb()
        self.env["marketplace.stock"].search([]).write({"not_before": False, "claimed_until": False})
        self._enqueue("stock_push")
        self._run_jobs("stock", rounds=4)

    def _get_row(self, product, place=None):
        return self.env["marketplace.stock"].search(
            [("product_id", "=", product.id), ("warehouse_id", "=", (place or self.place).id)]
        )

    def _get_shown(self, product):
        """What the cabinet shows of a product in the warehouse that we fill."""
        return self._get_all_shown().get(product.default_code, 0)

    def _get_all_shown(self):
        """{article: what the cabinet shows in the warehouse that we fill}"""
        rows = self.simulator.control("GET", "ozon/stocks")["stocks"]
        place = int(self.place.external_id)
        return {row["offer_id"]: row["free"] for row in rows if row["warehouse_id"] == place}

    def _get_sent(self, status=None):
        """[(moment, {(article, warehouse): number})] of the calls that the cabinet has received.

        :param status: only those that it has answered so
        """
        rows = self.simulator.control("GET", f"requests?path={WRITE}")["requests"]
        return [
            (row["at"], {(pair["offer_id"], pair["warehouse_id"]): pair["stock"] for pair in row["body"]["stocks"]})
            for row in rows
            if status in (None, row["status"])
        ]


class Cabinet(NamedTuple):
    account: models.BaseModel
    simulator: SimulatorProcess
    place: models.BaseModel
    offers: models.BaseModel


class TwoCabinetsCase(StockCase):
    """Two accounts of the company, each with a simulated cabinet of its own, that sell the same goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cabinets = [Cabinet(cls.account, cls.simulator, cls.place, cls.offers)]
        with cls._turned_to(cls.cabinets[0]):
            cls._add_cabinet(2048)

    @classmethod
    def _add_cabinet(cls, client_id):
        cls.simulator = SimulatorProcess(**cls.simulator_options, client_id=client_id)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.account = cls._make_account(
            name=f"Ozon {client_id}", client_id=str(client_id), base_url=cls.simulator.ozon_url
        )
        cls._fill_cabinet()
        cls._link_cabinet()
        cls.place = cls._make_place()
        cls.cabinets.append(Cabinet(cls.account, cls.simulator, cls.place, cls.offers))

    @classmethod
    @contextmanager
    def _turned_to(cls, cabinet):
        """The helpers of this class speak of this cabinet meanwhile."""
        before = {name: getattr(cls, name) for name in Cabinet._fields}
        try:
            for name, value in cabinet._asdict().items():
                setattr(cls, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(cls, name, value)

    def setUp(self):
        super().setUp()
        for account in self._each_account():
            self.simulator.control("POST", "reset", {})
            self._fill_cabinet()
            # Nothing happened before: one question is enough for what changed since.
            account._get_schedule("statuses").read_until = fields.Datetime.now()

    def _each_account(self):
        """The account of each cabinet, with the helpers of this class turned to it."""
        for cabinet in self.cabinets:
            with self._turned_to(cabinet):
                yield cabinet.account

    def _share_stock(self, *members):
        """An agreement between the cabinets, in their order.

        :param members: values of its members
        """
        return self.env["marketplace.stock.pool"].create(
            {
                "company_id": self.company.id,
                "member_ids": [
                    Command.create({"warehouse_id": cabinet.place.id, "sequence": number, **values})
                    for number, (cabinet, values) in enumerate(zip(self.cabinets, members, strict=True))
                ],
            }
        )
