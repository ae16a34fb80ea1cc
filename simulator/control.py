"""The control API: JSON, not part of any marketplace, drives the simulator in tests, in the demo and in benchmarks."""

import json
from dataclasses import replace

from simulator.answers import json_answer
from simulator.clock import parse_time
from simulator.megamarket import control as megamarket_control
from simulator.ozon import control as ozon_control
from simulator.telegram import control as telegram_control

# Reset fields that go straight into the plan; ``now`` and ``frozen`` are read separately.
PLAN_FIELDS = {"seed": int, "products": int, "postings": int, "ship_delay": float, "label_delay": float, "limits": bool}


def serve(world, request, path):
    """Every mistake of the caller is a 400 with a sentence, so that a test fails where it is wrong."""
    try:
        body = read_body(request)
        with world.lock:
            world.settle()
            return json_answer(route(world, request, path, body))
    except LookupError as error:
        return json_answer({"error": str(error).strip("'\"")}, 404)
    except (ValueError, TypeError) as error:
        return json_answer({"error": str(error)}, 400)


def read_body(request):
    """Only JSON bodies are taken: a web page elsewhere cannot send those to this machine without being asked."""
    if request.method != "POST":
        return {}
    if request.mimetype != "application/json":
        raise ValueError("Content-Type must be application/json")
    body = json.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def route(world, request, path, body):
    handler = ROUTES.get((request.method, path))
    if handler:
        return handler(world, request, body)
    if path.startswith("/ozon/"):
        return ozon_control.route(world, request, path.removeprefix("/ozon"), body)
    if path.startswith("/megamarket/"):
        return megamarket_control.route(world, request, path.removeprefix("/megamarket"), body)
    if path.startswith("/telegram/"):
        return telegram_control.route(world, request, path.removeprefix("/telegram"), body)
    raise LookupError(f"no such control call: {request.method} /control{path}")


def health(world, _request, _body):
    return {"ok": True, "now": world.timestamp()}


def reset(world, _request, body):
    unknown = set(body) - set(PLAN_FIELDS) - {"now", "frozen"}
    if unknown:
        raise ValueError(f"unknown fields of a reset: {', '.join(sorted(unknown))}")
    changes = {name: PLAN_FIELDS[name](body[name]) for name in PLAN_FIELDS if name in body}
    if "now" in body:
        changes["now"] = parse_time(body["now"]) if body["now"] else None
    if "frozen" in body:
        changes["frozen"] = bool(body["frozen"])
    world.reset(replace(world.plan, **changes))
    return {"ok": True, "now": world.timestamp(), "ozon": world.ozon.counts()}


def get_clock(world, _request, _body):
    return world.clock.describe()


def set_clock(world, _request, body):
    if not set(body) & {"now", "advance", "frozen"}:
        raise ValueError("one of now, advance, frozen is expected")
    if "frozen" in body:
        world.clock.freeze(bool(body["frozen"]))
    if "now" in body:
        world.clock.set(parse_time(body["now"]))
    if "advance" in body:
        world.clock.advance(float(body["advance"]))
    world.settle()
    return world.clock.describe()


def get_faults(world, _request, _body):
    return {"faults": world.faults.describe()}


def add_fault(world, _request, body):
    return {"fault": world.faults.add(body)}


def clear_faults(world, _request, _body):
    world.faults.clear()
    return {"faults": []}


def get_requests(world, request, _body):
    prefix = request.args.get("path", "").removeprefix("/ozon")
    rows = world.journal.rows(prefix, request.args.get("last", type=int))
    return {"total": world.journal.total, "count": len(rows), "requests": rows}


def clear_requests(world, _request, _body):
    world.journal.clear()
    return {"total": 0, "count": 0, "requests": []}


ROUTES = {
    ("GET", "/health"): health,
    ("POST", "/reset"): reset,
    ("GET", "/clock"): get_clock,
    ("POST", "/clock"): set_clock,
    ("GET", "/faults"): get_faults,
    ("POST", "/faults"): add_fault,
    ("DELETE", "/faults"): clear_faults,
    ("GET", "/requests"): get_requests,
    ("DELETE", "/requests"): clear_requests,
}
