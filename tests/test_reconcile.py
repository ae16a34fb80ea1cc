import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .reconcile_case import ReconcileCase
from .roles_case import ACCOUNTANT, STOCK_MANAGER, USER, RolesCase


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
        self._run_jobs("orders", "stock", rounds=4)
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
