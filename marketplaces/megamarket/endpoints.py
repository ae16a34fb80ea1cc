"""Which calls of MegaMarket's merchant API are used. All are POST, reads too; the token stands in the body."""

from dataclasses import dataclass

from ..base.limiter import COMMON, Rate

_ORDERS = "/api/market/v1/orderService/"
_OFFERS = "/api/merchantIntegration/v1/offerService/"

#: The marketplace allows 5 calls a second per merchant, of all methods together. One token in store and four more in
#: a second are never above that, wherever its second begins.
RATES = {COMMON: Rate(4, burst=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``operations``: what needs it (codes of ``base.adapter.OPERATIONS``).

    ``idempotent``: calling twice does no more than calling once **and is answered alike**. The marketplace advises to
    repeat a call that got HTTP 500, but an order moves on with the first one, so that a blind second one would be
    refused and hide the success: such calls are repeated by the operation, which reads the order first.
    """

    name: str
    path: str
    operations: tuple[str, ...]
    idempotent: bool = False
    binary: bool = False


def _order(name, method, *operations, **options):
    return Endpoint(name=name, path=f"{_ORDERS}{method}", operations=operations, **options)


def _offer(name, method, *operations):
    # A price and a number are written over whatever was there.
    return Endpoint(name=name, path=f"{_OFFERS}{method}", operations=operations, idempotent=True)


#: Operations that read the order before they change something.
_LOOKING = (
    *("confirm", "ship", "label_file", "delivery_status", "close", "delivery_window", "delivery_window_set"),
    *("cancel", "cancel_lines", "cancel_request_decide"),
)
ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        _order("search", "order/search", "check", "orders", idempotent=True),
        _order("get", "order/get", "orders", "order", *_LOOKING, idempotent=True),
        _order("confirm", "order/confirm", "confirm"),
        # The same method moves the delivery date of a DBS order (4.3.7 of the partner wiki).
        _order("move_date", "order/confirm", "delivery_window_set"),
        _order("reject", "order/reject", "cancel", "cancel_lines"),
        _order("packing", "order/packing", "ship"),
        _order("sticker", "sticker/print", "label_file", idempotent=True, binary=True),
        _order("shipping", "order/shipping", "delivery_status"),
        _order("close", "order/close", "close", "delivery_status"),
        _order("cancel_result", "order/cancelResult", "cancel_request_decide"),
        _order("return", "order/return", "return_report"),
        _offer("prices_write", "manualPrice/save", "price_set"),
        _offer("stocks_write", "stock/update", "stock_set"),
    )
}
#: Operations that need no call: what they answer is known beforehand.
WITHOUT_CALL = frozenset({"warehouses", "cancel_reasons", "label_request", "label_state", "events"})
