"""Goods that come back: what Ozon carries (FBS, FBO), and what buyers of rFBS ask for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simulator.clock import format_time
from simulator.ozon import accrual_rules
from simulator.ozon.errors import invalid, not_found
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Message, Moment, Text

# sys_name → (id, what people read); the numbers but 3 are inferred.
STAGES = {
    "DisputeOpened": (1, "Открыт спор"),
    "OnSellerApproval": (2, "На согласовании у продавца"),
    "ArrivedAtReturnPlace": (3, "В пункте выдачи"),
    "MovingToSeller": (4, "Едет к продавцу"),
    "WaitingShipment": (5, "Ожидает отправки"),
    "ReturningToSellerByCourier": (6, "Курьер везёт продавцу"),
    "ReceivedBySeller": (7, "Получен продавцом"),
    "MovingToOzon": (8, "Едет на склад Ozon"),
    "ReturnedToOzon": (9, "На складе Ozon"),
    "Utilizing": (10, "Утилизируется"),
    "Utilized": (11, "Утилизирован"),
    "WaitingCompensation": (12, "Ожидает компенсации"),
    "MoneyReturned": (13, "Деньги возвращены"),
    "Rejected": (14, "Отклонён"),
    "Cancelled": (15, "Отменён"),
}
KINDS = ("Cancellation", "FullReturn", "PartialReturn", "ClientReturn", "Unknown")
FINAL = {"ReceivedBySeller", "ReturnedToOzon", "Utilized", "MoneyReturned", "Rejected", "Cancelled"}
# group_state of a buyer's request → (state, what people read)
GROUPS = {
    "New": ("ON_APPROVAL", "На проверке"),
    "Delivering": ("DELIVERING", "Едет к продавцу"),
    "Checkout": ("CHECKOUT", "Проверяется"),
    "Arbitration": ("ARBITRATION", "Арбитраж"),
    "Approved": ("APPROVED", "Одобрена"),
    "Rejected": ("REJECTED", "Отклонена"),
}
PLACE = {"id": 23869688194000, "name": "СЦ_Львовский_Возвраты", "address": "Россия, обл. Московская, г. Подольск"}


@dataclass
class Return:
    id: int
    posting: object
    line: object
    quantity: int
    kind: str
    stage: str
    created_at: datetime
    changed_at: datetime
    reason: str = "Покупатель отказался при вручении: недоволен качеством товара"
    arrived_at: datetime = None
    final_at: datetime = None
    # A request of a buyer whom the seller delivered; ``stage`` is a group then.
    own: bool = False


def add(state, number, sku=0, quantity=1, kind="FullReturn", stage="", reason=""):
    """What the control API asks for: goods of a posting begin their way back."""
    posting = state.any_posting(number)
    if posting is None:
        raise LookupError(f"no posting {number}")
    line = next((line for line in posting.lines if not sku or line.sku == int(sku)), None)
    if line is None:
        raise ValueError(f"posting {number} has no product {sku}")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    own = posting.is_rfbs
    stage = stage or ("New" if own else "MovingToOzon" if posting.is_fbo else "MovingToSeller")
    check_stage(own, stage)
    now = state.clock.now()
    item = Return(next(state.return_ids), posting, line, int(quantity), kind, stage, now, now, own=own)
    item.reason = reason or item.reason
    state.returns[item.id] = item
    move(state, item, stage)
    return item


def check_stage(own, stage):
    known = GROUPS if own else STAGES
    if stage not in known:
        raise ValueError(f"stage must be one of {', '.join(known)}")


def move(state, item, stage):
    check_stage(item.own, stage)
    item.stage, item.changed_at = stage, state.clock.now()
    if stage == "ArrivedAtReturnPlace":
        item.arrived_at = item.changed_at
    if stage in FINAL:
        item.final_at = item.changed_at
    accrual_rules.follow_return(state, item)


# -- what Ozon carries -------------------------------------------------------------------------------------------------
PERIOD = Message("TimePeriod", {"time_from": Moment(), "time_to": Moment()})
DATES = ("logistic_return_date", "storage_tariffication_start_date", "visual_status_change_moment")
FILTER = {
    **dict.fromkeys(DATES, PERIOD),
    "order_id": Integer(),
    "posting_numbers": Many(Text(), most=50),
    "product_name": Text(),
    "offer_id": Text(),
    "visual_status_name": Text(),
    "warehouse_id": Integer(),
    "barcode": Text(),
    "return_schema": Text(choices=("FBS", "FBO")),
    "compensation_status_id": Integer(),
}
LIST = {
    "filter": Message("GetReturnsListRequest_Filter", FILTER),
    "limit": Integer(True, low=1, high=500),
    "last_id": Integer(),
}


@method("/v1/returns/list", "returns", LIST, "GetReturnsListRequest")
def returns_list(call):
    filters = call.body["filter"] or dict.fromkeys(FILTER)
    if sum(bool(filters[name]) for name in DATES) > 1:
        raise invalid("only one date filter can be used")
    rows = [item for item in call.state.returns.values() if not item.own and matches(filters, item)]
    rest = [item for item in rows if item.id > call.body["last_id"]]
    page = rest[: call.body["limit"]]
    return {"returns": [view(item) for item in page], "has_next": len(rest) > len(page)}


def matches(filters, item):
    moments = {
        "logistic_return_date": item.created_at,
        "storage_tariffication_start_date": item.arrived_at,
        "visual_status_change_moment": item.changed_at,
    }
    inside = all(within(filters[name], moment) for name, moment in moments.items() if filters[name])
    scheme = "FBO" if item.posting.is_fbo else "FBS"
    return (
        inside
        and item.posting.number in (filters["posting_numbers"] or (item.posting.number,))
        and (filters["return_schema"] or scheme).upper() == scheme
        and (filters["offer_id"] or item.line.offer_id) == item.line.offer_id
        and (filters["visual_status_name"] or item.stage) == item.stage
    )


def within(period, moment):
    since, until = period["time_from"], period["time_to"]
    return moment is not None and (not since or moment >= since) and (not until or moment <= until)


def money(amount, currency="RUB"):
    """Beside ``currency_code`` the amount is a text here."""
    return {"currency_code": currency, "price": f"{amount:f}"}


def view(item):
    """Numbers are texts in many places, as in the documentation's example."""
    number, display = STAGES[item.stage]
    line, posting = item.line, item.posting
    commission = (line.price * Decimal("0.15")).quantize(Decimal("0.01"))
    return {
        "exemplars": [{"id": str(item.id * 10 + unit)} for unit in range(item.quantity)],
        "id": str(item.id),
        "company_id": "1042",
        "return_reason_name": item.reason,
        "type": item.kind,
        "schema": "Fbo" if posting.is_fbo else "Fbs",
        "order_id": str(posting.order_id),
        "order_number": posting.order_number,
        "place": PLACE,
        "target_place": PLACE,
        "storage": {
            "sum": money(Decimal(0)),
            "tariffication_first_date": None,
            "tariffication_start_date": format_time(item.arrived_at),
            "arrived_moment": format_time(item.arrived_at),
            "days": "0",
            "utilization_sum": money(Decimal(0)),
            "utilization_forecast_date": None,
        },
        "product": {
            "sku": str(line.sku),
            "offer_id": line.offer_id,
            "name": line.name,
            "price": money(line.price, line.currency),
            "price_without_commission": money(line.price - commission, line.currency),
            "commission_percent": "15",
            "commission": money(commission, line.currency),
            "quantity": item.quantity,
        },
        "logistic": {
            "technical_return_moment": None,
            "final_moment": format_time(item.final_at),
            "cancelled_with_compensation_moment": None,
            "return_date": format_time(item.created_at),
            "barcode": f"ii{item.id}",
        },
        "visual": {
            "status": {"id": number, "display_name": display, "sys_name": item.stage},
            "change_moment": format_time(item.changed_at),
        },
        "additional_info": {"is_opened": item.kind == "ClientReturn", "is_super_econom": False},
        "source_id": str(item.id + 1),
        "posting_number": posting.number,
        "clearing_id": str(item.id + 2),
        "return_clearing_id": None,
        "compensation_status": None,
    }


