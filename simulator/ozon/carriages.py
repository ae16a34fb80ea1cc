"""Hand-over: what can be handed over, a carriage for it, its approval, its papers."""

from datetime import timedelta

from simulator.answers import Answer, html_answer
from simulator.clock import format_time
from simulator.code128 import png
from simulator.labels import handover_sheet
from simulator.ozon.cursors import page_of
from simulator.ozon.errors import invalid, not_found, wrong_state
from simulator.ozon.labels_api import parcel_of
from simulator.ozon.models import Carriage
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Moment, Text

ACTIVE = {"new", "formed", "sended", "received", "closed"}
WITH_PAPERS = {"formed", "sended", "received", "closed"}
CARRIAGE = {"carriage_id": Integer(required=True, low=1)}
ACT = {"id": Integer(required=True, low=1)}


def ready_postings(state, warehouse):
    """Assembled and not in any living carriage: these the next carriage takes."""
    return [
        posting
        for posting in state.postings.values()
        if posting.status == "awaiting_deliver" and posting.warehouse is warehouse and not carried(state, posting)
    ]


def carried(state, posting):
    carriage = state.carriages.get(posting.carriage_id)
    return carriage is not None and carriage.status in ACTIVE


DELIVERY_LIST = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=1000),
    "filter": Message(
        "CarriageDeliveryListV2Request_Filter", {"delivery_method_id": Integer(), "departure_date": Text()}
    ),
}


@method("/v2/carriage/delivery/list", "carriage", DELIVERY_LIST, "CarriageDeliveryListV2Request")
def delivery_list(call):
    state, filters = call.state, call.body["filter"] or {}
    wanted = filters.get("delivery_method_id")
    pairs = [
        (warehouse.delivery_method_id, view)
        for warehouse in sorted(state.warehouses.values(), key=lambda warehouse: warehouse.delivery_method_id)
        if not wanted or wanted == warehouse.delivery_method_id
        if (view := method_view(state, warehouse, filters.get("departure_date", "")))
    ]
    page, cursor, more = page_of(pairs, call.body["limit"], call.body["cursor"], state.settings.empty_last_page)
    return apply_options(state.settings, {"methods": page, "cursor": cursor, "has_next": more})


def method_view(state, warehouse, departure_date):
    """Delivery methods without postings are not listed at all."""
    ready = ready_postings(state, warehouse)
    waiting = [p for p in state.postings.values() if p.status == "awaiting_packaging" and p.warehouse is warehouse]
    carriages = [c for c in state.carriages.values() if c.warehouse is warehouse and c.status in ACTIVE]
    if not (ready or waiting or carriages):
        return None
    first = min((posting.shipment_date for posting in ready + waiting), default=state.clock.now())
    rows = [carriage_row(carriage.carriage_id, carriage.status, len(carriage.numbers)) for carriage in carriages]
    # Number 0 stands for the carriage that may be created.
    rows += [carriage_row(0, "", len(ready))] if ready else []
    return {
        "delivery_method_id": warehouse.delivery_method_id,
        "delivery_method_name": warehouse.delivery_method_name,
        "delivery_method_status": "ACTIVE",
        "warehouse_id": warehouse.warehouse_id,
        "warehouse_name": warehouse.name,
        "warehouse_city": warehouse.city,
        "departure_date": departure_date or first.strftime("%Y-%m-%d"),
        "cutoff_at": format_time(first),
        "cut_in": "",
        "carriages": rows,
        "carriage_postings_count": sum(row["postings_count"] for row in rows if row["id"]),
        "mandatory_postings_count": len(waiting) + len(ready),
        "mandatory_packaged_count": len(ready),
        "optional_packaged_count": 0,
        "dropoff_address": "Россия, Московская обл., СЦ Хоругвино",
        "dropoff_change_availability": "available",
        "dropoff_point_id": 1020002075314000,
        "dropoff_point_type": "SC",
        "errors": [] if ready else [{"code": "not_packaged", "description": "Не собраны отправления", "status": ""}],
        "first_mile_changing": False,
        "first_mile_type": "DROP_OFF",
        "has_entrusted_acceptance": warehouse.label_type == "BIG",
        "integration_type": warehouse.integration,
        "is_optional_carriage": False,
        "is_presort": False,
        "is_rfbs": warehouse.is_rfbs,
        "recommended_time_local": "12:00",
        "recommended_time_utc_offset_in_minutes": 180,
        "timeslot_from": "",
        "timeslot_to": "",
        "tpl_provider_icon_url": "",
        "tpl_provider_name": warehouse.provider_name,
    }


