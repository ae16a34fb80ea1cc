from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .orders_case import OrdersSimulatorCase

LIST = "/v4/posting/fbs/list"


@tagged("post_install", "-at_install")
class TestFetchWizard(OrdersSimulatorCase):
    """Loading by hand: a period, numbers, or only a look at what would happen."""

    def _make(self, **values):
        now = fields.Datetime.now()
        return self.env["marketplace.order.fetch"].create(
            {
                "account_id": self.account.id,
                "since": now - timedelta(days=10),
                "until": now + timedelta(hours=1),
                **values,
            }
        )

    def _run(self, **values):
        fetch = self._make(**values)
        fetch.action_start()
        self.assertEqual(fetch.state, "running")
        self._run_jobs("orders")
        return fetch

    def _outcomes(self, fetch):
        fetch.action_refresh()
        return {line.number: line.outcome for line in fetch.line_ids}

    # --- a period -----------------------------------------------------------------------------------------------
    def test_period(self):
        inside = [self._buy((self.products[index], 1)) for index in range(3)]
        moment = fields.Datetime.now() - timedelta(days=20)
        outside = self._buy((self.products[0], 1), in_process_at=f"{moment.isoformat()}Z")
        fetch = self._run()
        self.assertEqual(fetch.state, "done")
        self.assertEqual(self._outcomes(fetch), dict.fromkeys(inside, "order"))
        self.assertFalse(self._find(outside))
        self.assertEqual({self._find(number).state for number in inside}, {"done"})
        self.assertIn("3", fetch.summary)

    def test_period_without_postings(self):
        fetch = self._run()
        self.assertEqual((fetch.state, fetch.summary), ("done", "No postings found."))

    def test_period_that_ends_before_it_begins(self):
        now = fields.Datetime.now()
        with self.assertRaisesRegex(UserError, "end after it begins"):
            self._make(since=now, until=now - timedelta(days=1)).action_start()

    def test_period_again_makes_nothing_twice(self):
        number = self._buy((self.products[0], 1))
        self._run()
        self._run()
        self.assertEqual(self.env["sale.order"].search_count([("origin", "=", number)]), 1)

    def test_period_that_fails_says_why(self):
        self._fault(LIST, "status", status=403, message="Api-Key is missing a required role for a method", times=None)
        fetch = self._run()
        self.assertEqual((fetch.state, fetch.line_ids.outcome), ("done", "missing"))
        self.assertIn("lacks the role", fetch.line_ids.message)

    def test_period_survives_a_bad_moment(self):
        number = self._buy((self.products[0], 1))
        self._fault(LIST, "status", status=500, after=4, times=3)
        fetch = self._run()
        self.assertEqual((fetch.state, self._outcomes(fetch)), ("done", {number: "order"}))

    # --- only a look --------------------------------------------------------------------------------------------
    def test_dry_run_tells_everything_and_leaves_nothing(self):
        known = self._buy((self.products[0], 1))
        self._enqueue("order_fetch", payload={"number": known})
        self._run_jobs("orders")
        self.offers[5].unlink()
        self.products[5].write({"default_code": "OTHER", "barcode": False})
        expected = {
            known: "known",
            self._buy((self.products[1], 2, "10.50")): "order",
            self._buy(("T-006", 1)): "mapping",
            self._buy((self.products[1], 1, "0")): "problem",
            self._buy((self.products[1], 1), status="delivered"): "ignored",
        }
        counted = ("marketplace.order", "marketplace.offer", "sale.order", "stock.picking", "res.partner")
        before = {model: self.env[model].search_count([]) for model in counted}
        fetch = self._run(dry_run=True)
        self.assertEqual((fetch.state, self._outcomes(fetch)), ("done", expected))
        self.assertEqual({model: self.env[model].search_count([]) for model in counted}, before)
        self.assertFalse(
            self.env["marketplace.job"].search([("operation", "=", "order_process"), ("state", "!=", "done")])
        )
        told = fetch.line_ids.filtered(lambda line: line.outcome in ("mapping", "problem", "ignored"))
        self.assertTrue(all(told.mapped("message")))
        self.assertEqual(fetch.line_ids.filtered(lambda line: line.outcome == "order").total, 21.0)

    def test_dry_run_then_in_earnest(self):
        number = self._buy((self.products[1], 2, "10.50"))
        fetch = self._run(dry_run=True)
        self.assertFalse(self._find(number))
        fetch.write({"dry_run": False})
        fetch.action_start()
        self._run_jobs("orders")
        self.assertEqual((self._find(number).state, self._outcomes(fetch)), ("done", {number: "order"}))

    # --- by number ----------------------------------------------------------------------------------------------
    def test_numbers(self):
        numbers = [self._buy((self.products[index], 1)) for index in range(3)]
        fetch = self._run(kind="numbers", numbers=f"{numbers[0]}, {numbers[1]}\n{numbers[2]} ; {numbers[0]}")
        self.assertEqual(fetch.state, "done")
        self.assertEqual(self._outcomes(fetch), dict.fromkeys(numbers, "order"))

    def test_number_that_the_cabinet_does_not_have(self):
        number = self._buy((self.products[0], 1))
        fetch = self._run(kind="numbers", numbers=f"123-456-7 {number}")
        self.assertEqual(fetch.state, "done")
        self.assertEqual(self._outcomes(fetch), {"123-456-7": "missing", number: "order"})
        message = fetch.line_ids.filtered(lambda line: line.outcome == "missing").message
        self.assertIn("Ozon does not find it in this cabinet", message)

    def test_numbers_that_the_key_may_not_read(self):
        number = self._buy((self.products[0], 1))
        self._fault("/v3/posting/fbs/get", "status", status=403, message="Api-Key is missing a required role")
        fetch = self._run(kind="numbers", numbers=number)
        self.assertEqual((fetch.state, self._outcomes(fetch)), ("done", {number: "missing"}))
        self.assertIn("lacks the role", fetch.line_ids.message)

    def test_senseless_requests_are_refused(self):
        for values, words in (
            ({"kind": "numbers", "numbers": " , "}, "at least one"),
            ({"kind": "numbers", "numbers": " ".join(map(str, range(501)))}, "500"),
            ({"kind": "numbers", "numbers": "1", "dry_run": True}, "period only"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._make(**values).action_start()

    def test_an_account_that_does_not_work_is_refused_at_once(self):
        self.account.write({"state": "paused", "pause_reason": "The key has expired."})
        for kind in ("period", "numbers"):
            with self.subTest(kind), self.assertRaisesRegex(UserError, "The key has expired"):
                self._make(kind=kind, numbers="1").action_start()
        self.assertFalse(self.env["marketplace.job"].search([("account_id", "=", self.account.id)]))
