from contextlib import closing

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from .builders import make_line, make_order
from .common import MarketplaceCase
from .equality import Snapshot, differences, get_start, rewound_sequences

NOW = "2025-11-20 10:00:00"


@tagged("post_install", "-at_install")
class TestBatchEquality(MarketplaceCase):
    """The same postings made by our batch and by plain Odoo, one by one: the same records, field by field."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        # Plain Odoo tracks changes; so must the comparison.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.account = cls.account.with_env(cls.env)
        cls.account.start_date = False
        cls.stock = cls.warehouse.lot_stock_id
        cls.shelves = cls.env["stock.location"].create(
            [{"name": f"Полка {number}", "location_id": cls.stock.id} for number in (1, 2)]
        )
        cls.goods = cls.env["product.product"].create(
            [
                {
                    "name": f"Сравнение {number}",
                    "default_code": f"EQ-{number}",
                    "is_storable": True,
                    "list_price": 5,
                    "weight": number / 10,
                    "taxes_id": [Command.set(cls.taxes[22 if number % 2 else 10].ids)],
                }
                for number in range(1, 7)
            ]
        )
        cls.offers = dict(zip(cls.goods, cls._make_offers(cls.goods), strict=True))

    # === HELPERS === #
    def _put(self, product, quantity, location=None, **values):
        """Put goods on a shelf, each call a minute after the one before, so that first in, first out is decided."""
        self.arrivals = getattr(self, "arrivals", 0) + 1
        self.env["stock.quant"]._update_available_quantity(
            product,
            location or self.stock,
            quantity,
            in_date=fields.Datetime.add(fields.Datetime.to_datetime("2025-11-01 00:00:00"), minutes=self.arrivals),
            **values,
        )

    def _postings(self, *baskets, **values):
        """One posting per basket [(product, quantity), …]."""
        return [
            make_order([make_line(self.offers[product], quantity, "99.90") for product, quantity in basket], **values)
            for basket in baskets
        ]

    def _build_batch(self, orders):
        self.env["marketplace.order.processor"]._build(orders)

    def _build_plainly(self, orders, together=False):
        """What a user would do with the same values: create, confirm, order by order or from the list."""
        builder = self.env["marketplace.sale.builder"]
        shared = builder._prepare_shared(orders.account_id, orders)
        for order in orders:
            sale = self.env["sale.order"].create(builder._prepare_sale_vals(order, shared))
            order.sale_order_id = sale
            for line, sale_line in zip(order.line_ids, sale.order_line, strict=True):
                line.sale_line_id = sale_line
            if not together:
                sale.action_confirm()
        if together:
            orders.sale_order_id.action_confirm()

    def _build_plainly_together(self, orders):
        self._build_plainly(orders, together=True)

    def _snapshot(self, build, orders):
        """What `build` leaves behind; then everything is as before."""
        start = get_start(self.env)
        with rewound_sequences(self.env), closing(self.env.cr.savepoint()):
            build(orders)
            return Snapshot(self.env, start)

    def _compare(self, *postings, plainly=None):
        """Build both ways and compare. Returns the batch's moves as [(state, reserved quantity)]."""
        orders = self._store(*postings)
        self.env["marketplace.order.processor"]._link_offers(orders)
        self.assertTrue(all(line.product_id for line in orders.line_ids))
        plain = self._snapshot(plainly or self._build_plainly, orders)
        batch = self._snapshot(self._build_batch, orders)
        found = differences(batch, plain)
        self.assertFalse(found, "\n".join(found[:40]))
        self.assertEqual(len(batch.rows["sale.order"]), len(postings))
        return [(row["state"], row["quantity"]) for row in batch.rows["stock.move"].values()]

    # === STOCK === #
    def test_enough_stock(self):
        for product in self.goods:
            self._put(product, 50)
        baskets = [[(self.goods[i % 6], i % 3 + 1), (self.goods[(i + 1) % 6], 1)] for i in range(12)]
        moves = self._compare(*self._postings(*baskets))
        self.assertEqual({state for state, _quantity in moves}, {"assigned"})

    def test_partial_stock(self):
        self._put(self.goods[0], 3)
        moves = self._compare(*self._postings([(self.goods[0], 5)]))
        self.assertEqual(moves, [("partially_available", 3)])

    def test_no_stock(self):
        moves = self._compare(*self._postings([(self.goods[0], 5)], [(self.goods[0], 1), (self.goods[1], 1)]))
        self.assertEqual(moves, [("confirmed", 0)] * 3)

    def test_stock_that_runs_out_on_the_way(self):
        """First come, first served, in the order of the batch."""
        self._put(self.goods[0], 4)
        moves = self._compare(*self._postings(*[[(self.goods[0], 3)]] * 3))
        self.assertEqual(moves, [("assigned", 3), ("partially_available", 1), ("confirmed", 0)])

    def test_two_shelves(self):
        self._put(self.goods[0], 2, self.shelves[1])
        self._put(self.goods[0], 2, self.shelves[0])
        self._put(self.goods[0], 2)
        moves = self._compare(*self._postings(*[[(self.goods[0], 3)]] * 2))
        self.assertEqual({state for state, _quantity in moves}, {"assigned"})

    def test_the_same_product_twice(self):
        self._put(self.goods[0], 4)
        first = [(self.goods[0], 1), (self.goods[0], 2), (self.goods[1], 1)]
        self._compare(*self._postings(first, [(self.goods[0], 1)]))

    def test_stock_that_is_reserved_already(self):
        self._put(self.goods[0], 5)
        self.env["stock.quant"]._update_reserved_quantity(self.goods[0], self.stock, 3)
        moves = self._compare(*self._postings([(self.goods[0], 1)], [(self.goods[0], 3)]))
        self.assertEqual(moves, [("assigned", 1), ("partially_available", 1)])

    def test_negative_stock(self):
        self._put(self.goods[0], -2)
        self._put(self.goods[0], 4, self.shelves[0])
        self._put(self.goods[1], -3)
        self._put(self.goods[2], 9)
        first = [(self.goods[0], 3), (self.goods[1], 1)]
        self._compare(*self._postings(first, [(self.goods[2], 1), (self.goods[0], 1)]))

    def test_two_rows_of_the_same_stock(self):
        """Parallel work leaves several quants of one place until Odoo merges them at night; a batch does so at once."""
        self._put(self.goods[0], 2)
        twin = self.env["stock.quant"].create({"product_id": self.goods[0].id, "location_id": self.stock.id})
        twin.quantity = 3

        def after_the_night(orders):
            self.env["stock.quant"]._merge_quants()
            self._build_plainly(orders)

        self._compare(*self._postings([(self.goods[0], 3)], [(self.goods[0], 2)]), plainly=after_the_night)

    def test_owner_and_packages(self):
        package = self.env["stock.package"].create({"name": "PACK-EQ"})
        owner = self.env["res.partner"].create({"name": "Комитент"})
        self._put(self.goods[0], 1)
        self._put(self.goods[0], 2, package_id=package)
        self._put(self.goods[1], 2, owner_id=owner)
        self._put(self.goods[1], 2, self.shelves[0])
        self._put(self.goods[2], 2, package_id=package)
        self._compare(
            *self._postings(
                [(self.goods[0], 2)], [(self.goods[1], 3), (self.goods[0], 1)], [(self.goods[2], 2), (self.goods[3], 1)]
            )
        )

    def test_an_order_that_empties_a_package(self):
        """The whole package goes: Odoo makes it the delivery's package, too."""
        package = self.env["stock.package"].create({"name": "PACK-ALL"})
        self._put(self.goods[0], 2, package_id=package)
        self._put(self.goods[1], 2)
        self._compare(*self._postings([(self.goods[0], 2), (self.goods[1], 1)], [(self.goods[1], 1)]))

    def test_lots_and_serial_numbers(self):
        self.goods[0].tracking, self.goods[1].tracking = "lot", "serial"
        Lot = self.env["stock.lot"]
        for product, quantity, count in ((self.goods[0], 3, 2), (self.goods[1], 1, 3)):
            for number in range(count):
                lot = Lot.create({"name": f"{product.default_code}-{number}", "product_id": product.id})
                self._put(product, quantity, lot_id=lot)
        self._put(self.goods[2], 5)
        self._compare(
            *self._postings([(self.goods[0], 4), (self.goods[2], 1)], [(self.goods[1], 2)], [(self.goods[1], 2)])
        )

    def test_removal_strategies(self):
        for product, method in zip(self.goods, ("lifo", "closest", "least_packages"), strict=False):
            product.categ_id = self.env["product.category"].create(
                {
                    "name": method,
                    "removal_strategy_id": self.env["product.removal"].search([("method", "=", method)]).id,
                }
            )
            package = self.env["stock.package"].create({"name": f"PACK-{method}"})
            self._put(product, 2, self.shelves[1])
            self._put(product, 2, self.shelves[0])
            self._put(product, 5, package_id=package if method == "least_packages" else None)
        baskets = [[(product, 3), (self.goods[3], 1)] for product in self.goods[:3]]
        self._compare(*self._postings(*baskets, *baskets))

    # === ROUTES === #
    def test_two_step_delivery(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._check_steps()

    def test_three_step_delivery(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._check_steps()

    def _check_steps(self):
        self._put(self.goods[0], 4, self.shelves[0])
        self._put(self.goods[1], 9)
        self._compare(*self._postings(*[[(self.goods[0], 3), (self.goods[1], 1)]] * 2))

    def _make_second_warehouse(self):
        other = self.env["stock.warehouse"].create(
            {"name": "Второй склад", "code": "W2", "company_id": self.company.id}
        )
        self.warehouse.resupply_wh_ids = [Command.link(other.id)]
        return other

    def test_two_warehouses(self):
        other = self._make_second_warehouse()
        self.env["marketplace.warehouse"].create(
            {"account_id": self.account.id, "name": "W2", "external_id": "2", "warehouse_id": other.id}
        )
        self._put(self.goods[0], 2)
        self._put(self.goods[0], 2, other.lot_stock_id)
        basket = [(self.goods[0], 1), (self.goods[1], 1)]
        mixed = [self._postings(basket, warehouse_external_id=number)[0] for number in "121221"]
        self._compare(*mixed)

    def test_a_warehouse_inside_another(self):
        """Both take from the same shelf."""
        other = self._make_second_warehouse()
        other.delivery_route_id.rule_ids.location_src_id = self.shelves[0]
        self.env["marketplace.warehouse"].create(
            {"account_id": self.account.id, "name": "W2", "external_id": "2", "warehouse_id": other.id}
        )
        self._put(self.goods[0], 4, self.shelves[0])
        basket = [(self.goods[0], 1)]
        self._compare(*[self._postings(basket, warehouse_external_id=number)[0] for number in "121212"])

    def test_make_to_order(self):
        """The delivery waits for a transfer from the other warehouse."""
        other = self._make_second_warehouse()
        self._put(self.goods[0], 9, other.lot_stock_id)
        self._put(self.goods[1], 9)
        route = self.warehouse.resupply_route_ids
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.goods[0].route_ids = route | mto
        basket = [(self.goods[0], 2), (self.goods[1], 1)]
        self._compare(*self._postings(basket, [(self.goods[1], 1)], basket))

    def test_reordering_rule(self):
        """Automatic replenishment is asked for as it would be, here from another warehouse."""
        self._make_reordering_rule()
        self._compare(*self._postings([(self.goods[0], 3), (self.goods[1], 1)], [(self.goods[1], 1)]))

    def test_reordering_rule_for_several_orders(self):
        """Orders confirmed together are replenished together: in Odoo's own list, too."""
        self._make_reordering_rule()
        postings = self._postings(*[[(self.goods[0], 3), (self.goods[1], 1)]] * 3)
        self._compare(*postings, plainly=self._build_plainly_together)

    def _make_reordering_rule(self):
        other = self._make_second_warehouse()
        self._put(self.goods[0], 9, other.lot_stock_id)
        self._put(self.goods[0], 2)
        self.goods[0].route_ids = self.warehouse.resupply_route_ids
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.goods[0].id,
                "location_id": self.stock.id,
                "warehouse_id": self.warehouse.id,
                "product_min_qty": 1,
                "product_max_qty": 5,
                "route_id": self.warehouse.resupply_route_ids.id,
            }
        )

    def test_route_of_a_category(self):
        other = self._make_second_warehouse()
        self._put(self.goods[0], 9, other.lot_stock_id)
        self.goods[0].categ_id = self.env["product.category"].create(
            {"name": "Со второго склада", "route_ids": [Command.set(other.delivery_route_id.ids)]}
        )
        self._put(self.goods[1], 9)
        self._compare(*self._postings(*[[(self.goods[0], 2), (self.goods[1], 1)]] * 2))

    # === KINDS OF PRODUCTS, SETTINGS === #
    def test_services_and_untracked_goods(self):
        self.goods[0].type = "service"
        self.goods[1].is_storable = False
        self._put(self.goods[2], 5)
        self._compare(*self._postings([(self.goods[0], 1)], [(product, 2) for product in self.goods[:3]]))

    def test_fractions(self):
        """Goods kept by the kilogram and sold by the piece of one kilogram."""
        self.goods[0].uom_id = self.env.ref("uom.product_uom_kgm")
        self._put(self.goods[0], 2.35)
        self._put(self.goods[0], 0.333, self.shelves[0])
        self._compare(*self._postings([(self.goods[0], 1)], [(self.goods[0], 2)]))

    def _sell_by_the_dozen(self, condition):
        """The order in dozens, the stock in pieces: someone overrode the builder's unit."""
        self.env["ir.config_parameter"].set_param("stock.propagate_uom", "1")
        builder = type(self.env["marketplace.sale.builder"])
        original = builder._prepare_line_vals

        def prepare(builder, line, shared):
            vals = original(builder, line, shared)
            if condition(line):
                vals["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
            return vals

        self.patch(builder, "_prepare_line_vals", prepare)

    def test_dozens(self):
        self._sell_by_the_dozen(lambda line: line.product_id == self.goods[0])
        self._put(self.goods[0], 30)
        self._put(self.goods[1], 5)
        self._compare(*self._postings(*[[(self.goods[0], 1), (self.goods[1], 1)]] * 3))

    def test_dozens_and_pieces_of_the_same_product(self):
        """Who comes first is served first, whether the batch can reserve it together or not."""
        self._sell_by_the_dozen(lambda line: line.quantity == 1)
        self._put(self.goods[0], 14)
        self._compare(*self._postings([(self.goods[0], 1)], [(self.goods[0], 3)]))

    def test_reservation_by_hand_and_by_date(self):
        self._put(self.goods[0], 9)
        for method in ("manual", "by_date"):
            with self.subTest(method):
                self.warehouse.out_type_id.reservation_method = method
                self._compare(*self._postings([(self.goods[0], 2), (self.goods[1], 1)]))

    def test_all_at_once_shipping(self):
        self._put(self.goods[0], 2)
        self.warehouse.out_type_id.move_type = "one"
        self._compare(*self._postings([(self.goods[0], 2), (self.goods[1], 1)], [(self.goods[0], 1)]))

    def test_analytic_distribution(self):
        plan = self.env["account.analytic.plan"].create({"name": "Площадки"})
        account = self.env["account.analytic.account"].create({"name": "Ozon", "plan_id": plan.id})
        self.env["account.analytic.distribution.model"].create(
            {"product_id": self.goods[0].id, "analytic_distribution": {str(account.id): 100}}
        )
        self._put(self.goods[0], 9)
        self._compare(*self._postings([(self.goods[0], 2), (self.goods[1], 1)]))

    def test_carrier(self):
        product = self.env["product.product"].create({"name": "Доставка", "type": "service"})
        self.account.carrier_id = self.env["delivery.carrier"].create({"name": "Почта", "product_id": product.id})
        self._put(self.goods[0], 9)
        self._compare(*self._postings(*[[(self.goods[0], 2)]] * 2))

    def test_delivery_contact_per_posting(self):
        self.account.number_policy = "both"
        self._put(self.goods[0], 9)
        self._compare(*self._postings(*[[(self.goods[0], 2)]] * 2))
