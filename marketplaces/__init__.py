"""Everything that knows a marketplace's own words. Pure Python: nothing here imports ``odoo``.

To add a marketplace: a folder like ``ozon/``, one line in ``ADAPTERS``, one entry in the selection of
``marketplace.account``.
"""

from .megamarket.adapter import MegamarketAdapter
from .ozon.adapter import OzonAdapter

ADAPTERS = {adapter.info.code: adapter for adapter in (OzonAdapter, MegamarketAdapter)}


def get_adapter_class(code):
    """The adapter class of a marketplace code; KeyError for an unknown one."""
    return ADAPTERS[code]
