"""Who the cabinet is, where its goods are, what it sells."""

from datetime import datetime
from decimal import Decimal

from .value import value


@value
class Role:
    name: str
    methods: tuple[str, ...] = ()


@value
class AccountInfo:
    """Who the key belongs to and what it may do.

    ``operations``: the operation codes (see ``adapter.OPERATIONS``) that the key is allowed to call.
    ``key_expires_at``: None when the marketplace does not say.
    """

    company_name: str
    legal_name: str = ""
    tax_id: str = ""
    country: str = ""
    currency: str = ""
    roles: tuple[Role, ...] = ()
    operations: frozenset[str] = frozenset()
    key_expires_at: datetime | None = None
    subscription: str = ""


@value
class DeliveryMethod:
    external_id: str
    name: str
    active: bool = True


@value
class Warehouse:
    """A warehouse of the cabinet. ``label_kind``: big, small or "" where unknown. ``status`` is the vendor's word."""

    external_id: str
    name: str
    scheme: str
    status: str = ""
    active: bool = True
    label_kind: str = ""
    address: str = ""
    delivery_methods: tuple[DeliveryMethod, ...] = ()


@value
class Offer:
    """A listing of the cabinet.

    ``article`` is the seller's own code, unique per cabinet; ``external_id`` the listing's id; ``sku`` the id that
    postings use. ``vat_rate`` is a fraction (0.22), None when not told. ``problems`` are human sentences.
    """

    article: str
    external_id: str
    sku: str = ""
    name: str = ""
    barcodes: tuple[str, ...] = ()
    price: Decimal | None = None
    old_price: Decimal | None = None
    min_price: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None
    archived: bool = False
    status: str = ""
    image_url: str = ""
    problems: tuple[str, ...] = ()
