"""Ozon's answers about postings that the seller delivers himself."""

from ..base import dto, parse
from ..base.errors import PayloadError


def parse_outcomes(data, numbers):
    """``{"result": [{"posting_number", "result", "error"}]}`` → {number: why not, "" when accepted}.

    ``error`` is a word, a list of words, or empty. A posting that the answer passes over was not accepted.
    """
    outcomes = {}
    for entry in parse.objects(data.get("result"), "result"):
        number = parse.identifier(entry.get("posting_number"), "result.posting_number")
        told = entry.get("error")
        told = [told] if isinstance(told, str) else parse.sequence(told, "result.error")
        words = ", ".join(filter(None, (parse.text(word, "result.error") for word in told)))
        outcomes[number] = "" if entry.get("result") is True else words or "not accepted"
    return {number: outcomes.get(number, "not in the answer") for number in numbers}


def parse_window(data):
    """``/v1/posting/fbs/timeslot/change-restrictions`` → ``dto.DeliveryWindow``"""
    interval = parse.mapping(data.get("delivery_interval"), "delivery_interval")
    since = parse.moment_or_none(interval.get("begin"), "delivery_interval.begin")
    until = parse.moment_or_none(interval.get("end"), "delivery_interval.end")
    if not since or not until:
        raise PayloadError("delivery_interval", interval, "is missing")
    left = parse.integer_or(0, data.get("remaining_changes_count"), "remaining_changes_count")
    return dto.DeliveryWindow(since=since, until=until, changes_left=left)
