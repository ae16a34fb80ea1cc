from odoo import fields, models

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
