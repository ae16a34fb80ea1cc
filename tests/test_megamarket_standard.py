from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .megamarket_case import MegamarketCase


@tagged("post_install", "-at_install")
class TestMegamarketStandard(MegamarketCase):
    """The marketplace carries: confirmed, packed into boxes, labelled, handed over."""

    scheme = "fbs"

    def _confirm(self, order):
        self.assertEqual((order.status, order.sale_order_id.state), ("to_confirm", "draft"))
        order.sale_order_id.action_confirm()
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("to_assemble", "sale"), order.activity_ids)

    def test_confirmed_by_confirming_the_order(self):
        order = self._receive((self.products[0], 2))
        self._confirm(order)
        self.assertEqual(set(self._statuses_there(order).values()), {"CONFIRMED"})
        self.assertTrue(order.sale_order_id.locked)

    def test_boxes_labels_and_hand_over(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1))
        self._confirm(order)
        first, second = order.picking_ids.move_line_ids
        first.result_package_id = self.env["stock.package"].create({})
        second.result_package_id = self.env["stock.package"].create({})
        self._validate(order.picking_ids)
        self.assertEqual((order.status, order.ship_state), ("assembled", "shipped"), order.ship_problem)
        codes = [f"5046*{order.number}*{box}" for box in (1, 2)]
        self.assertEqual([box["boxCode"] for box in self._there(order)["boxes"]], codes)
        self.assertEqual((order.parcel_ids.mapped("number"), order.cargo_places), (codes, 2))
        self.assertEqual(order.label_state, "ready", order.label_problem)
        self.assertEqual(order.label_id.raw[:5], b"%PDF-")
        order.action_courier()
        self._run_jobs()
        self.assertEqual((order.status, order.delivery_step), ("handed_over", "handed_over"), order.delivery_problem)
        self._control(f"postings/{order.number}/progress", {})
        self._poll("statuses_poll")
        self.assertEqual(order.status, "delivered")

    def test_a_piece_is_refused_and_the_rest_confirmed_at_once(self):
        """The marketplace is still at work on the refusal when it is asked to confirm."""
        self._set(pending_delay=3600)
        order = self._receive((self.products[0], 2), (self.products[1], 1))
        self._refuse(order, 0, 1)
        self._run_jobs(rounds=2)
        order.action_confirm_there()
        self._run_jobs(rounds=2)
        self.assertEqual(order.status, "to_confirm")
        self.assertFalse(self._find_jobs("confirm").error)
        # One hour later it has taken the refusal, another one later the confirmation.
        for _step in range(2):
            self.simulator.control("POST", "clock", {"advance": 3600})
            self._run_jobs(rounds=3)
        self.assertEqual((order.status, order.sale_order_id.state), ("to_assemble", "sale"))
        self.assertEqual(self._statuses_there(order), {"1": "CONFIRMED", "2": "MERCHANT_CANCELED", "3": "CONFIRMED"})
        self.assertEqual(order.sale_order_id.order_line.mapped("product_uom_qty"), [1, 1])
        self.assertEqual(order.picking_ids.move_ids.mapped("product_uom_qty"), [1, 1], "a delivery was made")

    def test_confirmed_too_late(self):
        order = self._receive((self.products[0], 1))
        self.simulator.control("POST", "clock", {"advance": 5 * 3600})
        order.action_confirm_there()
        self._run_jobs()
        self.assertEqual((order.status, order.cancel_initiator), ("cancelled", "marketplace"))
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertIn("не подтверждён в срок", order.cancel_reason)

    def test_the_last_piece_is_refused(self):
        order = self._receive((self.products[0], 1))
        self._refuse(order, 0, 1)
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))

    def test_the_buyer_cancels_at_every_stage(self):
        """Standard: the lots are cancelled at once, the marketplace only tells it."""
        for stage in ("to_confirm", "to_assemble", "assembled"):
            with self.subTest(stage=stage):
                order = self._receive((self.products[0], 2))
                if stage != "to_confirm":
                    self._confirm(order)
                if stage == "assembled":
                    self._validate(order.picking_ids)
                self._cancel_there(order.number, 2)
                self._poll("statuses_poll")
                self.assertEqual(order.status, stage)
                self.assertEqual(order.line_ids.gone_numbers, "2")
                if stage == "assembled":
                    self.assertEqual(order.problem_kind, "cancel")
                else:
                    self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 1)

    def test_marks_go_with_the_boxes(self):
        order = self._receive((self.products[0], 2, {"mark": True}))
        self._confirm(order)
        self.assertEqual((order.marking_state, order.exemplar_ids.mapped("external_id")), ("needed", ["1", "2"]))
        for serial in (1, 2):
            gtin = self.products[0].barcode.zfill(14)
            answer = order.scan_marking(f"01{gtin}21{serial:0>13}\x1d91EE10\x1d92{'q' * 44}")
            self.assertNotIn("error", answer)
        self._validate(order.picking_ids)
        self.assertEqual((order.status, order.marking_state), ("assembled", "ready"), order.ship_problem)
        packing = [call for call in self._there(order)["calls"] if call["method"] == "order/packing"]
        self.assertIn("0000000000001", str(packing[-1]))

    def _pack_first(self, order):
        """Only the first line; what is left becomes a delivery of its own. Returns the one that is done."""
        picking = order.picking_ids
        picking.move_ids[0].picked = True
        picking.move_ids[1].quantity = 0
        picking.with_context(skip_sms=True, skip_backorder=True).button_validate()
        return picking

    def test_packed_in_part_is_told_with_the_rest(self):
        order = self._receive((self.products[0], 1), (self.products[1], 1))
        self._confirm(order)
        picking = self._pack_first(order)
        self._run_jobs()
        self.assertEqual((order.status, order.ship_state), ("to_assemble", "none"))
        rest = order.picking_ids - picking
        self.assertEqual(len(rest), 1)
        self._validate(rest)
        self.assertEqual((order.status, order.ship_state), ("assembled", "shipped"), order.ship_problem)
        self.assertEqual(set(self._statuses_there(order).values()), {"PACKED"})

    def test_packed_in_part_and_the_rest_refused(self):
        order = self._receive((self.products[0], 1), (self.products[1], 1))
        self._confirm(order)
        self._pack_first(order)
        self._refuse(order, 1, 1)
        self._run_jobs()
        self.assertEqual(self._statuses_there(order), {"1": "PACKED", "2": "MERCHANT_CANCELED"})
        self.assertEqual((order.status, order.problem), ("assembled", False))

    # --- settings -----------------------------------------------------------------------------------------------
    def test_confirmed_by_the_table(self):
        row = self.account.status_action_ids.filtered(lambda row: row.status == "to_confirm")
        self.assertEqual(row.action, "none")
        row.action = "confirm"
        order = self._receive((self.products[0], 1))
        self.assertEqual((order.status, order.sale_order_id.state), ("to_assemble", "sale"))

    def test_not_told_where_the_table_says_so(self):
        self.account.status_trigger_ids.filtered(lambda row: row.event == "confirmed").message = "nothing"
        order = self._receive((self.products[0], 1))
        order.sale_order_id.action_confirm()
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("to_confirm", "sale"))

    def test_a_confirmed_order_is_changed_there_only(self):
        order = self._receive((self.products[0], 3))
        self._confirm(order)
        line = order.sale_order_id.order_line
        for values in ({"product_uom_qty": 2}, {"price_unit": 1}, {"product_id": self.products[1].id}):
            with self.subTest(values=values), self.assertRaises(UserError), self.cr.savepoint():
                line.write(values)
        self._refuse(order, 0, 1)
        self._run_jobs()
        self.assertEqual((line.product_uom_qty, order.sale_order_id.locked), (2, True))

    # --- reading ------------------------------------------------------------------------------------------------
    def test_an_order_that_the_marketplace_still_works_on(self):
        self._set(new_delay=600)
        number = self._buy((self.products[0], 1))
        self._poll()
        self.env["marketplace.job"]._enqueue("order_fetch", self.account, payload={"number": number})
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.status, order.state), ("new", "ignored"))
        self.simulator.control("POST", "clock", {"advance": 700})
        self._poll("statuses_poll")
        self.assertEqual((order.status, order.state), ("to_confirm", "done"))

    def test_a_period_by_hand_and_the_completeness_check(self):
        now = fields.Datetime.now()
        # The check leaves out the last hour, which may still be on its way.
        moment = fields.Datetime.subtract(now, hours=3).strftime("%Y-%m-%dT%H:%M:%SZ")
        numbers = [self._buy((self.products[0], 1), created_at=moment) for _time in range(3)]
        wizard = self.env["marketplace.order.fetch"].create(
            {
                "account_id": self.account.id,
                "since": fields.Datetime.subtract(now, days=1),
                "until": fields.Datetime.add(now, hours=1),
            }
        )
        wizard.action_start()
        self._run_jobs()
        self.assertEqual({self._find(number).state for number in numbers}, {"done"})
        self._poll("completeness")
        check = self.env["marketplace.completeness"].search([("account_id", "=", self.account.id)], limit=1)
        self.assertEqual((check.cabinet_count, check.missing, check.extra), (3, "", ""))
        self.assertFalse(self._find_jobs("completeness").error)
