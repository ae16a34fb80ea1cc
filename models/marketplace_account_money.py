from odoo import api, fields, models

INVOICING = [
    ("order", "An invoice per order"),
    ("report", "One invoice per report"),
    ("none", "None: invoices are made elsewhere"),
]


class MarketplaceAccount(models.Model):
    """How the marketplace's money is booked (MON1–MON5); the clearing journal is ``payment_journal_id``."""

    _inherit = "marketplace.account"

    money_way = fields.Selection(
        [("settlement", "Settlements from the accruals"), ("simple", "The simple way")],
        "How Money Is Booked",
        required=True,
        default="settlement",
        help="Settlements tie out to the kopeck.\n"
        "The simple way waits some days after an order, takes the commission off and registers the rest as paid. Its "
        "report says what does not add up, and why.",
    )
    simple_days = fields.Integer("Days After the Order", default=30)
    settlement_period = fields.Selection(
        [("month", "A month"), ("half", "Half a month")], "Settled By", required=True, default="month"
    )
    settlement_delay = fields.Integer(
        "Prepared After (days)",
        default=5,
        help="So many days after a period has ended its settlement is prepared: until then the marketplace still "
        "changes it.",
    )
    money_currency_id = fields.Many2one(
        "res.currency",
        "Cabinet's Currency",
        compute="_compute_money_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="In which the marketplace settles with you.",
    )
    accrual_start = fields.Date(
        "Money Since",
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Accruals before this day are never loaded: they were booked elsewhere.",
    )
    accrual_window = fields.Integer(
        "Read Again (days)",
        default=30,
        help="So many past days are read again every time: the marketplace still changes them afterwards.",
    )
    invoicing = fields.Selection(
        INVOICING,
        required=True,
        default="order",
        help="An invoice per order: made at delivery where the status table says so, else with the settlement.\n"
        "One invoice per report: made when the accountant posts the realization report.",
    )
    payment_grouping = fields.Selection(
        [("settlement", "One per settlement and customer"), ("order", "One per order")],
        "Payments",
        required=True,
        default="settlement",
        help="One per order is several times slower and shows nothing more.",
    )
    payout_auto_match = fields.Boolean(
        "Match Payouts by Themselves",
        default=True,
        help="A bank line of exactly the payout's amount, from the marketplace, within ten days, and the only one: its "
        "counterpart becomes the clearing account. Everything else waits for a person.",
    )
    clearing_account_id = fields.Many2one(related="payment_journal_id.default_account_id", string="Clearing Account")
    suspense_account_id = fields.Many2one(
        "account.account",
        "Suspense Account",
        check_company=True,
        help="What nobody can explain yet: unknown accruals, money of postings that Odoo does not know.",
    )
    service_account_id = fields.Many2one(
        "account.account", "Services", check_company=True, help="Expense account of the marketplace's services."
    )
    other_income_account_id = fields.Many2one("account.account", "Other Income", check_company=True)
    other_expense_account_id = fields.Many2one("account.account", "Fines and Other Expenses", check_company=True)
    service_tax_id = fields.Many2one(
        "account.tax",
        "VAT of Services",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        help="VAT that the marketplace's amounts contain. It must be a tax that is included in the price.",
    )
    vendor_id = fields.Many2one(
        "res.partner",
        "Vendor of Services",
        check_company=True,
        help="Whose bills the services are. Empty: the account's customer.",
    )
    accrual_rule_ids = fields.One2many("marketplace.accrual.rule", "account_id", "Posting Rules")

    def _wants_task(self, task):
        wanted = {"simple_payments": self.money_way == "simple", "settlements": self.money_way == "settlement"}
        return super()._wants_task(task) and wanted.get(task, True)

    @api.depends("company_id")
    def _compute_money_currency_id(self):
        for account in self:
            account.money_currency_id = account.money_currency_id or account.company_id.currency_id
