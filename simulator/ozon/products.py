"""The catalogue: list and details of the listings."""

from datetime import datetime, timedelta
from decimal import Decimal

from simulator.clock import UTC, format_time
from simulator.ozon import cursors, fbo_stock
from simulator.ozon.errors import invalid
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Message, Text

# From this day on only ``total_items`` is left.
TOTAL_OFF = datetime(2026, 11, 23, tzinfo=UTC)
# A least price that nobody refreshes lapses.
MIN_PRICE_LASTS = timedelta(days=30)
VISIBILITIES = (
    "ALL", "VISIBLE", "INVISIBLE", "EMPTY_STOCK", "NOT_MODERATED", "MODERATED", "DISABLED", "STATE_FAILED",
    "READY_TO_SUPPLY", "VALIDATION_STATE_PENDING", "VALIDATION_STATE_FAIL", "VALIDATION_STATE_SUCCESS", "TO_SUPPLY",
    "IN_SALE", "REMOVED_FROM_SALE", "BANNED", "OVERPRICED", "CRITICALLY_OVERPRICED", "EMPTY_BARCODE", "BARCODE_EXISTS",
    "QUARANTINE", "ARCHIVED", "OVERPRICED_WITH_STOCK", "PARTIAL_APPROVED", "AUTO_ARCHIVED", "MANUAL_ARCHIVED",
    "SEASONAL_AUTO_ARCHIVED", "VISIBLE_WITH_FBO_STOCK",
)  # fmt: skip
VISIBILITY = Text(choices=VISIBILITIES)
LIST = {
    "filter": Message(
        "GetProductListRequest_Filter",
        {
            "offer_id": Many(Text(), most=1000),
            "product_id": Many(Integer(), most=1000),
            "skus": Many(Integer(), most=1000),
            "visibility": VISIBILITY,
        },
        required=True,
    ),
    "last_id": Text(),
    "limit": Integer(required=True, low=1, high=1000),
}


@method("/v3/product/list", "product", LIST, "GetProductListRequest")
def product_list(call):
    state, body = call.state, call.body
    found = select(state, body["filter"], body["filter"]["skus"])
    after = cursors.decode_last_id(body["last_id"])
    page = [product for product in found if product.product_id > after][: body["limit"]]
    result = {
        "items": [list_item(state, product) for product in page],
        "last_id": cursors.encode_last_id(page[-1].product_id) if page else "",
        **totals(call, len(found)),
    }
    return {"result": apply_options(state.settings, result)}


def totals(call, count):
    old = {} if call.now >= TOTAL_OFF else {"total": count}
    return {**old, "total_items": count}


def select(state, filters, skus=()):
    """Listings by identifiers (then visibility does not count) or by visibility, in the order of their numbers."""
    kinds = [bool(filters["offer_id"]), bool(filters["product_id"]), bool(skus)]
    if sum(kinds) > 1:
        raise invalid("only one of filter.offer_id, filter.product_id, filter.skus may be specified")
    if any(kinds):
        found = [state.by_offer.get(offer_id) for offer_id in filters["offer_id"]]
        found += [state.products.get(number) for number in filters["product_id"]]
        found += [state.by_sku.get(sku) for sku in skus]
        unique = {product.product_id: product for product in found if product}
        return [unique[number] for number in sorted(unique)]
    visibility = filters["visibility"].upper() or "ALL"
    return [product for _number, product in sorted(state.products.items()) if is_visible(state, product, visibility)]


def is_visible(state, product, visibility):
    on_sale = product.status == "price_sent" and not product.archived
    if visibility in ("ARCHIVED", "MANUAL_ARCHIVED"):
        return product.archived
    if visibility in ("VISIBLE", "READY_TO_SUPPLY", "TO_SUPPLY", "MODERATED", "VALIDATION_STATE_SUCCESS"):
        return on_sale
    if visibility == "IN_SALE":
        return on_sale and has_stock(state, product)
    if visibility == "VISIBLE_WITH_FBO_STOCK":
        return on_sale and has_fbo_stock(state, product)
    if visibility == "EMPTY_STOCK":
        return on_sale and not has_stock(state, product)
    if visibility == "INVISIBLE":
        return not on_sale
    if visibility in ("STATE_FAILED", "VALIDATION_STATE_FAIL"):
        return product.status == "failed" and not product.archived
    if visibility == "QUARANTINE":
        return product.quarantine is not None and not product.archived
    if visibility == "EMPTY_BARCODE":
        return not product.barcode and not product.archived
    if visibility == "BARCODE_EXISTS":
        return bool(product.barcode) and not product.archived
    return visibility == "ALL" and not product.archived


def has_stock(state, product):
    return has_own_stock(state, product) or has_fbo_stock(state, product)


def has_own_stock(state, product):
    return any(amount.free for _warehouse, amount in stocks_of(state, product))


def has_fbo_stock(state, product):
    return any(amount.free for _warehouse, amount in fbo_stock.stocks_of(state, product))


def stocks_of(state, product):
    for warehouse in state.warehouses.values():
        amount = state.stocks.get((product.product_id, warehouse.warehouse_id))
        if amount:
            yield warehouse, amount


