"""Ozon's answers about the cabinet: roles, seller, warehouses."""

from ..base import dto, parse, status
from . import units

#: Ozon's ways of saying that there is none, or that it does not know.
_NO_SUBSCRIPTION = ("UNKNOWN", "UNSPECIFIED")


def _get_subscription(subscription):
    name = parse.text(subscription.get("type"), "subscription.type")
    return "" if name in _NO_SUBSCRIPTION else name


def parse_account(roles, seller, operations):
    """``/v1/roles`` and ``/v1/seller/info`` ({} when the key may not call it) → ``dto.AccountInfo``.

    :param operations: what the key may do, see ``endpoints.get_allowed_operations``
    """
    company = parse.mapping(seller.get("company"), "company")
    subscription = parse.mapping(seller.get("subscription"), "subscription")
    return dto.AccountInfo(
        company_name=parse.text(company.get("name"), "company.name"),
        legal_name=parse.text(company.get("legal_name"), "company.legal_name"),
        tax_id=parse.text(company.get("inn"), "company.inn"),
        country=parse.text(company.get("country"), "company.country"),
        currency=parse.text(company.get("currency"), "company.currency").upper(),
        roles=parse_roles(roles),
        operations=operations,
        key_expires_at=parse.moment_or_none(roles.get("expires_at"), "expires_at"),
        subscription=_get_subscription(subscription),
    )


def parse_roles(roles):
    return tuple(
        dto.Role(
            name=parse.text(role.get("name"), "roles.name"),
            methods=tuple(
                parse.text(method, "roles.methods") for method in parse.sequence(role.get("methods"), "roles.methods")
            ),
        )
        for role in parse.objects(roles.get("roles"), "roles")
    )


def get_own_delivery_ids(warehouses):
    """Ids of the rFBS warehouses: only they have delivery methods."""
    return [_get_id(raw) for raw in warehouses if raw.get("is_rfbs")]


def _get_id(raw):
    return parse.identifier(raw.get("warehouse_id"), "warehouse.warehouse_id")


def parse_warehouse(raw, methods):
    """An entry of ``/v2/warehouse/list``. ``methods``: warehouse id → delivery methods."""
    external_id = _get_id(raw)
    word = parse.text(raw.get("status"), "warehouse.status")
    address = parse.mapping(raw.get("address_info"), "warehouse.address_info")
    label = parse.text(raw.get("carriage_label_type"), "warehouse.carriage_label_type")
    return dto.Warehouse(
        external_id=external_id,
        name=parse.text(raw.get("name"), "warehouse.name"),
        scheme=status.RFBS if raw.get("is_rfbs") else status.FBS,
        status=word,
        active=word.lower() not in units.IDLE_WAREHOUSE,
        label_kind=units.LABEL_KINDS.get(label.lower(), ""),
        address=parse.text(address.get("address"), "warehouse.address_info.address"),
        delivery_methods=tuple(methods.get(external_id, ())),
    )


def parse_delivery_method(raw):
    """An entry of ``/v2/delivery-method/list`` → (warehouse id, ``dto.DeliveryMethod``)."""
    word = parse.text(raw.get("status"), "delivery_method.status")
    method = dto.DeliveryMethod(
        external_id=parse.identifier(raw.get("id"), "delivery_method.id"),
        name=parse.text(raw.get("name"), "delivery_method.name"),
        active=word.lower() not in units.IDLE_DELIVERY_METHOD,
    )
    return parse.identifier(raw.get("warehouse_id"), "delivery_method.warehouse_id"), method
