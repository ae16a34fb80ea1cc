"""The first day: a cabinet full of postings is read, made into orders, and looked at on the packing board."""

from odoo.addons.sale_marketplace.benchmarks import filling
from odoo.addons.sale_marketplace.benchmarks.table import Measure, Table
from odoo.addons.sale_marketplace.tests.simulator_process import SimulatorProcess

#: The board asks as often for any number of postings.
BOARD_QUERIES, QUERIES = 60, 30


def measure(bench, count):
    """Through the simulator, by the scheduled action's own code, in one process."""
    head = (f"{count:,} postings wait in the cabinet", "of these a second", "queries each", "seconds")
    table = Table("The first day", *head)
    # Another seed than elsewhere: other numbers of postings.
    with SimulatorProcess(products=0, postings=0, no_limits=True, seed=2) as simulator:
        fill(bench, simulator, count)
        filling.forget_statistics(bench.env)
        day = Measure()
        with day.block(bench.env, count):
            bench.env["marketplace.job"]._enqueue("orders_poll", bench.account)
            bench.env.cr.commit()
            work_off(bench.env)
    loaded = [("account_id", "=", bench.account.id), ("order_number", "!=", ""), ("state", "!=", "ignored")]
    orders = bench.env["marketplace.order"].search(loaded)
    undone = count - len(orders.filtered(lambda order: set(order.picking_ids.mapped("state")) == {"assigned"}))
    bench.require(not undone, f"the first day: {undone} postings did not become reserved orders")
    bench.require(day.queries_each <= QUERIES, f"the first day: {day.queries_each:.0f} queries per posting")
    table.add("read, stored, confirmed and reserved", day, day.queries_each, day.seconds)
    add_board(table, bench)
    return table


def fill(bench, simulator, count):
    # What other measurements have stored and left is no part of this day.
    bench.env["marketplace.order"].search([("state", "=", "received")]).write({"state": "ignored"})
    rows = [
        {"offer_id": offer.article, "sku": int(offer.sku), "name": offer.name, "price": "499.90", "vat": "0"}
        for offer in bench.offers
    ]
    simulator.control("POST", "ozon/products", {"products": rows})
    simulator.control("POST", "ozon/postings", {"count": count, "lines_max": 3, "statuses": ["awaiting_packaging"]})
    bench.account.write({"base_url": f"{simulator.url}/ozon", "api_key": "demo-key-1042-write"})
    bench.env.cr.commit()


def work_off(env):
    waiting = [("lane", "=", "orders"), ("state", "in", ("pending", "running"))]
    while env["marketplace.job"].search_count(waiting):
        env["marketplace.job"]._cron_run_lane("orders")
        env.cr.commit()
        env.invalidate_all()


def add_board(table, bench):
    board = bench.env["marketplace.packing.board"]
    for label, options in (("the packing board", {}), ("the same, as long as it can be", {"limit": 1000})):
        opened = Measure()
        with opened.block(bench.env, 1):
            shown = board.get_board({"tab": "assemble", **options})
        table.add(f"{label}: {len(shown['rows']):,} of {shown['total']:,}", opened, opened.queries, opened.seconds)
        bench.require(opened.queries <= BOARD_QUERIES, f"the packing board: {opened.queries} queries")
