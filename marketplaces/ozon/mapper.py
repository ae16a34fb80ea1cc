"""A posting as Ozon tells it → ``dto.Order``. Reads all shapes:

* ``/v4/posting/fbs/list`` and ``…/unfulfilled/list``: price ``{"amount": "12990.00", "currency": "RUB"}``;
* ``/v3/posting/fbo/list``: the same shape with fewer fields, no buyer and no delivery method;
* ``/v3/posting/fbs/get``: wrapped in ``result``, price ``"1530.0000"`` with ``currency_code`` beside it.

Nothing is guessed: what cannot be read makes an ``UnreadableOrder`` that keeps the raw posting and says where.
"""

from ..base import dto, parse, status
from ..base.errors import PayloadError
from . import units


# --- whole postings ------------------------------------------------------------------------------------------------
def parse_order(raw, observed_at):
    """One posting, wrapped or not → ``dto.Order``, or ``dto.UnreadableOrder`` when it cannot be read."""
    posting = unwrap(raw)
    try:
        return _parse_posting(parse.mapping(posting, "posting"), observed_at)
    except PayloadError as error:
        return dto.UnreadableOrder(
            number=_find_number(posting),
            problem=error.message,
            observed_at=observed_at,
            raw=posting,
        )


def unwrap(raw):
    """The inside of ``{"result": {…}}``; anything else as it is."""
    if isinstance(raw, dict) and "posting_number" not in raw and isinstance(raw.get("result"), dict):
        return raw["result"]
    return raw


def _find_number(posting):
    number = posting.get("posting_number") if isinstance(posting, dict) else None
    return number.strip() if isinstance(number, str) else ""


def _parse_posting(posting, observed_at):
    raw_status = parse.text(posting.get("status"), "status")
    unified = units.STATUS_BY_WORD.get(raw_status, status.UNKNOWN)
    money = _read_financial_data(posting)
    lines, currency = _parse_lines(posting, money)
    return dto.Order(
        number=parse.identifier(posting.get("posting_number"), "posting_number"),
        status=unified,
        raw_status=raw_status,
        observed_at=observed_at,
        lines=lines,
        currency=currency,
        total=_sum_financial_data(lines, money),
        raw=posting,
        cancellation=_parse_cancellation(posting, unified),
        buyer=_parse_buyer(posting),
        **_parse_identity(posting),
        **_parse_times(posting),
        **_parse_promise(posting),
        **_parse_delivery(posting),
        **_parse_parcel(posting),
        **_parse_progress(posting, unified),
    )


# --- head ----------------------------------------------------------------------------------------------------------
def _parse_identity(posting):
    number = posting.get("posting_number")
    related = parse.mapping(posting.get("related_postings"), "related_postings")
    return {
        "order_number": parse.text(posting.get("order_number"), "order_number"),
        "order_external_id": parse.identifier_or_empty(posting.get("order_id"), "order_id"),
        "parent_number": parse.text(posting.get("parent_posting_number"), "parent_posting_number"),
        "related_numbers": tuple(
            sibling for sibling in _texts(related, "related_posting_numbers") if sibling != number
        ),
        "is_legal": _is_legal(posting),
    }


def _is_legal(posting):
    analytics = parse.mapping(posting.get("analytics_data"), "analytics_data")
    company = parse.mapping(posting.get("legal_info"), "legal_info")
    return bool(analytics.get("is_legal") or company.get("inn"))


def _parse_times(posting):
    """Ozon tells no moment of ordering: ``in_process_at`` is the nearest."""
    return {
        name: parse.moment_or_none(posting.get(key), key)
        for name, key in (
            ("ordered_at", "in_process_at"),
            ("ship_by", "shipment_date"),
            ("ship_by_limit", "shipment_date_without_delay"),
            ("delivering_at", "delivering_date"),
            ("delivered_at", "fact_delivery_date"),
        )
    }


def _parse_promise(posting):
    """When the buyer was promised to get it; his own choice where he made one."""
    analytics = parse.mapping(posting.get("analytics_data"), "analytics_data")
    promise = {}
    for name, key in (("delivery_from", "delivery_date_begin"), ("delivery_to", "delivery_date_end")):
        told = analytics.get(f"client_{key}") or analytics.get(key)
        promise[name] = parse.moment_or_none(told, f"analytics_data.{key}")
    return promise


