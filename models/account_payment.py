from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    marketplace_settlement_id = fields.Many2one(
        "marketplace.settlement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    marketplace_order_id = fields.Many2one(
        "marketplace.order", "Posting", readonly=True, copy=False, index="btree_not_null"
    )
    marketplace_gross = fields.Monetary(
        "Gross", readonly=True, copy=False, help="What the goods were sold for, or paid back for, VAT included."
    )
    marketplace_commission = fields.Monetary("Commission", readonly=True, copy=False)
    marketplace_services = fields.Monetary("Services of the Marketplace", readonly=True, copy=False)
    marketplace_net = fields.Monetary("Net", readonly=True, copy=False, help="What is left of it for us.")
