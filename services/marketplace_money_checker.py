from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..marketplaces.base import money
from ..models.marketplace_realization_difference import OF_BOOKS
from . import money_check

ZERO = Decimal(0)
#: Differences between report and ledger that only say that the other month has it.
ELSEWHERE = ("other_month", "other_report")
#: The report shows what it takes off as positive amounts.
SIGNS = {"sale": 1, "return": -1, "commission": -1}
#: More days are not listed in a sentence.
SHOWN = 10


class MarketplaceMoneyChecker(models.AbstractModel):
    """Puts accruals, cabinet, bank and books of a month side by side (MON7)."""

    _name = "marketplace.money.checker"
    _description = "Marketplace Money Checker"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_check(self, jobs, adapter, deadline):
        """The month before, or the one that is asked for."""
        account, started, asked = jobs.account_id, fields.Datetime.now(), jobs.payload or {}
        month = fields.Date.to_date(asked.get("month")) or self._get_month_before()
        self.env["marketplace.job.runner"]._checkpoint()
        if asked or self._has_money(account, month):
            check = self._check(account, month, adapter if account._can("balance") else None)
            result = self._describe(check)
        else:
            result = self.env._("There was no money to check.")
        account._get_schedule("money_check")._note_run("done", result, started)
        return result

    @api.model
    def _ask(self, account, month):
        text = fields.Date.to_string(month)
        payload = {"month": text, "number": text[:7]}
        return self.env["marketplace.job"].sudo()._enqueue("money_check", account, payload=payload, priority=3)

    def _get_today(self):
        return self.env["marketplace.accrual.poller"]._get_today()

    def _get_month_before(self):
        return (self._get_today().replace(day=1) - timedelta(days=1)).replace(day=1)

    def _has_money(self, account, month):
        """Where the marketplace tells no money and nobody imports any, an empty page a month helps nobody."""
        since, until = month.replace(day=1), self.env["marketplace.money.check"]._get_last_day(month)
        domain = [("account_id", "=", account.id), ("date", ">=", since), ("date", "<=", until)]
        models = ("marketplace.accrual", "marketplace.payout")
        return account._can("balance") or any(self.env[name].search_count(domain, limit=1) for name in models)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _check(self, account, month, adapter=None):
        """:param adapter: None where the marketplace tells no balance"""
        days = self._choose_days(account, month)
        cabinet = self._ask_cabinet(account, days, adapter)
        check = self._find(account, days)
        before = (check.state, check._get_differing())
        if check.date_from > check.date_to:
            check.write({"state": "unknown", "problem": self._explain_no_days(check), "checked_at": self._now()})
            return check
        ledger, payouts = self._read_ledger(check), self._read_payouts(check)
        books, report = self._read_books(check), self._read_report(check)
        figures = self._make_figures(check, ledger, payouts, cabinet, report, books)
        pairs = money_check.compare(figures)
        vals = {
            **ledger["vals"],
            **payouts,
            **cabinet["vals"],
            **report["vals"],
            **self._complete_books(figures, books),
            **{f"{pair}_difference": found.difference for pair, found in pairs.items()},
        }
        check.write(
            {
                **{name: float(value) if isinstance(value, Decimal) else value for name, value in vals.items()},
                **{f"{pair}_state": found.state for pair, found in pairs.items()},
                "state": money_check.judge(pairs),
                "days_differing": cabinet["days"],
                "problem": "\n".join(filter(None, (cabinet["problem"], self._find_foreign(check)))) or False,
                "checked_at": self._now(),
            }
        )
        self._write_lines(check)
        self._tell(check, before)
        return check

    def _choose_days(self, account, month):
        """The month, and the days of it that are compared: those since our accruals began, until yesterday."""
        month, yesterday = month.replace(day=1), self._get_today() - timedelta(days=1)
        return {
            "month": month,
            "date_from": max(month, account.accrual_start or month),
            "date_to": min(self.env["marketplace.money.check"]._get_last_day(month), yesterday),
        }

    def _find(self, account, days):
        """The month's check, its own from here on until all is written."""
        Check = self.env["marketplace.money.check"]
        check = Check.search([("account_id", "=", account.id), ("month", "=", days["month"])], limit=1)
        check = check or Check.create({"account_id": account.id, "month": days["month"]})
        check.lock_for_update()
        check.write(days)
        return check

    def _explain_no_days(self, check):
        return self.env._(
            "There is nothing to check: accruals are loaded since %(start)s, and a day is checked when it is over.",
            start=format_date(self.env, check.date_from),
        )

    def _now(self):
        return fields.Datetime.now()

    def _make_figures(self, check, ledger, payouts, cabinet, report, books):
        account = check.account_id
        vals = ledger["vals"]
        return money_check.Figures(
            accrued=vals["accrued_total"],
            told=vals["told_total"] if vals["told_known"] else None,
            told_rows=vals["told_row_total"],
            days_missing=ledger["missing"],
            account=cabinet["account"],
            payouts=payouts["payout_total"],
            bank=payouts["bank_total"],
            report=report["report"],
            settles=account.money_way == "settlement",
            unsettled=vals["unsettled_total"],
            unsettled_count=vals["unsettled_count"],
            books=books
            and money_check.Books(
                clearing=books["clearing_balance"],
                waiting=books["waiting_total"],
                transit=books["transit_total"],
                before=cabinet["start"] - books["opening"],
            ),
        )

    # --- accruals -----------------------------------------------------------------------------------------------
    def _read_ledger(self, check):
        days = self.env["marketplace.accrual.day"].search(check._get_rows_domain())
        missing = self._find_missing(check) if days else []
        unsettled, count = self._sum_rows(check, check._get_unsettled_domain())
        accrued, _count = self._sum_rows(check, check._get_rows_domain())
        # The days' totals are of all currencies, if there are several: so are the rows beside them.
        told_rows = self._sum_told_rows(check, days)
        vals = {
            "accrued_total": accrued,
            "told_known": bool(days),
            "told_total": sum((self._exact(check, day.total) for day in days), ZERO),
            "told_row_total": told_rows,
            "days_missing": self._list_days(missing),
            "unsettled_total": unsettled,
            "unsettled_count": count,
            "settled_total": accrued - unsettled,
            "elsewhere_total": self._sum_rows(check, check._get_elsewhere_domain())[0],
            "suspense_total": self._sum_rows(check, check._get_suspense_domain())[0],
        }
        return {"vals": vals, "missing": len(missing)}

    @api.model
    def _find_missing(self, check):
        """Days of the check that were never read."""
        read = set(self.env["marketplace.accrual.day"].search(check._get_rows_domain()).mapped("date"))
        count = (check.date_to - check.date_from).days + 1
        return [day for day in (check.date_from + timedelta(days=offset) for offset in range(count)) if day not in read]

    def _sum_rows(self, check, domain):
        """(sum of those in the cabinet's currency, number of all)"""
        groups = self.env["marketplace.accrual"]._read_group(domain, ["currency_id"], ["amount:sum", "__count"])
        total = sum(amount for currency, amount, _count in groups if currency == check.currency_id)
        return self._exact(check, total), sum(count for _currency, _amount, count in groups)

    def _sum_told_rows(self, check, days):
        domain = [*check._get_rows_domain(), ("branch", "!=", "file"), ("date", "in", days.mapped("date"))]
        ((total,),) = self.env["marketplace.accrual"]._read_group(domain, [], ["amount:sum"])
        return self._exact(check, total)

    def _write_lines(self, check):
        order = {kind: position for position, kind in enumerate(money.KINDS)}
        groups = self.env["marketplace.accrual"]._read_group(
            [*check._get_rows_domain(), ("amount", "!=", 0), ("currency_id", "=", check.currency_id.id)],
            ["kind", "state"],
            ["amount:sum", "__count"],
        )
        lines = {}
        for kind, state, amount, count in groups:
            line = lines.setdefault(kind, {"row_count": 0, "amount": 0.0, "unsettled_amount": 0.0})
            line["row_count"] += count
            line["amount"] += amount
            line["unsettled_amount"] += amount if state == "open" else 0.0
        check.line_ids.unlink()
        self.env["marketplace.money.check.line"].create(
            [
                {"check_id": check.id, "kind": kind, "sequence": order[kind], **line}
                for kind, line in sorted(lines.items(), key=lambda pair: order[pair[0]])
            ]
        )

    # --- payouts and bank ---------------------------------------------------------------------------------------
    def _read_payouts(self, check):
        payouts = self._find_payouts(check, check._get_payouts_domain())
        matched = payouts.filtered("statement_line_id")
        matcher = self.env["marketplace.payout.matcher"]
        return {
            "payout_total": self._sum(check, payouts.mapped("amount")),
            "payout_matched": self._sum(check, matched.mapped("amount")),
            "bank_total": self._sum(check, [matcher._get_amount(line) for line in matched.statement_line_id]),
        }

    def _find_payouts(self, check, domain):
        return self.env["marketplace.payout"].search([*domain, ("currency_id", "=", check.currency_id.id)])

    # --- the realization report ---------------------------------------------------------------------------------
    def _read_report(self, check):
        """``report``: None where there is none, or where our accruals begin within its month."""
        Realization = self.env["marketplace.realization"]
        domain = [("account_id", "=", check.account_id.id), ("date_from", "=", check.date_from)]
        realization = Realization.search([*domain, ("currency_id", "=", check.currency_id.id)], limit=1)
        sums = {"report_total": ZERO, "report_accrued": ZERO, "report_explained": ZERO}
        if not realization:
            return {"report": None, "vals": {**sums, "realization_id": False}}
        # Somebody who works on it at this moment compares it, too.
        if realization.try_lock_for_update():
            self.env["marketplace.realization.comparison"]._compare(realization)
        sold, returned, fee = (
            self._exact(check, realization[name]) for name in ("ledger_sold", "ledger_returned", "ledger_fee")
        )
        differences = realization.difference_ids.filtered(lambda row: row.code not in OF_BOOKS)
        explained = differences.filtered(lambda row: row.code in ELSEWHERE)
        report = money_check.Report(
            total=self._exact(check, realization.amount_total),
            accrued=sold - returned - fee,
            explained=self._sum(check, [SIGNS[row.kind] * row.difference for row in explained]),
            strange=len(differences - explained),
        )
        sums = {
            "report_total": report.total,
            "report_accrued": report.accrued,
            "report_explained": report.explained,
        }
        return {"report": report, "vals": {**sums, "realization_id": realization.id}}

    # --- the books ----------------------------------------------------------------------------------------------
    def _read_books(self, check):
        """Empty where there is no clearing account."""
        if not check.account_id.clearing_account_id:
            return {}
        until = check._get_clearing_domain()
        within = [*until, ("date", ">=", check.date_from)]
        settled, bank = check._get_settled_clearing_domain(), check._get_bank_clearing_domain()
        other, start = check._get_other_clearing_domain(), self._get_start(check)
        domain = [("account_id", "=", check.account_id.id), ("date", "<=", check._get_last_day(check.month))]
        payouts = self._find_payouts(check, domain)
        received = -self._sum_items(check, [*until, *bank])
        return {
            "clearing_settled": self._sum_items(check, [*within, *settled]),
            "clearing_bank": self._sum_items(check, [*within, *bank]),
            "clearing_other": self._sum_items(check, [*within, *other]),
            "clearing_moved": self._sum_items(check, within),
            "clearing_balance": self._sum_items(check, until),
            "waiting_total": self._sum_rows(check, check._get_waiting_domain())[0],
            "transit_total": self._sum(check, payouts.mapped("amount")) - received,
            "opening": self._sum_items(check, [*until, *other, ("date", "<=", start)]),
        }

    def _complete_books(self, figures, sums):
        """Values of the page; without a clearing account nothing of it is known."""
        books = figures.books
        names = ("clearing_settled", "clearing_bank", "clearing_other", "clearing_moved", "clearing_balance")
        names += ("waiting_total", "transit_total")
        return {
            **{name: sums.get(name, ZERO) for name in names},
            "before_total": books.before if books else ZERO,
            "above_total": figures.above if books else ZERO,
            "expected_closing": figures.expected if books else ZERO,
            "books_known": bool(books),
        }

    def _sum_items(self, check, domain):
        ((total,),) = self.env["account.move.line"]._read_group(domain, [], ["amount_currency:sum"])
        return self._exact(check, total)

    # --- what people see ----------------------------------------------------------------------------------------
    def _describe(self, check):
        labels = dict(check._fields["state"]._description_selection(self.env))
        differing = check._get_differing()
        return f"{check.display_name}: {', '.join(differing) if differing else labels[check.state]}"

    def _tell(self, check, before):
        """Only news: in the chatter, and as one activity a month while it differs."""
        summary = self.env._(
            "The money of %s does not add up", format_date(self.env, check.month, date_format="LLLL yyyy")
        )
        differing = check._get_differing()
        if check.state == "differs":
            text = self.env._("These figures differ: %s. The check's page shows the rows.", ", ".join(differing))
            check.account_id._ask_about_money(summary, text)
        else:
            text = self.env._("Everything that can be compared is equal.")
            check.account_id.activity_ids.filtered(lambda activity: activity.summary == summary).unlink()
        if (check.state, differing) != before and check.state != "unknown":
            check.message_post(body=text)

    def _find_foreign(self, check):
        """What is told in another currency is in no sum here, and nobody should miss it."""
        domain = [("currency_id", "!=", check.currency_id.id)]
        rows = self.env["marketplace.accrual"]._read_group(
            [*check._get_rows_domain(), *domain, ("amount", "!=", 0)], ["currency_id"]
        )
        payouts = self.env["marketplace.payout"].search([*check._get_payouts_domain(), *domain])
        currencies = payouts.currency_id.union(*(currency for (currency,) in rows))
        if not currencies:
            return False
        return self.env._(
            "Accruals or payouts in %(there)s are not added up here: the account's currency is %(own)s.",
            there=", ".join(sorted(currencies.mapped("name"))),
            own=check.currency_id.name,
        )

    def _list_days(self, days):
        texts = [format_date(self.env, day) for day in days[:SHOWN]]
        return ", ".join([*texts, "…"] if len(days) > SHOWN else texts) or False

    # --- amounts ------------------------------------------------------------------------------------------------
    def _exact(self, check, amount):
        """A Monetary field, or a sum of such, as the exact number that it is."""
        return Decimal(str(check.currency_id.round(amount or 0.0)))

    def _sum(self, check, amounts):
        return sum((self._exact(check, amount) for amount in amounts), ZERO)
