from ast import literal_eval

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import WRITE_KEY
from .roles_case import ADMINISTRATOR, NOBODY, ROLES, STOCK_MANAGER, USER, RolesCase
from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestRolesAtWork(RolesCase, ShippingCase):
    """Every button that a role is shown does its work for that role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (*ROLES, NOBODY)}

    def test_packer_from_the_list_to_the_label(self):
        order = self._as(USER, self._receive((self.products[0], 1)))
        order.action_refresh()
        order.action_ship()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.label_state), ("shipped", "ready"))
        self.assertTrue(order.action_print_labels()["url"])
        self.assertTrue(order.action_print_own_labels())
        order.action_request_labels()
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")
        for action in ("action_view_sale_order", "action_view_pickings", "action_view_exchanges", "action_view_jobs"):
            self.assertTrue(getattr(order, action)())

    def test_packer_from_the_delivery(self):
        order = self._receive((self.products[0], 1))
        picking = self._as(USER, order.picking_ids)
        picking.marketplace_cargo_places = 2
        picking.action_marketplace_cargo_places()
        picking.button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertTrue(picking.action_marketplace_print_labels()["url"])
        self.assertTrue(picking.action_view_marketplace_order())

    def test_packer_tries_again(self):
        number = self._buy((self.products[0], 1, "0"))
        self._poll()
        order = self._as(USER, self._find(number))
        self.assertEqual(order.state, "problem")
        self.account.allow_zero_price = True
        order.action_retry()
        self._run_jobs()
        self.assertEqual(order.state, "done")

    def test_packer_loads_postings(self):
        number = self._buy((self.products[0], 1))
        dialog = self._as(USER, self.env["marketplace.order.fetch"]).create(
            {"account_id": self.account.id, "kind": "numbers", "numbers": number}
        )
        dialog.action_start()
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")
        self.assertEqual(dialog.line_ids.number, number, "The engine writes the lines, and the packer sees them")
        self.assertEqual(dialog.state, "done")

    def test_stock_manager_links_products(self):
        self.products[0].default_code, self.products[0].barcode = "OTHER", False
        number = self._buy(("T-001", 1))
        self._poll()
        order = self._as(STOCK_MANAGER, self._find(number))
        self.assertEqual(order.state, "mapping")
        offers = order.env["marketplace.offer"].search(order.action_open_mapping()["domain"])
        self.assertEqual(offers.article, "T-001")
        self.assertEqual(offers.waiting_order_count, 1)
        offers.action_match()
        offers.action_ignore()
        offers.action_stop_ignoring()
        self.assertTrue(offers.action_view_waiting_orders())
        offers.product_id = self.products[0]
        self._run_jobs()
        self.assertEqual(order.state, "done")

    def test_packer_may_not_link_products(self):
        offer = self._as(USER, self._make_offers(self.products[:1]))
        with self.assertRaises(AccessError):
            offer.product_id = self.products[1]

    def test_administrator_manages_accounts(self):
        account = self._as(ADMINISTRATOR, self.account)
        account.action_pause()
        account.action_resume()
        account.action_renew_webhook()
        self.assertTrue(account.action_connect())
        account.schedule_ids.filtered(lambda row: row.task == "check").action_run_now()
        self._run_jobs("catalogue")
        self.assertEqual(account.cabinet_name, "Ромашка")

    def test_administrator_retries_jobs_and_events(self):
        self.env["marketplace.job"]._enqueue("account_check", self.account)
        job = self._as(ADMINISTRATOR, self.env["marketplace.job"].search([("operation", "=", "account_check")]))
        job.action_cancel()
        job.action_retry()
        self._run_jobs("catalogue")
        self.assertEqual(job.state, "done")
        event = self.env["marketplace.event"].create(
            {"account_id": self.account.id, "key": "k", "kind": "order_new", "number": self._buy((self.products[0], 1))}
        )
        self._as(ADMINISTRATOR, event).action_retry()
        self._run_jobs()
        self.assertEqual(self._find(event.number).state, "done")

    def test_overview_for_every_role(self):
        self._receive((self.products[0], 1))
        for group in ROLES:
            account = self._as(group, self.account)
            account.invalidate_recordset()
            self.assertEqual(account.to_assemble_count, 1)
            action = account.with_context(tile="to_assemble_count").action_open_orders()
            self.assertEqual(account.env["marketplace.order"].search_count(action["domain"]), 1)

    def test_forms_and_lists_open_for_every_role(self):
        """Menus lead each role only to views whose data it may read."""
        self._show_everything()
        for group in ROLES:
            env = self._as(group, self.env["ir.ui.menu"]).env
            opened = 0
            for menu_id in env["ir.ui.menu"]._visible_menu_ids():
                menu = env["ir.ui.menu"].sudo().browse(menu_id)
                action = menu.action
                if not action or not menu.get_external_id()[menu.id].startswith("sale_marketplace."):
                    continue
                opened += 1
                with self.subTest(group=group, menu=menu.complete_name):
                    self._open_action(action, env)
            self.assertGreater(opened, 3)

    def _show_everything(self):
        """Something on each page."""
        self.env["marketplace.warehouse"].create({"account_id": self.account.id, "name": "W", "external_id": "1"})
        for scheme in ("fbs", "rfbs"):
            order, held = (self._ship((self.products[0], 1), scheme=scheme) for _time in range(2))
            self._cancel_there(held)
            self.simulator.control("POST", f"ozon/postings/{order.number}/status", {"status": "delivering"})
            self.simulator.control("POST", "ozon/returns", {"number": order.number})
        self.simulator.control("POST", f"ozon/postings/{order.number}/cancel_request", {})
        self._buy((self.products[0], 1), scheme="fbo", status="delivering")
        polls = "statuses_poll", "fbo_poll", "returns_poll", "own_returns_poll", "cancel_requests_poll", "completeness"
        for operation in (*polls, "cancel_reasons_poll"):
            self.env["marketplace.job"]._enqueue(operation, self.account)
        self._run_jobs()
        self._receive((self.products[0], 1))
        for name in ("return", "cancel.request", "cancel.reason", "completeness"):
            self.assertTrue(self.env[f"marketplace.{name}"].search([("account_id", "=", self.account.id)]), name)

    def _open_action(self, action, env):
        """Every view of a menu's action, read as the web client does."""
        if action._name == "ir.actions.client":
            self.assertEqual(action.tag, "marketplace_packing_board")
            self.assertTrue(env["marketplace.packing.board"].get_board({})["rows"])
            return
        model = env[action.res_model]
        if model.is_transient():
            model.default_get(list(self._get_spec(model, "form")))
            return
        model.get_view(action.search_view_id.id, "search")
        for view_id, kind in action.views:
            if kind in ("list", "form", "kanban"):
                spec = self._get_spec(model, kind, view_id)
                model.web_search_read(literal_eval(action.domain or "[]"), spec, limit=5)
            else:
                model.get_view(view_id, kind)

    def test_exchanges_hold_no_key(self):
        self.env["marketplace.job"]._enqueue("account_check", self.account)
        self._ship((self.products[0], 1))
        exchanges = self.env["marketplace.exchange"].search([("account_id", "=", self.account.id)])
        self.assertGreater(len(exchanges), 5)
        for exchange in exchanges:
            text = f"{exchange.request}{exchange.response}{exchange.error}{exchange.endpoint}"
            self.assertNotIn(WRITE_KEY, text)
            self.assertNotIn("Api-Key", text)
        jobs = self.env["marketplace.job"].search([])
        self.assertNotIn(WRITE_KEY, str(jobs.read()))
