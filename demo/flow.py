"""The main job once, for all schemes: from a key to the hand-over document, then a cancellation of each kind and a
return. Run inside `odoo shell` after company.py."""

import os
import time

from odoo import fields

from odoo.addons.sale_marketplace.demo import catalogue
from odoo.addons.sale_marketplace.demo.driving import SIMULATOR, control, poll, work
from odoo.addons.sale_marketplace.demo.goods import reconcile_fbo, set_prices, show_stock, supply_fbo

CLIENT_ID, API_KEY = "1042", "demo-key-1042-write"
POSTINGS = int(os.environ.get("DEMO_POSTINGS", "60"))
#: Postings that the packers have already dealt with when somebody opens the demo; the rest is theirs to try.
ASSEMBLED = POSTINGS * 2 // 3
#: Goods with mandatory marking, as many postings of them: the first is scanned and sent, the other is for the packers.
MARKED = ("Пижама детская", "Комбинезон детский")
#: Postings that the company delivers itself, and those from the marketplace's own warehouse.
OWN, FBO = 8, 20
FBO_STATUSES = {"awaiting_packaging": 2, "delivering": 3, "delivered": 5}


def fill_simulator():
    """The cabinet sells what the demo company has, and two things that nobody has entered in Odoo yet."""
    control("reset", {"seed": 7, "products": 0, "postings": 0, "ship_delay": 1, "label_delay": 4})
    rows = [
        {
            "offer_id": item.article,
            "name": item.name,
            "barcode": item.barcode or "",
            "price": str(item.price),
            "vat": str((item.vat or 0) / 100),
        }
        for item in catalogue.items()
        if item.article and item.price and item.active
    ]
    strangers = [
        {
            "offer_id": "NEW-GIFT-01",
            "name": "Набор подарочный, новинка",
            "barcode": "",
            "price": "990.50",
            "vat": "0.22",
        },
        {"offer_id": "NEW-GIFT-02", "name": "Открытка ручной работы", "barcode": "", "price": "149.90", "vat": "0"},
    ]
    control("ozon/products", {"products": rows + strangers})
    control("ozon/postings", {"count": POSTINGS, "lines_max": 3, "statuses": ["awaiting_packaging"]})
    control("ozon/postings", {"postings": [{"lines": [{"offer_id": "NEW-GIFT-01", "quantity": 1}]}]})
    control("ozon/postings", {"postings": [{"lines": [make_marked_line(rows, name)]} for name in MARKED]})
    control("ozon/postings", {"count": OWN, "lines_max": 2, "scheme": "rfbs", "statuses": ["awaiting_packaging"]})
    control("ozon/postings", {"count": FBO, "lines_max": 2, "scheme": "fbo", "statuses": FBO_STATUSES})
    return len(rows) + len(strangers), POSTINGS + 1 + len(MARKED) + OWN + FBO


def make_marked_line(rows, name):
    article = next(row["offer_id"] for row in rows if row["name"].startswith(name) and row["barcode"])
    return {"offer_id": article, "quantity": 2, "mandatory_mark": True}


def connect(env):
    wizard = env["marketplace.account.connect"].create(
        {
            "client_id": CLIENT_ID,
            "api_key": API_KEY,
            "mode": "rehearsal",
            "base_url": f"{SIMULATOR}/ozon",
            "start_date": fields.Datetime.subtract(fields.Datetime.now(), days=30),
            "user_id": env.ref("base.user_admin").id,
        }
    )
    wizard.action_check()
    if wizard.problem:
        raise SystemExit(f"The simulator refused the key: {wizard.problem}")
    action = wizard.action_finish()
    env.cr.commit()
    return env["marketplace.account"].browse(action["res_id"])


def import_orders(env, account, expected):
    orders = env["marketplace.order"]
    domain = [("account_id", "=", account.id), ("state", "!=", "received")]
    work(env, lambda: orders.search_count(domain) >= expected, "the postings to become orders")
    return orders.search([("account_id", "=", account.id)])


def scan_codes(env, orders):
    """A packer scans the DataMatrix codes of one posting; its form is GTIN, serial number, key, signature."""
    marked = orders.filtered(lambda order: order.marking_state == "needed").sorted("id")[:1]
    for line in marked.line_ids:
        gtin = line.offer_id.product_id.barcode.zfill(14)
        for serial in range(line.quantity):
            answer = marked.scan_marking(f"01{gtin}21{serial:0>13}\x1d91EE10\x1d92{'q' * 44}")
            if "error" in answer:
                raise SystemExit(f"A marking code was refused: {answer['error']}")
    env.cr.commit()
    return marked


