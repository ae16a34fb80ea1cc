"""The lists around acts: carriages of a period, and the postings inside one."""

from datetime import date

from simulator.clock import format_time
from simulator.ozon.carriages import find
from simulator.ozon.errors import invalid
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Message, Text

LIST = {
    "limit": Integer(required=True, low=1, high=50),
    "filter": Message(
        "PostingFBSActListRequest_Filter",
        {
            "date_from": Text(required=True),
            "date_to": Text(required=True),
            "integration_type": Text(),
            "status": Many(Text()),
        },
        required=True,
    ),
}


@method("/v2/posting/fbs/act/list", "carriage", LIST, "PostingFBSActListRequest")
def act_list(call):
    state, filters = call.state, call.body["filter"]
    since, until = day(filters["date_from"]), day(filters["date_to"])
    rows = [
        act_row(carriage)
        for carriage in state.carriages.values()
        if since <= carriage.created_at.date() <= until
        if not filters["status"] or carriage.status in filters["status"]
        if not filters["integration_type"] or carriage.warehouse.integration == filters["integration_type"]
    ]
    return {"result": apply_options(state.settings, rows[: call.body["limit"]])}


def day(text):
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise invalid(f'invalid date "{text}"') from None


def act_row(carriage):
    paper = {"created_at": format_time(carriage.created_at), "document_status": "FORMED"}
    return {
        "id": carriage.carriage_id,
        "status": carriage.status,
        "delivery_method_id": carriage.warehouse.delivery_method_id,
        "delivery_method_name": carriage.warehouse.delivery_method_name,
        "integration_type": carriage.warehouse.integration,
        "containers_count": carriage.containers_count,
        "departure_date": carriage.departure_date.strftime("%Y-%m-%d"),
        "created_at": format_time(carriage.created_at),
        "updated_at": format_time(carriage.updated_at),
        "act_type": "ozon_digital",
        "is_partial": carriage.is_partial,
        "partial_num": carriage.partial_num,
        "has_postings_for_next_carriage": False,
        "related_docs": {"act_of_acceptance": paper, "act_of_mismatch": None, "act_of_excess": None},
    }


@method(
    "/v2/posting/fbs/act/get-postings",
    "carriage",
    {"id": Integer(required=True, low=1)},
    "PostingFBSActGetPostingsRequest",
)
def act_postings(call):
    state, carriage = call.state, find(call.state, call.body["id"])
    rows = [act_posting(state, carriage, number) for number in carriage.numbers]
    return {"result": apply_options(state.settings, rows)}


def act_posting(state, carriage, number):
    posting = state.postings[number]
    products = [
        {
            "sku": line.sku,
            "offer_id": line.offer_id,
            "name": line.name,
            "price": f"{line.price:.4f}",
            "quantity": line.quantity,
        }
        for line in posting.lines
    ]
    return {
        "id": carriage.carriage_id,
        "posting_number": number,
        "status": posting.status,
        "multi_box_qty": posting.multi_box_qty,
        "seller_error": "",
        "created_at": format_time(posting.in_process_at),
        "updated_at": format_time(posting.changed_at),
        "products": products,
        "is_blr_traceable": False,
        "scanit": f"ii{posting.id}",
    }
