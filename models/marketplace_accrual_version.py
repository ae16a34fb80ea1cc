from odoo import fields, models

from .marketplace_accrual_type import KINDS


class MarketplaceAccrualVersion(models.Model):
    """What the marketplace told of an accrual before it told something else."""

    _name = "marketplace.accrual.version"
    _description = "Former Version of an Accrual"
    _order = "id desc"

    accrual_id = fields.Many2one("marketplace.accrual", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="accrual_id.company_id", store=True, index=True)
    read_at = fields.Datetime("Told Since", readonly=True)
    replaced_at = fields.Datetime("Until", readonly=True, default=lambda self: fields.Datetime.now())
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    type_id = fields.Many2one("marketplace.accrual.type", readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(KINDS, readonly=True)
    number = fields.Char("Posting Number", readonly=True)
    quantity = fields.Integer(readonly=True, aggregator=None)
    gone = fields.Boolean("Withdrawn", readonly=True)
