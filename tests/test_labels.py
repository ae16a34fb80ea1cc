import io
from datetime import timedelta

from pypdf import PdfReader

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .shipping_case import LABEL_CREATE, LABEL_GET, HttpShippingCase

MM = 72 / 25.4


@tagged("post_install", "-at_install")
class TestLabels(HttpShippingCase):
    def _read_pages(self, pdf):
        """Text of each page, without blanks."""
        return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]

    def _ship_many(self, purchases, **values):
        """Assembled, and not yet labelled."""
        orders = self._receive_many(purchases, **values)
        orders.action_ship()
        self._run_jobs("orders")
        self.assertEqual(set(orders.mapped("ship_state")), {"shipped"})
        return orders

    # --- fetching -----------------------------------------------------------------------------------------------
    def test_label_that_is_not_ready_is_waited_for(self):
        self._set(label_delay=300)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs(rounds=8)
        self.assertEqual(order.label_state, "waiting")
        self.assertIn("still working on it", order.label_problem)
        self.assertFalse(order.label_id)
        self.assertEqual(self._jobs(order, "label").state, "pending")
        with self.assertRaisesRegex(UserError, f"No label yet for {order.number}"):
            order.action_print_labels()
        self.simulator.control("POST", "clock", {"advance": 400})
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")
        self.assertFalse(order.label_problem)
        self.assertEqual(order.picking_ids.marketplace_label_ids, order.label_id)

    def test_task_that_is_being_drawn(self):
        self._set(label_task_delay=100)
        orders = self._ship_many([[(self.products[0], 1)], [(self.products[1], 1)]])
        self._run_jobs(rounds=5)
        self.assertEqual(set(orders.mapped("label_state")), {"waiting"})
        self.assertEqual(self._count_requests(LABEL_CREATE), 1, "One task for both, not one per question")
        self.simulator.control("POST", "clock", {"advance": 200})
        self._run_jobs()
        self.assertEqual(set(orders.mapped("label_state")), {"ready"})
        self.assertEqual(self._count_requests(LABEL_CREATE), 1)

    def test_task_that_fails_is_asked_anew(self):
        self._fail(LABEL_CREATE, "label_task_error")
        order = self._ship((self.products[0], 1))
        self.assertEqual(order.label_state, "ready")
        self.assertEqual(self._count_requests(LABEL_CREATE), 2)

    def test_file_that_is_no_pdf_is_never_kept(self):
        self._fail("/files/", "not_pdf", times=2)
        order = self._ship((self.products[0], 1))
        self.assertEqual(order.label_state, "ready")
        self.assertTrue(order.label_id.raw.startswith(b"%PDF"))
        self.assertEqual(self._count_requests(LABEL_CREATE), 3)

    def test_a_posting_that_is_not_ready_holds_up_nobody(self):
        self._set(label_delay=300)
        orders = self._ship_many([[(self.products[0], 1)], [(self.products[1], 1)]])
        self.simulator.control("POST", "clock", {"advance": 400})
        late = self._ship_many([[(self.products[2], 1)]])
        self._run_jobs(rounds=12)
        self.assertEqual(set(orders.mapped("label_state")), {"ready"})
        self.assertEqual(late.label_state, "waiting")

    def test_giving_up_after_hours_and_fetching_again(self):
        self._set(label_delay=86400)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs(rounds=6)
        job = self._jobs(order, "label")
        self.env.cr.execute(
            "UPDATE marketplace_job SET create_date = create_date - interval '4 hours' WHERE id = %s", [job.id]
        )
        job.invalidate_recordset()
        self._run_jobs("labels")
        self.assertEqual(order.label_state, "failed")
        self.assertTrue(order.label_problem)
        self._set(label_delay=0)
        order.picking_ids.action_marketplace_request_labels()
        self.assertEqual(order.label_state, "waiting")
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")

    def test_broken_and_busy_label_service(self):
        self._fail(LABEL_GET, "status", status=500, times=4)
        self._fail("/files/", "status", status=503, times=4)
        order = self._ship((self.products[0], 1))
        self.assertEqual(order.label_state, "ready")

    def test_on_its_way_the_label_stays(self):
        """The marketplace tells the label's code only as long as the posting waits for the hand-over."""
        for scheme in ("fbs", "rfbs"):
            order = self._ship((self.products[0], 1), scheme=scheme)
            label, code = order.label_id, order.scan_code
            self.assertTrue(code)
            self.simulator.control("POST", f"ozon/postings/{order.number}/status", {"status": "delivering"})
            self._poll("statuses_poll")
            self.assertEqual((order.status, order.label_state), ("delivering", "ready"))
            self.assertEqual((order.label_id, order.scan_code), (label, code))

    def test_labels_before_assembling_are_refused(self):
        order = self._receive((self.products[0], 1))
        with self.assertRaisesRegex(UserError, "assemble them first"):
            order.action_request_labels()

    def test_without_automatic_labels(self):
        self.account.auto_label = False
        order = self._ship((self.products[0], 1))
        self.assertEqual(order.label_state, "none")
        order.action_request_labels()
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")

    # --- whose page is whose ------------------------------------------------------------------------------------
    def test_each_delivery_gets_its_own_pages(self):
        orders = self._ship_many([[(product, 1)] for product in self.products[:4]])
        self._run_jobs()
        self.assertEqual(self._count_requests(LABEL_CREATE), 1, "All in one call")
        for order in orders:
            pages = self._read_pages(order.picking_ids.marketplace_label_ids.raw)
            self.assertEqual(len(pages), 1)
            self.assertIn(order.number, pages[0])
            for other in orders - order:
                self.assertNotIn(other.number, pages[0])

    def test_kind_of_label_by_warehouse(self):
        self.env["marketplace.job"]._enqueue("warehouses_poll", self.account)
        self._run_jobs("catalogue")
        warehouses = self.account.warehouse_ids
        big = warehouses.filtered(lambda warehouse: warehouse.label_kind == "big")
        small = warehouses.filtered(lambda warehouse: warehouse.label_kind == "small" and warehouse.scheme == "fbs")
        for warehouse, width in ((big, 75), (small, 58)):
            order = self._ship((self.products[0], 1), warehouse_id=int(warehouse[:1].external_id))
            self.assertEqual(order.warehouse_id, warehouse[:1])
            page = PdfReader(io.BytesIO(order.label_id.raw)).pages[0]
            self.assertAlmostEqual(float(page.mediabox.width) / MM, width, delta=0.5)

    # --- printing -----------------------------------------------------------------------------------------------
    def test_merged_in_the_order_of_the_selection(self):
        orders = self._ship_many([[(product, 1)] for product in self.products[:3]])
        self._run_jobs()
        chosen = orders[2] + orders[0] + orders[1]
        action = chosen.picking_ids.browse([order.picking_ids.id for order in chosen]).action_marketplace_print_labels()
        user = self._make_user("sale_marketplace.group_user")
        self.authenticate(user.login, user.login)
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        pages = self._read_pages(answer.content)
        self.assertEqual([order.number in page for order, page in zip(chosen, pages, strict=True)], [True] * 3)

    def test_missing_labels_are_named(self):
        orders = self._ship_many([[(product, 1)] for product in self.products[:3]])
        self._run_jobs()
        orders[1].write({"label_id": False, "label_state": "failed"})
        with self.assertRaises(UserError) as caught:
            orders.action_print_labels()
        self.assertIn(orders[1].number, str(caught.exception))
        self.assertNotIn(orders[0].number, str(caught.exception))

    # --- the address of the file --------------------------------------------------------------------------------
    def _make_user(self, groups, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            f"mp_{company.id}_{len(groups)}",
            groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def _get(self, ids, user):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/marketplace/labels/{ids}", allow_redirects=False).status_code

    def test_address_of_the_labels_is_not_for_everybody(self):
        order = self._ship((self.products[0], 1))
        other = self.env["res.company"].create({"name": "Другая"})
        self.assertEqual(self._get(order.id, self._make_user("sale_marketplace.group_user")), 200)
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(order.id, self._make_user("base.group_user")), 403)
            self.assertEqual(self._get(order.id, self._make_user("base.group_portal")), 403)
            self.assertEqual(self._get(order.id, self._make_user("sale_marketplace.group_user", other)), 403)
        self.authenticate(None, None)
        answer = self.url_open(f"/marketplace/labels/{order.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_odd_addresses_of_labels(self):
        user = self._make_user("sale_marketplace.group_user")
        for ids in ("abc", "1,", "99999999999999999999", "%C2%B2", "0", "1;2"):
            self.assertEqual(self._get(ids, user), 404, ids)

    def test_old_job_is_no_reason_to_stop(self):
        """What a posting was given up on once does not count against a new request."""
        order = self._ship((self.products[0], 1))
        old = self._jobs(order, "label")
        old.state = "failed"
        self.env.cr.execute("UPDATE marketplace_job SET create_date = %s", [fields.Datetime.now() - timedelta(days=1)])
        self.env.invalidate_all()
        order.action_request_labels()
        self._run_jobs()
        self.assertEqual(order.label_state, "ready")

    def test_it_left_before_there_was_a_label(self):
        order = self._receive((self.products[0], 1))
        self._fail(LABEL_CREATE, "status", status=400, body={"code": 9, "message": "NO_POSTINGS_FOR_BATCH_DOWNLOAD"})
        self._fail(LABEL_CREATE, "status", status=400, body={"code": 9, "message": "label not allowed"}, times=None)
        order.action_ship()
        self._run_jobs("orders")
        for _step in range(2):
            self.simulator.control("POST", "ozon/progress", {"number": order.number})
        order._fetch()
        self._run_jobs()
        self.assertEqual((order.status, order.label_state), ("delivered", "none"))
        self.assertIn("left without a label", order.label_problem)
        jobs = self.env["marketplace.job"].search([("operation", "=", "label"), ("res_id", "=", order.id)])
        self.assertEqual(set(jobs.mapped("state")), {"done"}, "Nobody asks for it any more")

    def test_cancelled_while_it_is_drawn(self):
        """The job that asks for it was running when the cancellation came, and went on afterwards."""
        self._set(label_task_delay=3600)
        order = self._receive((self.products[0], 1))
        order.action_ship()
        self._run_jobs(rounds=6)
        job = self.env["marketplace.job"].search([("operation", "=", "label"), ("res_id", "=", order.id)])
        self.assertEqual((order.label_state, bool(job.payload.get("task_id"))), ("waiting", True))
        job.state = "running"
        self._cancel_there(order)
        order.action_refresh()
        self._run_jobs("orders")
        self.assertEqual(order.cancel_state, "hold")
        self.simulator.control("POST", "clock", {"advance": 3600})
        job.state = "pending"
        self._run_jobs()
        self.assertEqual((job.state, order.label_state, bool(order.label_id)), ("done", "none", False))
        self.assertFalse(order.picking_ids.marketplace_label_ids)
