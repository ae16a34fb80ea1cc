"""Prices: what a seller may set, and what becomes of it."""

from collections import deque
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from simulator.ozon.cursors import page_of
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.products import VISIBILITY, select, totals
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Text

SWITCH = Text(choices=("UNKNOWN", "ENABLED", "DISABLED"))
ROW = {
    "offer_id": Text(),
    "product_id": Integer(),
    "price": Text(),
    "old_price": Text(),
    "min_price": Text(),
    "net_price": Text(),
    "currency_code": Text(),
    "vat": Text(),
    "auto_action_enabled": SWITCH,
    "auto_add_to_ozon_actions_list_enabled": SWITCH,
    "price_strategy_enabled": SWITCH,
    "manage_elastic_boosting_through_price": Flag(),
    "min_price_for_auto_actions_enabled": Flag(),
    "quant_size": Integer(),
}
WRITE = {"prices": Many(Message("ImportProductsPricesRequest_Price", ROW), fewest=1, most=1000)}
PER_HOUR = 10
HOUR = timedelta(hours=1)
#: Up to this price: the least distance to the old price, in roubles or as a part of the price.
LOW, MIDDLE = Decimal(400), Decimal(10_000)
COMMISSION = 15


@method("/v1/product/import/prices", "product", WRITE, "productImportProductsPricesRequest", writes=True)
def import_prices(call):
    """A refusal is told per item, the answer stays 200."""
    return {"result": [written(call.state, row) for row in call.body["prices"]]}


def written(state, row):
    product = state.find_product(row["offer_id"], row["product_id"])
    error = refusal(state, product, row)
    if not error:
        store(state, product, row)
    return {
        "product_id": product.product_id if product else 0,
        "offer_id": product.offer_id if product else row["offer_id"],
        "updated": not error,
        "errors": [{"code": error[0], "message": error[1]}] if error else [],
    }


def refusal(state, product, row):
    if product is None:
        return "NOT_FOUND_ERROR", "Product not found"
    times = state.price_times.setdefault(product.product_id, deque(maxlen=PER_HOUR))
    if state.settings.limits and len(times) == PER_HOUR and state.clock.now() - times[0] < HOUR:
        return "LIMIT", "error limiting: acquire limit per item: items limit: limit exceeded"
    try:
        price, old, least = (Decimal(row[name] or "0") for name in ("price", "old_price", "min_price"))
    except InvalidOperation:
        return "invalid_price", "price is not a number"
    if price <= 0:
        return "price_negative", "price must be positive"
    if row["currency_code"] and row["currency_code"] != state.settings.currency:
        return "invalid_currency", "currency of the price is not the currency of the contract"
    return wrong_old(price, old) or wrong_least(price, least)


def wrong_old(price, old):
    """The rules of the struck-through price: 20 roubles, 5 %, 500 roubles, and below 90 % in any case."""
    if not old:
        return None
    if (old - price) * 10 >= old * 9:
        return "discount_too_big", "discount is too big"
    if price <= LOW:
        return None if old - price > 20 else ("discount_for_low_price_is_too_small", "difference is too small")
    if price <= MIDDLE:
        enough = old - price > old * 5 / 100
        return None if enough else ("discount_for_average_price_is_too_small", "difference is too small")
    return None if old - price > 500 else ("discount_for_top_price_is_too_small", "difference is too small")


def wrong_least(price, least):
    if least and least > price:
        return "price_less_than_min_auto_price", "price is below min_price"
    if least and least * 2 < price:
        return "min_auto_price_too_small", "min_price is below half of the price"
    return None


def store(state, product, row):
    """A jump of more than half waits in quarantine; a strategy keeps its own price. Both are "updated: true"."""
    price = Decimal(row["price"])
    state.price_times[product.product_id].append(state.clock.now())
    product.min_price = Decimal(row["min_price"]) if row["min_price"] else product.min_price
    product.vat = row["vat"] or product.vat
    if row["price_strategy_enabled"] == "DISABLED":
        product.strategy_price = None
    if product.strategy_price is not None:
        return
    if product.price and abs(price - product.price) * 2 > product.price:
        product.quarantined_price = price
        return
    product.price, product.old_price = price, Decimal(row["old_price"] or "0")
    product.quarantined_price = None


READ = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "filter": Message(
        "v5Filter",
        {
            "offer_id": Many(Text(), most=1000),
            "product_id": Many(Integer(), most=1000),
            "visibility": VISIBILITY,
        },
        required=True,
    ),
}


@method("/v5/product/info/prices", "product", READ, "productv5GetProductInfoPricesV5Request")
def info_prices(call):
    """No ``has_next`` here: an empty cursor is the end. Prices are numbers."""
    state, body = call.state, call.body
    found = select(state, body["filter"])
    page, cursor, _more = page_of(
        [(product.product_id, product) for product in found], body["limit"], body["cursor"], False
    )
    items = [price_item(state, product) for product in page]
    return apply_options(state.settings, {"items": items, "cursor": cursor, **totals(call, len(found))})


def price_item(state, product):
    shown = product.price if product.strategy_price is None else product.strategy_price
    percent = product.commission_percent
    return {
        "product_id": product.product_id,
        "offer_id": product.offer_id,
        "acquiring": float(round(shown * 15 / 1000, 2)),
        "volume_weight": round(product.weight_g / 1000, 1),
        "price": {
            "price": float(shown),
            "old_price": float(product.old_price),
            "min_price": float(product.min_price),
            "net_price": 0,
            "retail_price": 0,
            "marketing_seller_price": float(shown),
            "currency_code": state.settings.currency,
            "vat": float(product.vat),
            "auto_action_enabled": False,
            "auto_add_to_ozon_actions_list_enabled": False,
        },
        "commissions": {
            "sales_percent_fbo": percent,
            "sales_percent_fbs": percent,
            "sales_percent_rfbs": percent,
            "sales_percent_fbp": percent,
            "fbo_deliv_to_customer_amount": 14.75,
            "fbo_direct_flow_trans_max_amount": 46.77,
            "fbo_direct_flow_trans_min_amount": 31.18,
            "fbo_return_flow_amount": 50,
            "fbs_deliv_to_customer_amount": 60,
            "fbs_direct_flow_trans_max_amount": 46.77,
            "fbs_direct_flow_trans_min_amount": 31.18,
            "fbs_first_mile_max_amount": 25,
            "fbs_first_mile_min_amount": 0,
            "fbs_return_flow_amount": 40,
        },
        "marketing_actions": {"actions": [], "ozon_actions_exist": False},
        "price_indexes": {"color_index": "WITHOUT_INDEX"},
    }
