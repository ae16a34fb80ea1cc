from contextlib import contextmanager

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name

from odoo.addons.sale_marketplace.marketplaces.base import limiter

from .simulator_process import SimulatorProcess

COMPANY = "ООО «Тест»"
CLIENT_ID = "1042"
WRITE_KEY, READ_KEY = "demo-key-1042-write", "demo-key-1042-read"


class MarketplaceCase(TransactionCase):
    """A company in roubles, VAT inside the prices, one warehouse, ten storable products with stock, one account."""

    @classmethod
    def setUpClass(cls):
        cls._prepare_company()
        super().setUpClass()
        cls.env = cls.env["base"].with_context(tracking_disable=True).env
        cls.env.ref("base.RUB").active = True
        cls.company = cls.env["res.company"].search([("name", "=", COMPANY)])
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.env.user.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.taxes = {rate: cls._make_tax(rate) for rate in (22, 10)}
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.products = cls._make_products(10)
        cls.account = cls._make_account()

    @classmethod
    def _prepare_company(cls):
        """With its chart of accounts a company takes two seconds: it is made once per database, and stays there. All
        that a test does to it is undone as everything else is."""
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if not env["res.company"].search_count([("name", "=", COMPANY)]):
                cls._make_company(env, COMPANY)

    @classmethod
    def _make_company(cls, env, name):
        roubles, russia = env.ref("base.RUB"), env.ref("base.ru")
        roubles.active = True
        company = env["res.company"].create({"name": name, "currency_id": roubles.id, "country_id": russia.id})
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
        # The chart brings its own currency and taxes; a Russian company has neither.
        company.write({"currency_id": roubles.id, "account_fiscal_country_id": russia.id})
        return company

    @classmethod
    def _make_tax(cls, rate, price_include=True):
        russia = cls.env.ref("base.ru")
        group = cls.env["account.tax.group"].create(
            {"name": f"НДС {rate}%", "company_id": cls.company.id, "country_id": russia.id}
        )
        return cls.env["account.tax"].create(
            {
                "name": f"НДС {rate}% {'в цене' if price_include else 'сверху'}",
                "amount": rate,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if price_include else "tax_excluded",
                "company_id": cls.company.id,
                "country_id": russia.id,
                "tax_group_id": group.id,
            }
        )

    @classmethod
    def _make_products(cls, count):
        products = cls.env["product.product"].create(
            [
                {
                    "name": f"Товар {number}",
                    "default_code": f"T-{number:03d}",
                    "barcode": f"46000000{number:05d}",
                    "is_storable": True,
                    "list_price": 9999,
                    "taxes_id": [Command.set(cls.taxes[22 if number % 2 else 10].ids)],
                }
                for number in range(1, count + 1)
            ]
        )
        for product in products:
            cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, 1000)
        return products

    @classmethod
    def _make_kit(cls, product, parts):
        """:param parts: {product: pieces in one kit}"""
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "product_qty": 1,
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity}) for part, quantity in parts.items()
                ],
            }
        )

    @classmethod
    def _make_account(cls, **values):
        return cls.env["marketplace.account"].create(
            {
                "name": "Ozon Тест",
                "client_id": CLIENT_ID,
                "api_key": WRITE_KEY,
                "mode": "rehearsal",
                "state": "connected",
                "company_id": cls.company.id,
                "warehouse_id": cls.warehouse.id,
                "start_date": fields.Datetime.subtract(fields.Datetime.now(), days=30),
                **values,
            }
        )

    @classmethod
    def _make_offers(cls, products=None, account=None):
        """Linked listings with SKUs, without asking the marketplace."""
        products = products or cls.products
        return cls.env["marketplace.offer"].create(
            [
                {
                    "account_id": (account or cls.account).id,
                    "article": product.default_code,
                    "sku": str(700000 + product.id),
                    "external_id": str(900000 + product.id),
                    "name": product.name,
                    "product_id": product.id,
                }
                for product in products
            ]
        )

    @classmethod
    def _make_place(cls, **values):
        """A warehouse of the cabinet that shows what lies in the company's stock location."""
        return cls.env["marketplace.warehouse"].create(
            {
                "account_id": cls.account.id,
                "name": "Основной",
                "external_id": "1020005003107121",
                "scheme": "fbs",
                "stock_location_ids": [Command.create({"location_id": cls.warehouse.lot_stock_id.id})],
                "stock_active": True,
                **values,
            }
        )

    def _absorb(self):
        """The end of the transaction, and the first part of the stock lane's scheduled action."""
        self.env.cr.flush()
        return self.env["marketplace.stock.engine"]._absorb()

    def _find_jobs(self, operation, account=None):
        return self.env["marketplace.job"].search(
            [("account_id", "=", (account or self.account).id), ("operation", "=", operation)]
        )

    def _store(self, *postings, account=None):
        """Store DTOs; returns their records in the given order."""
        account = account or self.account
        self.env["marketplace.order.store"]._store(account, list(postings))
        found = self.env["marketplace.order"].search(
            [("account_id", "=", account.id), ("number", "in", [posting.number for posting in postings])]
        )
        by_number = {order.number: order for order in found}
        return found.browse().concat(*(by_number[posting.number] for posting in postings))

    def _import(self, *postings, account=None):
        """Store and process; returns the records."""
        orders = self._store(*postings, account=account)
        self.env["marketplace.order.processor"]._process(orders.filtered(lambda order: order.state == "received"))
        return orders

    def _run_jobs(self, *lanes, rounds=30):
        """Let the engine work as its scheduled actions would, without waiting for the moments that jobs chose."""
        jobs = self.env["marketplace.job"]
        with self.enter_registry_test_mode():
            for _round in range(rounds):
                self.env["marketplace.event.dispatcher"]._absorb()
                waiting = jobs.search([("state", "in", ("pending", "running")), ("account_id.state", "=", "connected")])
                if lanes:
                    waiting = waiting.filtered(lambda job: job.lane in lanes)
                if not waiting:
                    break
                waiting.write({"eta": fields.Datetime.now()})
                self.env.flush_all()
                for lane in sorted(set(waiting.mapped("lane"))):
                    self.env.ref(f"sale_marketplace.ir_cron_lane_{lane}").method_direct_trigger()
                self.env.invalidate_all()


