from dataclasses import replace
from datetime import date
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter
from odoo.addons.sale_marketplace.services.money_check import PAIRS

from .money_case import MONTH, MoneyCase, make_accrual


class ToldCabinet:
    """An adapter that has been told everything already."""

    def __init__(self, balance):
        self.balance = balance
        self.info = replace(OzonAdapter.info, balance_days=31)

    def get_balance(self, since, until):
        return self.balance


@tagged("post_install", "-at_install")
class TestMoneyCheckWithoutBalance(MoneyCase):
    """Where the marketplace tells no balance, the rest is compared all the same."""

    def _check(self, month=date(2026, 9, 1)):
        return self.env["marketplace.money.checker"]._check(self.account, month)

    def test_what_is_unknown_says_nothing(self):
        self._accrue_sale(self._sell())
        self._settle()
        # Days that nobody has read, a bank that has nothing to receive.
        for day in range(1, 31):
            self._told.setdefault((self.account.id, date(2026, 9, day)), {})
            self._tell_day(self.account, date(2026, 9, day))
        check = self._check()
        self.assertEqual(check.state, "ok")
        unknown = {pair for pair in PAIRS if check[f"{pair}_state"] == "unknown"}
        self.assertEqual(unknown, {"balance", "payments", "report", "books"})
        self.assertFalse(check.balance_known)

    def test_no_month_twice(self):
        check = self._check()
        self.assertEqual(self._check(date(2026, 9, 17)), check)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            check.copy()

    def test_what_cannot_be_checked(self):
        check = self.env["marketplace.money.check"].create({"account_id": self.account.id, "month": date(2025, 3, 9)})
        self.assertEqual(check.month, date(2025, 3, 1))
        self.assertEqual(self._check(date(2025, 3, 1)), check)
        self.assertEqual(check.state, "unknown")
        self.assertIn("nothing to check", check.problem)
        future = check.create({"account_id": self.account.id, "month": date(2100, 1, 1)})
        with self.assertRaisesRegex(UserError, "not begun"):
            future.action_check()
        self.account.state = "draft"
        with self.assertRaisesRegex(UserError, "not connected"):
            check.action_check()

    def test_the_simple_way_settles_nothing(self):
        self.account.money_way = "simple"
        self._accrue(make_accrual("-500.00", "PayPerClick"))
        check = self._check()
        self.assertEqual((check.settled_state, check.unsettled_count), ("unknown", 1))

    def test_no_page_without_money(self):
        """A cabinet that tells nothing of its money is not checked by itself; a person may ask all the same."""
        self.account.operations = ["orders"]
        job = self.env["marketplace.job"]._enqueue("money_check", self.account)
        checker, checks = self.env["marketplace.money.checker"], self.env["marketplace.money.check"]
        self.assertIn("no money", checker._run_check(job, None, None))
        self.assertFalse(checks.search([("account_id", "=", self.account.id)]))
        last = checker._get_month_before()
        job = checker._ask(self.account, last)
        checker._run_check(job, None, None)
        self.assertEqual(checks.search([("account_id", "=", self.account.id)]).month, last)

    def test_by_kind_and_in_suspense(self):
        self._accrue_sale(self._sell())
        self._accrue(make_accrual("700.00", "Sale", number="0099-0001-1", part="sale"))
        self._settle()
        check = self._check()
        self.assertEqual(
            check.line_ids.mapped(lambda line: (line.kind, line.amount)),
            [("sale", 2148.0), ("commission", -246.16), ("logistics", -92.0)],
        )
        self.assertEqual(check.suspense_total, 700.0)
        rows = self.env["marketplace.accrual"].search(check.action_view_suspense()["domain"])
        self.assertEqual(rows.number, "0099-0001-1")
        of_kind = self.env["marketplace.accrual"].search(check.line_ids[0].action_view_accruals()["domain"])
        self.assertEqual(len(of_kind), 2)

    def test_a_posting_that_is_no_order_waits_in_suspense(self):
        order = self.env["marketplace.order"].create(
            {"account_id": self.account.id, "number": "0099-0002-1", "status": "delivered"}
        )
        row = self._accrue(make_accrual("450.00", "Sale", number=order.number, part="sale"))
        settlement = self._settle()
        self.assertEqual(row.order_id, order)
        self.assertEqual(settlement.difference_ids.mapped("code"), ["no_order"])
        check = self._check()
        self.assertEqual(check.suspense_total, 450.0)
        self.assertEqual(self.env["marketplace.accrual"].search(check.action_view_suspense()["domain"]), row)

    # --- currencies ---------------------------------------------------------------------------------------------
    def _make_foreign(self):
        """A cabinet in yuan of a company in roubles; the rate changes within the month and after it."""
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        for day, rate in ((1, 11.37), (20, 12.11)):
            self.env["res.currency.rate"].create(
                {"currency_id": yuan.id, "name": date(2026, 9, day), "inverse_company_rate": rate}
            )
        account = self._make_account(name="Ozon CNY", client_id="2043", money_currency_id=yuan.id)
        account.write({"accrual_start": MONTH[0], "partner_id": self.account.partner_id.id})
        account.action_setup_accounting()
        return account

    def _tell_balance(self, opening, accrued, closing, *payments, currency="CNY"):
        """What the cabinet says of the whole month."""
        amounts = {"opening": Decimal(opening), "accrued": Decimal(accrued), "closing": Decimal(closing)}
        payments = tuple(Decimal(payment) for payment in payments)
        return ToldCabinet(dto.Balance(since=MONTH[0], until=MONTH[1], currency=currency, payments=payments, **amounts))

    def test_a_cabinet_in_another_currency(self):
        account = self._make_foreign()
        self._accrue(
            make_accrual("-10.01", "SaleCommission", currency="CNY"),
            make_accrual("-1.11", "DefectFineShipmentDelayRate", currency="CNY"),
            make_accrual("20.07", "Compensation", currency="CNY"),
            account=account,
        )
        self._settle(account=account)
        bank = self._make_bank()
        bank.currency_id = account.money_currency_id
        payout = self.env["marketplace.payout"].create(
            {
                **{"account_id": account.id, "external_id": "1", "amount": 8.95},
                **{"date_from": date(2026, 9, 1), "date": date(2026, 9, 15)},
                "currency_id": account.money_currency_id.id,
            }
        )
        self.env["marketplace.payout.matcher"]._match(payout, self._receive(bank, 8.95, date(2026, 9, 17)))
        adapter = self._tell_balance("0", "8.95", "0", "-8.95")
        check = self.env["marketplace.money.checker"]._check(account, MONTH[0], adapter)
        self.assertEqual(check.currency_id.name, "CNY")
        self.assertEqual((check.clearing_settled, check.clearing_bank, check.clearing_other), (8.95, -8.95, 0.0))
        self.assertEqual((check.balance_state, check.payments_state, check.bank_state), ("ok", "ok", "ok"))
        self.assertEqual((check.books_state, check.books_difference), ("ok", 0.0))

    def test_a_balance_in_another_currency_is_not_compared(self):
        adapter = self._tell_balance("0", "8.95", "8.95")
        check = self.env["marketplace.money.checker"]._check(self.account, MONTH[0], adapter)
        self.assertIn("CNY", check.problem)
        self.assertEqual((check.balance_state, check.books_state, check.balance_known), ("unknown", "unknown", False))

    def test_what_is_in_another_currency_is_not_added_up(self):
        """Yuan are no roubles: they stay out of the sums, and wait visibly."""
        self.env.ref("base.CNY").active = True
        self._accrue(make_accrual("-10.00", "Logistic", currency="CNY"), make_accrual("-5.00", "Logistic"))
        self.env["marketplace.payout"].create(
            {
                **{"account_id": self.account.id, "external_id": "1", "amount": 70.0},
                **{"date_from": date(2026, 9, 1), "date": date(2026, 9, 15)},
                "currency_id": self.env.ref("base.CNY").id,
            }
        )
        self._settle()
        check = self._check()
        self.assertEqual((check.accrued_total, check.settled_total, check.payout_total), (-5.0, -5.0, 0.0))
        self.assertEqual((check.line_ids.amount, check.line_ids.row_count), (-5.0, 1))
        self.assertEqual((check.unsettled_count, check.unsettled_total, check.settled_state), (1, 0.0, "differs"))
        self.assertIn("CNY", check.problem)
