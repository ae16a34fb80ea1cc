from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplacePayout(models.Model):
    """Money that the marketplace has sent to our bank, and the bank's line that it arrived with (MON3)."""

    _name = "marketplace.payout"
    _description = "Marketplace Payout"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "external_id"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    external_id = fields.Char("Payout", required=True, copy=False, help="The marketplace's number of it.")
    date_from = fields.Date("Paid For Since", required=True)
    date = fields.Date("Until", required=True, index=True, help="The last day of the period that it was paid for.")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    # open ──→ matched     with a line of a bank statement; «Undo Match» goes back
    state = fields.Selection(
        [("open", "Expected"), ("matched", "In the Bank")],
        compute="_compute_state",
        store=True,
        index=True,
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    bank_date = fields.Date(related="statement_line_id.date")
    raw = fields.Json(readonly=True, prefetch=False, groups="sale_marketplace.group_administrator")

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This payout is there already.")
    _line_uniq = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL", "This bank line has its payout already."
    )

    @api.depends("statement_line_id")
    def _compute_state(self):
        for payout in self:
            payout.state = "matched" if payout.statement_line_id else "open"

    # === ACTION METHODS === #
    def action_match(self):
        """One at a time with a choice; several at once take the bank lines that fit without doubt."""
        if len(self) == 1:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Match with the Bank"),
                "res_model": "marketplace.payout.match",
                "view_mode": "form",
                "target": "new",
                "context": {"default_payout_id": self.id},
            }
        matched = self.env["marketplace.payout.matcher"]._match_clear(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if matched else "warning",
                "message": self.env._(
                    "%(count)s of %(all)s matched; the others need a choice.", count=len(matched), all=len(self)
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_unmatch(self):
        self.env["marketplace.payout.matcher"]._unmatch(self.filtered("statement_line_id"))

    def action_view_bank_line(self):
        self.ensure_one()
        if not self.statement_line_id:
            raise UserError(self.env._("It is not matched yet."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.statement_line_id.move_id.id,
        }
