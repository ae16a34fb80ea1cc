"""The accruals: their dictionary, everything of one day, everything of given postings."""

import base64
import binascii
import json
import re
from datetime import date, timedelta

from simulator.clock import format_time, parse_time
from simulator.ozon import accrual_types, accrual_views
from simulator.ozon.errors import invalid
from simulator.ozon.registry import method
from simulator.ozon.validation import Field, Many, RuleBroken, Text

FIRST_DAY = date(2022, 1, 1)
LAST_ID_LIVES = timedelta(minutes=15)
LARGEST_PAGE = 1000
PLAIN_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


class Day(Field):
    """A plain calendar day; ``moments`` are cut to their day where the documentation shows both."""

    def __init__(self, required=False, moments=False):
        super().__init__(required)
        self.moments = moments

    def check(self, value):
        return super().check(value or None)

    def read(self, value):
        try:
            if self.moments and isinstance(value, str) and len(value) > len("2026-01-01"):
                return parse_time(value).date()
            if not isinstance(value, str) or not PLAIN_DAY.match(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise RuleBroken(f'value must be a date like 2026-01-31, got "{value}"') from None


@method("/v1/finance/accrual/types", "finance", {}, "GetFinanceAccrualTypesRequest")
def types(_call):
    return {"accrual_types": [kind.view() for kind in accrual_types.TYPES.values()]}


BY_DAY = {"date": Day(required=True), "last_id": Text()}


@method("/v1/finance/accrual/by-day", "finance", BY_DAY, "GetFinanceAccrualByDayRequest")
def by_day(call):
    day, settings = call.body["date"], call.state.settings
    if day < FIRST_DAY:
        raise invalid(f"Request validation error: date must not be before {FIRST_DAY}")
    after = read_last_id(call.body["last_id"], day, call.now)
    rest = [accrual for accrual in call.state.book.of_day(day) if accrual.id > after]
    size = max(1, min(int(settings.accruals_page), LARGEST_PAGE))
    page, more = rest[:size], len(rest) > size or (settings.empty_last_page and bool(rest))
    end = after if settings.stuck_last_id else page[-1].id if page else after
    return {
        "accruals": accrual_views.page_of_day(settings, page),
        "last_id": write_last_id(day, end, call.now) if more or (page and settings.stuck_last_id) else "",
    }


def write_last_id(day, number, now):
    row = {"date": str(day), "id": number, "until": format_time(now + LAST_ID_LIVES)}
    return base64.b64encode(json.dumps(row, separators=(",", ":")).encode()).decode()


def read_last_id(last_id, day, now):
    """The number behind which the page begins. A ``last_id`` belongs to its day and lives for a quarter of an hour."""
    if not last_id:
        return 0
    try:
        row = json.loads(base64.b64decode(last_id, validate=True))
        own_day, number, until = row["date"], int(row["id"]), parse_time(row["until"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise invalid("invalid last_id") from None
    if own_day != str(day):
        raise invalid("last_id belongs to another date")
    if now > until:
        raise invalid("last_id has expired")
    return number


POSTINGS = {"posting_numbers": Many(Text(required=True), required=True, most=200)}


@method("/v1/finance/accrual/postings", "finance", POSTINGS, "GetFinanceAccrualPostingsRequest")
def postings(call):
    """Of numbers without accruals nothing is told (inferred)."""
    state = call.state
    found = {number: state.book.of_unit(number) for number in dict.fromkeys(call.body["posting_numbers"])}
    return {
        "posting_accruals": [
            {"posting_number": number, "accruals": accrual_views.of_posting(state.settings, accruals)}
            for number, accruals in found.items()
            if accruals
        ]
    }
