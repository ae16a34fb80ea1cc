import random
from decimal import Decimal

from odoo.tests import BaseCase

from ...marketplaces.base import money
from ...services.settlement_plan import Claim, Row, make_plan

MARKETPLACE, RECEIVABLE = 7, 121
SERVICE, SUSPENSE, EXPENSE = (611, 5, ""), (999, 0, ""), (612, 0, "")


def sale(row_id, amount, claim, kind=money.SALE, **values):
    return Row(
        id=row_id, kind=kind, document="receivable", amount=Decimal(amount), claim=claim, book=SUSPENSE, **values
    )


def service(row_id, amount, claim=None, label="Логистика", month="", book=SERVICE):
    return Row(
        id=row_id,
        kind=money.LOGISTICS,
        document="bill",
        amount=Decimal(amount),
        claim=claim,
        label=label,
        month=month,
        book=book,
    )


def entry(row_id, amount, document="entry", kind=money.FINE, label="Штраф"):
    book = EXPENSE if document == "entry" else SUSPENSE
    return Row(id=row_id, kind=kind, document=document, amount=Decimal(amount), label=label, book=book)


def owed(key, invoices="0", refunds="0", state="invoiced", partner=MARKETPLACE):
    return Claim(key, partner, RECEIVABLE, Decimal(invoices), Decimal(refunds), state)


