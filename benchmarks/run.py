"""make bench: postings into confirmed, reserved sale orders, against plain Odoo in the same run and database.

Run inside `odoo shell` on a fresh database with the addon. Settings are environment variables:

BENCH_OPEN   2000  open orders of the last measurement of growth; 20000 for the whole budget (some minutes more)
BENCH_SIZE   200   orders per row
BENCH_DAY    1000  postings of the first day; 10000 for a big shop's (five minutes more)
BENCH_OFFERS 100000  offers whose stock is computed, and that a feed tells of
BENCH_MONTH  3000  orders of the month that is settled
BENCH_ONLY         orders, unchanged, growth, day, stock, prices, feed, settlement or callbacks: this part alone
BENCH_RST          a file that the tables are written to as well

Seconds depend on the machine and what else it does: only numbers of queries are judged, and ratios of processor time
(Odoo's and PostgreSQL's) over alternating batches.
"""

import json
import os
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from odoo import Command

import odoo.addons.sale_marketplace as addon
from odoo.addons.sale_marketplace.benchmarks import callbacks, feed, filling, first_day, prices, settlement, stock
from odoo.addons.sale_marketplace.benchmarks.table import Measure, Table, write
from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.ozon import mapper

OPEN = int(os.environ.get("BENCH_OPEN", "2000"))
SIZE = int(os.environ.get("BENCH_SIZE", "200"))
OFFERS = int(os.environ.get("BENCH_OFFERS", "100000"))
ONLY = os.environ.get("BENCH_ONLY")
DAY = int(os.environ.get("BENCH_DAY", "1000"))
BATCH = 50
REPLAYED = 2000
ROOT = Path(addon.__path__[0])
# The budget. The load of a shared machine changes even processor time by half; a search that grows with the open orders
# would multiply it.
RATIO, QUERIES, SLOWER = 2, 30, 2


