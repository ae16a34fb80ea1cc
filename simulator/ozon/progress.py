"""What happens to parcels outside the seller's reach: transport, delivery, disputes, everything a test may order."""

from simulator.ozon.cancelling import cancel
from simulator.ozon.seed import SHIPPED, SUBSTATUS

NEXT = {
    "awaiting_registration": ("awaiting_deliver", "posting_transferring_to_delivery"),
    "awaiting_deliver": ("delivering", "posting_on_way_to_city"),
    "acceptance_in_progress": ("delivering", "posting_on_way_to_city"),
    "delivering": ("delivered", "posting_delivered"),
}
# Ozon packs these itself, so they move on without anybody assembling them.
FBO_NEXT = {
    "awaiting_approve": ("awaiting_packaging", "posting_created"),
    "awaiting_packaging": ("awaiting_deliver", "posting_transferring_to_delivery"),
    "awaiting_deliver": ("delivering", "posting_on_way_to_city"),
    "delivering": ("delivered", "posting_received"),
}
FBO_STATUSES = {*FBO_NEXT, "delivered", "cancelled"}


def advance(state, posting):
    """One step on the way to the buyer; True when there was one."""
    step = (FBO_NEXT if posting.is_fbo else NEXT).get(posting.status)
    if step:
        set_status(state, posting, *step)
    return bool(step)


def set_status(state, posting, status, substatus=None):
    """Any known status, with the moments and the carriage that belong to it."""
    if status not in SUBSTATUS and status != "cancelled_from_split_pending":
        raise ValueError(f"unknown status {status!r}; known: {', '.join(sorted(SUBSTATUS))}")
    if posting.is_fbo and status not in FBO_STATUSES:
        raise ValueError(f"an FBO posting is never {status!r}; known: {', '.join(sorted(FBO_STATUSES))}")
    if status == "cancelled":
        cancel(state, posting, "ozon")
        return
    now = state.clock.now()
    posting.shipping = False
    if status in SHIPPED:
        posting.shipped_at = posting.shipped_at or now
    else:
        posting.shipped_at = None if status == "awaiting_packaging" else posting.shipped_at
    if status in ("delivering", "delivered"):
        posting.delivering_at = posting.delivering_at or now
        send_carriage(state, posting)
    if status == "delivered":
        posting.delivered_at = now
    state.move(posting, status, substatus or SUBSTATUS.get(status, ""))


def send_carriage(state, posting):
    """The first parcel on its way tells that the carriage has left."""
    carriage = state.carriages.get(posting.carriage_id)
    if carriage and carriage.status == "formed":
        carriage.status, carriage.updated_at = "sended", state.clock.now()
