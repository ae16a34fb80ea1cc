from odoo import Command, fields

from odoo.addons.sale_marketplace.marketplaces.base import limiter

from .common import SimulatorMarketplaceCase

STANDARD_ID, STANDARD_TOKEN = "5046", "5046AAAA-0000-4000-8000-00000000A001"
DBS_ID, DBS_TOKEN = "175000", "17500000-0000-4000-8000-00000000D001"
TOKENS = {"fbs": (STANDARD_ID, STANDARD_TOKEN), "rfbs": (DBS_ID, DBS_TOKEN)}


class MegamarketCase(SimulatorMarketplaceCase):
    """A shop of MegaMarket that sells the company's products, in the scheme of the class."""

    scheme = "rfbs"

    @classmethod
    def _make_account(cls, **values):
        merchant_id, token = TOKENS[values.get("scheme", cls.scheme)]
        return super()._make_account(
            **{
                "name": f"МегаМаркет {merchant_id}",
                "marketplace": "megamarket",
                "client_id": merchant_id,
                "api_key": token,
                "scheme": cls.scheme,
                **values,
            }
        )

    @classmethod
    def _connect_simulator(cls):
        cls.account.base_url = cls.simulator.megamarket_url

    @classmethod
    def _fill_cabinet(cls):
        products = [
            {"offer_id": product.default_code, "name": product.name, "price": "124", "vat": "0.22", "stock": 1000}
            for product in cls.products
        ]
        cls._control("products", {"account": cls.account.client_id, "products": products})

    @classmethod
    def _control(cls, path, body=None, method="POST"):
        return cls.simulator.control(method, f"megamarket/{path}", *([] if body is None else [body]))

    def setUp(self):
        super().setUp()
        # Limits live in the process: what one test was told to wait, the next one would wait, too.
        limiter._shared.clear()
        self.simulator.control("POST", "reset", {})
        self._set(pending_delay=0)
        self._fill_cabinet()
        self.account._get_schedule("statuses").read_until = fields.Datetime.subtract(fields.Datetime.now(), minutes=5)
        self.env["marketplace.job"]._enqueue("account_check", self.account)
        self.env["marketplace.job"]._enqueue("warehouses_poll", self.account)
        self.env["marketplace.job"]._enqueue("cancel_reasons_poll", self.account)
        self._run_jobs()

    def _set(self, **options):
        self._control("options", options)

    def _fail(self, path, kind, **values):
        self.simulator.control("POST", "faults", {"path": f"/megamarket{path}", "kind": kind, **values})

    def _buy(self, *lines, **values):
        """Each line is (product or article, quantity[, {price, discounts, tax_rate, mark}]). Returns the number."""
        posting = {
            "lines": [
                {
                    "offer_id": item if isinstance(item, str) else item.default_code,
                    "quantity": quantity,
                    **(rest[0] if rest else {}),
                }
                for item, quantity, *rest in lines
            ],
            "announce": False,
            **values,
        }
        return self._control("postings", {"account": self.account.client_id, "postings": [posting]})["numbers"][0]

    def _receive(self, *lines, **values):
        """A buyer orders, the engine loads: an order."""
        number = self._buy(*lines, **values)
        self._poll()
        order = self._find(number)
        self.assertEqual(order.state, "done", order.problem)
        return order

    def _message(self, number, kind="new", **values):
        """What the marketplace would send; nobody receives it."""
        return self._control(f"postings/{number}/announce", {"kind": kind, "times": 0, **values})["message"]

    def _cancel_there(self, number, *items):
        """The buyer cancels lots, or everything; nobody is told."""
        body = {"announce": False, **({"items": list(items)} if items else {})}
        self._control(f"postings/{number}/cancel", body)

    def _find_reason(self, external_id):
        return self.account.cancel_reason_ids.filtered(lambda reason: reason.external_id == external_id)

    def _there(self, order):
        return self._control(f"postings/{order.number}", method="GET")

    def _statuses_there(self, order):
        """{lot number: status}"""
        return {str(lot["index"]): lot["status"] for lot in self._there(order)["lots"]}

    def _refuse(self, order, position, quantity):
        """We do not have some pieces: told there, with a reason."""
        wizard = (
            self.env["marketplace.order.cancel"]
            .with_context(default_order_ids=[Command.set(order.ids)])
            .create({"kind": "out_of_stock", "by_position": True})
        )
        wizard.line_ids[position].quantity = quantity
        wizard.action_cancel()

    def _validate(self, picking):
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self._run_jobs()
