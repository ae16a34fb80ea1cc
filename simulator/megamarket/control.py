"""What the control API can do with the simulated MegaMarket: shops, offers, orders, buyers, callbacks, switches."""

import base64
import io
from dataclasses import asdict

from simulator.intake import change_options, check_fields, wanted
from simulator.megamarket import feed_fetch, flood, intake, messages
from simulator.megamarket.callbacks import Wire
from simulator.megamarket.feed_reader import read_feed
from simulator.megamarket.models import DELIVERED, SHIPPED, write_time

COMPACT = ("number", "account", "status", "packed")


def route(world, request, path, body):
    """/state, /options, /merchants, /products, /offers, /feed, /callbacks, /flood, /postings[/NUMBER[/action]]."""
    parts = path.strip("/").split("/")
    if len(parts) == 1 and (request.method, parts[0]) in FLAT:
        return FLAT[request.method, parts[0]](world, request, body)
    if parts[0] == "postings" and len(parts) in (2, 3):
        shipment = named(world, request, parts[1])
        action = ACTIONS.get((request.method, parts[2] if len(parts) == 3 else ""))
        if action:
            return action(world, shipment, body)
    raise LookupError(f"no such control call: {request.method} /control/megamarket{path}")


def state(world, _request, _body):
    return {
        **world.megamarket.counts(),
        "settings": asdict(world.megamarket.settings),
        "accounts": [merchant_view(merchant) for merchant in world.megamarket.merchants.values()],
        "now": world.timestamp(),
    }


def options(world, _request, body):
    return change_options(world.megamarket.settings, body, check_option)


def check_option(name, value):
    if name == "error_shape" and value not in ("", "object", "array", "text"):
        raise ValueError("error_shape must be object, array, text or empty")
    if name == "business_status" and value not in (200, 400):
        raise ValueError("business_status must be 200 or 400")


# -- shops and offers --------------------------------------------------------------------------------------------------


def list_merchants(world, _request, _body):
    return {"merchants": [merchant_view(merchant) for merchant in world.megamarket.merchants.values()]}


def put_merchants(world, _request, body):
    """One shop, or {"merchants": [shops]}."""
    specs = wanted(body, "merchants") if "merchants" in body else [body]
    for spec in specs:
        check_fields(spec, intake.MERCHANT_FIELDS, "merchant")
        if spec.get("feed_url"):
            feed_fetch.check_address(spec["feed_url"])
    changed = []
    for spec in specs:
        merchant = intake.put_merchant(world.megamarket, spec)
        if "feed_url" in spec:
            feed_fetch.schedule(world.megamarket, merchant)
        changed.append(merchant_view(merchant))
    return {"merchants": changed}


def merchant_view(merchant):
    names = ("merchant_id", "token", "scheme", "name", "new_url", "cancel_url", "login", "feed_url", "price_source")
    return {
        **{name: getattr(merchant, name) for name in names},
        "offers": len(merchant.offers),
        "postings": len(merchant.shipments),
    }


def put_products(world, _request, body):
    """The article is the key."""
    check_fields(body, {"account", "products"}, "request for products")
    merchant = intake.account(world.megamarket, body)
    rows = [intake.put_product(world.megamarket, merchant, spec) for spec in wanted(body, "products")]
    return {"products": [offer_view(offer) for offer in rows]}


def list_offers(world, request, _body):
    merchant = intake.account(world.megamarket, request.args)
    return {"offers": [offer_view(offer) for offer in merchant.offers.values()]}


def put_offers(world, _request, body):
    """What the merchant does in the cabinet by hand: {"offers": [{"offer_id", "manual_price"?, "stock"?, …}]}."""
    check_fields(body, {"account", "offers"}, "request for offers")
    merchant = intake.account(world.megamarket, body)
    changed = []
    for spec in wanted(body, "offers"):
        check_fields(spec, {"offer_id", "manual_price", "stock", "available"}, "offer")
        offer = merchant.offers.get(spec.get("offer_id"))
        if offer is None:
            raise LookupError(f"no offer {spec.get('offer_id')!r}")
        if "manual_price" in spec:
            manual = spec["manual_price"]
            offer.manual_price = None if manual is None else intake.roubles(manual, "manual_price")
        if "stock" in spec:
            offer.stock = None if spec["stock"] is None else int(spec["stock"])
        offer.available = bool(spec.get("available", offer.available))
        changed.append(offer_view(offer))
    return {"offers": changed}


