"""Words for the movements of money between a marketplace and a seller, everywhere the same (MON1)."""

SALE = "sale"
RETURN = "return"
COMMISSION = "commission"
ACQUIRING = "acquiring"
LOGISTICS = "logistics"
LAST_MILE = "last_mile"
RETURN_LOGISTICS = "return_logistics"
STORAGE = "storage"
ADVERTISING = "advertising"
FINE = "fine"
COMPENSATION = "compensation"
DELIVERY_INCOME = "delivery_income"
OTHER = "other"
UNKNOWN = "unknown"

#: In the order of a settlement's page.
KINDS = (
    *(SALE, RETURN, DELIVERY_INCOME, COMPENSATION),
    *(COMMISSION, ACQUIRING, LOGISTICS, LAST_MILE, RETURN_LOGISTICS, STORAGE, ADVERTISING, OTHER),
    *(FINE, UNKNOWN),
)
#: What the marketplace bills as its services, VAT included.
SERVICES = (COMMISSION, ACQUIRING, LOGISTICS, LAST_MILE, RETURN_LOGISTICS, STORAGE, ADVERTISING, OTHER)

#: Names of movements that have no type of their own at the marketplace: the goods' price, and what is left of an
#: accrual's total after everything that explains it.
SALE_TYPE = "Sale"
RETURN_TYPE = "SaleReturn"
UNEXPLAINED_TYPE = "Unexplained"
OWN_TYPES = {SALE_TYPE: SALE, RETURN_TYPE: RETURN, UNEXPLAINED_TYPE: UNKNOWN}
