"""Which calls of Ozon's Seller API are used, and what became of those that were.

When Ozon announces a successor: put ``off_date`` and ``successor`` into the row, and the account form warns by itself.
Source: the change log of the Seller API; dates are those on which the method stops.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ..base.limiter import COMMON, Rate

#: How long before its end an endpoint is warned about.
NOTICE = timedelta(days=120)

#: Calls per second. Officially 50 for all methods together since May 2026; integrators meet 429 above 20, and since
#: August 2026 some reading methods refuse above 2. The limiter learns that from the first 429.
RATES = {
    COMMON: Rate(20, burst=20),
    "posting_list": Rate(5, burst=10),
    "posting_get": Rate(5, burst=10),
    "ship": Rate(10, burst=20),
    "cancel": Rate(5, burst=10),
    "label": Rate(5, burst=10),
    "carriage": Rate(5, burst=10),
    "product": Rate(5, burst=10),
    # 429 "max rate per sec.: 2" is seen since September 2026.
    "fbo_list": Rate(2, burst=2),
    "own_delivery": Rate(5, burst=10),
    "exemplar": Rate(5, burst=10),
    "returns": Rate(2, burst=4),
    # 429 right after a success is seen.
    "finance": Rate(2, burst=2),
    # 80 calls a minute by the specification.
    "stock_write": Rate(80 / 60, burst=20),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``operations``: what needs it (codes of ``base.adapter.OPERATIONS``), empty for one that is no longer called.

    ``idempotent``: calling twice does no more than calling once. ``optional``: its operations work without it.
    """

    name: str
    path: str
    operations: tuple[str, ...] = ()
    idempotent: bool = True
    bucket: str = ""
    binary: bool = False
    optional: bool = False
    off_date: datetime | None = None
    successor: str = ""


def _day(year, month, day):
    return datetime(year, month, day, tzinfo=timezone.utc)


