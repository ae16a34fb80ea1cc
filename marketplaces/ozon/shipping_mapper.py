"""Ozon's answers about assembling, labels, cancelling and hand-over."""

import base64
import binascii

from ..base import dto, parse
from ..base.errors import NotReady, PayloadError
from . import units
from .errors import classify_message

_PDF_MARK = b"%PDF"
#: The mark may stand behind a byte order mark or blank lines.
_PDF_HEAD = 1024


# --- assembling ----------------------------------------------------------------------------------------------------
def parse_ship_result(data, number):
    """``/v4/posting/fbs/ship``: ``{"result": [numbers]}``, or ``…/ship/package``: ``{"result": number}``.

    An answer without numbers is still a success: assembly goes on in the background and is read from the posting.
    """
    told = data.get("result")
    told = [told] if isinstance(told, str) else parse.sequence(told, "result")
    numbers = (parse.text(each, "result") for each in told)
    return dto.ShipResult(numbers=tuple(dict.fromkeys((number, *filter(None, numbers)))))


# --- labels --------------------------------------------------------------------------------------------------------
def parse_label_tasks(data, numbers):
    """``{"tasks": [{"task_id", "task_type"}]}``, plain or inside ``result``: one task per kind of label."""
    inside = parse.mapping(data.get("result"), "result") or data
    tasks = parse.objects(inside.get("tasks"), "tasks")
    if not tasks:
        raise PayloadError("tasks", inside.get("tasks"), "is empty")
    return [
        dto.LabelTask(
            task_id=parse.identifier(task.get("task_id"), "tasks.task_id"),
            kind=units.LABEL_KINDS.get(parse.text(task.get("task_type"), "tasks.task_type"), ""),
            numbers=tuple(numbers),
        )
        for task in tasks
    ]


def parse_label_state(data):
    """``{"error", "file_url", "status": {"code", "unprinted_postings"}}`` → ``dto.LabelTaskState``."""
    progress = parse.mapping(data.get("status"), "status")
    word = parse.text(progress.get("code"), "status.code")
    if word not in units.LABEL_STATES:
        raise PayloadError("status.code", word)
    url = parse.text(data.get("file_url"), "file_url")
    unprinted = _parse_unprinted(progress)
    state, problem = units.LABEL_STATES[word], _parse_problem(data)
    if state == "done" and not url:
        state, problem = "failed", problem or "Ozon drew no label"
    if state == "failed" and isinstance(classify_message("label_get", problem), NotReady):
        state = "pending"
    return dto.LabelTaskState(state=state, url=url, problem=problem, unprinted=unprinted)


def _parse_problem(data):
    error = parse.mapping(data.get("error"), "error")
    return parse.text(error.get("message") or error.get("code"), "error.message")


def _parse_unprinted(progress):
    return {
        parse.text(entry.get("posting_number"), "unprinted_postings.posting_number"): parse.text(
            entry.get("message") or entry.get("msg"),
            "unprinted_postings.message",
        )
        for entry in parse.objects(progress.get("unprinted_postings"), "status.unprinted_postings")
    }


def read_pdf(response):
    """The PDF of an answer: raw, or as base64 in ``{"file_content": …}``. Declared types are not to be trusted."""
    content = response.content
    if isinstance(response.data, dict):
        content = _decode_file(response.data)
    if _PDF_MARK not in content[:_PDF_HEAD]:
        raise PayloadError("file", response.content_type or "unknown type", "is not a PDF")
    return content


def _decode_file(data):
    inside = parse.mapping(data.get("result"), "result") or data
    text = parse.text(inside.get("file_content") or inside.get("content"), "file_content")
    if text.startswith(_PDF_MARK.decode()):
        return text.encode("latin-1", "replace")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PayloadError("file_content", text[:20], "is not base64") from None


# --- hand-over -----------------------------------------------------------------------------------------------------
def parse_handover_slots(method):
    """An entry of ``/v2/carriage/delivery/list`` → one slot per carriage; id 0 = it may be created."""
    carriages = parse.objects(method.get("carriages"), "methods.carriages") or [{}]
    return [_parse_slot(method, carriage) for carriage in carriages]


def _parse_slot(method, carriage):
    problems = (
        parse.text(error.get("description") or error.get("code"), "methods.errors")
        for error in parse.objects(method.get("errors"), "methods.errors")
    )
    count = carriage.get("postings_count", method.get("carriage_postings_count"))
    return dto.HandoverSlot(
        delivery_method_external_id=parse.identifier(method.get("delivery_method_id"), "methods.delivery_method_id"),
        warehouse_external_id=parse.identifier_or_empty(method.get("warehouse_id"), "methods.warehouse_id"),
        name=parse.text(method.get("delivery_method_name"), "methods.delivery_method_name"),
        departure_at=parse.moment_or_none(method.get("departure_date"), "methods.departure_date"),
        postings=parse.integer_or(0, count, "methods.carriages.postings_count"),
        handover_external_id=parse.identifier_or_empty(carriage.get("id"), "methods.carriages.id"),
        raw_status=parse.text(carriage.get("status"), "methods.carriages.status"),
        problems=tuple(filter(None, problems)),
    )


def parse_carriage(data, handover_id):
    """``/v1/carriage/get`` → ``dto.HandoverState`` without numbers, or None when its document tells the state."""
    word = parse.text(data.get("status"), "status")
    state = units.CARRIAGE_STATES.get(word)
    return state and dto.HandoverState(
        external_id=handover_id,
        state=state,
        raw_status=word,
        more=bool(data.get("has_postings_for_next_carriage")),
    )


def parse_act_postings(data):
    """``/v2/posting/fbs/act/get-postings`` → posting numbers."""
    return tuple(
        parse.identifier(entry.get("posting_number"), "result.posting_number")
        for entry in parse.objects(data.get("result"), "result")
    )


def parse_document_state(data, handover_id):
    """``/v2/posting/fbs/act/check-status`` → ``dto.HandoverState``."""
    told = parse.mapping(data.get("result"), "result")
    word = parse.text(told.get("status"), "result.status")
    state = units.DOCUMENT_STATES.get(word.lower())
    if not state:
        raise PayloadError("result.status", word)
    return dto.HandoverState(
        external_id=handover_id,
        state=state,
        raw_status=word,
        numbers=_numbers(told, "added_to_act"),
        removed_numbers=_numbers(told, "removed_from_act"),
        more=bool(told.get("has_postings_for_next_carriage")),
    )


def _numbers(told, key):
    return tuple(parse.text(number, key) for number in parse.sequence(told.get(key), key))
