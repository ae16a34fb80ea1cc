import base64
import io
from datetime import timedelta

from openpyxl import Workbook

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .builders import make_line, make_order
from .orders_case import OrdersCase
from .roles_case import ACCOUNTANT, STOCK_MANAGER, USER, RolesCase


class OpeningStockCase(OrdersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.warehouse.lot_stock_id
        cls.fbo = cls.account._get_fbo_location()

    def _open(self, **values):
        return self.env["marketplace.opening.stock"].create(values)

    def _quantity(self, product, location=None):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", (location or self.stock).id)]
        )
        return sum(quants.mapped("quantity"))

    def _set_quantity(self, product, quantity, location=None, **values):
        location = location or self.stock
        left = quantity - self._quantity(product, location)
        self.env["stock.quant"]._update_available_quantity(product, location, left, **values)

    def _make_product(self, cost_method="average", **values):
        category = self.env["product.category"].create({"name": cost_method})
        category.with_company(self.company).property_cost_method = cost_method
        return self.env["product.product"].create(
            {"name": cost_method, "is_storable": True, "categ_id": category.id, **values}
        )

    def _deliver(self, product, quantity):
        """Goods that Odoo never had are delivered."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()

    def _get(self, wizard, product):
        return wizard.line_ids.filtered(lambda line: line.product_id == product)


@tagged("post_install", "-at_install")
class TestOpeningStock(OpeningStockCase):
    # --- what is missing ----------------------------------------------------------------------------------------
    def test_nothing_is_missing(self):
        wizard = self._open()
        self.assertEqual((wizard.location_id, len(wizard.line_ids)), (self.stock, 0))
        with self.assertRaisesRegex(UserError, "nothing that could be taken in"):
            wizard.action_take_in()

    def test_below_zero(self):
        product = self.products[0]
        self._set_quantity(product, -7)
        with Form(self.env["marketplace.opening.stock"]) as form:
            self.assertEqual(len(form.line_ids), 1)
            with form.line_ids.edit(0) as row:
                self.assertEqual((row.product_id, row.now, row.quantity, row.after), (product, -7, 7, 0))
                self.assertEqual((row.reason, row.cost, row.value), ("negative", 0.01, 0.07))
                row.quantity = 10
                self.assertEqual(row.after, 3)
        wizard = form.record
        action = wizard.action_take_in()
        receipt = self.env["stock.picking"].browse(action["res_id"])
        self.assertEqual((receipt.state, receipt.picking_type_id), ("done", self.warehouse.in_type_id))
        self.assertEqual(receipt.location_id, self.env.ref("stock.stock_location_suppliers"))
        self.assertEqual(self._quantity(product), 3)

    def test_exactly_where_it_is_below_zero(self):
        """A putaway rule would send the receipt elsewhere."""
        product = self.products[0]
        shelf, other = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock.id} for name in ("Полка", "Другая")]
        )
        self.env["stock.putaway.rule"].create(
            {"product_id": product.id, "location_in_id": self.stock.id, "location_out_id": other.id}
        )
        self._set_quantity(product, -4, shelf)
        self._set_quantity(self.products[1], -2)
        self.env["stock.putaway.rule"].create(
            {"product_id": self.products[1].id, "location_in_id": self.stock.id, "location_out_id": other.id}
        )
        self._open().action_take_in()
        self.assertEqual((self._quantity(product, shelf), self._quantity(product, other)), (0, 0))
        self.assertEqual(self._quantity(self.products[1], other), 0)
        self.assertEqual(self._quantity(self.products[1]), 0)

    def test_what_buyers_wait_for(self):
        product = self.products[0]
        self._set_quantity(product, 3)
        order = self._import(make_order([make_line(self.offers[0], 5, "50.00")]))
        self.assertTrue(order.goods_missing)
        wizard = self._open()
        self.assertEqual((wizard.line_ids.quantity, wizard.line_ids.reason), (2, "demand"))
        self.assertEqual(wizard.line_ids.after, 5)
        wizard.action_take_in()
        order.invalidate_recordset()
        self.assertFalse(order.goods_missing, "Reserved by itself")
        self.assertFalse(self._open().line_ids)

    def test_waited_for_and_below_zero(self):
        product = self.products[0]
        self._set_quantity(product, -3)
        self._import(make_order([make_line(self.offers[0], 5, "50.00")]))
        wizard = self._open()
        self.assertEqual((wizard.line_ids.quantity, wizard.line_ids.reason, wizard.line_ids.after), (8, "both", 5))
        wizard.action_take_in()
        self.assertEqual(self._quantity(product), 5)
        self.assertFalse(self._open().line_ids)

    def test_fbo(self):
        product = self.products[0]
        self._set_quantity(product, -6, self.fbo)
        self.assertFalse(self._open().line_ids)
        wizard = self._open(location_id=self.fbo.id)
        self.assertIn(self.fbo, wizard.place_ids)
        self.assertEqual(wizard.line_ids.quantity, 6)
        wizard.action_take_in()
        self.assertEqual((self._quantity(product, self.fbo), self._quantity(product)), (0, 1000))

    def test_another_location_has_other_lines(self):
        self._set_quantity(self.products[0], -1)
        self._set_quantity(self.products[1], -2, self.fbo)
        with Form(self.env["marketplace.opening.stock"]) as form:
            form.location_id = self.fbo
        self.assertEqual(form.record.line_ids.product_id, self.products[1])

    def test_twice_takes_in_once(self):
        product = self.products[0]
        self._set_quantity(product, -7)
        wizard = self._open()
        wizard.action_take_in()
        self.assertFalse(self._open().line_ids)
        with self.assertRaisesRegex(UserError, "taken in already"):
            wizard.action_take_in()
        self.assertEqual(self._quantity(product), 0)

    # --- what it is worth ---------------------------------------------------------------------------------------
    def test_values(self):
        """Odoo values a receipt without a purchase at the product's cost: ours says what it cost."""
        for method, value, cost in (("average", 0.1, 0.01), ("fifo", 0.1, 0.01), ("standard", 400, 40)):
            with self.subTest(method):
                product = self._make_product(method, standard_price=40).with_company(self.company)
                wizard = self._open(line_ids=[Command.create({"product_id": product.id, "quantity": 10})])
                wizard.action_take_in()
                self.assertAlmostEqual(wizard.picking_ids.move_ids.value, value)
                product.invalidate_recordset()
                self.assertAlmostEqual(product.standard_price, cost)
                self.assertAlmostEqual(product.total_value, value)

    def test_values_from_below_zero(self):
        for method in ("average", "fifo"):
            with self.subTest(method):
                product = self._make_product(method).with_company(self.company)
                self._deliver(product, 5)
                self.assertEqual(self._quantity(product), -5)
                wizard = self._open()
                line = self._get(wizard, product)
                self.assertEqual(line.quantity, 5)
                line.write({"quantity": 15, "cost": 0.02})
                wizard.action_take_in()
                product.invalidate_recordset()
                self.assertEqual(self._quantity(product), 10)
                self.assertAlmostEqual(product.standard_price, 0.02)
                self.assertAlmostEqual(product.total_value, 0.2)

    def test_an_average_with_what_is_there(self):
        product = self._make_product("average", standard_price=10).with_company(self.company)
        wizard = self._open(line_ids=[Command.create({"product_id": product.id, "quantity": 1, "cost": 10})])
        wizard.action_take_in()
        self._open(line_ids=[Command.create({"product_id": product.id, "quantity": 1, "cost": 2})]).action_take_in()
        product.invalidate_recordset()
        self.assertAlmostEqual(product.standard_price, 6)

    def test_date(self):
        product, day = self._make_product(), fields.Datetime.now() - timedelta(days=20)
        # The product is there for longer: a cost that was entered after the receipt would stand above it.
        self.env["product.value"].search([("product_id", "=", product.id)]).date = day - timedelta(days=1)
        wizard = self._open(date=day, line_ids=[Command.create({"product_id": product.id, "quantity": 2})])
        wizard.action_take_in()
        receipt = wizard.picking_ids
        self.assertEqual((receipt.date_done, receipt.move_ids.date, receipt.move_line_ids.date), (day, day, day))
        product.invalidate_recordset()
        self.assertAlmostEqual(product.with_company(self.company).total_value, 0.02)
        wizard = self._open(line_ids=[Command.create({"product_id": product.id})])
        wizard.date = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "in the future"):
            wizard.action_take_in()
        self.company.fiscalyear_lock_date = fields.Date.today() - timedelta(days=5)
        wizard.date = day
        with self.assertRaisesRegex(UserError, "books are locked"):
            wizard.action_take_in()

    def test_vendor(self):
        vendor = self.env["res.partner"].create({"name": "Рынок"})
        product = self.products[0]
        wizard = self._open(partner_id=vendor.id, line_ids=[Command.create({"product_id": product.id})])
        wizard.action_take_in()
        self.assertEqual(wizard.picking_ids.partner_id, vendor)

    # --- lots, serial numbers -----------------------------------------------------------------------------------
    def test_lots(self):
        known, unknown = self._make_product(tracking="lot"), self._make_product(tracking="lot")
        lot = self.env["stock.lot"].create({"product_id": known.id, "name": "L1", "company_id": self.company.id})
        self._set_quantity(known, -2, lot_id=lot)
        wizard = self._open()
        self.assertEqual(self._get(wizard, known).lot_id, lot)
        wizard.line_ids = [Command.create({"product_id": unknown.id, "quantity": 3})]
        self.assertRegex(self._get(wizard, unknown).problem, "name the lot")
        wizard.lot_name = "НАЧАЛО"
        self.assertFalse(self._get(wizard, unknown).problem)
        wizard.action_take_in()
        quants = self.env["stock.quant"].search([("location_id", "=", self.stock.id), ("product_id", "=", unknown.id)])
        self.assertEqual((quants.lot_id.name, quants.quantity), ("НАЧАЛО", 3))
        self.assertEqual(self._quantity(known), 0)
        again = self._open(lot_name="НАЧАЛО", line_ids=[Command.create({"product_id": unknown.id, "quantity": 1})])
        again.action_take_in()
        self.assertEqual(quants.quantity, 4, "The same lot")

    def test_what_cannot_be_taken_in(self):
        serial = self._make_product(tracking="serial")
        good = self.products[0]
        wizard = self._open(
            line_ids=[
                Command.create({"product_id": serial.id}),
                Command.create({"product_id": good.id, "quantity": 0}),
                Command.create({"product_id": good.id, "cost": -1}),
                Command.create({"product_id": good.id, "quantity": 2}),
            ]
        )
        for line, pattern in zip(wizard.line_ids, ("serial numbers", "greater than 0", "below 0", "^$"), strict=True):
            self.assertRegex(line.problem or "", pattern)
        self.assertAlmostEqual(wizard.total_value, 0.02)
        wizard.action_take_in()
        self.assertEqual(wizard.picking_ids.move_ids.product_id, good)

    # --- lists --------------------------------------------------------------------------------------------------
    def test_pasted_list(self):
        one, two, three = self.products[:3]
        self._set_quantity(one, -7)
        offer = self.offers[2]
        offer.write({"article": "ДЮЖИНА", "uom_id": self.env.ref("uom.product_uom_dozen").id})
        wizard = self._open(
            list_text=f"Артикул\tКоличество\tЦена\n{one.default_code}\t10\n{two.barcode}\t2,5\t0,02\n"
            f"ДЮЖИНА\t2\nнет такого\t1\n{one.default_code}\tмного\n{two.barcode}\t1\tдорого\n{one.default_code}\t5"
        )
        wizard.action_add_list()
        self.assertEqual(wizard.line_ids.product_id, one | two | three)
        self.assertEqual(wizard.line_ids.mapped("quantity"), [15, 2.5, 24])
        self.assertEqual(wizard.line_ids.mapped("cost"), [0.01, 0.02, 0.01])
        self.assertEqual(wizard.line_ids.mapped("reason"), ["list"] * 3)
        problems = wizard.list_problems.splitlines()
        self.assertEqual(len(problems), 3)
        for problem, pattern in zip(problems, ("нет такого: No product", "«много»", "«дорого»"), strict=True):
            self.assertIn(pattern, problem)
        wizard.action_take_in()
        self.assertEqual([self._quantity(product) for product in (one, two, three)], [8, 1002.5, 1024])

    def test_two_products_of_one_article(self):
        self.products[:2].default_code = "X"
        wizard = self._open(list_text="X\t1")
        wizard.action_add_list()
        self.assertIn("Several products", wizard.list_problems)
        self.assertFalse(wizard.line_ids)

    def test_file(self):
        book, stream = Workbook(), io.BytesIO()
        for row in (["Артикул", "Количество"], [self.products[0].default_code, 3]):
            book.active.append(row)
        book.save(stream)
        wizard = self._open(list_file=base64.b64encode(stream.getvalue()))
        wizard.action_add_list()
        self.assertEqual((wizard.line_ids.product_id, wizard.line_ids.quantity), (self.products[0], 3))
        with self.assertRaisesRegex(UserError, "Paste a list"):
            wizard.action_add_list()
        wizard.list_file = base64.b64encode(b"\x89PNG\0")
        with self.assertRaisesRegex(UserError, "neither an XLSX nor a CSV"):
            wizard.action_add_list()


