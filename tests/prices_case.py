"""Helpers shared by the tests of prices."""

from unittest.mock import patch

from odoo import Command, fields

from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from .orders_case import OrdersSimulatorCase

WRITE = "/v1/product/import/prices"
#: What the simulated cabinet takes of a sale: 10 % and 50 roubles, and 1.5 % for acquiring.
FEES = {
    **dict.fromkeys(("sales_percent_fbs", "sales_percent_rfbs", "sales_percent_fbo"), 10),
    **dict.fromkeys(("fbs_direct_flow_trans_max_amount", "fbs_first_mile_max_amount"), 0),
    **dict.fromkeys(("fbo_deliv_to_customer_amount", "fbo_direct_flow_trans_max_amount"), 0),
    "fbs_deliv_to_customer_amount": 50,
}


class PricesCase(OrdersSimulatorCase):
    """Ten linked offers that cost 1,000 in the simulated cabinet, by the pricelist, and 500 to buy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.write({"standard_price": 500})
        cls.pricelist = cls._make_pricelist(1000)

    def setUp(self):
        super().setUp()
        self._change_there(*self.products, price="1000", commissions=FEES)
        self.account.write({"price_pricelist_id": self.pricelist.id, "price_active": True})
        self.env["marketplace.job"].search([]).unlink()
        self._check()
        self.row = self._rows()[0]

    @classmethod
    def _make_pricelist(cls, price, currency=None, **values):
        pricelist = cls.env["product.pricelist"].create(
            {
                "name": f"Прайс {price}",
                "currency_id": (currency or cls.env.ref("base.RUB")).id,
                "company_id": cls.company.id,
                **values,
            }
        )
        cls._set_price(pricelist, price)
        return pricelist

    @classmethod
    def _set_price(cls, pricelist, price):
        pricelist.item_ids = [
            Command.clear(),
            Command.create({"applied_on": "3_global", "compute_price": "fixed", "fixed_price": price}),
        ]

    def _compute(self):
        self.env.invalidate_all()
        return self.env["marketplace.price.engine"]._compute_account(self.account)

    def _rows(self):
        return self.env["marketplace.price"].search([("account_id", "=", self.account.id)])

    # === THE CABINET === #
    def _change_there(self, *products, **values):
        """The seller, or the marketplace, changes prices in the cabinet."""
        rows = [{"offer_id": product.default_code, **values} for product in products]
        self.simulator.control("POST", "ozon/prices", {"prices": rows})

    def _get_there(self):
        rows = self.simulator.control("GET", "ozon/prices")["prices"]
        return {row["offer_id"]: row for row in rows}

    def _get_told(self):
        """[[row of the request]] of all calls so far."""
        requests = self.simulator.control("GET", f"requests?path={WRITE}")["requests"]
        return [request["body"]["prices"] for request in requests]

    # === THE ENGINE === #
    def _push(self, rounds=4):
        self._enqueue("price_push")
        self._run_jobs("stock", rounds=rounds)

    def _check(self):
        self._enqueue("price_check")
        self._run_jobs("stock", rounds=4)

    def _batches_of(self, size):
        """The marketplace takes so few prices in one call."""
        patcher = patch.dict(OzonAdapter.info.limits, {"price_set": size})
        patcher.start()
        self.addCleanup(patcher.stop)

    def _age(self, rows=None):
        """The marketplace has had time to show what it accepted."""
        (rows or self._rows()).sent_at = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
