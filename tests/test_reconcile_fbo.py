from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again
from odoo.addons.sale_marketplace.services import marketplace_fbo_adjuster

from .reconcile_case import ReconcileCase

#: A warehouse of the simulated Ozon, not the one that is taken where none is named.
OTHER_PLACE = 15_431_806_189_000


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

    def test_postings_are_read_before_comparing(self):
        """What was sold and shipped there a moment ago is no loss."""
        product = self.products[0]
        self._stock_fbo(product, 10)
        self._put_fbo(product, 10)
        number = self._buy((product, 3), scheme="fbo")
        for _step in ("awaiting_deliver", "delivering"):
            self.simulator.control("POST", "ozon/progress", {"number": number})
        self._check_fbo()
        order = self._find(number)
        self.assertEqual(order.picking_ids.mapped("state"), ["done"])
        row = self._get_held(product)
        self.assertEqual((row.quantity, row.there_quantity, row.cause), (7, 7, False))

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

    def test_kits_are_counted_by_their_parts(self):
        kit, cup, saucer = self.products[:3]
        self._make_kit(kit, {cup: 2, saucer: 1})
        self._stock_fbo(cup, 7)
        self._stock_fbo(saucer, 5)
        self._put_fbo(kit, 3)
        self._check_fbo()
        row = self._get_held(kit)
        self.assertEqual((row.quantity, row.cause), (3, False), "seven cups are three pairs and one")
        self._put_fbo(kit, 4)
        self._check_fbo()
        self.assertEqual((row.difference, row.cause), (1, "kit"))
        self._adjust(row)
        self.assertIn("count its parts", row.answer)
        self.assertEqual((self._count_fbo(cup), self._count_fbo(saucer)), (7, 5))

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
