from odoo import api, fields, models


class MarketplaceSettlement(models.Model):
    """The proof: what the marketplace has told, what our rows are, and what is in the books, one below the other.

    told for the period  =  rows of its days            else: days that differ
    − rows of its days that are settled elsewhere, or not yet
    + rows of earlier days
    = rows of this settlement  =  what the clearing account was moved by
    """

    _inherit = "marketplace.settlement"

    told_by_hand = fields.Monetary(
        "Total of the Report",
        copy=False,
        help="Where the marketplace tells no totals (accruals from a file): what its report says, to compare with.",
    )
    told_total = fields.Monetary("Told by the Marketplace", compute="_compute_proof")
    told_known = fields.Boolean(compute="_compute_proof")
    told_days = fields.Integer("Days Read", compute="_compute_proof")
    period_total = fields.Monetary("Rows of the Period", compute="_compute_proof")
    told_difference = fields.Monetary("Told, and Not in the Rows", compute="_compute_proof")
    elsewhere_total = fields.Monetary("Settled Elsewhere, or Not Yet", compute="_compute_proof")
    entry_total = fields.Monetary("In the Books", compute="_compute_proof")
    entry_difference = fields.Monetary("Rows, and Not in the Books", compute="_compute_proof")
    is_proved = fields.Boolean("Ties Out", compute="_compute_proof")

    @api.depends("accrual_ids.amount", "state", "told_by_hand", "date_from", "date_to", "row_total", "late_total")
    def _compute_proof(self):
        for settlement in self:
            days = settlement._get_days()
            told = sum(days.mapped("total")) if days else settlement.told_by_hand
            settlement.told_days = len(days)
            settlement.told_known = bool(days or settlement.told_by_hand)
            period = settlement._sum_accruals(settlement._get_period_domain())
            own = settlement._sum_accruals([("settlement_id", "=", settlement._origin.id)])
            late = settlement._sum_accruals(
                [("settlement_id", "=", settlement._origin.id), ("date", "<", settlement.date_from)]
            )
            entries = float(settlement._get_moved())
            settlement.told_total = told
            settlement.period_total = period
            settlement.told_difference = settlement._round(told - period) if settlement.told_known else 0.0
            settlement.elsewhere_total = settlement._round(period - (own - late))
            settlement.entry_total = entries
            settlement.entry_difference = settlement._round(own - entries) if settlement.state == "posted" else 0.0
            settlement.is_proved = settlement.state == "posted" and not (
                settlement.told_difference or settlement.entry_difference
            )

    # === ACTION METHODS === #
    def action_view_days(self):
        """The days of the period, those that differ first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Days of the Period"),
            "res_model": "marketplace.accrual.day",
            "view_mode": "list",
            "domain": [("id", "in", self._get_days().ids)],
            "context": {"search_default_differs": 1} if self.told_difference else {},
        }

    def action_view_elsewhere(self):
        self.ensure_one()
        domain = [*self._get_period_domain(), ("settlement_id", "!=", self.id)]
        return self._open_accruals(domain, self.env._("Settled Elsewhere, or Not Yet"))

    def action_view_clearing(self):
        """The lines of the clearing account that this settlement has written."""
        self.ensure_one()
        moves = self.payment_ids.move_id | self.move_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Clearing Account"),
            "res_model": "account.move.line",
            "view_mode": "list",
            "domain": [
                ("move_id", "in", moves.ids),
                ("account_id", "=", self.account_id.payment_journal_id.default_account_id.id),
            ],
            "context": {"create": False},
        }

    # === BUSINESS METHODS === #
    def _get_period_domain(self):
        return [
            ("account_id", "=", self.account_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    def _get_days(self):
        if not (self.account_id and self.date_from and self.date_to):
            return self.env["marketplace.accrual.day"]
        return self.env["marketplace.accrual.day"].search(self._get_period_domain())

    def _sum_accruals(self, domain):
        if not (self.account_id and self.date_from and self.date_to):
            return 0.0
        ((total,),) = self.env["marketplace.accrual"]._read_group(domain, [], ["amount:sum"])
        return self._round(total or 0.0)

    def _round(self, amount):
        return self.currency_id.round(amount) if self.currency_id else amount
