from contextlib import contextmanager

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WRITE_KEY
from .roles_case import ADMINISTRATOR, STOCK_MANAGER, USER, RolesCase
from .shipping_case import ShippingCase
from .simulator_process import SimulatorProcess

BUYER = {
    "customer_id": 55,
    "name": "Пётр Покупатель",
    "phone": "+74950001122",
    "address": {"address_tail": "ул. Ленина, д. 1", "city": "Москва", "region": "Москва", "zip_code": "101000"},
}


@tagged("post_install", "-at_install")
class TestTwoCompanies(RolesCase, ShippingCase):
    """One company with two cabinets, another one with a third; the cabinets number postings and returns alike."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = [(cls.company, cls.warehouse, cls.account, cls.simulator)]
        cls._add_place(2042, cls.company, cls.warehouse)
        first = cls.company
        cls.company = cls._make_company(cls.env, "ООО «Другая»")
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        tax = cls._make_tax(22)
        # Beside the first company's taxes; the chart's own one goes.
        cls.products.write({"taxes_id": [Command.unlink(cls.company.account_sale_tax_id.id), Command.link(tax.id)]})
        for product in cls.products:
            cls.env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 1000)
        cls._add_place(3042, cls.company, warehouse)
        cls.companies, cls.company = first | cls.company, first
        cls.env.user.company_ids |= cls.companies
        cls.packers = [cls._make_user(USER, company) for company in cls.companies]
        cls.both = new_test_user(
            cls.env,
            "of_both",
            f"{STOCK_MANAGER},{ADMINISTRATOR}",
            company_id=first.id,
            company_ids=[Command.set(cls.companies.ids)],
        )

    @classmethod
    def _add_place(cls, client_id, company, warehouse):
        simulator = SimulatorProcess(**cls.simulator_options, client_id=client_id)
        simulator.start()
        cls.addClassCleanup(simulator.stop)
        account = cls._make_account(
            name=f"Ozon {client_id}",
            client_id=str(client_id),
            api_key=WRITE_KEY,
            base_url=simulator.ozon_url,
            company_id=company.id,
            warehouse_id=warehouse.id,
        )
        cls.places.append((company, warehouse, account, simulator))

    def setUp(self):
        super().setUp()
        for account in self._each(self.places[1:]):
            self.simulator.control("POST", "reset", {"ship_delay": 0, "label_delay": 0})
            self.simulator.control("POST", "clock", {"advance": -5})
            account._get_schedule("statuses").read_until = fields.Datetime.subtract(fields.Datetime.now(), minutes=5)
            self._set(label_task_delay=0)
            self._fill_cabinet()

    def _each(self, places=None):
        """The account of each place, with the helpers of this class turned to it."""
        for place in places or self.places:
            with self._turn(place):
                yield place[2]

    @contextmanager
    def _turn(self, place):
        cls = type(self)
        before = (cls.company, cls.warehouse, cls.account, cls.simulator)
        cls.company, cls.warehouse, cls.account, cls.simulator = place
        try:
            yield
        finally:
            cls.company, cls.warehouse, cls.account, cls.simulator = before

    def _count(self, location):
        return self.env["stock.quant"]._get_available_quantity(self.products[0], location, allow_negative=True)

    def _worker(self, records):
        """The records as the packer of the company sees them."""
        packer = self.packers[list(self.companies).index(self.company)]
        return records.with_user(packer).with_context(allowed_company_ids=packer.company_ids.ids)

    def _sell_everywhere(self):
        """The same three postings in each cabinet, loaded: {account: (fbs, rfbs, fbo)}."""
        product, numbers, sold = self.products[0], [], {}
        for account in self._each():
            numbers.append(
                (
                    self._buy((product, 2)),
                    self._buy((product, 1), scheme="rfbs", customer=BUYER),
                    self._buy((product, 3), scheme="fbo", status="delivering"),
                )
            )
            for operation in ("orders_poll", "fbo_poll", "cancel_reasons_poll"):
                self.env["marketplace.job"]._enqueue(operation, account)
        self.assertEqual(len(set(numbers)), 1, "The cabinets number alike")
        self._run_jobs()
        for account in self._each():
            orders = [self._find(number) for number in numbers[0]]
            self.assertEqual([order.state for order in orders], ["done"] * 3, [order.problem for order in orders])
            sold[account] = orders
        return sold

    # --- the four flows -----------------------------------------------------------------------------------------
    def test_assembled_and_labelled(self):
        sold = self._sell_everywhere()
        for account in self._each():
            self._worker(sold[account][0]).action_ship()
        self._run_jobs()
        for account in self._each():
            fbs = sold[account][0]
            self.assertEqual((fbs.ship_state, fbs.label_state), ("shipped", "ready"))
            self.assertEqual(len(self._there(fbs)["ship_calls"]), 1)
            self.assertEqual(fbs.label_id.company_id, account.company_id)
            self.assertTrue(self._worker(fbs).action_print_labels()["url"])
            self.assertEqual(fbs.picking_ids.state, "done")
        # Of both schemes: what is assembled has left, what waits is reserved.
        self.assertEqual([self._count(place[1].lot_stock_id) for place in self.places], [994, 994, 997])

    def test_fbo(self):
        sold = self._sell_everywhere()
        locations = self.env["stock.location"]
        for account in self._each():
            fbo = sold[account][2]
            self.assertEqual(fbo.picking_ids.state, "done")
            self.assertEqual(fbo.picking_ids.location_id, account.fbo_location_id)
            self.assertEqual(account.fbo_location_id.company_id, account.company_id)
            self.assertEqual(self._count(account.fbo_location_id), -3)
            locations |= account.fbo_location_id
        self.assertEqual(len(locations), 3)

    def test_cancelled_and_goods_back(self):
        sold = self._sell_everywhere()
        for account in self._each():
            self._worker(sold[account][0]).action_ship()
        self._run_jobs()
        second = sold[self.places[1][2]][0]
        with self._turn(self.places[1]):
            self._cancel_there(second)
        for account in self._each():
            self.env["marketplace.job"]._enqueue("statuses_poll", account)
        self._run_jobs()
        held = self.env["marketplace.order"].search([("cancel_state", "=", "hold")])
        self.assertEqual(held & self._get_all(sold), second, "Its namesakes are alive")
        with self._turn(self.places[1]):
            self._worker(second).action_goods_back()
        self.assertEqual(second.sale_order_id.state, "cancel")
        self.assertEqual([self._count(place[1].lot_stock_id) for place in self.places], [996, 996, 997])
        for order in self._get_all(sold) - second:
            self.assertEqual(order.sale_order_id.state, "sale")

    def test_returned(self):
        sold = self._sell_everywhere()
        for account in self._each():
            fbs = sold[account][0]
            self._worker(fbs).action_ship()
            self._run_jobs()
            self.simulator.control("POST", f"ozon/postings/{fbs.number}/status", {"status": "delivering"})
            spec = {"number": fbs.number, "stage": "ArrivedAtReturnPlace", "quantity": 1}
            self.simulator.control("POST", "ozon/returns", spec)
            for operation in ("statuses_poll", "returns_poll"):
                self.env["marketplace.job"]._enqueue(operation, account)
        self._run_jobs()
        returns = self.env["marketplace.return"].search([("account_id", "in", [place[2].id for place in self.places])])
        self.assertEqual(len(returns), 3)
        self.assertEqual(len(set(returns.mapped("external_id"))), 1, "The cabinets number alike")
        for account in self._each():
            item = returns.filtered(lambda row, account=account: row.account_id == account)
            self.assertEqual(item.order_id, sold[account][0])
        # Only the other company's arrives.
        item = returns.filtered(lambda row: row.company_id == self.companies[1])
        with self._turn(self.places[2]):
            dialog = self._worker(self.env["marketplace.return.receive"]).create({"return_ids": item.ids})
            dialog.action_receive()
        self.assertEqual(item.state, "received")
        self.assertEqual(set((returns - item).mapped("state")), {"open"})
        self.assertEqual([self._count(place[1].lot_stock_id) for place in self.places], [994, 994, 998])

    # --- whose is what ------------------------------------------------------------------------------------------
    def test_buyers_with_the_same_number_are_two_people(self):
        sold = self._sell_everywhere()
        contacts = self.env["res.partner"]
        for account in self._each():
            contact = sold[account][1].sale_order_id.partner_shipping_id
            self.assertEqual((contact.name, contact.city), (BUYER["name"], "Москва"))
            self.assertEqual(contact.company_id, account.company_id)
            contacts |= contact
        self.assertEqual(len(contacts), 3)

    def test_everything_is_its_accounts(self):
        sold = self._sell_everywhere()
        for account in self._each():
            for order in sold[account]:
                sale = order.sale_order_id
                self.assertEqual((order.company_id, sale.company_id), (account.company_id, account.company_id))
                self.assertEqual(order.picking_ids.company_id, account.company_id)
                self.assertEqual(order.line_ids.offer_id.account_id, account)
                self.assertLessEqual(sale.order_line.tax_ids.company_id, account.company_id)
                for job in self._jobs(order, "order_process"):
                    self.assertEqual(job.account_id, account)
            reasons = self.env["marketplace.cancel.reason"].search([("account_id", "=", account.id)])
            self.assertTrue(reasons)
            self.assertEqual(reasons.company_id, account.company_id)
        for name in self._get_models():
            records = self.env[name].search([])
            if "account_id" in records._fields:
                for record in records:
                    self.assertEqual(record.company_id, record.account_id.company_id, name)

    def test_who_sees_what(self):
        sold = self._sell_everywhere()
        for account in self._each():
            self._worker(sold[account][0]).action_ship()
        self._run_jobs()
        for packer, company in zip(self.packers, self.companies, strict=True):
            env = self.env(user=packer, context={"allowed_company_ids": company.ids}, su=False)
            # The books are not the packers' business.
            for name in filter(lambda name: env[name].has_access("read"), self._get_models()):
                with self.subTest(model=name, company=company.name):
                    self.assertLessEqual(env[name].search([]).company_id, company)
            for name, domain in (
                ("sale.order", [("marketplace_order_id", "!=", False)]),
                ("stock.picking", [("marketplace_account_id", "!=", False)]),
            ):
                found = env[name].search(domain)
                self.assertEqual(found.company_id, company, name)
            for order in self._get_all(sold).filtered(lambda row, company=company: row.company_id != company):
                with self.assertRaises(AccessError):
                    order.with_env(env).action_ship()

    def test_somebody_of_both(self):
        sold = self._sell_everywhere()
        orders = self._get_all(sold).filtered(lambda order: order.scheme == "fbs")
        env = self.env(user=self.both, context={"allowed_company_ids": self.companies.ids}, su=False)
        mine = env["marketplace.order"].search([("id", "in", orders.ids)])
        self.assertEqual(len(mine), 3)
        mine.action_ship()
        self._run_jobs()
        self.assertEqual(set(mine.mapped("label_state")), {"ready"})
        self.assertTrue(mine.action_print_labels()["url"])
        for account in self._each():
            self._cancel_there(sold[account][0])
            self.env["marketplace.job"]._enqueue("statuses_poll", account)
        self._run_jobs()
        mine.action_goods_back()
        self.assertEqual(set(mine.sale_order_id.mapped("state")), {"cancel"})
        self.assertEqual([self._count(place[1].lot_stock_id) for place in self.places], [998, 998, 999])

    def _get_all(self, sold):
        return self.env["marketplace.order"].browse([order.id for orders in sold.values() for order in orders])

    def _get_models(self):
        """Kept models of the addon that belong to companies."""
        return [
            name
            for name, model in self.env.registry.items()
            if name.startswith("marketplace.")
            and not (model._abstract or model._transient)
            and "company_id" in model._fields
        ]