def carriage_row(number, status, count):
    return {
        "id": number,
        "status": status,
        "postings_count": count,
        "quantum_count": 0,
        "carriage_volume": round(count * 1.5, 2),
        "all_blr_traceable": False,
        "available_actions": actions_of(status) if number else ["create"],
        "pickup_fee": None,
    }


def actions_of(status):
    return (
        ["get_shipping_list", "get_waybill", "set_arrival_passes"] if status in WITH_PAPERS else ["set_arrival_passes"]
    )


CREATE = {"all_blr_traceable": Flag(), "delivery_method_id": Integer(), "departure_date": Moment()}


@method("/v1/carriage/create", "carriage", CREATE, "CarriageCreateRequest", writes=True)
def create(call):
    """Takes every ready posting of the method. Without a method some carriage is made all the same, as seen live."""
    state, wanted = call.state, call.body["delivery_method_id"]
    places = [w for w in state.warehouses.values() if not wanted or w.delivery_method_id == wanted]
    if not places:
        raise not_found("DELIVERY_METHOD_NOT_FOUND")
    chosen = next(((place, ready) for place in places if (ready := ready_postings(state, place))), None)
    if chosen is None:
        raise not_found("POSTING_NOT_FOUND")
    place, ready = chosen
    carriage = new_carriage(call, place)
    state.carriages[carriage.carriage_id] = carriage
    put_in(state, carriage, [posting.number for posting in ready])
    return {"carriage_id": carriage.carriage_id}


def new_carriage(call, place):
    day = call.body["departure_date"] or call.now.replace(microsecond=0)
    earlier = [
        carriage
        for carriage in call.state.carriages.values()
        if carriage.warehouse is place and carriage.status in ACTIVE and carriage.departure_date.date() == day.date()
    ]
    return Carriage(
        carriage_id=next(call.state.carriage_ids),
        warehouse=place,
        departure_date=day,
        created_at=call.now,
        updated_at=call.now,
        is_partial=bool(earlier),
        partial_num=len(earlier),
    )


def put_in(state, carriage, numbers):
    carriage.numbers = numbers
    for number in numbers:
        posting = state.postings[number]
        posting.carriage_id = carriage.carriage_id
        state.touch(posting)


SET_POSTINGS = {**CARRIAGE, "posting_numbers": Many(Text(), required=True)}


@method("/v1/carriage/set-postings", "carriage", SET_POSTINGS, "SetPostingsRequest", writes=True)
def set_postings(call):
    """Overwrites what is inside; those left out wait for the next carriage."""
    state, carriage = call.state, find(call.state, call.body["carriage_id"])
    if carriage.status != "new":
        raise wrong_state("Incorrect_carriage_status", status=400)
    rows, accepted = [], []
    for number in dict.fromkeys(call.body["posting_numbers"]):
        error = refusal(state, carriage, number)
        accepted += [] if error else [number]
        rows.append({"posting_number": number, "result": not error, "error": error})
    carriage.removed = [number for number in carriage.numbers if number not in accepted]
    for number in carriage.removed:
        state.postings[number].carriage_id = 0
    put_in(state, carriage, accepted)
    carriage.updated_at = call.now
    return {"result": rows}


def refusal(state, carriage, number):
    posting = state.postings.get(number)
    if posting is None:
        return "POSTING_NOT_FOUND"
    if posting.status != "awaiting_deliver":
        return "HAS_INCORRECT_STATUS"
    if posting.warehouse is not carriage.warehouse:
        return "DELIVERY_METHOD_NOT_FOUND"
    if carried(state, posting) and posting.carriage_id != carriage.carriage_id:
        return "POSTING_ALREADY_IN_CARRIAGE"
    return ""


def find(state, number):
    if number not in state.carriages:
        raise not_found("CARRIAGE_NOT_FOUND")
    return state.carriages[number]


APPROVE = {**CARRIAGE, "containers_count": Integer()}


@method("/v1/carriage/approve", "carriage", APPROVE, "CarriageApproveRequest", writes=True)
def approve(call):
    state, carriage = call.state, find(call.state, call.body["carriage_id"])
    if carriage.status != "new" or not carriage.numbers:
        raise wrong_state("Incorrect_carriage_status", status=400)
    if call.body["containers_count"] and carriage.warehouse.label_type != "BIG":
        raise invalid("containers_count is allowed only with entrusted acceptance")
    carriage.status, carriage.approved_at, carriage.updated_at = "formed", call.now, call.now
    carriage.containers_count = call.body["containers_count"]
    for number in carriage.numbers:
        move_inside(state, number, "posting_in_carriage")
    for number in carriage.removed:
        move_inside(state, number, "posting_not_in_carriage")
    return {}


