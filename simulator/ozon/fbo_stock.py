"""What lies in Ozon's own warehouses: read by sellers, changed by Ozon, lost and found by nobody."""

import random

from simulator.ozon.cursors import page_of
from simulator.ozon.errors import invalid
from simulator.ozon.models import Stock
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Text

READ = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "offer_ids": Many(Text(), most=1000),
    "skus": Many(Integer(), most=1000),
}


@method(
    "/v1/product/info/stocks-by-warehouse/fbo",
    "product",
    READ,
    "product.v1.GetProductInfoStocksByWarehouseFboRequest",
)
def stocks_by_warehouse(call):
    state, body = call.state, call.body
    if bool(body["offer_ids"]) == bool(body["skus"]):
        raise invalid("Request validation error: exactly one of offer_ids and skus is required")
    found = [state.by_offer.get(offer_id) for offer_id in body["offer_ids"]] + [
        state.by_sku.get(n) for n in body["skus"]
    ]
    wanted = {product.product_id: product for product in found if product}
    places = {warehouse_id: place for place, warehouse_id in enumerate(sorted(state.fbo_warehouses))}
    pairs = sorted(
        (
            # One number that grows over product and warehouse, so that one cursor serves both.
            (product_id * 1000 + places[warehouse_id], row(wanted[product_id], warehouse_id, amount))
            for (product_id, warehouse_id), amount in state.fbo_stocks.items()
            if product_id in wanted
        ),
        key=lambda pair: pair[0],
    )
    page, cursor, more = page_of(pairs, body["limit"], body["cursor"], state.settings.empty_last_page)
    return apply_options(state.settings, {"products": page, "cursor": cursor, "has_next": more})


def row(product, warehouse_id, amount):
    return {
        "sku": product.sku,
        "product_id": product.product_id,
        "offer_id": product.offer_id,
        "warehouse_id": warehouse_id,
        "present": amount.free + amount.reserved,
        "reserved": amount.reserved,
    }


def put(state, product, warehouse_id, present, reserved=None):
    """A supply has arrived, or something got lost: the numbers are simply others now.

    What postings have reserved stays so, unless ``reserved`` says otherwise.
    """
    if warehouse_id not in state.fbo_warehouses:
        raise LookupError(f"no such warehouse of Ozon: {warehouse_id}")
    stock = state.fbo_stocks.get((product.product_id, warehouse_id)) or Stock()
    held = stock.reserved if reserved is None else reserved
    if not 0 <= held <= present:
        raise ValueError(f"present ({present}) includes what is reserved ({held})")
    stock.free, stock.reserved, stock.updated_at = present - held, held, state.clock.now()
    state.fbo_stocks[product.product_id, warehouse_id] = stock


def stocks_of(state, product):
    """Ozon's warehouses that count the product, with what lies there."""
    for warehouse in state.fbo_warehouses.values():
        amount = state.fbo_stocks.get((product.product_id, warehouse.warehouse_id))
        if amount:
            yield warehouse, amount


def drift(state, seed, most=3):
    """Units get lost and found: every number moves by at most ``most``, never below what is reserved."""
    chance = random.Random(seed)
    changes = {}
    for key, amount in state.fbo_stocks.items():
        step = chance.randint(-most, most)
        if step and amount.free + step >= 0:
            amount.free += step
            changes[state.products[key[0]].offer_id] = changes.get(state.products[key[0]].offer_id, 0) + step
    return changes
