"""Ozon's words and ours. Tables only; a word that is missing here is shown raw and never guessed."""

from ..base import status

#: Unified status → Ozon's ``status`` words, the usual one first.
STATUSES = {
    status.NEW: ("awaiting_verification", "awaiting_approve"),
    status.TO_ASSEMBLE: ("awaiting_packaging",),
    status.ASSEMBLED: ("awaiting_deliver", "awaiting_registration"),
    status.HANDED_OVER: ("acceptance_in_progress", "driver_pickup"),
    status.DELIVERING: ("delivering", "sent_by_seller"),
    status.DELIVERED: ("delivered",),
    status.NOT_ACCEPTED: ("not_accepted",),
    status.DISPUTE: ("arbitration", "client_arbitration"),
    status.CANCELLED: ("cancelled",),
    # Replaced by its children: not a cancellation by anyone.
    status.SPLIT: ("cancelled_from_split_pending",),
}
STATUS_BY_WORD = {word: unified for unified, words in STATUSES.items() for word in words}
#: Words that postings have but that the lists' ``filter.statuses`` does not name.
NOT_FILTERABLE = frozenset({"awaiting_verification", "cancelled_from_split_pending"})

#: Words of ``substatus``, also sent as ``new_state`` of a notification → the unified status they belong to.
SUBSTATUSES = {
    "posting_created": status.TO_ASSEMBLE,
    "posting_split_pending": status.NEW,
    "posting_packing": status.TO_ASSEMBLE,
    "ship_failed": status.TO_ASSEMBLE,
    "posting_awaiting_passport_data": status.TO_ASSEMBLE,
    "posting_awaiting_registration": status.ASSEMBLED,
    "posting_registration_error": status.ASSEMBLED,
    "posting_registered": status.ASSEMBLED,
    "posting_transferring_to_delivery": status.ASSEMBLED,
    "posting_in_carriage": status.ASSEMBLED,
    "posting_not_in_carriage": status.ASSEMBLED,
    "posting_acceptance_in_progress": status.HANDED_OVER,
    "posting_driver_pick_up": status.HANDED_OVER,
    "posting_on_way_to_city": status.DELIVERING,
    "posting_transferred_to_courier_service": status.DELIVERING,
    "posting_in_courier_service": status.DELIVERING,
    "posting_on_way_to_pickup_point": status.DELIVERING,
    "posting_in_pickup_point": status.DELIVERING,
    "posting_conditionally_delivered": status.DELIVERING,
    "posting_returned_to_warehouse": status.DELIVERING,
    "posting_delivered": status.DELIVERED,
    "posting_received": status.DELIVERED,
    "posting_canceled": status.CANCELLED,
    "posting_in_arbitration": status.DISPUTE,
    "posting_in_client_arbitration": status.DISPUTE,
    "posting_not_in_sort_center": status.NOT_ACCEPTED,
}

#: Substatus → how far an own delivery is; where there is none the status tells (``DELIVERY_STEPS_BY_STATUS``).
DELIVERY_STEPS = {"posting_in_courier_service": status.LAST_MILE}
DELIVERY_STEPS_BY_STATUS = {status.DELIVERING: status.DELIVERING, status.DELIVERED: status.DELIVERED}
#: Our step → endpoint that tells it.
STEP_ENDPOINTS = {
    status.DELIVERING: "status_delivering",
    status.LAST_MILE: "status_last_mile",
    status.DELIVERED: "status_delivered",
}

#: Words of ``integration_type_flow`` and ``tpl_integration_type`` that mean "Ozon delivers"; every other one is rFBS.
OZON_DELIVERS = frozenset({"ozon"})

#: Assembly runs in the background: these tell how far it is.
ASSEMBLY_RUNNING_ACTIONS = frozenset({"ship_async_in_process"})
ASSEMBLY_FAILED_ACTIONS = frozenset({"ship_async_retry"})
ASSEMBLY_FAILED_SUBSTATUSES = frozenset({"ship_failed"})

