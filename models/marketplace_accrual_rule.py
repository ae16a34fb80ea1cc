from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..marketplaces.base import money
from .marketplace_accrual_type import KINDS

DOCUMENTS = [
    ("receivable", "Customer's payment"),
    ("bill", "Bill for services"),
    ("entry", "Entry of the settlement"),
    ("suspense", "Suspense account"),
]
#: kind → how it is booked unless a person decides otherwise.
DEFAULT_DOCUMENTS = {
    **dict.fromkeys((money.SALE, money.RETURN), "receivable"),
    **dict.fromkeys(money.SERVICES, "bill"),
    **dict.fromkeys((money.DELIVERY_INCOME, money.COMPENSATION, money.FINE), "entry"),
    money.UNKNOWN: "suspense",
}
#: Only these are money of a customer for his order.
OF_CUSTOMERS = (money.SALE, money.RETURN, money.DELIVERY_INCOME, money.COMPENSATION)


class MarketplaceAccrualRule(models.Model):
    """How a kind of money, or a single type of it, is booked for an account."""

    _name = "marketplace.accrual.rule"
    _description = "Marketplace Posting Rule"
    _inherit = ["analytic.mixin"]
    _order = "account_id, sequence, type_id desc, id"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    marketplace = fields.Selection(related="account_id.marketplace")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    type_id = fields.Many2one(
        "marketplace.accrual.type",
        "Only This Type",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('marketplace', '=', marketplace), ('kind', '=', kind)]",
        help="Empty: all types of the kind that have no rule of their own.",
    )
    document = fields.Selection(DOCUMENTS, "Booked As", required=True, default="bill")
    book_account_id = fields.Many2one(
        "account.account",
        "Booked On",
        check_company=True,
        help="Empty: the account that the settings name for services, or for other income and expenses.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        "VAT",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        help="VAT that the marketplace's amounts contain. It must be a tax that is included in the price.",
    )

    _kind_uniq = models.UniqueIndex("(account_id, kind, COALESCE(type_id, 0))", "This kind has its rule already.")

    # === COMPUTE METHODS === #
    @api.depends("kind", "type_id", "account_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            rule.display_name = rule.type_id.description or labels.get(rule.kind, "")

    # === CONSTRAINT METHODS === #
    @api.constrains("tax_id", "account_id")
    def _check_tax(self):
        for rule in self:
            rule.account_id._check_money_tax(rule.tax_id)

    @api.constrains("kind", "type_id", "account_id")
    def _check_type(self):
        for rule in self.filtered("type_id"):
            if rule.type_id.kind != rule.kind or rule.type_id.marketplace != rule.account_id.marketplace:
                raise ValidationError(
                    self.env._(
                        "Type «%(type)s» is not of the kind that the rule is for.", type=rule.type_id.description
                    )
                )

    @api.constrains("kind", "document")
    def _check_document(self):
        for rule in self:
            if rule.document == "receivable" and rule.kind not in OF_CUSTOMERS:
                raise ValidationError(
                    self.env._("«%s» is no money of customers: book it as a bill or an entry.", rule.display_name)
                )
            if rule.document == "bill" and rule.kind in (money.SALE, money.RETURN):
                raise ValidationError(self.env._("Sales and returns are not on the marketplace's bill for services."))

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_general(self):
        if any(not rule.type_id for rule in self):
            raise UserError(
                self.env._("Each kind keeps its general rule: change how it is booked instead of deleting it.")
            )

    # === BUSINESS METHODS === #
    def _matches(self, accrual_type, kind):
        """How well the rule fits: 2 for the very type, 1 for its kind, 0 not at all."""
        self.ensure_one()
        if self.kind != kind or (self.type_id and self.type_id != accrual_type):
            return 0
        return 2 if self.type_id else 1
