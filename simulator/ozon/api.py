"""The way of one request through the Seller API, from the headers to the answer."""

import json

from simulator.answers import Answer, Hangup, RawJson, html_answer, json_answer
from simulator.ozon import (  # noqa: F401 - importing a module registers its methods
    account,
    acts,
    cancel_requests,
    cancelling,
    carriages,
    delivery_dates,
    exemplars,
    fbo,
    labels_api,
    notifications,
    postings,
    products,
    returns,
    rfbs,
    shipping,
    stocks,
    warehouses,
)  # fmt: skip
from simulator.ozon.auth import CLIENT_ID, authenticate, authorize
from simulator.ozon.dead import OFF, check_alive
from simulator.ozon.errors import INTERNAL, INVALID_ARGUMENT, UNIMPLEMENTED, OzonError, not_found
from simulator.ozon.not_simulated import NOT_SIMULATED
from simulator.ozon.registry import METHODS, Call

BAD_GATEWAY = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n"
    "<body><center><h1>502 Bad Gateway</h1></center></body>\n</html>"
)


def serve(world, request, path):
    """Answer one request and note it in the journal; raises Hangup where the connection is to be cut."""
    with world.lock:
        world.settle()
        fault = world.faults.take(path, "drop", "status", "rate_limit", "html_502")
        answer = broken_answer(fault) if fault else handle(world, request, path)
        late = None if fault else world.faults.take(path, "accept_then_timeout", "broken_json")
        note(world, request, path, "dropped" if answer is None else answer.status)
    if answer is None:
        raise Hangup()
    if late and late.kind == "accept_then_timeout":
        raise Hangup(late.spec.get("delay", 60))
    if late:
        answer.body = answer.body[: len(answer.body) // 2]
    return answer


def broken_answer(fault):
    spec = fault.spec
    if fault.kind == "drop":
        return None
    if fault.kind == "html_502":
        return html_answer(BAD_GATEWAY, 502)
    if fault.kind == "rate_limit":
        retry_after = spec.get("retry_after")
        headers = {"Ratelimit-Remaining": "0"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
        message = spec.get("message", "You have reached request rate limit per second")
        return Answer(encoded({"code": 8, "message": message, "details": []}), 429, "application/json", headers)
    body = spec.get("body", {"code": INTERNAL, "message": spec.get("message", "Internal error"), "details": []})
    if isinstance(body, str):
        return Answer(body.encode(), spec.get("status", 500), "text/plain; charset=utf-8")
    return json_answer(body, spec.get("status", 500))


def encoded(value):
    return json_answer(value).body


def handle(world, request, path):
    headers = {}
    try:
        key = authenticate(request.headers, world.ozon.settings.company_blocked)
        headers = world.limits.check(CLIENT_ID, path, world.ozon.settings)
        check_alive(path, world.clock.now())
        method = find_method(request, path, key)
        authorize(key, path, method.group, method.writes)
        body = method.request.checked_body(read_body(request))
        call = Call(world, path, body, request.host_url.rstrip("/") + "/ozon", key)
        answer = as_answer(method.handler(call))
    except OzonError as error:
        answer = json_answer(error.body(), error.status)
        headers = headers | error.headers
    answer.headers = headers | answer.headers
    return answer


def find_method(request, path, key):
    if path in METHODS and request.method == "POST":
        return METHODS[path]
    if path in NOT_SIMULATED:
        authorize(key, path, *NOT_SIMULATED[path])
    if path in NOT_SIMULATED or path in OFF:
        raise OzonError(501, UNIMPLEMENTED, "this method exists at Ozon but is not simulated here")
    raise not_found("method is not allowed")


def read_body(request):
    if request.mimetype != "application/json":
        raise OzonError(400, 4, "Content-Type header should be application/json")
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise OzonError(400, INVALID_ARGUMENT, "proto: syntax error (line 1:1): unexpected token") from None
    return body


def as_answer(result):
    if isinstance(result, Answer):
        return result
    if isinstance(result, RawJson):
        return Answer(result.encode())
    return json_answer(result)


def note(world, request, path, status):
    """The body as it came, parsed if possible; the key is left out."""
    raw = request.get_data()
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw.decode("utf-8", "replace")
    world.journal.add(world.timestamp(), path, request.headers.get("Client-Id", ""), body, status)