def move_inside(state, number, substatus):
    posting = state.postings[number]
    if posting.status == "awaiting_deliver":
        state.move(posting, "awaiting_deliver", substatus)


@method("/v1/carriage/cancel", "carriage", CARRIAGE, "CarriageCancelRequest", writes=True)
def cancel(call):
    state, carriage = call.state, find(call.state, call.body["carriage_id"])
    if carriage.status not in ("new", "formed"):
        return {"error": "Incorrect_carriage_status", "carriage_status": carriage.status}
    carriage.status, carriage.updated_at = "cancelled", call.now
    for number in carriage.numbers:
        state.postings[number].carriage_id = 0
        move_inside(state, number, "posting_transferring_to_delivery")
    return {"error": "", "carriage_status": "cancelled"}


@method("/v1/carriage/get", "carriage", CARRIAGE, "CarriageGetRequest")
def get(call):
    state, carriage = call.state, find(call.state, call.body["carriage_id"])
    cancellable = carriage.status in ("new", "formed")
    view = {
        "carriage_id": carriage.carriage_id,
        "status": carriage.status,
        "act_type": "ozon_digital",
        "all_blr_traceable": False,
        "is_waybill_enabled": True,
        "is_econom": False,
        "arrival_pass_ids": [],
        "available_actions": actions_of(carriage.status),
        "cancel_availability": {"is_cancel_available": cancellable, "reason": "" if cancellable else "already_sent"},
        "company_id": state.client_id,
        "containers_count": carriage.containers_count,
        "created_at": format_time(carriage.created_at),
        "updated_at": format_time(carriage.updated_at),
        "departure_date": carriage.departure_date.strftime("%Y-%m-%d"),
        "delivery_method_id": carriage.warehouse.delivery_method_id,
        "first_mile_type": "DROP_OFF",
        "has_postings_for_next_carriage": bool(ready_postings(state, carriage.warehouse)),
        "integration_type": carriage.warehouse.integration,
        "is_container_label_printed": False,
        "is_partial": carriage.is_partial,
        "partial_num": carriage.partial_num,
        "retry_count": 0,
        "tpl_provider_id": carriage.warehouse.provider_id,
        "warehouse_id": carriage.warehouse.warehouse_id,
    }
    return apply_options(state.settings, view)


def papers_ready(call, carriage):
    delay = timedelta(seconds=call.state.settings.act_delay)
    return carriage.status in WITH_PAPERS and call.now >= carriage.approved_at + delay


@method("/v2/posting/fbs/act/check-status", "carriage", ACT, "PostingFBSActCheckStatusRequest")
def act_status(call):
    state, carriage = call.state, find(call.state, call.body["id"])
    status = "cancelled" if carriage.status == "cancelled" else "in_process"
    if papers_ready(call, carriage):
        status = "ready"
    done = status == "ready"
    result = {
        "status": status,
        "act_type": "ozon_digital",
        "added_to_act": carriage.numbers if done else [],
        "removed_from_act": carriage.removed if done else [],
        "is_partial": carriage.is_partial,
        "partial_num": carriage.partial_num,
        "has_postings_for_next_carriage": bool(ready_postings(state, carriage.warehouse)),
    }
    return {"result": result}


def carriage_with_papers(call):
    carriage = find(call.state, call.body["id"])
    if not papers_ready(call, carriage):
        raise wrong_state("Incorrect_carriage_status", status=400)
    return carriage


@method("/v2/posting/fbs/act/get-pdf", "carriage", ACT, "PostingFBSGetActRequest")
def act_pdf(call):
    carriage = carriage_with_papers(call)
    if call.fault("not_pdf"):
        return html_answer("<html><body>Bad Gateway</body></html>")
    head = {
        "id": carriage.carriage_id,
        "warehouse": carriage.warehouse.name,
        "date": carriage.departure_date.strftime("%d.%m.%Y"),
        "seller": "ООО «Ромашка»",
        "barcode": barcode_text(carriage),
    }
    parcels = [parcel_of(call.state.postings[number]) for number in carriage.numbers]
    return Answer(handover_sheet(head, parcels), content_type="application/pdf")


def barcode_text(carriage):
    return f"%303%{carriage.carriage_id % 10**11}"


@method("/v2/posting/fbs/act/get-barcode", "carriage", ACT, "PostingFBSGetBarcodeRequest")
def act_barcode(call):
    return Answer(png(barcode_text(carriage_with_papers(call))), content_type="image/png")


@method("/v2/posting/fbs/act/get-barcode/text", "carriage", ACT, "PostingFBSGetBarcodeRequest")
def act_barcode_text(call):
    return {"result": barcode_text(carriage_with_papers(call))}
