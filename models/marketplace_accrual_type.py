from odoo import fields, models

from ..marketplaces import ADAPTERS
from ..marketplaces.base import money

#: As they are called on screen, in the order of a settlement's page.
KINDS = [
    (money.SALE, "Sales"),
    (money.RETURN, "Returns"),
    (money.DELIVERY_INCOME, "Paid for Delivery"),
    (money.COMPENSATION, "Compensation"),
    (money.COMMISSION, "Commission"),
    (money.ACQUIRING, "Acquiring"),
    (money.LOGISTICS, "Logistics"),
    (money.LAST_MILE, "Last Mile"),
    (money.RETURN_LOGISTICS, "Return Logistics"),
    (money.STORAGE, "Storage"),
    (money.ADVERTISING, "Advertising"),
    (money.OTHER, "Other Services"),
    (money.FINE, "Fines"),
    (money.UNKNOWN, "Unknown"),
]


class MarketplaceAccrualType(models.Model):
    """What a marketplace charges and pays for, and which kind of money that is. The accountant may decide otherwise."""

    _name = "marketplace.accrual.type"
    _description = "Marketplace Accrual Type"
    _order = "marketplace, kind, description, id"
    _rec_name = "description"
    _rec_names_search = ["description", "code", "external_id"]

    marketplace = fields.Selection(
        lambda self: [(code, adapter.info.label) for code, adapter in ADAPTERS.items()], required=True, readonly=True
    )
    external_id = fields.Char("ID There", readonly=True)
    code = fields.Char("Name There", required=True, readonly=True)
    description = fields.Char(required=True, help="As it stands on bills and settlements.")
    kind = fields.Selection(KINDS, required=True, default=money.UNKNOWN, index=True)

    _code_uniq = models.Constraint("UNIQUE(marketplace, code)", "This type is there already.")
    _external_uniq = models.UniqueIndex("(marketplace, external_id) WHERE external_id IS NOT NULL")