class Bench:
    def __init__(self, env):
        self.env = env
        self.chance = random.Random(11)
        self.number = 0
        self.account = self._make_account()
        self.offers = self._make_offers()
        self.problems = []
        env.cr.commit()

    # === COMPANY === #
    def _make_account(self):
        return self.env["marketplace.account"].create(
            {
                "name": "Ozon",
                "client_id": "1042",
                "api_key": "no key is needed",
                "mode": "rehearsal",
                "state": "connected",
                "start_date": "2020-01-01 00:00:00",
            }
        )

    def _make_offers(self):
        products = self.env["product.product"].search([("default_code", "=like", "ROM-%"), ("list_price", ">", 0)])
        for product in products:
            self.env["stock.quant"]._update_available_quantity(product, self.account.warehouse_id.lot_stock_id, 10**6)
        return self.env["marketplace.offer"].create(
            [
                {
                    "account_id": self.account.id,
                    "article": product.default_code,
                    "sku": str(500000 + product.id),
                    "external_id": str(100000 + product.id),
                    "name": product.name,
                    "product_id": product.id,
                }
                for product in products
            ]
        )

    def make_postings(self, count):
        """DTOs of two lines each, as the mapper makes them."""
        now = datetime.now(timezone.utc)
        return [self._make_posting(now) for _index in range(count)]

    def _make_posting(self, now):
        self.number += 1
        lines = tuple(
            dto.OrderLine(
                sku=offer.sku,
                article=offer.article,
                name=offer.name,
                quantity=self.chance.randint(1, 3),
                price=Decimal(self.chance.randint(1000, 99999)) / 100,
            )
            for offer in self.chance.sample(list(self.offers), 2)
        )
        return dto.Order(
            number=f"{self.number:010d}-0001-1",
            scheme="fbs",
            status="to_assemble",
            raw_status="awaiting_packaging",
            observed_at=now,
            lines=lines,
            currency="RUB",
            raw={"posting_number": self.number},
            total=sum(line.price * line.quantity for line in lines),
            ordered_at=now,
            ship_by=now + timedelta(days=1),
        )

    # === THE TWO WAYS === #
    def ours(self, postings, measure):
        with measure.block(self.env, len(postings)):
            orders, _busy = self.env["marketplace.order.store"]._store(self.account, postings)
            self.env["marketplace.order.processor"]._process(orders)
        wrong = orders.filtered(lambda order: order.picking_ids.state != "assigned")
        if wrong:
            raise SystemExit(f"{len(wrong)} orders are not confirmed and reserved: {wrong[0].problem}")
        return orders

    def plain(self, postings, measure):
        products = {offer.sku: offer.product_id.id for offer in self.offers}
        with measure.block(self.env, len(postings)):
            sales = self.env["sale.order"].create(
                [
                    {
                        "partner_id": self.account.partner_id.id,
                        "warehouse_id": self.account.warehouse_id.id,
                        "client_order_ref": posting.number,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": products[line.sku],
                                    "product_uom_qty": line.quantity,
                                    "price_unit": float(line.price),
                                }
                            )
                            for line in posting.lines
                        ],
                    }
                    for posting in postings
                ]
            )
            sales.action_confirm()

    def alternate(self, count, size):
        """Both ways over the same postings, in turns: what disturbs the machine disturbs both."""
        plain, ours = Measure(), Measure()
        for _turn in range(max(1, count // size)):
            postings = self.make_postings(size)
            self.plain(postings, plain)
            self.ours(postings, ours)
        return plain, ours

    # === TABLES === #
    def compare(self):
        head = ("", "plain orders/s", "queries/order", "ours orders/s", "queries/order", "ratio", "ratio of CPU time")
        table = Table("Posting to confirmed, reserved sale order (two lines each)", *head)
        filling.forget_statistics(self.env)
        self._compare_sizes(table, "first day, no statistics")
        filling.analyze(self.env)
        self._compare_sizes(table, "after ANALYZE")
        return table

    def _compare_sizes(self, table, when):
        for label, count, size in (("one by one", SIZE // 4, 1), ("batches of 50", SIZE, BATCH)):
            plain, ours = self.alternate(count, size)
            ratio, cpu = ours.rate / plain.rate, plain.cpu_each / ours.cpu_each
            cells = (plain, plain.queries_each, ours, ours.queries_each, f"{ratio:.1f}×", f"{cpu:.1f}×")
            table.add(f"{label}, {when}", *cells)
            if size == BATCH:
                self.require(cpu >= RATIO, f"{label}, {when}: {cpu:.1f} times as fast as plain Odoo, not {RATIO}")
                self.require(
                    ours.queries_each <= QUERIES, f"{label}, {when}: {ours.queries_each:.0f} queries per order"
                )

    def replay(self):
        table = Table("The same postings again, unchanged", "", "postings/s", "queries/posting")
        postings = self.make_postings(REPLAYED)
        store = self.env["marketplace.order.store"]
        for page in pages(postings, 100):
            store._store(self.account, page)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        filling.analyze(self.env)
        measure = Measure()
        for page in pages(postings, 100):
            with measure.block(self.env, len(page)):
                self.require(not store._store(self.account, page)[0], "an unchanged posting was written again")
        table.add("read already", measure, round(measure.queries_each, 2))
        measure, texts = Measure(), self._read_simulator()
        seen = datetime.now(timezone.utc)
        for text in texts:
            store._store(self.account, parse(text, seen))
        self.env.cr.commit()  # pylint: disable=invalid-commit
        for text in texts:
            with measure.block(self.env, len(json.loads(text)["postings"])):
                changed, _busy = store._store(self.account, parse(text, seen))
                self.require(not changed, "an unchanged posting was written again")
        table.add("from Ozon's JSON", measure, round(measure.queries_each, 2))
        return table

    def _read_simulator(self):
        """Pages of a list of postings, as text."""
        from odoo.addons.sale_marketplace.tests.simulator_process import SimulatorProcess

        now = datetime.now(timezone.utc)
        span = {"cutoff_from": iso(now - timedelta(days=10)), "cutoff_to": iso(now + timedelta(days=20))}
        body = {"filter": span, "limit": 100, "cursor": "", "with": {"barcodes": True, "financial_data": True}}
        texts = []
        with SimulatorProcess(products=200, postings=1000, no_limits=True) as simulator:
            while True:
                status, answer = simulator.ozon("/v4/posting/fbs/unfulfilled/list", body)
                if status != 200:
                    raise SystemExit(f"The simulator answered {status}: {answer}")
                if answer["postings"]:
                    texts.append(json.dumps(answer))
                body["cursor"] = answer.get("cursor")
                if not answer["postings"] or not body["cursor"]:
                    return texts

    def grow(self, start):
        """Throughput among more and more open orders, made ready by copying rows."""
        head = (
            "open orders",
            "no statistics: orders/s",
            "CPU ms/order",
            "after ANALYZE: orders/s",
            "CPU ms/order",
            "queries/order",
            "plain, no statistics: orders/s",
        )
        table = Table("Growth: batches of 50 among open orders", *head)
        self._add_window(table, start, start)
        sample = self.env["marketplace.order"].search([("state", "=", "done")], limit=100)
        copied = 0
        for level in (OPEN // 4, OPEN // 2, OPEN):
            copies = max(0, (level - self._count_open()) // len(sample))
            if copies:
                filling.copy_orders(self.env, sample, copies, first=copied + 1)
                copied += copies
            self._add_window(table, self.measure_window(), start)
        return table

    def measure_window(self):
        """(open orders, ours without statistics, ours with them, plain without them)"""
        filling.forget_statistics(self.env)
        opened = self._count_open()
        stale, fresh, plain = Measure(), Measure(), Measure()
        self._batches(stale)
        self.plain(self.make_postings(10), plain)
        filling.analyze(self.env)
        self._batches(fresh)
        return opened, stale, fresh, plain

    def _add_window(self, table, window, start):
        opened, stale, fresh, plain = window
        queries = max(stale.queries_each, fresh.queries_each)
        table.add(f"{opened:,}", stale, stale.cpu_each, fresh, fresh.cpu_each, queries, plain)
        for before, now in zip(start[1:3], (stale, fresh), strict=True):
            change = now.cpu_each / before.cpu_each
            self.require(change <= SLOWER, f"{opened} open orders: {change:.2f} times the work of the beginning")
            self.require(
                now.queries <= before.queries * 1.2, f"{opened} open orders: more queries than at the beginning"
            )

    def _batches(self, measure):
        # The first batch reads the tables into memory, which is not what is measured.
        self.ours(self.make_postings(BATCH), Measure())
        for _turn in range(2):
            self.ours(self.make_postings(BATCH), measure)

    def _count_open(self):
        return self.env["stock.picking"].search_count([("state", "not in", ("done", "cancel"))])

    def require(self, condition, problem):
        if not condition:
            self.problems.append(problem)


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def pages(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


def parse(text, seen):
    return [mapper.parse_order(raw, seen) for raw in json.loads(text)["postings"]]


def main(env):
    company = ROOT / "demo" / "company.py"
    exec(compile(company.read_text(encoding="utf-8"), str(company), "exec"), {"env": env})
    bench = Bench(env)
    # Both ways once, unmeasured: the first call of anything pays for imports and caches.
    bench.alternate(5, 5)
    start = bench.measure_window()
    parts = {
        "orders": bench.compare,
        "unchanged": bench.replay,
        "growth": lambda: bench.grow(start),
        "day": lambda: first_day.measure(bench, DAY),
        "stock": lambda: stock.measure(bench, OFFERS),
        "prices": lambda: prices.measure(bench),
        "feed": lambda: feed.measure(bench, OFFERS),
        "settlement": lambda: settlement.measure(bench),
        "callbacks": lambda: callbacks.measure(bench),
    }
    tables = []
    for name in [ONLY] if ONLY else parts:
        tables.append(parts[name]())
        print(f"\n{tables[-1]}", flush=True)
    return finish(bench, tables)


def finish(bench, tables):
    if path := os.environ.get("BENCH_RST"):
        write(path, tables, f"{os.cpu_count()} processors, one Odoo process, {len(bench.offers)} products.")
    if bench.problems:
        raise SystemExit("Outside the budget:\n" + "\n".join(bench.problems))


main(env)  # noqa: F821 - the shell's
