from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    marketplace_settlement_id = fields.Many2one(
        "marketplace.settlement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    marketplace_realization_id = fields.Many2one(
        "marketplace.realization",
        "Marketplace Report",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