def offer_view(offer):
    """``price`` is what a buyer pays now, of the three that stand beside it."""
    return {**asdict(offer), "price": offer.price, "sellable": offer.sellable}


def load_feed(world, _request, body):
    check_fields(body, {"account", "url"}, "request for a feed")
    merchant = intake.account(world.megamarket, body)
    if not (body.get("url") or merchant.feed_url):
        raise ValueError(f"merchant {merchant.merchant_id} has no feed_url")
    with world.unlocked():
        return feed_fetch.load(world.megamarket, merchant, body.get("url", ""))


def check_feed(_world, _request, body):
    """Only read, and tell everything: {"content": text} is taken as UTF-8, {"base64": text} as it is."""
    check_fields(body, {"content", "base64"}, "feed")
    given = body.get("base64", body.get("content"))
    if not isinstance(given, str):
        raise TypeError("content or base64 must be text")
    raw = base64.b64decode(given) if "base64" in body else given.encode()
    return asdict(read_feed(io.BytesIO(raw)))


def last_feed(world, request, _body):
    return {"report": intake.account(world.megamarket, request.args).feed_report}


# -- orders ------------------------------------------------------------------------------------------------------------


def add_postings(world, _request, body):
    made = intake.make_postings(world.megamarket, body)
    for shipment, announce in made:
        intake.take_from_stock(shipment)
        world.megamarket.add(shipment, announce)
    world.megamarket.settle()
    return {"count": len(made), "numbers": [shipment.number for shipment, _announce in made]}


def list_postings(world, request, _body):
    names = [name for name in request.args.get("fields", "").split(",") if name] or COMPACT
    if unknown := set(names) - set(FIELDS):
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}; known: {', '.join(sorted(FIELDS))}")
    shops = world.megamarket.merchants.values()
    if "account" in request.args:
        shops = [intake.account(world.megamarket, request.args)]
    shipments = [shipment for merchant in shops for shipment in merchant.shipments.values()]
    rows = [{name: FIELDS[name](shipment) for name in names} for shipment in shipments]
    return {"count": len(rows), "postings": rows}


def accepted(method):
    """How many calls of a method were accepted for a shipment; twice closed is a mistake of the merchant."""
    return lambda shipment: sum(call["method"] == method for call in shipment.calls)


FIELDS = {
    "number": lambda shipment: shipment.number,
    "account": lambda shipment: shipment.merchant.merchant_id,
    "scheme": lambda shipment: shipment.merchant.scheme,
    "status": lambda shipment: shipment.status,
    "order_code": lambda shipment: shipment.order_code,
    "created_at": lambda shipment: write_time(shipment.created_at),
    "total": lambda shipment: shipment.total,
    "deposited": lambda shipment: shipment.deposited,
    "confirmed": accepted("order/confirm"),
    "rejected": accepted("order/reject"),
    "packed": accepted("order/packing"),
    "stickers": accepted("sticker/print"),
    "shipped": accepted("order/shipping"),
    "closed": accepted("order/close"),
    "lots": lambda shipment: [lot_view(lot) for lot in shipment.lots],
}


def lot_view(lot):
    return {**asdict(lot), "final_price": lot.final_price}


def shipment_view(_world, shipment, _body):
    dates = ("confirm_until", "packing_until", "shipping_until", "reserve_until", "delivery_from", "delivery_to")
    return {
        **{name: read(shipment) for name, read in FIELDS.items()},
        **{name: write_time(getattr(shipment, name)) for name in dates},
        "delivery_id": shipment.delivery_id,
        "customer": shipment.customer,
        "boxes": [{"boxIndex": index, "boxCode": code} for index, code in shipment.boxes.items()],
        "changeable": shipment.is_changeable,
        "shifted": shipment.shifted,
        "calls": shipment.calls,
    }


def named(world, request, number):
    merchant = intake.account(world.megamarket, request.args) if "account" in request.args else None
    shipment = world.megamarket.find(number, merchant)
    if shipment is None:
        raise LookupError(f"no posting {number}")
    return shipment


