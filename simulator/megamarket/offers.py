"""offerService: manual prices and stocks, by article."""

from simulator.megamarket.errors import plain
from simulator.megamarket.registry import OFFERS, method, rows

# 300 are recommended; where the real limit lies is inferred.
MOST = 1000


@method("manualPrice/save", root=OFFERS)
def save_prices(call):
    """``isDeleted`` drops the manual price, whatever ``price`` says, and that of the feed is back."""
    prices = read_rows(call, "prices")
    for row in prices:
        check_price(row)
    if prices and call.merchant.price_source == "feed":
        # Inferred: the source of prices is agreed upon with a manager, and is one of both.
        raise plain("Цены магазина передаются в фиде, а не через API")

    def store(offer, row):
        offer.manual_price = None if row.get("isDeleted") else row["price"]

    saved, warnings = apply(call, prices, store)
    return {"savedPrices": saved, "warnings": warnings}


@method("stock/update", root=OFFERS)
def update_stocks(call):
    stocks = read_rows(call, "stocks")
    for row in stocks:
        if not is_whole(row.get("quantity")) or row["quantity"] < 0:
            raise plain(f"quantity of {row['offerId']} must be an integer of 0 or more")

    def store(offer, row):
        offer.stock = row["quantity"]

    _saved, warnings = apply(call, stocks, store)
    return {"warnings": warnings} if warnings else {}


def read_rows(call, name):
    found = rows(call.data, name, plain, empty=True)
    if len(found) > MOST:
        raise plain(f"{name}: {MOST} rows at most")
    for row in found:
        if not isinstance(row.get("offerId"), str) or not row["offerId"]:
            raise plain(f"offerId must be text, not {row.get('offerId')!r}")
    return found


def check_price(row):
    deleted = row.get("isDeleted", False)
    if not isinstance(deleted, bool):
        raise plain(f"isDeleted of {row['offerId']} must be true or false")
    if not is_whole(row.get("price")) or row["price"] < 0 or (not deleted and row["price"] == 0):
        raise plain(f"price of {row['offerId']} must be a whole number of roubles above 0")


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def apply(call, found, store):
    """(rows that were taken, warnings about articles nobody knows)"""
    saved, warnings = 0, []
    for row in found:
        offer = call.merchant.offers.get(row["offerId"])
        if offer is None:
            warnings.append({"offerId": row["offerId"], "warning": "Оффер не найден"})
            continue
        store(offer, row)
        saved += 1
    return saved, warnings
