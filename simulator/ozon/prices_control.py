"""What the control API can do with prices: what the seller does in the cabinet, and what Ozon takes."""

from simulator.intake import check_fields, wanted
from simulator.ozon import intake, prices
from simulator.ozon.products import least_price

ROW = {
    *("offer_id", "price", "old_price", "min_price", "strategy_price", "release"),
    *("commission_percent", "commissions"),
}


def list_prices(world, _request, _body):
    return {"prices": [view(world.ozon, product) for product in world.ozon.products.values()]}


def view(cabinet, product):
    waiting = product.quarantine
    return {
        "offer_id": product.offer_id,
        "product_id": product.product_id,
        "shown_price": str(product.shown_price),
        "price": str(product.price),
        "old_price": str(product.old_price),
        "min_price": str(least_price(cabinet, product)),
        "quarantined_price": waiting and str(waiting.price),
        "strategy_price": None if product.strategy_price is None else str(product.strategy_price),
        "vat": product.vat,
        "commissions": prices.commissions(product),
    }


def put_prices(world, _request, body):
    """Rows of ``ROW``. ``release`` confirms what waits in quarantine, ``strategy_price`` null ends the strategy."""
    rows = wanted(body, "prices")
    for row in rows:
        check_fields(row, ROW, "price")
        put_price(world.ozon, intake.listing(world.ozon, row), row)
    return {"count": len(rows)}


def put_price(cabinet, product, row):
    price, old, least = (amount(row, name) for name in ("price", "old_price", "min_price"))
    if price is not None:
        product.price, product.quarantine = price, None
    product.old_price = product.old_price if old is None else old
    prices.show_least(cabinet, product, least)
    if "strategy_price" in row:
        product.strategy_price = amount(row, "strategy_price")
    if row.get("release") and product.quarantine is not None:
        prices.show(cabinet, product, product.quarantine)
    product.commission_percent = row.get("commission_percent", product.commission_percent)
    fees = row.get("commissions", {})
    if unknown := set(fees) - {*prices.FEES, *prices.PERCENTS}:
        raise ValueError(f"unknown commissions: {', '.join(sorted(unknown))}")
    product.fees.update(fees)


def amount(row, name):
    return None if row.get(name) is None else intake.money(row[name])
