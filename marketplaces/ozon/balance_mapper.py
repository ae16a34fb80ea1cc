"""The cabinet's account at Ozon: its balance, and what was paid out of it."""

from collections import Counter
from decimal import Decimal

from ..base import dto, parse
from ..base.errors import PayloadError

_ZERO = Decimal(0)


# --- balance -------------------------------------------------------------------------------------------------------
def parse_balance(answer, since, until):
    """``/v1/finance/balance``."""
    total = parse.mapping(answer.get("total"), "total")
    flows = parse.mapping(answer.get("cashflows"), "cashflows")
    opening, accrued, closing = (
        parse.decimal(total.get(name), f"total.{name}") for name in ("opening_balance", "accrued", "closing_balance")
    )
    payments = _parse_payments(total.get("payments"), closing - opening - accrued)
    sales, sale_fee = _parse_trade(flows, "sales")
    returns, return_fee = _parse_trade(flows, "returns")
    return dto.Balance(
        since=since,
        until=until,
        currency=_find_currency(total),
        opening=opening,
        accrued=accrued,
        closing=closing,
        payments=payments,
        sales=sales,
        sale_fee=sale_fee,
        returns=returns,
        return_fee=return_fee,
        services=_parse_services(flows.get("services")),
        raw=answer,
    )


def _parse_payments(raw, paid):
    """Negative where money has left. Some answers show what was paid as a plain sum: ``paid``, by which the balance has
    changed, tells which it is."""
    amounts = [
        parse.decimal(payment, f"total.payments[{index}]") for index, payment in enumerate(_as_list(raw, "payments"))
    ]
    if paid and sum(amounts) == -paid:
        amounts = [-amount for amount in amounts]
    return tuple(amount for amount in amounts if amount)


def _find_currency(total):
    names = ("closing_balance", "opening_balance", "accrued")
    found = {parse.currency_of(total.get(name)) for name in names if parse.decimal_or_none(total.get(name), name)}
    found |= {parse.currency_of(payment) for payment in _as_list(total.get("payments"), "total.payments")}
    found = sorted(found - {""}) or [parse.currency_of(total.get("closing_balance"))]
    if len(found) > 1:
        raise PayloadError("total", found, "mixes several currencies")
    return found[0]


def _parse_trade(flows, name):
    """(amount, fee) of what was sold, or came back."""
    trade = parse.mapping(flows.get(name), f"cashflows.{name}")
    return tuple(parse.decimal_or_none(trade.get(key), f"cashflows.{name}.{key}") or _ZERO for key in ("amount", "fee"))


def _parse_services(raw):
    found = Counter()
    for row in parse.objects(raw, "cashflows.services"):
        amount = parse.decimal_or_none(row.get("amount"), "cashflows.services.amount") or _ZERO
        found[parse.text(row.get("name"), "cashflows.services.name")] += amount
    return dict(found)


# --- payouts -------------------------------------------------------------------------------------------------------
def parse_payouts(result):
    """A page of ``/v1/finance/cash-flow-statement/list``.

    Described as one object with the details of all periods; there is one for each where there are several.
    """
    flows = parse.objects(result.get("cash_flows"), "cash_flows")
    details = _as_list(result.get("details"), "details")
    currencies = {_read_period(flow)[0]: parse.text(flow.get("currency_code"), "currency_code") for flow in flows}
    for detail in details:
        period_id, since, until = _read_period(detail)
        # Payments have no number of their own.
        for index, payment in enumerate(_as_list(detail.get("payments"), "details.payments"), 1):
            amount = parse.decimal_or_none(payment.get("payment"), "details.payments.payment") or _ZERO
            currency = parse.text(payment.get("currency_code"), "details.payments.currency_code")
            if amount:
                yield dto.Payout(
                    external_id=f"{period_id}:{index}",
                    since=since,
                    date=until,
                    amount=abs(amount),
                    currency=(currency or currencies.get(period_id, "")).upper(),
                    raw=payment,
                )


def _read_period(row):
    """(id, first day, last day)."""
    period = parse.mapping(row.get("period"), "period")
    since, until = (parse.day_or_none(period.get(name), f"period.{name}") for name in ("begin", "end"))
    if not (since and until):
        raise PayloadError("period", period, "has no first or last day")
    return parse.identifier(period.get("id"), "period.id"), since, until


def _as_list(value, path):
    """A list of objects, or the only one by itself."""
    return [value] if isinstance(value, dict) and value else parse.objects(value, path)
