"""How accruals look in the answers, with the odd shapes of amounts and the mistakes that settings ask for."""

from copy import deepcopy
from decimal import Decimal
from itertools import islice

from simulator.ozon.accrual_types import SALE_COMMISSION_ID
from simulator.ozon.odd_shapes import apply_options

UNKNOWN_TYPE = 777
BRANCHES = ("posting", "item_fees", "non_item_fee", "container_fees")


def amount_text(settings, amount):
    """Always two digits, or by turns without needless zeros, with two, and with four digits."""
    shape = int(abs(amount) * 100) % 3 if settings.odd_amounts else 1
    return f"{amount:.2f}".rstrip("0").rstrip(".") if shape == 0 and amount else f"{amount:.{2 if shape < 2 else 4}f}"


def money(settings, amount, currency):
    return {"amount": amount_text(settings, amount), "currency": currency}


def ratio_text(ratio):
    return f"{ratio.normalize():f}"


def day_text(settings, day):
    return f"{day}T00:00:00Z" if settings.accrual_moments else str(day)


# -- accruals of a day -------------------------------------------------------------------------------------------------


def in_day(settings, accrual):
    shape = {
        "accrual_id": accrual.id,
        "date": day_text(settings, accrual.date),
        "accrued_category": accrual.category,
        "unit_number": accrual.unit_number,
        "total_amount": money(settings, accrual.total, accrual.currency),
        **dict.fromkeys(BRANCHES),
    }
    branch, view = BRANCH_OF[accrual.category]
    shape[branch] = view(settings, accrual)
    return apply_options(settings, shape)


def posting_branch(settings, accrual):
    return {
        "delivery_schema": accrual.scheme.upper(),
        "delivery_speed": 0,
        "products": [product_view(settings, sold, accrual.currency) for sold in accrual.products],
    }


def product_view(settings, sold, currency):
    return {
        "sku": sold.sku,
        "commission": commission_view(settings, sold, currency),
        "delivery": {
            "total_accrued": money(settings, sold.delivery, currency),
            "services": [fee_view(settings, fee, currency) for fee in sold.services],
        },
    }


def commission_view(settings, sold, currency):
    """Null objects: where nothing was sold there is no commission either."""
    if settings.null_objects and not sold.sale_amount:
        return None
    amounts = {
        "seller_price": sold.seller_price,
        "sale_price": sold.sale_price,
        "sale_amount": sold.sale_amount,
        "sale_commission": sold.commission,
        "commission": sold.commission,
        "bonus": sold.bonus,
        "coinvestment": sold.coinvestment,
    }
    shape = {name: money(settings, amount, currency) for name, amount in amounts.items()}
    return {**shape, "commission_ratio": ratio_text(sold.ratio)}


def fee_view(settings, fee, currency):
    return {"type_id": fee.type_id, "accrued": money(settings, fee.amount, currency)}


def item_branch(settings, accrual):
    by_sku = {}
    for sku, fee in accrual.fees:
        by_sku.setdefault(sku, []).append(fee_view(settings, fee, accrual.currency))
    return {"fees": [{"sku": sku, "fees": fees} for sku, fees in by_sku.items()]}


def non_item_branch(settings, accrual):
    return fee_view(settings, accrual.fees[0][1], accrual.currency)


def container_branch(settings, accrual):
    return {"fees": [fee_view(settings, fee, accrual.currency) for _sku, fee in accrual.fees]}


BRANCH_OF = {
    "POSTING": ("posting", posting_branch),
    "ITEM": ("item_fees", item_branch),
    "NON_ITEM": ("non_item_fee", non_item_branch),
    "CONTAINER_FEES": ("container_fees", container_branch),
}


# -- accruals of a posting ---------------------------------------------------------------------------------------------


def of_posting(settings, accruals):
    """A flat list: here the commission is a line of its own type, and the gross is nowhere."""
    rows = [row for accrual in accruals for row in posting_rows(settings, accrual)]
    return [apply_options(settings, row) for row in rows]


def posting_rows(settings, accrual):
    for sold in accrual.products:
        if sold.commission:
            price = money(settings, sold.seller_price, accrual.currency)
            yield posting_row(settings, accrual, sold, SALE_COMMISSION_ID, sold.commission, price)
        for fee in sold.services:
            yield posting_row(settings, accrual, sold, fee.type_id, fee.amount)
    for sku, fee in accrual.fees:
        yield posting_row(settings, accrual, None, fee.type_id, fee.amount, sku=sku)


def posting_row(settings, accrual, sold, type_id, amount, price=None, sku=None):
    return {
        # A plain day in any case.
        "accrual_date": str(accrual.date),
        "accrued": money(settings, amount, accrual.currency),
        "quantity": sold.quantity if sold else 1,
        "seller_price": price,
        "sku": sold.sku if sold else sku or 0,
        "type_id": type_id,
    }


# -- mistakes ----------------------------------------------------------------------------------------------------------


def page_of_day(settings, accruals):
    """The rows of a page, spoiled as the settings say, with the words of the control API's caller in the end."""
    shapes = with_mistakes(settings, [in_day(settings, accrual) for accrual in accruals])
    for shape, accrual in zip(shapes, accruals, strict=False):
        shape.update(accrual.overrides or {})
    return shapes


def with_mistakes(settings, page):
    if not page:
        return page
    first = page[0]
    if settings.repeated_accruals:
        page.append(dearer(first))
    if settings.unspecified_accruals:
        first["accrued_category"] = "UNSPECIFIED"
    if settings.unknown_accrual_types:
        spoil_first(page, lambda fee: fee.update(type_id=UNKNOWN_TYPE))
    for wanted, value in ((settings.null_amounts, None), (settings.text_amounts, "abc")):
        if wanted:
            first["total_amount"] = {**first["total_amount"], "amount": value}
            spoil_first(page, lambda fee, value=value: fee.update(accrued={**fee["accrued"], "amount": value}))
    return page


def dearer(shape):
    """The same row with a rouble more to pay; the row in itself is right."""
    again = deepcopy(shape)
    for money_of in [again["total_amount"], *[fee["accrued"] for fee in islice(fees_in(again), 1)]]:
        money_of["amount"] = str(Decimal(money_of["amount"]) - 1)
    return again


def spoil_first(page, spoil):
    """The first fee of the first row that has one."""
    for shape in page:
        for fee in fees_in(shape):
            spoil(fee)
            return


def fees_in(shape):
    for product in (shape["posting"] or {}).get("products", ()):
        yield from product["delivery"]["services"]
    for item in (shape["item_fees"] or {}).get("fees", ()):
        yield from item["fees"]
    if shape["non_item_fee"]:
        yield shape["non_item_fee"]
    yield from (shape["container_fees"] or {}).get("fees", ())
