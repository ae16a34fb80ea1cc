"""Calls of the marketplace: how soon they are answered by a server whose scheduled actions work meanwhile."""

import json

from odoo import fields

from odoo.addons.sale_marketplace.benchmarks import filling
from odoo.addons.sale_marketplace.benchmarks.server import Server
from odoo.addons.sale_marketplace.benchmarks.table import Table
from odoo.addons.sale_marketplace.tests.simulator_process import SimulatorProcess

RATE, SECONDS = 50, 20
#: So many of the orders are cancelled by a call of their own.
CANCELLED = 0.05
ORDERS = round(RATE * SECONDS / (1 + CANCELLED))
#: Of 99 calls in 100, in seconds.
BUDGET = 0.2
CRONS = 2
MERCHANT, TOKEN = "175000", "17500000-0000-4000-8000-00000000D001"


def measure(bench):
    head = ("", "calls", "a second", "p50 ms", "p99 ms", "longest ms", "read meanwhile")
    table = Table(f"Calls of the marketplace, {SECONDS} seconds, one threaded server", *head)
    with SimulatorProcess(products=0, postings=0, no_limits=True, seed=4) as simulator:
        account = make_account(bench, simulator)
        filling.analyze(bench.env)
        database = bench.env.cr.dbname
        with Server(database) as server:
            open_cabinet(bench, simulator, account, server)
            blow(table, bench, account, simulator, f"{RATE} a second, nothing else at work")
        with Server(database, CRONS) as server:
            open_cabinet(bench, simulator, account, server)
            blow(table, bench, account, simulator, f"{RATE} a second, {CRONS} scheduled actions at work")
            told = flood(simulator, count=ORDERS // 2, repeats=2, shuffle=True, threads=8)
            add(table, bench, account, "as fast as they are answered, each twice", told, count(bench, account))
    account.action_pause()
    bench.account.action_resume()
    bench.env.cr.commit()
    return table


def blow(table, bench, account, simulator, label):
    # The first calls of anything pay for imports and caches.
    flood(simulator, count=20)
    before = count(bench, account)
    told = flood(simulator, count=ORDERS, cancel_share=CANCELLED, shuffle=True, rate=RATE, threads=16)
    add(table, bench, account, label, told, before)
    bench.require(told["p99"] <= BUDGET, f"{label}: p99 is {told['p99'] * 1000:.0f} ms, not {BUDGET * 1000:.0f}")


def make_account(bench, simulator):
    account = bench.env["marketplace.account"].create(
        {
            "name": "MegaMarket",
            "marketplace": "megamarket",
            "scheme": "rfbs",
            "client_id": MERCHANT,
            "api_key": TOKEN,
            "mode": "rehearsal",
            "state": "connected",
            "warehouse_id": bench.account.warehouse_id.id,
            "base_url": simulator.megamarket_url,
            "start_date": "2020-01-01 00:00:00",
        }
    )
    bench.account.action_pause()
    # Of a new database all scheduled actions are due at once: those that are not ours are no part of it.
    others = bench.env["ir.cron"].search([("cron_name", "not like", "Marketplaces:%")])
    others.nextcall = fields.Datetime.add(fields.Datetime.now(), hours=1)
    bench.env.cr.commit()
    return account


def open_cabinet(bench, simulator, account, server):
    products = [
        {"offer_id": offer.article, "name": offer.name, "price": "500", "vat": "0"} for offer in bench.offers[:50]
    ]
    simulator.control("POST", "megamarket/products", {"account": MERCHANT, "products": products})
    address = f"{server.url}/marketplace/webhook/{account.webhook_token}/order"
    shop = {"merchant_id": MERCHANT, "new_url": f"{address}/new", "cancel_url": f"{address}/cancel"}
    simulator.control("POST", "megamarket/merchants", shop)


def flood(simulator, **values):
    body = {"account": MERCHANT, "retry": False, **values}
    status, _headers, content = simulator.request("POST", "/control/megamarket/flood", body, timeout=300)
    told = json.loads(content)
    if status != 200 or told["refused"]:
        raise SystemExit(f"The flood ended with {status}: {content[:500]}")
    return told


def add(table, bench, account, label, told, before):
    times = [round(told[name] * 1000, 1) for name in ("p50", "p99", "max")]
    table.add(label, told["sent"], told["per_second"], *times, count(bench, account) - before)


def count(bench, account):
    bench.env.cr.rollback()
    return bench.env["marketplace.order"].search_count([("account_id", "=", account.id)])
