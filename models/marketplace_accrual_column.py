from odoo import api, fields, models
from odoo.exceptions import ValidationError

ROLES = [
    ("number", "Posting number"),
    ("sku", "SKU"),
    ("article", "Article"),
    ("date", "Date"),
    ("uid", "Number of the operation"),
    ("quantity", "Quantity"),
    ("amount", "Amount"),
    ("ignore", "Not used"),
]


class MarketplaceAccrualColumn(models.Model):
    """What a column of a cabinet's report means, as the accountant said the last time."""

    _name = "marketplace.accrual.column"
    _description = "Column of a Marketplace Report"
    _order = "account_id, id"
    _rec_name = "heading"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    marketplace = fields.Selection(related="account_id.marketplace")
    heading = fields.Char(required=True)
    role = fields.Selection(ROLES, required=True, default="ignore")
    type_id = fields.Many2one(
        "marketplace.accrual.type",
        "Becomes",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('marketplace', '=', marketplace)]",
    )
    opposite = fields.Boolean(
        "Opposite Sign", help="The file shows what is charged without a minus, and what comes back with one."
    )

    _heading_uniq = models.Constraint("UNIQUE(account_id, heading)", "This column has its meaning already.")

    @api.constrains("role", "type_id")
    def _check_type(self):
        for column in self:
            if column.role == "amount" and not column.type_id:
                raise ValidationError(self.env._("Say which kind of money stands in column «%s».", column.heading))