# -- what buyers of rFBS ask for ---------------------------------------------------------------------------------------
# What the list and the single request tell alike.
SHARED = ("return_number", "posting_number", "order_number", "created_at", "product")
OWN_FILTER = {
    "offer_id": Text(),
    "posting_number": Text(),
    "group_state": Many(Text()),
    "created_at": Message("CreatedAt", {"from": Moment(), "to": Moment()}),
}
OWN_LIST = {
    "filter": Message("ReturnsRfbsListRequest_Filter", OWN_FILTER),
    "last_id": Integer(),
    "limit": Integer(True, low=1, high=1000),
}


@method("/v2/returns/rfbs/list", "returns", OWN_LIST, "ReturnsRfbsListRequest")
def own_list(call):
    filters = call.body["filter"] or dict.fromkeys(OWN_FILTER)
    groups = set(filters["group_state"] or ()) - {"All"}
    period = filters["created_at"] or {"from": None, "to": None}
    rows = [
        item
        for item in call.state.returns.values()
        if item.own
        and item.id > call.body["last_id"]
        and (not groups or item.stage in groups)
        and (filters["posting_number"] or item.posting.number) == item.posting.number
        and within({"time_from": period["from"], "time_to": period["to"]}, item.created_at)
    ]
    return {"returns": [own_view(item) for item in rows[: call.body["limit"]]]}


def own_view(item):
    state, name = GROUPS[item.stage]
    return {
        "return_id": item.id,
        "return_number": f"RET-{item.id}",
        "posting_number": item.posting.number,
        "order_number": item.posting.order_number,
        "created_at": format_time(item.created_at),
        "product": {
            "sku": item.line.sku,
            "offer_id": item.line.offer_id,
            "name": item.line.name,
            "price": int(item.line.price),
            "currency_code": item.line.currency,
        },
        "state": {"group_state": item.stage, "state": state, "state_name": name, "money_return_state_name": ""},
    }


@method("/v2/returns/rfbs/get", "returns", {"return_id": Integer(True, low=1)}, "ReturnsRfbsGetRequest")
def own_get(call):
    item = call.state.returns.get(call.body["return_id"])
    if item is None or not item.own:
        raise not_found("RETURN_NOT_FOUND")
    view_of = own_view(item)
    return {
        "returns": {
            **{
                name: view_of[name]
                for name in ("return_number", "posting_number", "order_number", "created_at", "product")
            },
            "available_actions": [],
            "client_photo": [],
            "client_return_method_type": {"id": 1, "name": "Курьер"},
            "comment": "",
            "rejection_comment": "",
            "rejection_reason": [],
            "return_reason": {"id": 1, "name": item.reason, "is_defect": False},
            "ru_post_tracking_number": "",
            "state": {"state": view_of["state"]["state"], "state_name": view_of["state"]["state_name"]},
            "warehouse_id": item.posting.warehouse.warehouse_id,
        }
    }
