"""Who gets a DBS order: ``customer`` of the notification order/new, which is rich, or of ``order/get``."""

from dataclasses import fields

from ..base import dto, parse

_NAME_PARTS = ("lastName", "firstName", "middleName")
#: What helps to find the door → how it is written.
_ACCESS = (
    ("entrance", "подъезд {}"),
    ("floor", "этаж {}"),
    ("intercom", "домофон {}"),
    ("apartment", "кв. {}"),
)


def parse_buyer(told):
    """None when nothing is filled."""
    customer = parse.mapping(told.get("customer"), "customer")
    address = _read_address(customer.get("address"))
    found = {
        "name": _read_name(told, customer),
        "phone": parse.text(customer.get("phone"), "customer.phone"),
        "email": parse.text(customer.get("email"), "customer.email"),
        "street": _read_street(address) or parse.text(told.get("customerAddress"), "customerAddress"),
        "city": parse.text(address.get("cityWithType"), "customer.address.cityWithType"),
        "region": parse.text(address.get("regionWithType"), "customer.address.regionWithType"),
        "zip": parse.text(address.get("postalCode"), "customer.address.postalCode"),
        "comment": _read_comment(customer, address),
    }
    return dto.Buyer(**found) if any(found.values()) else None


def merge(known, told):
    """``known`` with what only ``told`` has; either may be None."""
    if not (known and told):
        return known or told
    names = [field.name for field in fields(dto.Buyer)]
    return dto.Buyer(**{name: getattr(known, name) or getattr(told, name) for name in names})


def _read_address(value):
    """An object, or one line."""
    return {"source": value} if isinstance(value, str) else parse.mapping(value, "customer.address")


def _read_name(told, customer):
    full = customer.get("customerFullName") or told.get("customerFullName")
    parts = [parse.text(customer.get(key), f"customer.{key}") for key in _NAME_PARTS]
    return parse.text(full, "customerFullName") or " ".join(filter(None, parts))


def _read_street(address):
    """The address as the buyer's form shows it, in one line; put together where it is missing."""
    source = parse.text(address.get("source"), "customer.address.source")
    keys = ("streetWithType", "house", "block")
    return source or ", ".join(filter(None, (parse.text(address.get(key), f"customer.address.{key}") for key in keys)))


def _read_comment(customer, address):
    access = parse.mapping(address.get("access"), "customer.address.access")
    # The flat stands beside the street in some addresses, among what helps to find it in others.
    doors = {**access, "apartment": access.get("apartment") or address.get("flat")}
    parts = [
        form.format(word)
        for key, form in _ACCESS
        if (word := parse.text(doors.get(key), f"customer.address.access.{key}"))
    ]
    for key, form in (("detachedHouse", "частный дом"), ("cargoElevator", "грузовой лифт")):
        if access.get(key) is True:
            parts.append(form)
    said = (parse.text(customer.get("comment"), "customer.comment"), parse.text(access.get("comment"), "comment"))
    return ". ".join(filter(None, (*dict.fromkeys(said), ", ".join(parts))))
