import base64
import io
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again
from odoo.addons.sale_marketplace.services import marketplace_fbo_adjuster

from .roles_case import ACCOUNTANT, STOCK_MANAGER, USER, RolesCase
from .stock_case import StockCase


class ReconcileCase(StockCase):
    """The cabinet holds FBO stock, and Odoo has its idea of it."""

    def _put_fbo(self, product, present, **values):
        self.simulator.control(
            "POST", "ozon/fbo_stocks", {"stocks": [{"offer_id": product.default_code, "present": present, **values}]}
        )

    def _stock_fbo(self, product, quantity, **place):
        location = self.account._get_fbo_location()
        self.env["stock.quant"]._update_available_quantity(product, location, quantity, **place)

    def _count_fbo(self, product):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.account.fbo_location_id.id)]
        )
        return sum(quants.mapped("quantity"))

    def _check_fbo(self):
        self._enqueue("fbo_stock_check")
        self._run_jobs("stock", rounds=2)

    def _get_held(self, product):
        return self.env["marketplace.stock"].search([("product_id", "=", product.id), ("state", "=", "held")])

    def _adjust(self, rows, **values):
        wizard = self.env["marketplace.stock.adjust"].browse(rows.action_adjust()["res_id"])
        wizard.write(values)
        wizard.action_apply()
        self._run_jobs("stock", rounds=2)


#: A warehouse of the simulated Ozon, not the one that is taken where none is named.
OTHER_PLACE = 1_020_001_835_658_000


