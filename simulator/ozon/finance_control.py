"""The cabinet's money in the control API: accruals added and changed by hand, payments, a whole month at once."""

from datetime import date
from decimal import Decimal

from simulator.clock import parse_time
from simulator.intake import check_fields, wanted
from simulator.ozon import finance_month
from simulator.ozon.accruals import CATEGORIES, ZERO, Fee, Sold
from simulator.ozon.intake import money

COMMON = {"date", "category", "unit_number", "number", "currency", "scheme", "in_report", "overrides"}
SIMPLE = {"type_id", "amount", "sku", "fees"}
FEE = {"type_id", "amount", "sku"}
PRODUCT = {
    "sku", "offer_id", "quantity", "seller_price", "sale_price", "bonus", "coinvestment", "sale_amount", "commission",
    "ratio", "services",
}  # fmt: skip
CHANGES = {"amount", "commission", "services", "sku", "overrides", "remove"}


def day_of(spec, name="date"):
    value = spec.get(name)
    try:
        return date.fromisoformat(value) if len(value) == len("2026-01-31") else parse_time(value).date()
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a day like 2026-01-31, got {value!r}") from None


# -- accruals ----------------------------------------------------------------------------------------------------------


def list_accruals(world, request, _body):
    """?date=YYYY-MM-DD; without a day all that have come by now, and the numbers of the removed ones."""
    book = world.ozon.book
    day = day_of(request.args) if "date" in request.args else None
    rows = book.of_day(day) if day else book.between(date.min, book.today)
    return {"accruals": [view(accrual) for accrual in rows], "removed": sorted(book.removed)}


def view(accrual):
    return {
        "id": accrual.id,
        "date": str(accrual.date),
        "category": accrual.category,
        "unit_number": accrual.unit_number,
        "currency": accrual.currency,
        "total": str(accrual.total),
        "sale_amount": str(sum((sold.sale_amount for sold in accrual.products), ZERO)),
        "commission": str(sum((sold.commission for sold in accrual.products), ZERO)),
        "fees": [{"type_id": fee.type_id, "amount": str(fee.amount), "sku": sku} for sku, fee in accrual.all_fees()],
        "versions": accrual.versions,
    }


def add_accruals(world, _request, body):
    """Rows of COMMON, with either SIMPLE or ``products`` of PRODUCT → {"ids"}."""
    return {"ids": [add_accrual(world.ozon, spec).id for spec in wanted(body, "accruals")]}


def add_accrual(state, spec):
    check_fields(spec, COMMON | ({"products"} if "products" in spec else SIMPLE), "accrual")
    category = spec.get("category", "POSTING" if "products" in spec else "NON_ITEM")
    if category not in CATEGORIES:
        raise ValueError(f"category must be one of {', '.join(CATEGORIES)}")
    if (category == "POSTING") != ("products" in spec):
        raise ValueError("accruals of POSTING, and only they, have products")
    content = (
        {"products": [sold_of(state, row) for row in wanted(spec, "products")]}
        if category == "POSTING"
        else {"fees": fees_of(spec, category)}
    )
    return state.book.add(
        day_of(spec),
        category,
        spec.get("unit_number") or spec.get("number") or "",
        spec.get("currency"),
        scheme=spec.get("scheme", "fbs") if category == "POSTING" else "",
        reported=bool(spec.get("in_report", True)),
        overrides=spec.get("overrides"),
        **content,
    )


def fees_of(spec, category):
    rows = spec["fees"] if "fees" in spec else [{name: spec[name] for name in FEE if name in spec}]
    for row in rows:
        check_fields(row, FEE, "fee")
        if missing := {"type_id", "amount"} - set(row):
            raise ValueError(f"a fee needs {', '.join(sorted(missing))}")
    if category == "NON_ITEM" and len(rows) != 1:
        raise ValueError("an accrual of NON_ITEM has exactly one fee")
    return [(row.get("sku"), Fee(int(row["type_id"]), money(row["amount"]))) for row in rows]


