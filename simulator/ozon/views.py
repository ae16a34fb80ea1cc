"""How a posting looks in the lists of v4. The older shape of ``/v3/posting/fbs/get`` is in views_get.py."""

from datetime import timedelta

from simulator.answers import dump
from simulator.clock import format_time
from simulator.ozon.odd_shapes import apply_options

END_OF_TIME = "9999-12-31T23:59:59.999999900Z"
PARTS = ("analytics_data", "barcodes", "financial_data", "legal_info")


def list_json(state, posting, wanted):
    """The encoded posting of a list; encoding is the dear part, so the text is kept until the posting changes."""
    options = state.settings
    key = "v4", tuple(wanted[part] for part in PARTS), options.string_ids, options.null_objects
    if key not in posting.cache:
        posting.cache[key] = dump(apply_options(options, posting_v4(state, posting, wanted)))
    return posting.cache[key]


def posting_v4(state, posting, wanted):
    view = common(state, posting, wanted)
    view.update(
        addressee={"name": posting.buyer["name"]} if posting.buyer else None,
        customer=customer(posting, with_email=True),
        delivery_schema="rfbs" if posting.is_rfbs else "fbs",
        destination_place_id=0,
        destination_place_name="",
        is_click_and_collect=False,
        is_presortable=False,
        prr_option="",
        quantum_id=0,
        products=[line_v4(state, line) for line in posting.lines],
        financial_data=financial_v4(posting) if shown(posting, wanted, "financial_data") else None,
        tariffication=tariffication_v4(posting),
        volume_weight=0.4,
    )
    return {**view, **(posting.overrides or {})}


def common(state, posting, wanted):
    """What both shapes share."""
    return {
        "posting_number": posting.number,
        "order_id": posting.order_id,
        "order_number": posting.order_number,
        "parent_posting_number": posting.parent_number,
        "pickup_code_verified_at": None,
        "status": posting.status,
        "substatus": posting.substatus,
        "delivery_method": delivery_method(posting),
        "tracking_number": posting.tracking_number,
        "tpl_integration_type": posting.warehouse.integration,
        "integration_type_flow": posting.warehouse.integration,
        "in_process_at": format_time(posting.in_process_at),
        "shipment_date": format_time(posting.shipment_date),
        "shipment_date_without_delay": format_time(posting.shipment_date + timedelta(hours=80)),
        "delivering_date": format_time(posting.delivering_at),
        "cancellation": posting.cancellation or no_cancellation(),
        "analytics_data": analytics(posting) if shown(posting, wanted, "analytics_data") else None,
        "barcodes": barcodes(posting) if shown(posting, wanted, "barcodes") else None,
        "legal_info": legal_info(posting, wanted),
        "available_actions": available_actions(state, posting),
        "requirements": requirements(posting),
        "optional": {"products_with_possible_mandatory_mark": []},
        "external_order": {"is_external": False, "platform_name": ""},
        "container": None,
        "container_sort_type": "",
        "is_express": False,
        "is_multibox": posting.is_multibox,
        "multi_box_qty": posting.multi_box_qty,
        "require_blr_traceable_attrs": False,
        "sorting_center": None,
        "tariffication_steps": tariffication_steps(posting),
        "scanit": (posting.scanit or f"ii{posting.id}") if posting.status == "awaiting_deliver" else "",
    }


def shown(posting, wanted, part):
    return wanted[part] and part not in posting.missing


def no_cancellation():
    return {
        "cancel_reason_id": 0, "cancel_reason": "", "cancellation_type": "", "cancelled_after_ship": False,
        "affect_cancellation_rating": False, "cancellation_initiator": "",
    }  # fmt: skip


def delivery_method(posting):
    warehouse = posting.warehouse
    return {
        "id": warehouse.delivery_method_id,
        "name": warehouse.delivery_method_name,
        "warehouse_id": warehouse.warehouse_id,
        "warehouse": warehouse.name,
        "tpl_provider_id": warehouse.provider_id,
        "tpl_provider": warehouse.provider_name,
    }


def analytics(posting):
    warehouse = posting.warehouse
    begin = posting.shipment_date + timedelta(days=2)
    begin, end = posting.delivery_window or (begin, begin + timedelta(hours=12))
    return {
        # Where the parcel goes is told for rFBS only; FBS sellers get empty texts.
        "region": posting.buyer["region"] if posting.buyer else "",
        "city": posting.buyer["city"] if posting.buyer else "",
        "delivery_type": "Courier" if posting.is_rfbs else "PVZ",
        "is_premium": posting.id % 4 == 0,
        "is_legal": posting.is_legal,
        "payment_type_group_name": ("Банковская карта", "Ozon Карта", "СБП")[posting.id % 3],
        "warehouse_id": warehouse.warehouse_id,
        "warehouse": warehouse.name,
        "tpl_provider_id": warehouse.provider_id,
        "tpl_provider": warehouse.provider_name,
        "delivery_date_begin": format_time(begin),
        "delivery_date_end": format_time(end),
        "client_delivery_date_begin": format_time(begin) if posting.is_rfbs else None,
        "client_delivery_date_end": format_time(end) if posting.is_rfbs else None,
    }


def barcodes(posting):
    return {"upper_barcode": posting.upper_barcode, "lower_barcode": posting.lower_barcode}


