from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import READ_KEY
from .shipping_case import SHIP, ShippingCase


@tagged("post_install", "-at_install")
class TestShipping(ShippingCase):
    # --- the ways to assemble -----------------------------------------------------------------------------------
    def test_validating_the_delivery_sends_assembled(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1))
        order.picking_ids.button_validate()
        self.assertEqual(order.ship_state, "sending")
        self.assertEqual(self._there(order)["ship_calls"], [], "Nothing leaves the house inside the user's transaction")
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(order.status, "assembled")
        self.assertTrue(order.shipped_at)
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)
        self.assertEqual(order.parcel_ids.number, order.number)
        self.assertEqual(order.parcel_ids.picking_id, order.picking_ids)

    def test_validating_by_a_stock_user_without_marketplace_rights(self):
        order = self._receive((self.products[0], 1))
        packer = new_test_user(
            self.env, "mp_packer", "stock.group_stock_user", company_id=self.company.id, company_ids=self.company.ids
        )
        order.picking_ids.with_user(packer).with_context(allowed_company_ids=self.company.ids).button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")

    def test_button_on_the_posting_validates_and_sends(self):
        order = self._receive((self.products[0], 3))
        action = order.action_ship()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(order.picking_ids.state, "done")
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    def test_button_on_delivery_and_sale_order(self):
        first, second = self._receive_many([[(self.products[0], 1)], [(self.products[1], 1)]])
        first.picking_ids.action_marketplace_ship()
        second.sale_order_id.action_marketplace_ship()
        self._run_jobs()
        self.assertEqual((first.ship_state, second.ship_state), ("shipped", "shipped"))

    def test_button_after_validating_by_hand_with_sending_off(self):
        self.account._get_trigger_row("fbs", "validated").message = "nothing"
        order = self._receive((self.products[0], 1))
        order.picking_ids.button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "none")
        self.assertFalse(self._there(order)["ship_calls"])
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")

    def test_many_at_once_and_the_reasons_of_the_others(self):
        orders = self._receive_many([[(product, 1)] for product in self.products[:4]])
        blocked, cancelled = orders[1], orders[2]
        blocked.picking_ids.do_unreserve()
        self._cancel_there(cancelled)
        self._poll("statuses_poll")
        action = orders.action_ship()
        self.assertEqual(action["params"]["type"], "warning")
        message = action["params"]["message"]
        self.assertIn("2 postings are being assembled", message)
        self.assertIn(f"{blocked.number}: its goods are not all reserved ({blocked.picking_ids.name})", message)
        self.assertIn(f"{cancelled.number}: it is cancelled", message)
        self._run_jobs()
        self.assertEqual(orders.mapped("ship_state"), ["shipped", "none", "none", "shipped"])
        self.assertEqual(orders.mapped("picking_ids.state").count("done"), 2)

    def test_nothing_reserved_is_refused_at_once(self):
        order = self._receive((self.products[0], 1))
        order.picking_ids.do_unreserve()
        with self.assertRaisesRegex(UserError, "not all reserved"):
            order.action_ship()
        self.assertFalse(self._jobs(order, "ship"))
        self.assertNotEqual(order.picking_ids.state, "done")

    def test_twice_is_refused_and_sent_once(self):
        order = self._receive((self.products[0], 1))
        order.action_ship()
        with self.assertRaisesRegex(UserError, "being assembled already"):
            order.action_ship()
        self._run_jobs()
        with self.assertRaisesRegex(UserError, "assembled already"):
            order.action_ship()
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    def test_delivery_of_no_posting(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        with self.assertRaisesRegex(UserError, "belongs to a marketplace posting"):
            picking.action_marketplace_ship()

    def test_cargo_places_are_sent(self):
        order = self._receive((self.products[0], 2))
        order.picking_ids.marketplace_cargo_places = 3
        order.picking_ids.action_marketplace_cargo_places()
        order.picking_ids.marketplace_cargo_places = 2
        order.picking_ids.action_marketplace_cargo_places()
        self._run_jobs("orders")
        self.assertEqual(order.cargo_places, 2)
        requests = self.simulator.control("GET", "requests?path=/v3/posting/multiboxqty/set")["requests"]
        self.assertEqual(requests[-1]["body"], {"posting_number": order.number, "multi_box_qty": 2})

    # --- cancelled meanwhile ------------------------------------------------------------------------------------
    def test_cancelled_before_validating(self):
        order = self._receive((self.products[0], 1))
        self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        with self.assertRaisesRegex(UserError, "it is cancelled"):
            order.action_ship()

    def test_cancelled_while_the_job_waits(self):
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._cancel_there(order)
        self._run_jobs()
        self.assertFalse(self._there(order)["ship_calls"])
        requests = self._count_requests(SHIP)
        # The refusal is no failure of ours: the posting was read at once, and says why.
        self.assertEqual((order.status, order.ship_state, order.ship_problem), ("cancelled", "none", False))
        self.assertEqual(self._jobs(order, "ship").state, "done")
        self.assertEqual(order.problem_kind, "cancel", "The goods are in a box: a person must look")
        self.assertEqual(order.sale_order_id.state, "sale")
        with self.assertRaisesRegex(UserError, "it is cancelled"):
            order.action_ship()
        self.assertEqual(self._count_requests(SHIP), requests, "A cancelled posting is not sent again")

    def test_cancelled_and_known_while_the_job_waits(self):
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._cancel_there(order)
        self.env["marketplace.job"]._enqueue("statuses_poll", self.account, priority=0)
        self._run_jobs()
        self.assertEqual(order.problem_kind, "cancel")
        self.assertNotEqual(order.ship_state, "sending", "Nobody is sending any more")
        self.assertEqual(self._count_requests(SHIP), 0)

    def test_cancelled_while_being_assembled_there(self):
        self._set(ship_delay=600)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs("orders", rounds=2)
        self.assertEqual(order.ship_state, "sent")
        self._cancel_there(order)
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")
        self.assertEqual(order.problem_kind, "cancel")
        self.assertIn(self._jobs(order, "ship_watch").state, ("done", "cancelled"))
        self.assertEqual(order.ship_state, "none", "nobody waits for it any more")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    def test_cancelled_while_the_label_is_awaited(self):
        self._set(label_delay=600)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs("orders", "labels", rounds=6)
        self.assertEqual((order.ship_state, order.label_state), ("shipped", "waiting"))
        self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual((order.label_state, order.label_problem), ("none", False), "nobody waits for it any more")
        self.assertEqual(self._jobs(order, "label").state, "cancelled")
        self.assertEqual(order.problem_kind, "cancel")

    def test_refusal_before_a_cancellation_ends_with_it(self):
        order = self._receive((self.products[0], 1))
        self._fail(SHIP, "status", status=400)
        order.action_ship()
        self._run_jobs("orders", rounds=2)
        self.assertEqual((order.ship_state, self._jobs(order, "ship").state), ("failed", "failed"))
        self._recover()
        self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual((order.ship_state, order.ship_problem), ("none", False))
        self.assertEqual(self._jobs(order, "ship").state, "cancelled", "nobody has to look after it")

    def test_validated_although_cancelled(self):
        order = self._receive((self.products[0], 1))
        order.picking_ids.move_ids.picked = True
        self._cancel_there(order)
        self._poll("statuses_poll")
        self.assertEqual(order.problem_kind, "cancel")
        order.picking_ids.button_validate()
        self._run_jobs()
        self.assertIn("take the goods back", order.problem)
        self.assertEqual(self._count_requests(SHIP), 0)

    # --- failures -----------------------------------------------------------------------------------------------
    def test_assembled_in_the_cabinet_before_us(self):
        order = self._receive((self.products[0], 1))
        sku = self._there(order)["lines"][0]["sku"]
        packages = [{"products": [{"product_id": sku, "quantity": 1}]}]
        status, _answer = self.simulator.ozon(SHIP, {"posting_number": order.number, "packages": packages})
        self.assertEqual(status, 200)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertFalse(order.ship_problem)
        self.assertEqual(self._jobs(order, "ship").state, "done")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    def test_accepted_without_an_answer_is_looked_up(self):
        self._fail(SHIP, "accept_then_timeout", delay=0)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs("orders", rounds=1)
        self.assertEqual(self._jobs(order, "ship").state, "pending")
        self.assertIn("looked up before anything is sent again", order.ship_problem)
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertFalse(order.ship_problem)
        self.assertEqual(order.label_state, "ready")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)
        self.assertEqual(self._count_requests(SHIP), 1, "Looked up, not sent a second time")

    def test_accepted_without_an_answer_and_still_being_assembled(self):
        self._set(ship_delay=600)
        self._fail(SHIP, "accept_then_timeout", delay=0)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs("orders", rounds=3)
        self.assertEqual(order.ship_state, "sent")
        self.simulator.control("POST", "clock", {"advance": 700})
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(order.parcel_ids.number, order.number)
        self.assertEqual(self._count_requests(SHIP), 1)

    def test_lost_on_the_way_is_sent_again(self):
        self._fail(SHIP, "drop")
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)
        self.assertEqual(self._count_requests(SHIP), 2)

    def test_busy_and_broken_marketplace(self):
        order = self._receive((self.products[0], 1))
        self._fail(SHIP, "rate_limit", retry_after=900)
        self._fail(SHIP, "status", status=500, times=2)
        order.action_ship()
        self._run_jobs("orders", rounds=1)
        job = self._jobs(order, "ship")
        self.assertEqual(job.state, "pending")
        self.assertGreater((job.eta - job.write_date).total_seconds(), 600, "It waits as long as it was asked to")
        self.assertEqual(order.ship_state, "sending")
        self._forget_limits()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    def test_marketplace_could_not_assemble_and_the_same_button_tries_again(self):
        self._fail(SHIP, "ship_fails")
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "failed")
        self.assertIn("could not assemble", order.ship_problem)
        self.assertEqual(order.picking_ids.marketplace_ship_state, "failed")
        self.assertIn("could not assemble", order.picking_ids.marketplace_ship_problem)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertFalse(order.ship_problem)
        self.assertEqual(len(self._there(order)["ship_calls"]), 2)
        self.assertEqual(order.parcel_ids.mapped("number"), [order.number])

    def test_refusal_is_shown_and_the_same_button_tries_again(self):
        order = self._receive((self.products[0], 1))
        body = {"code": 9, "message": "HAS_INCORRECT_STATUS", "details": []}
        self._fail(SHIP, "status", status=409, body=body)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "failed")
        self.assertIn("in a status that does not allow this", order.ship_problem)
        self.assertEqual(self.account.ship_problem_count, 1)
        order.picking_ids.action_marketplace_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertFalse(order.ship_problem)
        self.account.invalidate_recordset()
        self.assertEqual(self.account.failed_job_count, 0, "What was done in the end has not failed")

    def test_marketplace_out_of_order_for_long(self):
        order = self._receive((self.products[0], 1))
        self._fail(SHIP, "status", status=503, times=None)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(self._jobs(order, "ship").state, "failed")
        self.assertEqual(order.ship_state, "failed")
        self.assertTrue(order.ship_problem)
        self._recover()
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(len(self._there(order)["ship_calls"]), 1)

    # --- what is not allowed is refused at once -----------------------------------------------------------------
    def test_read_only_key(self):
        order = self._receive((self.products[0], 1))
        self.account.api_key = READ_KEY
        self.env["marketplace.job"]._enqueue("account_check", self.account)
        self._run_jobs("catalogue")
        self.assertFalse(self.account.can_write)
        with self.assertRaisesRegex(UserError, "The key of account Ozon Тест may not do this"):
            order.action_ship()
        self.assertEqual(order.picking_ids.state, "assigned", "Nothing was validated")
        self.assertEqual(self._count_requests(SHIP), 0)
        number = self._buy((self.products[1], 1))
        self._poll()
        self.assertEqual(self._find(number).state, "done", "Reading goes on")

    def test_read_only_key_when_validating_by_hand(self):
        order = self._receive((self.products[0], 1))
        self.account.api_key = READ_KEY
        self.env["marketplace.job"]._enqueue("account_check", self.account)
        self._run_jobs("catalogue")
        order.picking_ids.button_validate()
        self._run_jobs()
        self.assertEqual(order.picking_ids.state, "done", "The warehouse can go on")
        self.assertEqual(order.ship_state, "failed")
        self.assertIn("may not do this", order.ship_problem)
        self.assertEqual(self._count_requests(SHIP), 0)

    def test_test_mode_sends_nothing(self):
        order = self._receive((self.products[0], 1))
        self.account.mode = "test"
        with self.assertRaisesRegex(UserError, "in test mode: it reads the cabinet and sends nothing"):
            order.action_ship()
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_paused_account(self):
        order = self._receive((self.products[0], 1))
        self.account.action_pause()
        with self.assertRaisesRegex(UserError, "is paused"):
            order.action_ship()

    def test_key_that_stops_working_pauses_once_and_resuming_finishes(self):
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self.account.api_key = "demo-key-1042-expired"
        self._run_jobs()
        self.assertEqual(self.account.state, "paused")
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(order.ship_state, "sending")
        self.assertIn("has expired or was switched off", order.ship_problem)
        self.account.api_key = "demo-key-1042-write"
        self.account.action_resume()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertFalse(order.ship_problem)
        self.assertFalse(self.account.activity_ids)
