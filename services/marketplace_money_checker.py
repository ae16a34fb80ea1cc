import calendar
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ..marketplaces.base import money
from . import money_check


class MarketplaceMoneyChecker(models.AbstractModel):
    """Puts a month's accruals, report, balance, payouts, bank and books side by side (MON7)."""

    _name = "marketplace.money.checker"
    _description = "Marketplace Money Checker"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_check(self, jobs, adapter, deadline):
        """Of the month that the job names, or of the one before this."""
        account, started = jobs.account_id, fields.Datetime.now()
        first = fields.Date.to_date((jobs.payload or {}).get("month")) or self._get_month_before()
        check = self._check(account, first, adapter)
        result = self.env._("%(month)s: %(state)s", month=check.display_name, state=check._get_state_label())
        account._get_schedule("money_check")._note_run("done", result, started)
        return result

    def _get_month_before(self):
        return (fields.Date.context_today(self).replace(day=1) - timedelta(days=1)).replace(day=1)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _check(self, account, first, adapter):
        """:param first: the month's first day. Returns the ``marketplace.money.check``."""
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        balance, problem = self._read_balance(account, adapter, first, last)
        check = self._find_or_make(account, first)
        before = check.state
        figures = self._collect(account, first, last, balance)
        pairs = money_check.compare(figures)
        check.write(
            {
                "state": money_check.DIFFERS if problem else money_check.get_state(pairs),
                "problem": problem,
                "read_at": fields.Datetime.now(),
                "opening": float(balance["opening"] if balance else 0),
                "accrued": float(balance["accrued"] if balance else 0),
                "paid": float(balance["paid"] if balance else 0),
                "closing": float(balance["closing"] if balance else 0),
                "balance_known": bool(balance),
                "line_ids": [(5, 0, 0), *((0, 0, self._prepare_line(pair)) for pair in pairs)],
            }
        )
        self._tell(check, before)
        return check

    def _find_or_make(self, account, first):
        known = self.env["marketplace.money.check"].search([("account_id", "=", account.id), ("month", "=", first)])
        return known or known.create({"account_id": account.id, "month": first})

    def _prepare_line(self, pair):
        return {
            "code": pair.code,
            "left": float(pair.left),
            "right": float(pair.right or 0),
            "right_known": pair.right is not None,
            "difference": float(pair.difference),
            "state": pair.state,
            "reason": pair.reason or False,
            "reason_amount": float(pair.amount),
        }

    def _tell(self, check, before):
        """Once when it begins to differ, and on the record whenever its state changes."""
        if before and before != check.state:
            check.message_post(body=self.env._("It was «%s» before.", check._get_state_label(before)))
        if check.state == money_check.DIFFERS and before != money_check.DIFFERS:
            check.account_id._ask_about_money(
                self.env._("The three-way check differs"),
                self.env._("%s: look at Money ‣ Three-Way Check.", check.display_name),
            )

    # --- the cabinet's account ----------------------------------------------------------------------------------
    def _read_balance(self, account, adapter, first, last):
        """({opening, accrued, paid, closing} or None, problem or False), read in pieces of what one call may span."""
        if "balance" not in account._get_info().operations or not adapter:
            return None, False
        pieces, since = [], first
        until_now = min(last, fields.Date.context_today(self))
        while since <= until_now:
            until = min(since + timedelta(days=adapter.info.balance_days - 1), until_now)
            pieces.append(adapter.get_balance(since, until))
            since = until + timedelta(days=1)
        if not pieces:
            return None, False
        broken = any(left.closing != right.opening for left, right in zip(pieces, pieces[1:], strict=False))
        problem = broken and self.env._("The cabinet's balance does not go on where it had ended: read it again later.")
        zero = Decimal(0)
        return {
            "opening": pieces[0].opening,
            "accrued": sum((piece.accrued for piece in pieces), zero),
            "paid": sum((sum(piece.payments, zero) for piece in pieces), zero),
            "closing": pieces[-1].closing,
        }, problem

    # --- our side -----------------------------------------------------------------------------------------------
    def _collect(self, account, first, last, balance):
        balance = balance or dict.fromkeys(("opening", "accrued", "paid", "closing"))
        days = self.env["marketplace.accrual.day"].search(self._get_domain(account, first, last))
        report = self._find_report(account, first)
        payouts = self.env["marketplace.payout"].search(self._get_domain(account, first, last))
        all_payouts = self.env["marketplace.payout"].search(
            [("account_id", "=", account.id), ("date", "<=", last), ("date", ">=", account.accrual_start or first)]
        )
        return money_check.Figures(
            ledger=self._sum_rows(self._get_domain(account, first, last)),
            told=self._sum(account, days.mapped("total")) if days else None,
            days_missing=self._count_missing(account, first, last, days),
            **balance,
            report=self._sum(account, [report.sold_gross, -report.returned_gross]) if report else None,
            report_ledger=self._sum_rows(
                [*self._get_domain(account, first, last), ("kind", "in", (money.SALE, money.RETURN))]
            ),
            payouts=self._sum(account, payouts.mapped("amount")),
            bank=self._sum(account, payouts.filtered("statement_line_id").mapped("amount")),
            clearing=self._sum_clearing(account, last),
            unsettled=self._sum_rows(self._get_unsettled_domain(account, last)),
            unmatched=self._sum(
                account,
                all_payouts.filtered(
                    lambda payout: not payout.statement_line_id or payout.statement_line_id.date > last
                ).mapped("amount"),
            ),
            all_rows=self._sum_rows([("account_id", "=", account.id), ("date", "<=", last)]),
            all_payouts=self._sum(account, all_payouts.mapped("amount")),
        )

    def _count_missing(self, account, first, last, days):
        """Days that should have been read and were not: those before the money is loaded, and to come, need not be."""
        since = max(first, account.accrual_start or first)
        until = min(last, fields.Date.context_today(self))
        return max((until - since).days + 1 - len(days.filtered(lambda day: since <= day.date <= until)), 0)

    def _find_report(self, account, first):
        return self.env["marketplace.realization"].search(
            [("account_id", "=", account.id), ("year", "=", first.year), ("month", "=", first.month)]
        )

    @api.model
    def _get_domain(self, account, first, last):
        return [("account_id", "=", account.id), ("date", ">=", first), ("date", "<=", last)]

    @api.model
    def _get_unsettled_domain(self, account, last):
        """Rows that the books do not have by then."""
        return [
            *(("account_id", "=", account.id), ("date", "<=", last)),
            *("|", ("state", "=", "open"), ("settlement_id.date", ">", last)),
        ]

    @api.model
    def _get_clearing_domain(self, account, last):
        return [
            ("account_id", "=", account.payment_journal_id.default_account_id.id),
            ("company_id", "=", account.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", last),
        ]

    def _sum_clearing(self, account, last):
        domain = self._get_clearing_domain(account, last)
        ((total,),) = self.env["account.move.line"]._read_group(domain, [], ["amount_currency:sum"])
        return self._sum(account, [total or 0])

    def _sum_rows(self, domain):
        groups = self.env["marketplace.accrual"]._read_group(domain, ["currency_id"], ["amount:sum"])
        return sum((Decimal(str(currency.round(total))) for currency, total in groups), Decimal(0))

    def _sum(self, account, amounts):
        currency = account.money_currency_id
        return sum((Decimal(str(currency.round(amount))) for amount in amounts), Decimal(0))
