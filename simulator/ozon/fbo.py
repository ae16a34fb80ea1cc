"""FBO: postings that Ozon packs and sends from its own warehouses. Nothing to be done here, only read.

No buyer, no address, no tracking number: the real answers do not have them either.
"""

from datetime import timedelta
from functools import partial

from simulator.clock import format_time
from simulator.ozon import views, views_get
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.postings import ORDERS, check_period, is_descending, list_cursor, list_position, take_page
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Moment, Text

PARTS = ("analytics_data", "financial_data", "legal_info")
WITH = Message("With", {part: Flag() for part in PARTS})
FILTER = {
    "order_numbers": Many(Text(), most=1000),
    "posting_numbers": Many(Text(), most=1000),
    "since": Moment(),
    "statuses": Many(Text()),
    "to": Moment(),
}
LIST = {
    "cursor": Text(),
    "filter": Message("PostingFboListRequest_Filter", FILTER),
    "limit": Integer(required=True, low=1, high=100),
    "sort_dir": Text(choices=ORDERS),
    "translit": Flag(),
    "with": WITH,
}
# Where a bound is missing the other one is a year away, the longest period there is (inferred).
YEAR = timedelta(days=365)


@method("/v3/posting/fbo/list", "posting", LIST, "PostingFboListRequest")
def fbo_list(call):
    body, state = call.body, call.state
    filters = body["filter"] or dict.fromkeys(FILTER)
    until = filters["to"] or max(call.now, (filters["since"] or call.now))
    since = filters["since"] or until - YEAR
    check_period(since, until)
    candidates = state.window(since, until, list_position(body["cursor"]), is_descending(body), fbo=True)
    page, more = take_page(candidates, partial(matches, filters), body["limit"])
    wanted = body["with"] or dict.fromkeys(PARTS, False)
    return {
        "cursor": list_cursor(page),
        "has_next": more or (state.settings.empty_last_page and bool(page)),
        "postings": [apply_options(state.settings, in_list(posting, wanted)) for posting in page],
    }


def matches(filters, posting):
    return (
        posting.status in (filters["statuses"] or (posting.status,))
        and posting.number in (filters["posting_numbers"] or (posting.number,))
        and posting.order_number in (filters["order_numbers"] or (posting.order_number,))
    )


GET = {"posting_number": Text(required=True), "translit": Flag(), "with": WITH}


@method("/v2/posting/fbo/get", "posting", GET, "GetFboPostingRequest")
def fbo_get(call):
    posting = call.state.fbo_posting(call.body["posting_number"])
    wanted = call.body["with"] or dict.fromkeys(PARTS, False)
    return {"result": apply_options(call.state.settings, alone(posting, wanted))}


# -- views: amounts are objects in the list, texts beside a currency in the single posting -----------------------------


def common(posting, wanted):
    return {
        "additional_data": [],
        "analytics_data": analytics(posting) if views.shown(posting, wanted, "analytics_data") else None,
        "cancel_reason_id": (posting.cancellation or {}).get("cancel_reason_id", 0),
        "created_at": format_time(posting.in_process_at - timedelta(seconds=16)),
        "external_order": {"is_external": False, "platform_name": ""},
        "in_process_at": format_time(posting.in_process_at),
        "legal_info": views.legal_info(posting, wanted) if posting.is_legal and wanted["legal_info"] else None,
        "order_id": posting.order_id,
        "order_number": posting.order_number,
        "posting_number": posting.number,
        "status": posting.status,
        "substatus": posting.substatus,
    }


def in_list(posting, wanted):
    shape = common(posting, wanted)
    shape["cancellation"] = cancellation(posting)
    shape["products"] = [{**goods(line), "price": views.money(line.price, line.currency)} for line in posting.lines]
    shape["financial_data"] = None
    if views.shown(posting, wanted, "financial_data"):
        shape["financial_data"] = {**clusters(posting), "products": [money_of(posting, line) for line in posting.lines]}
    return {**shape, **(posting.overrides or {})}


def alone(posting, wanted):
    shape = common(posting, wanted)
    shape["fact_delivery_date"] = format_time(posting.delivered_at)
    shape["products"] = [
        {**goods(line), "price": f"{line.price:.2f}", "currency_code": line.currency} for line in posting.lines
    ]
    shape["financial_data"] = None
    if views.shown(posting, wanted, "financial_data"):
        lines = [views_get.flat_financial_line(posting, line) for line in posting.lines]
        shape["financial_data"] = {**clusters(posting), "products": lines}
    return {**shape, **(posting.get_overrides or {})}


def cancellation(posting):
    if not posting.cancellation:
        return None
    return {
        name: posting.cancellation[name] for name in ("cancel_reason", "cancellation_initiator", "cancellation_type")
    }


def goods(line):
    return {
        "sku": line.sku,
        "offer_id": line.offer_id,
        "name": line.name,
        "quantity": line.quantity,
        "is_marketplace_buyout": False,
        "digital_codes": [],
    }


def money_of(posting, line):
    shape = views.financial_line(posting, line)
    return {name: value for name, value in shape.items() if name not in ("quantity", "customer_price")}


def clusters(posting):
    return {"cluster_from": posting.warehouse.city, "cluster_to": "Новосибирск" if posting.id % 2 else "Казань"}


def analytics(posting):
    return {
        "city": "",
        "client_delivery_date_begin": None,
        "client_delivery_date_end": None,
        "delivery_type": "PVZ",
        "is_legal": posting.is_legal,
        "is_premium": posting.id % 4 == 0,
        "payment_type_group_name": ("Банковская карта", "Ozon Карта", "СБП")[posting.id % 3],
        "warehouse_id": posting.warehouse.warehouse_id,
        "warehouse_name": posting.warehouse.name,
    }
