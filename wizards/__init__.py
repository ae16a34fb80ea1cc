from . import (
    marketplace_account_connect,
    marketplace_cancel_request_reject,
    marketplace_delivery_time,
    marketplace_order_cancel,
    marketplace_order_close,
    marketplace_order_fetch,
    marketplace_payout_match,
    marketplace_return_receive,
    marketplace_return_register,
    marketplace_stock_adjust,
    marketplace_stock_sheet,
)
