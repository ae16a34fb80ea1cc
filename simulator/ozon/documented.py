"""Postings with the very values of Ozon's documentation examples (documented.json), odd shapes included:
identifiers as numbers where texts are described, undescribed actions, nulls, prices without kopecks, an FBS posting
with a buyer. Only the dates are moved, so that the postings fall into the period a seller looks at.
"""

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from simulator.clock import format_time, parse_time
from simulator.ozon.models import Line, Posting, Product

EXAMPLES = Path(__file__).with_name("documented.json")
DATE = re.compile(r"^(?!9999)\d{4}-\d\d-\d\dT[\d:.]+Z$")
AGE = timedelta(days=1)
FEWEST = 10


def wanted(products, postings):
    """A tiny cabinet is somebody's test of something else: the examples would only be in its way."""
    return products >= FEWEST and postings >= FEWEST


def examples():
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def products(created_at):
    """The listings of the examples, so that their postings can be matched."""
    lines = {line["sku"]: line for posting in all_examples() for line in posting["products"]}
    return [
        Product(
            product_id=3_397_917_680 + index,
            sku=sku,
            offer_id=line["offer_id"],
            name=line["name"],
            barcode=f"200000000{index:03d}",
            price=price_of(line),
            old_price=price_of(line),
            created_at=created_at,
        )
        for index, (sku, line) in enumerate(lines.items())
    ]


def all_examples():
    found = examples()
    return found["v4"] + found["get"]


def price_of(line):
    price = line["price"]
    return Decimal(price["amount"] if isinstance(price, dict) else price)


def postings(state):
    found, now = examples(), state.clock.now()
    made = [documented_posting(state, example, now) for example in all_examples()]
    for posting, example in zip(made, found["v4"], strict=False):
        posting.overrides = moved(example, now)
    for posting, example in zip(made[len(found["v4"]) :], found["get"], strict=True):
        posting.get_overrides = moved(example, now)
    return made


def documented_posting(state, example, now):
    fresh = moved(example, now)
    warehouse = state.warehouses[example["delivery_method"]["warehouse_id"]]
    assembled = example["status"] != "awaiting_packaging"
    return Posting(
        number=example["posting_number"],
        id=next(state.ids),
        order_id=example["order_id"],
        order_number=example["order_number"],
        status=example["status"],
        substatus=example["substatus"],
        previous_substatus=example.get("previous_substatus", ""),
        warehouse=warehouse,
        in_process_at=parse_time(fresh["in_process_at"]),
        shipment_date=parse_time(fresh["shipment_date"]),
        changed_at=parse_time(fresh["in_process_at"]),
        lines=[documented_line(state, line) for line in example["products"]],
        upper_barcode=(example["barcodes"] or {}).get("upper_barcode", "%101%10293145035"),
        lower_barcode=(example["barcodes"] or {}).get("lower_barcode", "201864523528000"),
        shipped_at=now - timedelta(hours=1) if assembled else None,
        documented=True,
    )


def documented_line(state, line):
    product = state.by_sku[line["sku"]]
    price = price_of(line)
    return Line(line["sku"], product.product_id, line["offer_id"], line["name"], line["quantity"], price, price, "RUB")


def moved(example, now):
    """The example with all its moments shifted by the same amount; the end of time stays where it is."""
    shift = (now - AGE).replace(microsecond=0) - parse_time(example["in_process_at"])
    return shifted(example, shift)


def shifted(value, shift):
    if isinstance(value, dict):
        return {key: shifted(item, shift) for key, item in value.items()}
    if isinstance(value, list):
        return [shifted(item, shift) for item in value]
    if isinstance(value, str) and DATE.match(value):
        return format_time(parse_time(value) + shift)
    return value
