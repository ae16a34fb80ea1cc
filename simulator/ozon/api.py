"""The way of one request through the Seller API, from the headers to the answer."""

import json

from simulator import transport
from simulator.answers import Answer, RawJson, json_answer
from simulator.ozon import (  # noqa: F401 - importing a module registers its methods
    account,
    acts,
    balance,
    cancel_requests,
    cancelling,
    carriages,
    delivery_dates,
    exemplars,
    fbo,
    fbo_stock,
    finance,
    labels_api,
    notifications,
    postings,
    prices,
    products,
    realization,
    returns,
    rfbs,
    shipping,
    stocks,
    warehouses,
)  # fmt: skip
from simulator.ozon.auth import authenticate, authorize
from simulator.ozon.dead import OFF, check_alive
from simulator.ozon.errors import (
    INTERNAL,
    INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED,
    UNIMPLEMENTED,
    OzonError,
    not_found,
)
from simulator.ozon.limits import check as check_limits
from simulator.ozon.not_simulated import NOT_SIMULATED
from simulator.ozon.registry import METHODS, Call


def serve(world, request, path):
    """Answer one request and note it in the journal; raises Hangup where the connection is to be cut."""
    return transport.serve(
        world,
        "ozon",
        path,
        handle=lambda: handle(world, request, path),
        refuse=refuse,
        note=lambda status: note(world, request, path, status),
    )


def refuse(fault):
    """(body, status, headers) of a fault that was asked for."""
    spec = fault.spec
    if fault.kind == "rate_limit":
        retry_after = spec.get("retry_after")
        headers = {"Ratelimit-Remaining": "0"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
        message = spec.get("message", "You have reached request rate limit per second")
        return {"code": RESOURCE_EXHAUSTED, "message": message, "details": []}, 429, headers
    body = {"code": INTERNAL, "message": spec.get("message", "Internal error"), "details": []}
    return spec.get("body", body), spec.get("status", 500), {}


def handle(world, request, path):
    headers = {}
    try:
        key = authenticate(request.headers, world.ozon.client_id, world.ozon.settings.company_blocked)
        headers = check_limits(world.limits, world.ozon.client_id, path, world.ozon.settings)
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
