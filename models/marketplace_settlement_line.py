from odoo import fields, models

from .marketplace_accrual_rule import DOCUMENTS
from .marketplace_accrual_type import KINDS


class MarketplaceSettlementLine(models.Model):
    """A settlement's rows of one type, added up."""

    _name = "marketplace.settlement.line"
    _description = "Marketplace Settlement Line"
    _order = "settlement_id, sequence, id"

    settlement_id = fields.Many2one("marketplace.settlement", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    sequence = fields.Integer()
    kind = fields.Selection(KINDS, required=True, readonly=True)
    type_id = fields.Many2one("marketplace.accrual.type", readonly=True, ondelete="restrict")
    document = fields.Selection(DOCUMENTS, "Booked As", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    amount = fields.Monetary(readonly=True)
    late_amount = fields.Monetary("Of Earlier Periods", readonly=True)

    def action_view_accruals(self):
        self.ensure_one()
        domain = [
            ("settlement_id", "=", self.settlement_id.id),
            ("kind", "=", self.kind),
            ("type_id", "=", self.type_id.id),
        ]
        return self.settlement_id._open_accruals(domain, self.type_id.description)
