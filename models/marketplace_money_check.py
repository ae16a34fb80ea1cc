from calendar import monthrange
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..services.money_check import PAIRS

STATES = [("ok", "Equal"), ("differs", "Differs"), ("unknown", "Unknown")]


class MarketplaceMoneyCheck(models.Model):
    """Accruals, cabinet, bank and books of one month side by side, and where they differ (MON7)."""

    _name = "marketplace.money.check"
    _description = "Three-Way Check"
    _inherit = ["mail.thread"]
    _order = "month desc, account_id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        default=lambda self: self._get_only_account(),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="account_id.money_currency_id", store=True)
    month = fields.Date(
        required=True,
        index=True,
        default=lambda self: (fields.Date.context_today(self).replace(day=1) - timedelta(days=1)).replace(day=1),
        help="Any day of it.",
    )
    date_from = fields.Date("From", readonly=True, help="The month's first day, or the day that accruals begin with.")
    date_to = fields.Date("To", readonly=True)
    state = fields.Selection(STATES, "Result", required=True, readonly=True, default="unknown", index=True)
    checked_at = fields.Datetime("Checked", readonly=True)
    problem = fields.Text(readonly=True)

    # --- accruals
    line_ids = fields.One2many("marketplace.money.check.line", "check_id", "By Kind")
    accrued_total = fields.Monetary("Accrued, by Our Rows", readonly=True)
    told_known = fields.Boolean(readonly=True)
    told_total = fields.Monetary("Totals of the Days", readonly=True)
    told_row_total = fields.Monetary("Rows of These Days", readonly=True)
    days_missing = fields.Char("Days Never Read", readonly=True)
    days_differing = fields.Json(readonly=True)
    # --- the cabinet's account
    balance_known = fields.Boolean(readonly=True)
    balance_opening = fields.Monetary("In the Cabinet on the First Day", readonly=True)
    balance_accrued = fields.Monetary("Accrued, by the Cabinet", readonly=True)
    balance_paid = fields.Monetary("Paid Out, by the Cabinet", readonly=True)
    balance_closing = fields.Monetary("In the Cabinet on the Last Day", readonly=True)
    # --- payouts and bank
    payout_total = fields.Monetary("Payouts", readonly=True)
    payout_matched = fields.Monetary("Of Them in the Bank", readonly=True)
    bank_total = fields.Monetary("Received by the Bank", readonly=True)
    # --- the realization report
    realization_id = fields.Many2one(
        "marketplace.realization", "Realization Report", readonly=True, index="btree_not_null", ondelete="set null"
    )
    report_total = fields.Monetary("Due by the Report", readonly=True)
    report_accrued = fields.Monetary("The Same Kinds Accrued", readonly=True)
    report_explained = fields.Monetary("In Another Month", readonly=True)
    # --- settlements
    settled_total = fields.Monetary("Settled", readonly=True)
    unsettled_total = fields.Monetary("Not Settled Yet", readonly=True)
    unsettled_count = fields.Integer("Rows Not Settled Yet", readonly=True)
    elsewhere_total = fields.Monetary("Settled with Another Month", readonly=True)
    suspense_total = fields.Monetary("In Suspense", readonly=True)
    # --- the books
    books_known = fields.Boolean(readonly=True)
    clearing_settled = fields.Monetary("By Settlements", readonly=True)
    clearing_bank = fields.Monetary("By Payouts in the Bank", readonly=True)
    clearing_other = fields.Monetary("By Other Entries", readonly=True)
    clearing_moved = fields.Monetary("Clearing Account Moved By", readonly=True)
    clearing_balance = fields.Monetary("Clearing Account on the Last Day", readonly=True)
    waiting_total = fields.Monetary("Rows Not in the Books Then", readonly=True)
    transit_total = fields.Monetary("Paid Out, Not Received Then", readonly=True)
    before_total = fields.Monetary("There Before the Accruals Began", readonly=True)
    above_total = fields.Monetary("Differs Above Already", readonly=True)
    expected_closing = fields.Monetary("So the Cabinet Should Hold", readonly=True)

    # --- pair by pair
    days_difference = fields.Monetary("Days − Rows", readonly=True)
    days_state = fields.Selection(STATES, "Days and Rows", readonly=True, default="unknown")
    balance_difference = fields.Monetary("Cabinet − Rows", readonly=True)
    balance_state = fields.Selection(STATES, "Cabinet and Rows", readonly=True, default="unknown")
    payments_difference = fields.Monetary("Cabinet − Payouts", readonly=True)
    payments_state = fields.Selection(STATES, "Cabinet and Payouts", readonly=True, default="unknown")
    bank_difference = fields.Monetary("Payouts − Bank", readonly=True)
    bank_state = fields.Selection(STATES, "Payouts and Bank", readonly=True, default="unknown")
    report_difference = fields.Monetary("Report − Rows", readonly=True)
    report_state = fields.Selection(STATES, "Report and Rows", readonly=True, default="unknown")
    settled_difference = fields.Monetary("Rows − Settlements", readonly=True)
    settled_state = fields.Selection(STATES, "Rows and Settlements", readonly=True, default="unknown")
    books_difference = fields.Monetary("Cabinet − Books", readonly=True)
    books_state = fields.Selection(STATES, "Cabinet and Books", readonly=True, default="unknown")

    _month_uniq = models.Constraint("UNIQUE(account_id, month)", "This month has its check already.")

    # === COMPUTE METHODS === #
    @api.depends("account_id.name", "month")
    def _compute_display_name(self):
        for check in self:
            month = format_date(self.env, check.month, date_format="LLLL yyyy") if check.month else ""
            check.display_name = ", ".join(part for part in (check.account_id.name, month) if part)

    def _get_only_account(self):
        """Nothing to choose where there is only one."""
        accounts = self.env["marketplace.account"].search([("state", "=", "connected")], limit=2)
        return accounts if len(accounts) == 1 else accounts.browse()

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._begin_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._begin_month(vals))

    def _begin_month(self, vals):
        """A month is its first day, whichever was chosen."""
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)} if vals.get("month") else vals

    # === ACTION METHODS === #
    def action_check(self):
        """The cabinet is asked by a job; the page shows the answer."""
        for check in self:
            account, today = check.account_id, self.env["marketplace.accrual.poller"]._get_today()
            if account.state != "connected":
                raise UserError(account._get_operation_problem("check"))
            if check.month >= today:
                raise UserError(self.env._("This month has not begun yet."))
            self.env["marketplace.money.checker"]._ask(account, check.month)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It is checked within seconds: reload the page then."),
            },
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_last_day(self, month):
        return month.replace(day=monthrange(month.year, month.month)[1])

    def _get_differing(self):
        """Labels of the pairs that differ, for people."""
        self.ensure_one()
        labels = self.fields_get([f"{pair}_state" for pair in PAIRS], ["string"])
        return [labels[f"{pair}_state"]["string"] for pair in PAIRS if self[f"{pair}_state"] == "differs"]
