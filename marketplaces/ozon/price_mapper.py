"""Prices in Ozon's words: ``/v1/product/import/prices`` and ``/v5/product/info/prices``."""

from decimal import Decimal

from ..base import dto, parse, status

WRITE_BATCH = 1000
READ_PAGE = 1000
#: Ten changes per product and hour: the next one is tried after this.
LATER_SECONDS = 600
_TOO_OFTEN = "limit exceeded"
_ZERO = Decimal(0)
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
    return format(amount.quantize(Decimal("0.01")), "f")


def read_body(articles, cursor):
    chosen = {"offer_id": list(articles)} if articles else {}
    return {"filter": {**chosen, "visibility": "ALL"}, "limit": READ_PAGE, "cursor": cursor}


def parse_answers(answer, targets):
    """One ``dto.PriceAnswer`` per target, in their order. HTTP 200 says nothing yet."""
    rows = parse.objects(answer.get("result"), "result")
    found = {parse.text(row.get("offer_id"), "result.offer_id"): row for row in rows}
    return [_parse_answer(found.get(target.article), target.article) for target in targets]


def _parse_answer(row, article):
    if row is None:
        return dto.PriceAnswer(article=article, state="refused", code="no_answer")
    if row.get("updated") is True:
        return dto.PriceAnswer(article=article, state="accepted")
    problems = parse.objects(row.get("errors"), "result.errors")
    first = problems[0] if problems else {}
    # The documentation prints one code with a blank in it.
    code = parse.text(first.get("code"), "result.errors.code").replace("cat egory", "category") or "no_answer"
    message = parse.text(first.get("message"), "result.errors.message")
    if _TOO_OFTEN in f"{code} {message}":
        return dto.PriceAnswer(article=article, state="later", code=code, message=message, retry_after=LATER_SECONDS)
    return dto.PriceAnswer(article=article, state="refused", code=code, message=message)


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
