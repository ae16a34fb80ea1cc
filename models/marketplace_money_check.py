import calendar

from odoo import api, fields, models
from odoo.tools import format_date

from .marketplace_money_check_line import STATES


class MarketplaceMoneyCheck(models.Model):
    """A month of a cabinet: accruals, report, balance, payouts, bank and books side by side (MON7)."""

    _name = "marketplace.money.check"
    _description = "Three-Way Check"
    _inherit = ["mail.thread"]
    _order = "month desc, account_id"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="account_id.money_currency_id", store=True)
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    state = fields.Selection(STATES, readonly=True, index=True)
    problem = fields.Char(readonly=True)
    read_at = fields.Datetime("Compared", readonly=True)
    line_ids = fields.One2many("marketplace.money.check.line", "check_id", "Figures", readonly=True)
    balance_known = fields.Boolean(readonly=True)
    opening = fields.Monetary("Owed at the Beginning", readonly=True, aggregator=None)
    accrued = fields.Monetary(readonly=True)
    paid = fields.Monetary("Paid Out", readonly=True)
    closing = fields.Monetary("Owed at the End", readonly=True, aggregator=None)

    _month_uniq = models.Constraint("UNIQUE(account_id, month)", "This month has its check already.")

    @api.depends("account_id.name", "month")
    def _compute_display_name(self):
        for check in self:
            month = format_date(self.env, check.month, date_format="LLLL yyyy") if check.month else ""
            check.display_name = f"{check.account_id.name or ''} {month}".strip()

    # === ACTION METHODS === #
    def action_check(self):
        """The cabinet is asked by a job; the page shows the result when it is reloaded."""
        for check in self:
            self.env["marketplace.job"].sudo()._enqueue(
                "money_check",
                check.account_id,
                payload={"month": fields.Date.to_string(check.month)},
                priority=2,
                unique=False,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It is compared within seconds; reload the page then."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #
    def _get_state_label(self, state=None):
        return dict(self._fields["state"]._description_selection(self.env)).get(state or self.state, "")

    def _get_days(self):
        last = calendar.monthrange(self.month.year, self.month.month)[1]
        return self.month, self.month.replace(day=last)

    def _get_domain(self):
        return self.env["marketplace.money.checker"]._get_domain(self.account_id, *self._get_days())

    def _open(self, model, domain, name, view_mode="list,form", context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "domain": domain,
            "context": context or {},
        }

    def _open_ledger_told(self):
        return self._open("marketplace.accrual.day", self._get_domain(), self.env._("Days of the Month"), "list")

    def _open_ledger_balance(self):
        return self._open(
            "marketplace.accrual", self._get_domain(), self.env._("Accruals of the Month"), "list,pivot,form"
        )

    def _open_report_ledger(self):
        domain = [
            ("account_id", "=", self.account_id.id),
            ("year", "=", self.month.year),
            ("month", "=", self.month.month),
        ]
        return self._open("marketplace.realization", domain, self.env._("Realization Report"))

    def _open_balance_payouts(self):
        return self._open("marketplace.payout", self._get_domain(), self.env._("Payouts of the Month"))

    def _open_payouts_bank(self):
        return self._open_balance_payouts()

    def _open_clearing_balance(self):
        checker = self.env["marketplace.money.checker"]
        domain = checker._get_clearing_domain(self.account_id, self._get_days()[1])
        return self._open(
            "account.move.line",
            domain,
            self.env._("Clearing Account"),
            "list",
            {"create": False, "group_by": "move_id"},
        )

    def action_view_unsettled(self):
        """Rows that the books do not have by the month's end."""
        self.ensure_one()
        domain = self.env["marketplace.money.checker"]._get_unsettled_domain(self.account_id, self._get_days()[1])
        return self._open("marketplace.accrual", domain, self.env._("Not in the Books"), "list,pivot,form")