def sold_of(state, row):
    """Left out: the gross is price times quantity, the buyer paid what Ozon and partners did not, the ratio follows."""
    check_fields(row, PRODUCT, "product of an accrual")
    quantity = int(row.get("quantity", 1))
    price, bonus, coinvestment, commission = (
        money(row.get(name, 0)) for name in ("seller_price", "bonus", "coinvestment", "commission")
    )
    if quantity < 1:
        raise ValueError("quantity must be positive")
    sale_amount = money(row.get("sale_amount", price * quantity))
    own_price = ((sale_amount - bonus - coinvestment) / quantity).quantize(Decimal("0.01"))
    ratio = abs(commission / sale_amount).quantize(Decimal("0.0001")) if sale_amount else Decimal(0)
    return Sold(
        sku_of(state, row),
        quantity,
        seller_price=price,
        sale_price=money(row.get("sale_price", own_price)),
        bonus=bonus,
        coinvestment=coinvestment,
        sale_amount=sale_amount,
        ratio=money(row.get("ratio", ratio)),
        commission=commission,
        services=services_of(row.get("services", {})),
    )


def sku_of(state, row):
    if "offer_id" not in row:
        if not row.get("sku"):
            raise ValueError("a product of an accrual needs sku or offer_id")
        return int(row["sku"])
    product = state.by_offer.get(row["offer_id"])
    if product is None:
        raise LookupError(f"no listing for {row['offer_id']!r}")
    return product.sku


def services_of(services):
    """{type: amount}, or a list of [type, amount] where one type comes twice."""
    pairs = services.items() if isinstance(services, dict) else services
    return [Fee(int(kind), money(amount)) for kind, amount in pairs]


def change_accrual(world, accrual_id, body):
    """What Ozon changes later in a day that has passed; the version before is kept."""
    check_fields(body, CHANGES, "change of an accrual")
    book = world.ozon.book
    accrual = book.rows.get(int(accrual_id))
    if accrual is None:
        raise LookupError(f"no accrual {accrual_id}")
    if body.get("remove"):
        book.remove(accrual)
        return {**view(accrual), "removed": True}
    book.keep_version(accrual)
    if "services" in body or "commission" in body:
        change_product(accrual, body)
    if "amount" in body:
        change_total(accrual, money(body["amount"]))
    if "overrides" in body:
        accrual.overrides = body["overrides"]
    return view(accrual)


def change_product(accrual, body):
    found = [sold for sold in accrual.products if sold.sku == body.get("sku", sold.sku)]
    if not found:
        raise ValueError("this accrual has no such product")
    if "services" in body:
        found[0].services = services_of(body["services"])
    if "commission" in body:
        found[0].commission = money(body["commission"])


def change_total(accrual, amount):
    """A new total: the first fee takes the difference, of a posting the first product's commission."""
    difference = amount - accrual.total
    if accrual.products:
        accrual.products[0].commission += difference
    else:
        accrual.fees[0][1].amount += difference


# -- payments and months -----------------------------------------------------------------------------------------------


def add_payout(world, _request, body):
    check_fields(body, {"date", "amount", "currency"}, "payout")
    row = world.ozon.book.payouts.add(day_of(body), money(body["amount"]), body.get("currency"))
    return {"date": str(row.date), "amount": str(row.amount), "currency": row.currency}


def list_payouts(world, _request, _body):
    rows = sorted(world.ozon.book.payouts.rows, key=lambda row: row.date)
    return {"payouts": [{"date": str(row.date), "amount": str(row.amount), "currency": row.currency} for row in rows]}


def make_month(world, _request, body):
    return finance_month.make(world.ozon, body)


FLAT = {
    ("GET", "accruals", 1): list_accruals,
    ("POST", "accruals", 1): add_accruals,
    ("GET", "payouts", 1): list_payouts,
    ("POST", "payout", 1): add_payout,
    ("POST", "month", 1): make_month,
}