def assemble(env, orders):
    """The most urgent postings whose goods are there; the first two products of one go into two parcels."""
    shipment = env["marketplace.shipment"]
    ready = orders.filtered(lambda order: order.state == "done" and not shipment._get_obstacle(order))
    own = ready.filtered(lambda order: order.scheme == "rfbs")[: OWN // 2]
    marked = ready.filtered(lambda order: order.marking_state != "none")
    ready = (ready - own - marked).filtered(lambda order: order.scheme == "fbs").sorted("ship_by")[:ASSEMBLED] | own
    ready |= marked
    split = next((order for order in ready if len(order.line_ids) > 1), None)
    if split:
        pack_in_two(split.picking_ids)
    ready.action_ship()
    env.cr.commit()
    finished = ("ready", "failed")
    work(env, lambda: all(order.label_state in finished for order in ready), "the labels")
    return ready


def pack_in_two(picking):
    first, *others = picking.move_line_ids
    first.result_package_id = first.env["stock.package"].create({})
    for line in others:
        line.result_package_id = line.env["stock.package"].create({})


def hand_over(env, account, orders):
    warehouse = orders.warehouse_id.sorted(lambda row: -len(orders.filtered(lambda order: order.warehouse_id == row)))[
        :1
    ]
    handover = env["marketplace.handover"].create({"account_id": account.id, "warehouse_id": warehouse.id})
    handover.action_create_there()
    env.cr.commit()
    work(env, lambda: handover.state in ("ready", "failed"), "the hand-over document")
    return handover


def deliver_ourselves(env, account, orders):
    """The driver's day: assembled, on the way, out to the buyer, delivered."""
    own = orders.filtered(lambda order: order.scheme == "rfbs" and order.status == "assembled")[: OWN // 2]
    for order in own:
        order.picking_ids.carrier_tracking_ref = f"DEMO-{order.id}"
    own.action_courier()
    own.action_last_mile()
    own.action_delivered()
    env.cr.commit()
    work(env, lambda: all(order.status == "delivered" for order in own), "the deliveries to be told")
    return own


def cancel_some(env, account, orders):
    """Buyers and the seller change their minds: before packing, after the label, after hand-over; whole and in part."""
    waiting = orders.filtered(lambda order: order.scheme == "fbs" and order.state == "done")
    unpacked = waiting.filtered(lambda order: order.ship_state == "none" and order.marking_state == "none")
    several = unpacked.filtered(lambda order: len(order.line_ids) > 1 and order != unpacked[0])[:1]
    ours = (unpacked - unpacked[0] - several)[:1]
    labelled = waiting.filtered(
        lambda order: order.label_state == "ready" and not order.handover_id and not order.child_ids
    )[:2]
    handed = waiting.filtered(lambda order: order.handover_id)[:1]
    fbo = orders.filtered(lambda order: order.scheme == "fbo" and order.status == "delivering")[:1]
    control("ozon/progress", {"number": handed.number})
    control("ozon/progress", {"number": handed.number})
    poll(env, account, "statuses_poll")
    for order in unpacked[0] | labelled | handed | fbo:
        control(f"ozon/postings/{order.number}/cancel", {"by": "client"})
    cancel_ourselves(env, ours, several)
    asked = orders.filtered(lambda order: order.scheme == "rfbs" and order.status == "to_assemble")[:2]
    later = (orders - asked).filtered(lambda order: order.scheme == "rfbs" and order.status == "to_assemble")[:1]
    for order in asked | later:
        control(f"ozon/postings/{order.number}/cancel_request", {"message": "Нашёл дешевле"})
    poll(env, account, "statuses_poll", "fbo_poll", "cancel_requests_poll")
    # One request, and the goods of one parcel, are left to whoever opens the demo.
    decide_requests(env, asked)
    labelled[:1].action_goods_back()
    env.cr.commit()
    return unpacked[0] | labelled | handed | fbo | ours | several | asked


def cancel_ourselves(env, whole, by_position):
    """One posting as a whole, one unit of another."""
    Wizard = env["marketplace.order.cancel"]
    if whole:
        Wizard.create({"order_ids": [(6, 0, whole.ids)], "kind": "out_of_stock"}).action_cancel()
    if by_position:
        wizard = Wizard.with_context(default_order_ids=[(6, 0, by_position.ids)]).create(
            {"kind": "defective", "by_position": True, "message": "Остался только брак"}
        )
        wizard.line_ids[0].quantity = 1
        wizard.action_cancel()
    env.cr.commit()
    jobs = env["marketplace.job"].search([("operation", "in", ("cancel", "cancel_lines", "units_check"))])
    work(env, lambda: not jobs.filtered(lambda job: job.state in ("pending", "running")), "the marketplace to cancel")


def decide_requests(env, orders):
    requests_open = env["marketplace.cancel.request"].search(
        [("order_id", "in", orders.ids), ("state", "=", "pending")], order="id"
    )
    requests_open[:1].action_approve()
    requests_open[1:]._decide("reject", "Заказ уже собран")
    env.cr.commit()
    work(env, lambda: all(request.state != "pending" for request in requests_open), "the requests to be decided")


def return_goods(env, account, cancelled, orders):
    """The goods of a cancelled parcel arrive, a buyer sends something back to the marketplace's warehouse, and another
    one to us: that lies where we have to fetch it."""
    out = cancelled.filtered(lambda order: order.goods_state == "out" and order.cancel_state == "hold")[:1]
    fbo = orders.filtered(lambda order: order.scheme == "fbo" and order.status == "delivered")[:1]
    underway = orders.filtered(lambda order: order.handover_id and order.status == "assembled")[:1]
    stages = {out: "ReceivedBySeller", fbo: "ReturnedToOzon", underway: "ArrivedAtReturnPlace"}
    for order, stage in stages.items():
        for line in order.line_ids:
            control(
                "ozon/returns",
                {
                    "number": order.number,
                    "sku": line.sku,
                    "quantity": line.quantity,
                    "kind": "ClientReturn",
                    "stage": stage,
                },
            )
    poll(env, account, "returns_poll")
    returns = env["marketplace.return"].search([("account_id", "=", account.id)])
    env["marketplace.return.receiver"]._receive(returns.filtered(lambda item: item.order_id == out))
    env.cr.commit()
    return returns


def count_states(rows):
    labels = dict(rows._fields["state"]._description_selection(rows.env))
    return ", ".join(f"{labels[state]} {len(group)}" for state, group in rows.grouped("state").items())


def count_schemes(orders):
    words = {"fbs": "FBS", "rfbs": "rFBS", "fbo": "FBO"}
    counts = [(words[scheme], len(group)) for scheme, group in orders.grouped("scheme").items()]
    return ", ".join(f"{name} {count}" for name, count in counts)


def summarize(account, orders, assembled, handover, delivered, cancelled, returns, told, seconds):
    parcels = orders.parcel_ids
    labels = (orders | orders.child_ids).filtered("label_id")
    fbo = orders.filtered(lambda order: order.scheme == "fbo")
    settled = cancelled.filtered(lambda order: order.cancel_state == "done")
    held = orders.filtered(lambda order: order.cancel_state == "hold")
    received = returns.filtered(lambda item: item.state == "received")
    stock, (fbo_rows, differing), prices = told
    own = account.warehouse_ids.filtered(lambda place: place.scheme != "fbo")
    rows = [
        (
            "Cabinet",
            f"{account.cabinet_name}, {len(own)} warehouses",
        ),
        ("Postings seen", f"{len(orders)}: {count_schemes(orders)}"),
        ("Orders confirmed", len(orders.sale_order_id.filtered(lambda order: order.state == "sale"))),
        ("Awaiting mapping", len(orders.filtered(lambda order: order.state == "mapping"))),
        ("Need attention", len(orders.filtered(lambda order: order.state == "problem"))),
        ("Assembled", len(assembled.filtered(lambda order: order.ship_state == "shipped"))),
        ("With marking codes", len(assembled.filtered(lambda order: order.marking_state == "ready"))),
        ("Parcels", len(parcels)),
        ("Labels", len(labels)),
        ("Hand-over document", f"{handover.name}: {handover.state}, {handover.order_count} postings"),
        ("Own deliveries told", len(delivered.filtered(lambda order: order.status == "delivered"))),
        ("FBO delivered", len(fbo.filtered(lambda order: "done" in order.picking_ids.mapped("state")))),
        ("Cancelled there", len(cancelled.filtered(lambda order: order.status == "cancelled"))),
        ("Settled in Odoo", f"{len(settled)}, waiting for goods: {len(held)}"),
        ("Returns", f"{len(returns)}, received: {len(received)}"),
        ("Stock shown", f"{len(stock.filtered(lambda row: row.state == 'sent'))} of {len(stock)} numbers accepted"),
        ("FBO compared", f"{len(fbo_rows)} numbers, {differing} counted otherwise there, half of them adjusted"),
        ("Prices", count_states(prices)),
        ("Seconds", round(seconds, 1)),
    ]
    for name, value in rows:
        print(f"   {name:<20} {value}")


def main(env):
    began = time.monotonic()
    _offers, postings = fill_simulator()
    account = connect(env)
    supply_fbo(env, account)
    orders = import_orders(env, account, postings)
    scan_codes(env, orders)
    assembled = assemble(env, orders)
    handover = hand_over(env, account, assembled)
    poll(env, account, "cancel_reasons_poll", "statuses_poll", "fbo_poll")
    delivered = deliver_ourselves(env, account, orders)
    cancelled = cancel_some(env, account, orders)
    returns = return_goods(env, account, cancelled, orders)
    told = show_stock(env, account), reconcile_fbo(env, account), set_prices(env, account)
    orders = env["marketplace.order"].search([("account_id", "=", account.id), ("parent_id", "=", False)])
    summarize(account, orders, assembled, handover, delivered, cancelled, returns, told, time.monotonic() - began)
    env.cr.commit()


main(env)  # noqa: F821 - the shell's