_IN_USE = (
    Endpoint(name="prices_write", path="/v1/product/import/prices", operations=("price_set",), bucket="product"),
    Endpoint(name="prices_read", path="/v5/product/info/prices", operations=("prices",), bucket="product"),
    Endpoint(name="stocks_write", path="/v2/products/stocks", operations=("stock_set",), bucket="stock_write"),
    Endpoint(
        name="stocks_warehouse", path="/v1/product/info/warehouse/stocks", operations=("stocks",), bucket="product"
    ),
    Endpoint(
        name="stocks_fbo",
        path="/v1/product/info/stocks-by-warehouse/fbo",
        operations=("fbo_stocks",),
        bucket="product",
    ),
    Endpoint(name="roles", path="/v1/roles", operations=("check",)),
    Endpoint(name="seller_info", path="/v1/seller/info", operations=("check",), optional=True),
    Endpoint(name="warehouse_list", path="/v2/warehouse/list", operations=("warehouses",)),
    Endpoint(
        name="delivery_method_list",
        path="/v2/delivery-method/list",
        operations=("warehouses",),
        optional=True,
    ),
    Endpoint(name="product_list", path="/v3/product/list", operations=("offers", "prices"), bucket="product"),
    Endpoint(name="product_info", path="/v3/product/info/list", operations=("offers",), bucket="product"),
    Endpoint(name="posting_list", path="/v4/posting/fbs/list", operations=("orders",), bucket="posting_list"),
    Endpoint(
        name="posting_unfulfilled",
        path="/v4/posting/fbs/unfulfilled/list",
        operations=("orders",),
        bucket="posting_list",
    ),
    Endpoint(name="posting_get", path="/v3/posting/fbs/get", operations=("order",), bucket="posting_get"),
    Endpoint(name="ship", path="/v4/posting/fbs/ship", operations=("ship",), idempotent=False, bucket="ship"),
    Endpoint(
        name="ship_part",
        path="/v4/posting/fbs/ship/package",
        operations=("ship_part",),
        idempotent=False,
        bucket="ship",
    ),
    Endpoint(name="multibox_set", path="/v3/posting/multiboxqty/set", operations=("cargo_places",), bucket="ship"),
    # A second task draws the same labels again: no harm.
    Endpoint(
        name="label_create",
        path="/v3/posting/fbs/package-label/create",
        operations=("label_request",),
        bucket="label",
    ),
    Endpoint(
        name="label_get",
        path="/v2/posting/fbs/package-label/get",
        operations=("label_state", "label_file"),
        bucket="label",
    ),
    Endpoint(
        name="cancel_reasons",
        path="/v2/posting/fbs/cancel-reason/list",
        operations=("cancel_reasons",),
        bucket="cancel",
    ),
    Endpoint(name="cancel", path="/v2/posting/fbs/cancel", operations=("cancel",), idempotent=False, bucket="cancel"),
    Endpoint(
        name="cancel_lines",
        path="/v2/posting/fbs/product/cancel",
        operations=("cancel_lines",),
        idempotent=False,
        bucket="cancel",
    ),
    Endpoint(
        name="cancel_request_list",
        path="/v2/conditional-cancellation/list",
        operations=("cancel_requests",),
        bucket="cancel",
    ),
    # A second answer is refused and tells that it was decided: calling again does no harm.
    Endpoint(
        name="cancel_request_approve",
        path="/v2/conditional-cancellation/approve",
        operations=("cancel_request_decide",),
        bucket="cancel",
    ),
    Endpoint(
        name="cancel_request_reject",
        path="/v2/conditional-cancellation/reject",
        operations=("cancel_request_decide",),
        bucket="cancel",
    ),
    Endpoint(name="fbo_list", path="/v3/posting/fbo/list", operations=("fbo_orders", "fbo_order"), bucket="fbo_list"),
    # Telling a step or a number that is known changes nothing: the second call is refused or does the same.
    Endpoint(
        name="status_delivering",
        path="/v2/fbs/posting/delivering",
        operations=("delivery_status",),
        bucket="own_delivery",
    ),
    Endpoint(
        name="status_last_mile",
        path="/v2/fbs/posting/last-mile",
        operations=("delivery_status",),
        bucket="own_delivery",
    ),
    Endpoint(
        name="status_delivered",
        path="/v2/fbs/posting/delivered",
        operations=("delivery_status",),
        bucket="own_delivery",
    ),
    Endpoint(
        name="tracking_set",
        path="/v2/fbs/posting/tracking-number/set",
        operations=("tracking",),
        bucket="own_delivery",
    ),
    Endpoint(
        name="timeslot_get",
        path="/v1/posting/fbs/timeslot/change-restrictions",
        operations=("delivery_window", "delivery_window_set"),
        bucket="own_delivery",
    ),
    # Two changes are allowed: one that is repeated without need would use up the second.
    Endpoint(
        name="timeslot_set",
        path="/v1/posting/fbs/timeslot/set",
        operations=("delivery_window_set",),
        idempotent=False,
        bucket="own_delivery",
    ),
    Endpoint(name="cutoff_set", path="/v1/posting/cutoff/set", operations=("ship_by_set",), bucket="own_delivery"),
    Endpoint(
        name="exemplar_get",
        path="/v6/fbs/posting/product/exemplar/create-or-get",
        operations=("exemplars",),
        bucket="exemplar",
    ),
    Endpoint(
        name="exemplar_validate",
        path="/v5/fbs/posting/product/exemplar/validate",
        operations=("exemplars_validate",),
        bucket="exemplar",
    ),
    # Always the full set: the same again is the same.
    Endpoint(
        name="exemplar_set",
        path="/v6/fbs/posting/product/exemplar/set",
        operations=("exemplars_set",),
        bucket="exemplar",
    ),
    Endpoint(
        name="exemplar_status",
        path="/v5/fbs/posting/product/exemplar/status",
        operations=("exemplars_state",),
        bucket="exemplar",
    ),
    Endpoint(
        name="exemplar_update",
        path="/v1/fbs/posting/product/exemplar/update",
        operations=("exemplars_commit",),
        bucket="exemplar",
    ),
    Endpoint(
        name="country_list",
        path="/v2/posting/fbs/product/country/list",
        operations=("countries",),
        bucket="exemplar",
    ),
    Endpoint(
        name="country_set",
        path="/v2/posting/fbs/product/country/set",
        operations=("country_set",),
        bucket="exemplar",
    ),
    Endpoint(name="return_list", path="/v1/returns/list", operations=("returns",), bucket="returns"),
    Endpoint(
        name="own_return_list",
        path="/v2/returns/rfbs/list",
        operations=("own_delivery_returns",),
        bucket="returns",
    ),
    Endpoint(
        name="carriage_slots",
        path="/v2/carriage/delivery/list",
        operations=("handover_slots",),
        bucket="carriage",
    ),
    Endpoint(
        name="carriage_create",
        path="/v1/carriage/create",
        operations=("handover_create",),
        idempotent=False,
        bucket="carriage",
    ),
    Endpoint(
        name="carriage_approve",
        path="/v1/carriage/approve",
        operations=("handover_approve",),
        idempotent=False,
        bucket="carriage",
    ),
    Endpoint(name="carriage_get", path="/v1/carriage/get", operations=("handover_state",), bucket="carriage"),
    Endpoint(
        name="act_postings",
        path="/v2/posting/fbs/act/get-postings",
        operations=("handover_state",),
        bucket="carriage",
        optional=True,
    ),
    Endpoint(
        name="act_status",
        path="/v2/posting/fbs/act/check-status",
        operations=("handover_state",),
        bucket="carriage",
    ),
    Endpoint(
        name="act_pdf",
        path="/v2/posting/fbs/act/get-pdf",
        operations=("handover_document",),
        binary=True,
        bucket="carriage",
    ),
    Endpoint(
        name="act_barcode",
        path="/v2/posting/fbs/act/get-barcode/text",
        operations=("handover_barcode",),
        bucket="carriage",
    ),
    Endpoint(name="accrual_types", path="/v1/finance/accrual/types", operations=("accrual_types",), bucket="finance"),
    Endpoint(name="accrual_day", path="/v1/finance/accrual/by-day", operations=("accruals",), bucket="finance"),
    Endpoint(name="balance", path="/v1/finance/balance", operations=("balance",), bucket="finance"),
    Endpoint(name="cash_flow", path="/v1/finance/cash-flow-statement/list", operations=("payouts",), bucket="finance"),
    Endpoint(name="realization", path="/v2/finance/realization", operations=("realization",), bucket="finance"),
    Endpoint(
        name="realization_postings",
        path="/v1/finance/realization/posting",
        operations=("realization",),
        bucket="finance",
    ),
)