#: Key in ``requirements`` → our word.
REQUIREMENTS = {
    "products_requiring_mandatory_mark": "mandatory_mark",
    "products_requiring_gtd": "gtd",
    "products_requiring_country": "country",
    "products_requiring_change_country": "country",
    "products_requiring_rnpt": "rnpt",
    "products_requiring_jw_uin": "jw_uin",
    "products_requiring_imei": "imei",
    "products_requiring_weight": "weight",
}

#: ``cancellation_type`` and, where that is empty, ``cancellation_initiator`` (lower case) → who cancelled.
INITIATORS = {
    "seller": "seller",
    "client": "buyer",
    "customer": "buyer",
    "ozon": "marketplace",
    "system": "marketplace",
    "delivery": "delivery",
    "продавец": "seller",
    "клиент": "buyer",
    "покупатель": "buyer",
    "система": "marketplace",
    "служба доставки": "delivery",
}
#: The reason "other, the seller's fault" has to be explained.
REASONS_WITH_MESSAGE = frozenset({"402"})
#: ``type_id`` of the reasons that a seller may give.
SELLER_REASON = "seller"

#: Our word for a reason → Ozon's reasons that mean it.
REASON_KINDS = {"352": "out_of_stock", "400": "defective", "402": "other"}

#: ``state.state`` of a buyer's cancellation request → our word, and back for the filter.
CANCEL_REQUEST_STATES = {"ON_APPROVAL": "pending", "APPROVED": "approved", "REJECTED": "rejected"}
CANCEL_REQUEST_WORDS = {ours: word for word, ours in CANCEL_REQUEST_STATES.items()}

#: ``visual.status.sys_name`` of a return → stage.
RETURN_STAGES = {
    **dict.fromkeys(
        (
            *("OnSellerApproval", "OnSellerClarification", "OnSellerClarificationAfterPartialCompensation"),
            *("DisputeOpened", "DisputeYouOpened", "DisputeOpening", "OfferedPartialCompensation"),
            *("ReturnMoneyApproved", "Approved", "ApprovedByOzon"),
        ),
        status.RETURN_REQUESTED,
    ),
    **dict.fromkeys(
        ("CancelledDisputeNotOpen", "Rejected", "CrmRejected", "Cancelled", "CompensationRejected"),
        status.RETURN_REFUSED,
    ),
    **dict.fromkeys(
        # A wait for compensation may still end with the goods: nothing is settled yet.
        (
            *("WaitingShipment", "MovingToSeller", "ReturningToSellerByCourier", "MovingToOzon", "SendingError"),
            *("WaitingCompensation", "CompensationOffered", "PartialCompensationInProcess", "Utilizing"),
            *("CompensationRejectedBySla", "CompensationRejectedBySeller"),
        ),
        status.RETURN_MOVING,
    ),
    "ArrivedAtReturnPlace": status.RETURN_READY,
    "ReceivedBySeller": status.RETURN_RECEIVED,
    "ReturnedToOzon": status.RETURN_AT_MARKETPLACE,
    "Utilized": status.RETURN_DISPOSED,
    # The buyer has his money and keeps the goods.
    **dict.fromkeys(
        ("PartialCompensationReturned", "MoneyReturned", "MoneyReturnedBySystem"), status.RETURN_COMPENSATED
    ),
}
#: ``type`` of a return → our kind.
RETURN_KINDS = {
    "Cancellation": "cancellation",
    "FullReturn": "refused",
    "PartialReturn": "partial",
    "ClientReturn": "client",
    "Unknown": "unknown",
}
#: ``state.group_state`` of a buyer's return request → stage.
OWN_RETURN_STAGES = {
    "New": status.RETURN_REQUESTED,
    "Arbitration": status.RETURN_REQUESTED,
    "Delivering": status.RETURN_MOVING,
    "Checkout": status.RETURN_READY,
    "Approved": status.RETURN_RECEIVED,
    "Rejected": status.RETURN_REFUSED,
}
#: ``schema`` of a return (lower case) → scheme.
RETURN_SCHEMES = {"fbs": status.FBS, "fbo": status.FBO, "rfbs": status.RFBS}

