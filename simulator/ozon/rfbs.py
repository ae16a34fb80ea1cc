"""rFBS: the seller moves the parcel himself and tells Ozon so. Outcomes are told per posting, the answer stays 200."""

from simulator.ozon.registry import method
from simulator.ozon.validation import Many, Message, Text

POSTINGS = {"posting_number": Many(Text(), required=True, most=100)}
# path → (status and substatus needed before, status and substatus after)
STEPS = {
    "/v2/fbs/posting/delivering": (
        ("awaiting_deliver", None),
        ("delivering", "posting_transferred_to_courier_service"),
    ),
    "/v2/fbs/posting/last-mile": (
        ("delivering", "posting_transferred_to_courier_service"),
        ("delivering", "posting_in_courier_service"),
    ),
    "/v2/fbs/posting/delivered": (("delivering", "posting_in_courier_service"), ("delivered", "posting_delivered")),
}


def step(call):
    before, after = STEPS[call.path]
    rows = []
    for number in call.body["posting_number"]:
        error = refusal(call.state, number, before)
        if not error:
            call.state.later(call.state.settings.ship_delay, mover(call.state, number, after))
        # An empty list where a text is described: that is how the documentation's example looks.
        rows.append({"posting_number": number, "result": not error, "error": error or []})
    return {"result": rows}


for path in STEPS:
    method(path, "posting", POSTINGS, "PostingFbsStepRequest", writes=True)(step)


def refusal(state, number, before):
    posting = state.postings.get(number)
    if posting is None:
        return "POSTING_NOT_FOUND"
    if not posting.is_rfbs:
        return "HAS_INCORRECT_TPL_INTEGRATION_TYPE"
    status, substatus = before
    if posting.status != status or (substatus and posting.substatus != substatus):
        return "TRANSITION_IS_NOT_POSSIBLE"
    return ""


def mover(state, number, after):
    def action():
        posting = state.postings[number]
        if posting.status == "cancelled":
            return
        now = state.clock.now()
        posting.delivering_at = posting.delivering_at or now
        posting.delivered_at = now if after[0] == "delivered" else None
        state.move(posting, *after)

    return action


PAIR = Message("TrackingNumber", {"posting_number": Text(required=True), "tracking_number": Text(required=True)})
TRACKING = {"tracking_numbers": Many(PAIR, fewest=1, most=20)}


@method("/v2/fbs/posting/tracking-number/set", "posting", TRACKING, "TrackingNumberSetRequest", writes=True)
def set_tracking(call):
    rows = []
    for pair in call.body["tracking_numbers"]:
        posting = call.state.postings.get(pair["posting_number"])
        error = (
            ""
            if posting and posting.is_rfbs
            else "HAS_INCORRECT_TPL_INTEGRATION_TYPE"
            if posting
            else "POSTING_NOT_FOUND"
        )
        if not error:
            posting.tracking_number = pair["tracking_number"]
            call.state.touch(posting)
        rows.append({"posting_number": pair["posting_number"], "result": not error, "error": error})
    return {"result": rows}