#: (path, off date, successor): never called here; kept to explain an "obsolete method" in old notes and old code.
_DEAD = (
    ("/v3/posting/fbs/list", _day(2026, 8, 31), "/v4/posting/fbs/list"),
    ("/v3/posting/fbs/unfulfilled/list", _day(2026, 8, 31), "/v4/posting/fbs/unfulfilled/list"),
    ("/v2/posting/fbo/list", _day(2026, 8, 31), "/v3/posting/fbo/list"),
    ("/v2/posting/fbs/package-label", _day(2026, 11, 2), "/v3/posting/fbs/package-label/create"),
    ("/v1/posting/fbs/package-label/create", _day(2026, 11, 2), "/v3/posting/fbs/package-label/create"),
    ("/v2/posting/fbs/package-label/create", _day(2026, 11, 2), "/v3/posting/fbs/package-label/create"),
    ("/v1/posting/fbs/package-label/get", _day(2026, 11, 2), "/v2/posting/fbs/package-label/get"),
    ("/v4/fbs/posting/product/exemplar/set", _day(2026, 1, 13), "/v6/fbs/posting/product/exemplar/set"),
    ("/v5/fbs/posting/product/exemplar/set", _day(2026, 1, 13), "/v6/fbs/posting/product/exemplar/set"),
    ("/v4/fbs/posting/product/exemplar/validate", _day(2026, 1, 13), "/v5/fbs/posting/product/exemplar/validate"),
    ("/v4/fbs/posting/product/exemplar/status", _day(2026, 1, 13), "/v5/fbs/posting/product/exemplar/status"),
    ("/v2/posting/fbs/act/create", _day(2026, 9, 7), "/v1/carriage/create"),
    ("/v2/posting/fbs/digital/act/check-status", _day(2026, 3, 22), "/v2/posting/fbs/act/check-status"),
    ("/v2/posting/fbs/digital/act/get-pdf", _day(2026, 3, 22), "/v2/posting/fbs/act/get-pdf"),
    ("/v1/carriage/delivery/list", _day(2026, 3, 20), "/v2/carriage/delivery/list"),
    ("/v1/posting/carriage-available/list", _day(2026, 3, 20), "/v2/carriage/delivery/list"),
    ("/v2/fbs/posting/sent-by-seller", _day(2026, 1, 20), "/v2/fbs/posting/delivering"),
    ("/v2/product/list", _day(2025, 2, 11), "/v3/product/list"),
    ("/v2/product/info/list", _day(2025, 2, 17), "/v3/product/info/list"),
    ("/v2/product/info", _day(2025, 3, 10), "/v3/product/info/list"),
    ("/v1/product/pictures/import", _day(2026, 10, 1), "/v2/product/pictures/import"),
    ("/v4/product/info/prices", _day(2025, 2, 17), "/v5/product/info/prices"),
    ("/v1/product/info/stocks-by-warehouse/fbs", _day(2026, 4, 7), "/v2/product/info/stocks-by-warehouse/fbs"),
    ("/v1/product/import/stocks", _day(2025, 5, 27), "/v2/products/stocks"),
    ("/v1/warehouse/list", _day(2026, 4, 7), "/v2/warehouse/list"),
    ("/v1/delivery-method/list", _day(2026, 4, 7), "/v2/delivery-method/list"),
    ("/v1/analytics/manage/stocks", _day(2026, 1, 22), "/v1/analytics/stocks"),
    ("/v3/finance/transaction/list", _day(2026, 9, 8), "/v1/finance/accrual/by-day"),
    ("/v3/finance/transaction/totals", _day(2026, 9, 8), "/v1/finance/accrual/by-day"),
    ("/v1/finance/realization", _day(2025, 4, 28), "/v2/finance/realization"),
    ("/v3/returns/company/fbs", _day(2025, 2, 18), "/v1/returns/list"),
    ("/v3/returns/company/fbo", _day(2025, 2, 18), "/v1/returns/list"),
    ("/v1/conditional-cancellation/list", _day(2025, 8, 3), "/v2/conditional-cancellation/list"),
    ("/v2/supply-order/list", _day(2026, 1, 13), "/v3/supply-order/list"),
    ("/v2/supply-order/get", _day(2026, 1, 13), "/v3/supply-order/get"),
    ("/v1/supply-order/timeslot/get", _day(2026, 8, 19), "/v2/supply-order/timeslot/list"),
    ("/v1/actions/candidates", _day(2026, 10, 13), "/v2/actions/candidates"),
    ("/v1/actions/products", _day(2026, 10, 13), "/v2/actions/products"),
    ("/v1/actions/products/activate", _day(2026, 10, 13), "/v1/actions/products/update"),
    ("/v1/actions/products/deactivate", _day(2026, 10, 13), "/v2/actions/products/deactivate"),
)

