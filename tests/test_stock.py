from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .builders import make_line, make_order
from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestStock(MarketplaceCase):
    """What is shown follows what lies there, whatever moves it; the reason adds up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offers = cls._make_offers()
        cls.place = cls._make_place()
        cls.product, cls.other = cls.products[:2]
        cls.env["marketplace.stock.engine"]._compute_account(cls.account)

    def _get_row(self, product=None, place=None):
        return self.env["marketplace.stock"].search(
            [("product_id", "=", (product or self.product).id), ("warehouse_id", "=", (place or self.place).id)]
        )

    def _move(self, quantity, product=None, location=None):
        self.env["stock.quant"]._update_available_quantity(
            product or self.product, location or self.warehouse.lot_stock_id, quantity
        )

    def _sell(self, quantity, product=None):
        """An ordinary sale of the company's own."""
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Покупатель"}).id,
                "order_line": [
                    Command.create({"product_id": (product or self.product).id, "product_uom_qty": quantity})
                ],
            }
        )
        sale.action_confirm()
        return sale

    def test_what_moves_goods_changes_the_number(self):
        self.assertEqual(self._get_row().quantity, 1000)
        self._move(-990)
        self._absorb()
        self.assertEqual(self._get_row().quantity, 10)
        sale = self._sell(3)
        self._absorb()
        self.assertEqual(self._get_row().quantity, 7, "a reservation")
        picking = sale.picking_ids
        picking.move_ids.picked = True
        picking.button_validate()
        self._absorb()
        self.assertEqual(self._get_row().quantity, 7, "delivered: what was reserved is gone")
        self._sell(2).action_cancel()
        self._absorb()
        self.assertEqual(self._get_row().quantity, 7)
        self.env["stock.scrap"].create({"product_id": self.product.id, "scrap_qty": 1}).action_validate()
        self._absorb()
        self.assertEqual(self._get_row().quantity, 6, "scrapped")
        quant = (
            self.env["stock.quant"]
            .with_context(inventory_mode=True)
            .create(
                {"product_id": self.product.id, "location_id": self.warehouse.lot_stock_id.id, "inventory_quantity": 50}
            )
        )
        quant.action_apply_inventory()
        self._absorb()
        self.assertEqual(self._get_row().quantity, 50, "counted")

    def test_nothing_changed_nothing_to_do(self):
        self._absorb()
        self.assertEqual(self._absorb(), 0)
        self._move(1, self.env["product.product"].create({"name": "Не на маркетплейсе", "is_storable": True}))
        self.assertEqual(self._absorb(), 0, "what is sold nowhere is not looked at")

    def test_the_reason_adds_up(self):
        self._move(-988)
        self._sell(3)
        self.place.stock_buffer = 2
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        row = self._get_row()
        self.assertEqual(row.quantity, 7)
        self.assertIn("12 on hand − 3 reserved − 2 buffer = 7", row.explanation)
        self.assertEqual(self.product.action_why_stock()["res_id"], row.id)

    def test_preview_with_unsaved_settings(self):
        with Form(self.place) as form:
            form.preview_offer_id = self.offers[0]
            form.stock_buffer = 10
            self.assertIn("1,000 on hand − 10 buffer = 990", form.preview)

    def test_postings_that_are_no_order_yet(self):
        self._store(make_order([make_line(self.offers[0], 4)], status="to_assemble"))
        self._absorb()
        self.assertEqual(self._get_row().quantity, 996)

    def test_exceptions_the_most_particular_holds(self):
        rules = self.env["marketplace.stock.rule"]
        parent = self.env["product.category"].create({"name": "Все товары"})
        self.products.categ_id = self.env["product.category"].create({"name": "Чай", "parent_id": parent.id})
        rules.create({"account_id": self.account.id, "target": "category", "category_id": parent.id, "mode": "exclude"})
        rules.create(
            {
                "account_id": self.account.id,
                "target": "product",
                "product_id": self.product.id,
                "mode": "fixed",
                "fixed": 5,
            }
        )
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self.assertEqual(self._get_row().quantity, 5)
        self.assertEqual(self._get_row(self.other).quantity, 0)
        brand = self.env["product.attribute"].create(
            {
                "name": "Бренд",
                "create_variant": "no_variant",
                "value_ids": [Command.create({"name": "Свой"}), Command.create({"name": "Чужой"})],
            }
        )
        self.other.product_tmpl_id.attribute_line_ids = [
            Command.create({"attribute_id": brand.id, "value_ids": [Command.set(brand.value_ids[0].ids)]})
        ]
        rules.create(
            {
                "account_id": self.account.id,
                "target": "attribute",
                "attribute_value_id": brand.value_ids[0].id,
                "mode": "adjust",
                "cap": 3,
            }
        )
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self.assertEqual(self._get_row(self.other).quantity, 3)

    def test_listing_without_product_shows_none(self):
        row = self._get_row()
        row.write({"state": "sent", "sent_known": True, "sent_quantity": 1000})
        self.offers[0].product_id = False
        self._absorb()
        self.assertEqual((row.quantity, row.state), (0, "waiting"))

    def test_two_offers_of_one_product(self):
        """Each shows all that is there; the last piece that one of them sells is taken off the other at once."""
        self._move(-999)
        twin = self.offers[1]
        twin.product_id = self.product
        self._absorb()
        rows = self._get_row()
        self.assertEqual((rows.offer_id, rows.mapped("quantity")), (self.offers[0] + twin, [1, 1]))
        self._store(make_order([make_line(twin, 1)], status="to_assemble"))
        self._absorb()
        self.assertEqual(rows.mapped("quantity"), [0, 0])
        self.assertEqual(self._find_jobs("stock_push").filtered(lambda job: job.state == "pending").priority, 1)

    def test_archived_product_shows_none(self):
        self.product.active = False
        self._absorb()
        self.assertEqual(self._get_row().quantity, 0)

    def test_units_of_the_listing(self):
        self._move(-975)
        self.offers[0].uom_id = self.env["uom.uom"].create(
            {"name": "Упаковка 6", "relative_factor": 6, "relative_uom_id": self.product.uom_id.id}
        )
        self._absorb()
        self.assertEqual(self._get_row().quantity, 4)
        order = self._import(make_order([make_line(self.offers[0], 2)], status="to_assemble"))
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2)
        self.assertEqual(order.sale_order_id.picking_ids.move_ids.product_qty, 12)

    def test_locations_shares_and_fbo(self):
        shelf = self.env["stock.location"].create(
            {"name": "Витрина", "location_id": self.warehouse.view_location_id.id}
        )
        self._move(11, location=shelf)
        self.place.stock_location_ids = [Command.create({"location_id": shelf.id, "share": 50})]
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self.assertEqual(self._get_row().quantity, 1005)
        with self.assertRaisesRegex(ValidationError, "twice"):
            inner = self.env["stock.location"].create({"name": "Ряд", "location_id": shelf.id})
            self.place.stock_location_ids = [Command.create({"location_id": inner.id})]
        with self.assertRaisesRegex(ValidationError, "marketplace's own warehouse"):
            self.place.stock_location_ids = [Command.create({"location_id": self.account._get_fbo_location().id})]

    def test_settings_that_would_send_nothing(self):
        for vals, reason in (
            ({"stock_cap": 3, "stock_pack": 5}, "packs of 5"),
            ({"stock_cap": 3, "stock_threshold": 5}, "0 below 5"),
            ({"stock_buffer": -1}, "negative"),
            ({"stock_location_ids": [Command.clear()]}, "at least one location"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, reason), self.env.cr.savepoint():
                self.place.write(vals)

    def test_shared_stock(self):
        second = self._make_account(name="Ozon 2", client_id="2048")
        self._make_offers(self.product, second)
        place = self.place.copy({"account_id": second.id, "external_id": "2"})
        pool = self.env["marketplace.stock.pool"].create(
            {
                "company_id": self.company.id,
                "member_ids": [
                    Command.create({"warehouse_id": self.place.id, "share": 50}),
                    Command.create({"warehouse_id": place.id, "share": 50}),
                ],
            }
        )
        self._move(-999)
        self._absorb()
        self.assertEqual((self._get_row().quantity, self._get_row(place=place).quantity), (1, 0), "the last piece")
        self._move(10)
        self._absorb()
        self.assertEqual((self._get_row().quantity, self._get_row(place=place).quantity), (6, 5))
        with self.assertRaisesRegex(ValidationError, "same locations"):
            place.stock_location_ids.share = 40
            pool.member_ids = [Command.update(pool.member_ids[0].id, {"share": 20})]

    def test_a_share_is_the_same_whoever_is_computed(self):
        """Also beside a member whose stock is not sent at the moment."""
        second = self._make_account(name="Ozon 2", client_id="2048")
        self._make_offers(self.product, second)
        place = self.place.copy({"account_id": second.id, "external_id": "2", "stock_active": False})
        members = [Command.create({"warehouse_id": row.id, "share": 50}) for row in self.place | place]
        self.env["marketplace.stock.pool"].create({"company_id": self.company.id, "member_ids": members})
        numbers = []
        for compute in (
            lambda: self.env["marketplace.stock.engine"]._compute_account(self.account),
            lambda: self.env["marketplace.stock.engine"]._compute(self.product.marketplace_offer_ids),
        ):
            compute()
            numbers.append(self._get_row().quantity)
        self.assertEqual(numbers, [500, 500])

    def test_whoever_changes_a_setting_has_it_computed_again(self):
        pool = self.env["marketplace.stock.pool"].create(
            {"company_id": self.company.id, "member_ids": [Command.create({"warehouse_id": self.place.id})]}
        )
        for record, vals in ((self.place.stock_location_ids, {"share": 40}), (pool.member_ids, {"floor": 3})):
            with self.subTest(record._name):
                self._find_jobs("stock_compute").unlink()
                record.write(vals)
                self.assertTrue(self._find_jobs("stock_compute"))

    def test_a_cancelled_delivery_that_held_nothing(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self._import(make_order([make_line(self.offers[0], 4)]))
        self._absorb()
        self.assertEqual(self._get_row().quantity, 996)
        order.sale_order_id.picking_ids.action_cancel()
        self._absorb()
        self.assertEqual(self._get_row().quantity, 1000)

    def test_accounts_of_earlier_versions_get_the_schedules(self):
        old = self.account.schedule_ids.filtered(lambda row: row.task in ("stock", "stock_full", "stock_check"))
        self.assertEqual(len(old), 3)
        old.unlink()
        self.env["marketplace.account"]._complete_all()
        self.assertEqual(self.account._get_schedule("stock").kind, "change")
        self.assertTrue(self._find_jobs("account_check"), "the key is asked what it allows of the new things")

    def test_few_queries(self):
        """The number of queries does not depend on the number of offers."""
        counts = []
        for offers in (self.offers[:2], self.offers):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["marketplace.stock.engine"]._compute(offers)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)

    def test_schedules(self):
        schedule = self.account._get_schedule("stock")
        jobs = self.env["marketplace.job"].search(
            [("operation", "=", "stock_push"), ("account_id", "=", self.account.id)]
        )
        self.assertTrue(jobs, "on change")
        jobs.unlink()
        schedule.write({"kind": "hours", "every": 3})
        self._move(-1)
        self._absorb()
        domain = [("operation", "=", "stock_push"), ("account_id", "=", self.account.id)]
        self.assertFalse(self.env["marketplace.job"].search(domain))
        self._move(-999)
        self._absorb()
        self.assertEqual(self.env["marketplace.job"].search(domain).priority, 1, "sold out is told on every schedule")
        with self.assertRaises(ValidationError):
            self.account._get_schedule("orders").kind = "change"
