"""Calendar of the money: Moscow days, months, and the halves of months for which Ozon pays."""

import calendar
from datetime import date, datetime, time, timedelta, timezone

from simulator.clock import UTC

MOSCOW = timezone(timedelta(hours=3))
FIRST_HALF_END = 15


def moscow_day(moment):
    return moment.astimezone(MOSCOW).date()


def moment_of(day, hour=12):
    """An hour of a Moscow day."""
    return datetime.combine(day, time(hour), MOSCOW).astimezone(UTC)


def month_of(year, month):
    """First and last day."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def month_before(day):
    """First and last day of the month before the one of ``day``."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def half_of(day):
    """First and last day of the half-month around a day."""
    first, last = month_of(day.year, day.month)
    if day.day <= FIRST_HALF_END:
        return first, first.replace(day=FIRST_HALF_END)
    return first.replace(day=FIRST_HALF_END + 1), last


def halves_between(first, last):
    """Every half-month that has a day from ``first`` to ``last``."""
    while first <= last:
        half = half_of(first)
        yield half
        first = half[1] + timedelta(days=1)
