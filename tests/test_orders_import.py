from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestOrdersImport(OrdersCase):
    # --- the happy path -----------------------------------------------------------------------------------------
    def test_posting_becomes_a_confirmed_and_reserved_order(self):
        order = self._import(
            make_order([make_line(self.offers[0], 2, "150.50"), make_line(self.offers[1], 1, "99.99")])
        )
        sale = order.sale_order_id
        self.assertEqual((order.state, order.problem, order.problem_kind), ("done", False, False))
        self.assertEqual((sale.state, sale.amount_total, sale.company_id), ("sale", 400.99, self.company))
        self.assertEqual(sale.order_line.product_id, self.products[:2])
        self.assertEqual(sale.order_line.mapped("product_uom_qty"), [2, 1])
        self.assertEqual(sale.picking_ids.state, "assigned")
        self.assertEqual(order.line_ids.sale_line_id, sale.order_line)
        self.assertEqual(sale.marketplace_number, order.number)
        self.assertEqual(sale.picking_ids.marketplace_order_id, order)

    def test_raw_posting_is_kept_as_it_came(self):
        raw = {"posting_number": "77-0001-1", "products": [{"price": "10.00", "odd": None}]}
        order = self._store(make_order([make_line(self.offers[0])], number="77-0001-1", raw=raw))
        self.assertEqual((order.state, order.raw), ("received", raw))

    # --- settings of the account --------------------------------------------------------------------------------
    def test_order_takes_the_settings_of_the_account(self):
        account = self.account
        plan = self.env["account.analytic.plan"].create({"name": "Каналы"})
        account.write(
            {
                "source_id": self.env["utm.source"].create({"name": "Ozon"}).id,
                "team_id": self.env["crm.team"].create({"name": "Маркетплейсы", "company_id": self.company.id}).id,
                "user_id": self.env.ref("base.user_admin").id,
                "tag_ids": [Command.create({"name": "Ozon FBS"})],
                "payment_term_id": self.env["account.payment.term"].create({"name": "Ozon, 14 дней"}).id,
                "analytic_account_id": self.env["account.analytic.account"]
                .create({"name": "Ozon", "plan_id": plan.id, "company_id": self.company.id})
                .id,
                "carrier_id": self._make_carrier().id,
            }
        )
        sale = self._import(make_order([make_line(self.offers[0])])).sale_order_id
        for field in ("source_id", "team_id", "user_id", "tag_ids", "payment_term_id", "carrier_id"):
            self.assertEqual(sale[field], account[field], field)
        self.assertEqual(sale.order_line.analytic_distribution, {str(account.analytic_account_id.id): 100.0})
        self.assertEqual(sale.picking_ids.carrier_id, account.carrier_id)

    def _make_carrier(self):
        product = self.env["product.product"].create({"name": "Доставка Ozon", "type": "service"})
        return self.env["delivery.carrier"].create({"name": "Ozon", "product_id": product.id, "fixed_price": 100})

    def test_carrier_adds_no_line_to_the_order(self):
        self.account.carrier_id = self._make_carrier()
        sale = self._import(make_order([make_line(self.offers[0], 1, "10.00")])).sale_order_id
        self.assertEqual((len(sale.order_line), sale.amount_total), (1, 10.0))

    def test_number_of_the_posting_goes_where_the_account_says(self):
        for policy, reference, contact in (
            ("reference", True, False),
            ("customer", False, True),
            ("both", True, True),
        ):
            with self.subTest(policy):
                self.account.number_policy = policy
                order = self._import(make_order([make_line(self.offers[0])]))
                sale = order.sale_order_id
                self.assertEqual(sale.client_order_ref, order.number if reference else False)
                self.assertEqual(sale.partner_id, self.account.partner_id)
                self.assertEqual(sale.partner_invoice_id, self.account.partner_id)
                self.assertEqual(sale.partner_shipping_id.name == order.number, contact)
                self.assertEqual(sale.partner_shipping_id.commercial_partner_id, self.account.partner_id)

    def test_order_date_is_the_buyers_or_the_imports(self):
        ordered_at = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
        self.account.start_date = False
        for policy in ("ordered", "imported"):
            with self.subTest(policy):
                self.account.date_policy = policy
                before = fields.Datetime.now()
                sale = self._import(make_order([make_line(self.offers[0])], ordered_at=ordered_at)).sale_order_id
                self.assertEqual(sale.state, "sale")
                if policy == "ordered":
                    self.assertEqual(sale.date_order, ordered_at.replace(tzinfo=None))
                else:
                    self.assertGreaterEqual(sale.date_order, before)

    def test_posting_without_a_time_gets_the_imports_date(self):
        before = fields.Datetime.now()
        sale = self._import(make_order([make_line(self.offers[0])], ordered_at=None)).sale_order_id
        self.assertGreaterEqual(sale.date_order, before)

    def test_ship_by_is_the_promised_date(self):
        ship_by = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=2)
        sale = self._import(make_order([make_line(self.offers[0])], ship_by=ship_by)).sale_order_id
        self.assertEqual(sale.commitment_date, ship_by.replace(tzinfo=None))
        self.assertEqual(sale.marketplace_ship_by, ship_by.replace(tzinfo=None))

    def test_warehouse_follows_the_warehouse_of_the_cabinet(self):
        second = self.env["stock.warehouse"].create({"name": "Второй", "code": "WH2", "company_id": self.company.id})
        self.env["marketplace.warehouse"].create(
            [
                {"account_id": self.account.id, "name": "Софьино", "external_id": "11", "warehouse_id": second.id},
                {"account_id": self.account.id, "name": "Ногинск", "external_id": "12"},
            ]
        )
        linked, unlinked, unknown = self._import(
            *(make_order([make_line(self.offers[0])], warehouse_external_id=number) for number in ("11", "12", "13"))
        )
        self.assertEqual(linked.sale_order_id.warehouse_id, second)
        self.assertEqual(linked.picking_ids.picking_type_id.warehouse_id, second)
        self.assertEqual(unlinked.sale_order_id.warehouse_id, self.warehouse)
        self.assertEqual(unknown.sale_order_id.warehouse_id, self.warehouse)

    def test_without_automatic_confirmation_orders_stay_quotations(self):
        self.account.auto_confirm = False
        order = self._import(make_order([make_line(self.offers[0], 3, "33.33")]))
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "draft"))
        self.assertEqual(order.sale_order_id.amount_total, 99.99)
        self.assertFalse(order.picking_ids)
        order.sale_order_id.action_confirm()
        self.assertEqual((order.picking_ids.state, order.sale_order_id.amount_total), ("assigned", 99.99))

    # --- customers ----------------------------------------------------------------------------------------------
    def _buy_as(self, external_id, name, **values):
        buyer = dto.Buyer(external_id=external_id, name=name, phone="+79990000000")
        return make_order([make_line(self.offers[0])], scheme="rfbs", buyer=buyer, **values)

    def test_buyers_are_found_by_their_id_and_never_by_name(self):
        stranger = self.env["res.partner"].create({"name": "Иван Петров"})
        self.account.customer_policy = "buyer"
        first, again, other = self._import(
            self._buy_as("501", "Иван Петров"), self._buy_as("501", "И. Петров"), self._buy_as("502", "Иван Петров")
        )
        partners = [order.sale_order_id.partner_id for order in (first, again, other)]
        self.assertEqual(partners[0], partners[1])
        self.assertEqual(len({stranger, *partners}), 3)
        self.assertEqual(partners[0].company_id, self.company)
        later = self._import(self._buy_as("501", "Иван Петров"))
        self.assertEqual(later.sale_order_id.partner_id, partners[0])

    def test_posting_without_a_buyer_goes_to_the_marketplace(self):
        self.account.customer_policy = "buyer"
        order = self._import(make_order([make_line(self.offers[0])]))
        self.assertEqual(order.sale_order_id.partner_id, self.account.partner_id)

    def test_one_customer_for_all_is_the_default(self):
        order = self._import(self._buy_as("501", "Иван Петров"))
        self.assertEqual(order.sale_order_id.partner_id, self.account.partner_id)
        self.assertEqual(order.buyer_name, "Иван Петров")

    # --- prices come from the posting ---------------------------------------------------------------------------
    def test_pricelists_do_not_touch_the_price(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Опт",
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 50, "min_quantity": 5})],
            }
        )
        self.account.partner_id.property_product_pricelist = pricelist
        sale = self._import(make_order([make_line(self.offers[0], 6, "30.95")])).sale_order_id
        line = sale.order_line
        self.assertEqual((line.price_unit, line.discount, sale.amount_total), (30.95, 0.0, 185.70))
        line.product_uom_qty = 7
        self.assertEqual((line.price_unit, line.discount), (30.95, 0.0))

    # --- stock --------------------------------------------------------------------------------------------------
    def test_more_than_the_stock_is_ordered_but_not_reserved(self):
        order = self._import(
            make_order([make_line(self.offers[0], 1001, "1.00"), make_line(self.offers[1], 1, "1.00")])
        )
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"))
        moves = order.picking_ids.move_ids.sorted("id")
        self.assertEqual(moves.mapped("state"), ["partially_available", "assigned"])
        self.assertEqual(moves[0].quantity, 1000)

    def test_product_without_stock_waits(self):
        product = self.env["product.product"].create({"name": "Пусто", "default_code": "EMPTY", "is_storable": True})
        product.taxes_id = self.taxes[22]
        order = self._import(make_order([make_line(self._make_offers(product), 1, "5.00")]))
        self.assertEqual((order.state, order.picking_ids.state), ("done", "confirmed"))

    def test_last_units_go_to_one_order_only(self):
        orders = self._import(*(make_order([make_line(self.offers[2], 600, "1.00")]) for _number in range(2)))
        self.assertEqual(sum(orders.picking_ids.move_ids.mapped("quantity")), 1000)

    # --- never twice --------------------------------------------------------------------------------------------
    def test_same_posting_again_and_again_is_one_order(self):
        posting = make_order([make_line(self.offers[0])])
        order = self._import(posting)
        for _time in range(4):
            self.assertEqual(self._import(posting), order)
        self.assertEqual(self.env["sale.order"].search_count([("origin", "=", posting.number)]), 1)

    def test_same_posting_twice_in_one_page_is_stored_once_as_the_newer(self):
        posting = make_order([make_line(self.offers[0])])
        newer = self._later(posting, status="assembled", raw_status="awaiting_deliver")
        for page in ([posting, newer], [newer, posting]):
            with self.subTest(page[0].status), self.env.cr.savepoint() as savepoint:
                self.env["marketplace.order.store"]._store(self.account, page)
                found = self.env["marketplace.order"].search([("number", "=", posting.number)])
                self.assertEqual(found.mapped("status"), ["assembled"])
                savepoint.rollback()

    def test_same_number_in_two_cabinets_is_two_orders(self):
        other = self._make_account(client_id="2042", name="Ozon Два")
        posting = make_order([make_line(self.offers[0])])
        offer = self._make_offers(self.products[0], account=other)
        first = self._import(posting)
        second = self._import(make_order([make_line(offer)], number=posting.number), account=other)
        self.assertNotEqual(first.sale_order_id, second.sale_order_id)

    def test_both_methods_of_the_marketplace_say_the_same(self):
        """Amounts come with two digits from one method and with four from the other."""
        posting = make_order([make_line(self.offers[0], 1, "1530.00")], total=Decimal("1530.00"))
        self._import(posting)
        other = self._later(
            posting, lines=(make_line(self.offers[0], 1, "1530.0000"),), total=Decimal("1530.0000"), raw={"v": 3}
        )
        changed, _busy = self.env["marketplace.order.store"]._store(self.account, [other])
        self.assertFalse(changed)

    def test_one_cabinet_cannot_be_connected_twice(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self._make_account(name="Again")
        self.assertIn("_client_uniq", str(caught.exception))

    def _later(self, posting, **changes):
        values = {name: getattr(posting, name) for name in posting.__dataclass_fields__}
        later = posting.observed_at + timedelta(minutes=1)
        return dto.Order(**{**values, "observed_at": later, **changes})

    # --- one bad posting ----------------------------------------------------------------------------------------
    def test_one_that_cannot_be_made_never_blocks_the_others(self):
        product = self.env["product.product"].create({"name": "Чужой", "default_code": "ALIEN", "is_storable": True})
        offer = self._make_offers(product)
        product.company_id = self.env["res.company"].create({"name": "Другая"})
        postings = [make_order([make_line(self.offers[index])]) for index in range(4)]
        postings.insert(2, make_order([make_line(offer)]))
        with mute_logger("odoo.addons.sale_marketplace.services.marketplace_order_processor"):
            orders = self._import(*postings)
        self.assertEqual(orders.mapped("state"), ["done", "done", "problem", "done", "done"])
        self.assertEqual(orders[2].problem_kind, "other")
        self.assertIn("Чужой", orders[2].problem)
        self.assertFalse(orders[2].sale_order_id)
        self.assertEqual(len(orders.sale_order_id), 4)
        product.company_id = False
        orders[2].action_retry()
        self._go_on(orders)
        self.assertEqual(orders[2].state, "done")
        self.assertEqual(len(orders.sale_order_id), 5)

    def test_program_error_on_one_posting_is_told_and_logged(self):
        # A database error, as a customized database may raise: here from a unique index on the reference.
        self.env.cr.execute("CREATE UNIQUE INDEX test_ref_uniq ON sale_order (client_order_ref) WHERE origin LIKE 'X%'")
        twice = [make_order([make_line(self.offers[0])], number=f"X{index}") for index in range(3)]
        orders = self._store(*twice)
        blocker = self.env["sale.order"].create({"partner_id": self.account.partner_id.id})
        blocker.write({"client_order_ref": "X1", "origin": "X1"})
        with mute_logger("odoo.sql_db", "odoo.addons.sale_marketplace.services.marketplace_order_processor"):
            self._go_on(orders)
        self.assertEqual(orders.mapped("state"), ["done", "problem", "done"])
        self.assertIn("test_ref_uniq", orders[1].problem)

    def test_postings_are_not_deleted(self):
        order = self._import(make_order([make_line(self.offers[0])]))
        with self.assertRaisesRegex(UserError, "not deleted"):
            order.unlink()

    def test_retry_of_a_finished_posting_is_refused(self):
        order = self._import(make_order([make_line(self.offers[0])]))
        with self.assertRaisesRegex(UserError, "Nothing to try again"):
            order.action_retry()
