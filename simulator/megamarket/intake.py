"""Offers and orders that a caller of the control API describes himself, or asks for by the dozen."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from simulator.clock import parse_time
from simulator.intake import check_fields, wanted
from simulator.megamarket.models import (
    DELIVERED,
    DELIVERY,
    NEW,
    ON_THE_WAY,
    PACKED,
    SCHEMES,
    STATUSES,
    Lot,
    Merchant,
    Offer,
    Shipment,
)

MERCHANT_FIELDS = {
    *("merchant_id", "token", "scheme", "name", "new_url", "cancel_url", "login", "password", "feed_url"),
    "price_source",
}
PRODUCT_FIELDS = {"offer_id", "name", "barcode", "price", "old_price", "vat", "stock", "mark", "category", "available"}
MINUTES = {"confirm_minutes": 240, "packing_minutes": 1440, "shipping_minutes": 4320, "reserve_minutes": 28800}
DBS_MINUTES = {**MINUTES, "packing_minutes": 180}
POSTING_FIELDS = {
    *("lines", "delivery_price", "prepaid", "shipment_id", "status", "announce", "customer", "missing_handover"),
    *("created_at", "delivery_from", "delivery_to", "changeable", "overrides", "get_overrides", *MINUTES),
}
LINE_FIELDS = {"offer_id", "quantity", "price", "discounts", "tax_rate", "mark", "name"}
DISCOUNTS = {"LOY": "Скидка БР", "BPG": "BPG", "BPG20": "BPG20"}
CUSTOMERS = ("Тестов Тест", "Примерова Анна", "Образцов Пётр", "Пробная Мария")


def account(state, body):
    """The shop of a call, as number or text; the first one by default."""
    chosen = body.get("account")
    if chosen in (None, ""):
        return next(iter(state.merchants.values()))
    number = int(chosen) if str(chosen).isdecimal() else None
    if number not in state.merchants:
        raise LookupError(f"no merchant {chosen}; there are {', '.join(map(str, state.merchants))}")
    return state.merchants[number]


def roubles(value, what="price", least=0):
    """Whole ones: a fraction is cut off, as everywhere in this marketplace; ``least`` is put in the place of less."""
    try:
        amount = max(least, int(Decimal(str(value))))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"{what} is not an amount: {value!r}") from None
    if amount < 1:
        raise ValueError(f"{what} must be at least 1")
    return amount


def tax_rate(value):
    """ "0.22", "22", "NOT" and null, as an order tells them."""
    if value in (None, "", "NOT", "NO_VAT"):
        return "NOT"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"not a VAT rate: {value!r}") from None
    return str(int(number * 100 if number < 1 else number))


# -- shops and offers --------------------------------------------------------------------------------------------------


def put_merchant(state, spec):
    """Add a shop, or change the one that is there: the number is the key."""
    check_fields(spec, MERCHANT_FIELDS, "merchant")
    if not str(spec.get("merchant_id", "")).isdecimal():
        raise ValueError("merchant_id must be a number")
    number = int(spec["merchant_id"])
    values = {name: str(spec[name] or "") for name in MERCHANT_FIELDS & set(spec) if name != "merchant_id"}
    if values.get("scheme", SCHEMES[0]) not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}")
    if values.get("price_source", "api") not in ("api", "feed"):
        raise ValueError("price_source must be api or feed")
    merchant = state.merchants.get(number)
    token = values.get("token") or (merchant and merchant.token)
    if not token:
        raise ValueError("a new merchant needs a token")
    if any(other.token == token and other.merchant_id != number for other in state.merchants.values()):
        raise ValueError("this token belongs to another merchant")
    merchant = state.merchants.setdefault(number, merchant or Merchant(number, token))
    for name, value in values.items():
        setattr(merchant, name, value)
    return merchant


def put_product(state, merchant, spec):
    check_fields(spec, PRODUCT_FIELDS, "product")
    if not isinstance(spec.get("offer_id"), str) or not spec["offer_id"]:
        raise ValueError("offer_id is required")
    offer = find_or_make(state, merchant, spec["offer_id"])
    for name in ("name", "barcode", "mark", "category", "available"):
        if name in spec:
            setattr(offer, name, spec[name])
    offer.name = offer.name or offer.offer_id
    if "price" in spec:
        # What costs less than a rouble is sold for one: a shop's whole catalogue must not fail for a bag.
        offer.base_price = roubles(spec["price"], least=1)
    if spec.get("old_price"):
        offer.old_price = roubles(spec["old_price"], "old_price")
    if "vat" in spec:
        offer.tax_rate = tax_rate(spec["vat"])
    if "stock" in spec:
        offer.stock = None if spec["stock"] is None else int(spec["stock"])
    return offer


def find_or_make(state, merchant, offer_id):
    if offer_id not in merchant.offers:
        merchant.offers[offer_id] = Offer(offer_id, str(next(state.goods_numbers)))
    return merchant.offers[offer_id]


# -- orders ------------------------------------------------------------------------------------------------------------


def make_postings(state, body):
    """[(shipment, whether it is announced)]; nothing is added when one of them is wrong."""
    check_fields(body, {"account", "count", "postings"}, "request for postings")
    merchant = account(state, body)
    if "postings" in body:
        return [described(state, merchant, spec) for spec in wanted(body, "postings")]
    return [(random_shipment(state, merchant), True) for _ in range(int(body.get("count", 1)))]


def random_shipment(state, merchant):
    goods = [offer for offer in merchant.offers.values() if offer.sellable and not offer.mark]
    if not goods:
        raise ValueError(f"merchant {merchant.merchant_id} has no offer that can be sold")
    lines = [
        {"offer_id": offer.offer_id, "quantity": state.rng.choice((1, 1, 1, 2)), "discounts": bonuses(state, offer)}
        for offer in state.rng.sample(goods, min(len(goods), state.rng.randint(1, 3)))
    ]
    spec = {"lines": lines, "prepaid": state.rng.random() < 0.7}
    if merchant.is_dbs and state.rng.random() < 0.5:
        spec["delivery_price"] = state.rng.choice((299, 500, 800))
    return described(state, merchant, spec)[0]


def bonuses(state, offer):
    """Now and then the loyalty programme pays a twentieth."""
    amount = offer.price // 20
    return [{"type": "LOY", "amount": amount}] if amount and state.rng.random() < 0.25 else []


def described(state, merchant, spec):
    check_fields(spec, POSTING_FIELDS, "posting")
    lots = [lot for line in wanted(spec, "lines") for lot in lots_of(state, merchant, line)]
    if not lots:
        raise ValueError("a posting needs lines")
    if spec.get("delivery_price") is not None:
        lots.append(delivery_lot(state, merchant, spec["delivery_price"]))
    for place, lot in enumerate(lots, 1):
        lot.index = place
    number = str(spec.get("shipment_id") or next(state.numbers[merchant.scheme]))
    if number in merchant.shipments:
        raise ValueError(f"there is a shipment {number} already")
    shipment = Shipment(
        number,
        merchant,
        parse_time(spec["created_at"]) if spec.get("created_at") else state.clock.now(),
        lots,
        str(next(state.delivery_numbers[merchant.scheme])),
        make_customer(state, spec.get("customer")),
        prepaid=bool(spec.get("prepaid", True)),
        changeable=bool(spec.get("changeable", True)),
        missing_handover=bool(spec.get("missing_handover")),
        overrides=spec.get("overrides"),
        get_overrides=spec.get("get_overrides"),
    )
    set_dates(shipment, spec)
    set_status(shipment, spec.get("status", NEW))
    return shipment, bool(spec.get("announce", True))


def lots_of(state, merchant, line):
    """One lot per piece. An article nobody knows may be ordered by price: its listing has gone since."""
    check_fields(line, LINE_FIELDS, "line")
    offer = merchant.offers.get(line.get("offer_id"))
    price = line["price"] if line.get("price") is not None else offer and offer.price
    if price is None or not line.get("offer_id"):
        raise ValueError(f"no offer with a price for {line.get('offer_id')!r}")
    offer = offer or Offer(line["offer_id"], str(next(state.goods_numbers)), line["offer_id"])
    quantity = int(line.get("quantity", 1))
    if quantity < 1:
        raise ValueError("quantity must be positive")
    return [lot_of(offer, line, roubles(price)) for _piece in range(quantity)]


def lot_of(offer, line, price):
    lot = Lot(
        0,
        offer.offer_id,
        offer.goods_id,
        line.get("name") or offer.name,
        price,
        [discount(row) for row in line.get("discounts") or ()],
        # An explicit null is a lot without a rate, which is met.
        line["tax_rate"] if "tax_rate" in line else offer.tax_rate,
        bool(line.get("mark", offer.mark)),
        offer.category,
    )
    if lot.final_price < 0:
        raise ValueError(f"discounts of {offer.offer_id} are more than its price")
    return lot


def discount(row):
    """{"type", "amount"} for short, or as the marketplace writes it."""
    check_fields(row, {"type", "amount", "discountType", "discountDescription", "discountAmount"}, "discount")
    kind = row.get("type") or row.get("discountType") or "LOY"
    amount = roubles(row.get("amount", row.get("discountAmount")), "discount")
    description = row.get("discountDescription") or DISCOUNTS.get(kind, kind)
    return {"discountType": kind, "discountDescription": description, "discountAmount": amount}


def delivery_lot(state, merchant, price):
    if not merchant.is_dbs:
        raise ValueError("delivery_price is of DBS only")
    goods_id = str(next(state.goods_numbers))
    return Lot(0, DELIVERY, goods_id, "Доставка", roubles(price, "delivery_price"), tax_rate=None, category="Доставка")


def make_customer(state, given):
    house = str(state.rng.randint(1, 90))
    customer = {
        "name": state.rng.choice(CUSTOMERS),
        "phone": "79000000000",
        "email": "",
        "region": "Москва",
        "city": "Москва",
        "street": "улица Примерная",
        "house": house,
        "flat": None,
        "postal_code": "100000",
        "address": f"Москва, улица Примерная, {house}",
        "comment": "",
    }
    check_fields(given or {}, set(customer), "customer")
    return {**customer, **(given or {})}


def set_dates(shipment, spec):
    """Deadlines come per order; these are ours (inferred), in minutes after the order."""
    dbs = shipment.merchant.is_dbs
    base = shipment.created_at.replace(microsecond=0)
    minutes = {**(DBS_MINUTES if dbs else MINUTES), **{name: spec[name] for name in MINUTES if name in spec}}
    after = {name: base + timedelta(minutes=float(value)) for name, value in minutes.items()}
    shipment.packing_until = after["packing_minutes"]
    if dbs:
        shipment.reserve_until = after["reserve_minutes"]
    else:
        shipment.confirm_until, shipment.shipping_until = after["confirm_minutes"], after["shipping_minutes"]
    moments = {name: parse_time(spec[name]) for name in ("delivery_from", "delivery_to") if spec.get(name)}
    shipment.delivery_from = moments.get(
        "delivery_from", (base + timedelta(days=4)).replace(hour=7, minute=0, second=0)
    )
    shipment.delivery_to = moments.get("delivery_to", shipment.delivery_from + timedelta(hours=10))


def set_status(shipment, status):
    """An order that begins in the middle of its way: what came before is made up."""
    if status not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}")
    packed = status == DELIVERED or (status in ON_THE_WAY and ON_THE_WAY.index(status) >= ON_THE_WAY.index(PACKED))
    for lot in shipment.lots:
        lot.status = status
        if packed and not shipment.merchant.is_dbs:
            lot.boxes = [{"boxIndex": 1, "boxCode": f"{shipment.merchant.merchant_id}*{shipment.number}*1"}]
    if packed:
        shipment.order_code = shipment.number


def take_from_stock(shipment):
    """What is bought is no longer offered, until the merchant tells a new number (inferred)."""
    for lot in shipment.goods:
        offer = shipment.merchant.offers.get(lot.offer_id)
        if offer and offer.stock:
            offer.stock -= 1
