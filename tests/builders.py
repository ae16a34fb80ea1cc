"""DTOs with sensible values, for tests that do not need the marketplace itself."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

from odoo.addons.sale_marketplace.marketplaces.base import dto

_numbers = count(1)


def make_line(offer, quantity=1, price="100.00", **values):
    """:param offer: ``marketplace.offer`` record, or a text that is taken as SKU and article"""
    sku, article, name = (offer, offer, offer) if isinstance(offer, str) else (offer.sku, offer.article, offer.name)
    return dto.OrderLine(
        **{"sku": sku, "article": article, "name": name, "quantity": quantity, "price": Decimal(price), **values}
    )


def make_order(lines, **values):
    """A posting that waits for assembly; ``total`` is the lines' sum unless given."""
    now = datetime.now(timezone.utc)
    total = sum((line.price * line.quantity for line in lines), Decimal(0))
    return dto.Order(
        **{
            "number": f"{next(_numbers):010d}-0001-1",
            "scheme": "fbs",
            "status": "to_assemble",
            "raw_status": "awaiting_packaging",
            "observed_at": now,
            "lines": tuple(lines),
            "currency": "RUB",
            "raw": {},
            "total": total,
            "ordered_at": now,
            "ship_by": now + timedelta(days=1),
            **values,
        }
    )