class TestSettlementPlan(BaseCase):
    """Which documents a settlement's rows become; without a database."""

    def _plan(self, rows, *claims, **options):
        return make_plan(rows, {claim.key: claim for claim in claims}, **options)

    def _codes(self, plan):
        return {(difference.code, str(difference.amount)) for difference in plan.differences}

    def test_a_month_in_numbers(self):
        plan = self._plan(
            [
                sale(1, "1448.00", 10),
                sale(2, "552.00", 11),
                service(3, "-246.16", 10, "Вознаграждение"),
                service(4, "-93.84", 11, "Вознаграждение"),
                service(5, "-60.00", 10),
                sale(6, "-552.00", 11, money.RETURN),
                service(7, "93.84", 11, "Вознаграждение"),
                entry(8, "-100.00"),
            ],
            owed(10, "1448.00"),
            owed(11, "552.00", "552.00"),
        )
        self.assertFalse(plan.differences)
        ((receipt,), (repayment,)) = plan.receipts, plan.repayments
        self.assertEqual((receipt.amount, receipt.exact, receipt.claims), (Decimal("2000.00"), True, [10, 11]))
        self.assertEqual((repayment.amount, repayment.claims), (Decimal("552.00"), [11]))
        self.assertEqual(
            {line.label: line.amount for line in plan.bill},
            {"Вознаграждение": Decimal("246.16"), "Логистика": Decimal("60.00")},
        )
        self.assertEqual((plan.bill_total, plan.entry_total), (Decimal("306.16"), Decimal("-100.00")))
        self.assertEqual(plan.moved, Decimal("1041.84"))

    def test_an_order_that_differs_has_a_payment_of_its_own(self):
        plan = self._plan(
            [sale(1, "100.00", 1), sale(2, "90.00", 2), sale(3, "105.00", 3), sale(4, "100.00", 4)],
            *(owed(key, "100.00") for key in (1, 2, 3, 4)),
        )
        self.assertEqual(
            sorted((receipt.amount, receipt.exact, receipt.claims) for receipt in plan.receipts),
            [
                (Decimal("90.00"), False, [2]),
                (Decimal("105.00"), False, [3]),
                (Decimal("200.00"), True, [1, 4]),
            ],
        )
        self.assertEqual(self._codes(plan), {("underpaid", "-10.00"), ("overpaid", "5.00")})

    def test_every_reason_has_its_name(self):
        for rows, claim, code, amount in (
            ([sale(1, "100.00", 1)], owed(1, state="waiting"), "no_invoice", "100.00"),
            ([sale(1, "100.00", 1)], owed(1), "paid_before", "100.00"),
            ([sale(1, "-48.00", 1)], owed(1), "taken_back", "-48.00"),
            ([sale(1, "100.00", 1)], owed(1, state="cancelled"), "cancelled_order", "100.00"),
            ([sale(1, "-100.00", 1, money.RETURN)], owed(1), "no_credit_note", "-100.00"),
            ([sale(1, "-100.00", 1, money.RETURN)], owed(1, "0", "99.99"), "return_differs", "-0.01"),
            ([sale(1, "100.00", 1, money.RETURN)], owed(1), "return_reversed", "100.00"),
        ):
            with self.subTest(code=code):
                plan = self._plan(rows, claim)
                self.assertEqual(self._codes(plan), {(code, amount)})
                self.assertEqual(plan.moved, rows[0].amount)

    def test_what_nobody_knows_waits_row_by_row(self):
        rows = [
            sale(1, "100.00", None, number="1-1-1", label="Продажа 1-1-1"),
            sale(2, "50.00", None, number="2-2-2", label="Продажа 2-2-2"),
            entry(3, "-7.00", "suspense", money.UNKNOWN, "Тип 777"),
            entry(4, "-7.00", "suspense", money.UNKNOWN, "Тип 777"),
        ]
        plan = self._plan(rows)
        self.assertEqual(len(plan.entry), 4)
        self.assertEqual({line.book for line in plan.entry}, {SUSPENSE})
        self.assertEqual(
            self._codes(plan), {("unknown_posting", "100.00"), ("unknown_posting", "50.00"), ("unknown_type", "-14.00")}
        )

    def test_charges_of_orders_that_never_were_go_on_the_bill(self):
        plan = self._plan([service(1, "-61.39", None), service(2, "-30.00", 5)], owed(5, state="cancelled"))
        self.assertEqual((plan.bill_total, plan.differences), (Decimal("91.39"), []))

    def test_late_charges_say_where_they_belong(self):
        plan = self._plan([service(1, "-10.00"), service(2, "-5.00", month="2026-08"), service(3, "-1.00")])
        self.assertEqual(
            {(line.month, line.amount) for line in plan.bill},
            {("", Decimal("11.00")), ("2026-08", Decimal("5.00"))},
        )

    def test_more_came_back_than_was_charged(self):
        plan = self._plan([service(1, "-10.00"), service(2, "25.50", label="Возврат вознаграждения")])
        self.assertEqual(plan.bill_total, Decimal("-15.50"))
        self.assertEqual(plan.moved, Decimal("15.50"))

    def test_a_payment_per_order(self):
        rows = [sale(1, "100.00", 1), sale(2, "100.00", 2), sale(3, "-100.00", 2, money.RETURN)]
        plan = self._plan(rows, owed(1, "100.00"), owed(2, "100.00", "100.00"), per_order=True)
        self.assertEqual((len(plan.receipts), len(plan.repayments), plan.differences), (2, 1, []))

    def test_customers_do_not_share_payments(self):
        rows = [sale(1, "100.00", 1), sale(2, "100.00", 2)]
        plan = self._plan(rows, owed(1, "100.00"), owed(2, "100.00", partner=8))
        self.assertEqual({receipt.partner for receipt in plan.receipts}, {MARKETPLACE, 8})

    def test_sold_and_taken_back_is_nothing(self):
        plan = self._plan([sale(1, "100.00", 1), sale(2, "-100.00", 1)], owed(1, state="waiting"))
        self.assertEqual([receipt.amount for receipt in plan.receipts], [Decimal("0.00")])
        self.assertFalse(plan.differences)

    def test_nothing_at_all(self):
        plan = self._plan([])
        self.assertEqual((plan.moved, plan.total, plan.differences), (0, 0, []))

    def test_random_months_balance(self):
        """Whatever the rows are: each in one document, and the documents move exactly what the rows are."""
        for seed in range(2000):
            chance = random.Random(seed)
            claims = [self._make_claim(chance, key) for key in range(1, 8)]
            rows = [self._make_row(chance, row_id) for row_id in range(1, chance.randrange(2, 60))]
            plan = make_plan(rows, {claim.key: claim for claim in claims}, per_order=chance.random() < 0.2)
            total = sum(row.amount for row in rows)
            with self.subTest(seed=seed):
                self.assertEqual(plan.moved, total)
                self.assertEqual(plan.total, total)
                self._check_exact_transfers(plan, {claim.key: claim for claim in claims})

    def _make_claim(self, chance, key):
        kopecks = [Decimal(chance.randrange(0, 20000)) / 100 for _side in range(2)]
        state = chance.choice(("invoiced", "invoiced", "waiting", "cancelled"))
        invoices, refunds = kopecks if state == "invoiced" else ("0", "0")
        return owed(key, invoices, refunds, state, chance.choice((MARKETPLACE, 8)))

    def _make_row(self, chance, row_id):
        amount = Decimal(chance.randrange(-20000, 20000)) / 100
        claim = chance.choice((None, 99, *range(1, 8)))
        month = chance.choice(("", "", "2026-07"))
        return chance.choice(
            (
                sale(row_id, amount, claim, month=month),
                sale(row_id, amount, claim, money.RETURN, number=str(claim)),
                service(row_id, amount, claim, chance.choice("АБВ"), month, (chance.choice((611, 613)), 5, "")),
                entry(row_id, amount, chance.choice(("entry", "suspense"))),
            )
        )

    def _check_exact_transfers(self, plan, claims):
        for side, name in ((plan.receipts, "open_invoices"), (plan.repayments, "open_refunds")):
            for transfer in side:
                if transfer.exact:
                    self.assertEqual(transfer.amount, sum(getattr(claims[key], name) for key in transfer.claims))

    def test_a_plan_that_forgets_a_row_is_refused(self):
        rows = [sale(1, "100.00", 1), service(2, "-10.00")]
        plan = self._plan(rows, owed(1, "100.00"))
        plan.bill.clear()
        with self.assertRaises(ValueError):
            plan.check(rows)
        plan = self._plan(rows, owed(1, "100.00"))
        plan.receipts[0].amount += Decimal("0.01")
        with self.assertRaises(ValueError):
            plan.check(rows)
