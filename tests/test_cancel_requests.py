from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .roles_case import ACCOUNTANT, USER, RolesCase
from .shipping_case import ShippingCase

LIST = "/v2/conditional-cancellation/list"
APPROVE, REJECT = "/v2/conditional-cancellation/approve", "/v2/conditional-cancellation/reject"


@tagged("post_install", "-at_install")
class TestCancelRequests(RolesCase, ShippingCase):
    """A buyer whom the seller delivers himself wants to cancel."""

    def _sell(self):
        return self._receive((self.products[0], 2), scheme="rfbs")

    def _ask(self, order, **values):
        number = order if isinstance(order, str) else order.number
        spec = {"reason": "Передумал", "message": "Нашёл дешевле", **values}
        self.simulator.control("POST", f"ozon/postings/{number}/cancel_request", spec)
        return self._load(number)

    def _load(self, number):
        self._poll("cancel_requests_poll")
        return self.env["marketplace.cancel.request"].search(
            [("account_id", "=", self.account.id), ("number", "=", number)]
        )

    def _ask_again(self, request):
        """The marketplace's list is read once more."""
        return self._load(request.number)

    def _decide_there(self, request, word):
        """Somebody decides in the cabinet."""
        path = APPROVE if word == "approve" else REJECT
        adapter = self.account._get_adapter()
        adapter.decide_cancel_request(request.external_id, path == APPROVE, "")

    def _reject(self, requests, comment="Уже едет"):
        action = requests.action_reject()
        wizard = self.env[action["res_model"]].with_env(requests.env).with_context(**action["context"])
        wizard.create({"comment": comment}).action_reject()

    def test_asked(self):
        order = self._sell()
        request = self._ask(order)
        self.assertEqual((request.state, request.order_id), ("pending", order))
        self.assertEqual((request.reason, request.message), ("Передумал", "Нашёл дешевле"))
        self.assertTrue(request.decide_until)
        self.assertFalse(request.urgent)
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(self._ask_again(request), request, "One row however often it is read")
        notice = self.env["marketplace.notification"].search(
            [("res_id", "=", request.id), ("event", "=", "cancel_request")]
        )
        self.assertIn("Передумал: Нашёл дешевле", notice.text)

    def test_urgent(self):
        request = self._ask(self._sell(), hours=3)
        self.assertTrue(request.urgent)
        self.assertIn(request, request.search([("urgent", "=", True)]))
        self.assertNotIn(request, request.search([("urgent", "=", False)]))

    def test_approve(self):
        order = self._sell()
        request = self._ask(order)
        request.action_approve()
        self.assertEqual((request.decision, request.state), ("approve", "pending"))
        self._run_jobs()
        self.assertEqual((request.state, request.decision, request.problem), ("approved", False, False))
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))

    def test_reject(self):
        order = self._sell()
        request = self._ask(order)
        self._reject(request)
        self._run_jobs()
        self.assertEqual((request.state, request.comment), ("rejected", "Уже едет"))
        self.assertEqual((order.status, order.sale_order_id.state), ("to_assemble", "sale"))
        self.assertEqual(self._ask_again(request).state, "rejected")

    def test_twice(self):
        request = self._ask(self._sell())
        request.action_approve()
        with self.assertRaisesRegex(UserError, "decided already"):
            request.action_approve()
        with self.assertRaisesRegex(UserError, "decided already"):
            request.action_reject()
        self._run_jobs()
        with self.assertRaisesRegex(UserError, "decided already"):
            request.action_approve()
        self.assertEqual(self._count_requests(APPROVE), 1)

    def test_decided_in_the_cabinet_meanwhile(self):
        order = self._sell()
        request = self._ask(order)
        self._decide_there(request, "approve")
        self._reject(request)
        self._run_jobs()
        self.assertEqual((request.state, request.decision, request.problem), ("approved", False, False))
        self.assertEqual(order.sale_order_id.state, "cancel", "What is decided there counts")

    def test_decided_in_the_cabinet_and_read(self):
        order = self._sell()
        request = self._ask(order)
        self._decide_there(request, "reject")
        self._ask_again(request)
        self.assertEqual(request.state, "rejected")
        self.assertEqual(order.sale_order_id.state, "sale")

    def test_the_marketplace_approves_by_itself(self):
        order = self._sell()
        request = self._ask(order, hours=1)
        self.simulator.control("POST", "clock", {"advance": 3700})
        self._ask_again(request)
        self.assertEqual(request.state, "approved")
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))

    def test_refused_answer_is_shown_and_can_be_repeated(self):
        request = self._ask(self._sell())
        self._fail(APPROVE, "status", status=400, message="CANCELLATION_IS_BEING_PROCESSED", times=None)
        request.action_approve()
        self._run_jobs()
        self.assertEqual((request.state, request.decision), ("pending", False))
        self.assertTrue(request.problem)
        self._recover()
        request.action_approve()
        self._run_jobs()
        self.assertEqual((request.state, request.problem), ("approved", False))

    def test_answer_lost(self):
        order = self._sell()
        request = self._ask(order)
        self._fail(APPROVE, "accept_then_timeout", delay=0)
        request.action_approve()
        self._run_jobs()
        self.assertEqual((request.state, request.decision, request.problem), ("approved", False, False))
        self.assertEqual(order.sale_order_id.state, "cancel")

    def test_asked_before_the_posting_was_loaded(self):
        number = self._buy((self.products[0], 1), scheme="rfbs")
        request = self._ask(number)
        self.assertEqual((request.state, bool(request.order_id)), ("pending", False))
        self._poll()
        self.assertEqual(request.order_id, self._find(number))
        self.assertEqual(request.order_id.state, "done")

    def test_several_and_one_that_is_refused(self):
        first, second = self._ask(self._sell()), self._ask(self._sell())
        self._decide_there(first, "reject")
        (first | second).action_approve()
        self._run_jobs()
        self.assertEqual((first.state, second.state), ("rejected", "approved"))

    def test_older_reading_does_not_open_it_again(self):
        request = self._ask(self._sell())
        request.action_approve()
        self._run_jobs()
        now = datetime.now(timezone.utc)
        late = dto.CancelRequest(
            external_id=request.external_id, number=request.number, state="pending", decide_until=now + timedelta(1)
        )
        self.env["marketplace.cancel.request.service"]._store(self.account, [late])
        self.assertEqual(request.state, "approved")

    def test_roles(self):
        self.users = {role: self._make_user(role) for role in (USER, ACCOUNTANT)}
        request, other = self._ask(self._sell()), self._ask(self._sell())
        seen = self._as(ACCOUNTANT, request)
        self.assertEqual(seen.reason, "Передумал")
        with self.assertRaises(AccessError):
            seen.action_approve()
        with self.assertRaises(AccessError):
            self._reject(seen)
        self._as(USER, request).action_approve()
        self._reject(self._as(USER, other))
        self.assertEqual(request.decided_by_id, self.users[USER])
        self._run_jobs()
        self.assertEqual((request.state, other.state), ("approved", "rejected"))
