from odoo import api, fields, models

SIGN = "− is charged to us."
GROUPS = "sale_marketplace.group_user,sale_marketplace.group_accountant"


class MarketplaceOrder(models.Model):
    """What a posting has brought so far, and what it was expected to (MON2). Kept by ``marketplace.economics``."""

    _inherit = "marketplace.order"

    accrual_ids = fields.One2many("marketplace.accrual", "order_id", "Accruals")
    accrual_count = fields.Integer("Accrual Rows", readonly=True, copy=False, aggregator=None)
    sale_amount = fields.Monetary("Sold", readonly=True, copy=False, help="Sales less returns, as accrued so far.")
    commission_amount = fields.Monetary("Commission", readonly=True, copy=False, help=SIGN)
    service_amount = fields.Monetary(
        "Services", readonly=True, copy=False, help="Acquiring, logistics and other services. − is charged to us."
    )
    other_amount = fields.Monetary(
        "Other Accruals", readonly=True, copy=False, help="Fines, compensations, paid for delivery, unknown."
    )
    net_amount = fields.Monetary("Net", readonly=True, copy=False, help="All accruals of the posting together.")
    expected_base = fields.Monetary("Of Sales Of", readonly=True, copy=False, aggregator=None)
    expected_commission = fields.Monetary(
        readonly=True,
        copy=False,
        help="By the marketplace's own announcement when the posting came. − is charged to us.",
    )
    expected_services = fields.Monetary(
        readonly=True, copy=False, help="Fees and acquiring, by the marketplace's announcement when the posting came."
    )
    commission_drift = fields.Monetary(
        "Commission Drift",
        readonly=True,
        copy=False,
        help="Real less expected commission, for what was really sold. − means that it cost more.",
    )
    commission_drift_percent = fields.Float("Drift (%)", readonly=True, copy=False, digits=(8, 2), aggregator="avg")
    commission_too_high = fields.Boolean("Commission Above Expected", readonly=True, copy=False)
    cost_amount = fields.Monetary(
        "Cost",
        readonly=True,
        copy=False,
        help="The products' cost of the day when the last accrual came, times what was delivered, or ordered as long "
        "as nothing is delivered; in the posting's currency.",
    )
    margin_amount = fields.Monetary("Margin", readonly=True, copy=False, help="Net less cost.")
    margin_percent = fields.Float(
        "Margin (%)", readonly=True, copy=False, digits=(8, 2), aggregator="avg", help="Of what was sold."
    )

    _drift_idx = models.Index("(account_id) WHERE commission_too_high")

    # === ACTION METHODS === #
    def action_view_money(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        return {**action, "domain": [("order_id", "in", self.ids)], "context": {}}

    def action_refresh_economics(self):
        """With the products' present cost."""
        self.env["marketplace.economics"]._refresh(self.sudo())


class MarketplaceOrderLine(models.Model):
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


class SaleOrder(models.Model):
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
        "Marketplace Net",
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
