from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_date

from . import money_check
from .marketplace_money_checker import ZERO


class MarketplaceMoneyChecker(models.AbstractModel):
    """What the cabinet itself says of its account."""

    _inherit = "marketplace.money.checker"

    def _ask_cabinet(self, account, days, adapter):
        """Everything that the marketplace has to be asked for, at once: its answers may take long, and until the last
        one nothing is written or locked."""
        draft = self.env["marketplace.money.check"].new({"account_id": account.id, **days})
        cabinet = self._read_cabinet(draft, adapter if draft.date_from <= draft.date_to else None)
        cabinet["days"] = self._find_days(draft, adapter, cabinet["account"])
        self.env["marketplace.job.runner"]._checkpoint()
        return cabinet

    def _read_cabinet(self, check, adapter):
        """``account``: None where it cannot be compared; ``start``: what it held when our accruals began."""
        names = ("balance_opening", "balance_accrued", "balance_paid", "balance_closing")
        nothing = {
            "account": None,
            "start": ZERO,
            "problem": False,
            "vals": {**dict.fromkeys(names, ZERO), "balance_known": False},
        }
        if not adapter:
            return nothing
        pieces = self._read_pieces(adapter, check.date_from, check.date_to)
        strange = sorted({piece.currency for piece in pieces} - {check.currency_id.name, ""})
        if strange:
            problem = self.env._(
                "The cabinet's balance is in %(there)s, and the account's currency is %(own)s.",
                there=", ".join(strange),
                own=check.currency_id.name,
            )
            return {**nothing, "problem": problem}
        account = money_check.join(pieces)
        amounts = (account.opening, account.accrued, account.paid, account.closing)
        return {
            "account": account,
            "start": self._read_start(check, adapter, account),
            "problem": self._find_problem(check, account),
            "vals": {**dict(zip(names, amounts, strict=True)), "balance_known": True},
        }

    def _read_pieces(self, adapter, since, until):
        """The marketplace tells the balance of some days only: asked for in pieces that follow each other."""
        pieces, longest = [], timedelta(days=adapter.info.balance_days)
        while since <= until:
            last = min(since + longest - timedelta(days=1), until)
            pieces.append(adapter.get_balance(since, last))
            since = last + timedelta(days=1)
        return pieces

    @api.model
    def _get_start(self, check):
        return check.account_id.accrual_start or check.date_from

    def _read_start(self, check, adapter, account):
        start = self._get_start(check)
        return account.opening if start >= check.date_from else adapter.get_balance(start, start).opening

    def _find_problem(self, check, account):
        """Where the cabinet's own figures contradict each other."""
        sentences = [
            self.env._(
                "The cabinet ended %(day)s with %(closing)s and began the next day with %(opening)s.",
                day=format_date(self.env, gap.day),
                closing=gap.closing,
                opening=gap.opening,
            )
            for gap in account.gaps
        ]
        if account.off and not account.gaps:
            sentences.append(
                self.env._(
                    "By the cabinet's own figures its balance is off by %s.", check.currency_id.format(account.off)
                )
            )
        return "\n".join(sentences) or False

    def _find_days(self, check, adapter, account):
        """On which days cabinet and rows differ, as text: they can be read again."""
        if account is None or account.accrued == self._sum_rows(check, check._get_rows_domain())[0]:
            return []
        domain = [*check._get_rows_domain(), ("currency_id", "=", check.currency_id.id)]
        groups = self.env["marketplace.accrual"]._read_group(domain, ["date:day"], ["amount:sum"])
        own = {day: self._exact(check, amount) for day, amount in groups}

        def is_equal(since, until):
            rows = sum((amount for day, amount in own.items() if since <= day <= until), ZERO)
            return sum((piece.accrued for piece in self._read_pieces(adapter, since, until)), ZERO) == rows

        days = money_check.find_days(check.date_from, check.date_to, is_equal)
        return [fields.Date.to_string(day) for day in days]
