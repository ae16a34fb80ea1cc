"""``order/search`` knows no pages: a period that is full is asked for in halves."""

import logging
from datetime import timedelta

from ..base import parse
from ..base.errors import NotFound, PayloadError
from . import mapper, requests

_logger = logging.getLogger(__name__)
#: Times are told in whole seconds: no period is shorter.
_SHORTEST = timedelta(seconds=1)


def iter_numbers(client, since, until, statuses=()):
    """Numbers of shipments created in [since, until], each once.

    A second with more shipments than an answer holds cannot be read whole: everything else is, and then
    ``PayloadError`` says which one it was.
    """
    since, until = since.replace(microsecond=0), _round_up(until)
    periods, seen, overfull = [(since, max(until, since + _SHORTEST))], set(), []
    while periods:
        start, end = periods.pop()
        numbers = _search(client, start, end, statuses)
        if end - start > _SHORTEST and _is_full(numbers):
            middle = start + timedelta(seconds=int((end - start).total_seconds()) // 2)
            # Both halves have the second in the middle: whether the ends belong to a period is not known.
            periods += [(middle, end), (start, middle)]
            continue
        if len(numbers) >= requests.SEARCH_COUNT:
            overfull.append(requests.format_time(start))
        yield from (number for number in numbers if number not in seen)
        seen.update(numbers)
    if overfull:
        raise PayloadError("data.shipments", overfull, "may be incomplete: too many shipments were created at once")


def _is_full(numbers):
    """As many as were asked for, or exactly as many as the marketplace gives when it does not mind the question."""
    return len(numbers) >= requests.SEARCH_COUNT or len(numbers) == requests.SEARCH_DEFAULT


def _round_up(moment):
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + _SHORTEST


def _search(client, since, until, statuses):
    answer = client.post("search", requests.search(since, until, statuses))
    return [parse.identifier(number, "data.shipments") for number in read_list(answer)]


def iter_shipments(client, numbers, now):
    """(time of the request, raw shipment) of all numbers that the marketplace knows, in batches."""
    numbers = list(dict.fromkeys(numbers))
    for start in range(0, len(numbers), requests.GET_BATCH):
        yield from _iter_batch(client, numbers[start : start + requests.GET_BATCH], now)


def _iter_batch(client, numbers, now):
    """An unknown number is left out of the answer; should one refuse the whole batch, it is found by halving."""
    observed_at = now()
    try:
        shipments = read_list(client.post("get", requests.get(numbers)))
    except NotFound:
        if len(numbers) > 1:
            middle = len(numbers) // 2
            yield from _iter_batch(client, numbers[:middle], now)
            yield from _iter_batch(client, numbers[middle:], now)
            return
        shipments = []
    absent = set(numbers) - {mapper.find_number(raw) for raw in shipments}
    if absent:
        # Announced a moment ago, mostly: whoever asked for one alone is told so, and decides what that means.
        _logger.info("MegaMarket does not know %s shipments: %s", len(absent), ", ".join(sorted(absent)[:10]))
    for raw in shipments:
        yield observed_at, raw


def read_list(answer):
    """A list that is not there at all is refused: taken for an empty one it would look like "no orders"."""
    if "shipments" not in answer:
        raise PayloadError("data.shipments", sorted(answer), "is missing")
    return parse.sequence(answer["shipments"], "data.shipments")
