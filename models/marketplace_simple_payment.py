from odoo import api, fields, models

from ..marketplaces.base import money


class MarketplaceSimplePayment(models.Model):
    """An order that was paid the simple way: its invoice less the commission, without waiting for the marketplace's
    settlement (MON5). Beside it stands what the marketplace really accrued, and why both differ."""

    _name = "marketplace.simple.payment"
    _description = "Marketplace Simple Payment"
    _order = "date desc, id desc"
    _rec_name = "order_id"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    order_id = fields.Many2one("marketplace.order", "Posting", required=True, index=True, ondelete="restrict")
    sale_order_id = fields.Many2one(related="order_id.sale_order_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="order_id.currency_id", store=True)
    # waiting ──→ paid      tried again every day until nothing is in the way; reset takes the payment back
    state = fields.Selection(
        [("waiting", "Waiting"), ("paid", "Paid")], required=True, default="waiting", readonly=True, index=True
    )
    problem = fields.Char("What Is in the Way", readonly=True)
    date = fields.Date(readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True, index="btree_not_null", ondelete="set null")
    invoice_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    gross = fields.Monetary("Invoiced", readonly=True)
    commission = fields.Monetary("Commission Taken Off", readonly=True)
    source = fields.Selection([("accrual", "As accrued"), ("forecast", "As forecast")], "Commission", readonly=True)
    net = fields.Monetary("Registered as Paid", readonly=True)
    # --- the honest part
    real_net = fields.Monetary("Accrued", compute="_compute_real", help="All that the marketplace has accrued for it.")
    gap = fields.Monetary("Does Not Add Up By", compute="_compute_real")
    reason = fields.Char("Why", compute="_compute_real")

    _order_uniq = models.Constraint("UNIQUE(order_id)", "This posting was paid the simple way already.")

    # === COMPUTE METHODS === #
    @api.depends("net", "gross", "commission", "order_id")
    def _compute_real(self):
        sums = {}
        groups = (
            self.env["marketplace.accrual"]
            .sudo()
            ._read_group([("order_id", "in", self.order_id.ids)], ["order_id", "kind"], ["amount:sum"])
        )
        for order, kind, amount in groups:
            sums.setdefault(order.id, {})[kind] = amount
        for row in self:
            own = sums.get(row.order_id.id, {})
            row.real_net = sum(own.values())
            row.gap = row.real_net - row.net if row.state == "paid" else 0.0
            row.reason = row._explain(own)

    def _explain(self, own):
        """The parts of the gap in words, the largest causes of it by name."""
        self.ensure_one()
        if self.state != "paid":
            return ""
        if not own:
            return self.env._("The marketplace has accrued nothing for it yet.")
        parts = [
            (self.env._("sale"), own.get(money.SALE, 0) - self.gross),
            (self.env._("return"), own.get(money.RETURN, 0)),
            (self.env._("commission"), own.get(money.COMMISSION, 0) + self.commission),
            (
                self.env._("services that the simple way leaves out"),
                sum(amount for kind, amount in own.items() if kind in money.SERVICES and kind != money.COMMISSION),
            ),
            (
                self.env._("other"),
                sum(amount for kind, amount in own.items() if kind not in (money.SALE, money.RETURN, *money.SERVICES)),
            ),
        ]
        currency = self.currency_id or self.company_id.currency_id
        told = [f"{name} {self.order_id._format(amount)}" for name, amount in parts if not currency.is_zero(amount)]
        return ", ".join(told) or self.env._("It adds up.")

    # === ACTION METHODS === #
    def action_retry(self):
        for account in self.account_id:
            self.env["marketplace.job"].sudo()._enqueue("simple_pay", account, priority=3)

    def action_reset(self):
        """Take the payment out of the books; the order waits again."""
        self.env["marketplace.simple.payer"]._reset(self.filtered(lambda row: row.state == "paid"))

    def action_view_payment(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.payment",
            "view_mode": "form",
            "res_id": self.payment_id.id,
        }
