from odoo import fields, models


class MarketplaceNumberActionLine(models.TransientModel):
    """One number of a list: what it is, and what would be done or has been done with it."""

    _name = "marketplace.number.action.line"
    _description = "Number of a List"
    _order = "id"
    _rec_name = "number"
    _transient_max_hours = 72.0

    wizard_id = fields.Many2one("marketplace.number.action", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    number = fields.Char(readonly=True)
    order_id = fields.Many2one("marketplace.order", "Posting", readonly=True, ondelete="cascade")
    account_id = fields.Many2one(related="order_id.account_id")
    order_status = fields.Selection(related="order_id.status", string="Marketplace Status")
    sale_order_id = fields.Many2one(related="order_id.sale_order_id", string="Order")
    sale_state = fields.Selection(related="order_id.sale_order_id.state", string="Order Status")
    invoice_state = fields.Selection(
        [
            ("none", "None"),
            ("to_invoice", "To Invoice"),
            ("draft", "Draft"),
            ("open", "Open"),
            ("paid", "Paid"),
        ],
        "Invoice",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    has_amount = fields.Boolean("Amount Given", readonly=True)
    given_amount = fields.Float(readonly=True, digits=(16, 6))
    open_amount = fields.Monetary("Open", readonly=True, help="Before it is paid; in the result, what is still open.")
    amount = fields.Monetary("To Pay", readonly=True)
    outcome = fields.Selection(
        [("ready", "Would Be Done"), ("refused", "Refused"), ("done", "Done")], "Result", readonly=True
    )
    message = fields.Text("Explanation", readonly=True)
