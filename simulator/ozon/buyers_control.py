"""What buyers, and the seller's people in the cabinet, do: parts of the control API."""

from simulator.clock import format_time, parse_time
from simulator.ozon import cancel_requests, returns, shipping
from simulator.ozon.registry import Call


def ask_cancel(world, posting, body):
    request = cancel_requests.add(
        world.ozon, posting, body.get("reason", ""), body.get("message", ""), body.get("hours")
    )
    return {"id": request.id}


def change(world, posting, body):
    """Dates, barcodes and boxes that somebody changes in the cabinet."""
    known = {"shipment_date", "upper_barcode", "lower_barcode", "scanit", "multi_box_qty"}
    if unknown := set(body) - known:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    for name, value in body.items():
        setattr(posting, name, parse_time(value) if name == "shipment_date" else value)
    posting.changed_at = world.clock.now()
    world.ozon.touch(posting)
    return {"number": posting.number, "shipment_date": format_time(posting.shipment_date)}


def split(world, posting, body):
    """The same as the seller's own call: ``{parts: [[{sku, quantity}]]}``."""
    parts = [
        {"products": [{"product_id": unit["sku"], "quantity": unit["quantity"]} for unit in part]}
        for part in body["parts"]
    ]
    call = Call(world, "/v1/posting/fbs/split", {"posting_number": posting.number, "postings": parts}, "")
    return shipping.split(call)


def assemble(world, posting, _body):
    """Assembled in the cabinet, at once."""
    world.ozon.later(0, shipping.finish_shipping(world.ozon, posting, False))
    world.ozon.settle()
    return {"number": posting.number, "status": posting.status}


ACTIONS = {"cancel_request": ask_cancel, "change": change, "split": split, "assemble": assemble}


# -- returns -----------------------------------------------------------------------------------------------------------
RETURN_FIELDS = {"number", "sku", "quantity", "kind", "stage", "reason"}


def add_return(world, _request, body):
    if unknown := set(body) - RETURN_FIELDS:
        raise ValueError(f"unknown fields of a return: {', '.join(sorted(unknown))}")
    return return_view(returns.add(world.ozon, **body))


def list_returns(world, _request, _body):
    return {"returns": [return_view(item) for item in world.ozon.returns.values()]}


def move_return(world, return_id, body):
    item = world.ozon.returns.get(int(return_id))
    if item is None:
        raise LookupError(f"no return {return_id}")
    returns.move(world.ozon, item, body["stage"])
    return return_view(item)


def return_view(item):
    return {
        "id": item.id,
        "number": item.posting.number,
        "sku": item.line.sku,
        "offer_id": item.line.offer_id,
        "quantity": item.quantity,
        "kind": item.kind,
        "stage": item.stage,
        "own": item.own,
    }
