from odoo import api, fields, models


class MarketplaceAccrualDay(models.Model):
    """A day of the cabinet's money as it was read last: the marketplace's own total against our rows."""

    _name = "marketplace.accrual.day"
    _description = "Day of Accruals"
    _order = "date desc, account_id"
    _rec_name = "date"

    account_id = fields.Many2one("marketplace.account", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="account_id.money_currency_id", store=True)
    date = fields.Date("Day", required=True, readonly=True)
    read_at = fields.Datetime("Last Read", required=True, readonly=True)
    changed_at = fields.Datetime("Last Changed", readonly=True, help="When the reading brought anything new.")
    total = fields.Monetary("Told by the Marketplace", readonly=True)
    row_total = fields.Monetary("Sum of Our Rows", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    unreadable_count = fields.Integer("Unreadable", readonly=True)
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="What the marketplace's total has and our rows have not."
    )

    _day_uniq = models.Constraint("UNIQUE(account_id, date)", "This day is there already.")

    @api.depends("total", "row_total")
    def _compute_difference(self):
        for day in self:
            day.difference = day.total - day.row_total

    # === ACTION METHODS === #
    def action_view_accruals(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        domain = [("account_id", "=", self.account_id.id), ("date", "=", self.date), ("branch", "!=", "file")]
        return {**action, "domain": domain, "context": {}}

    def action_read_again(self):
        """The days are read once more, now, even if they are older than what is read again by itself."""
        for account, days in self.grouped("account_id").items():
            account._check_operation("accruals")
            dates = [fields.Date.to_string(day) for day in sorted(days.mapped("date"))]
            self.env["marketplace.job"].sudo()._enqueue(
                "accruals_poll", account, payload={"days": dates}, priority=3, unique=False
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("They are read within seconds; the result appears in this list."),
            },
        }