#: Name → endpoint in use; path → endpoint that is switched off.
ENDPOINTS = {endpoint.name: endpoint for endpoint in _IN_USE}
DEAD = {path: Endpoint(name=path, path=path, off_date=day, successor=successor) for path, day, successor in _DEAD}


def get_warnings(now, table=ENDPOINTS):
    """(path, off date, successor or "") of the used endpoints that are off at ``now`` or will be within ``NOTICE``."""
    return [
        (endpoint.path, endpoint.off_date, endpoint.successor)
        for endpoint in table.values()
        if endpoint.operations and endpoint.off_date and endpoint.off_date <= now + NOTICE
    ]


def get_allowed_operations(methods, operations):
    """Which of ``operations`` a key may use whose roles allow ``methods`` (whole paths, or the beginnings of paths).

    Where the roles name no method at all nothing is known, and everything is tried.
    """
    if not methods:
        return frozenset(operations)
    return frozenset(code for code in operations if _may_use(code, methods))


def _may_use(operation, methods):
    needed = [each for each in ENDPOINTS.values() if operation in each.operations and not each.optional]
    # Every key may ask for its own roles, whatever they say.
    return all(each.name == "roles" or _is_covered(each.path, methods) for each in needed)


def _is_covered(path, methods):
    return any(path == method or path.startswith(method.rstrip("/") + "/") for method in methods)
