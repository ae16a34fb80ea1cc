"""One of the processes of crash.py, run inside `odoo shell`; CRASH_ROLE says which.

prepare  a company, an account on the simulator, its listings
work     what the scheduled actions and a packer do, for ever, until killed
count    what has become of the postings, as JSON
"""

import os
import time

from odoo.addons.sale_marketplace.benchmarks.scheduled import run_lanes, say
from odoo.addons.sale_marketplace.demo import catalogue

LANES = ("orders", "labels", "catalogue")
STOCK = 5000
#: The same goods for all postings: several workers' worth of contention on a few rows.
GOODS = [item for item in catalogue.items() if not item.flaw][:20]


def prepare(env):
    env.company.write({"currency_id": env.ref("base.RUB").id, "country_id": env.ref("base.ru").id})
    env.ref("base.RUB").active = True
    products = env["product.product"].create(
        [
            {
                "name": item.name,
                "default_code": item.article,
                "barcode": item.barcode,
                "is_storable": True,
                "taxes_id": False,
            }
            for item in GOODS
        ]
    )
    account = env["marketplace.account"].create(
        {
            "name": "Ozon",
            "client_id": "1042",
            "api_key": "demo-key-1042-write",
            "mode": "rehearsal",
            "state": "connected",
            "base_url": os.environ["CRASH_SIMULATOR"] + "/ozon",
            "start_date": "2020-01-01 00:00:00",
        }
    )
    for product in products:
        env["stock.quant"]._update_available_quantity(product, account.warehouse_id.lot_stock_id, STOCK)
    for operation in ("warehouses_poll", "offers_poll"):
        env["marketplace.job"]._enqueue(operation, account)
    env.cr.commit()
    run_lanes(env, LANES)
    say(account=account.id)


def work(env):
    account = env["marketplace.account"].search([])
    orders = env["marketplace.order"]
    next_poll = 0
    say(ready=True)
    while True:
        # The packer first: a worker that lives for a second should also ship something.
        ready = orders.search([("state", "=", "done"), ("ship_state", "=", "none")], limit=15)
        if ready:
            ready.action_ship()
            env.cr.commit()
        if time.monotonic() > next_poll:
            env["marketplace.job"]._enqueue("orders_poll", account)
            env.cr.commit()
            next_poll = time.monotonic() + 3
        run_lanes(env, LANES)
        env.invalidate_all()
        time.sleep(0.02)


def count(env):
    orders = env["marketplace.order"].search([])
    sales = env["sale.order"].search([])
    pickings = sales.picking_ids
    jobs = env["marketplace.job"].search([("state", "not in", ("done", "cancelled"))])
    location = env["marketplace.account"].search([]).warehouse_id.lot_stock_id
    quants = env["stock.quant"].search([("location_id", "=", location.id)])
    say(
        postings=orders.mapped("number"),
        sales=sales.mapped("marketplace_number"),
        confirmed=sales.filtered(lambda sale: sale.state == "sale").mapped("marketplace_number"),
        delivered=pickings.filtered(lambda picking: picking.state == "done").mapped("marketplace_number"),
        pickings=len(pickings),
        shipped=orders.filtered(lambda order: order.ship_state == "shipped").mapped("number"),
        labels=orders.filtered("label_id").mapped("number"),
        label_files=env["ir.attachment"].search_count(
            [("name", "in", [f"{number}.pdf" for number in orders.mapped("number")])]
        ),
        jobs=[f"{job.operation} {job.state}: {job.error or job.result or ''}" for job in jobs],
        interrupted=env["marketplace.job"].search_count([("result", "like", "arrived there already")]),
        sold=sum(orders.line_ids.mapped("quantity")),
        left=STOCK * len(GOODS) - sum(quants.mapped("quantity")),
        reserved=sum(quants.mapped("reserved_quantity")),
        unlabelled=[
            f"{order.number}: {order.state}, {order.problem or ''}, {order.ship_state}, {order.ship_problem or ''}, "
            f"{order.label_state}, {order.label_problem or ''}"
            for order in orders.filtered(lambda order: not order.label_id)
        ],
    )


{"prepare": prepare, "work": work, "count": count}[os.environ["CRASH_ROLE"]](env)  # noqa: F821 - the shell's
