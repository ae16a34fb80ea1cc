"""Bodies of Ozon's requests. Pure: values in, dict out. Named after the endpoint in ``endpoints.ENDPOINTS``."""

from datetime import timedelta, timezone

from ..base.errors import Rejected
from . import units

#: Largest pages and batches.
POSTING_PAGE = 100
PRODUCT_PAGE = 1000
WAREHOUSE_PAGE = 200
DELIVERY_METHOD_PAGE = 100
CARRIAGE_PAGE = 1000
LABEL_BATCH = 20
FBO_PAGE = 100
FBO_NUMBERS = 1000
RETURN_PAGE = 500
OWN_RETURN_PAGE = 1000
CANCEL_REQUEST_PAGE = 500
TRACKING_BATCH = 20
CASH_FLOW_PAGE = 100
#: The specification names no limit for the three calls that report a delivery.
STATUS_BATCH = 50
#: Longest period of creation that is asked at once: longer ones are refused now and then as PERIOD_IS_TOO_LONG.
CREATED_PERIOD = timedelta(days=30)
#: A posting whose status changes today was created at most this long ago; the API allows a year.
OLDEST_ALIVE = timedelta(days=180)
CUTOFF_PERIOD = timedelta(days=360)
#: Longest period of the balance, both days included.
BALANCE_DAYS = 30
#: Longest period of the FBO list.
FBO_PERIOD = timedelta(days=360)

_EXTRAS = {"analytics_data": True, "barcodes": True, "financial_data": True}


def format_time(moment):
    """Aware datetime → ``2026-09-01T00:00:00Z``, with a fraction only where there is one."""
    utc = moment.astimezone(timezone.utc)
    fraction = f".{utc.microsecond:06d}" if utc.microsecond else ""
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"


# --- postings ------------------------------------------------------------------------------------------------------
def posting_list(since, until, statuses=(), changed=None, cursor=""):
    """``changed``: (from, to) of the last change of status. ``statuses``: our words."""
    criteria = {"since": format_time(since), "to": format_time(until), **_status_filter(statuses)}
    if changed:
        criteria["last_changed_status_date"] = {"from": format_time(changed[0]), "to": format_time(changed[1])}
    return _posting_page(criteria, cursor)


def posting_unfulfilled(since, until, statuses=(), cursor=""):
    """``since``, ``until``: of the time to ship by."""
    criteria = {"cutoff_from": format_time(since), "cutoff_to": format_time(until), **_status_filter(statuses)}
    return _posting_page(criteria, cursor)


def _posting_page(criteria, cursor):
    return {"filter": criteria, "limit": POSTING_PAGE, "cursor": cursor, "sort_dir": "ASC", "with": dict(_EXTRAS)}


def _status_filter(statuses):
    """Words that the filter does not know are left out; when nothing is left, all are listed."""
    words = [
        word for unified in statuses for word in units.STATUSES.get(unified, ()) if word not in units.NOT_FILTERABLE
    ]
    return {"statuses": words} if words else {}


def posting_get(number):
    return {"posting_number": number, "with": {**_EXTRAS, "related_postings": True}}


# --- account and offers --------------------------------------------------------------------------------------------
def warehouse_list(cursor=""):
    return {"limit": WAREHOUSE_PAGE, "cursor": cursor}


def delivery_method_list(warehouse_ids, cursor=""):
    return {"filter": {"warehouse_ids": list(warehouse_ids)}, "limit": DELIVERY_METHOD_PAGE, "cursor": cursor}


def product_list(visibility, last_id=""):
    return {"filter": {"visibility": visibility}, "last_id": last_id, "limit": PRODUCT_PAGE}


def product_info(product_ids):
    return {"product_id": list(product_ids)}


# --- assembling ----------------------------------------------------------------------------------------------------
def ship(number, packages):
    return {
        "posting_number": number,
        "packages": [{"products": _products(package.lines)} for package in packages],
    }


def ship_part(number, lines):
    """Units that are told apart are named."""
    products = _products(lines)
    for product, line in zip(products, lines, strict=True):
        if line.exemplars:
            product["exemplarsIds"] = [exemplar.external_id for exemplar in line.exemplars]
    return {"posting_number": number, "products": products}


def _products(lines):
    """Posting methods call the SKU ``product_id``."""
    return [{"product_id": to_number(line.sku, "sku"), "quantity": int(line.quantity)} for line in lines]


def multibox_set(number, quantity):
    return {"posting_number": number, "multi_box_qty": int(quantity)}


# --- labels --------------------------------------------------------------------------------------------------------
def label_create(numbers):
    return {"posting_numbers": list(numbers)}


def label_get(task_id):
    return {"task_id": to_number(task_id, "task_id")}


# --- the marketplace's own warehouse -------------------------------------------------------------------------------
def fbo_list(since, until, statuses=(), numbers=(), cursor=""):
    """``statuses``: our words. ``numbers``: only these, at most ``FBO_NUMBERS``."""
    criteria = {"since": format_time(since), "to": format_time(until), **_status_filter(statuses)}
    if numbers:
        criteria["posting_numbers"] = list(numbers)
    extras = {"analytics_data": True, "financial_data": True}
    return {"filter": criteria, "limit": FBO_PAGE, "cursor": cursor, "sort_dir": "ASC", "with": extras}


# --- own delivery --------------------------------------------------------------------------------------------------
def delivery_status(numbers):
    return {"posting_number": list(numbers)}


