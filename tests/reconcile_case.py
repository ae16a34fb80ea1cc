"""Helpers shared by the tests of reconciling stock."""

from .stock_case import StockCase


class ReconcileCase(StockCase):
    """The cabinet holds FBO stock, and Odoo has its idea of it."""

    def _put_fbo(self, product, present, **values):
        self.simulator.control(
            "POST", "ozon/fbo_stocks", {"stocks": [{"offer_id": product.default_code, "present": present, **values}]}
        )

    def _stock_fbo(self, product, quantity, **place):
        location = self.account._get_fbo_location()
        self.env["stock.quant"]._update_available_quantity(product, location, quantity, **place)

    def _count_fbo(self, product):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.account.fbo_location_id.id)]
        )
        return sum(quants.mapped("quantity"))

    def _check_fbo(self):
        self._enqueue("fbo_stock_check")
        self._run_jobs("orders", "stock", rounds=4)

    def _get_held(self, product):
        return self.env["marketplace.stock"].search([("product_id", "=", product.id), ("state", "=", "held")])

    def _adjust(self, rows, **values):
        wizard = self.env["marketplace.stock.adjust"].browse(rows.action_adjust()["res_id"])
        wizard.write(values)
        wizard.action_apply()
        self._run_jobs("stock", rounds=2)
