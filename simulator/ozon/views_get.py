"""How a posting looks in ``/v3/posting/fbs/get``: prices are texts with four decimals, charges lose their objects."""

from datetime import timedelta

from simulator.clock import format_time
from simulator.ozon import exemplars
from simulator.ozon.odd_shapes import apply_options
from simulator.ozon.views import common, customer, financial_line, shown


def posting_get(state, posting, wanted):
    view = common(state, posting, wanted)
    view.update(
        additional_data=[],
        addressee=addressee(posting),
        courier=None,
        customer=customer(posting, with_email=False),
        delivery_price="",
        fact_delivery_date=format_time(posting.delivered_at),
        financial_data=financial(posting) if shown(posting, wanted, "financial_data") else None,
        previous_substatus=posting.previous_substatus,
        product_exemplars=exemplars.for_get(posting) if wanted["product_exemplars"] else None,
        products=[line_get(state, line) for line in posting.lines],
        provider_status="",
        prr_option={"code": "", "price": "", "currency_code": posting.lines[0].currency, "floor": ""},
        related_postings=related(state, posting) if wanted["related_postings"] else None,
        related_weight_postings=[],
        tariffication=tariffication(posting),
    )
    return apply_options(state.settings, {**view, **(posting.get_overrides or {})})


def addressee(posting):
    if not posting.buyer:
        return None
    return {"name": posting.buyer["name"], "phone": posting.buyer["phone"], "pin": ""}


def line_get(state, line):
    product = state.by_sku.get(line.sku)
    height, length, width = product.size_mm if product else (0, 0, 0)
    return {
        "sku": line.sku,
        "offer_id": line.offer_id,
        "name": line.name,
        "quantity": line.quantity,
        "price": f"{line.price:.4f}",
        "currency_code": line.currency,
        "dimensions": {
            "height": f"{height}.00",
            "length": f"{length}.00",
            "weight": str(product.weight_g if product else 0),
            "width": f"{width}.00",
        },
        "mandatory_mark": [],
        "is_blr_traceable": False,
        "is_marketplace_buyout": False,
        "has_imei": False,
        "is_weight_needed": False,
        "weight_max": 0,
        "weight_min": 0,
    }


def financial(posting):
    return {
        "cluster_from": "Москва, МО и Дальние регионы",
        "cluster_to": "Казань" if posting.id % 2 else "Москва, МО и Дальние регионы",
        "products": [flat_financial_line(posting, line) for line in posting.lines],
    }


def flat_financial_line(posting, line):
    shape = financial_line(posting, line)
    commission = shape.pop("commission")
    shape.pop("customer_price")
    return {
        **shape,
        "currency_code": line.currency,
        "customer_currency_code": line.currency,
        "customer_price": float(line.price),
        "commission_amount": commission["amount"],
        "commission_percent": commission["percent"],
        "commissions_currency_code": line.currency,
    }


def related(state, posting):
    """The other parcels of the same order."""
    numbers = [number for number in posting.related if number in state.postings]
    return {"related_posting_numbers": numbers}


def tariffication(posting):
    currency = posting.lines[0].currency
    return {
        "current_tariff_rate": 1,
        "current_tariff_type": "no_discount",
        "current_tariff_charge": "",
        "current_tariff_charge_currency_code": currency,
        "next_tariff_rate": 1,
        "next_tariff_type": "commission",
        "next_tariff_charge": "50",
        "next_tariff_starts_at": format_time(posting.shipment_date + timedelta(seconds=1)),
        "next_tariff_charge_currency_code": currency,
    }
