from odoo import fields, models

SIGN = "− is charged to us."


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
