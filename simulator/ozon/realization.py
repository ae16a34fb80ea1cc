"""The realization report of a month: what was delivered and what came back, as the accruals of that month tell it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from simulator.ozon.balance import number
from simulator.ozon.errors import invalid, not_found
from simulator.ozon.periods import month_of, moscow_day
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer

ZERO = Decimal("0.00")
FIRST_MONTH = date(2023, 8, 1)
READY_ON = 5
OZON = {"payer_name": "ООО «Интернет Решения»", "payer_inn": "7704217370", "payer_kpp": "997750001"}
SELLER = {"receiver_name": "ООО «Ромашка»", "receiver_inn": "7707083893", "receiver_kpp": "770701001"}
MONTH = {
    "month": Integer(required=True, low=1, high=12),
    "year": Integer(required=True, low=1),
}


@dataclass
class Side:
    """Delivered or returned units of one row; every number is positive."""

    quantity: int = 0
    amount: Decimal = ZERO
    bonus: Decimal = ZERO
    coinvestment: Decimal = ZERO
    fee: Decimal = ZERO

    def add(self, sold):
        sign = -1 if sold.sale_amount < 0 else 1
        self.quantity += sold.quantity
        self.amount += sign * (sold.sale_amount - sold.bonus - sold.coinvestment)
        self.bonus += sign * sold.bonus
        self.coinvestment += sign * sold.coinvestment
        self.fee += -sign * sold.commission

    def view(self, price):
        """The partners' part is told as money of the bank; ``commission`` and ``compensation`` ended in April 2024."""
        total = self.amount + self.bonus + self.coinvestment - self.fee
        return {
            "price_per_instance": number(price),
            "quantity": self.quantity,
            "amount": number(self.amount),
            "bonus": number(self.bonus),
            "bank_coinvestment": number(self.coinvestment),
            "stars": 0,
            "pick_up_point_coinvestment": 0,
            "standard_fee": number(self.fee),
            "total": number(total),
            "commission": 0,
            "compensation": 0,
        }


@method("/v2/finance/realization", "finance", MONTH, "GetRealizationReportRequestV2")
def realization(call):
    """One row per product and price (inferred)."""
    first, last = asked_month(call)
    rows = [
        {**row_view(call.state, key[1:], sides), "rowNumber": position}
        for position, (key, sides) in enumerate(rows_of(call.state, first, last, per_posting=False), 1)
    ]
    return {"result": {"header": header(call.state, first, last), "rows": rows}}


@method("/v1/finance/realization/posting", "finance", MONTH, "GetRealizationReportPostingRequest")
def by_posting(call):
    """The same rows, posting by posting; the answer is not wrapped."""
    first, last = asked_month(call)
    rows = [
        {**row_view(call.state, key[1:], sides), "row_number": position, **order_view(call.state, key[0], last)}
        for position, (key, sides) in enumerate(rows_of(call.state, first, last, per_posting=True), 1)
    ]
    return {"header": header(call.state, first, last), "rows": rows}


def asked_month(call):
    """First and last day. Before the 5th of the next month there is no report (404 is inferred)."""
    try:
        first, last = month_of(call.body["year"], call.body["month"])
        ready = last + timedelta(days=READY_ON)
    except (ValueError, OverflowError):
        raise invalid("Request validation error: there is no such month") from None
    if first < FIRST_MONTH:
        raise invalid("Request validation error: reports begin with August 2023")
    if moscow_day(call.now) < ready:
        raise not_found("report not found")
    return first, last


def rows_of(state, first, last, per_posting):
    """(posting or "", sku, seller's price, buyer's price, ratio) → [delivered, returned], in a steady order."""
    rows = {}
    for accrual in state.book.between(first, last):
        if not accrual.reported or accrual.currency != state.settings.currency:
            continue
        for sold in accrual.sales():
            number_of = accrual.unit_number if per_posting else ""
            key = number_of, sold.sku, abs(sold.seller_price), abs(sold.sale_price), sold.ratio
            rows.setdefault(key, [Side(), Side()])[sold.sale_amount < 0].add(sold)
    return sorted(rows.items())


def row_view(state, key, sides):
    sku, seller_price, sale_price, ratio = key
    product = state.by_sku.get(sku)
    delivered, returned = (side.view(sale_price) if side.quantity else None for side in sides)
    return {
        "item": {
            "sku": sku,
            "offer_id": product.offer_id if product else "",
            "name": product.name if product else "",
            "barcode": product.barcode if product else "",
        },
        "seller_price_per_instance": number(seller_price),
        "commission_ratio": float(ratio),
        "delivery_commission": delivered,
        "return_commission": returned,
    }


def order_view(state, posting_number, last):
    posting = state.any_posting(posting_number)
    sold_to_company = posting is not None and posting.is_legal
    return {
        "order": {
            "posting_number": posting_number,
            "created_date": str(moscow_day(posting.in_process_at) if posting else last),
        },
        "legal_entity_document": {
            "number": f"УПД-{posting.id}" if sold_to_company else "",
            "sale_date": str(last) if sold_to_company else "",
        },
    }


def header(state, first, last):
    return {
        "number": f"{state.client_id}{first:%y%m}",
        "doc_date": str(last),
        "start_date": str(first),
        "stop_date": str(last),
        "contract_number": f"ИР-{state.client_id}/23",
        "contract_date": "2023-01-09",
        "currency_sys_name": state.settings.currency,
        **OZON,
        **SELLER,
    }
