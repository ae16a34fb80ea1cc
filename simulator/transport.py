"""Faults around any method of any vendor, and the order in which a request meets them."""

from simulator.answers import Answer, Hangup, html_answer, json_answer

BAD_GATEWAY = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n"
    "<body><center><h1>502 Bad Gateway</h1></center></body>\n</html>"
)


def serve(world, vendor, path, handle, refuse, note):
    """Answer one request and have it noted; raises Hangup where the connection is to be cut.

    :param handle: gives the answer of an undisturbed request
    :param refuse: the vendor's own words for a fault: fault → (body, status, headers)
    :param note: called with the status for the journal
    """
    with world.lock:
        world.settle()
        fault = world.faults.take(path, "drop", "status", "rate_limit", "html_502", vendor=vendor)
        answer = broken_answer(fault, refuse) if fault else handle()
        late = None if fault else world.faults.take(path, "accept_then_timeout", "broken_json", vendor=vendor)
        note("dropped" if answer is None else answer.status)
    if answer is None:
        raise Hangup()
    if late and late.kind == "accept_then_timeout":
        raise Hangup(late.spec.get("delay", 60))
    if late:
        answer.body = answer.body[: len(answer.body) // 2]
    return answer


def broken_answer(fault, refuse):
    """None where nothing is answered at all. A body that is text is sent as it is."""
    if fault.kind == "drop":
        return None
    if fault.kind == "html_502":
        return html_answer(BAD_GATEWAY, 502)
    body, status, headers = refuse(fault)
    if isinstance(body, str):
        return Answer(body.encode(), status, "text/plain; charset=utf-8", headers)
    answer = json_answer(body, status)
    answer.headers = headers
    return answer
