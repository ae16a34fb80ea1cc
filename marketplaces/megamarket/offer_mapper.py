"""Prices and stock in MegaMarket's words: ``manualPrice/save`` and ``stock/update`` of the offer service.

Both answer with HTTP 200 and success for the whole batch; offers that were not taken stand among ``warnings``.
"""

from ..base import dto, parse, refusals
from . import units

#: Recommended by the marketplace for both.
WRITE_BATCH = 300


def stock_body(targets):
    """The API has no warehouses: a shop is one."""
    return {"stocks": [{"offerId": target.article, "quantity": target.quantity} for target in targets]}


def price_body(targets):
    """Written over the price of the feed, which the page shows as the former one."""
    return {
        "prices": [{"offerId": target.article, "price": int(target.price), "isDeleted": False} for target in targets]
    }


def refuse_price(target):
    """A ``dto.PriceAnswer`` for a price that the marketplace cannot hold, else None."""
    if target.currency != units.CURRENCY:
        return _refuse(target, refusals.CURRENCY, "Prices are in roubles")
    if target.price <= 0:
        return _refuse(target, refusals.NOT_POSITIVE, "The price is not positive")
    if target.price != target.price.to_integral_value():
        return _refuse(target, refusals.UNREADABLE, "Prices are in whole roubles")
    return None


def _refuse(target, reason, message):
    return dto.PriceAnswer(article=target.article, state="refused", code=reason, message=message, reason=reason)


def parse_stock_answers(answer, targets):
    """One ``dto.StockAnswer`` per target, in their order."""
    told = _judge(answer, targets, None)
    return [
        dto.StockAnswer(article=target.article, warehouse_id=target.warehouse_id, **outcome)
        for target, outcome in zip(targets, told, strict=True)
    ]


def parse_price_answers(answer, targets):
    """One ``dto.PriceAnswer`` per target, in their order."""
    told = _judge(answer, targets, parse.integer_or(None, answer.get("savedPrices"), "savedPrices"))
    return [dto.PriceAnswer(article=target.article, **outcome) for target, outcome in zip(targets, told, strict=True)]


def _judge(answer, targets, saved):
    """What became of each target.

    :param saved: how many were taken, None where it is not told. When all were, a warning is only that. When more are
        missing than are warned of, those without a warning may be the missing ones: they count as not answered.
    """
    warnings = _read_warnings(answer)
    warned = sum(target.article in warnings for target in targets)
    all_taken = saved is not None and saved >= len(targets)
    in_doubt = saved is not None and saved < len(targets) - warned
    outcomes = []
    for target in targets:
        message = warnings.get(target.article, "")
        if target.article in warnings and not all_taken:
            outcomes.append({"state": "refused", "message": message, "reason": _find_reason(message)})
        elif in_doubt:
            outcomes.append({"state": "refused", "code": refusals.NO_ANSWER, "reason": refusals.NO_ANSWER})
        else:
            outcomes.append({"state": "accepted", "message": message})
    return outcomes


def _read_warnings(answer):
    """Offer → sentence; several of one offer are joined."""
    found = {}
    for warning in parse.objects(answer.get("warnings"), "warnings"):
        offer_id = parse.text(warning.get("offerId"), "warnings.offerId")
        text = parse.text(warning.get("warning") or warning.get("message"), "warnings.warning")
        found[offer_id] = "; ".join(filter(None, (found.get(offer_id), text)))
    return found


def _find_reason(message):
    text = message.lower()
    return next((reason for words, reason in units.WARNINGS if words in text), "")
