"""Warehouses of the cabinet and the delivery methods of its rFBS ones."""

from simulator.ozon.cursors import page_of
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Message, Text

CREATED = "2025-03-11T11:57:51.811Z"
WAREHOUSES = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=200),
    "warehouse_ids": Many(Integer(), most=200),
}


@method("/v2/warehouse/list", "warehouse", WAREHOUSES, "WarehouseListV2Request")
def warehouse_list(call):
    state, body = call.state, call.body
    wanted = set(body["warehouse_ids"]) or set(state.warehouses)
    pairs = sorted((number, warehouse_view(state.warehouses[number])) for number in wanted & set(state.warehouses))
    page, cursor, more = page_of(pairs, body["limit"], body["cursor"], state.settings.empty_last_page)
    return apply_options(state.settings, {"warehouses": page, "cursor": cursor, "has_next": more})


def warehouse_view(warehouse):
    return {
        "warehouse_id": warehouse.warehouse_id,
        "name": warehouse.name,
        "is_rfbs": warehouse.is_rfbs,
        "status": warehouse.status,
        "warehouse_type": "",
        "is_kgt": False,
        "is_express": False,
        "is_comfort": False,
        "is_auto_assembly": False,
        "is_waybill_enabled": True,
        "has_entrusted_acceptance": warehouse.label_type == "BIG",
        "has_postings_limit": False,
        "postings_limit": -1,
        "min_postings_limit": 10,
        "carriage_label_type": warehouse.label_type,
        "courier_comment": "",
        "courier_phones": [],
        "phone": "+7(999)999-99-99",
        "cut_in_time": 0,
        "sla_cut_in": 1440,
        "with_item_list": True,
        "pause_at": None,
        "first_mile": None if warehouse.is_rfbs else first_mile(),
        "timetable": None,
        "address_info": {
            "address": warehouse.address,
            "latitude": warehouse.latitude,
            "longitude": warehouse.longitude,
            "utc": "UTC+03:00",
        },
        "working_days": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
        "created_at": CREATED,
        "updated_at": CREATED,
    }


def first_mile():
    return {
        "type": "DROP_OFF",
        "dropoff_point_id": "1020002075314000",
        "timeslot_id": 0,
        "timeslot_from": "",
        "timeslot_to": "",
        "first_mile_is_changing": False,
    }


STATUSES = ("NEW", "EDITED", "ACTIVE", "DISABLED", "WAITING", "BROKEN")
METHODS = {
    "cursor": Text(),
    "limit": Integer(required=True, low=1, high=100),
    "sort_dir": Text(choices=("ASC", "DESC")),
    "filter": Message(
        "DeliveryMethodListV2Request_Filter",
        {
            "delivery_method_ids": Many(Integer(), most=100),
            "provider_ids": Many(Integer(), most=100),
            "warehouse_ids": Many(Integer(), most=100),
            "status": Many(Text(choices=STATUSES)),
        },
    ),
}


@method("/v2/delivery-method/list", "warehouse", METHODS, "DeliveryMethodListV2Request")
def delivery_method_list(call):
    """rFBS only: for FBS the warehouse's number stands for its delivery method."""
    state, body = call.state, call.body
    pairs = sorted(
        (warehouse.delivery_method_id, method_view(warehouse))
        for warehouse in state.warehouses.values()
        if warehouse.is_rfbs and passes(warehouse, body["filter"])
    )
    page, cursor, more = page_of(pairs, body["limit"], body["cursor"], state.settings.empty_last_page)
    return apply_options(state.settings, {"delivery_methods": page, "cursor": cursor, "has_next": more})


def passes(warehouse, filters):
    if not filters:
        return True
    pairs = (
        ("delivery_method_ids", warehouse.delivery_method_id),
        ("provider_ids", warehouse.provider_id),
        ("warehouse_ids", warehouse.warehouse_id),
        ("status", "ACTIVE"),
    )
    return all(not filters[name] or value in filters[name] for name, value in pairs)


def method_view(warehouse):
    return {
        "id": warehouse.delivery_method_id,
        "name": warehouse.delivery_method_name,
        "provider_id": warehouse.provider_id,
        "warehouse_id": warehouse.warehouse_id,
        "status": "ACTIVE",
        "cutoff": "13:00",
        "sla_cut_in": 1440,
        "template_id": 0,
        "tpl_dropoff_point": None,
        "tpl_integration_type": warehouse.integration,
        "is_express": False,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
