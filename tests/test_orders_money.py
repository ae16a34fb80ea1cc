import random
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged
from odoo.tools import float_compare

from .builders import make_line, make_order
from .orders_case import OrdersCase

#: Prices that rounding has stumbled over, and what a price list of roubles looks like.
ODD_PRICES = (
    *("0.01", "0.02", "0.03", "0.07", "0.11", "0.99", "1.00", "1.01", "1.05", "1.15", "3.33", "9.99"),
    *("10.05", "33.33", "66.67", "99.99", "100.01", "123.45", "333.33", "999.99", "1000.01", "12345.67", "99999.99"),
)
QUANTITIES = (1, 2, 3, 6, 7, 11, 13, 49, 99)


def make_pairs():
    """More than 300 prices with quantities: each odd price with several quantities, and chance for the rest."""
    chance = random.Random(20)
    pairs = [(price, quantity) for price in ODD_PRICES for quantity in QUANTITIES]
    pairs += [(f"{chance.randrange(1, 5_000_000) / 100:.2f}", chance.randrange(1, 60)) for _number in range(120)]
    chance.shuffle(pairs)
    return pairs


@tagged("post_install", "-at_install")
class TestOrdersMoney(OrdersCase):
    """The order's total is the marketplace's, to the kopeck; the invoice's is the order's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pairs = make_pairs()
        cls.on_top = cls._make_tax(22, price_include=False)

    def _make_postings(self, size=5):
        groups = [self.pairs[start : start + size] for start in range(0, len(self.pairs), size)]
        return [
            make_order(
                [
                    make_line(self.offers[position % len(self.offers)], quantity, price)
                    for position, (price, quantity) in enumerate(group)
                ]
            )
            for group in groups
        ]

    def assertExact(self, orders, postings):
        for order, posting in zip(orders, postings, strict=True):
            self.assertEqual((order.state, order.problem), ("done", False))
            expected = sum((line.price * line.quantity for line in posting.lines), Decimal(0))
            self.assertKopecks(order.sale_order_id.amount_total, expected, order.number)
            for line, sale_line in zip(posting.lines, order.sale_order_id.order_line, strict=True):
                self.assertKopecks(sale_line.price_total, line.price * line.quantity, (line.price, line.quantity))

    def assertKopecks(self, amount, expected, message=None):
        self.assertEqual(Decimal(str(round(amount, 6))), expected.quantize(Decimal("0.01")), message)

    def _invoice(self, orders):
        sales = orders.sale_order_id
        sales.filtered(lambda sale: sale.state == "draft").action_confirm()
        invoices = sales._create_invoices(grouped=True)
        invoices.action_post()
        return invoices

    # --- every price, every quantity ----------------------------------------------------------------------------
    def _check_all(self):
        self.account.auto_confirm = False
        postings = self._make_postings()
        self.assertGreaterEqual(len(self.pairs), 300)
        orders = self._import(*postings)
        self.assertExact(orders, postings)
        return orders

    def _check_invoices(self, orders):
        for order in orders[:8]:
            invoice = self._invoice(order)
            self.assertEqual(
                float_compare(invoice.amount_total, order.sale_order_id.amount_total, 2), 0, invoice.amount_total
            )
            self.assertEqual(float_compare(invoice.amount_tax, order.sale_order_id.amount_tax, 2), 0)
            self.assertEqual(invoice.state, "posted")

    def test_vat_inside_the_price(self):
        self._check_invoices(self._check_all())

    def test_vat_on_top_of_the_price(self):
        self.products.taxes_id = [Command.set(self.on_top.ids)]
        orders = self._check_all()
        sale = orders[0].sale_order_id
        self.assertGreater(sale.amount_tax, 0)
        self.assertLess(sale.amount_untaxed, sale.amount_total)
        self._check_invoices(orders)

    def test_vat_on_top_where_the_company_rounds_globally(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.products.taxes_id = [Command.set(self.on_top.ids)]
        self._check_invoices(self._check_all())

    def test_vat_inside_where_the_company_rounds_globally(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._check_invoices(self._check_all())

    # --- vat by the account's settings --------------------------------------------------------------------------
    def test_taxes_of_the_products(self):
        order = self._import(
            make_order([make_line(self.offers[0], 1, "122.00"), make_line(self.offers[1], 1, "110.00")])
        )
        sale = order.sale_order_id
        self.assertEqual(sale.order_line.tax_ids, self.taxes[22] + self.taxes[10])
        self.assertEqual((sale.amount_untaxed, sale.amount_tax, sale.amount_total), (200.0, 32.0, 232.0))

    def test_one_tax_for_all(self):
        self.account.write({"vat_policy": "tax", "sale_tax_id": self.taxes[10].id})
        sale = self._import(make_order([make_line(self.offers[0], 1, "110.00")])).sale_order_id
        self.assertEqual((sale.order_line.tax_ids, sale.amount_tax), (self.taxes[10], 10.0))

    def test_no_taxes(self):
        self.account.vat_policy = "none"
        sale = self._import(make_order([make_line(self.offers[0], 3, "33.33")])).sale_order_id
        self.assertEqual((sale.amount_tax, sale.amount_total), (0.0, 99.99))
        self.assertFalse(sale.order_line.tax_ids)

    def test_one_tax_for_all_on_top(self):
        self.account.write({"vat_policy": "tax", "sale_tax_id": self.on_top.id})
        sale = self._import(make_order([make_line(self.offers[0], 1, "100.00")])).sale_order_id
        self.assertEqual((sale.amount_untaxed, sale.amount_tax, sale.amount_total), (81.97, 18.03, 100.0))

    def test_both_kinds_of_taxes_in_one_order(self):
        self.products[1].taxes_id = [Command.set(self.on_top.ids)]
        postings = [make_order([make_line(self.offers[0], 7, "33.33"), make_line(self.offers[1], 7, "0.07")])]
        self.assertExact(self._import(*postings), postings)

    def test_taxes_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Другая", "country_id": self.company.country_id.id})
        group = self.taxes[22].tax_group_id.copy({"company_id": other.id})
        foreign = self.taxes[22].copy({"company_id": other.id, "name": "Чужой", "tax_group_id": group.id})
        self.products[0].taxes_id = [Command.link(foreign.id)]
        sale = self._import(make_order([make_line(self.offers[0], 1, "122.00")])).sale_order_id
        self.assertEqual((sale.order_line.tax_ids, sale.amount_tax), (self.taxes[22], 22.0))

    def test_taxes_that_cannot_reach_the_total_make_no_order(self):
        """A fixed tax beside the percentage: the program says so instead of bending the order."""
        fixed = self.on_top.copy({"name": "Сбор", "amount": 3.33, "amount_type": "fixed"})
        percent = self.on_top.copy({"name": "33 %", "amount": 33.33})
        self.products[0].taxes_id = [Command.set((fixed + percent).ids)]
        orders = self._import(
            *(make_order([make_line(self.offers[0], quantity, "10.01")]) for quantity in (1, 3, 7, 11, 13))
        )
        for order in orders:
            if order.state == "done":
                self.assertKopecks(order.sale_order_id.amount_total, Decimal("10.01") * order.line_ids.quantity)
            else:
                self.assertEqual((order.state, order.problem_kind), ("problem", "total"))
                self.assertIn("taxes of its products", order.problem)
                self.assertFalse(order.sale_order_id)

    # --- currencies ---------------------------------------------------------------------------------------------
    def test_foreign_currency_is_exact_too(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": yuan.id, "company_id": self.company.id, "name": "2026-01-01", "inverse_company_rate": 11.37}
        )
        self.env["product.pricelist"].create({"name": "CNY", "currency_id": yuan.id, "company_id": self.company.id})
        for taxes in (self.taxes[22], self.on_top):
            with self.subTest(taxes.name):
                self.products.taxes_id = [Command.set(taxes.ids)]
                postings = [
                    make_order([make_line(self.offers[0], quantity, price)], currency="CNY")
                    for price, quantity in (("15.55", 3), ("0.07", 7), ("333.33", 11), ("1999.99", 1))
                ]
                orders = self._import(*postings)
                self.assertEqual(orders.sale_order_id.currency_id, yuan)
                self.assertExact(orders, postings)
                for order in orders:
                    self.assertEqual(self._invoice(order).amount_total, order.sale_order_id.amount_total)

    # --- later changes by people --------------------------------------------------------------------------------
    def test_order_stays_exact_when_somebody_touches_it(self):
        self.products.taxes_id = [Command.set(self.on_top.ids)]
        sale = self._import(make_order([make_line(self.offers[0], 7, "0.11")])).sale_order_id
        self.assertEqual(sale.amount_total, 0.77)
        sale.write({"client_order_ref": "x", "user_id": self.env.user.id})
        sale.order_line.name = "Другое название"
        self.env.invalidate_all()
        sale._compute_amounts()
        self.assertEqual(sale.amount_total, 0.77)
