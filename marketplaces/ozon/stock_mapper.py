"""Stock in Ozon's words: ``/v2/products/stocks`` and the methods that read it."""

from ..base import dto, parse, refusals
from . import requests

#: Pairs of product and warehouse per call, and articles per question.
WRITE_BATCH = 100
READ_PAGE = 1000
#: One number per pair in so many seconds.
REPEAT_SECONDS = 30
_TOO_OFTEN = "TOO_MANY_REQUESTS"
_REASONS = {
    _TOO_OFTEN: refusals.TOO_OFTEN,
    "NOT_FOUND_ERROR": refusals.UNKNOWN,
    "offer_id_not_found": refusals.UNKNOWN,
    "product_is_not_created": refusals.NOT_ON_SALE,
    "PRODUCT_HAS_NOT_BEEN_TAGGED_YET": refusals.EXAMINED,
    "WAREHOUSE_NOT_FOUND": refusals.NO_WAREHOUSE,
    "STOCK_TOO_BIG": refusals.TOO_MUCH,
    "PRODUCT_IS_ARCHIVED": refusals.ARCHIVED,
    "NON_KGT_ON_KGT_WAREHOUSE": refusals.BULKY_ONLY,
    "OVER_MAX_OVH_KGT": refusals.OVERSIZED,
    "OVER_MAX_OVH_NON_KGT": refusals.OVERSIZED,
    refusals.NO_ANSWER: refusals.NO_ANSWER,
}


def write_body(targets):
    return {
        "stocks": [
            {
                "offer_id": target.article,
                **({"product_id": int(target.external_id)} if target.external_id.isdecimal() else {}),
                "stock": target.quantity,
                "warehouse_id": requests.to_number(target.warehouse_id, "warehouse_id"),
            }
            for target in targets
        ]
    }


def warehouse_body(warehouse_id, cursor):
    return {"warehouse_id": requests.to_number(warehouse_id, "warehouse_id"), "limit": READ_PAGE, "cursor": cursor}


def fbo_body(articles, cursor):
    return {"offer_ids": list(articles), "limit": READ_PAGE, "cursor": cursor}


def parse_answers(answer, targets):
    """One ``dto.StockAnswer`` per target, in their order. HTTP 200 says nothing yet: each item has its own errors."""
    rows = {}
    for row in parse.objects(answer.get("result"), "result"):
        article = parse.text(row.get("offer_id"), "result.offer_id")
        rows[article, parse.identifier_or_empty(row.get("warehouse_id"), "result.warehouse_id")] = row
    return [_parse_answer(rows.get((target.article, target.warehouse_id)), target) for target in targets]


def _parse_answer(row, target):
    pair = {"article": target.article, "warehouse_id": target.warehouse_id}
    if row is None:
        return dto.StockAnswer(**pair, state="refused", code=refusals.NO_ANSWER, reason=refusals.NO_ANSWER)
    if row.get("updated") is True:
        return dto.StockAnswer(**pair, state="accepted")
    found = parse.objects(row.get("errors"), "result.errors")
    first = found[0] if found else {}
    code = parse.text(first.get("code"), "result.errors.code") or refusals.NO_ANSWER
    message = parse.text(first.get("message"), "result.errors.message")
    said = {**pair, "code": code, "message": message, "reason": _REASONS.get(code, "")}
    if code == _TOO_OFTEN:
        return dto.StockAnswer(**said, state="later", retry_after=REPEAT_SECONDS)
    return dto.StockAnswer(**said, state="refused")


def parse_level(row):
    """A row of one of the reading methods; ``present`` includes what is reserved."""
    return dto.StockLevel(
        article=parse.text(row.get("offer_id"), "offer_id"),
        warehouse_id=parse.identifier(row.get("warehouse_id"), "warehouse_id"),
        present=parse.integer_or(0, row.get("present"), "present"),
        reserved=parse.integer_or(0, row.get("reserved"), "reserved"),
        sku=parse.identifier_or_empty(row.get("sku"), "sku"),
        external_id=parse.identifier_or_empty(row.get("product_id"), "product_id"),
        changed_at=parse.moment_or_none(row.get("updated_at"), "updated_at"),
    )
