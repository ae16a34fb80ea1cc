"""Reports of money that come as files: which column is probably what."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """``pattern``: of the heading, in small letters. ``role``: number, sku, article, date, uid, quantity or amount.
    ``type_name``: of the accruals that an amount becomes; ``charge``: the file shows what is charged without a minus.
    """

    pattern: str
    role: str
    type_name: str = ""
    charge: bool = False


def guess(columns, heading):
    """The first ``ReportColumn`` that fits, or None."""
    heading = " ".join(heading.lower().replace("ё", "е").split())
    return next((column for column in columns if re.search(column.pattern, heading)), None)