#: ``status`` of the units' check → our word.
EXEMPLAR_STATES = {
    "ship_available": "ready",
    "ship_not_available": "refused",
    "validation_in_process": "checking",
    "update_available": "changeable",
    "update_not_available": "locked",
}
#: ``check_status`` of a mark → our word.
MARK_STATES = {"processing": "checking", "passed": "passed", "failed": "failed"}
#: Flag of a product in the sheet of units → our word.
EXEMPLAR_NEEDS = {
    "is_mandatory_mark_needed": "mandatory_mark",
    "is_gtd_needed": "gtd",
    "is_rnpt_needed": "rnpt",
    "is_jw_uin_needed": "jw_uin",
    "has_imei": "imei",
    "is_weight_needed": "weight",
}

#: Currencies of Ozon's cabinets.
CURRENCIES = ("RUB", "BYN", "KZT", "EUR", "USD", "CNY", "KGS")

#: ``task_type`` and ``carriage_label_type`` (lower case) → our word.
LABEL_KINDS = {"big_label": "big", "small_label": "small", "big": "big", "small": "small"}
LABEL_STATES = {"pending": "pending", "in_progress": "pending", "completed": "done", "error": "failed"}

#: Warehouse and delivery method ``status`` (lower case) that take no orders.
IDLE_WAREHOUSE = frozenset({"disabled", "blocked", "disabled_due_to_limit", "error"})
IDLE_DELIVERY_METHOD = frozenset({"disabled", "broken"})

#: ``status`` of a carriage that has no document (yet) → our word; every other one is asked for its document.
CARRIAGE_STATES = {
    "new": "draft",
    "cancelled": "cancelled",
    "cancelation_enqueued": "cancelled",
    "cancelation_processing": "cancelled",
}
#: ``status`` of its document → our word.
DOCUMENT_STATES = {
    "in_process": "forming",
    "the next postings aren't ready": "forming",
    "ready": "ready",
    "error": "failed",
    "cancelled": "cancelled",
}

#: ``errors[].level`` of a product that a person should see.
PROBLEM_LEVELS = frozenset({"ERROR_LEVEL_ERROR", "ERROR_LEVEL_INTERNAL", "ERROR_LEVEL_WARNING"})

#: ``message_type`` of a notification → ``dto.Event.kind``. What is missing is "other" and must still be acknowledged.
#: News about whole orders is "other": their postings tell the same.
EVENT_KINDS = {
    "TYPE_PING": "ping",
    "TYPE_NEW_POSTING": "order_new",
    "TYPE_POSTING_CANCELLED": "order_cancelled",
    "TYPE_STATE_CHANGED": "order_changed",
    "TYPE_CUTOFF_DATE_CHANGED": "order_changed",
    "TYPE_DELIVERY_DATE_CHANGED": "order_changed",
    "TYPE_CREATE_OR_UPDATE_ITEM": "offer_changed",
    "TYPE_STOCKS_CHANGED": "stock_changed",
    "TYPE_FBO_STOCKS_CHANGED": "stock_changed",
    "TYPE_FBO_POSTING_NEW": "order_new",
    "TYPE_FBO_POSTING_CANCELLED": "order_cancelled",
    "TYPE_FBO_POSTING_STATE_CHANGED": "order_changed",
    "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED": "order_changed",
    "TYPE_ORDER_NEW": "other",
    "TYPE_ORDER_CANCELLED": "other",
    "TYPE_ORDER_STATE_CHANGED": "other",
    "TYPE_NEW_MESSAGE": "other",
    "TYPE_UPDATE_MESSAGE": "other",
    "TYPE_MESSAGE_READ": "other",
    "TYPE_CHAT_CLOSED": "other",
    "TYPE_DESCRIPTION_CATEGORY_TREE_CHANGED": "other",
}
#: ``message_type`` that speaks of a posting in Ozon's own warehouse begins so.
FBO_EVENT = "TYPE_FBO_POSTING_"
