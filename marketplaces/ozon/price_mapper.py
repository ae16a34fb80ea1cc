"""Prices in Ozon's words: ``/v1/product/import/prices`` and ``/v5/product/info/prices``."""

from decimal import Decimal

from ..base import dto, parse, refusals, status

WRITE_BATCH = 1000
READ_PAGE = 1000
#: Ten changes per product and hour: the next one is tried after this.
LATER_SECONDS = 600
_TOO_OFTEN = "limit exceeded"
_ZERO, _KOPECK = Decimal(0), Decimal("0.01")
_REASONS = {
    "NOT_FOUND_ERROR": refusals.UNKNOWN,
    "invalid_category_price": refusals.CATEGORY,
    "invalid_currency": refusals.CURRENCY,
    "invalid_price": refusals.UNREADABLE,
    "price_negative": refusals.NOT_POSITIVE,
    "discount_for_low_price_is_too_small": refusals.OLD_TOO_CLOSE,
    "discount_for_average_price_is_too_small": refusals.OLD_TOO_CLOSE,
    "discount_for_top_price_is_too_small": refusals.OLD_TOO_CLOSE,
    "discount_too_big": refusals.OLD_TOO_HIGH,
    "price_less_than_min_auto_price": refusals.BELOW_MINIMUM,
    "min_auto_price_too_small": refusals.MINIMUM_TOO_LOW,
    "action_price_enabled_min_price_missing": refusals.MINIMUM_MISSING,
    refusals.NO_ANSWER: refusals.NO_ANSWER,
}
#: What the price before discount must exceed, by the word of the refusal; what it must not reach.
_BOUNDS = {
    "discount_for_low_price_is_too_small": lambda price: price + 20,
    "discount_for_average_price_is_too_small": lambda price: price / Decimal("0.95"),
    "discount_for_top_price_is_too_small": lambda price: price + 500,
    "discount_too_big": lambda price: price * 10,
    "min_auto_price_too_small": lambda price: price / 2,
}
#: scheme → (commission %, fees of one sale at their highest, fee of a return)
_COMMISSIONS = {
    status.FBS: (
        "sales_percent_fbs",
        ("fbs_deliv_to_customer_amount", "fbs_direct_flow_trans_max_amount", "fbs_first_mile_max_amount"),
        "fbs_return_flow_amount",
    ),
    # The seller delivers himself: Ozon takes its commission only.
    status.RFBS: ("sales_percent_rfbs", (), ""),
    status.FBO: (
        "sales_percent_fbo",
        ("fbo_deliv_to_customer_amount", "fbo_direct_flow_trans_max_amount"),
        "fbo_return_flow_amount",
    ),
}


def write_body(targets):
    return {"prices": [_make_row(target) for target in targets]}


def _make_row(target):
    row = {
        "offer_id": target.article,
        "price": _money(target.price),
        # "0" takes the struck-through price away.
        "old_price": _money(target.old_price) if target.old_price else "0",
        "currency_code": target.currency,
        "price_strategy_enabled": "DISABLED" if target.leave_strategy else "UNKNOWN",
    }
    if target.external_id.isdecimal():
        row["product_id"] = int(target.external_id)
    if target.min_price is not None:
        row["min_price"] = _money(target.min_price)
    if target.vat_rate is not None:
        row["vat"] = format(target.vat_rate.normalize(), "f")
    return row


def _money(amount):
    return format(amount.quantize(_KOPECK), "f")


def read_body(articles, cursor):
    chosen = {"offer_id": list(articles)} if articles else {}
    return {"filter": {**chosen, "visibility": "ALL"}, "limit": READ_PAGE, "cursor": cursor}


def parse_answers(answer, targets):
    """One ``dto.PriceAnswer`` per target, in their order. HTTP 200 says nothing yet."""
    rows = parse.objects(answer.get("result"), "result")
    found = {parse.text(row.get("offer_id"), "result.offer_id"): row for row in rows}
    return [_parse_answer(found.get(target.article), target) for target in targets]


def _parse_answer(row, target):
    article = target.article
    if row is None:
        return dto.PriceAnswer(article=article, state="refused", code=refusals.NO_ANSWER, reason=refusals.NO_ANSWER)
    if row.get("updated") is True:
        return dto.PriceAnswer(article=article, state="accepted")
    problems = parse.objects(row.get("errors"), "result.errors")
    first = problems[0] if problems else {}
    # The documentation prints one code with a blank in it.
    code = parse.text(first.get("code"), "result.errors.code").replace("cat egory", "category")
    code = code or refusals.NO_ANSWER
    message = parse.text(first.get("message"), "result.errors.message")
    said = {"article": article, "code": code, "message": message}
    if _TOO_OFTEN in f"{code} {message}":
        return dto.PriceAnswer(**said, state="later", reason=refusals.TOO_OFTEN, retry_after=LATER_SECONDS)
    bound = _BOUNDS[code](target.price).quantize(_KOPECK) if code in _BOUNDS else None
    return dto.PriceAnswer(**said, state="refused", reason=_REASONS.get(code, ""), bound=bound)


def parse_price(row, quarantined=frozenset()):
    """:param quarantined: articles whose last price waits for the seller's word"""
    price = parse.mapping(row.get("price"), "price")
    article = parse.identifier(row.get("offer_id"), "offer_id")
    fees = parse.mapping(row.get("commissions"), "commissions")
    return dto.PriceInfo(
        article=article,
        external_id=parse.identifier_or_empty(row.get("product_id"), "product_id"),
        price=parse.decimal_or_none(price.get("price"), "price.price") or _ZERO,
        currency=parse.text(price.get("currency_code"), "price.currency_code").upper(),
        old_price=parse.decimal_or_none(price.get("old_price"), "price.old_price") or _ZERO,
        min_price=parse.decimal_or_none(price.get("min_price"), "price.min_price") or _ZERO,
        vat_rate=parse.decimal_or_none(price.get("vat"), "price.vat"),
        acquiring=parse.decimal_or_none(row.get("acquiring"), "acquiring") or _ZERO,
        commissions={scheme: _parse_commission(fees, *names) for scheme, names in _COMMISSIONS.items()},
        quarantined=article in quarantined,
    )


def _parse_commission(fees, percent, fixed, return_fee):
    def read(name):
        return parse.decimal_or_none(fees.get(name), f"commissions.{name}") or _ZERO

    return dto.Commission(
        percent=read(percent),
        fixed=sum((read(name) for name in fixed), _ZERO),
        return_fee=read(return_fee) if return_fee else _ZERO,
    )
