from . import marketplace_account_connect, marketplace_order_fetch
