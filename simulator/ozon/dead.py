"""Methods that Ozon switched off, with the day from which they answer "obsolete" (by the simulator's clock)."""

from datetime import date

from simulator.ozon.errors import FAILED_PRECONDITION, OzonError

LONG_AGO = date(2025, 1, 1)
OFF = {
    "/v2/posting/fbs/list": LONG_AGO,
    "/v2/posting/fbs/unfulfilled/list": LONG_AGO,
    "/v2/posting/fbs/get": LONG_AGO,
    "/v3/posting/fbs/list": date(2026, 8, 31),
    "/v3/posting/fbs/unfulfilled/list": date(2026, 8, 31),
    "/v2/posting/fbo/list": date(2026, 8, 31),
    "/v2/posting/fbs/ship": LONG_AGO,
    "/v3/posting/fbs/ship": LONG_AGO,
    "/v2/posting/fbs/package-label": date(2026, 11, 2),
    "/v1/posting/fbs/package-label/create": date(2026, 11, 2),
    "/v2/posting/fbs/package-label/create": date(2026, 11, 2),
    "/v1/posting/fbs/package-label/get": date(2026, 11, 2),
    "/v4/fbs/posting/product/exemplar/set": date(2026, 1, 13),
    "/v5/fbs/posting/product/exemplar/set": date(2026, 1, 13),
    "/v4/fbs/posting/product/exemplar/validate": date(2026, 1, 13),
    "/v4/fbs/posting/product/exemplar/status": date(2026, 1, 13),
    "/v5/fbs/posting/product/exemplar/create-or-get": date(2026, 1, 13),
    "/v2/posting/fbs/act/create": date(2026, 9, 7),
    "/v2/posting/fbs/digital/act/check-status": date(2026, 3, 22),
    "/v2/posting/fbs/digital/act/get-pdf": date(2026, 3, 22),
    "/v1/carriage/delivery/list": date(2026, 3, 20),
    "/v1/posting/carriage-available/list": date(2026, 3, 20),
    "/v2/fbs/posting/sent-by-seller": date(2026, 1, 20),
    "/v2/product/list": date(2025, 2, 11),
    "/v2/product/info/list": date(2025, 2, 17),
    "/v2/product/info": date(2025, 3, 10),
    "/v3/product/info/stocks": LONG_AGO,
    "/v1/product/pictures/import": date(2026, 10, 1),
    "/v4/product/info/prices": date(2025, 2, 17),
    "/v1/product/info/stocks-by-warehouse/fbs": date(2026, 4, 7),
    "/v1/product/import/stocks": date(2025, 5, 27),
    "/v1/warehouse/list": date(2026, 4, 7),
    "/v1/delivery-method/list": date(2026, 4, 7),
    "/v1/analytics/manage/stocks": date(2026, 1, 22),
    "/v3/finance/transaction/list": date(2026, 9, 8),
    "/v3/finance/transaction/totals": date(2026, 9, 8),
    "/v1/finance/realization": date(2025, 4, 28),
    "/v3/returns/company/fbs": date(2025, 2, 18),
    "/v3/returns/company/fbo": date(2025, 2, 18),
    "/v1/conditional-cancellation/list": date(2025, 8, 3),
    "/v2/supply-order/list": date(2026, 1, 13),
    "/v2/supply-order/get": date(2026, 1, 13),
    "/v1/supply-order/timeslot/get": date(2026, 8, 19),
    "/v1/product/quant/list": date(2026, 9, 8),
    "/v1/product/quant/info": date(2026, 9, 8),
    "/v1/actions/candidates": date(2026, 10, 13),
    "/v1/actions/products": date(2026, 10, 13),
    "/v1/actions/products/activate": date(2026, 10, 13),
    "/v1/actions/products/deactivate": date(2026, 10, 13),
}


def check_alive(path, now):
    off = OFF.get(path)
    if off and now.date() >= off:
        raise OzonError(400, FAILED_PRECONDITION, "obsolete method cannot be used")
