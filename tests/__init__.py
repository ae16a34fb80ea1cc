from . import test_batch_equality, test_engine
from .unit import *
