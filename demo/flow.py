"""The main job once, from a key to the hand-over document: run inside `odoo shell` after company.py."""

import os
import time

import requests

from odoo import fields

from odoo.addons.sale_marketplace.demo import catalogue

SIMULATOR = f"http://127.0.0.1:{os.environ.get('SIMULATOR_PORT', '8169')}"
CLIENT_ID, API_KEY = "1042", "demo-key-1042-write"
LANES = ("orders", "labels", "catalogue", "notifications")
POSTINGS = int(os.environ.get("DEMO_POSTINGS", "60"))
#: Postings that the packers have already dealt with when somebody opens the demo; the rest is theirs to try.
ASSEMBLED = POSTINGS * 2 // 3
PATIENCE = 240


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
    return len(rows) + len(strangers), POSTINGS + 1


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


def assemble(env, orders):
    """The most urgent postings whose goods are there; the first two products of one go into two parcels."""
    shipment = env["marketplace.shipment"]
    ready = orders.filtered(lambda order: order.state == "done" and not shipment._get_obstacle(order))
    ready = ready.sorted("ship_by")[:ASSEMBLED]
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


def summarize(account, orders, assembled, handover, seconds):
    parcels = orders.parcel_ids
    labels = (orders | orders.child_ids).filtered("label_id")
    rows = [
        ("Cabinet", f"{account.cabinet_name}, {len(account.warehouse_ids)} warehouses"),
        ("Postings seen", len(orders)),
        ("Orders confirmed", len(orders.sale_order_id.filtered(lambda order: order.state == "sale"))),
        ("Awaiting mapping", len(orders.filtered(lambda order: order.state == "mapping"))),
        ("Need attention", len(orders.filtered(lambda order: order.state == "problem"))),
        ("Assembled", len(assembled.filtered(lambda order: order.ship_state == "shipped"))),
        ("Parcels", len(parcels)),
        ("Labels", len(labels)),
        ("Hand-over document", f"{handover.name}: {handover.state}, {handover.order_count} postings"),
        ("Seconds", round(seconds, 1)),
    ]
    for name, value in rows:
        print(f"   {name:<20} {value}")


def main(env):
    began = time.monotonic()
    _offers, postings = fill_simulator()
    account = connect(env)
    orders = import_orders(env, account, postings)
    assembled = assemble(env, orders)
    handover = hand_over(env, account, assembled)
    orders = env["marketplace.order"].search([("account_id", "=", account.id), ("parent_id", "=", False)])
    summarize(account, orders, assembled, handover, time.monotonic() - began)
    env.cr.commit()


main(env)  # noqa: F821 - the shell's
