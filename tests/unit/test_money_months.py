import os
import random
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase

from ...marketplaces.base import dto, money
from ...marketplaces.base.adapter import AdapterConfig
from ...marketplaces.base.limiter import Limiter
from ...marketplaces.ozon.adapter import OzonAdapter
from ...marketplaces.ozon.endpoints import RATES
from ...services.settlement_plan import Claim, Row, make_plan
from ..simulator_process import SimulatorProcess
from .adapter_support import FakeClock

#: The year before the simulated present; each is made anew with other goods, buyers and charges.
MONTHS = [(2025, month) for month in range(1, 13)]
COUNT = int(os.environ.get("MONEY_MONTHS", "1000"))
ZERO = Decimal(0)


class TestMoneyMonths(BaseCase):
    """Thousands of random months of a simulated cabinet, read by the adapter and planned: what the marketplace told,
    our rows, what the documents move, and payouts with the balance are one number, every time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = SimulatorProcess(products=0, postings=0, no_limits=True)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        # What the marketplace's limits make us wait passes on a clock of its own.
        clock = FakeClock()
        cls.adapter = OzonAdapter(
            AdapterConfig(base_url=cls.simulator.ozon_url, client_id="1042", api_key="demo-key-1042-write"),
            limiter=Limiter(RATES, clock),
            sleep=clock.sleep,
            clock=clock,
        )

    def test_random_months(self):
        for seed in range(COUNT):
            with self.subTest(seed=seed):
                self._check(seed)

    def _check(self, seed):
        first, told = self._make(seed)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        rows = []
        for offset in range((last - first).days + 1):
            day = self.adapter.get_accruals(first + timedelta(days=offset))
            self.assertEqual(sum((row.amount for row in day.accruals), ZERO), day.total)
            rows += day.accruals
        self.assertFalse([row for row in rows if isinstance(row, dto.UnreadableAccrual)])
        ledger = sum((row.amount for row in rows), ZERO)
        self.assertEqual(ledger, told)
        self.assertEqual(ledger, self._read_balance(first, last))
        plan = self._plan(rows)
        self.assertEqual(plan.moved, ledger)
        self._check_realization(first, rows)

    def _make(self, seed):
        """(first day, what the cabinet says that it has accrued) of a month of its own."""
        chance = random.Random(seed)
        year, month = MONTHS[seed % len(MONTHS)]
        self.simulator.control("POST", "reset", {"seed": seed, "products": 6, "postings": 0})
        self.simulator.control("POST", "ozon/options", {"odd_amounts": chance.random() < 0.5})
        made = self.simulator.control(
            "POST",
            "ozon/month",
            {
                "month": f"{year}-{month:02}",
                "postings": chance.randrange(1, 8),
                "returns": chance.choice((0, 0.05, 0.5)),
                "late": chance.choice((0, 0, 0.3)),
                "cancelled": chance.choice((0, 0.3)),
                "orderless": chance.randrange(0, 8),
                "seed": seed,
            },
        )
        return date(year, month, 1), Decimal(made["total"])

    def _read_balance(self, first, last):
        """Accrued in the month; proves on the way that every piece of it closes."""
        accrued, payouts, since, opening = ZERO, ZERO, first, None
        while since <= last:
            until = min(since + timedelta(days=self.adapter.info.balance_days - 1), last)
            balance = self.adapter.get_balance(since, until)
            self.assertEqual(balance.opening + balance.accrued + sum(balance.payments, ZERO), balance.closing)
            self.assertIn(opening, (None, balance.opening))
            accrued, opening = accrued + balance.accrued, balance.closing
            payouts -= sum(balance.payments, ZERO)
            since = until + timedelta(days=1)
        told = [payout for payout in self.adapter.iter_payouts(first, last) if first <= payout.date <= last]
        self.assertEqual(sum((payout.amount for payout in told), ZERO), payouts)
        return accrued

    def _plan(self, rows):
        """As for orders that are invoiced, and credited, as they were sold and returned."""
        kinds = self.adapter.info.accrual_kinds | money.OWN_TYPES
        names = {kind.external_id: kind.name for kind in self._get_types()}
        claims, planned = {}, []
        for position, row in enumerate(rows):
            kind = kinds[row.type_name or names[row.type_id]]
            key = row.number if kind in (money.SALE, money.RETURN) else None
            if key:
                claim = claims.get(key) or Claim(key, 1, 2)
                invoices = claim.open_invoices + (row.amount if kind == money.SALE else 0)
                refunds = claim.open_refunds - (row.amount if kind == money.RETURN else 0)
                claims[key] = Claim(key, 1, 2, invoices, refunds)
            planned.append(
                Row(
                    id=position,
                    kind=kind,
                    document="receivable" if key else "bill" if kind in money.SERVICES else "entry",
                    amount=row.amount,
                    claim=key,
                    label=kind,
                )
            )
        plan = make_plan(planned, claims)
        self.assertFalse(plan.differences)
        return plan

    @classmethod
    def _get_types(cls):
        if not hasattr(cls, "_types"):
            cls._types = list(cls.adapter.iter_accrual_types())
        return cls._types

    def _check_realization(self, first, rows):
        """The report of the month is of the same goods as its accruals."""
        sold = sum((row.amount for row in rows if row.type_name == money.SALE_TYPE), ZERO)
        returned = -sum((row.amount for row in rows if row.type_name == money.RETURN_TYPE), ZERO)
        report = self.adapter.get_realization(first.year, first.month)
        self.assertEqual(sum((row.sold.gross for row in report.rows if row.sold), ZERO), sold)
        self.assertEqual(sum((row.returned.gross for row in report.rows if row.returned), ZERO), returned)
