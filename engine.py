"""The job engine's vocabulary, shared by ``models/marketplace_job*.py`` and the services that do the work."""

from collections import namedtuple

Operation = namedtuple("Operation", "label lane service method size needs")

#: operation → label, lane, service and method that do it, jobs that one call takes, operation the key must allow
OPERATIONS = {
    "account_check": Operation("Check the key", "catalogue", "marketplace.account.checker", "_run_check", 1, None),
    "warehouses_poll": Operation(
        "Load warehouses", "catalogue", "marketplace.account.checker", "_run_warehouses", 1, "warehouses"
    ),
    "offers_poll": Operation("Load offers", "catalogue", "marketplace.offer.importer", "_run_poll", 1, "offers"),
    "orders_poll": Operation("Load new postings", "orders", "marketplace.order.poller", "_run_new", 1, "orders"),
    "statuses_poll": Operation(
        "Load changed postings", "orders", "marketplace.order.poller", "_run_changed", 1, "orders"
    ),
    "orders_fetch": Operation(
        "Load postings of a period", "orders", "marketplace.order.poller", "_run_period", 1, "orders"
    ),
    "order_fetch": Operation("Read one posting", "orders", "marketplace.order.poller", "_run_fetch", 20, "order"),
    "fbo_poll": Operation("Load FBO postings", "orders", "marketplace.fbo.poller", "_run_poll", 1, "fbo_orders"),
    "status_apply": Operation("Apply statuses in Odoo", "orders", "marketplace.status.applier", "_run_apply", 1, None),
    "units_check": Operation("Compare units", "orders", "marketplace.order.units", "_run_check", 1, "order"),
    "confirm": Operation("Confirm", "orders", "marketplace.confirmation", "_run_confirm", 1, "confirm"),
    "close": Operation("Tell the hand-over", "orders", "marketplace.order.closer", "_run_close", 1, "close"),
    "return_report": Operation(
        "Report a return", "orders", "marketplace.order.closer", "_run_return", 1, "return_report"
    ),
    "cancel": Operation("Cancel", "orders", "marketplace.seller.cancellation", "_run_cancel", 1, "cancel"),
    "cancel_lines": Operation(
        "Cancel by position", "orders", "marketplace.seller.cancellation", "_run_cancel_lines", 1, "cancel_lines"
    ),
    "cancel_reasons_poll": Operation(
        "Load cancellation reasons", "catalogue", "marketplace.seller.cancellation", "_run_reasons", 1, "cancel_reasons"
    ),
    "delivery_status": Operation(
        "Report delivery", "orders", "marketplace.delivery.reporter", "_run_status", 50, "delivery_status"
    ),
    "tracking": Operation(
        "Send tracking numbers", "orders", "marketplace.delivery.reporter", "_run_tracking", 20, "tracking"
    ),
    "delivery_time": Operation(
        "Change delivery time", "orders", "marketplace.delivery.reporter", "_run_time", 1, "delivery_window_set"
    ),
    "returns_poll": Operation("Load returns", "orders", "marketplace.return.poller", "_run_poll", 1, "returns"),
    "own_returns_poll": Operation(
        "Load buyers' return requests", "orders", "marketplace.return.poller", "_run_own", 1, "own_delivery_returns"
    ),
    "cancel_requests_poll": Operation(
        "Load cancellation requests", "orders", "marketplace.cancel.request.service", "_run_poll", 1, "cancel_requests"
    ),
    "cancel_request_decide": Operation(
        "Answer a cancellation request",
        "orders",
        "marketplace.cancel.request.service",
        "_run_decide",
        1,
        "cancel_request_decide",
    ),
    "order_process": Operation(
        "Make orders of postings", "orders", "marketplace.order.processor", "_run_process", 1, None
    ),
    "rehearsal_fill": Operation("Fill the rehearsal", "catalogue", "marketplace.rehearsal", "_run_fill", 1, None),
    "completeness": Operation(
        "Completeness check", "catalogue", "marketplace.completeness.checker", "_run_check", 1, "orders"
    ),
    "ship": Operation("Assemble", "orders", "marketplace.shipment", "_run_ship", 1, "ship"),
    "ship_watch": Operation("Watch assembling", "orders", "marketplace.shipment", "_run_watch", 200, "order"),
    "cargo_places": Operation(
        "Set cargo places", "orders", "marketplace.shipment", "_run_cargo_places", 1, "cargo_places"
    ),
    "marking_update": Operation(
        "Send changed codes", "orders", "marketplace.marking", "_run_update", 1, "exemplars_commit"
    ),
    "label": Operation("Fetch labels", "labels", "marketplace.label", "_run_labels", 20, "label_request"),
    "own_label": Operation("Draw labels", "labels", "marketplace.label", "_run_own", 20, None),
    "handover": Operation("Hand over", "labels", "marketplace.handover.service", "_run_handover", 1, "handover_create"),
    "stock_compute": Operation("Compute stock", "stock", "marketplace.stock.engine", "_run_compute", 1, None),
    "stock_push": Operation("Send stock", "stock", "marketplace.stock.pusher", "_run_push", 1, "stock_set"),
    "stock_full": Operation("Send all stock", "stock", "marketplace.stock.pusher", "_run_full", 1, "stock_set"),
    "stock_check": Operation(
        "Compare stock with the cabinet", "stock", "marketplace.stock.checker", "_run_check", 1, "stocks"
    ),
    "fbo_stock_check": Operation(
        "Compare FBO stock", "stock", "marketplace.fbo.checker", "_run_check", 1, "fbo_stocks"
    ),
    "fbo_adjust": Operation("Adjust FBO stock", "stock", "marketplace.fbo.adjuster", "_run_adjust", 1, None),
    "price_compute": Operation("Compute prices", "stock", "marketplace.price.engine", "_run_compute", 1, None),
    "price_push": Operation("Send prices", "stock", "marketplace.price.pusher", "_run_push", 1, "price_set"),
    "price_check": Operation("Read prices", "stock", "marketplace.price.checker", "_run_check", 1, "prices"),
    "feed_build": Operation("Build the product feed", "catalogue", "marketplace.feed.builder", "_run_build", 1, None),
    "accrual_types_poll": Operation(
        "Load accrual types", "finance", "marketplace.accrual.poller", "_run_types", 1, "accrual_types"
    ),
    "accruals_poll": Operation("Load accruals", "finance", "marketplace.accrual.poller", "_run_poll", 1, "accruals"),
    "settlement_prepare": Operation(
        "Prepare settlements", "finance", "marketplace.settlement.preparer", "_run_prepare", 1, None
    ),
    "settlement_post": Operation("Post a settlement", "finance", "marketplace.settlement.poster", "_run_post", 1, None),
    "simple_pay": Operation("Pay the simple way", "finance", "marketplace.simple.payer", "_run_pay", 1, None),
    "payouts_poll": Operation("Load payouts", "finance", "marketplace.payout.poller", "_run_poll", 1, "payouts"),
    "realization_poll": Operation(
        "Load the realization report", "finance", "marketplace.realization.poller", "_run_poll", 1, "realization"
    ),
    "realization_post": Operation(
        "Post a realization report", "finance", "marketplace.realization.poster", "_run_post", 1, None
    ),
    "money_check": Operation("Check the money", "finance", "marketplace.money.checker", "_run_check", 1, None),
    "notify": Operation("Send notifications", "notifications", "marketplace.notification.sender", "_run_send", 1, None),
    "notify_test": Operation(
        "Send a test message", "notifications", "marketplace.notification.sender", "_run_test", 1, None
    ),
}
#: What a posting that is cancelled there needs no more.
OF_LIVE_POSTINGS = (
    "confirm",
    "ship",
    "ship_watch",
    "label",
    "own_label",
    "cargo_places",
    "delivery_status",
    "tracking",
)
#: They do not speak to the marketplace: they run for accounts that are paused or not connected yet, too.
ALWAYS_READY = ("notify", "notify_test", "realization_post", "settlement_post", "settlement_prepare", "simple_pay")
LANES = [
    ("orders", "Orders"),
    ("stock", "Stock and prices"),
    ("labels", "Labels and hand-over"),
    ("finance", "Finance"),
    ("catalogue", "Catalogue"),
    ("notifications", "Notifications"),
]


#: So often may a job fail, or its worker die on it, before a person is asked.
MAX_ATTEMPTS = 8


class Again(Exception):
    """Not an error: the job has not finished and wants to be called again.

    :param seconds: not before
    :param payload: what to remember for then, None to keep the present one
    :param note: what the list of jobs says meanwhile
    """

    def __init__(self, seconds=0, *, payload=None, note=""):
        super().__init__(note)
        self.seconds = seconds
        self.payload = payload
        self.note = note


class JobFailure(Exception):
    """A failure whose text is written for the person who can repair it."""
