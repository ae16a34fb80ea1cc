"""Helpers shared by the tests of stock."""

from .orders_case import OrdersSimulatorCase


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
        return super()._make_place(external_id=str(own["warehouse_id"]), **values)

    def _move(self, product, quantity, location=None):
        """Goods come (or go, below zero) without any document."""
        self.env["stock.quant"]._update_available_quantity(product, location or self.warehouse.lot_stock_id, quantity)

    def _get_row(self, product, place=None):
        return self.env["marketplace.stock"].search(
            [("product_id", "=", product.id), ("warehouse_id", "=", (place or self.place).id)]
        )

    def _get_shown(self, product):
        """What the cabinet shows of a product in the warehouse that we fill."""
        rows = self.simulator.control("GET", "ozon/stocks")["stocks"]
        place = int(self.place.external_id)
        return sum(
            row["free"] for row in rows if row["offer_id"] == product.default_code and row["warehouse_id"] == place
        )