@tagged("post_install", "-at_install")
class TestReconcileFbo(ReconcileCase):
    """Goods that lie with the marketplace: compared, explained, adjusted by Odoo's own inventory (STK4)."""

    def test_compared_over_all_warehouses_of_the_marketplace(self):
        first, second, third, *_rest = self.products
        self._put_fbo(first, 5)
        self._put_fbo(first, 3, warehouse_id=OTHER_PLACE, reserved=2)
        self._stock_fbo(first, 8)
        self._put_fbo(second, 4)
        self._stock_fbo(third, 2)
        self._check_fbo()
        row = self._get_held(first)
        self.assertEqual((row.quantity, row.there_quantity, row.there_reserved, row.cause), (8, 8, 2, False))
        row = self._get_held(second)
        self.assertEqual((row.quantity, row.there_quantity, row.difference, row.cause), (0, 4, 4, "counted"))
        row = self._get_held(third)
        self.assertEqual((row.quantity, row.there_quantity, row.difference, row.cause), (2, 0, -2, "unlisted"))
        self.assertEqual(
            len(self.env["marketplace.stock"].search([("state", "=", "held")])), 3, "nothing else lies there"
        )
        schedule = self.account._get_schedule("fbo_stock_check")
        self.assertEqual((schedule.last_state, schedule.last_result), ("done", "3 numbers read, 2 differ from Odoo"))
        self._stock_fbo(third, -2)
        self._check_fbo()
        self.assertFalse(self._get_held(third), "neither here nor there any more")

    def test_fbo_stock_is_never_told(self):
        self._put_fbo(self.products[0], 5)
        self._check_fbo()
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_full")
        self._run_jobs("stock", rounds=3)
        row = self._get_held(self.products[0])
        self.assertEqual((row.state, row.sent_at), ("held", False))
        self.assertEqual(self._get_row(self.products[0]).state, "sent")
        self._enqueue("warehouses_poll")
        self._run_jobs("catalogue")
        self.assertTrue(row.warehouse_id.active, "the cabinet does not list it, and it stays")

    def test_differences_that_explain_themselves(self):
        sold, supplied = self.products[:2]
        self._stock_fbo(sold, 10)
        self._put_fbo(sold, 7)
        move = self._make_move(self.account.fbo_location_id, self.env.ref("stock.stock_location_customers"), sold, 3)
        move._action_confirm()
        self._make_move(self.warehouse.lot_stock_id, self.account.fbo_location_id, supplied, 6, done=True)
        self._check_fbo()
        rows = self._get_held(sold) + self._get_held(supplied)
        self.assertEqual(rows.mapped("cause"), ["undelivered", "supplied"])
        with self.assertRaisesRegex(UserError, "explain themselves"):
            self._adjust(rows)
        self._adjust(rows[1], include_moving=True)
        self.assertEqual((self._count_fbo(sold), self._count_fbo(supplied)), (10, 0))

    def _make_move(self, source, target, product, quantity, done=False):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
            }
        )
        if done:
            move._action_confirm()
            move.write({"quantity": quantity, "picked": True})
            move._action_done()
        return move

    def test_adjusted_by_ordinary_inventory(self):
        more, less = self.products[:2]
        self._put_fbo(more, 5)
        self._stock_fbo(less, 9)
        self._put_fbo(less, 4)
        self._check_fbo()
        rows = self._get_held(more) + self._get_held(less)
        wizard = self.env["marketplace.stock.adjust"].browse(rows.action_adjust()["res_id"])
        self.assertEqual((wizard.row_count, wizard.more, wizard.less, wizard.moving_count), (2, 5, 5, 0))
        self._adjust(rows, reason="Сверка ноября")
        self.assertEqual((self._count_fbo(more), self._count_fbo(less)), (5, 4))
        self.assertEqual(set(rows.mapped("cause")), {False})
        moves = self.env["stock.move"].search([("is_inventory", "=", True), ("product_id", "in", (more + less).ids)])
        self.assertEqual(set(moves.mapped("inventory_name")), {"Сверка ноября"})
        self.assertEqual(sorted(moves.mapped("quantity")), [5, 5])
        self.assertEqual(moves.create_uid, self.env.user)
        self._check_fbo()
        self.assertFalse(self.env["marketplace.stock"].search([("state", "=", "held"), ("cause", "!=", False)]))

    def test_stock_that_has_changed_since_is_not_adjusted(self):
        product = self.products[0]
        self._stock_fbo(product, 9)
        self._put_fbo(product, 4)
        self._check_fbo()
        self._stock_fbo(product, -5)
        row = self._get_held(product)
        self._adjust(row)
        self.assertEqual((self._count_fbo(product), row.cause), (4, "counted"))
        self.assertIn("compare again", row.answer)
        self._check_fbo()
        self.assertEqual((row.cause, row.answer), (False, False))

    def test_thousands_go_in_parts(self):
        """Out of time, the job goes on where it stopped, and counts what it did before."""
        for product in self.products[:3]:
            self._put_fbo(product, 5)
        self._check_fbo()
        rows = self.env["marketplace.stock"].search([("state", "=", "held")])
        payload = {"rows": rows.ids, "reason": "Сверка", "user": self.env.uid}
        job = self._enqueue("fbo_adjust", payload=payload, unique=False)
        adjuster = self.env["marketplace.fbo.adjuster"]
        with patch.object(marketplace_fbo_adjuster, "BATCH", 2):
            with self.assertRaises(Again) as caught:
                adjuster._run_adjust(job, None, 0)
            self.assertEqual(caught.exception.payload["rows"], rows[2:].ids)
        job.payload = caught.exception.payload
        for product in self.products[:2]:
            # What ``assertRaises`` has rolled back, the engine would have committed.
            self._stock_fbo(product, 5)
        self.assertIn("3 adjusted, 0 left alone", adjuster._run_adjust(job, None, None))
        self.assertEqual([self._count_fbo(product) for product in self.products[:3]], [5, 5, 5])

    def test_lots(self):
        """Fewer: the oldest lots go, as in a delivery. More: nobody knows of which lot."""
        product = self.products[0]
        product.tracking = "lot"
        lots = self.env["stock.lot"].create([{"product_id": product.id, "name": name} for name in ("A", "B")])
        for days, lot in enumerate(lots):
            self._stock_fbo(
                product, 3, lot_id=lot, in_date=fields.Datetime.subtract(fields.Datetime.now(), days=9 - days)
            )
        self._put_fbo(product, 2)
        self._check_fbo()
        self._adjust(self._get_held(product))
        left = self.env["stock.quant"].search([("lot_id", "in", lots.ids), ("location_id.usage", "=", "internal")])
        self.assertEqual(
            left.filtered("quantity").mapped(lambda quant: (quant.lot_id.name, quant.quantity)), [("B", 2)]
        )
        self._put_fbo(product, 7)
        self._check_fbo()
        self._adjust(self._get_held(product))
        self.assertEqual(self._count_fbo(product), 2)
        self.assertIn("lots", self._get_held(product).answer)

    def test_sold_by_the_pack_and_two_offers_of_one_product(self):
        pack, twin, *_rest = self.offers
        pack.uom_id = self.env.ref("uom.product_uom_dozen")
        self._stock_fbo(pack.product_id, 30)
        self._put_fbo(pack.product_id, 2)
        self._check_fbo()
        row = self._get_held(pack.product_id)
        self.assertEqual((row.quantity, row.difference), (2, 0))
        self.assertEqual(row.cause, "counted", "six pieces more than two dozen")
        self._adjust(row)
        self.assertEqual(self._count_fbo(pack.product_id), 24)
        pack.uom_id = False
        twin.product_id = pack.product_id
        self.simulator.control("POST", "ozon/fbo_stocks", {"stocks": [{"offer_id": twin.article, "present": 20}]})
        self._put_fbo(self.products[0], 5)
        self._check_fbo()
        rows = self._get_held(self.products[0])
        self.assertEqual(
            rows.mapped(lambda row: (row.offer_id, row.quantity, row.there_quantity)), [(pack, 4, 5), (twin, 20, 20)]
        )
        self._adjust(rows)
        self.assertIn("Several offers", rows[0].answer)
        self.assertTrue(pack.has_twin and twin.has_twin)
        self.assertEqual(self.env["marketplace.offer"].search([("has_twin", "=", True)]), pack + twin)
        self.assertEqual(pack.twin_ids, twin)

    def test_unmatched(self):
        offer = self.offers[0]
        offer.product_id = False
        self._put_fbo(self.products[0], 5)
        self._check_fbo()
        row = self.env["marketplace.stock"].search([("offer_id", "=", offer.id), ("state", "=", "held")])
        self.assertEqual((row.cause, row.difference), ("unmatched", 5))
        self._adjust(row)
        self.assertIn("linked to no product", row.answer)

    def test_ignored_listings_are_left_out(self):
        self.offers[0].action_ignore()
        self._put_fbo(self.products[0], 5)
        self._check_fbo()
        self.assertFalse(self.env["marketplace.stock"].search([("state", "=", "held")]))

    def test_drift(self):
        """Units get lost and found there; one comparison and one adjustment put it right."""
        for number, product in enumerate(self.products):
            self._put_fbo(product, 20 + number)
            self._stock_fbo(product, 20 + number)
        drift = self.simulator.control("POST", "ozon/fbo_stocks", {"drift": 7})["drift"]
        self.assertTrue(drift)
        self._check_fbo()
        rows = self.env["marketplace.stock"].search([("state", "=", "held"), ("cause", "!=", False)])
        self.assertEqual({row.offer_id.article: row.difference for row in rows}, drift)
        self._adjust(rows)
        self.assertEqual(
            {
                product.default_code: self._count_fbo(product) - 20 - number
                for number, product in enumerate(self.products)
            },
            {product.default_code: drift.get(product.default_code, 0) for product in self.products},
        )