def legal_info(posting, wanted):
    if not (posting.is_legal and shown(posting, wanted, "legal_info")):
        return {"company_name": "", "inn": "", "kpp": ""}
    return {"company_name": "ООО «Вектор»", "inn": "7701234567", "kpp": "770101001"}


def customer(posting, with_email):
    if not posting.buyer or "customer" in posting.missing:
        return None
    shape = {key: posting.buyer[key] for key in ("customer_id", "name", "phone")}
    shape["address"] = posting.buyer["address"]
    if with_email:
        shape["customer_email"] = ""
    return shape


def line_v4(state, line):
    return {
        "sku": line.sku,
        "offer_id": line.offer_id,
        "name": line.name,
        "quantity": line.quantity,
        "price": money(line.price, line.currency),
        "is_marketplace_buyout": False,
        "is_blr_traceable": False,
        "imei": [],
        "product_color": "",
        "weight": weight_kg(state, line),
    }


def money(amount, currency):
    return {"amount": f"{amount:.2f}", "currency": currency}


def weight_kg(state, line):
    product = state.by_sku.get(line.sku)
    return product.weight_g / 1000 if product else 0


def financial_v4(posting):
    return {
        "cluster_from": "Москва, МО и Дальние регионы",
        "cluster_to": "Казань" if posting.id % 2 else "Москва, МО и Дальние регионы",
        "products": [financial_line(posting, line) for line in posting.lines],
    }


def financial_line(posting, line):
    """Commission and payout stay zero until the buyer has the parcel."""
    done = posting.status == "delivered"
    discount = line.old_price - line.price
    return {
        "product_id": line.sku,
        "quantity": line.quantity,
        "price": float(line.price),
        "old_price": float(line.old_price),
        "total_discount_value": float(discount),
        "total_discount_percent": round(float(discount / line.old_price * 100), 2) if line.old_price else 0,
        "customer_price": money(line.price, line.currency),
        "commission": {
            "amount": float(round(line.price * line.quantity * 15 / 100, 2)) if done else 0,
            "percent": 15 if done else 0,
            "currency": line.currency,
        },
        "payout": float(round(line.price * line.quantity * 85 / 100, 2)) if done else 0,
        "actions": ["Округление"] if discount else [],
    }


def requirements(posting):
    names = "gtd country mandatory_mark rnpt jw_uin imei weight change_country".split()
    return {
        f"products_requiring_{name}": [str(line.sku) for line in posting.lines if name in required(line)]
        for name in names
    }


def required(line):
    return (*line.requirements, "mandatory_mark") if line.mandatory_mark else line.requirements


def tariffication_v4(posting):
    currency = posting.lines[0].currency
    return {
        "current_tariff_rate": 1,
        "current_tariff_type": "no_discount",
        "current_tariff_charge": None,
        "current_tariff_min_charge": None,
        "next_tariff_rate": 1,
        "next_tariff_type": "commission",
        "next_tariff_charge": {"amount": "50", "currency": currency},
        "next_tariff_min_charge": {"amount": "50", "currency": currency},
        "next_tariff_starts_at": format_time(posting.shipment_date + timedelta(seconds=1)),
    }


def tariffication_steps(posting):
    currency = posting.lines[0].currency
    fifty = {"amount": "50", "currency": currency}
    return [
        {
            "min_charge": None,
            "tariff_charge": {"amount": "0", "currency": currency},
            "tariff_deadline_at": format_time(posting.shipment_date),
            "tariff_rate": 0,
            "tariff_type": "no_discount",
        },
        {
            "min_charge": fifty,
            "tariff_charge": fifty,
            "tariff_deadline_at": END_OF_TIME,
            "tariff_rate": 1,
            "tariff_type": "commission",
        },
    ]


def available_actions(state, posting):
    """What may be called now. The set is open: ``has_barcode_for_printing`` is nowhere described, yet it comes."""
    actions = ["cancel"]
    if posting.status == "awaiting_packaging":
        actions += packaging_actions(posting)
    elif posting.status == "awaiting_deliver":
        kind = "label_download_big" if posting.warehouse.label_type == "BIG" else "label_download_small"
        actions += ["has_barcode_for_printing", "label_download", kind]
        if any(line.mandatory_mark for line in posting.lines):
            actions.append("update_cis")
        if posting.is_rfbs:
            actions += ["non_int_delivering", "set_track_number"]
    elif posting.status in ("awaiting_registration", "awaiting_approve", "awaiting_verification"):
        pass
    elif posting.status == "not_accepted":
        actions.append("arbitration")
    elif posting.status == "arbitration":
        actions = ["awaiting_delivery"]
    elif posting.status == "delivering" and posting.is_rfbs:
        last_mile = posting.substatus == "posting_in_courier_service"
        actions = ["set_track_number", "non_int_delivered" if last_mile else "non_int_last_mile"]
    else:
        actions = []
    return sorted(actions)


def packaging_actions(posting):
    if posting.shipping:
        return ["ship_async_in_process"]
    actions = ["has_barcode_for_printing", "product_cancel", "ship"]
    actions.append("ship_async_retry" if posting.substatus == "ship_failed" else "ship_async")
    if any(line.mandatory_mark for line in posting.lines):
        actions.append("ship_with_additional_info")
    return actions
