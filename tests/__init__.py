from . import (
from . import test_labels
from . import test_handover
from . import test_webhook
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
    test_shipping,
    test_shipping_split,
)
from .unit import *
