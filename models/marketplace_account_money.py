from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from .marketplace_accrual_rule import DEFAULT_DOCUMENTS
from .marketplace_accrual_type import KINDS

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
    commission_drift_warn = fields.Float(
        "Warn of Commission Above (%)",
        default=5.0,
        digits=(5, 2),
        help="Postings whose commission is by more than this above what the marketplace had announced with the price. "
        "0: never.",
    )
    accrual_rule_ids = fields.One2many("marketplace.accrual.rule", "account_id", "Posting Rules")

    def _wants_task(self, task):
        wanted = {"simple_payments": self.money_way == "simple", "settlements": self.money_way == "settlement"}
        return super()._wants_task(task) and wanted.get(task, True)

    @api.depends("company_id")
    def _compute_money_currency_id(self):
        for account in self:
            account.money_currency_id = account.money_currency_id or account.company_id.currency_id

    # === CONSTRAINT METHODS === #
    @api.constrains("service_tax_id")
    def _check_service_tax(self):
        for account in self:
            account._check_money_tax(account.service_tax_id)

    @api.constrains("accrual_window", "accrual_start")
    def _check_accrual_window(self):
        for account in self:
            if not 0 <= account.accrual_window <= 366:
                raise ValidationError(self.env._("Days that are read again: 0 to 366."))

    def _check_money_tax(self, tax):
        """The marketplace's amounts contain their VAT: a tax that comes on top would change them."""
        if not tax:
            return
        if tax.type_tax_use != "purchase":
            raise ValidationError(self.env._("«%s» is not a tax of purchases: the marketplace bills you.", tax.name))
        if not tax.price_include:
            raise ValidationError(
                self.env._(
                    "«%s» comes on top of the price, and the marketplace's amounts contain their VAT: choose, or make, "
                    "a tax that is included in the price.",
                    tax.name,
                )
            )

    # === CRUD METHODS === #
    def write(self, vals):
        """Accountants decide about the money, and about nothing else of an account."""
        if vals and vals.keys() <= self._get_money_fields() and self._edits_money_only():
            self.check_access("read")
            self._check_own_rules(vals.get("accrual_rule_ids") or [])
            return self.sudo().write(vals)
        result = super().write(vals)
        if "commission_drift_warn" in vals:
            self.env["marketplace.economics"]._flag(self)
        return result

    def _edits_money_only(self):
        return (
            not self.env.su
            and not self.has_access("write")
            and self.env.user.has_group("sale_marketplace.group_accountant")
        )

    def _check_own_rules(self, commands):
        """Rules are changed with the accountant's own rights, and only those of these accounts."""
        ids = [command[1] for command in commands if command[0] not in (Command.CREATE, Command.CLEAR, Command.SET)]
        ids += [rule for command in commands if command[0] == Command.SET for rule in command[2]]
        rules = self.env["marketplace.accrual.rule"].browse(ids)
        rules.check_access("write")
        if rules.account_id - self:
            raise ValidationError(self.env._("These posting rules belong to another account."))

    @api.model
    def _get_money_fields(self):
        """What an accountant may change who may change nothing else of an account."""
        return {
            *("settlement_period", "settlement_delay"),
            *("money_currency_id", "accrual_start", "accrual_window", "invoicing", "payment_grouping"),
            *("payout_auto_match", "payment_journal_id", "suspense_account_id", "service_account_id"),
            *("other_income_account_id", "other_expense_account_id", "service_tax_id", "vendor_id"),
            *("money_way", "simple_days", "commission_drift_warn", "accrual_rule_ids"),
        }

    # === BUSINESS METHODS === #
    def _ensure_accrual_types(self):
        for marketplace, accounts in self.grouped("marketplace").items():
            Type = self.env["marketplace.accrual.type"].with_context(lang=accounts[0]._get_language())
            info = accounts[0]._get_info()
            Type._ensure(marketplace, info.accrual_kinds, info.accrual_names)

    def _ensure_accrual_rules(self):
        """Every kind has a general rule; what a person decided stays."""
        Rule = self.env["marketplace.accrual.rule"].sudo()
        missing = []
        for account in self:
            known = set(account.sudo().accrual_rule_ids.filtered(lambda rule: not rule.type_id).mapped("kind"))
            missing += [
                {
                    "account_id": account.id,
                    "kind": kind,
                    "document": DEFAULT_DOCUMENTS[kind],
                    "sequence": position,
                }
                for position, (kind, _label) in enumerate(KINDS)
                if kind not in known
            ]
        Rule.create(missing)

    def _get_accrual_rule(self, accrual_type, kind):
        """The rule of the very type, else the one of its kind."""
        self.ensure_one()
        rules = [(rule._matches(accrual_type, kind), rule) for rule in self.sudo().accrual_rule_ids]
        fit, rule = max(rules, key=lambda pair: pair[0], default=(0, None))
        if not fit:
            self._ensure_accrual_rules()
            rule = self.sudo().accrual_rule_ids.filtered(lambda rule: rule._matches(accrual_type, kind))[:1]
        return rule

    def _ask_about_money(self, summary, text):
        """An activity for the account's responsible, one at a time for the same question."""
        self.ensure_one()
        kind = self.env.ref("mail.mail_activity_data_todo")
        known = self.activity_ids.filtered(lambda item: item.activity_type_id == kind and item.summary == summary)
        if known:
            known[:1].note = text
        else:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=text,
                user_id=self.user_id.id or self.env.ref("base.user_admin").id,
            )