class TwoTransactionsCase(BaseCase):
    """Two workers, each in a real transaction of its own; what they leave has to be removed by the test."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.one, self.two = self._connect(), self._connect()

    def _connect(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})


class TestModeCase:
    """For cases of the web: Odoo keeps them in the registry's test mode all the time, and warns of entering it."""

    @contextmanager
    def enter_registry_test_mode(self):
        self.env.flush_all()
        yield
        self.env.invalidate_all()


class SimulatorMarketplaceCase(MarketplaceCase):
    """The same with a simulated Ozon that sells the company's products, and an engine that really runs."""

    simulator_options = {"products": 0, "postings": 0, "ship_delay": 0, "label_delay": 0, "no_limits": True}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = SimulatorProcess(**cls.simulator_options)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        cls._connect_simulator()
        cls._fill_cabinet()

    @classmethod
    def _connect_simulator(cls):
        cls.account.base_url = cls.simulator.ozon_url
        cls.simulator.control("POST", "ozon/options", {"label_task_delay": 0})

    @classmethod
    def _fill_cabinet(cls):
        cls.simulator.control(
            "POST",
            "ozon/products",
            {
                "products": [
                    {
                        "offer_id": product.default_code,
                        "name": product.name,
                        "barcode": product.barcode,
                        "price": "123.45",
                        "vat": "0.22",
                    }
                    for product in cls.products
                ]
            },
        )

    def _hurry(self):
        """Until the test's end this cabinet may be called as often as one likes; how fast that is, other tests say."""
        endless = limiter.Rate(per_second=10_000, burst=10_000)
        key = f"{self.env.cr.dbname}:{self.account.marketplace}:{self.account.client_id}"
        limiter._shared.pop(key, None)
        limiter.get_shared_limiter(key, {limiter.COMMON: endless})
        self.addCleanup(limiter._shared.pop, key, None)

    def _buy(self, *lines, **values):
        """Buyers order: each line is (product or article, quantity[, price]). Returns the posting's number."""
        posting = {
            "lines": [
                {
                    "offer_id": item if isinstance(item, str) else item.default_code,
                    "quantity": quantity,
                    **({"price": rest[0]} if rest else {}),
                }
                for item, quantity, *rest in lines
            ],
            **values,
        }
        return self.simulator.control("POST", "ozon/postings", {"postings": [posting]})["numbers"][0]

    def _poll(self, operation="orders_poll"):
        self.env["marketplace.job"]._enqueue(operation, self.account)
        self._run_jobs()

    def _find(self, number):
        return self.env["marketplace.order"].search([("account_id", "=", self.account.id), ("number", "=", number)])
