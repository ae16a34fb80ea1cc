from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .shipping_case import ShippingCase

CREATE, APPROVE = "/v1/carriage/create", "/v1/carriage/approve"


@tagged("post_install", "-at_install")
class TestHandover(ShippingCase):
    def setUp(self):
        super().setUp()
        self._set(act_delay=0)
        self.env["marketplace.job"]._enqueue("warehouses_poll", self.account)
        self._run_jobs("catalogue")
        self.place = self.account.warehouse_ids.filtered(lambda row: row.label_kind == "small" and row.scheme == "fbs")[
            :1
        ]

    def _ship_here(self, count=1):
        orders = self._receive_many(
            [[(product, 1)] for product in self.products[:count]], warehouse_id=int(self.place.external_id)
        )
        orders.action_ship()
        self._run_jobs("orders")
        return orders

    def _make(self):
        return self.env["marketplace.handover"].create({"account_id": self.account.id, "warehouse_id": self.place.id})

    def _create_there(self, handover):
        handover.action_create_there()
        self._run_jobs()
        return handover

    def _requests(self, path):
        return self.simulator.control("GET", f"requests?path={path}")["requests"]

    def test_from_assembled_postings_to_the_document(self):
        orders = self._ship_here(3)
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertEqual(handover.order_ids, orders)
        self.assertTrue(handover.document_id.raw.startswith(b"%PDF"))
        self.assertTrue(handover.barcode.startswith("%303%"))
        self.assertFalse(handover.more)
        self.assertIn(str(handover.document_id.id), handover.action_print()["url"])
        self.assertEqual(self._there(orders[0])["carriage_id"], int(handover.external_id))
        self.assertEqual(len(self._requests(CREATE)), 1)
        self.assertEqual(len(self._requests(APPROVE)), 1)

    def test_forming_takes_its_time(self):
        self._set(act_delay=600)
        self._ship_here()
        handover = self._make()
        handover.action_create_there()
        self._run_jobs(rounds=4)
        self.assertEqual(handover.state, "forming")
        self.assertFalse(handover.document_id)
        with self.assertRaisesRegex(UserError, "not there yet"):
            handover.action_print()
        with self.assertRaisesRegex(UserError, "on its way already"):
            handover.action_create_there()
        self.simulator.control("POST", "clock", {"advance": 700})
        self._run_jobs()
        self.assertEqual(handover.state, "ready")
        self.assertEqual(len(self._requests(CREATE)), 1)

    def test_nothing_to_hand_over(self):
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "failed")
        self.assertIn(f"There is nothing to hand over at {self.place.name} yet.", handover.problem)
        orders = self._ship_here()
        self._create_there(handover)
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertFalse(handover.problem)
        self.assertEqual(handover.order_ids, orders)

    def test_refused_approval_goes_on_where_it_stopped(self):
        self._ship_here()
        body = {"code": 9, "message": "SOMETHING_ELSE", "details": []}
        self._fail(APPROVE, "status", status=400, body=body)
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "failed")
        self.assertTrue(handover.problem)
        self.assertTrue(handover.external_id)
        self._create_there(handover)
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertEqual(len(self._requests(CREATE)), 1, "The carriage that exists is used")

    def test_created_without_an_answer_is_found_again(self):
        self._ship_here()
        self._fail(CREATE, "accept_then_timeout", delay=0)
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertEqual(len(self._requests(CREATE)), 1)

    def test_approved_without_an_answer(self):
        self._ship_here()
        self._fail(APPROVE, "accept_then_timeout", delay=0)
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "ready", handover.problem)

    def test_document_that_is_no_pdf(self):
        self._ship_here()
        self._fail("/v2/posting/fbs/act/get-pdf", "not_pdf")
        handover = self._create_there(self._make())
        self.assertEqual(handover.state, "failed")
        self.assertFalse(handover.document_id)
        self._create_there(handover)
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertEqual(len(self._requests(CREATE)), 1)

    def test_second_one_takes_what_came_later(self):
        first_orders = self._ship_here(2)
        first = self._create_there(self._make())
        later = self._ship_here()
        second = self._create_there(self._make())
        self.assertEqual(second.state, "ready", second.problem)
        self.assertNotEqual(first.external_id, second.external_id)
        self.assertEqual(first.order_ids, first_orders)
        self.assertEqual(second.order_ids, later)

    def test_second_one_without_an_answer_is_not_taken_for_the_first(self):
        self._ship_here()
        first = self._create_there(self._make())
        later = self._ship_here()
        self._fail(CREATE, "accept_then_timeout", delay=0)
        second = self._create_there(self._make())
        self.assertEqual(second.state, "ready", second.problem)
        self.assertNotEqual(first.external_id, second.external_id)
        self.assertEqual(second.order_ids, later)
        self.assertEqual(len(self._requests(CREATE)), 2)

    def test_by_a_packer(self):
        orders = self._ship_here()
        packer = new_test_user(
            self.env,
            "mp_packer",
            "sale_marketplace.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        handovers = (
            self.env["marketplace.handover"].with_user(packer).with_context(allowed_company_ids=self.company.ids)
        )
        handover = handovers.create({"account_id": self.account.id, "warehouse_id": self.place.id})
        handover.action_create_there()
        self._run_jobs()
        self.assertEqual(handover.state, "ready", handover.problem)
        self.assertEqual(handover.order_ids, orders)
        self.assertTrue(handover.action_print())

    def test_read_only_key_is_refused_at_once(self):
        self.account.operations = ["orders", "order"]
        with self.assertRaisesRegex(UserError, "may not do this"):
            self._make().action_create_there()
