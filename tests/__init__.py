from . import (
    test_batch_equality,
    test_completeness,
    test_engine,
    test_fetch_wizard,
    test_offers,
    test_orders_bad_input,
    test_orders_import,
    test_orders_money,
    test_orders_poll,
    test_orders_status,
    test_schedules,
)
from . import test_shipping
from . import test_shipping_split
from .unit import *