@tagged("post_install", "-at_install")
class TestReconcile(RolesCase, ReconcileCase):
    """The list of differences, of own warehouses and of FBO together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT)}

    def _differ(self):
        """One number changed by hand in the cabinet, one FBO difference."""
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_push")
        self._run_jobs("stock", rounds=3)
        hand = {"offer_id": self.products[1].default_code, "warehouse_id": int(self.place.external_id), "free": 3}
        self.simulator.control("POST", "ozon/stocks", {"stocks": [hand]})
        self._put_fbo(self.products[0], 4)
        self.env["marketplace.stock"].action_compare()
        self._run_jobs("stock", rounds=3)
        return self.env["marketplace.stock"].search([("to_reconcile", "=", True)])

    def test_compare_reads_both(self):
        rows = self._differ()
        self.assertEqual(set(rows.mapped("cause")), {"changed", "counted"})
        self.assertEqual(self.account.stock_difference_count, 2)

    def test_ignored_until_it_is_another_difference(self):
        row = self._differ().filtered(lambda row: row.cause == "changed")
        row.action_ignore()
        self.assertEqual((row.to_reconcile, self.account.stock_difference_count), (False, 1))
        row.action_compare()
        self._run_jobs("stock", rounds=3)
        self.assertTrue(row.ignored)
        hand = {"offer_id": self.products[1].default_code, "warehouse_id": int(self.place.external_id), "free": 2}
        self.simulator.control("POST", "ozon/stocks", {"stocks": [hand]})
        row.action_compare()
        self._run_jobs("stock", rounds=3)
        self.assertEqual((row.ignored, row.difference), (False, -998))
        row.action_ignore()
        row.action_stop_ignoring()
        self.assertTrue(row.to_reconcile)

    def test_listings_that_nobody_here_counts(self):
        """Linked to no product: shown with its cause, never told anything. Not loaded at all: loaded."""
        self.offers[0].product_id = False
        self.offers[1].unlink()
        shown = [
            {"offer_id": product.default_code, "warehouse_id": int(self.place.external_id), "free": 6}
            for product in self.products[:2]
        ]
        self.simulator.control("POST", "ozon/stocks", {"stocks": shown})
        self._enqueue("stock_check")
        self._run_jobs("stock", rounds=2)
        row = self.env["marketplace.stock"].search([("offer_id", "=", self.offers[0].id)])
        self.assertEqual((row.state, row.cause, row.difference), ("unmanaged", "unmatched", 6))
        schedule = self.account._get_schedule("stock_check")
        self.assertIn("1 listings are not loaded yet", schedule.last_result)
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_push")
        self._run_jobs("stock", rounds=2)
        self.assertEqual((row.state, self._get_shown(self.products[0])), ("unmanaged", 6))
        self._run_jobs("catalogue")
        offer = self.env["marketplace.offer"].search([("article", "=", self.products[1].default_code)])
        self.assertEqual(len(offer), 1)
        self.offers[0].product_id = self.products[0]
        self._absorb()
        self.assertEqual((row.state, row.quantity), ("waiting", 1000))

    def test_where_nothing_is_sent_nothing_is_to_be_done(self):
        rows = self._differ()
        self.place.stock_active = False
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_check")
        self._run_jobs("stock", rounds=2)
        row = rows.filtered(lambda row: row.state != "held")
        self.assertEqual((row.cause, row.to_reconcile), ("unmanaged", False))
        self.assertEqual(self.account.stock_difference_count, 1)
        self.place.stock_location_ids.unlink()
        self._enqueue("stock_check")
        self._run_jobs("stock", rounds=2)
        self.assertIn("0 numbers read", self.account._get_schedule("stock_check").last_result)

    def test_on_quants(self):
        """Odoo's own lists of stock show and filter what the marketplaces say."""
        self._differ()
        quants = self.env["stock.quant"].search([("product_id", "in", self.products[:3].ids)])
        by_place = {(quant.product_id, quant.location_id): quant for quant in quants}
        own = by_place[self.products[1], self.warehouse.lot_stock_id]
        self.assertEqual((own.marketplace_quantity, own.marketplace_difference), (3, -997))
        self.assertTrue(own.marketplace_checked_at)
        same = by_place[self.products[2], self.warehouse.lot_stock_id]
        self.assertEqual((same.marketplace_quantity, same.marketplace_difference), (1000, 0))
        differs = self.env["stock.quant"].search(
            [("marketplace_difference", "!=", 0), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(differs, own, "there is no quant yet where the FBO difference is")
        self._stock_fbo(self.products[0], 1)
        differs = self.env["stock.quant"].search(
            [("marketplace_difference", "!=", 0), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(differs.location_id, self.warehouse.lot_stock_id | self.account.fbo_location_id)
        self.assertEqual(
            self.env["stock.quant"].search_count(
                [("marketplace_checked_at", "!=", False), ("company_id", "=", self.company.id)]
            ),
            11,
        )

    def test_many_quants_take_the_same_queries(self):
        self._differ()
        quants = self.env["stock.quant"].search([("location_id", "=", self.warehouse.lot_stock_id.id)])
        counts = []
        for chosen in (quants[:2], quants):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            chosen.mapped("marketplace_difference")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_sheet(self):
        rows = self._differ()
        sheet = self.env["marketplace.stock.sheet"].browse(int(rows.action_export()["url"].split("/")[4]))
        cells = list(load_workbook(io.BytesIO(base64.b64decode(sheet.content))).active.values)
        self.assertEqual(len(cells), 3)
        heading = cells[0]
        by_article = {row[heading.index("Article")]: row for row in cells[1:]}
        held = by_article["T-001"]
        self.assertEqual(
            [held[heading.index(name)] for name in ("In Odoo", "Shown There", "Difference", "Cause of the Difference")],
            [0, 4, 4, "Counted otherwise there"],
        )
        everything = (
            self.env["marketplace.stock"].with_context(active_domain=[("there_known", "=", True)]).action_export()
        )
        sheet = sheet.browse(int(everything["url"].split("/")[4]))
        cells = list(load_workbook(io.BytesIO(base64.b64decode(sheet.content))).active.values)
        self.assertEqual(len(cells), 12)

    def test_who_may(self):
        rows = self._differ()
        for group in (USER, ACCOUNTANT):
            mine = self._as(group, rows)
            for action in ("action_ignore", "action_stop_ignoring", "action_adjust", "action_send_again"):
                with self.subTest(group=group, action=action), self.assertRaises(AccessError):
                    getattr(mine, action)()
            self.assertTrue(mine.action_export())
        manager = self._as(STOCK_MANAGER, rows.filtered(lambda row: row.state == "held"))
        wizard = manager.env["marketplace.stock.adjust"].browse(manager.action_adjust()["res_id"])
        wizard.action_apply()
        self._run_jobs("stock", rounds=2)
        self.assertEqual(self._count_fbo(self.products[0]), 4)
        move = self.env["stock.move"].search([("is_inventory", "=", True), ("product_id", "=", self.products[0].id)])
        self.assertEqual(move.create_uid, self.users[STOCK_MANAGER])
