"""Reading postings: the two lists of v4, one posting of v3, and the search by the label's barcode."""

import bisect
from datetime import timedelta

from simulator.answers import RawJson, dump
from simulator.clock import format_time, parse_time
from simulator.ozon import cursors
from simulator.ozon.errors import invalid, not_found
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.seed import insert_late_posting
from simulator.ozon.validation import Flag, Integer, Many, Message, Moment, Text
from simulator.ozon.views import PARTS, barcodes, list_json
from simulator.ozon.views_get import posting_get

ORDERS = ("ASC", "DESC")
# A year and a day, so that a leap year is still "a year".
LONGEST = timedelta(days=366)
UNFULFILLED = {
    "awaiting_registration", "acceptance_in_progress", "awaiting_approve", "awaiting_packaging", "awaiting_deliver",
    "arbitration", "client_arbitration", "delivering", "driver_pickup", "cancelled", "not_accepted",
}  # fmt: skip
REPEATED = 3

IDS = {
    "delivery_method_ids": Many(Integer(), most=1000),
    "provider_ids": Many(Integer(), most=1000),
    "warehouse_ids": Many(Integer(), most=1000),
}
PERIOD = Message("Period", {"from": Moment(), "to": Moment()})
COMMON = {
    **IDS,
    "integration_type_flow": Many(Text()),
    "last_changed_status_date": PERIOD,
    "statuses": Many(Text()),
}
WITH = Message("With", {part: Flag() for part in PARTS})
PAGING = {
    "cursor": Text(),
    "sort_dir": Text(choices=ORDERS),
    "translit": Flag(),
    "with": WITH,
}
LIST = {
    **PAGING,
    "limit": Integer(required=True, low=1, high=100),
    "filter": Message(
        "PostingFbsListRequest_Filter",
        {
            **COMMON,
            "since": Moment(required=True),
            "to": Moment(required=True),
            "order_id": Integer(),
            "order_numbers": Many(Text(), most=100),
            "is_blr_traceable": Flag(),
        },
        required=True,
    ),
}
UNFULFILLED_LIST = {
    **PAGING,
    "limit": Integer(required=True, low=1, high=100),
    "filter": Message(
        "PostingFbsUnfulfilledListRequest_Filter",
        {
            **COMMON,
            "cutoff_from": Moment(),
            "cutoff_to": Moment(),
            "delivering_date_from": Moment(),
            "delivering_date_to": Moment(),
        },
        required=True,
    ),
}


@method("/v4/posting/fbs/list", "posting", LIST, "PostingFbsListRequest")
def posting_list(call):
    body, filters = call.body, call.body["filter"]
    check_period(filters["since"], filters["to"])
    after = list_position(body["cursor"])
    candidates = call.state.window(filters["since"], filters["to"], after, is_descending(body))
    page, more = take_page(candidates, matcher(filters), body["limit"])
    page, repeated = disturb(call, page, more)
    answer = page_answer(call, page + repeated)
    has_next = more or (call.state.settings.empty_last_page and bool(page))
    return finish(call, {"cursor": list_cursor(page), "has_next": has_next}, answer)


def take_page(candidates, matches, limit):
    page = []
    for posting in candidates:
        if not matches(posting):
            continue
        if len(page) == limit:
            return page, True
        page.append(posting)
    return page, False


def disturb(call, page, more):
    """Faults between pages: some postings come twice, or a late one slips in where the reader has already been."""
    repeated = []
    if page and call.fault("duplicate_page"):
        keep = max(1, len(page) - REPEATED)
        # The cursor steps back, so the next page repeats them; a last page repeats them at once.
        page, repeated = (page[:keep], page[keep:]) if more else (page, page[:REPEATED])
    if page and call.fault("shift_page"):
        insert_late_posting(call.state, page[0])
    return page, repeated


@method("/v4/posting/fbs/unfulfilled/list", "posting", UNFULFILLED_LIST, "PostingFbsUnfulfilledListRequest")
def unfulfilled_list(call):
    body = call.body
    matches = unfulfilled_matches(call, body["filter"])
    page, more = cut_page(matches, unfulfilled_position(body["cursor"]), body["limit"], is_descending(body))
    page, repeated = disturb(call, page, more)
    has_next = more or (call.state.settings.empty_last_page and bool(page))
    head = {"count": len(matches), "cursor": unfulfilled_cursor(page), "has_next": has_next}
    return finish(call, head, page_answer(call, page + repeated))


def unfulfilled_matches(call, filters):
    """All postings that match, sorted; remembered until any posting changes, because every page needs the count."""
    low, high, field = unfulfilled_window(filters)
    state = call.state
    key = dump({name: str(value) for name, value in filters.items()})
    remembered = state.windows.get(key)
    if remembered and remembered[0] == state.revision:
        return remembered[1]
    matches = matcher(filters)
    found = [
        posting
        for posting in state.postings.values()
        if posting.status in UNFULFILLED
        and (moment := getattr(posting, field)) is not None
        and low <= moment <= high
        and matches(posting)
    ]
    found.sort(key=unfulfilled_key)
    state.windows.clear()
    state.windows[key] = state.revision, found
    return found


