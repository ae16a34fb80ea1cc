import psycopg2

from odoo import Command
from odoo.tests import tagged

from .common import TwoTransactionsCase


@tagged("post_install", "-at_install")
class TestStockRaces(TwoTransactionsCase):
    """Two workers promise the same piece, each in a real transaction of its own; what they leave is removed
    afterwards."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove)
        self.product_id = self.one["product.product"].create({"name": "Races", "is_storable": True}).id
        warehouse = self.one["stock.warehouse"].search([], limit=1)
        self.kind_id, self.place_id = warehouse.out_type_id.id, warehouse.lot_stock_id.id
        self._get(self.one, "stock.quant")._update_available_quantity(*self._get_goods(self.one), 1)
        self.one.cr.commit()

    def _remove(self):
        for env in (self.one, self.two):
            env.cr.rollback()
            env.invalidate_all()
        products = self.two["product.product"].search([("name", "=", "Races")])
        pickings = self.two["stock.move"].search([("product_id", "in", products.ids)]).picking_id
        pickings.action_cancel()
        pickings.unlink()
        self.two["stock.quant"].search([("product_id", "in", products.ids)]).sudo().unlink()
        products.product_tmpl_id.unlink()
        self.two.cr.commit()

    def _get(self, env, model):
        return env[model].with_context(marketplace_batch=True)

    def _get_goods(self, env):
        return env["product.product"].browse(self.product_id), env["stock.location"].browse(self.place_id)

    def _promise(self, env):
        """A delivery of the only piece, as a batch of postings makes it."""
        # Whoever waits here waits for ever: the other one is this same thread.
        env.cr.execute("SET LOCAL lock_timeout = '5s'")
        places = {"location_id": self.place_id, "location_dest_id": env.ref("stock.stock_location_customers").id}
        line = {"product_id": self.product_id, "product_uom_qty": 1, **places}
        picking = self._get(env, "stock.picking").create(
            {"picking_type_id": self.kind_id, "move_ids": [Command.create(line)], **places}
        )
        picking.move_ids._action_confirm()
        picking.move_ids._action_assign()
        env.flush_all()
        return picking.move_ids

    def test_the_second_one_has_lost_while_the_first_is_at_it(self):
        self.assertEqual(self._promise(self.one).state, "assigned")
        # The engine does the batch again; nothing of it stays.
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._promise(self.two)
        self.two.cr.rollback()
        self.one.cr.commit()
        self.assertEqual(self._promise(self.two).state, "confirmed", "there was one piece only")

    def test_the_second_one_has_lost_also_when_the_first_has_finished_meanwhile(self):
        self.two["product.product"].browse(self.product_id).read(["name"])
        self.assertEqual(self._promise(self.one).state, "assigned")
        self.one.cr.commit()
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self._promise(self.two)
        self.two.cr.rollback()
        self.assertEqual(self._promise(self.two).state, "confirmed")
