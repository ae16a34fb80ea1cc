"""Assembling: ship, partial ship, split, number of boxes. The answer says "accepted"; the outcome comes later."""

from collections import Counter
from dataclasses import replace

from simulator.clock import format_time
from simulator.ozon import exemplars
from simulator.ozon.errors import invalid, wrong_state
from simulator.ozon.models import Posting
from simulator.ozon.registry import method
from simulator.ozon.seed import make_barcodes
from simulator.ozon.validation import Flag, Integer, Many, Message, Text

LINE = {"product_id": Integer(required=True, low=1), "quantity": Integer(required=True, low=1)}
SHIP = {
    "posting_number": Text(required=True),
    "packages": Many(
        Message("FbsPostingShipV4Request_Package", {"products": Many(Message("PackageProduct", LINE), required=True)}),
        required=True,
    ),
    "with": Message("With", {"additional_data": Flag()}),
}


@method("/v4/posting/fbs/ship", "posting", SHIP, "FbsPostingShipV4Request", writes=True)
def ship(call):
    """Whole posting; several packages split it into several postings."""
    state, posting = call.state, call.state.posting(call.body["posting_number"])
    check_may_ship(state, posting)
    packages = [units_of(package["products"]) for package in call.body["packages"]]
    check_units(posting, packages, whole=True)
    exemplars.check_filled(posting)
    parcels = split_off(state, posting, packages[1:])
    fails = call.fault("ship_fails") is not None
    posting.ship_calls.append({"at": format_time(call.now), "result": [parcel.number for parcel in parcels]})
    for parcel in parcels:
        begin_shipping(state, parcel, fails)
    answer = {"result": [parcel.number for parcel in parcels], "additional_data": []}
    if (call.body["with"] or {}).get("additional_data"):
        answer["additional_data"] = [additional_data(parcel) for parcel in parcels]
    return answer


PACKAGE_LINE = Message("ShipPackageProduct", {**LINE, "exemplarsIds": Many(Integer())})
SHIP_PACKAGE = {"posting_number": Text(required=True), "products": Many(PACKAGE_LINE, required=True)}


@method("/v4/posting/fbs/ship/package", "posting", SHIP_PACKAGE, "FbsPostingShipPackageV4Request", writes=True)
def ship_package(call):
    """Assemble some units now; the rest stays in the original posting and waits."""
    state, posting = call.state, call.state.posting(call.body["posting_number"])
    check_may_ship(state, posting)
    units = units_of(call.body["products"])
    check_units(posting, [units], whole=False)
    exemplars.check_filled(posting, units)
    everything = units == units_in(posting)
    chosen = {number for product in call.body["products"] for number in product["exemplarsIds"]}
    parcel = posting if everything else split_off(state, posting, [units], chosen)[-1]
    posting.ship_calls.append({"at": format_time(call.now), "result": [parcel.number]})
    begin_shipping(state, parcel, call.fault("ship_fails") is not None)
    return {"result": parcel.number}


SPLIT = {
    "posting_number": Text(required=True),
    "postings": Many(Message("SplitPosting", {"products": Many(Message("SplitProduct", LINE), required=True)}), True),
}


@method("/v1/posting/fbs/split", "posting", SPLIT, "PostingFbsSplitRequest", writes=True)
def split(call):
    """Split without assembling. A parent that gives everything away is replaced by its children (inferred)."""
    state, posting = call.state, call.state.posting(call.body["posting_number"])
    check_may_ship(state, posting)
    parts = [units_of(part["products"]) for part in call.body["postings"]]
    check_units(posting, parts, whole=False)
    emptied = sum(parts, Counter()) == units_in(posting)
    whole = [replace(line) for line in posting.lines]
    children = split_off(state, posting, parts)[1:]
    for parcel in children if emptied else [posting, *children]:
        state.move(parcel, parcel.status, "posting_split_pending")
        state.later(state.settings.ship_delay, finish_split(state, parcel))
    if emptied:
        # The parent keeps showing what it was made of, but holds no stock any more.
        posting.lines, posting.stock_state = whole, "released"
        state.move(posting, "cancelled_from_split_pending", "posting_canceled")
    return {
        "parent_posting": {"posting_number": posting.number, "products": [] if emptied else products_of(posting)},
        "postings": [{"posting_number": child.number, "products": products_of(child)} for child in children],
    }


def finish_split(state, parcel):
    def action():
        if parcel.substatus == "posting_split_pending":
            state.move(parcel, parcel.status, "posting_created")

    return action


MULTIBOX = {"posting_number": Text(required=True), "multi_box_qty": Integer(required=True, low=1)}


