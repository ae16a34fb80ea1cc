from odoo import api, fields, models
from odoo.exceptions import UserError

#: More than anybody looks through.
SHOWN = 50


class MarketplacePayoutMatch(models.TransientModel):
    """Which line of the bank a payout arrived with."""

    _name = "marketplace.payout.match"
    _description = "Match a Payout"

    payout_id = fields.Many2one("marketplace.payout", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="payout_id.currency_id")
    amount = fields.Monetary(related="payout_id.amount", string="Paid Out")
    candidate_ids = fields.Many2many("account.bank.statement.line", compute="_compute_candidate_ids")
    line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        compute="_compute_line_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', candidate_ids)]",
    )
    line_date = fields.Date(related="line_id.date", string="Received")
    line_text = fields.Char(related="line_id.payment_ref", string="Text of the Bank")
    line_amount = fields.Monetary("In the Bank", compute="_compute_difference")
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("payout_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = self.env["marketplace.payout.matcher"]._find(wizard.payout_id)[:SHOWN]

    @api.depends("payout_id")
    def _compute_line_id(self):
        for wizard in self:
            wizard.line_id = wizard.candidate_ids[:1]

    @api.depends("line_id")
    def _compute_difference(self):
        matcher = self.env["marketplace.payout.matcher"]
        for wizard in self:
            wizard.line_amount = wizard.line_id and matcher._get_amount(wizard.line_id)
            wizard.difference = wizard.line_id and wizard.line_amount - wizard.amount

    def action_match(self):
        self.ensure_one()
        if not self.line_id:
            raise UserError(self.env._("Choose the bank line first."))
        self.env["marketplace.payout.matcher"]._match(self.payout_id, self.line_id)
        return {"type": "ir.actions.act_window_close"}
