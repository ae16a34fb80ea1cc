from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig
from odoo.addons.sale_marketplace.marketplaces.base.limiter import Limiter
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import RATES
from odoo.addons.sale_marketplace.services.money_check import PAIRS

from .common import CLIENT_ID, WRITE_KEY, SimulatorMarketplaceCase
from .unit.adapter_support import FakeClock

PRICE = "1450"


def make_quick_adapter(simulator, adapter_class=OzonAdapter):
    """What the marketplace's limits make us wait passes on a clock of its own."""
    clock = FakeClock()
    return adapter_class(
        AdapterConfig(base_url=simulator.ozon_url, client_id=CLIENT_ID, api_key=WRITE_KEY),
        limiter=Limiter(RATES, clock),
        sleep=clock.sleep,
        clock=clock,
    )


class WatchedAdapter(OzonAdapter):
    """``watch``: looks at Odoo while the marketplace is asked."""

    def get_balance(self, since, until):
        self.watch()
        return super().get_balance(since, until)


@tagged("post_install", "-at_install")
class TestMoneyCheck(SimulatorMarketplaceCase):
    """A month of a cabinet, booked and paid out: everything is equal; each disturbance is seen where it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["marketplace.accrual.poller"]._get_today()
        cls.last = cls.today.replace(day=1) - timedelta(days=1)
        cls.month = cls.last.replace(day=1)
        cls.account.accrual_start = cls.month
        # A full key; what it may do is otherwise asked when it is connected.
        cls.account.operations = sorted(cls.account._get_info().operations)
        cls.account.action_setup_accounting()
        cls.bank = cls.env["account.journal"].create(
            {"name": "Банк", "type": "bank", "code": "BNK9", "company_id": cls.company.id}
        )
        cls._make_month()

    @classmethod
    def _make_month(cls):
        """Sold, charged and paid out there, and read here, without waiting for what the marketplace allows a second."""
        goods = [
            {"offer_id": product.default_code, "name": product.name, "barcode": product.barcode, "price": PRICE}
            for product in cls.products
        ]
        cls.simulator.control("POST", "ozon/products", {"products": goods})
        spec = {"postings": 20, "returns": 0.1, "late": 0.1, "orderless": 2, "seed": 5}
        cls.simulator.control("POST", "ozon/month", {"month": f"{cls.month:%Y-%m}", **spec})
        adapter = make_quick_adapter(cls.simulator)
        cls.env["marketplace.accrual.type"]._learn("ozon", list(adapter.iter_accrual_types()))
        for number in range(1, cls.last.day + 1):
            told = adapter.get_accruals(cls.month.replace(day=number))
            cls.env["marketplace.accrual.store"]._store_day(cls.account, told)
        payouts = list(adapter.iter_payouts(cls.month, cls.last))
        report = adapter.get_realization(cls.month.year, cls.month.month)
        store = cls.env["marketplace.realization.store"]
        cls.report = store._store(cls.account, cls.month.year, cls.month.month, report)
        cls.payouts = cls.env["marketplace.payout.poller"]._store(cls.account, payouts)

    def setUp(self):
        super().setUp()
        self._hurry()

    # --- a month, as it goes ------------------------------------------------------------------------------------
    def _settle(self):
        settlement = self.env["marketplace.settlement"].create(
            {"account_id": self.account.id, "date_from": self.month, "date_to": self.last}
        )
        settlement.action_preview()
        self.env["marketplace.settlement.poster"]._post(settlement)
        return settlement

    def _receive(self):
        """The bank receives what was paid out."""
        for payout in self.payouts:
            self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.bank.id,
                    "amount": payout.amount,
                    "date": payout.date + timedelta(days=2),
                    "payment_ref": "ОЗОН выплата",
                }
            )
        self.env["marketplace.payout.matcher"]._match_clear(self.account)
        self.assertEqual(set(self.payouts.mapped("state")), {"matched"})

    def _live(self):
        settlement = self._settle()
        self._receive()
        return settlement

    def _check(self):
        """As the button does: by a job."""
        check = self.env["marketplace.money.check"].search([("account_id", "=", self.account.id)])
        check = check or check.create({"account_id": self.account.id, "month": self.last})
        check.action_check()
        self._run_jobs("finance")
        return check

    def _get_states(self, check):
        return {pair: check[f"{pair}_state"] for pair in PAIRS}

    def assertDiffers(self, check, **amounts):
        """Exactly these pairs differ, and by so much."""
        states = self._get_states(check)
        found = {pair: round(check[f"{pair}_difference"], 2) for pair, state in states.items() if state == "differs"}
        self.assertEqual(found, amounts)
        self.assertEqual(check.state, "differs" if amounts else "ok")

    def _find_activities(self):
        return self.account.activity_ids.filtered(lambda activity: "does not add up" in (activity.summary or ""))

    def _change(self, row, amount):
        """The marketplace corrects it."""
        self.simulator.control("POST", f"ozon/accruals/{row.external_id}", {"amount": f"{amount:.2f}"})

    # --- all is well --------------------------------------------------------------------------------------------
    def test_a_month_that_adds_up(self):
        settlement = self._live()
        check = self._check()
        self.assertEqual(set(self._get_states(check).values()), {"ok"}, self._get_states(check))
        self.assertDiffers(check)
        self.assertFalse(check.problem)
        self.assertTrue(check.accrued_total)
        self.assertEqual(check.accrued_total, check.told_total)
        self.assertEqual(check.accrued_total, check.balance_accrued)
        self.assertAlmostEqual(check.bank_total, sum(self.payouts.mapped("amount")), 2)
        self.assertAlmostEqual(check.expected_closing, check.balance_closing, 2)
        self.assertAlmostEqual(check.clearing_settled, settlement.row_total, 2)
        self.assertAlmostEqual(sum(check.line_ids.mapped("amount")), check.accrued_total, 2)
        self.assertFalse(self._find_activities())
        self.assertIn("equal", check.message_ids[0].body)
        posts = len(check.message_ids)
        self._check()
        self.assertEqual(len(check.message_ids), posts, "No news")

    def test_by_itself_for_the_month_before(self):
        schedule = self.account._get_schedule("money_check")
        self.assertEqual((schedule.active, schedule.kind, schedule.every), (True, "monthly", 8))
        self._poll("money_check")
        check = self.env["marketplace.money.check"].search([("account_id", "=", self.account.id)])
        self.assertEqual((check.month, check.date_from, check.date_to), (self.month, self.month, self.last))
        self.assertEqual(schedule.last_state, "done")
        self.assertIn("Payouts and Bank", schedule.last_result)
        self.assertIn("Rows and Settlements", schedule.last_result)

    def test_the_cabinet_held_money_before(self):
        """What was there when the accruals begin is explained, until somebody books it."""
        start = self.month + timedelta(days=14)
        self.account.accrual_start = start
        self.env["marketplace.accrual"].search([("account_id", "=", self.account.id), ("date", "<", start)]).unlink()
        check = self._check()
        self.assertEqual(check.date_from, start)
        self.assertTrue(check.before_total)
        self.assertEqual(check.before_total, check.balance_opening)
        self.assertEqual(check.books_state, "ok")

    # --- what disturbs it ---------------------------------------------------------------------------------------
    def test_a_row_that_has_changed_there(self):
        self._live()
        row = self.env["marketplace.accrual"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "advertising")], limit=1
        )
        self._change(row, row.amount - 16)
        self.addCleanup(self._change, row, row.amount)
        check = self._check()
        self.assertDiffers(check, balance=-16.0)
        self.assertEqual(check.above_total, -16.0)
        self.assertEqual(check.days_differing, [fields.Date.to_string(row.date)])
        days = self.env["marketplace.accrual.day"].search(check.action_view_differing()["domain"])
        self.assertEqual(days.date, row.date)
        activity = self._find_activities()
        self.assertIn("Cabinet and Rows", activity.note)
        self._check()
        self.assertEqual(self._find_activities(), activity, "One, however often")

        days.read_at = self.today - timedelta(days=1)
        check.action_read_again()
        self._run_jobs("finance")
        check = self._check()
        # The correction is an open row, which waits for its settlement.
        self.assertDiffers(check, settled=-16.0)
        waiting = self.env["marketplace.accrual"].search(check.action_view_unsettled()["domain"])
        self.assertEqual((waiting.amount, waiting.corrects_id), (-16.0, row))

    def test_a_day_that_nobody_has_read(self):
        self._live()
        day = self.env["marketplace.accrual.day"].search(
            [("account_id", "=", self.account.id), ("date", "=", self.last), ("row_count", "=", 0)]
        ) or self.env["marketplace.accrual.day"].search(
            [("account_id", "=", self.account.id), ("date", "<=", self.last), ("row_count", "=", 0)], limit=1
        )
        self.assertTrue(day, "A day without money")
        self.env["marketplace.accrual.day"].browse(day.ids).unlink()
        check = self._check()
        self.assertDiffers(check, days=0.0)
        self.assertTrue(check.days_missing)
        check.action_read_again()
        self._run_jobs("finance")
        self.assertDiffers(self._check())

    def test_days_of_both_sorts_are_read_again(self):
        """Days that differ from the cabinet, and days that nobody has read, in one go."""
        check = self.env["marketplace.money.check"].create({"account_id": self.account.id, "month": self.month})
        self.env["marketplace.money.checker"]._check(self.account, self.month)
        first, last = fields.Date.to_string(self.month), fields.Date.to_string(self.last)
        days = self.env["marketplace.accrual.day"].search([("account_id", "=", self.account.id)])
        days.filtered(lambda day: day.date == self.last).unlink()
        check.days_differing = [first]
        check.action_read_again()
        self.assertEqual(self._find_jobs("accruals_poll").payload["days"], [first, last])

    def test_the_cabinet_is_asked_before_anything_is_locked(self):
        """It may take long to answer: meanwhile people go on working with the month's check and report."""
        found, checks = [], self.env["marketplace.money.check"]
        # One that differs, so that its days are looked for too.
        self.env["marketplace.accrual"].search([("account_id", "=", self.account.id)], limit=1).unlink()
        adapter = make_quick_adapter(self.simulator, WatchedAdapter)
        adapter.watch = lambda: found.append(checks.search_count([("account_id", "=", self.account.id)]))
        check = self.env["marketplace.money.checker"]._check(self.account, self.month, adapter)
        self.assertTrue(check.days_differing)
        self.assertGreater(len(found), 2)
        self.assertEqual(set(found), {0}, "Nothing is written before the last answer")

    def test_a_payout_that_has_not_arrived(self):
        self._live()
        payout = self.payouts[:1]
        payout.action_unmatch()
        check = self._check()
        self.assertDiffers(check, bank=payout.amount)
        self.assertEqual(self.env["marketplace.payout"].search(check.action_view_unmatched()["domain"]), payout)
        self.assertIn(payout, self.env["marketplace.payout"].search(check.action_view_transit()["domain"]))

    def test_a_payout_that_was_not_read(self):
        self._live()
        payout = self.payouts[:1]
        amount, line = payout.amount, payout.statement_line_id
        payout.action_unmatch()
        line.unlink()
        payout.unlink()
        self.assertDiffers(self._check(), payments=amount)

    def test_a_report_of_another_amount(self):
        self._live()
        line = self.report.line_ids.filtered(lambda line: line.kind == "sold")[:1]
        line.unlink()
        check = self._check()
        self.assertEqual(check.report_state, "differs")
        self.assertEqual({pair for pair, state in self._get_states(check).items() if state == "differs"}, {"report"})
        self.assertEqual(check.action_view_report()["res_id"], self.report.id)

    def test_sold_this_month_and_accrued_in_the_next(self):
        """Another basis is no difference."""
        row = self.env["marketplace.accrual"].search([("account_id", "=", self.account.id), ("kind", "=", "sale")])[:1]
        self._live()
        row.date = self.today
        check = self._check()
        self.assertEqual((check.report_state, check.report_explained), ("ok", row.amount))

    def test_an_entry_by_hand(self):
        self._live()
        clearing = self.account.payment_journal_id.default_account_id
        other = self.account.other_expense_account_id
        entry = self.env["account.move"].create(
            {
                "journal_id": self.account.payment_journal_id.id,
                "date": self.month + timedelta(days=9),
                "line_ids": [
                    Command.create({"account_id": clearing.id, "debit": 123.45, "name": "Вручную"}),
                    Command.create({"account_id": other.id, "credit": 123.45, "name": "Вручную"}),
                ],
            }
        )
        entry.action_post()
        check = self._check()
        self.assertDiffers(check, books=-123.45)
        self.assertEqual(check.clearing_other, 123.45)
        lines = self.env["account.move.line"].search(check.action_view_other_entries()["domain"])
        self.assertEqual(lines.move_id, entry)
        entry.button_draft()
        self.assertDiffers(self._check())
        self.assertFalse(self._find_activities(), "It is done")

    def test_nothing_is_settled(self):
        self._receive()
        check = self._check()
        self.assertDiffers(check, settled=check.accrued_total)
        self.assertEqual(check.waiting_total, check.accrued_total)
        rows = self.env["marketplace.accrual"].search(check.action_view_unsettled()["domain"])
        self.assertEqual(len(rows), check.unsettled_count)

    def test_settled_with_the_next_month(self):
        self._receive()
        settlement = self.env["marketplace.settlement"].create(
            {"account_id": self.account.id, "date_from": self.last + timedelta(days=1), "date_to": self.today}
        )
        settlement.action_preview()
        self.env["marketplace.settlement.poster"]._post(settlement)
        check = self._check()
        self.assertDiffers(check)
        self.assertEqual(check.elsewhere_total, check.accrued_total)

    def test_the_marketplace_is_down(self):
        self._live()
        check = self._check()
        checked_at, figures = check.checked_at, check.accrued_total
        self.addCleanup(self.simulator.control, "DELETE", "faults")
        self.simulator.control(
            "POST", "faults", {"path": "/v1/finance/balance", "kind": "status", "status": 500, "times": 50}
        )
        check.action_check()
        with self.enter_registry_test_mode():
            self.env.flush_all()
            self.env.ref("sale_marketplace.ir_cron_lane_finance").method_direct_trigger()
            self.env.invalidate_all()
        self.assertEqual((check.checked_at, check.accrued_total), (checked_at, figures))
        job = self._find_jobs("money_check").filtered(lambda job: job.state == "pending")
        self.assertTrue(job.error, "Tried again by itself")