@method("/v3/posting/multiboxqty/set", "posting", MULTIBOX, "PostingMultiBoxQtySetV3Request", writes=True)
def set_multibox(call):
    posting = call.state.posting(call.body["posting_number"])
    allowed = posting.status == "awaiting_packaging" and not posting.shipping
    if allowed:
        posting.multi_box_qty, posting.is_multibox = call.body["multi_box_qty"], False
        call.state.touch(posting)
    return {"result": {"result": allowed}}


# -- rules -------------------------------------------------------------------------------------------------------------


def check_may_ship(state, posting):
    if posting.status in ("cancelled", "cancelled_from_split_pending"):
        raise wrong_state("POSTING_ALREADY_CANCELLED")
    if posting.shipping or posting.shipped_at:
        raise wrong_state("POSTING_ALREADY_SHIPPED")
    if posting.status != "awaiting_packaging":
        raise wrong_state("HAS_INCORRECT_STATUS")


def units_of(products):
    units = Counter()
    for product in products:
        units[product["product_id"]] += product["quantity"]
    return units


def units_in(posting):
    units = Counter()
    for line in posting.lines:
        units[line.sku] += line.quantity
    return units


def check_units(posting, packages, whole):
    """``product_id`` means SKU here; Ozon's other product number is simply unknown to these methods."""
    there, asked = units_in(posting), sum(packages, Counter())
    if any(sku not in there for sku in asked):
        raise invalid("UNKNOWN_PRODUCT_DEFINED")
    if any(quantity > there[sku] for sku, quantity in asked.items()) or (whole and asked != there):
        raise invalid("HAS_INCORRECT_PRODUCT_QUANTITY")


# -- what happens ------------------------------------------------------------------------------------------------------


def begin_shipping(state, posting, fails=False):
    posting.shipping = True
    state.touch(posting)
    state.later(state.settings.ship_delay, lambda: finish_shipping(state, posting, fails))


def finish_shipping(state, posting, fails):
    if not posting.shipping:
        return
    posting.shipping = False
    state.touch(posting)
    if posting.status != "awaiting_packaging":
        # Cancelled while it was being assembled: the cancellation wins.
        return
    if fails:
        state.move(posting, "awaiting_packaging", "ship_failed")
        return
    posting.shipped_at = state.clock.now()
    if posting.warehouse.integration == "aggregator":
        state.move(posting, "awaiting_registration", "posting_awaiting_registration")
    else:
        state.move(posting, "awaiting_deliver", "posting_transferring_to_delivery")


def split_off(state, posting, packages, chosen=()):
    """Move units into new postings of the same order; returns the original and the new ones."""
    children = [new_parcel(state, posting, units, chosen) for units in packages]
    parcels = [posting, *children]
    if not children:
        return parcels
    numbers = sorted({*posting.related, *(parcel.number for parcel in parcels)})
    for parcel in parcels:
        parcel.related = [number for number in numbers if number != parcel.number]
    for sibling in (state.postings[number] for number in posting.related if number in state.postings):
        sibling.related = sorted({*sibling.related, *numbers} - {sibling.number})
    state.add_postings(children)
    state.touch(posting)
    return parcels


def new_parcel(state, posting, units, chosen=()):
    lines = [take_units(line, units) for line in posting.lines]
    posting.lines = [line for line in posting.lines if line.quantity]
    child = Posting(
        number=state.next_number(posting),
        id=next(state.ids),
        order_id=posting.order_id,
        order_number=posting.order_number,
        status=posting.status,
        substatus="posting_created",
        previous_substatus="posting_split_pending",
        warehouse=posting.warehouse,
        in_process_at=posting.in_process_at,
        shipment_date=posting.shipment_date,
        changed_at=state.clock.now(),
        lines=[line for line in lines if line],
        parent_number=posting.number,
        related=list(posting.related),
        is_legal=posting.is_legal,
        buyer=posting.buyer,
        missing=posting.missing,
        # The units are reserved already, under the original posting.
        stock_state=posting.stock_state,
    )
    make_barcodes(child)
    exemplars.hand_over(posting, child, chosen)
    return child


def take_units(line, units):
    """Cut ``units`` of this product off the line; the part remembers its share of the reserved stock."""
    quantity = min(line.quantity, units[line.sku])
    if not quantity:
        return None
    units[line.sku] -= quantity
    taken = min(line.taken, quantity)
    line.quantity -= quantity
    line.taken -= taken
    return replace(line, quantity=quantity, taken=taken)


def products_of(posting):
    return [{"product_id": line.sku, "quantity": line.quantity} for line in posting.lines]


def additional_data(parcel):
    products = [
        {
            "sku": line.sku,
            "offer_id": line.offer_id,
            "name": line.name,
            "price": f"{line.price:.2f}",
            "currency_code": line.currency,
            "quantity": line.quantity,
            "mandatory_mark": [],
        }
        for line in parcel.lines
    ]
    return {"posting_number": parcel.number, "products": products}