@tagged("post_install", "-at_install")
class TestOpeningStockRights(RolesCase, OpeningStockCase):
    def test_who_takes_in(self):
        product = self.products[0]
        for group in (STOCK_MANAGER, ACCOUNTANT):
            with self.subTest(group):
                self._set_quantity(product, -3)
                user = self._make_user(group)
                wizard = self.env["marketplace.opening.stock"].with_user(user).create({})
                self.assertEqual((wizard.line_ids.quantity, wizard.line_ids.after), (3, 0))
                wizard.read()
                wizard.line_ids.read()
                wizard.action_take_in()
                self.assertEqual((self._quantity(product), wizard.picking_ids.create_uid), (0, user))
                wizard.picking_ids.read(["name", "state"])
        with self.assertRaises(AccessError):
            self.env["marketplace.opening.stock"].with_user(self._make_user(USER)).create({})

    def test_another_company(self):
        self._set_quantity(self.products[0], -3)
        other = self._make_company(self.env, "ООО «Чужая»")
        self.env.user.company_ids = [Command.link(other.id)]
        env = self.env(context={**self.env.context, "allowed_company_ids": other.ids})
        wizard = env["marketplace.opening.stock"].create({})
        self.assertEqual(wizard.location_id.company_id, other)
        self.assertFalse(wizard.line_ids)
        self.assertNotIn(self.fbo, wizard.place_ids)
