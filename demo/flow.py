"""The main job once, for all schemes: from a key to the hand-over document, then a cancellation of each kind and a
return. Run inside `odoo shell` after company.py."""

import os
import time

import requests

from odoo import fields

from odoo.addons.sale_marketplace.demo import catalogue

SIMULATOR = f"http://127.0.0.1:{os.environ.get('SIMULATOR_PORT', '8169')}"
CLIENT_ID, API_KEY = "1042", "demo-key-1042-write"
LANES = ("orders", "stock", "labels", "catalogue", "notifications")
POSTINGS = int(os.environ.get("DEMO_POSTINGS", "60"))
#: Postings that the packers have already dealt with when somebody opens the demo; the rest is theirs to try.
ASSEMBLED = POSTINGS * 2 // 3
#: Goods with mandatory marking, as many postings of them: the first is scanned and sent, the other is for the packers.
MARKED = ("Пижама детская", "Комбинезон детский")
#: Postings that the company delivers itself, and those from the marketplace's own warehouse.
OWN, FBO = 8, 20
#: Pieces of each product that lie with the marketplace.
FBO_STOCK = 30
#: What the marketplace takes of a sale, in roubles.
FEES = {
    **dict.fromkeys(("fbs_direct_flow_trans_max_amount", "fbo_direct_flow_trans_max_amount"), 5),
    **dict.fromkeys(("fbs_deliv_to_customer_amount", "fbo_deliv_to_customer_amount", "fbs_first_mile_max_amount"), 0),
}
FBO_STATUSES = {"awaiting_packaging": 2, "delivering": 3, "delivered": 5}
PATIENCE = 120


def control(path, payload):
    answer = requests.post(f"{SIMULATOR}/control/{path}", json=payload, timeout=120)
    answer.raise_for_status()
    return answer.json()


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


def work(env, done, what):
    """Run the lanes as the scheduled actions would, until ``done()``."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"Gave up waiting for {what}: see Marketplaces / Operations / Jobs")
        env["marketplace.stock.engine"]._cron_absorb()
        for lane in LANES:
            env["marketplace.job"]._cron_run_lane(lane)
        env.cr.commit()
        env.invalidate_all()
        time.sleep(0.2)


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


def poll(env, account, *operations):
    """What the schedules would do in a few minutes."""
    jobs = env["marketplace.job"]
    for operation in operations:
        jobs._enqueue(operation, account, priority=1)
    wait_for(env, account, *operations)
    applied = [("account_id", "=", account.id), ("to_apply", "=", True)]
    work(env, lambda: not env["marketplace.order"].search_count(applied), "the statuses to do their work")


def wait_for(env, account, *operations):
    env.cr.commit()
    jobs = env["marketplace.job"]
    open_jobs = [
        ("account_id", "=", account.id),
        ("operation", "in", operations),
        ("state", "in", ("pending", "running")),
    ]
    work(env, lambda: not jobs.search_count(open_jobs), ", ".join(operations))


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


def show_stock(env, account):
    """Every warehouse of the cabinet shows what lies in the stock location, two pieces kept back; one product has a
    fixed number."""
    places = account.warehouse_ids.filtered(lambda place: place.scheme != "fbo")
    places.write(
        {
            "stock_location_ids": [(0, 0, {"location_id": account.warehouse_id.lot_stock_id.id})],
            "stock_buffer": 2,
            "stock_active": True,
        }
    )
    sold = env["marketplace.offer"].search([("account_id", "=", account.id), ("state", "=", "linked")])
    env["marketplace.stock.rule"].create(
        {"account_id": account.id, "product_id": sold[0].product_id.id, "mode": "fixed", "fixed": 5}
    )
    poll(env, account, "stock_compute", "stock_push", "stock_check")
    return env["marketplace.stock"].search([("account_id", "=", account.id)])


def supply_fbo(env, account):
    """What lies with the marketplace before its first posting is known here, too."""
    location = account._get_fbo_location()
    articles = [item.article for item in catalogue.items() if item.article and item.price and item.active]
    products = env["product.product"].search([("default_code", "in", articles), ("is_storable", "=", True)])
    Quant = env["stock.quant"].with_context(inventory_mode=True, inventory_name="Начальный остаток FBO")
    Quant.create(
        [
            {"product_id": product.id, "location_id": location.id, "inventory_quantity": FBO_STOCK}
            for product in products
        ]
    )._apply_inventory()
    env.cr.commit()


def count_fbo(env, account):
    """[(offer, pieces)] in the FBO location."""
    offers = env["marketplace.offer"].search([("account_id", "=", account.id)]).grouped("product_id")
    groups = env["stock.quant"]._read_group(
        [("location_id", "=", account.fbo_location_id.id)], ["product_id"], ["quantity:sum"]
    )
    return [(offers[product][0], quantity) for product, quantity in groups if product in offers]


def reconcile_fbo(env, account):
    """Some pieces get lost and found there; half of the differences are adjusted, the others are for the visitor."""
    there = [
        {"offer_id": offer.article, "present": int(quantity)}
        for offer, quantity in count_fbo(env, account)
        if quantity > 0
    ]
    control("ozon/fbo_stocks", {"stocks": there, "drift": 5})
    poll(env, account, "fbo_stock_check")
    rows = env["marketplace.stock"].search([("account_id", "=", account.id), ("state", "=", "held")])
    differing = rows.filtered(lambda row: row.cause == "counted")
    chosen = differing[: len(differing) // 2]
    if chosen:
        wizard = env["marketplace.stock.adjust"].browse(chosen.action_adjust()["res_id"])
        wizard.action_apply()
        wait_for(env, account, "fbo_adjust")
    return rows, len(differing)


def set_prices(env, account):
    """Ten percent off for the marketplace; one price has jumped, one would not pay for its cost."""
    offers = env["marketplace.offer"].search([("account_id", "=", account.id), ("state", "=", "linked")])
    # The demo sells cheap things: the marketplace takes ten percent and five roubles.
    control(
        "ozon/prices",
        {"prices": [{"offer_id": offer.article, "commissions": FEES, "commission_percent": 10} for offer in offers]},
    )
    dear, cheap = offers.product_id.sorted("list_price")[-2:]
    items = [
        {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 10},
        {"applied_on": "0_product_variant", "product_id": dear.id, "fixed_price": dear.list_price * 1.45},
        {"applied_on": "0_product_variant", "product_id": cheap.id, "fixed_price": cheap.list_price * 0.75},
    ]
    pricelist = env["product.pricelist"].create(
        {"name": "Ozon", "currency_id": account.price_currency_id.id, "item_ids": [(0, 0, item) for item in items]}
    )
    account.write({"price_pricelist_id": pricelist.id, "price_active": True})
    poll(env, account, "price_check")
    poll(env, account, "price_push")
    return env["marketplace.price"].search([("account_id", "=", account.id)])


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