def list_item(state, product):
    return {
        "product_id": product.product_id,
        "offer_id": product.offer_id,
        "sku": product.sku,
        "has_fbo_stocks": has_fbo_stock(state, product),
        "has_fbs_stocks": has_own_stock(state, product),
        "archived": product.archived,
        "is_discounted": False,
        "quants": [],
    }


INFO = {"offer_id": Many(Text()), "product_id": Many(Integer()), "sku": Many(Integer())}
MOST_IDS = 1000


@method("/v3/product/info/list", "product", INFO, "GetProductInfoListRequest")
def product_info(call):
    """Details by any identifiers; unknown ones are left out silently."""
    state, body = call.state, call.body
    count = sum(len(body[name]) for name in INFO)
    if not count:
        raise invalid("Request validation error: offer_id, product_id or sku is required")
    if count > MOST_IDS:
        raise invalid(f"Request validation error: no more than {MOST_IDS} identifiers are allowed")
    found = [state.by_offer.get(offer_id) for offer_id in body["offer_id"]]
    found += [state.products.get(number) for number in body["product_id"]]
    found += [state.by_sku.get(sku) for sku in body["sku"]]
    unique = {product.product_id: product for product in found if product}
    return {"items": [apply_options(state.settings, info_item(state, product)) for product in unique.values()]}


def least_price(state, product):
    set_at = product.min_price_at
    return Decimal(0) if set_at and state.clock.now() - set_at >= MIN_PRICE_LASTS else product.min_price


def info_item(state, product):
    currency, created = state.settings.currency, format_time(product.created_at)
    least = least_price(state, product)
    return {
        "id": product.product_id,
        "offer_id": product.offer_id,
        "sku": product.sku,
        "name": product.name,
        "barcodes": [product.barcode] if product.barcode else [],
        "description_category_id": 17028922,
        "type_id": 91565,
        "currency_code": currency,
        "price": f"{product.shown_price:.2f}",
        "old_price": f"{product.old_price:.2f}",
        "min_price": f"{least:.2f}" if least else "",
        "declared_price": {"amount": f"{product.price:.2f}", "currency": currency},
        "vat": product.vat,
        "images": [],
        "primary_image": [],
        "color_image": [],
        "is_archived": product.archived,
        "is_autoarchived": False,
        "is_discounted": False,
        "is_kgt": False,
        "is_super": False,
        "is_prepayment_allowed": True,
        "has_discounted_fbo_item": False,
        "discounted_fbo_stocks": 0,
        "volume_weight": round(product.weight_g / 1000, 1),
        "created_at": created,
        "updated_at": created,
        "commissions": [commission(product, schema) for schema in ("FBS", "RFBS")],
        "sources": [source(product, created)],
        "availabilities": [],
        "promotions": [{"type": "REVIEWS_PROMO", "is_enabled": False}],
        "model_info": {"model_id": product.product_id, "count": 1},
        "price_indexes": {"color_index": "COLOR_INDEX_WITHOUT_INDEX"},
        "statuses": statuses(product, created),
        "stocks": stocks_view(state, product),
        "visibility_details": {"has_price": True, "has_stock": has_stock(state, product)},
        "errors": errors(product),
    }


def commission(product, schema):
    return {
        "sale_schema": schema,
        "percent": product.commission_percent,
        "value": round(float(product.shown_price) * product.commission_percent / 100, 2),
        "delivery_amount": 76,
        "return_amount": 40,
    }


def source(product, created):
    return {
        "source": "SDS",
        "sku": product.sku,
        "shipment_type": "SHIPMENT_TYPE_GENERAL",
        "created_at": created,
        "quant_code": "",
    }


def statuses(product, created):
    sold = product.status == "price_sent"
    name = "Продается" if sold else "Не прошёл модерацию"
    return {
        "status": product.status,
        "status_name": "В архиве" if product.archived else name,
        "is_created": sold,
        "moderate_status": "approved" if sold else "declined",
        "validation_status": "success" if sold else "fail",
        "status_failed": "" if sold else "moderation",
        "status_description": "",
        "status_tooltip": "",
        "status_updated_at": created,
    }


def stocks_view(state, product):
    rows = [
        {
            "source": warehouse.scheme,
            "sku": product.sku,
            "present": amount.free + amount.reserved,
            "reserved": amount.reserved,
        }
        for warehouse, amount in (*stocks_of(state, product), *fbo_stock.stocks_of(state, product))
    ]
    return {"has_stock": any(row["present"] > row["reserved"] for row in rows), "stocks": rows}


def errors(product):
    if product.status == "price_sent":
        return []
    texts = {
        "attribute_name": "Бренд",
        "description": "Укажите бренд товара",
        "hint_code": "",
        "message": "Не заполнен обязательный атрибут",
        "short_description": "Не заполнен бренд",
        "params": [],
    }
    error = {"attribute_id": 85, "code": "ATTRIBUTE_REQUIRED", "field": "attributes", "state": "moderation"}
    return [{**error, "level": "ERROR_LEVEL_ERROR", "texts": texts}]
