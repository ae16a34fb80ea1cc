"""Stocks: three ways to read them and the one to write them."""

from datetime import timedelta

from simulator.clock import format_time
from simulator.ozon import fbo_stock
from simulator.ozon.cursors import page_of
from simulator.ozon.errors import invalid
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.products import VISIBILITY, select, stocks_of, totals
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Text

TOO_OFTEN = timedelta(seconds=30)
TOO_BIG = 1_000_000
MOST_PAIRS = 100

READ = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "filter": Message(
        "GetProductInfoStocksRequest_Filter",
        {
            "offer_id": Many(Text(), most=1000),
            "product_id": Many(Integer(), most=1000),
            "visibility": VISIBILITY,
            "with_quant": Message("WithQuant", {"created": Flag(), "exists": Flag()}),
        },
        required=True,
    ),
}


@method("/v4/product/info/stocks", "product", READ, "GetProductInfoStocksRequest")
def info_stocks(call):
    """Sums by scheme. No ``has_next`` here: an empty cursor is the end."""
    state, body = call.state, call.body
    found = select(state, body["filter"])
    pairs = [(product.product_id, product) for product in found]
    page, cursor, _more = page_of(pairs, body["limit"], body["cursor"], False)
    items = [stock_item(state, product) for product in page]
    return apply_options(state.settings, {"items": items, "cursor": cursor, **totals(call, len(found))})


def stock_item(state, product):
    sums = {}
    for warehouse, amount in (*stocks_of(state, product), *fbo_stock.stocks_of(state, product)):
        row = sums.setdefault(warehouse.scheme, [0, 0, []])
        row[0] += amount.free + amount.reserved
        row[1] += amount.reserved
        row[2].append(warehouse.warehouse_id)
    stocks = [
        {
            "type": kind,
            "sku": product.sku,
            "present": present,
            "reserved": reserved,
            "shipment_type": "SHIPMENT_TYPE_GENERAL",
            "warehouse_ids": warehouse_ids,
        }
        for kind, (present, reserved, warehouse_ids) in sums.items()
    ]
    return {"offer_id": product.offer_id, "product_id": product.product_id, "stocks": stocks}


BY_WAREHOUSE = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "offer_id": Many(Text(), most=1000),
    "sku": Many(Integer(), most=1000),
}


@method(
    "/v2/product/info/stocks-by-warehouse/fbs", "product", BY_WAREHOUSE, "GetProductInfoStocksByWarehouseFbsRequestV2"
)
def stocks_by_warehouse(call):
    state, body = call.state, call.body
    if bool(body["offer_id"]) == bool(body["sku"]):
        raise invalid("Request validation error: exactly one of offer_id and sku is required")
    found = [state.by_offer.get(offer_id) for offer_id in body["offer_id"]] + [state.by_sku.get(n) for n in body["sku"]]
    places = {warehouse_id: place for place, warehouse_id in enumerate(sorted(state.warehouses))}
    pairs = [
        # One number that grows over product and warehouse, so that one cursor serves both.
        (product.product_id * 1000 + places[warehouse.warehouse_id], by_warehouse_row(product, warehouse, amount))
        for product in {id(product): product for product in found if product}.values()
        for warehouse, amount in stocks_of(state, product)
    ]
    page, cursor, more = page_of(
        sorted(pairs, key=first), body["limit"], body["cursor"], state.settings.empty_last_page
    )
    return apply_options(state.settings, {"products": page, "cursor": cursor, "has_next": more})


def first(pair):
    return pair[0]


def by_warehouse_row(product, warehouse, amount):
    return {
        **amounts(product, amount),
        "warehouse_id": warehouse.warehouse_id,
        "warehouse_name": warehouse.name,
    }


def amounts(product, amount):
    return {
        "sku": product.sku,
        "product_id": product.product_id,
        "offer_id": product.offer_id,
        "present": amount.free + amount.reserved,
        "reserved": amount.reserved,
        "free_stock": amount.free,
    }


ONE_WAREHOUSE = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "warehouse_id": Integer(required=True, low=1),
}


@method("/v1/product/info/warehouse/stocks", "product", ONE_WAREHOUSE, "ProductInfoWarehouseStocksRequest")
def warehouse_stocks(call):
    """A warehouse that was closed lists nothing (inferred)."""
    state, body = call.state, call.body
    warehouse_id = body["warehouse_id"]
    pairs = [
        (product_id, warehouse_row(state.products[product_id], warehouse_id, amount))
        for (product_id, place), amount in state.stocks.items()
        if place == warehouse_id and place in state.warehouses and product_id in state.products
    ]
    page, cursor, more = page_of(
        sorted(pairs, key=first), body["limit"], body["cursor"], state.settings.empty_last_page
    )
    return apply_options(state.settings, {"stocks": page, "cursor": cursor, "has_next": more})


def warehouse_row(product, warehouse_id, amount):
    return {**amounts(product, amount), "warehouse_id": warehouse_id, "updated_at": format_time(amount.updated_at)}


# The schema calls product_id required, real clients send the article alone and are served.
PAIR = {
    "offer_id": Text(),
    "product_id": Integer(),
    "stock": Integer(low=0),
    "warehouse_id": Integer(required=True, low=1),
}
WRITE = {"stocks": Many(Message("ProductsStocksRequest_Stock", PAIR), fewest=1, most=MOST_PAIRS)}


@method("/v2/products/stocks", "product", WRITE, "ProductsStocksRequest", writes=True)
def write_stocks(call):
    """Sets the free quantity per product and warehouse. A refusal is told per item, the answer stays 200."""
    return {"result": [written(call.state, pair) for pair in call.body["stocks"]]}


def written(state, pair):
    product = state.find_product(pair["offer_id"], pair["product_id"])
    error = refusal(state, product, pair)
    if not error:
        state.stock(product.product_id, pair["warehouse_id"]).pushed_at = state.clock.now()
        store(state, product, pair["warehouse_id"], pair["stock"])
    return {
        "warehouse_id": pair["warehouse_id"],
        "product_id": product.product_id if product else pair["product_id"],
        "offer_id": product.offer_id if product else pair["offer_id"],
        "updated": not error,
        "errors": [{"code": error[0], "message": error[1]}] if error else [],
    }


def refusal(state, product, pair):
    if product is None and pair["offer_id"]:
        return "offer_id_not_found", "offer_id is not found"
    if product is None:
        return "NOT_FOUND_ERROR", "Product is not found"
    if product.offer_id in state.settings.stock_refusals:
        return state.settings.stock_refusals[product.offer_id], "Refused by the option stock_refusals"
    if product.archived:
        return "PRODUCT_IS_ARCHIVED", "Product is archived"
    if product.status != "price_sent":
        return "product_is_not_created", "Product is not created"
    if pair["warehouse_id"] not in state.warehouses:
        return "WAREHOUSE_NOT_FOUND", "Warehouse is not found"
    if pair["stock"] >= TOO_BIG:
        return "STOCK_TOO_BIG", "Stock is too big"
    pushed = state.stock(product.product_id, pair["warehouse_id"]).pushed_at
    if state.settings.limits and pushed and state.clock.now() - pushed < TOO_OFTEN:
        return "TOO_MANY_REQUESTS", "Stock is updated too frequently"
    return None


def store(state, product, warehouse_id, free):
    """Whoever says how many are free: the seller's program or he himself in the cabinet."""
    amount = state.stock(product.product_id, warehouse_id)
    amount.free, amount.updated_at = free, state.clock.now()
    state.pusher.stock_changed(product.product_id, product.sku, warehouse_id, amount)
