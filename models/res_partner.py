from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    marketplace_buyer_ref = fields.Char(
        "Marketplace Buyer",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Account and buyer's number there: how the same buyer is recognised, never by name.",
    )

    _marketplace_buyer_uniq = models.UniqueIndex(
        "(marketplace_buyer_ref) WHERE marketplace_buyer_ref IS NOT NULL", "This buyer is there already."
    )
