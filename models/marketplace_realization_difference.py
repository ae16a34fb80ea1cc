from odoo import api, fields, models

KINDS = [("sale", "Sale"), ("return", "Return"), ("commission", "Commission")]
CODES = [
    ("other_month", "Accrued in another month"),
    ("not_accrued", "In the report, never accrued"),
    ("other_report", "Accrued this month, in another month's report"),
    ("not_reported", "Accrued, not in a report"),
    ("amount", "Another amount"),
    ("not_invoiced", "Nothing to invoice"),
    ("invoice_differs", "The invoice is of another amount"),
    ("no_invoice_line", "Nothing that could be credited"),
    ("credit_differs", "The credit note is of another amount"),
]
#: Found when the report was posted, not when it was compared with the accruals.
OF_BOOKS = ("not_invoiced", "invoice_differs", "no_invoice_line", "credit_differs")


class MarketplaceRealizationDifference(models.Model):
    """Where the report says something else than the accruals, or than the invoices: named, with what makes it."""

    _name = "marketplace.realization.difference"
    _description = "Marketplace Realization Report Difference"
    _order = "realization_id, code, number, id"

    realization_id = fields.Many2one("marketplace.realization", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="realization_id.company_id", store=True, index=True)
    account_id = fields.Many2one(related="realization_id.account_id", store=True)
    currency_id = fields.Many2one(related="realization_id.currency_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    code = fields.Selection(CODES, "Reason", required=True, readonly=True)
    number = fields.Char(
        "Number There", readonly=True, help="The posting's; the SKU where the report tells no postings."
    )
    order_id = fields.Many2one("marketplace.order", "Posting", readonly=True, index="btree_not_null")
    report_amount = fields.Monetary("In the Report", readonly=True)
    other_amount = fields.Monetary("In Odoo", readonly=True, help="Accrued in the month, or invoiced.")
    difference = fields.Monetary(readonly=True)
    accrued_from = fields.Date(readonly=True)
    accrued_to = fields.Date(readonly=True, help="When it was accrued, as far as it was.")
    other_report_id = fields.Many2one(
        "marketplace.realization", readonly=True, index="btree_not_null", ondelete="set null"
    )
    # Names of their own: made of the models' they would be too long.
    accrual_ids = fields.Many2many(
        "marketplace.accrual",
        "marketplace_realization_difference_accrual_rel",
        "difference_id",
        "accrual_id",
        string="Accruals",
        readonly=True,
    )
    line_ids = fields.Many2many(
        "marketplace.realization.line",
        "marketplace_realization_difference_line_rel",
        "difference_id",
        "line_id",
        "Report Rows",
        readonly=True,
    )
    advice = fields.Char("What It Means", compute="_compute_advice")

    @api.depends("code")
    def _compute_advice(self):
        advice = self._get_advice()
        for row in self:
            row.advice = advice.get(row.code, "")

    @api.model
    def _get_advice(self):
        return {
            "other_month": self.env._("The two bases differ in time only: nothing to do."),
            "not_accrued": self.env._("Read the accruals of those days again; if it stays so, ask the marketplace."),
            "other_report": self.env._("The two bases differ in time only: nothing to do."),
            "not_reported": self.env._("Expect it in the next report; if it is not there either, ask the marketplace."),
            "amount": self.env._("Compare both; what the marketplace corrects comes as an accrual of a later day."),
            "not_invoiced": self.env._(
                "Deliver the order, or post the invoice that somebody has begun; then reset this report and post again."
            ),
            "invoice_differs": self.env._("Compare the prices of the order and of the report."),
            "no_invoice_line": self.env._("It was credited before, or never invoiced: make the credit note by hand."),
            "credit_differs": self.env._("It was sold for another price than the report says: compare both."),
        }

    def action_view_accruals(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        return {**action, "name": self.number or "", "domain": [("id", "in", self.accrual_ids.ids)], "context": {}}

    def action_view_lines(self):
        self.ensure_one()
        return self.realization_id._open_lines([("id", "in", self.line_ids.ids)])
