from odoo.tests import tagged

from .orders_case import OrdersSimulatorCase


@tagged("post_install", "-at_install")
class TestStockRows(OrdersSimulatorCase):
    """Goods that lie in several rows of one place, as Odoo leaves them when two transactions meet there."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.place = self.warehouse.lot_stock_id

    def _rows(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.place.id)], order="in_date, id"
        )

    def _get_reserved(self):
        return sum(self._rows().mapped("reserved_quantity"))

    def _move_reservation_to_new_row(self, units, in_date="2030-01-01"):
        """Another row holds a part of the reservation (a negative one: has set a part free)."""
        row = self._rows()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_quant SET reserved_quantity = reserved_quantity - %s WHERE id = %s", (units, row.id)
        )
        self.env.cr.execute(
            "INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date) "
            "VALUES (%s, %s, %s, 0, %s, %s)",
            (self.product.id, self.place.id, row.company_id.id, units, in_date),
        )
        self.env.invalidate_all()
        self.assertEqual(len(self._rows()), 2)

    def _deliver(self, units):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.place.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": units,
                            "location_id": self.place.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.state, "assigned")
        return picking

    def test_ended_reservation_is_taken_from_the_row_that_holds_it(self):
        picking = self._deliver(3)
        self._move_reservation_to_new_row(3)
        picking.do_unreserve()
        self.assertEqual(self._get_reserved(), 0)

    def test_ended_reservation_is_taken_from_several_rows(self):
        first, second = self._deliver(5), self._deliver(2)
        self._move_reservation_to_new_row(4)
        first.action_cancel()
        self.assertEqual(self._get_reserved(), 2)
        second.action_cancel()
        self.assertEqual(self._get_reserved(), 0)

    def test_row_that_set_more_free_than_it_held_is_counted(self):
        self._deliver(5)
        self._move_reservation_to_new_row(-2, in_date="2000-01-01")
        self.assertEqual(self._get_reserved(), 5)
        self._deliver(1)
        self.assertEqual(self._get_reserved(), 6)

    def test_delivery_takes_goods_and_reservation(self):
        picking = self._deliver(3)
        self._deliver(1)
        self._move_reservation_to_new_row(3)
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self._get_reserved(), 1)
        self.assertEqual(sum(self._rows().mapped("quantity")), 997)

    def test_nothing_is_set_free_that_was_not_reserved(self):
        self._deliver(2)
        self._move_reservation_to_new_row(1)
        self.env["stock.quant"]._update_reserved_quantity(self.product, self.place, -5)
        self.assertEqual(self._get_reserved(), 0)

    def test_batch_of_postings_puts_the_rows_together(self):
        self._deliver(3)
        self._move_reservation_to_new_row(3)
        self._poll("offers_poll")
        self._buy((self.product, 2))
        self._poll()
        row = self._rows()
        self.assertEqual((len(row), row.quantity, row.reserved_quantity), (1, 1000, 5))