def unfulfilled_window(filters):
    cutoff = filters["cutoff_from"], filters["cutoff_to"]
    delivering = filters["delivering_date_from"], filters["delivering_date_to"]
    if any(cutoff) and any(delivering):
        raise invalid("the mismatch between cutoff & delivery date")
    if all(cutoff):
        check_period(*cutoff)
        return *cutoff, "shipment_date"
    if all(delivering):
        check_period(*delivering)
        return *delivering, "delivering_at"
    raise invalid("either filter.cutoff or filter.delivering_date must be specified")


def unfulfilled_key(posting):
    return posting.shipment_date, posting.in_process_at, posting.id


def cut_page(matches, after, limit, descending):
    """One page of the sorted postings behind the key ``after``, and whether there are more."""
    if descending:
        end = bisect.bisect_left(matches, after, key=unfulfilled_key) if after else len(matches)
        start = max(0, end - limit)
        return matches[start:end][::-1], start > 0
    start = bisect.bisect_right(matches, after, key=unfulfilled_key) if after else 0
    return matches[start : start + limit], start + limit < len(matches)


def is_descending(body):
    return body["sort_dir"].upper() == "DESC"


def check_period(since, until):
    if until < since:
        raise invalid("period start must be before period end")
    if until - since > LONGEST:
        raise invalid("PERIOD_IS_TOO_LONG")


def matcher(filters):
    """One function out of all filters that are set: lists of thousands are scanned with it."""
    tests = []
    if statuses := set(filters["statuses"]):
        tests.append(lambda posting: posting.status in statuses)
    if warehouses := set(filters["warehouse_ids"]):
        tests.append(lambda posting: posting.warehouse.warehouse_id in warehouses)
    if methods := set(filters["delivery_method_ids"]):
        tests.append(lambda posting: posting.warehouse.delivery_method_id in methods)
    if providers := set(filters["provider_ids"]):
        tests.append(lambda posting: posting.warehouse.provider_id in providers)
    if flows := set(filters["integration_type_flow"]):
        tests.append(lambda posting: posting.warehouse.integration in flows)
    if order_id := filters.get("order_id"):
        tests.append(lambda posting: posting.order_id == order_id)
    if numbers := set(filters.get("order_numbers") or ()):
        tests.append(lambda posting: posting.order_number in numbers)
    if period := filters["last_changed_status_date"]:
        tests.append(lambda posting: inside(posting.changed_at, period))
    return lambda posting: all(test(posting) for test in tests)


def inside(moment, period):
    return (not period["from"] or period["from"] <= moment) and (not period["to"] or moment <= period["to"])


def page_answer(call, page):
    wanted = call.body["with"] or dict.fromkeys(PARTS, False)
    return "[" + ",".join(list_json(call.state, posting, wanted) for posting in page) + "]"


def finish(call, head, postings):
    """Put the ready texts into the frame; one live user saw the frame wrapped in ``result``."""
    text = dump(head)[:-1] + ',"postings":' + postings + "}"
    return RawJson('{"result":' + text + "}" if call.state.settings.wrap_result else text)


def list_cursor(page):
    if not page:
        return ""
    return cursors.encode(in_process_at=format_time(page[-1].in_process_at), id=page[-1].id)


def list_position(cursor):
    values = cursors.decode(cursor)
    return read_position(values, ("in_process_at", "id")) if values else None


def unfulfilled_cursor(page):
    if not page:
        return ""
    last = page[-1]
    moments = {"cutoff": format_time(last.shipment_date), "in_process_at": format_time(last.in_process_at)}
    return cursors.encode(**moments, id=last.id)


def unfulfilled_position(cursor):
    values = cursors.decode(cursor)
    return read_position(values, ("cutoff", "in_process_at", "id")) if values else None


def read_position(values, names):
    try:
        return tuple(int(values[name]) if name == "id" else parse_time(values[name]) for name in names)
    except (KeyError, ValueError):
        raise invalid("invalid cursor") from None


GET = {
    "posting_number": Text(required=True),
    "with": Message("With", {part: Flag() for part in (*PARTS, "product_exemplars", "related_postings", "translit")}),
}


@method("/v3/posting/fbs/get", "posting", GET, "GetFbsPostingRequest")
def get_posting(call):
    posting = call.state.posting(call.body["posting_number"])
    wanted = call.body["with"] or dict.fromkeys((*PARTS, "product_exemplars", "related_postings"), False)
    return {"result": posting_get(call.state, posting, wanted)}


@method("/v2/posting/fbs/get-by-barcode", "posting", {"barcode": Text(required=True)}, "GetFbsPostingByBarcodeRequest")
def get_by_barcode(call):
    posting = call.state.by_barcode.get(call.body["barcode"])
    if posting is None:
        raise not_found("POSTING_NOT_FOUND")
    view = {
        "order_id": posting.order_id,
        "order_number": posting.order_number,
        "posting_number": posting.number,
        "status": posting.status,
        "cancel_reason_id": (posting.cancellation or {}).get("cancel_reason_id", 0),
        "created_at": format_time(posting.in_process_at - timedelta(seconds=90)),
        "in_process_at": format_time(posting.in_process_at),
        "shipment_date": format_time(posting.shipment_date),
        "products": [barcode_line(line) for line in posting.lines],
        "barcodes": barcodes(posting),
    }
    return {"result": apply_options(call.state.settings, view)}


def barcode_line(line):
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "offer_id": line.offer_id,
        "price": f"{line.price:.4f}",
    }
