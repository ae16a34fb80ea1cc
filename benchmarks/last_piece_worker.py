"""One of the processes of last_piece.py, run inside `odoo shell`; LAST_ROLE says which.

prepare  two accounts on two simulated cabinets that show the same pieces, one of each product
work     what the scheduled actions do until everything is done
count    who got the pieces, as JSON
"""

import os
import time

from odoo import Command

from odoo.addons.sale_marketplace.benchmarks.scheduled import attempt, run_lanes, say

ARTICLES = os.environ["LAST_ARTICLES"].split(",")
CABINETS = dict(cabinet.split("=", 1) for cabinet in os.environ["LAST_CABINETS"].split(","))
LANES = ("orders", "stock", "catalogue")


def find_accounts(env):
    return env["marketplace.account"].search([("client_id", "in", list(CABINETS))])


def prepare(env):
    env.company.write({"currency_id": env.ref("base.RUB").id, "country_id": env.ref("base.ru").id})
    env.ref("base.RUB").active = True
    # Other scripts have worked in this database; their cabinets are gone.
    env["marketplace.account"].search([]).write({"state": "paused"})
    values = {"is_storable": True, "taxes_id": False}
    products = env["product.product"].create([{"name": name, "default_code": name, **values} for name in ARTICLES])
    accounts = env["marketplace.account"].create(
        [
            {
                "name": f"Ozon {client_id}",
                "client_id": client_id,
                "api_key": "demo-key-1042-write",
                "mode": "rehearsal",
                "state": "connected",
                "base_url": url,
                "start_date": "2020-01-01 00:00:00",
            }
            for client_id, url in CABINETS.items()
        ]
    )
    shelf = accounts.warehouse_id.lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, shelf, 1)
    for account in accounts:
        for operation in ("warehouses_poll", "offers_poll"):
            env["marketplace.job"]._enqueue(operation, account)
    work_off(env)
    places = accounts.warehouse_ids.filtered(lambda place: place.scheme == "fbs")
    places = places.filtered(lambda place: place.external_id == min(places.mapped("external_id")))
    places.write({"stock_location_ids": [Command.create({"location_id": shelf.id})], "stock_active": True})
    work_off(env)
    # The half minute between two numbers of one pair is over.
    env["marketplace.stock"].search([]).not_before = False
    env.cr.commit()
    say(place=int(places[0].external_id))


def work_off(env):
    attempt(env, env["marketplace.stock.engine"]._cron_absorb)
    run_lanes(env, LANES)


def poll(env):
    for account in find_accounts(env):
        env["marketplace.job"]._enqueue("orders_poll", account)


def work(env):
    say(ready=True)
    while not is_done(env):
        if not env["marketplace.job"].search_count([("operation", "=", "orders_poll"), ("state", "=", "pending")]):
            attempt(env, lambda: poll(env))
        work_off(env)
        time.sleep(0.02)
    say(done=True)
    # Until it is ended: what the other one still does may need somebody to see it through.
    while True:
        work_off(env)
        time.sleep(0.2)


def is_done(env):
    env.cr.rollback()
    env.invalidate_all()
    made = env["marketplace.order"].search_count([("state", "=", "done"), ("account_id", "in", find_accounts(env).ids)])
    rows = env["marketplace.stock"].search([("account_id", "in", find_accounts(env).ids)])
    # What is told once more, to be on the safe side, has to wait for its half minute.
    told = all(row.quantity == row.sent_quantity == 0 for row in rows)
    return made == len(ARTICLES) * len(CABINETS) and told and not env["marketplace.stock.change"].search_count([])


def count(env):
    orders = env["marketplace.order"].search([("account_id", "in", find_accounts(env).ids)])
    moves = orders.sale_order_id.picking_ids.move_ids
    held = moves.filtered(lambda move: move.state == "assigned")
    missing = orders.filtered("goods_missing")
    quants = env["stock.quant"].search(
        [("product_id.default_code", "in", ARTICLES), ("location_id.usage", "=", "internal")]
    )
    reserved = dict.fromkeys(ARTICLES, 0)
    for quant in quants:
        reserved[quant.product_id.default_code] += quant.reserved_quantity
    jobs = env["marketplace.job"].search([("account_id", "in", orders.account_id.ids), ("state", "=", "failed")])
    say(
        confirmed=orders.sale_order_id.filtered(lambda sale: sale.state == "sale").mapped("marketplace_number"),
        held=[move.product_id.default_code for move in held],
        winners=[move.picking_id.sale_id.marketplace_order_id.account_id.client_id for move in held],
        missing=[article for order in missing for article in order.line_ids.mapped("article")],
        reserved=reserved,
        jobs=[f"{job.operation}: {job.error}" for job in jobs],
    )


{"prepare": prepare, "work": work, "count": count}[os.environ["LAST_ROLE"]](env)  # noqa: F821 - the shell's
