"""One of the processes of storm.py, run inside `odoo shell`; STORM_ROLE says which.

prepare  two shops, the addresses at which they are called
work     what the scheduled actions do, until nothing is left
count    what has become of the shipments, as JSON
"""

import json
import os
import time
from pathlib import Path

from odoo.addons.sale_marketplace.benchmarks.scheduled import attempt, run_lanes, say
from odoo.addons.sale_marketplace.demo import catalogue
from odoo.addons.sale_marketplace.models import marketplace_job_engine

# Odoo runs the lanes side by side; in one process they take turns.
marketplace_job_engine.RUN_SECONDS = 3

LANES = ("orders", "catalogue", "notifications")
POLLS = ("orders_poll", "statuses_poll")
#: Seconds between two readings of everything.
PACE = 8
SHOPS = json.loads(os.environ["STORM_SHOPS"])
TOKENS = {"5046": "5046AAAA-0000-4000-8000-00000000A001", "175000": "17500000-0000-4000-8000-00000000D001"}
FOLDER = Path(os.environ["STORM_FOLDER"])
GOODS = [item for item in catalogue.items() if not item.flaw][:20]


def find_accounts(env):
    return env["marketplace.account"].search([("client_id", "in", list(SHOPS)), ("marketplace", "=", "megamarket")])


def prepare(env):
    env.company.write({"currency_id": env.ref("base.RUB").id, "country_id": env.ref("base.ru").id})
    env.ref("base.RUB").active = True
    # Other scripts have worked in this database; their cabinets are gone.
    env["marketplace.account"].search([]).write({"state": "paused"})
    articles = [item.article for item in GOODS]
    env["product.product"].search([("default_code", "in", articles)]).action_archive()
    values = {"is_storable": True, "taxes_id": False}
    products = env["product.product"].create(
        [{"name": item.name, "default_code": item.article, **values} for item in GOODS]
    )
    accounts = env["marketplace.account"].create(
        [
            {
                "name": f"MegaMarket {shop}",
                "marketplace": "megamarket",
                "scheme": scheme,
                "client_id": shop,
                "api_key": TOKENS[shop],
                "mode": "rehearsal",
                "state": "connected",
                "base_url": os.environ["STORM_SIMULATOR"],
                "start_date": "2020-01-01 00:00:00",
            }
            for shop, scheme in SHOPS.items()
        ]
    )
    for product in products:
        env["stock.quant"]._update_available_quantity(product, accounts[0].warehouse_id.lot_stock_id, 100_000)
    for account in accounts:
        account._get_schedule("statuses").read_until = account.create_date
        env["marketplace.job"]._enqueue("warehouses_poll", account)
    env.cr.commit()
    run_lanes(env, LANES)
    say(tokens={account.client_id: account.webhook_token for account in accounts})


def poll(env):
    for account in find_accounts(env):
        for operation in POLLS:
            env["marketplace.job"]._enqueue(operation, account)


def work(env):
    next_poll, rounds = 0, 0
    say(ready=True)
    while rounds < 2:
        if time.monotonic() > next_poll or (FOLDER / "last").exists():
            attempt(env, lambda: poll(env))
            next_poll = time.monotonic() + PACE
        run_lanes(env, LANES)
        if (FOLDER / "last").exists():
            drain(env)
            rounds += 1
        time.sleep(0.05)
    say(done=True)
    # Until it is ended: what the other one still does may need somebody to see it through.
    while True:
        run_lanes(env, LANES)
        time.sleep(0.2)


def drain(env):
    """Until nothing waits; both workers do so, each after a last reading of everything."""
    waiting = [("account_id", "in", find_accounts(env).ids), ("state", "in", ("pending", "running"))]
    while env["marketplace.job"].search_count(waiting) or env["marketplace.event"].search_count(
        [("state", "=", "new")]
    ):
        run_lanes(env, LANES)
        time.sleep(0.2)
        env.cr.commit()


def count(env):
    accounts = find_accounts(env)
    mine = [("account_id", "in", accounts.ids)]
    orders = env["marketplace.order"].search(mine)
    requests = env["marketplace.cancel.request"].search(mine)
    jobs = env["marketplace.job"].search([*mine, ("state", "not in", ("done", "cancelled"))])
    events = env["marketplace.event"].search([*mine, ("state", "in", ("new", "failed"))])
    say(
        orders=[
            {
                "number": order.number,
                "status": order.status,
                "problem": f"{order.state}: {order.problem}" if order.state not in ("done", "cancelled") else "",
                "zip": order.buyer_zip,
                "contact_zip": order.sale_order_id.partner_shipping_id.zip,
            }
            for order in orders
        ],
        sales=[
            {
                "number": sale.marketplace_number,
                "state": sale.state,
                "pieces": sum(sale.order_line.mapped("product_uom_qty")),
                "total": sale.amount_total,
            }
            for sale in env["sale.order"].search([("marketplace_order_id", "in", orders.ids)])
        ],
        requests=[
            {
                "number": request.number,
                "linked": bool(request.order_id),
                "lots": sorted(int(lot) for lot in request.unit_numbers.split(",")),
            }
            for request in requests
        ],
        jobs=[f"{job.operation} {job.state}: {job.error or job.result or ''}" for job in jobs],
        events=[f"{event.number} {event.state}: {event.problem or ''}" for event in events],
    )


{"prepare": prepare, "work": work, "count": count}[os.environ["STORM_ROLE"]](env)  # noqa: F821 - the shell's