def cancel(world, shipment, body):
    """The buyer cancels all that is left, or some lots: {"items": [indexes], "announce": true}."""
    check_fields(body, {"items", "announce"}, "cancellation")
    lots = chosen_lots(shipment, body)
    if not lots or not all(lot.is_alive for lot in lots):
        raise ValueError(f"nothing to cancel: the posting is {shipment.status}")
    world.megamarket.cancel(shipment, lots, bool(body.get("announce", True)))
    return shipment_view(world, shipment, body)


def chosen_lots(shipment, body):
    if "items" not in body:
        return [lot for lot in shipment.lots if lot.is_alive]
    lots = [shipment.lot(int(index)) for index in body["items"]]
    if None in lots:
        raise ValueError(f"items must be among {[lot.index for lot in shipment.lots]}")
    return lots


def progress(world, shipment, body):
    """What was shipped reaches the buyer. Of DBS the merchant himself tells it, with order/close."""
    check_fields(body, set(), "progress")
    lots = [lot for lot in shipment.goods if lot.status == SHIPPED]
    if not lots:
        raise ValueError(f"nothing is on its way: the posting is {shipment.status}")
    for lot in lots:
        world.megamarket.move(lot, DELIVERED)
    return shipment_view(world, shipment, body)


def change(world, shipment, body):
    """In the cabinet: {"changeable"?: bool}."""
    check_fields(body, {"changeable"}, "change")
    shipment.changeable = bool(body.get("changeable", shipment.changeable))
    return shipment_view(world, shipment, body)


# -- callbacks ---------------------------------------------------------------------------------------------------------


def announce(world, shipment, body):
    """Send a callback now, and tell what was answered: {"kind": "new" or "cancel", "items"?, "times"?}.

    With ``times`` 0 it is only written.
    """
    check_fields(body, {"kind", "items", "times"}, "callback")
    cabinet, kind = world.megamarket, body.get("kind", "new")
    if kind not in ("new", "cancel"):
        raise ValueError("kind must be new or cancel")
    if kind == "new":
        content = messages.new_order(cabinet, shipment)
    else:
        gone = [lot for lot in shipment.lots if lot.cancel_requested or not lot.is_alive]
        content = messages.cancel_order(cabinet, shipment, chosen_lots(shipment, body) if "items" in body else gone)
    delivery = cabinet.callbacks.delivery(shipment, kind, content)
    times = int(body.get("times", 1))
    if times and not delivery.url:
        raise ValueError(f"merchant {shipment.merchant.merchant_id} has no {kind}_url")
    wire = Wire()
    with world.unlocked():
        answers = [cabinet.callbacks.attempt(delivery, wire, retry=False) for _ in range(times)]
    wire.close()
    return {"message": content, "answers": answers}


def list_callbacks(world, request, _body):
    """``?number=``, ``?kind=`` and ``?account=`` choose, ``?last=N`` cuts."""
    wanted = {name: request.args[name] for name in ("number", "kind", "account") if name in request.args}
    rows = [
        row
        for row in list(world.megamarket.callbacks.log)
        if all(str(row[name]) == value for name, value in wanted.items())
    ]
    last = request.args.get("last", type=int)
    return {
        "total": len(rows),
        "waiting": len(world.megamarket.callbacks),
        "deliveries": rows[-last:] if last else rows,
    }


def clear_callbacks(world, _request, _body):
    world.megamarket.callbacks.log.clear()
    return {"total": 0, "deliveries": []}


def start_flood(world, _request, body):
    return flood.flood(world, body)


FLAT = {
    ("GET", "state"): state,
    ("GET", "options"): options,
    ("POST", "options"): options,
    ("GET", "merchants"): list_merchants,
    ("POST", "merchants"): put_merchants,
    ("GET", "products"): list_offers,
    ("POST", "products"): put_products,
    ("GET", "offers"): list_offers,
    ("POST", "offers"): put_offers,
    ("GET", "feed"): last_feed,
    ("POST", "feed"): load_feed,
    ("POST", "feed_check"): check_feed,
    ("GET", "postings"): list_postings,
    ("POST", "postings"): add_postings,
    ("GET", "callbacks"): list_callbacks,
    ("DELETE", "callbacks"): clear_callbacks,
    ("POST", "flood"): start_flood,
}
ACTIONS = {
    ("GET", ""): shipment_view,
    ("POST", "cancel"): cancel,
    ("POST", "progress"): progress,
    ("POST", "change"): change,
    ("POST", "announce"): announce,
}