def _parse_delivery(posting):
    method = parse.mapping(posting.get("delivery_method"), "delivery_method")
    analytics = parse.mapping(posting.get("analytics_data"), "analytics_data")
    return {
        "scheme": _parse_scheme(posting),
        "warehouse_external_id": parse.identifier_or_empty(
            method.get("warehouse_id") or analytics.get("warehouse_id"),
            "delivery_method.warehouse_id",
        ),
        "warehouse_name": parse.text(
            method.get("warehouse") or analytics.get("warehouse") or analytics.get("warehouse_name"),
            "delivery_method.warehouse",
        ),
        "delivery_method_external_id": parse.identifier_or_empty(method.get("id"), "delivery_method.id"),
        "delivery_method_name": parse.text(method.get("name"), "delivery_method.name"),
        "tracking_number": parse.text(posting.get("tracking_number"), "tracking_number"),
    }


def _parse_scheme(posting):
    """rFBS is whatever Ozon does not deliver itself; a posting that tells nothing is FBS, as they all were once.

    Postings of Ozon's own warehouse have no delivery method and, unlike all others, a time of creation.
    """
    if "delivery_method" not in posting and "created_at" in posting:
        return status.FBO
    told = posting.get("integration_type_flow") or posting.get("tpl_integration_type")
    flow = parse.text(told, "integration_type_flow")
    if not flow:
        return status.RFBS if posting.get("delivery_schema") == "rfbs" else status.FBS
    return status.FBS if flow in units.OZON_DELIVERS else status.RFBS


def _parse_parcel(posting):
    printed = parse.mapping(posting.get("barcodes"), "barcodes")
    barcodes = (
        parse.identifier_or_empty(printed.get(key), f"barcodes.{key}") for key in ("upper_barcode", "lower_barcode")
    )
    return {
        "barcodes": tuple(dict.fromkeys(filter(None, barcodes))),
        "scan_code": parse.text(posting.get("scanit"), "scanit"),
        # 0 is sent for "not told"
        "cargo_places": max(1, parse.integer_or(1, posting.get("multi_box_qty"), "multi_box_qty")),
        "is_multibox": bool(posting.get("is_multibox")),
        "is_express": bool(posting.get("is_express")),
    }


def _parse_progress(posting, unified):
    substatus = parse.text(posting.get("substatus"), "substatus")
    actions = _texts(posting, "available_actions")
    return {
        "raw_substatus": substatus,
        "actions": actions,
        "assembly": _parse_assembly(substatus, actions),
        "delivery_step": _parse_step(substatus, unified),
    }


def _parse_step(substatus, unified):
    if unified == status.DELIVERING and substatus in units.DELIVERY_STEPS:
        return units.DELIVERY_STEPS[substatus]
    return units.DELIVERY_STEPS_BY_STATUS.get(unified, "")


def _parse_assembly(substatus, actions):
    if units.ASSEMBLY_RUNNING_ACTIONS.intersection(actions):
        return "in_progress"
    if substatus in units.ASSEMBLY_FAILED_SUBSTATUSES or units.ASSEMBLY_FAILED_ACTIONS.intersection(actions):
        return "failed"
    return ""


# --- lines and money -----------------------------------------------------------------------------------------------
def _parse_lines(posting, money):
    """(lines, currency of all of them)."""
    products = parse.objects(posting.get("products"), "products")
    if not products:
        raise PayloadError("products", posting.get("products"), "is empty")
    requirements = _read_requirements(posting)
    lines, currencies = [], set()
    for index, product in enumerate(products):
        path = f"products[{index}]"
        lines.append(_parse_line(product, path, money, requirements))
        currencies.add(_parse_currency(product, path))
    if len(currencies) > 1:
        raise PayloadError("products", sorted(currencies), "has several currencies")
    return tuple(lines), currencies.pop()


def _parse_line(product, path, money, requirements):
    sku = parse.identifier(product.get("sku"), f"{path}.sku")
    told = money.get(sku, {})
    return dto.OrderLine(
        sku=sku,
        article=parse.text(product.get("offer_id"), f"{path}.offer_id"),
        name=parse.text(product.get("name"), f"{path}.name"),
        quantity=_parse_quantity(product.get("quantity"), f"{path}.quantity"),
        price=_parse_price(product.get("price"), f"{path}.price"),
        # 0 is sent where there is no price before discounts
        list_price=parse.decimal_or_none(told.get("old_price"), f"financial_data[{sku}].old_price") or None,
        buyer_price=parse.decimal_or_none(told.get("customer_price"), f"financial_data[{sku}].customer_price"),
        requirements=requirements.get(sku, ()),
    )


