"""Goods and postings that a caller of the control API describes himself, or asks for by the thousand."""

import itertools
from decimal import Decimal, InvalidOperation

from simulator.clock import parse_time
from simulator.intake import check_fields, wanted
from simulator.ozon.models import Product
from simulator.ozon.progress import FBO_STATUSES
from simulator.ozon.seed import RFBS, SUBSTATUS, add_stock, make_line, make_posting, random_lines, sellable

PRODUCT_FIELDS = {
    "offer_id", "name", "barcode", "price", "old_price", "vat", "sku", "product_id", "archived", "status",
    "mandatory_mark", "stock", "weight_g",
}  # fmt: skip
POSTING_FIELDS = {
    "lines", "status", "substatus", "scheme", "warehouse_id", "in_process_at", "shipment_date", "overrides",
    "get_overrides", "is_legal", "is_multibox", "customer",
}  # fmt: skip
LINE_FIELDS = {"offer_id", "sku", "quantity", "price", "currency", "name", "mandatory_mark", "requirements"}
SCHEMES = ("fbs", "rfbs", "fbo")
MANY_FIELDS = {"count", "lines_min", "lines_max", "statuses", "scheme", "warehouse_id", "in_process_at", "marked"}


def listing(state, spec):
    """The product of a row that names its article."""
    product = state.by_offer.get(spec.get("offer_id"))
    if product is None:
        raise LookupError(f"no listing for {spec.get('offer_id')!r}")
    return product


def money(value):
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"not an amount: {value!r}") from None


def put_product(state, spec):
    """Create the listing of an article, or change the one that is there: the article is the key."""
    check_fields(spec, PRODUCT_FIELDS, "product")
    if not spec.get("offer_id"):
        raise ValueError("offer_id is required")
    product = state.by_offer.get(spec["offer_id"])
    if product is None:
        product = new_product(state, spec)
        state.add_product(product)
        add_stock(state, product)
    for name in ("name", "barcode", "vat", "archived", "status", "mandatory_mark", "weight_g"):
        if name in spec:
            setattr(product, name, spec[name])
    if "price" in spec:
        product.price, product.quarantine = money(spec["price"]), None
        product.old_price = money(spec.get("old_price") or product.price)
    if "stock" in spec:
        for warehouse_id in state.warehouses:
            state.stock(product.product_id, warehouse_id).free = int(spec["stock"])
    return product


def new_product(state, spec):
    number = spec.get("product_id") or fresh(state.products, 118_000_000)
    sku = spec.get("sku") or fresh(state.by_sku, 147_000_000)
    if number in state.products or sku in state.by_sku:
        raise ValueError(f"product_id {number} or sku {sku} belongs to another article")
    name = spec.get("name") or spec["offer_id"]
    return Product(number, sku, spec["offer_id"], name, created_at=state.clock.now().replace(microsecond=0))


def fresh(taken, first):
    """Numbers for new listings lie below those of the seed; both kinds are never alike by accident."""
    start = first + len(taken)
    return next(number for number in itertools.count(start) if number not in taken)


# -- postings ----------------------------------------------------------------------------------------------------------


def make_postings(state, body):
    if "postings" in body:
        return [described(state, spec) for spec in wanted(body, "postings")]
    check_fields(body, MANY_FIELDS, "request for postings")
    return many(state, body)


def many(state, body):
    """Thousands of ordinary postings; the goods are looked up once and not per posting."""
    goods = [product for product in sellable(state) if body.get("marked") or not product.mandatory_mark]
    if not goods:
        raise ValueError("there is no product that can be sold")
    statuses, weights = mixture(body.get("statuses") or ["awaiting_packaging"])
    fewest, most = body.get("lines_min", 1), body.get("lines_max", 3)
    warehouse = place_of(state, body) if "warehouse_id" in body or "scheme" in body else None
    moment = parse_time(body["in_process_at"]) if "in_process_at" in body else None
    return [
        make_posting(
            state, random_lines(state, fewest, most, goods), state.rng.choices(statuses, weights)[0], warehouse, moment
        )
        for _ in range(int(body["count"]))
    ]


def mixture(statuses):
    """A list of statuses, or an object status → weight."""
    weights = list(statuses.values()) if isinstance(statuses, dict) else [1] * len(statuses)
    if unknown := set(statuses) - set(SUBSTATUS):
        raise ValueError(f"unknown statuses: {', '.join(sorted(unknown))}")
    return list(statuses), weights


def described(state, spec):
    check_fields(spec, POSTING_FIELDS, "posting")
    lines = [line_of(state, line) for line in wanted(spec, "lines")] if "lines" in spec else random_lines(state)
    if not lines:
        raise ValueError("a posting needs lines")
    status = spec.get("status", "awaiting_packaging")
    mixture([status])
    place = place_of(state, spec)
    if place.is_fbo and status not in FBO_STATUSES:
        raise ValueError(f"an FBO posting is never {status!r}")
    moments = {name: parse_time(spec[name]) for name in ("in_process_at", "shipment_date") if spec.get(name)}
    # Fresh by default: made "now", like an order that has just come in.
    moments.setdefault("in_process_at", state.clock.now().replace(microsecond=0))
    posting = make_posting(state, lines, status, place, **moments)
    posting.substatus = spec.get("substatus") or posting.substatus
    posting.is_legal, posting.is_multibox = bool(spec.get("is_legal")), bool(spec.get("is_multibox"))
    # What a test describes is complete: the parts that are missing now and then are left to the seed.
    posting.missing = frozenset()
    if posting.buyer and spec.get("customer"):
        posting.buyer = {**posting.buyer, **spec["customer"]}
    posting.overrides, posting.get_overrides = spec.get("overrides"), spec.get("get_overrides")
    return posting


def place_of(state, spec):
    scheme = spec.get("scheme", "fbs")
    places = state.fbo_warehouses if scheme == "fbo" else state.warehouses
    if spec.get("warehouse_id"):
        if spec["warehouse_id"] not in places:
            raise ValueError(f"no warehouse {spec['warehouse_id']}; there are {sorted(places)}")
        return places[spec["warehouse_id"]]
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}")
    return state.warehouses[RFBS] if scheme == "rfbs" else next(iter(places.values()))


def line_of(state, spec):
    check_fields(spec, LINE_FIELDS, "line")
    product = state.by_offer.get(spec["offer_id"]) if "offer_id" in spec else state.by_sku.get(spec.get("sku"))
    if product is None:
        raise ValueError(f"no listing for {spec.get('offer_id') or spec.get('sku')!r}")
    price = money(spec["price"]) if spec.get("price") is not None else None
    quantity = int(spec.get("quantity", 1))
    if quantity < 1:
        raise ValueError("quantity must be positive")
    line = make_line(
        state, product, quantity, price, spec.get("currency"), spec.get("name"), spec.get("mandatory_mark")
    )
    line.requirements = tuple(spec.get("requirements") or ())
    return line
