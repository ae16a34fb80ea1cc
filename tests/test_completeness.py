from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .builders import make_line, make_order
from .orders_case import OrdersSimulatorCase


@tagged("post_install", "-at_install")
class TestCompleteness(OrdersSimulatorCase):
    """«Cabinet N, Odoo N»: every difference has a number, and what is missing here is fetched."""

    def setUp(self):
        super().setUp()
        self.account.start_date = fields.Datetime.now() - timedelta(days=2)

    def _buy_at(self, hours, **values):
        moment = fields.Datetime.now() - timedelta(hours=hours)
        return self._buy((self.products[0], 1, "10.00"), in_process_at=f"{moment.isoformat()}Z", **values)

    def _check(self):
        self._poll("completeness")
        return self.env["marketplace.completeness"].search([("account_id", "=", self.account.id)], limit=1)

    def test_nothing_missing(self):
        for hours in (1, 20, 40):
            self._buy_at(hours)
        self._poll()
        self._poll("statuses_poll")
        check = self._check()
        self.assertEqual((check.cabinet_count, check.odoo_count, check.differs), (3, 3, False))
        self.assertEqual(check.display_name, "Cabinet 3, Odoo 3")
        self.assertEqual(self.account.completeness_id, check)
        self.assertEqual(self.account._get_schedule("completeness").last_result, "Cabinet 3, Odoo 3")

    def test_missing_ones_are_named_and_fetched(self):
        known, lost = self._buy_at(2), self._buy_at(3)
        self._enqueue("order_fetch", payload={"number": known})
        self._run_jobs()
        check = self._check()
        self.assertEqual((check.cabinet_count, check.odoo_count, check.missing), (2, 1, lost))
        self.assertTrue(check.differs)
        self.assertEqual(self._find(lost).state, "done")
        self.assertFalse(self._check().differs)

    def test_extra_ones_are_named(self):
        self._buy_at(2)
        self._poll()
        moment = fields.Datetime.now() - timedelta(hours=2)
        stranger = self._import(make_order([make_line(self.offers[0])], number="9-1-1"))
        stranger.ordered_at = moment
        check = self._check()
        self.assertEqual((check.cabinet_count, check.odoo_count, check.extra), (1, 2, "9-1-1"))
        self.assertTrue(check.differs)

    def test_ignored_and_unreadable_ones_are_there(self):
        """What the settings leave out, or nobody can read, is not missing."""
        self._buy_at(2, status="delivered")
        self._buy_at(3, overrides={"products": None})
        self._poll()
        self._poll("statuses_poll")
        check = self._check()
        self.assertEqual((check.cabinet_count, check.odoo_count, check.differs), (2, 2, False))

    def test_postings_of_this_minute_may_still_be_on_their_way(self):
        self._buy((self.products[0], 1))
        check = self._check()
        self.assertEqual((check.cabinet_count, check.differs), (0, False))

    def test_nothing_before_the_start_date_counts(self):
        self.account.start_date = fields.Datetime.now() - timedelta(hours=5)
        self._buy_at(10)
        check = self._check()
        self.assertEqual((check.cabinet_count, check.differs), (0, False))

    def test_a_check_that_cannot_be_made_says_so(self):
        self._fault("/v4/posting/fbs/list", "status", status=403, message="Api-Key is missing a required role")
        self.assertFalse(self._check())
        schedule = self.account._get_schedule("completeness")
        self.assertEqual(schedule.last_state, "failed")
        self.assertIn("lacks the role", schedule.last_result)
