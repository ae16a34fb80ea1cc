"""Ozon's pages as generators: callers never see a cursor."""

from ..base import parse
from ..base.errors import PayloadError
from . import requests


def iter_pages(client, endpoint, key, make_body, now):
    """(time of the request, list under ``key``) of every page of a ``cursor``/``has_next`` method.

    Stops at an empty page and at a cursor that does not move, whatever ``has_next`` says.
    :param make_body: cursor → request body
    """
    cursor, has_next = "", True
    while has_next:
        observed_at = now()
        answer = unwrap(client.post(endpoint, make_body(cursor)), key)
        page = parse.sequence(answer[key], key)
        if not page:
            return
        yield observed_at, page
        following = parse.text(answer.get("cursor"), "cursor")
        has_next = bool(answer.get("has_next")) and following not in ("", cursor)
        cursor = following


def iter_product_pages(client, visibility):
    """Rows of ``/v3/product/list``, page by page; it has no ``has_next``."""
    last_id = ""
    while True:
        answer = client.post("product_list", requests.product_list(visibility, last_id))
        result = unwrap(answer, "items")
        rows = parse.objects(result["items"], "items")
        if not rows:
            return
        yield rows
        following = parse.text(result.get("last_id"), "last_id")
        if following in ("", last_id) or len(rows) < requests.PRODUCT_PAGE:
            return
        last_id = following


def iter_cursor_pages(client, endpoint, key, make_body):
    """List under ``key`` of every page of a method that has a ``cursor`` and no ``has_next``.

    Stops at an empty page and at a cursor that is empty or does not move.
    """
    cursor = ""
    while True:
        answer = unwrap(client.post(endpoint, make_body(cursor)), key)
        page = parse.objects(answer[key], key)
        if not page:
            return
        yield page
        following = parse.text(answer.get("cursor"), "cursor")
        if following in ("", cursor):
            return
        cursor = following


def iter_numbered_pages(client, endpoint, key, make_body, last_id_of, size):
    """List under ``key`` of every page of a method that goes on after a number.

    Stops at a page that is not full and at a number that does not move.
    :param make_body: last number → request body
    :param last_id_of: (answer, page) → number to go on after
    """
    last_id = 0
    while True:
        answer = unwrap(client.post(endpoint, make_body(last_id)), key)
        page = parse.objects(answer[key], key)
        yield page
        following = parse.integer_or(0, last_id_of(answer, page), "last_id") if page else 0
        more = answer.get("has_next") if "has_next" in answer else len(page) >= size
        if not page or not more or following in (0, last_id):
            return
        last_id = following


def iter_day_pages(client, endpoint, key, make_body):
    """List under ``key`` of every page of a method that goes on after a ``last_id`` and tells no size of its pages.

    The end is an empty page or an empty ``last_id``. One that was seen before, with rows beside it, is refused: it may
    be the end and may be not, and money that is not read would be taken for withdrawn.
    :param make_body: last id → request body
    """
    last_id, seen = "", set()
    while True:
        answer = unwrap(client.post(endpoint, make_body(last_id)), key)
        page = parse.objects(answer[key], key)
        yield page
        seen.add(last_id)
        last_id = parse.text(answer.get("last_id"), "last_id")
        if not page or not last_id:
            return
        if last_id in seen:
            raise PayloadError("last_id", last_id, "does not move: there may be more", endpoint=endpoint)


def iter_counted_pages(client, endpoint, key, make_body, size):
    """Every page, whole, of a method that counts its pages in ``page_count``.

    Stops at an empty list under ``key``. Where nothing is counted a full page has a successor.
    :param make_body: number of the page, from 1 → request body
    """
    number, more = 1, True
    while more:
        page = unwrap(client.post(endpoint, make_body(number)), key)
        rows = parse.sequence(page[key], key)
        if not rows:
            return
        yield page
        last = parse.integer_or(0, page.get("page_count"), "page_count")
        more = number < last if last else len(rows) >= size
        number += 1


def iter_slices(since, until, length):
    """[since, until] in pieces no longer than ``length``, oldest first; nothing when it ends before it begins."""
    start = since
    while start < until:
        end = min(start + length, until)
        yield start, end
        start = end


def unwrap(answer, key):
    """The object that has ``key``: the answer itself, or its ``result`` (both are seen of the same methods).

    A list that is not there at all is refused: taken for an empty one it would look like "no orders".
    """
    for candidate in (answer, answer.get("result")):
        if isinstance(candidate, dict) and key in candidate:
            return candidate
    raise PayloadError(key, sorted(answer), "is missing")
