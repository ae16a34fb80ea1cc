"""Prices: what a seller may set, and what becomes of it."""

from collections import deque
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from simulator.ozon.cursors import page_of
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.products import VISIBILITY, least_price, select, totals
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
TOO_OFTEN = "error limiting: acquire limit per item: items limit: limit exceeded"
# Up to this price: the least distance to the old price, in roubles or as a part of the price.
LOW, MIDDLE = Decimal(400), Decimal(10_000)


class Asked(NamedTuple):
    """Prices of one row; None where it does not name one, which leaves that one as it is (inferred)."""

    price: Decimal
    old: Decimal | None
    least: Decimal | None


@method("/v1/product/import/prices", "product", WRITE, "productImportProductsPricesRequest", writes=True)
def import_prices(call):
    """A refusal is told per item, the answer stays 200."""
    return {"result": [written(call.state, row) for row in call.body["prices"]]}


def written(state, row):
    product = state.find_product(row["offer_id"], row["product_id"])
    asked = read(row)
    error = refusal(state, product, row, asked)
    if not error:
        store(state, product, row, asked)
    return {
        "product_id": product.product_id if product else 0,
        "offer_id": product.offer_id if product else row["offer_id"],
        "updated": not error,
        "errors": [{"code": error[0], "message": error[1]}] if error else [],
    }


def read(row):
    """None when one of them is no number."""
    try:
        price, old, least = (Decimal(row[name]) if row[name] else None for name in ("price", "old_price", "min_price"))
    except InvalidOperation:
        return None
    found = Asked(price or Decimal(0), old, least)
    return found if all(amount is None or amount.is_finite() for amount in found) else None


def refusal(state, product, row, asked):
    """The words for a wrong number and for a wrong currency are inferred, the others are documented."""
    if product is None:
        return "NOT_FOUND_ERROR", "Product not found"
    if state.settings.limits and is_too_often(state, product):
        return TOO_OFTEN, TOO_OFTEN
    if asked is None:
        return "invalid_price", "price is not a number"
    if asked.price <= 0 or min(asked.old or 0, asked.least or 0) < 0:
        return "price_negative", "price must be positive"
    if (row["currency_code"] or "RUB") != state.settings.currency:
        return "invalid_currency", "currency of the price is not the currency of the contract"
    return wrong_old(asked.price, asked.old) or wrong_least(state, product, row, asked)


def is_too_often(state, product):
    times = state.price_times.get(product.product_id, ())
    return len(times) == PER_HOUR and state.clock.now() - times[0] < HOUR


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


def wrong_least(state, product, row, asked):
    """Also against the least price that was told before: it holds until it lapses."""
    least = least_price(state, product) if asked.least is None else asked.least
    if row["auto_action_enabled"] == "ENABLED" and not least:
        return "action_price_enabled_min_price_missing", "min_price is required for automatic promotions"
    if least > asked.price:
        return "price_less_than_min_auto_price", "price is below min_price"
    if asked.least and least * 2 < asked.price:
        return "min_auto_price_too_small", "min_price is below half of the price"
    return None


def store(state, product, row, asked):
    """A jump of more than half waits in quarantine; a strategy keeps its own price. Both are "updated: true"."""
    state.price_times.setdefault(product.product_id, deque(maxlen=PER_HOUR)).append(state.clock.now())
    product.vat = row["vat"] or product.vat
    shown = product.shown_price
    if row["price_strategy_enabled"] == "DISABLED":
        product.strategy_price = None
    if product.strategy_price is not None:
        show_least(state, product, asked.least)
    elif shown and abs(asked.price - shown) * 2 > shown:
        product.quarantine = asked
    else:
        show(state, product, asked)


def show(state, product, asked):
    product.price, product.quarantine = asked.price, None
    product.old_price = product.old_price if asked.old is None else asked.old
    show_least(state, product, asked.least)


def show_least(state, product, least):
    if least is not None:
        product.min_price, product.min_price_at = least, state.clock.now()


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
    shown = product.shown_price
    return {
        "product_id": product.product_id,
        "offer_id": product.offer_id,
        "acquiring": float(round(shown * 15 / 1000, 2)),
        "volume_weight": round(product.weight_g / 1000, 1),
        "price": {
            "price": float(shown),
            "old_price": float(product.old_price),
            "min_price": float(least_price(state, product)),
            "net_price": 0,
            "retail_price": 0,
            "marketing_seller_price": float(shown),
            "currency_code": state.settings.currency,
            "vat": float(product.vat),
            "auto_action_enabled": False,
            "auto_add_to_ozon_actions_list_enabled": False,
        },
        "commissions": commissions(product),
        "marketing_actions": {"actions": [], "ozon_actions_exist": False},
        "price_indexes": {"color_index": "WITHOUT_INDEX"},
    }


FEES = {
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
}
PERCENTS = ("sales_percent_fbo", "sales_percent_fbs", "sales_percent_rfbs", "sales_percent_fbp")


def commissions(product):
    return {**dict.fromkeys(PERCENTS, product.commission_percent), **FEES, **product.fees}
