"""Ozon's answers about products: ``/v3/product/list`` and ``/v3/product/info/list``."""

from ..base import dto, parse
from ..base.errors import PayloadError
from . import units


def get_product_ids(rows):
    return [parse.identifier(row.get("product_id"), "items.product_id") for row in rows]


def index_details(answer):
    """Product id → its entry; Ozon leaves out what it does not know."""
    entries = parse.objects(answer.get("items"), "items")
    return {parse.identifier(entry.get("id"), "items.id"): entry for entry in entries}


def parse_offer(row, details):
    """A row of the list and the indexed details → ``dto.Offer``.

    An entry that cannot be read still gives an offer, with the problem in it: one bad card must not hide the others.
    """
    found = details.get(parse.identifier(row.get("product_id"), "items.product_id"))
    if found is None:
        return _parse_row(row, "Ozon gave no details of this product")
    try:
        return _parse_details(row, found)
    except PayloadError as error:
        return _parse_row(row, error.message)


def _parse_row(row, problem):
    return dto.Offer(
        article=parse.identifier(row.get("offer_id"), "items.offer_id"),
        external_id=parse.identifier(row.get("product_id"), "items.product_id"),
        sku=parse.identifier_or_empty(row.get("sku"), "items.sku"),
        archived=bool(row.get("archived")),
        problems=(problem,),
    )


def _parse_details(row, item):
    states = parse.mapping(item.get("statuses"), "statuses")
    return dto.Offer(
        article=parse.identifier(item.get("offer_id"), "offer_id"),
        external_id=parse.identifier(item.get("id"), "id"),
        sku=_find_sku(row, item),
        name=parse.text(item.get("name"), "name"),
        barcodes=tuple(filter(None, (parse.text(code, "barcodes") for code in _list(item, "barcodes")))),
        price=parse.decimal_or_none(item.get("price"), "price"),
        old_price=parse.decimal_or_none(item.get("old_price"), "old_price"),
        min_price=parse.decimal_or_none(item.get("min_price"), "min_price"),
        currency=parse.text(item.get("currency_code"), "currency_code").upper(),
        vat_rate=parse.decimal_or_none(item.get("vat"), "vat"),
        archived=bool(row.get("archived") or item.get("is_archived") or item.get("is_autoarchived")),
        status=parse.text(states.get("status"), "statuses.status"),
        image_url=_find_image(item),
        problems=tuple(_iter_problems(item, states)),
    )


def _find_sku(row, item):
    """The SKU of the card; of old cards the one that is common to all schemes (SDS), else the FBS one."""
    direct = item.get("sku") or row.get("sku")
    if direct:
        return parse.identifier(direct, "sku")
    sources = parse.objects(item.get("sources"), "sources")
    by_source = {parse.text(source.get("source"), "sources.source"): source.get("sku") for source in sources}
    return parse.identifier_or_empty(by_source.get("SDS") or by_source.get("FBS"), "sources.sku")


def _find_image(item):
    """``primary_image`` is a list by specification and a string in older answers."""
    for key in ("primary_image", "images"):
        value = item.get(key)
        if value:
            return parse.text(value[0] if isinstance(value, list) else value, key)
    return ""


def _iter_problems(item, states):
    if failed := parse.text(states.get("status_failed"), "statuses.status_failed"):
        yield f"{parse.text(states.get('status_name'), 'statuses.status_name')}: {failed}".removeprefix(": ")
    for error in parse.objects(item.get("errors"), "errors"):
        if parse.text(error.get("level"), "errors.level") in units.PROBLEM_LEVELS:
            texts = parse.mapping(error.get("texts"), "errors.texts")
            words = texts.get("message") or texts.get("short_description") or texts.get("description")
            yield parse.text(words or error.get("code"), "errors.texts")


def _list(item, key):
    return parse.sequence(item.get(key), key)
