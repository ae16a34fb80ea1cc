from odoo import fields, models

from .marketplace_order_economics import SIGN


class MarketplaceOrderLine(models.Model):
    """What a line of a posting has brought so far (MON2). Kept by ``marketplace.economics``."""

    _inherit = "marketplace.order.line"

    account_id = fields.Many2one(related="order_id.account_id", store=True, index=True)
    ordered_at = fields.Datetime(related="order_id.ordered_at", store=True)
    sold_product_id = fields.Many2one(
        "product.product", "Sold Product", related="offer_id.product_id", store=True, index="btree_not_null"
    )
    sale_amount = fields.Monetary("Sold", readonly=True, copy=False, help="Sales less returns, as accrued so far.")
    commission_amount = fields.Monetary("Commission", readonly=True, copy=False, help=SIGN)
    service_amount = fields.Monetary("Services", readonly=True, copy=False, help=SIGN)
    other_amount = fields.Monetary("Other Accruals", readonly=True, copy=False)
    net_amount = fields.Monetary("Net", readonly=True, copy=False)
    has_expectation = fields.Boolean(readonly=True, copy=False)
    expected_commission = fields.Monetary(readonly=True, copy=False, help=SIGN)
    expected_services = fields.Monetary(readonly=True, copy=False, help=SIGN)
    cost_amount = fields.Monetary("Cost", readonly=True, copy=False)
    margin_amount = fields.Monetary("Margin", readonly=True, copy=False, help="Net less cost.")
