from odoo import fields, models

from .marketplace_accrual_type import KINDS


class MarketplaceMoneyCheckLine(models.Model):
    """A month's accruals of one kind, added up."""

    _name = "marketplace.money.check.line"
    _description = "Three-Way Check by Kind"
    _order = "check_id, sequence, id"

    check_id = fields.Many2one("marketplace.money.check", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="check_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="check_id.currency_id")
    sequence = fields.Integer()
    kind = fields.Selection(KINDS, required=True, readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    amount = fields.Monetary(readonly=True)
    unsettled_amount = fields.Monetary("Not Settled Yet", readonly=True)

    def action_view_accruals(self):
        self.ensure_one()
        domain = [*self.check_id._get_rows_domain(), ("kind", "=", self.kind)]
        label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return self.check_id._open("marketplace.accrual", domain, label)
