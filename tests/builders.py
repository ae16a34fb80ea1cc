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


def make_return(order, offer, quantity=1, minutes=0, **values):
    """Goods on their way back.

    :param order: ``marketplace.order`` record, or the number of a posting that is not there
    :param minutes: of the last change, from now
    """
    changed_at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    return dto.Return(
        **{
            "external_id": str(500000 + next(_numbers)),
            "source": "platform",
            "number": order if isinstance(order, str) else order.number,
            "scheme": "fbs" if isinstance(order, str) else order.scheme,
            "stage": "moving",
            "raw_stage": "MovingToOzon",
            "stage_name": "Едет на склад",
            "kind": "client",
            "sku": offer.sku,
            "article": offer.article,
            "name": offer.name,
            "quantity": quantity,
            "price": Decimal("50.00"),
            "currency": "RUB",
            "changed_at": changed_at,
            "raw": {},
            **values,
        }
    )
