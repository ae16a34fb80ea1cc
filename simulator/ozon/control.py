"""What the control API can do with the simulated Ozon cabinet: goods, orders, buyers, switches, pushes."""

from dataclasses import asdict
from decimal import Decimal

from simulator.clock import format_time
from simulator.intake import change_options, wanted
from simulator.ozon import buyers_control, fbo_stock, finance_control, intake, messages, prices_control, push, stocks
from simulator.ozon.cancelling import cancel
from simulator.ozon.progress import advance, set_status

COMPACT = ("number", "status", "ship_accepted")


def route(world, request, path, body):
    """/state, /options, /products, /postings, /postings/<number>[/cancel|/status], /progress, /push."""
    parts = path.strip("/").split("/")
    key = request.method, parts[0], len(parts)
    if key in FLAT:
        return FLAT[key](world, request, body)
    if (request.method, parts[0], len(parts)) == ("POST", "returns", 2):
        return buyers_control.move_return(world, parts[1], body)
    if key == ("POST", "accruals", 2):
        return finance_control.change_accrual(world, parts[1], body)
    if parts[0] == "postings" and len(parts) in (2, 3):
        return one_posting(world, request.method, parts[1], parts[2] if len(parts) == 3 else "", body)
    raise LookupError(f"no such control call: {request.method} /control/ozon{path}")


def state(world, _request, _body):
    return {**world.ozon.counts(), "settings": asdict(world.ozon.settings), "now": world.timestamp()}


def options(world, _request, body):
    return change_options(world.ozon.settings, body)


def add_products(world, _request, body):
    rows = [intake.put_product(world.ozon, spec) for spec in wanted(body, "products")]
    return {"products": [product_view(product) for product in rows]}


def list_products(world, _request, _body):
    return {"products": [product_view(product) for product in world.ozon.products.values()]}


def product_view(product):
    names = ("offer_id", "product_id", "sku", "name", "barcode", "vat", "archived", "status", "mandatory_mark")
    return {
        **{name: getattr(product, name) for name in names},
        "price": str(product.price),
        "old_price": str(product.old_price),
    }


def add_postings(world, _request, body):
    # "account" may be there, as products may have it: it chooses the shop of a marketplace that has several.
    postings = intake.make_postings(world.ozon, {name: body[name] for name in body if name != "account"})
    world.ozon.add_postings(postings)
    return {"count": len(postings), "numbers": [posting.number for posting in postings]}


def list_postings(world, request, _body):
    names = [name for name in request.args.get("fields", "").split(",") if name] or COMPACT
    if unknown := set(names) - set(FIELDS):
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}; known: {', '.join(sorted(FIELDS))}")
    rows = [{name: FIELDS[name](posting) for name in names} for posting in world.ozon.all_postings()]
    return {"count": len(rows), "postings": rows}


def list_stocks(world, _request, _body):
    """What the cabinet shows, per product and warehouse; ``pushed_at`` of the last number that was told."""
    state = world.ozon
    return {
        "stocks": [
            {
                "offer_id": state.products[product_id].offer_id,
                "product_id": product_id,
                "warehouse_id": warehouse_id,
                "free": amount.free,
                "reserved": amount.reserved,
                "pushed_at": amount.pushed_at and format_time(amount.pushed_at),
            }
            for (product_id, warehouse_id), amount in state.stocks.items()
        ]
    }


def put_stocks(world, _request, body):
    """Somebody changes numbers by hand: {"stocks": [{"offer_id", "warehouse_id", "free"}]}."""
    cabinet = world.ozon
    for row in wanted(body, "stocks"):
        product = intake.listing(cabinet, row)
        if row["warehouse_id"] not in cabinet.warehouses:
            raise LookupError(f"no warehouse {row['warehouse_id']}; there are {sorted(cabinet.warehouses)}")
        stocks.store(cabinet, product, row["warehouse_id"], int(row["free"]))
    return {"count": len(body["stocks"])}


def list_fbo_stocks(world, _request, _body):
    state = world.ozon
    return {
        "stocks": [
            fbo_stock.row(state.products[product_id], warehouse_id, amount)
            for (product_id, warehouse_id), amount in state.fbo_stocks.items()
        ]
    }


def put_fbo_stocks(world, _request, body):
    """{"stocks": [{"offer_id", "present", "reserved"?, "warehouse_id"?}], "drift"?: seed} → what drifted by article."""
    state = world.ozon
    for row in body.get("stocks", ()):
        place = row.get("warehouse_id") or next(iter(state.fbo_warehouses))
        fbo_stock.put(state, intake.listing(state, row), place, row["present"], row.get("reserved"))
    return {"drift": fbo_stock.drift(state, body["drift"]) if "drift" in body else {}}


def list_warehouses(world, _request, _body):
    return {
        "warehouses": [
            {"warehouse_id": place.warehouse_id, "name": place.name, "is_rfbs": place.is_rfbs}
            for place in world.ozon.warehouses.values()
        ]
    }


