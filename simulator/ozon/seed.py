"""Filling the cabinet: the same seed always gives the same goods and the same postings."""

from datetime import timedelta
from decimal import Decimal

from simulator.ozon import documented, names
from simulator.ozon.models import Line, Posting, Product, Stock, Warehouse

FBS, FBS_BIG, RFBS = 1_020_005_003_107_121, 20_605_650_762_000, 15_588_127_982_000
FBO, FBO_FAR = 1_020_001_835_658_000, 15_431_806_189_000
FIRST_PRODUCT, FIRST_SKU = 118_597_312, 147_035_011
# What a morning in a seller's cabinet looks like: most postings wait, some are on their way.
STATUSES = (
    ("awaiting_packaging", "posting_created", 70),
    ("awaiting_deliver", "posting_transferring_to_delivery", 10),
    ("delivering", "posting_on_way_to_city", 8),
    ("delivered", "posting_delivered", 7),
    ("cancelled", "posting_canceled", 5),
)
SUBSTATUS = {status: substatus for status, substatus, _weight in STATUSES} | {
    "awaiting_approve": "posting_created",
    "awaiting_verification": "posting_created",
    "awaiting_registration": "posting_awaiting_registration",
    "acceptance_in_progress": "posting_acceptance_in_progress",
    "arbitration": "posting_in_arbitration",
    "client_arbitration": "posting_in_client_arbitration",
    "driver_pickup": "posting_driver_pick_up",
    "not_accepted": "posting_not_in_sort_center",
}
SHIPPED = {"awaiting_deliver", "delivering", "delivered", "driver_pickup", "acceptance_in_progress", "not_accepted"}


def fill(state, products, postings):
    """A cabinet with ``products`` listings and ``postings`` postings, the documentation's examples included."""
    add_warehouses(state)
    with_examples = documented.wanted(products, postings)
    made = documented.products(state.clock.now() - timedelta(days=300)) if with_examples else []
    made = [make_product(state, index) for index in range(products - len(made))] + made
    for product in made:
        state.add_product(product)
        add_stock(state, product)
    examples = documented.postings(state) if with_examples else []
    fresh = [make_posting(state, random_lines(state)) for _ in range(postings - len(examples))] if products else []
    state.add_postings(fresh + examples, announce=False)


def add_warehouses(state):
    for warehouse in (
        Warehouse(
            FBS, "Основной FBS", False, "Ногинск", "Россия, Московская обл., Ногинск, ул. Складская, 1", 55.85, 38.44
        ),
        Warehouse(
            FBS_BIG, "Софьино", False, "Софьино", "Россия, Московская обл., Софьино, ССТ, к2", 55.49, 38.17, "BIG"
        ),
        Warehouse(RFBS, "Своя доставка", True, "Москва", "Россия, Москва, ул. Промышленная, 5"),
    ):
        # For FBS the warehouse's number is used as the delivery method's, only rFBS has numbers of its own.
        warehouse.delivery_method_id = warehouse.warehouse_id + (1 if warehouse.is_rfbs else 0)
        warehouse.delivery_method_name = f"Доставка Ozon самостоятельно, {warehouse.city}"
        if warehouse.is_rfbs:
            warehouse.delivery_method_name = "Курьер по городу"
            warehouse.provider_id, warehouse.provider_name = 0, "Другая служба доставки"
        state.warehouses[warehouse.warehouse_id] = warehouse
    for warehouse in (Warehouse(FBO, "ХОРУГВИНО_РФЦ", city="Москва"), Warehouse(FBO_FAR, "ОМСК_РФЦ", city="Омск")):
        warehouse.is_fbo = True
        state.fbo_warehouses[warehouse.warehouse_id] = warehouse


def make_product(state, index):
    rng = state.rng
    good, variant, price = names.GOODS[index % len(names.GOODS)]
    brand, colour = rng.choice(names.BRANDS), rng.choice(names.COLOURS)
    price = Decimal(price) + Decimal(rng.randint(-20, 60)) + Decimal(rng.randrange(100)) / 100
    return Product(
        product_id=FIRST_PRODUCT + index,
        sku=FIRST_SKU + index,
        offer_id=offer_id(index),
        name=f"{good} «{brand}», {variant}, {colour}",
        barcode="" if index % 50 == 49 else ean13(f"460{index + 1_000_001:09d}"),
        price=price,
        old_price=(price * Decimal("1.25")).quantize(Decimal("0.01")),
        vat=names.vat_of(good),
        archived=index % 40 == 39,
        status="failed" if index % 60 == 58 else "price_sent",
        mandatory_mark=good.startswith(names.MARKED),
        weight_g=rng.randrange(50, 3000, 10),
        size_mm=tuple(rng.randrange(50, 400, 10) for _ in range(3)),
        created_at=state.clock.now().replace(microsecond=0) - timedelta(days=rng.randint(30, 700)),
    )


def offer_id(index):
    """Articles as sellers write them: some with Cyrillic letters, spaces and brackets."""
    return f"Артикул {index} (синий)" if index % 25 == 24 else f"SM-{index + 1:05d}"


def ean13(twelve):
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"


def add_stock(state, product):
    if product.archived or product.status != "price_sent":
        return
    for warehouse_id in state.warehouses:
        free = state.rng.choice((0, 3, 12, 25, 60, 120))
        state.stocks[product.product_id, warehouse_id] = Stock(free=free, updated_at=state.clock.now())


