from odoo import fields, models

from ..models.marketplace_accrual_column import ROLES


class MarketplaceAccrualImportColumn(models.TransientModel):
    """A column of the file that is being imported."""

    _name = "marketplace.accrual.import.column"
    _description = "Column of an Imported Report"
    _order = "wizard_id, position"
    _rec_name = "heading"

    wizard_id = fields.Many2one("marketplace.accrual.import", required=True, index=True, ondelete="cascade")
    marketplace = fields.Selection(related="wizard_id.account_id.marketplace")
    position = fields.Integer(readonly=True)
    heading = fields.Char("Column", readonly=True)
    sample = fields.Char("For Example", readonly=True)
    role = fields.Selection(ROLES, "Contains", required=True, default="ignore")
    type_id = fields.Many2one(
        "marketplace.accrual.type", "Becomes", domain="[('marketplace', '=', marketplace)]", ondelete="cascade"
    )
    opposite = fields.Boolean(
        "Opposite Sign", help="The file shows what is charged without a minus, and what comes back with one."
    )
