"""The way of one request through the merchant API, from the User-Agent to the answer."""

import json

from simulator import transport
from simulator.answers import Answer, html_answer, json_answer
from simulator.megamarket import (  # noqa: F401 - importing a module registers its methods
    closing,
    confirming,
    offers,
    packing,
    reading,
    shipping,
    stickers,
)
from simulator.megamarket.errors import MegamarketError, bad_token, invalid, plain, refuse
from simulator.megamarket.registry import METHODS, OFFERS, Call

# The documentation names the first, an integrator the second. That having none is as bad, and that the answer is a
# page with 403, is inferred.
ROBOTS = ("python-requests/", "python-urllib/")
WALL = (
    "<html>\n<head><title>403 Forbidden</title></head>\n"
    "<body><center><h1>403 Forbidden</h1></center><p>Automated requests are not allowed.</p></body>\n</html>"
)
# Calls of a merchant within any second.
PER_SECOND = 5


def serve(world, request, path):
    """Answer one request and note it in the journal; raises Hangup where the connection is to be cut."""
    return transport.serve(
        world,
        "megamarket",
        path,
        handle=lambda: handle(world, request, path),
        refuse=refuse,
        note=lambda status: note(world, request, path, status),
    )


def handle(world, request, path):
    if is_robot(request.headers.get("User-Agent", "")):
        return html_answer(WALL, 403)
    settings = world.megamarket.settings
    try:
        return as_answer(answer(world, request, path))
    except MegamarketError as error:
        shape = settings.error_shape if error.status is None else ""
        return json_answer(error.body(shape), error.status or settings.business_status)


def is_robot(agent):
    return not agent.strip() or agent.lower().startswith(ROBOTS)


def answer(world, request, path):
    method = METHODS.get(path)
    if method is None:
        raise plain(f"Unknown method {path}", 404)
    if request.method != "POST":
        raise plain("Method Not Allowed", 405)
    data = read_data(request)
    merchant = authenticate(world.megamarket, data)
    check_limit(world, merchant)
    if merchant.scheme not in method.schemes:
        raise (plain if path.startswith(OFFERS) else invalid)(f"{method.name} is not for the scheme of this shop")
    return method.handler(Call(world, path, merchant, data, method.name))


def read_data(request):
    """The envelope: ``meta`` is an empty object, or an empty list, or left out."""
    if request.mimetype != "application/json":
        raise plain("Content-Type must be application/json", 400)
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise plain("The body is not JSON", 400) from None
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        raise plain("data is missing", 400)
    if not isinstance(body.get("meta", {}), (dict, list)):
        raise plain("meta must be an object", 400)
    return body["data"]


def authenticate(state, data):
    token = data.get("token")
    for merchant in state.merchants.values():
        if isinstance(token, str) and token == merchant.token:
            return merchant
    raise bad_token("" if token is None else token)


def check_limit(world, merchant):
    window = world.limits.window(("megamarket", merchant.merchant_id), PER_SECOND)
    if world.megamarket.settings.limits and window.take():
        raise plain("Too Many Requests", 429)


def as_answer(result):
    if isinstance(result, Answer):
        return result
    return json_answer({"success": 1, "meta": {}, "data": result})


def note(world, request, path, status):
    """The body as it came, parsed if possible; the token is left out, and names its shop."""
    raw = request.get_data()
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw.decode("utf-8", "replace")
    shop = ""
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        data = dict(body["data"])
        token = data.pop("token", None)
        shops = (shop.merchant_id for shop in world.megamarket.merchants.values() if shop.token == token)
        shop = str(next(shops, ""))
        body = {**body, "data": data}
    world.journal.add(world.timestamp(), f"/megamarket{path}", shop, body, status)
