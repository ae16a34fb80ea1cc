from odoo import api, fields, models

from .marketplace_order_economics import SIGN

GROUPS = "sale_marketplace.group_user,sale_marketplace.group_accountant"


class SaleOrder(models.Model):
    """What the marketplace leaves of an order (MON2, ORD7)."""

    _inherit = "sale.order"

    marketplace_currency_id = fields.Many2one(
        related="marketplace_order_id.currency_id", string="Posting's Currency", compute_sudo=True
    )
    marketplace_commission = fields.Monetary(
        "Commission So Far",
        compute="_compute_marketplace_money",
        currency_field="marketplace_currency_id",
        compute_sudo=True,
        groups=GROUPS,
        help=SIGN,
    )
    marketplace_services = fields.Monetary(
        compute="_compute_marketplace_money",
        currency_field="marketplace_currency_id",
        compute_sudo=True,
        groups=GROUPS,
        help=SIGN,
    )
    marketplace_net = fields.Monetary(
        compute="_compute_marketplace_money",
        currency_field="marketplace_currency_id",
        compute_sudo=True,
        groups=GROUPS,
        help="All accruals of the order's postings together.",
    )
    marketplace_cost = fields.Monetary(
        compute="_compute_marketplace_money", currency_field="marketplace_currency_id", compute_sudo=True, groups=GROUPS
    )
    marketplace_margin = fields.Monetary(
        compute="_compute_marketplace_money",
        currency_field="marketplace_currency_id",
        compute_sudo=True,
        groups=GROUPS,
        help="What the marketplace leaves of the order, less the products' cost.",
    )

    def _compute_marketplace_money(self):
        """Parts of a split posting belong to one order."""
        names = ("commission_amount", "service_amount", "net_amount", "cost_amount", "margin_amount")
        groups = self.env["marketplace.order"]._read_group(
            [("sale_order_id", "in", self.ids)], ["sale_order_id"], [f"{name}:sum" for name in names]
        )
        sums = {order.id: amounts for order, *amounts in groups}
        for order in self:
            commission, services, net, cost, margin = sums.get(order._origin.id, [0.0] * 5)
            order.marketplace_commission = commission
            order.marketplace_services = services
            order.marketplace_net = net
            order.marketplace_cost = cost
            order.marketplace_margin = margin

    @api.model
    def _get_marketplace_money_action(self):
        return self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")

    def action_view_marketplace_money(self):
        domain = [("sale_order_id", "in", self.ids)]
        return {**self._get_marketplace_money_action(), "domain": domain, "context": {}}