def remove_warehouse(world, _request, body):
    """The seller closes a warehouse: {"close": warehouse_id}."""
    if body.get("close") not in world.ozon.warehouses:
        raise LookupError(f"no warehouse {body.get('close')}; there are {sorted(world.ozon.warehouses)}")
    return {"name": world.ozon.warehouses.pop(body["close"]).name}


FIELDS = {
    "number": lambda posting: posting.number,
    "status": lambda posting: posting.status,
    "substatus": lambda posting: posting.substatus,
    # Accepted ship calls; more than one means that a posting was assembled twice.
    "ship_accepted": lambda posting: len(posting.ship_calls),
    "label_calls": lambda posting: len(posting.label_calls),
    "in_process_at": lambda posting: format_time(posting.in_process_at),
    "shipment_date": lambda posting: format_time(posting.shipment_date),
    "changed_at": lambda posting: format_time(posting.changed_at),
    "warehouse_id": lambda posting: posting.warehouse.warehouse_id,
    "parent_number": lambda posting: posting.parent_number,
    "carriage_id": lambda posting: posting.carriage_id,
    "scheme": lambda posting: posting.scheme,
    "total": lambda posting: str(sum((line.price * line.quantity for line in posting.lines), Decimal(0))),
    "lines": lambda posting: [line_view(line) for line in posting.lines],
}


def line_view(line):
    names = ("sku", "product_id", "offer_id", "name", "quantity", "currency", "mandatory_mark")
    return {**{name: getattr(line, name) for name in names}, "price": str(line.price)}


def one_posting(world, method, number, action, body):
    posting = named(world, number)
    if (method, action) == ("POST", "cancel"):
        cancel(world.ozon, posting, body.get("by", "client"), body.get("reason_id"))
    elif (method, action) == ("POST", "status"):
        set_status(world.ozon, posting, body["status"], body.get("substatus"))
    elif method == "POST" and action in buyers_control.ACTIONS:
        return buyers_control.ACTIONS[action](world, posting, body)
    elif (method, action) != ("GET", ""):
        raise LookupError(f"no such control call: {method} /control/ozon/postings/{number}/{action}")
    return posting_view(posting)


def named(world, number):
    posting = world.ozon.any_posting(number)
    if posting is None:
        raise LookupError(f"no posting {number}")
    return posting


def posting_view(posting):
    return {
        **{name: read(posting) for name, read in FIELDS.items()},
        "shipping": posting.shipping,
        "shipped_at": format_time(posting.shipped_at),
        "cancellation": posting.cancellation,
        "tracking_number": posting.tracking_number,
        "related": posting.related,
        "stock_state": posting.stock_state,
        "upper_barcode": posting.upper_barcode,
        "lower_barcode": posting.lower_barcode,
        "exemplars": posting.exemplars,
        "ship_calls": posting.ship_calls,
        "label_calls": posting.label_calls,
        "history": posting.history,
    }


def progress(world, _request, body):
    """One step further for one posting, or for all that are on their way."""
    chosen = [named(world, body["number"])] if "number" in body else world.ozon.all_postings()
    if "number" not in body and not body.get("all"):
        raise ValueError("number or all is expected")
    moved = [posting.number for posting in chosen if advance(world.ozon, posting)]
    return {"moved": moved}


def send_push(world, _request, body):
    """Send now, to the given address or to everybody registered, and tell what they answered."""
    cabinet, kind = world.ozon, body.get("message_type", "TYPE_PING")
    posting = named(world, body["number"]) if body.get("number") else None
    content = {**messages.message(cabinet, kind, posting), **body.get("body", {})}
    urls = [body["url"]] if body.get("url") else [endpoint.url for endpoint in cabinet.pusher.endpoints.values()]
    sending = [(url, content) for url in urls for _copy in range(body.get("times", 1))]
    if body.get("shuffle"):
        cabinet.rng.shuffle(sending)
    with world.unlocked():
        answers = [{"url": url, **push.send(url, message)} for url, message in sending]
    return {"message": content, "answers": answers}


def push_log(world, _request, _body):
    return {"deliveries": list(world.ozon.pusher.log)}


FLAT = {
    ("GET", "state", 1): state,
    ("GET", "options", 1): options,
    ("POST", "options", 1): options,
    ("GET", "products", 1): list_products,
    ("POST", "products", 1): add_products,
    ("GET", "prices", 1): prices_control.list_prices,
    ("POST", "prices", 1): prices_control.put_prices,
    ("GET", "stocks", 1): list_stocks,
    ("POST", "stocks", 1): put_stocks,
    ("GET", "warehouses", 1): list_warehouses,
    ("POST", "warehouses", 1): remove_warehouse,
    ("GET", "fbo_stocks", 1): list_fbo_stocks,
    ("POST", "fbo_stocks", 1): put_fbo_stocks,
    ("GET", "postings", 1): list_postings,
    ("POST", "postings", 1): add_postings,
    ("POST", "progress", 1): progress,
    ("GET", "returns", 1): buyers_control.list_returns,
    ("POST", "returns", 1): buyers_control.add_return,
    ("GET", "push", 1): push_log,
    ("POST", "push", 1): send_push,
    **finance_control.FLAT,
}
