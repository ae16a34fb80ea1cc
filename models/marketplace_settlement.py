from odoo import fields, models


class MarketplaceSettlement(models.Model):
    """A period's accruals, the accounting documents they became, and the proof that both are equal (MON3)."""

    _name = "marketplace.settlement"
    _description = "Marketplace Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, copy=False, default="/")
    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="account_id.money_currency_id", store=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("ready", "Ready"), ("posting", "Posting"), ("posted", "Posted")],
        required=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    accrual_ids = fields.One2many("marketplace.accrual", "settlement_id", "Accruals")
