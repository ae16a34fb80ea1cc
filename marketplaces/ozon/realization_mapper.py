"""Ozon's report of a month's realization: ``/v2/finance/realization`` and ``/v1/finance/realization/posting``."""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ..base import dto, parse

_ZERO = Decimal(0)
#: What partners, and Ozon in their stead, pay of the price.
_COINVESTMENTS = ("bank_coinvestment", "stars", "pick_up_point_coinvestment")


def parse_realization(result, year, month):
    """The report with its own rows, and their total in ``control_total``; None where there is none yet."""
    header = parse.mapping(result.get("header"), "header")
    rows = parse_rows(result)
    if not header and not rows:
        return None

    def read(name):
        return parse.text(header.get(name), f"header.{name}")

    def read_day(name):
        return parse.day_or_none(header.get(name), f"header.{name}")

    return dto.Realization(
        number=read("number"),
        document_date=read_day("doc_date"),
        since=read_day("start_date") or date(year, month, 1),
        until=read_day("stop_date") or date(year, month, monthrange(year, month)[1]),
        currency=read("currency_sys_name").upper(),
        contract_number=read("contract_number"),
        contract_date=read_day("contract_date"),
        payer_name=read("payer_name"),
        payer_tax_id=read("payer_inn"),
        receiver_name=read("receiver_name"),
        receiver_tax_id=read("receiver_inn"),
        rows=rows,
        control_total=_add_up(rows),
        raw=header,
    )


def parse_rows(result):
    return tuple(_parse_row(raw, index) for index, raw in enumerate(parse.objects(result.get("rows"), "rows"), 1))


def _add_up(rows):
    """Due to the seller: delivered less returned."""
    sold = sum((row.sold.total for row in rows if row.sold), _ZERO)
    return sold - sum((row.returned.total for row in rows if row.returned), _ZERO)


def _parse_row(raw, index):
    item = parse.mapping(raw.get("item"), "rows.item")
    order = parse.mapping(raw.get("order"), "rows.order")
    # Described inside ``order``, seen beside it.
    number = order.get("posting_number") or raw.get("posting_number")
    row_number = raw.get("row_number") or raw.get("rowNumber")
    return dto.RealizationRow(
        row_number=parse.integer_or(index, row_number, "rows.row_number"),
        sku=parse.identifier_or_empty(item.get("sku"), "rows.item.sku"),
        article=parse.text(item.get("offer_id"), "rows.item.offer_id"),
        name=parse.text(item.get("name"), "rows.item.name"),
        barcode=parse.text(item.get("barcode"), "rows.item.barcode"),
        number=parse.text(number, "rows.order.posting_number"),
        seller_price=parse.decimal_or_none(raw.get("seller_price_per_instance"), "rows.seller_price_per_instance"),
        commission_ratio=parse.decimal_or_none(raw.get("commission_ratio"), "rows.commission_ratio"),
        sold=_parse_part(raw.get("delivery_commission"), f"rows[{index}].delivery_commission"),
        returned=_parse_returned(raw.get("return_commission"), f"rows[{index}].return_commission"),
        raw=raw,
    )


def _parse_returned(raw, path):
    """What came back, not signed: a report that shows it below zero means the same."""
    part = _parse_part(raw, path)
    if not part or part.amount >= 0:
        return part
    sums = {name: -getattr(part, name) for name in ("amount", "bonus", "coinvestment", "fee", "total")}
    return replace(part, quantity=abs(part.quantity), price=abs(part.price), **sums)


def _parse_part(raw, path):
    """None for nothing, which is shown as null and as zeros."""
    part = parse.mapping(raw, path)
    if not part:
        return None

    def read(name):
        return parse.decimal_or_none(part.get(name), f"{path}.{name}") or _ZERO

    amount = parse.decimal(part.get("amount"), f"{path}.amount")
    total = parse.decimal(part.get("total"), f"{path}.total")
    quantity = parse.integer(part.get("quantity"), f"{path}.quantity")
    if not (quantity or amount or total):
        return None
    coinvestment = sum((read(name) for name in _COINVESTMENTS), _ZERO)
    bonus, fee = _read_old(read, amount + coinvestment - total)
    return dto.RealizationPart(
        quantity=quantity,
        price=read("price_per_instance"),
        amount=amount,
        bonus=bonus,
        coinvestment=coinvestment,
        fee=fee,
        total=total,
    )


def _read_old(read, kept):
    """(bonus, fee). Until April 2024 a commission and an extra payment of Ozon's stood beside today's two fields.

    Whether that commission was the whole fee or came on top of it is told by ``kept``, what the fee exceeds the bonus
    by; where neither fits, all are added.
    """
    bonus = read("bonus") + read("compensation")
    fees = (read("standard_fee") + read("commission"), read("commission"), read("standard_fee"))
    return bonus, next((fee for fee in fees if fee - bonus == kept), fees[0])
