from odoo import fields, models


class MarketplaceParcel(models.Model):
    """A box of a posting. On Ozon each box that gets a label of its own is a posting of its own."""

    _name = "marketplace.parcel"
    _description = "Marketplace Parcel"
    _order = "order_id, sequence, id"
    _rec_name = "number"

    order_id = fields.Many2one("marketplace.order", "Posting", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    number = fields.Char(required=True, index=True, help="The posting number on the parcel's label.")
    posting_id = fields.Many2one(
        "marketplace.order",
        "Own Posting",
        index="btree_not_null",
        help="The posting that the marketplace made of this parcel.",
    )
    package_id = fields.Many2one("stock.package", index="btree_not_null", ondelete="set null")
    picking_id = fields.Many2one("stock.picking", index="btree_not_null", ondelete="set null")
    label_state = fields.Selection(related="posting_id.label_state")

    _number_uniq = models.Constraint("UNIQUE(order_id, number)", "This parcel is in the list already.")