def tracking(numbers):
    """:param numbers: posting → tracking number"""
    return {
        "tracking_numbers": [
            {"posting_number": number, "tracking_number": tracking_number}
            for number, tracking_number in numbers.items()
        ],
    }


def posting(number):
    """Of all methods that take one posting and nothing else."""
    return {"posting_number": number}


def timeslot_set(number, since, until):
    return {"posting_number": number, "new_timeslot": {"from": format_time(since), "to": format_time(until)}}


def cutoff_set(number, moment):
    return {"posting_number": number, "new_cutoff_date": format_time(moment)}


# --- what must be recorded before shipping -------------------------------------------------------------------------
def exemplar_validate(number, lines):
    """Form only: units are told apart by their position."""
    return {"posting_number": number, "products": [_exemplar_product(line, _exemplar_data) for line in lines]}


def exemplar_set(number, lines, cargo_places=0):
    body = {"posting_number": number, "products": [_exemplar_product(line, _exemplar_full) for line in lines]}
    return {**body, "multi_box_qty": int(cargo_places)} if cargo_places else body


def _exemplar_product(line, make):
    """Posting methods call the SKU ``product_id``."""
    return {"product_id": to_number(line.sku, "sku"), "exemplars": [make(unit) for unit in line.exemplars]}


def _exemplar_data(unit):
    data = {
        "gtd": unit.gtd,
        "rnpt": unit.rnpt,
        "marks": [{"mark": mark.code, "mark_type": mark.kind} for mark in unit.marks],
    }
    # A weight has no kopecks: a JSON number is what the method wants.
    return {**data, "weight": float(unit.weight)} if unit.weight else data


def _exemplar_full(unit):
    return {
        "exemplar_id": to_number(unit.external_id, "exemplar_id"),
        "is_gtd_absent": unit.gtd_absent,
        "is_rnpt_absent": unit.rnpt_absent,
        **_exemplar_data(unit),
    }


def country_set(number, sku, country_code):
    return {
        "posting_number": number,
        "product_id": to_number(sku, "sku"),
        "country_iso_code": country_code,
    }


# --- cancelling and returns ----------------------------------------------------------------------------------------
def cancel(number, reason_id, message=""):
    body = {"posting_number": number, "cancel_reason_id": to_number(reason_id, "cancel_reason_id")}
    return {**body, "cancel_reason_message": message} if message else body


def cancel_lines(number, lines, reason_id, message):
    return {
        "posting_number": number,
        "cancel_reason_id": to_number(reason_id, "cancel_reason_id"),
        "cancel_reason_message": message,
        "items": [{"sku": to_number(line.sku, "sku"), "quantity": int(line.quantity)} for line in lines],
    }


def cancel_request_list(state="", last_id=0):
    """``state``: Ozon's word, "" for all."""
    return {"filters": {"state": state or "ALL"}, "limit": CANCEL_REQUEST_PAGE, "last_id": last_id}


def cancel_request_decide(request_id, comment=""):
    return {"cancellation_id": to_number(request_id, "cancellation_id"), "comment": comment}


def return_list(since, until, last_id=0):
    changed = {"time_from": format_time(since), "time_to": format_time(until)}
    return {"filter": {"visual_status_change_moment": changed}, "limit": RETURN_PAGE, "last_id": last_id}


def own_return_list(since, until, last_id=0):
    created = {"from": format_time(since), "to": format_time(until)}
    criteria = {"created_at": created, "group_state": ["All"]}
    return {"filter": criteria, "limit": OWN_RETURN_PAGE, "last_id": last_id}


# --- money ---------------------------------------------------------------------------------------------------------
def accrual_day(day, last_id=""):
    """Every page of a day names the day again."""
    return {"date": f"{day:%Y-%m-%d}", "last_id": last_id}


def realization(year, month):
    """With and without posting numbers."""
    return {"month": month, "year": year}


def balance(since, until):
    return {"date_from": f"{since:%Y-%m-%d}", "date_to": f"{until:%Y-%m-%d}"}


def cash_flow(since, until, page=1):
    """``since``, ``until``: calendar days."""
    days = {"from": f"{since:%Y-%m-%d}T00:00:00.000Z", "to": f"{until:%Y-%m-%d}T23:59:59.999Z"}
    return {"date": days, "with_details": True, "page": page, "page_size": CASH_FLOW_PAGE}


# --- hand-over -----------------------------------------------------------------------------------------------------
def carriage_slots(day, cursor=""):
    return {"filter": {"departure_date": f"{day:%Y-%m-%d}"}, "limit": CARRIAGE_PAGE, "cursor": cursor}


def carriage_create(delivery_method_id, departure_at):
    """Both are always sent: without the method Ozon would create a carriage of another one."""
    return {
        "delivery_method_id": to_number(delivery_method_id, "delivery_method_id"),
        "departure_date": format_time(departure_at),
    }


def carriage_approve(handover_id, containers=0):
    body = {"carriage_id": to_number(handover_id, "carriage_id")}
    return {**body, "containers_count": int(containers)} if containers else body


def carriage_get(handover_id):
    return {"carriage_id": to_number(handover_id, "carriage_id")}


def act(handover_id):
    """Of all ``act/*`` methods: the act has the carriage's id."""
    return {"id": to_number(handover_id, "id")}


def to_number(value, name):
    """Our ids are strings; where Ozon wants int64, one that is no number cannot be an id of Ozon's."""
    if not str(value).isdecimal() or int(value) == 0:
        raise Rejected(f"'{value}' is not an id of Ozon's", code=name)
    return int(value)
