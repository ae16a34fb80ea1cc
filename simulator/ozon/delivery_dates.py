"""rFBS: when the parcel is shipped and delivered; and the country of goods that a company buys."""

from datetime import timedelta

from simulator.clock import format_time
from simulator.ozon.errors import invalid, not_found, wrong_state
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Message, Moment, Text

MOST_CHANGES = 2
OPEN = {"awaiting_packaging", "awaiting_deliver", "delivering"}
COUNTRIES = {"RU": "Россия", "CN": "Китай", "TR": "Турция", "BY": "Беларусь", "NO": "Норвегия", "KZ": "Казахстан"}
ONE = {"posting_number": Text(required=True)}


def own_posting(call):
    posting = call.state.posting(call.body["posting_number"])
    if not posting.is_rfbs:
        raise wrong_state("HAS_INCORRECT_TPL_INTEGRATION_TYPE", 400)
    return posting


def window_of(posting):
    begin = posting.shipment_date + timedelta(days=2)
    return posting.delivery_window or (begin, begin + timedelta(hours=12))


@method("/v1/posting/fbs/timeslot/change-restrictions", "posting", ONE, "GetTimeslotChangeRestrictionsRequest")
def restrictions(call):
    posting = own_posting(call)
    begin, end = window_of(posting)
    interval = {"begin": format_time(begin - timedelta(days=1)), "end": format_time(end + timedelta(days=10))}
    return {"delivery_interval": interval, "remaining_changes_count": MOST_CHANGES - posting.window_changes}


SLOT = {**ONE, "new_timeslot": Message("Timeslot", {"from": Moment(True), "to": Moment(True)}, required=True)}


@method("/v1/posting/fbs/timeslot/set", "posting", SLOT, "SetPostingTimeslotRequest", writes=True)
def set_timeslot(call):
    posting, slot = own_posting(call), call.body["new_timeslot"]
    if posting.status not in OPEN:
        raise wrong_state("HAS_INCORRECT_STATUS")
    if posting.window_changes >= MOST_CHANGES:
        raise wrong_state("TIMESLOT_CHANGES_LIMIT_EXCEEDED")
    if slot["to"] <= slot["from"] or slot["from"] < call.now:
        raise invalid("INVALID_TIMESLOT")
    posting.delivery_window = slot["from"], slot["to"]
    posting.window_changes += 1
    call.state.touch(posting)
    return {"result": True}


CUTOFF = {**ONE, "new_cutoff_date": Moment(True)}


@method("/v1/posting/cutoff/set", "posting", CUTOFF, "SetPostingCutoffRequest", writes=True)
def set_cutoff(call):
    posting = own_posting(call)
    if posting.status != "awaiting_packaging":
        raise wrong_state("HAS_INCORRECT_STATUS")
    if call.body["new_cutoff_date"] > posting.shipment_date:
        raise invalid("CUTOFF_DATE_AFTER_SHIPMENT_DATE")
    posting.shipment_date = call.body["new_cutoff_date"]
    call.state.touch(posting)
    return {"result": True}


# -- countries ---------------------------------------------------------------------------------------------------------
@method("/v2/posting/fbs/product/country/list", "posting", {"name_search": Text()}, "PostingProductCountryListRequest")
def country_list(call):
    wanted = call.body["name_search"].lower()
    rows = [{"name": name, "country_iso_code": code} for code, name in COUNTRIES.items() if wanted in name.lower()]
    return {"result": rows}


COUNTRY = {**ONE, "product_id": Integer(True, low=1), "country_iso_code": Text(required=True)}


@method("/v2/posting/fbs/product/country/set", "posting", COUNTRY, "PostingProductCountrySetRequest", writes=True)
def set_country(call):
    """``product_id`` is the SKU. Goods from elsewhere need a customs number then."""
    posting = call.state.posting(call.body["posting_number"])
    line = next((line for line in posting.lines if line.sku == call.body["product_id"]), None)
    if line is None:
        raise not_found("PRODUCT_NOT_FOUND")
    code = call.body["country_iso_code"]
    if code not in COUNTRIES:
        raise invalid("INVALID_COUNTRY_CODE")
    line.country = code
    needs_gtd = code != "RU"
    line.requirements = tuple(word for word in line.requirements if word not in ("country", "gtd"))
    if needs_gtd:
        line.requirements += ("gtd",)
    call.state.touch(posting)
    return {"product_id": line.sku, "is_gtd_needed": needs_gtd}
