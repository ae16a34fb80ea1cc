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
#: Longest period of creation that is asked at once: longer ones are refused now and then as PERIOD_IS_TOO_LONG.
CREATED_PERIOD = timedelta(days=30)
#: A posting whose status changes today was created at most this long ago; the API allows a year.
OLDEST_ALIVE = timedelta(days=180)
CUTOFF_PERIOD = timedelta(days=360)

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
    return {"posting_number": number, "products": _products(lines)}


def _products(lines):
    """Posting methods call the SKU ``product_id``."""
    return [{"product_id": to_number(line.sku, "sku"), "quantity": int(line.quantity)} for line in lines]


def multibox_set(number, quantity):
    return {"posting_number": number, "multi_box_qty": int(quantity)}


# --- labels and cancelling -----------------------------------------------------------------------------------------
def label_create(numbers):
    return {"posting_numbers": list(numbers)}


def label_get(task_id):
    return {"task_id": to_number(task_id, "task_id")}


def cancel_reasons(number):
    return {"related_posting_numbers": [number]}


def cancel(number, reason_id, message=""):
    body = {"posting_number": number, "cancel_reason_id": to_number(reason_id, "cancel_reason_id")}
    return {**body, "cancel_reason_message": message} if message else body


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