# -- postings ----------------------------------------------------------------------------------------------------------


def sellable(state):
    products = [p for p in state.products.values() if not p.archived and p.status == "price_sent"]
    return products or list(state.products.values())


def random_lines(state, fewest=1, most=3, goods=None, weights=(80, 15, 5)):
    goods = goods or sellable(state)
    count = min(state.rng.randint(fewest, most), len(goods))
    chosen = state.rng.sample(goods, count)
    return [make_line(state, product, state.rng.choices((1, 2, 3), weights)[0]) for product in chosen]


def make_line(state, product, quantity, price=None, currency=None, name=None, mandatory_mark=None):
    return Line(
        sku=product.sku,
        product_id=product.product_id,
        offer_id=product.offer_id,
        name=name or product.name,
        quantity=quantity,
        price=product.shown_price if price is None else price,
        old_price=max(product.old_price, product.shown_price if price is None else price),
        currency=currency or state.settings.currency,
        mandatory_mark=product.mandatory_mark if mandatory_mark is None else mandatory_mark,
    )


def make_posting(state, lines, status=None, warehouse=None, in_process_at=None, shipment_date=None):
    rng, now = state.rng, state.clock.now().replace(microsecond=0)
    if status is None:
        status = rng.choices([row[0] for row in STATUSES], [row[2] for row in STATUSES])[0]
    if warehouse is None:
        drawn = rng.choices((FBS, FBS_BIG, RFBS), (6, 3, 1))[0]
        # One that was closed sells nothing any more.
        warehouse = state.warehouses.get(drawn) or next(iter(state.warehouses.values()))
    in_process_at = in_process_at or now - timedelta(seconds=rng.randint(60, 3 * 86400))
    order_number = fresh_order_number(state)
    posting = Posting(
        number=f"{order_number}-1",
        id=next(state.ids),
        order_id=33_000_000_000 + rng.randrange(10**9),
        order_number=order_number,
        status=status,
        substatus=SUBSTATUS.get(status, "posting_created"),
        warehouse=warehouse,
        in_process_at=in_process_at,
        shipment_date=shipment_date or in_process_at.replace(hour=9, minute=0, second=0) + timedelta(days=2),
        changed_at=max(in_process_at, now - timedelta(hours=1)),
        lines=lines,
    )
    make_barcodes(posting)
    dress(state, posting, now)
    return posting


def fresh_order_number(state):
    while True:
        number = f"{state.rng.randrange(10**7, 10**9):010d}-{state.rng.randrange(1, 300):04d}"
        if number not in state.suffixes:
            # Taken from now on, before the posting is filed, so that a batch cannot draw it twice.
            state.suffixes[number] = 0
            return number


def make_barcodes(posting):
    posting.upper_barcode = f"%101%{posting.id}"
    posting.lower_barcode = f"20{posting.id}000"


def dress(state, posting, now):
    """What goes with the status and the scheme, and the parts that are missing now and then."""
    number = posting.id
    posting.is_legal = number % 17 == 0
    missing = {"financial_data": 9, "analytics_data": 13, "customer": 7}
    posting.missing = frozenset(part for part, every in missing.items() if number % every == 0)
    if posting.is_rfbs:
        posting.buyer = make_buyer(state, number)
    if posting.status in SHIPPED:
        posting.shipped_at = now - timedelta(minutes=30)
    if posting.status in ("delivering", "delivered"):
        posting.delivering_at = now - timedelta(minutes=20)
        posting.tracking_number = "" if posting.is_fbo else f"ZZV-{number}"
    if posting.status == "delivered":
        posting.delivered_at = now - timedelta(minutes=5)
        posting.substatus = "posting_received" if posting.is_fbo else posting.substatus
    if posting.status == "cancelled":
        posting.cancellation = {
            "cancel_reason_id": 501, "cancel_reason": "Покупатель передумал", "cancellation_type": "client",
            "cancelled_after_ship": False, "affect_cancellation_rating": False, "cancellation_initiator": "Клиент",
        }  # fmt: skip


def make_buyer(state, number):
    region, city, zip_code = state.rng.choice(names.PLACES)
    address = {
        "address_tail": f"{state.rng.choice(names.STREETS)}, д. {number % 90 + 1}, кв. {number % 200 + 1}",
        "city": city,
        "comment": "Домофон не работает" if number % 3 == 0 else "",
        "country": "Россия",
        "district": "",
        "latitude": 55.7558,
        "longitude": 37.6176,
        "provider_pvz_code": "",
        "pvz_code": 0,
        "region": region,
        "zip_code": zip_code,
    }
    # The phone is a substitute number, never the buyer's own.
    name, phone = state.rng.choice(names.PEOPLE), f"+7495{number % 10**7:07d}"
    buyer = {"customer_id": 10_000_000 + number % 10**6, "name": name, "phone": phone}
    return {**buyer, "region": region, "city": city, "address": address}


def insert_late_posting(state, first):
    """A posting that appears where a reader has already been: right behind the first one of a page just read."""
    lines = random_lines(state, most=1)
    late = make_posting(
        state,
        lines,
        "awaiting_packaging",
        first.warehouse,
        first.in_process_at + timedelta(seconds=1),
        first.shipment_date,
    )
    state.add_posting(late)