def _parse_quantity(value, path):
    quantity = parse.integer(value, path)
    if quantity <= 0:
        raise PayloadError(path, value, "is not positive")
    return quantity


def _parse_price(value, path):
    """0 is legal here (a gift); whether it is welcome is decided by the reader."""
    price = parse.decimal_or_none(value, path)
    if price is None:
        raise PayloadError(path, value, "is missing")
    if price < 0:
        raise PayloadError(path, value, "is negative")
    return price


def _parse_currency(product, path):
    told = parse.currency_of(product.get("price")) or product.get("currency_code")
    return parse.currency(told, f"{path}.currency")


def _read_financial_data(posting):
    """SKU → entry of ``financial_data.products`` (its ``product_id`` is the SKU); empty when there is none."""
    data = parse.mapping(posting.get("financial_data"), "financial_data")
    entries = parse.objects(data.get("products"), "financial_data.products")
    return {parse.identifier(entry.get("product_id"), "financial_data.products.product_id"): entry for entry in entries}


def _sum_financial_data(lines, money):
    """What Ozon says the goods cost, or None where it does not say it of every line."""
    prices = {
        sku: parse.decimal_or_none(entry.get("price"), f"financial_data[{sku}].price") for sku, entry in money.items()
    }
    if any(prices.get(line.sku) is None for line in lines):
        return None
    quantities = {
        sku: parse.integer_or(None, entry.get("quantity"), f"financial_data[{sku}].quantity")
        for sku, entry in money.items()
    }
    if all(quantities.values()):
        return sum(prices[sku] * quantity for sku, quantity in quantities.items() if prices[sku] is not None)
    return sum(prices[line.sku] * line.quantity for line in lines)


def _read_requirements(posting):
    """SKU → our words; the ids come as strings or as numbers."""
    found = {}
    told = parse.mapping(posting.get("requirements"), "requirements")
    for key, word in units.REQUIREMENTS.items():
        for value in parse.sequence(told.get(key), f"requirements.{key}"):
            found.setdefault(parse.identifier(value, f"requirements.{key}"), []).append(word)
    return {sku: tuple(dict.fromkeys(words)) for sku, words in found.items()}


# --- cancellation and buyer ----------------------------------------------------------------------------------------
def _parse_cancellation(posting, unified):
    told = parse.mapping(posting.get("cancellation"), "cancellation")
    reason_id = parse.identifier_or_empty(told.get("cancel_reason_id"), "cancellation.cancel_reason_id")
    if not reason_id and unified != status.CANCELLED:
        return None
    return dto.Cancellation(
        reason_id=reason_id,
        reason=parse.text(told.get("cancel_reason"), "cancellation.cancel_reason"),
        initiator=_parse_initiator(told),
        after_shipping=bool(told.get("cancelled_after_ship")),
    )


def _parse_initiator(told):
    for key in ("cancellation_type", "cancellation_initiator"):
        word = parse.text(told.get(key), f"cancellation.{key}").lower()
        if word in units.INITIATORS:
            return units.INITIATORS[word]
    return ""


def _parse_buyer(posting):
    """Null for postings that Ozon delivers; None also when nothing inside is filled."""
    customer = parse.mapping(posting.get("customer"), "customer")
    addressee = parse.mapping(posting.get("addressee"), "addressee")
    address = parse.mapping(customer.get("address"), "customer.address")
    found = {
        "external_id": parse.identifier_or_empty(customer.get("customer_id"), "customer.customer_id"),
        "name": parse.text(addressee.get("name") or customer.get("name"), "customer.name"),
        # The list knows no phone of the addressee: what both methods tell comes first.
        "phone": parse.text(customer.get("phone") or addressee.get("phone"), "customer.phone"),
        "email": parse.text(customer.get("customer_email"), "customer.customer_email"),
        "street": parse.text(address.get("address_tail"), "customer.address.address_tail"),
        "city": parse.text(address.get("city"), "customer.address.city"),
        "region": parse.text(address.get("region"), "customer.address.region"),
        "zip": parse.text(address.get("zip_code"), "customer.address.zip_code"),
        "country": parse.text(address.get("country"), "customer.address.country"),
        "comment": parse.text(address.get("comment"), "customer.address.comment"),
    }
    return dto.Buyer(**found) if any(found.values()) else None


def _texts(container, key):
    """Strings of a list; nulls left out."""
    return tuple(filter(None, (parse.text(item, key) for item in parse.sequence(container.get(key), key))))
