from . import test_batch_equality, test_engine
from . import test_shipping
from . import test_shipping_split
from .unit import *
