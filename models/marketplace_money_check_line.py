from odoo import api, fields, models
from odoo.tools import formatLang

CODES = [
    ("ledger_told", "Accruals and the marketplace's daily totals"),
    ("ledger_balance", "Accruals and the cabinet's balance"),
    ("report_ledger", "Realization report and accruals of goods"),
    ("balance_payouts", "Payouts and the cabinet's balance"),
    ("payouts_bank", "Payouts and the bank"),
    ("clearing_balance", "Clearing account and what the cabinet owes"),
]
STATES = [("ok", "Equal"), ("explained", "Explained"), ("differs", "Differs"), ("unknown", "Not Told")]
REASONS = [
    ("not_told", "Not told"),
    ("days_missing", "Days missing"),
    ("no_report", "No report"),
    ("two_bases", "Two bases"),
    ("not_matched", "Not matched"),
    ("before", "Before"),
    ("other_entries", "Other entries"),
]


class MarketplaceMoneyCheckLine(models.Model):
    """Two figures of a month that must be equal."""

    _name = "marketplace.money.check.line"
    _description = "Marketplace Money Check Line"
    _order = "check_id, id"

    check_id = fields.Many2one("marketplace.money.check", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="check_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="check_id.currency_id")
    code = fields.Selection(CODES, "Compared", required=True, readonly=True)
    left = fields.Monetary("Here", readonly=True, aggregator=None)
    right = fields.Monetary("There", readonly=True, aggregator=None)
    right_known = fields.Boolean(readonly=True)
    difference = fields.Monetary(readonly=True, aggregator=None)
    state = fields.Selection(STATES, required=True, readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    reason_amount = fields.Monetary(readonly=True, aggregator=None)
    explanation = fields.Char("Why", compute="_compute_explanation")

    @api.depends("reason", "reason_amount")
    def _compute_explanation(self):
        for line in self:
            line.explanation = line._explain()

    def _explain(self):
        amount = formatLang(self.env, self.reason_amount, currency_obj=self.currency_id)
        return {
            "not_told": self.env._("The marketplace does not tell it."),
            "days_missing": self.env._("%s days of the month were not read yet.", int(self.reason_amount)),
            "no_report": self.env._("The month's report is not loaded yet."),
            "two_bases": self.env._(
                "Delivered in the month, and accrued in it: each difference is named on the report."
            ),
            "not_matched": self.env._("Payouts of %s have no line of the bank yet.", amount),
            "before": self.env._("The cabinet held %s before its money was loaded.", amount),
            "other_entries": self.env._("Entries of %s on the clearing account come from elsewhere.", amount),
        }.get(self.reason, "")

    # === ACTION METHODS === #
    def action_view(self):
        """The rows that the pair is made of."""
        self.ensure_one()
        return getattr(self.check_id, f"_open_{self.code}")()
