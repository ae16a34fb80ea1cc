import random

from odoo import Command
from odoo.tests import tagged

from .slow_stock import SlowStock
from .stock_case import TwoCabinetsCase

SEED = 20261127
#: What happens to stock, and how often each.
OPERATIONS = {
    "move": 40,
    "reserve": 10,
    "release": 7,
    "sell": 8,
    "deliver": 5,
    "withdraw": 4,
    "buy": 14,
    "give_back": 5,
    "set_part": 3,
    "set_formula": 4,
}


@tagged("post_install", "-at_install")
class TestStockProperty(TwoCabinetsCase):
    """Whatever happens, two cabinets that share the stock show what a slow, independent computation says, and together
    never more than there is."""

    @classmethod
    def _make_products(cls, count):
        plain = super()._make_products(count)
        cls.kit = cls.env["product.product"].create(
            {"name": "Чайная пара", "default_code": "KIT-1", "barcode": "4600000099999", "list_price": 500}
        )
        cls.parts = {plain[0]: 3, plain[1]: 2}
        cls._make_kit(cls.kit, cls.parts)
        return plain | cls.kit

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.products - cls.kit
        cls.shelf = cls.env["stock.location"].create(
            {"name": "Витрина", "location_id": cls.warehouse.view_location_id.id}
        )
        for cabinet in cls.cabinets:
            cabinet.place.stock_location_ids = [Command.create({"location_id": cls.shelf.id, "share": 50})]
        cls.cabinets[0].place.write({"stock_buffer": 2, "stock_cap": 25, "stock_threshold": 3, "stock_pack": 2})
        cls.cabinets[1].place.stock_buffer = 1

    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)
        self.buyer = self.env["res.partner"].create({"name": "Покупатель"})
        self.pool = self._share_stock({"share": 50, "floor": 2}, {"share": 30, "floor": 1})
        self.reserved, self.sales, self.numbers = [], [], []
        for product in self.plain:
            # Of the parts there is more, so that kits are bought, too.
            self._move(product, self.chance.randint(20, 60) * self.parts.get(product, 1) - 1000)
        self.env["marketplace.stock.engine"]._compute_account(self.cabinets[0].account)
        self.env["marketplace.stock.engine"]._compute_account(self.cabinets[1].account)

    def test_a_thousand_random_operations(self):
        self._meet(0)
        for count in range(1, 1001):
            (name,) = self.chance.choices(list(OPERATIONS), OPERATIONS.values())
            getattr(self, f"_do_{name}")()
            if count % 100 == 0:
                self._meet(count)

    def _meet(self, count):
        """The cabinets hear of Odoo and Odoo of them; then both sides must say the same."""
        for account in self._each_account():
            self._enqueue("orders_poll", account)
            self._enqueue("statuses_poll", account)
        self._run_jobs("orders")
        self._push()
        slow = SlowStock(self.env, self.products, {self.kit: self.parts})
        self.shown = []
        for _account in self._each_account():
            self.shown.append(self._get_all_shown())
            self.assertEqual(self.shown[-1], slow.get_numbers(self.place), f"after {count} operations, {SEED=}")
        for product in self.products:
            together = sum(numbers[product.default_code] for numbers in self.shown)
            self.assertLessEqual(together, slow.get_sellable(product, self.place), f"after {count}: {product.name}")

    # --- operations ---------------------------------------------------------------------------------------------------
    def _do_move(self):
        place = self.chance.choice((self.warehouse.lot_stock_id, self.shelf))
        self._move(self.chance.choice(self.plain), self.chance.choice((-5, -3, -1, 1, 2, 5, 6)), place)

    def _do_reserve(self):
        product, place = self.chance.choice(self.plain), self.chance.choice((self.warehouse.lot_stock_id, self.shelf))
        held = self.env["stock.quant"]._gather(product, place)
        amount = self.chance.randint(1, 3)
        if held and held[0].available_quantity >= amount:
            self.env["stock.quant"]._update_reserved_quantity(product, place, amount)
            self.reserved.append((product, place, amount))

    def _do_release(self):
        if self.reserved:
            product, place, amount = self._draw(self.reserved)
            self.env["stock.quant"]._update_reserved_quantity(product, place, -amount)

    def _do_sell(self):
        """The company sells itself, also more than there is."""
        product = self.chance.choice(self.products)
        lines = [Command.create({"product_id": product.id, "product_uom_qty": self.chance.randint(1, 3)})]
        sale = self.env["sale.order"].create({"partner_id": self.buyer.id, "order_line": lines})
        sale.action_confirm()
        self.sales.append(sale)

    def _do_deliver(self):
        ready = [sale for sale in self.sales if set(sale.picking_ids.move_ids.mapped("state")) == {"assigned"}]
        if ready:
            sale = self.chance.choice(ready)
            self.sales.remove(sale)
            sale.picking_ids.move_ids.picked = True
            sale.picking_ids.button_validate()
            self.assertEqual(sale.picking_ids.state, "done")

    def _do_withdraw(self):
        if self.sales:
            self._draw(self.sales).action_cancel()

    def _do_buy(self):
        """Buyers take what they see, which may be gone already; some postings make no order, as their price is 0."""
        number = self.chance.randrange(len(self.cabinets))
        product, shown = self.chance.choice((*self.products, self.kit)), self.shown[number]
        quantity = min(self.chance.randint(1, 3), shown[product.default_code])
        if quantity:
            price = self.chance.choice((("0",), (), (), (), ()))
            shown[product.default_code] -= quantity
            with self._turned_to(self.cabinets[number]):
                place = int(self.place.external_id)
                self.numbers.append((number, self._buy((product, quantity, *price), warehouse_id=place)))

    def _do_give_back(self):
        if self.numbers:
            number, posting = self._draw(self.numbers)
            simulator = self.cabinets[number].simulator
            simulator.control("POST", f"ozon/postings/{posting}/cancel", {"by": "client"})

    def _do_set_part(self):
        member = self.chance.choice(self.pool.member_ids)
        member.write({"share": self.chance.choice((10, 30, 50)), "floor": self.chance.choice((0, 1, 4))})

    def _do_set_formula(self):
        cabinet = self.chance.choice(self.cabinets)
        cabinet.place.write({"stock_buffer": self.chance.choice((0, 1, 2.5)), "stock_cap": self.chance.choice((0, 9))})

    def _draw(self, items):
        return items.pop(self.chance.randrange(len(items)))
