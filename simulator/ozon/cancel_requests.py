"""Buyers of rFBS who want to cancel: the seller approves or rejects, after a while Ozon approves by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.clock import format_time
from simulator.ozon.cancelling import CLIENT_REASON, cancel
from simulator.ozon.errors import not_found, wrong_state
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Text

STATES = {"ON_APPROVAL": (1, "На рассмотрении"), "APPROVED": (2, "Одобрена"), "REJECTED": (3, "Отклонена")}
INITIATORS = ("OZON", "SELLER", "CLIENT", "SYSTEM", "DELIVERY")
DECIDE_WITHIN = timedelta(days=2)


@dataclass
class CancelRequest:
    id: int
    posting: object
    asked_at: datetime
    auto_at: datetime
    reason: str = "Покупатель отменил заказ"
    message: str = ""
    state: str = "ON_APPROVAL"
    comment: str = ""
    decided_at: datetime = None


def add(state, posting, reason="", message="", hours=None):
    """What the control API asks for: the buyer of an rFBS posting wants to cancel."""
    if not posting.is_rfbs:
        raise ValueError("only buyers of rFBS postings ask")
    now = state.clock.now()
    within = timedelta(hours=hours) if hours is not None else DECIDE_WITHIN
    request = CancelRequest(next(state.return_ids), posting, now, now + within)
    request.reason, request.message = reason or request.reason, message
    state.cancel_requests[request.id] = request
    state.later(within.total_seconds(), lambda: decide(state, request, "APPROVED") if is_open(request) else None)
    return request


def is_open(request):
    return request.state == "ON_APPROVAL"


def decide(state, request, word, comment=""):
    request.state, request.comment, request.decided_at = word, comment, state.clock.now()
    if word == "APPROVED" and request.posting.status != "cancelled":
        cancel(state, request.posting, "client", CLIENT_REASON)


FILTERS = {
    "cancellation_initiator": Many(Text(choices=INITIATORS)),
    "posting_number": Many(Text()),
    "state": Text(choices=("ALL", *STATES)),
}
LIST = {
    "filters": Message("ConditionalCancellationListRequest_Filters", FILTERS),
    "last_id": Integer(),
    "limit": Integer(True, low=1, high=500),
    "with": Message("With", {"counter": Flag()}),
}


@method("/v2/conditional-cancellation/list", "returns", LIST, "GetConditionalCancellationListRequest")
def request_list(call):
    filters = call.body["filters"] or dict.fromkeys(FILTERS)
    word = filters["state"] if filters["state"] not in (None, "", "ALL") else None
    rows = [
        request
        for request in call.state.cancel_requests.values()
        if request.id > call.body["last_id"]
        and (word or request.state) == request.state
        and request.posting.number in (filters["posting_number"] or (request.posting.number,))
    ]
    page = rows[: call.body["limit"]]
    waiting = sum(is_open(request) for request in call.state.cancel_requests.values())
    counted = call.body["with"] and call.body["with"]["counter"]
    return {
        "result": [view(request) for request in page],
        "counter": waiting if counted else 0,
        "last_id": page[-1].id if page else 0,
    }


def view(request):
    number, name = STATES[request.state]
    return {
        "cancellation_id": request.id,
        "posting_number": request.posting.number,
        "state": {"id": number, "name": name, "state": request.state},
        "cancellation_initiator": "CLIENT",
        "cancellation_reason": {"id": 508, "name": request.reason},
        "cancellation_reason_message": request.message,
        "tpl_integration_type": request.posting.warehouse.integration,
        "order_date": format_time(request.posting.in_process_at),
        "cancelled_at": format_time(request.asked_at),
        "approve_comment": request.comment,
        "approve_date": format_time(request.decided_at),
        "auto_approve_date": format_time(request.auto_at),
        "source_id": request.id - 100_000_000,
    }


DECIDE = {"cancellation_id": Integer(True, low=1), "comment": Text()}


def answer(call, word):
    request = call.state.cancel_requests.get(call.body["cancellation_id"])
    if request is None:
        raise not_found("CANCELLATION_NOT_FOUND")
    if not is_open(request):
        # The wording is inferred; the documentation says only that no other state may be decided.
        raise wrong_state(f"Cancellation is already {request.state.lower()}", 400)
    decide(call.state, request, word, call.body["comment"])
    return {}


@method("/v2/conditional-cancellation/approve", "returns", DECIDE, "ConditionalCancellationApproveRequest", writes=True)
def approve(call):
    return answer(call, "APPROVED")


@method("/v2/conditional-cancellation/reject", "returns", DECIDE, "ConditionalCancellationRejectRequest", writes=True)
def reject(call):
    return answer(call, "REJECTED")
