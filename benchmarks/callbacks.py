"""Calls of the marketplace: how soon they are answered by a server whose scheduled actions work meanwhile."""

import json
import math
import threading
import time

from odoo import fields

from odoo.addons.sale_marketplace.benchmarks import filling
from odoo.addons.sale_marketplace.benchmarks.server import Server
from odoo.addons.sale_marketplace.benchmarks.table import Table
from odoo.addons.sale_marketplace.tests.simulator_process import SimulatorProcess

RATE, SECONDS = 50, 20
#: So many of the orders are cancelled by a call of their own.
CANCELLED = 0.05
ORDERS = round(RATE * SECONDS / (1 + CANCELLED))
THREADS = 16
#: Of 99 calls in 100, in seconds; on a machine that has no time, what it takes for a page that does nothing, and half
#: as much again. So many of these a second are asked for meanwhile.
BUDGET, AS_EMPTY, VISITS = 0.2, 1.5, 10
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
            blow(table, bench, account, simulator, server, f"{RATE} a second, nothing else at work")
        with Server(database, CRONS) as server:
            open_cabinet(bench, simulator, account, server)
            blow(table, bench, account, simulator, server, f"{RATE} a second, {CRONS} scheduled actions at work")
            told = flood(simulator, count=ORDERS // 2, repeats=2, shuffle=True, threads=8)
            add(table, "as fast as they are answered, each twice", told, "")
    account.action_pause()
    bench.account.action_resume()
    bench.env.cr.commit()
    return table


def blow(table, bench, account, simulator, server, label):
    # The first calls of anything pay for imports and caches.
    flood(simulator, count=40, threads=THREADS)
    before = count(bench, account)
    with Visitor(server) as visitor:
        told = flood(simulator, count=ORDERS, cancel_share=CANCELLED, shuffle=True, rate=RATE, threads=THREADS)
    add(table, label, told, count(bench, account) - before)
    empty = visitor.tell()
    add(table, "Odoo's empty page meanwhile", empty, "")
    late = told["p99"] > max(BUDGET, empty["p99"] * AS_EMPTY)
    bench.require(not late, f"{label}: p99 is {told['p99'] * 1000:.0f} ms, not {BUDGET * 1000:.0f}")


class Visitor:
    """Asks for a page that does nothing, all the time: what it waits for is the machine, not the addon."""

    def __init__(self, server):
        self.server = server
        self.seconds = []
        self.started = time.monotonic()
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._visit, daemon=True) for _place in range(2)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _visit(self):
        while not self._end.wait(len(self._threads) / VISITS):
            started = time.monotonic()
            self.server.visit()
            self.seconds.append(time.monotonic() - started)

    def tell(self):
        times = sorted(self.seconds)
        rate = round(len(times) / (time.monotonic() - self.started), 1)
        last = math.ceil(len(times) * 0.99) - 1
        return {
            "sent": len(times),
            "per_second": rate,
            "p50": times[len(times) // 2],
            "p99": times[last],
            "max": times[-1],
        }


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


def add(table, label, told, read):
    times = [round(told[name] * 1000, 1) for name in ("p50", "p99", "max")]
    table.add(label, told["sent"], told["per_second"], *times, read)


def count(bench, account):
    bench.env.cr.rollback()
    return bench.env["marketplace.order"].search_count([("account_id", "=", account.id)])
