"""Labels: tasks that take their time, postings that are not ready, files behind a link, and the old methods."""

from datetime import timedelta

from simulator.answers import Answer, html_answer
from simulator.clock import format_time
from simulator.labels import parcel_labels
from simulator.ozon.errors import FAILED_PRECONDITION, INVALID_ARGUMENT, OzonError, invalid, not_found
from simulator.ozon.models import LabelTask
from simulator.ozon.registry import method
from simulator.ozon.validation import Integer, Many, Text

NOT_READY = "The next postings aren't ready"
KINDS = ("big_label", "small_label")
CREATE = {"posting_numbers": Many(Text())}
OLD_CREATE = {"posting_number": Many(Text())}
TASK = {"task_id": Integer(required=True, low=1)}
MOST_SYNCHRONOUS = 20


@method("/v3/posting/fbs/package-label/create", "label", CREATE, "PackageLabelCreateV3Request")
def create(call):
    return {"tasks": task_rows(start_tasks(call, call.body["posting_numbers"], KINDS))}


@method("/v2/posting/fbs/package-label/create", "label", OLD_CREATE, "CreateLabelBatchRequest")
def create_v2(call):
    return {"result": {"tasks": task_rows(start_tasks(call, call.body["posting_number"], KINDS))}}


@method("/v1/posting/fbs/package-label/create", "label", OLD_CREATE, "CreateLabelBatchRequest")
def create_v1(call):
    return {"result": {"task_id": start_tasks(call, call.body["posting_number"], KINDS[:1])[0].task_id}}


def task_rows(tasks):
    return [{"task_id": task.task_id, "task_type": task.kind} for task in tasks]


def start_tasks(call, numbers, kinds):
    """One task per kind of label. A batch without a single printable posting is refused at once."""
    state = call.state
    check_numbers(state, numbers)
    reasons = [refusal(call, state.postings[number]) for number in numbers]
    for number in numbers:
        state.postings[number].label_calls.append({"at": format_time(call.now), "path": call.path})
    if all(reasons):
        raise OzonError(400, FAILED_PRECONDITION, reasons[0])
    fails = call.fault("label_task_error") is not None
    tasks = [LabelTask(next(state.task_ids), kind, list(numbers), call.now, fails) for kind in kinds]
    state.label_tasks.update((task.task_id, task) for task in tasks)
    return tasks


def check_numbers(state, numbers):
    if not numbers:
        raise OzonError(400, INVALID_ARGUMENT, "NO_POSTINGS_FOR_BATCH_DOWNLOAD")
    if any(number not in state.postings for number in numbers):
        raise OzonError(400, INVALID_ARGUMENT, "POSTING_NUMBERS_IS_INCORRECT_FOR_COMPANY")


def refusal(call, posting):
    """Why this posting has no label now, or nothing."""
    if posting.status == "delivered":
        return "label not allowed for delivered postings"
    if posting.status != "awaiting_deliver" or not posting.shipped_at:
        return NOT_READY
    ready_at = posting.shipped_at + timedelta(seconds=call.state.settings.label_delay)
    return NOT_READY if call.now < ready_at or call.fault("label_not_ready") else ""


@method("/v2/posting/fbs/package-label/get", "label", TASK, "PackageLabelGetV2Request")
def get_task(call):
    task = find_task(call)
    code = progress(call, task)
    unprinted = [{"posting_number": number, "message": reason} for number, reason in task.unprinted or ()]
    return {
        "error": {"code": "INTERNAL", "message": "label generation failed"} if code == "error" else no_error(),
        "file_url": file_url(call, task) if task.printed else "",
        "status": {
            "code": code,
            "postings_count": len(task.numbers),
            "printed_postings_count": len(task.printed or ()),
            "unprinted_postings": unprinted,
        },
    }


def no_error():
    return {"code": "", "message": ""}


@method("/v1/posting/fbs/package-label/get", "label", TASK, "GetLabelBatchRequest")
def get_task_v1(call):
    task = find_task(call)
    code = progress(call, task)
    result = {
        "error": "label generation failed" if code == "error" else "",
        "file_url": file_url(call, task) if task.printed else "",
        "printed_postings_count": len(task.printed or ()),
        "status": code,
        "unprinted_postings": [{"posting_number": number, "msg": reason} for number, reason in task.unprinted or ()],
        "unprinted_postings_count": len(task.unprinted or ()),
    }
    return {"result": result}


def find_task(call):
    task = call.state.label_tasks.get(call.body["task_id"])
    if task is None:
        raise not_found("task not found")
    return task


def progress(call, task):
    """pending for the first half of its time, in_progress for the second, then completed or error."""
    delay = timedelta(seconds=call.state.settings.label_task_delay)
    age = call.now - task.created_at
    if age < delay / 2:
        return "pending"
    if age < delay:
        return "in_progress"
    if task.fails:
        return "error"
    if task.printed is None:
        print_task(call, task)
    return "completed"


def print_task(call, task):
    """Whether a posting is ready is asked now, not when the task was made."""
    task.printed, task.unprinted = [], []
    for number in task.numbers:
        reason = refusal(call, call.state.postings[number])
        if reason:
            task.unprinted.append((number, reason))
        else:
            task.printed.append(number)


def file_url(call, task):
    return f"{call.base_url}/files/{task.kind}/ticket-{task.task_id}.pdf"


def serve_file(state, path, faults):
    """The link of a finished task: open to everybody who knows it, like the real storage."""
    if faults.take(path, "not_pdf"):
        return html_answer("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")
    number = path.rpartition("ticket-")[2].removesuffix(".pdf")
    task = state.label_tasks.get(int(number)) if number.isdecimal() else None
    if task is None or not task.printed:
        return Answer(b"<Error><Code>NoSuchKey</Code></Error>", 404, "application/xml")
    if task.task_id not in state.files:
        parcels = [parcel_of(state.postings[posting_number]) for posting_number in task.printed]
        state.files[task.task_id] = parcel_labels(task.kind, parcels)
    return Answer(state.files[task.task_id], content_type="application/pdf")


@method("/v2/posting/fbs/package-label", "label", OLD_CREATE, "PostingFBSPackageLabelRequest")
def synchronous(call):
    """The old way (off since November 2026): the PDF itself, and one bad number spoils the whole batch."""
    numbers = call.body["posting_number"]
    check_numbers(call.state, numbers)
    if len(numbers) > MOST_SYNCHRONOUS:
        raise invalid("INVALID_ARGUMENT")
    postings = [call.state.postings[number] for number in numbers]
    reasons = [reason for reason in (refusal(call, posting) for posting in postings) if reason]
    if reasons:
        raise OzonError(400, FAILED_PRECONDITION, reasons[0])
    if call.fault("not_pdf"):
        return html_answer("<html><body>Bad Gateway</body></html>")
    kind = "big_label" if postings[0].warehouse.label_type == "BIG" else "small_label"
    return Answer(parcel_labels(kind, [parcel_of(posting) for posting in postings]), content_type="application/pdf")


def parcel_of(posting):
    return {
        "brand": "ozon",
        "scheme": "rFBS" if posting.is_rfbs else "FBS",
        "number": posting.number,
        "upper": posting.upper_barcode,
        "lower": posting.lower_barcode,
        "warehouse": posting.warehouse.name,
        "delivery": posting.warehouse.delivery_method_name,
        "ship_by": posting.shipment_date.strftime("%d.%m.%Y %H:%M"),
        "boxes": posting.multi_box_qty,
        "goods": [(line.offer_id, line.name, line.quantity) for line in posting.lines],
    }
