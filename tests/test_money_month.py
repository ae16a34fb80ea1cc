import random
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .money_case import MoneyMixin
from .orders_case import OrdersSimulatorCase

#: As many whole months before this one.
MONTHS = 2


@tagged("post_install", "-at_install")
class TestMoneyMonth(MoneyMixin, OrdersSimulatorCase):
    """Random months of the simulated cabinet, from the first posting to the bank, on the real database: told = ledger =
    books = payouts + balance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"load_statuses": "all", "start_date": "2020-01-01 00:00:00"})
        cls.bank = cls._make_bank()

    def setUp(self):
        super().setUp()
        self._hurry()

    def test_months(self):
        firsts = self._get_months()
        for seed, first in enumerate(firsts):
            self._make_month(seed, first, late=0.2 if seed else 0)
        self._read(firsts[0])
        for first in firsts:
            with self.subTest(month=first):
                self._check_month(first)

    def _get_months(self):
        firsts, first = [], fields.Date.today().replace(day=1)
        for _month in range(MONTHS):
            first = (first - timedelta(days=1)).replace(day=1)
            firsts.insert(0, first)
        return firsts

    def _check_month(self, first):
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        settlement = self._settle(first, last, post=False)
        if settlement.has_unknown:
            self._load_unknown(settlement)
        self._post(settlement)
        self.assertBalanced(settlement)
        self.assertTrue(settlement.is_proved)
        self.assertLessEqual(set(settlement.difference_ids.mapped("code")), {"unknown_posting"})
        accrued = self._read_balance(first, last)
        self.assertEqual(self._sum([settlement.told_total]), accrued)
        before = self._describe(settlement)
        settlement.action_reset()
        self._post(settlement)
        self.assertEqual(self._describe(settlement), before, "The same again")
        self._receive_payouts(first, last)
        closing = self.account._get_adapter().get_balance(last, last).closing
        self.assertEqual(self._get_clearing_balance(), closing)

    def _read_balance(self, first, last):
        """What the cabinet says that it has accrued; by halves of the month, which are short enough."""
        adapter, middle = self.account._get_adapter(), first.replace(day=15)
        halves = ((first, middle), (middle + timedelta(days=1), last))
        return sum((adapter.get_balance(*half).accrued for half in halves), Decimal(0))

    def _make_month(self, seed, first, late):
        """``late``: charges of what the months before had, which were settled without them."""
        chance = random.Random(seed)
        self.simulator.control(
            "POST",
            "ozon/month",
            {
                "month": f"{first:%Y-%m}",
                "postings": chance.randrange(6, 14),
                "returns": chance.choice((0.1, 0.3)),
                "cancelled": 0.1,
                "late": late,
                "orderless": chance.randrange(3, 9),
                "seed": seed,
            },
        )

    def _read(self, first):
        """Postings since then as history, and their money."""
        self.account.accrual_start = first
        fetch = self.env["marketplace.order.fetch"].create(
            {"account_id": self.account.id, "since": first - timedelta(days=10), "until": fields.Date.today()}
        )
        fetch.action_start()
        for operation in ("accrual_types_poll", "accruals_poll", "payouts_poll"):
            self._enqueue(operation)
        self._run_jobs()

    def _load_unknown(self, settlement):
        action = settlement.action_load_unknown()
        self.env["marketplace.order.fetch"].with_context(**action["context"]).create({}).action_start()
        self._run_jobs()
        settlement.action_preview()

    def _describe(self, settlement):
        moves = settlement.payment_ids.move_id | settlement.move_ids
        items = sorted((line.account_id.code, round(line.balance, 2)) for line in moves.line_ids)
        return items, sorted(settlement.difference_ids.mapped(lambda row: (row.code, row.amount, row.number or "")))

    def _receive_payouts(self, first, last):
        payouts = self.env["marketplace.payout"].search(
            [("account_id", "=", self.account.id), ("date", ">=", first), ("date", "<=", last)]
        )
        for payout in payouts:
            self._receive(self.bank, payout.amount, payout.date + timedelta(days=1))
        matched = self.env["marketplace.payout.matcher"]._match_clear(payouts)
        self.assertEqual(matched, payouts)
