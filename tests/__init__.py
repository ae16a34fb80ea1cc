from . import test_engine
from .unit import *
