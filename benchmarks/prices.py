"""Prices: 10,000 computed from pricelists, guarded, sent, and read back."""

from odoo import Command

from odoo.addons.sale_marketplace.benchmarks.table import Measure, Table
from odoo.addons.sale_marketplace.tests.simulator_process import SimulatorProcess

COUNT = 10_000


def measure(bench):
    env = bench.env
    account = make_account(bench)
    pricelist = env["product.pricelist"].create(
        {"name": "Bench", "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})]}
    )
    table = Table(f"Prices: {COUNT:,} offers", "", "offers a second", "queries", "seconds")
    with SimulatorProcess(products=0, postings=0, no_limits=True, seed=3) as simulator:
        offers = env["marketplace.offer"].search([("account_id", "=", account.id)])
        rows = [{"offer_id": offer.article, "name": "B", "price": "1000", "vat": "0"} for offer in offers]
        simulator.control("POST", "ozon/products", {"products": rows})
        account.sudo().write({"base_url": f"{simulator.url}/ozon", "api_key": "demo-key-1042-write"})
        account.write({"price_pricelist_id": pricelist.id, "price_active": True})
        env.cr.commit()
        # The simulator knows one cabinet.
        adapter = account._get_adapter(client_id="1042")
        add_rows(table, bench, account, adapter)
        calls = simulator.control("GET", "requests?path=/v1/product/import/prices")["count"]
        bench.require(calls == -(-COUNT // 1000), f"a push of {COUNT} prices took {calls} calls")
    account.price_active = False
    return table


def make_account(bench):
    env = bench.env
    account = bench.account.copy({"name": "Prices", "client_id": "2049"})
    account.write({"state": "connected", "warehouse_id": bench.account.warehouse_id.id})
    products = env["product.product"].create(
        [
            {"name": f"Price {number}", "default_code": f"P-{number}", "list_price": 1100, "standard_price": 200}
            for number in range(COUNT)
        ]
    )
    env["marketplace.offer"].create(
        [
            {
                "account_id": account.id,
                "article": product.default_code,
                "sku": str(700_000_000 + product.id),
                "product_id": product.id,
            }
            for product in products
        ]
    )
    env.cr.commit()
    return account


def add_rows(table, bench, account, adapter):
    env = bench.env
    engine, offers = env["marketplace.price.engine"], env["marketplace.offer"].search([("account_id", "=", account.id)])
    pricelist = account.price_pricelist_id
    steps = {
        "Odoo's pricelist alone": lambda: pricelist._get_products_price(offers.product_id, 1.0),
        "computed, the first time": lambda: engine._compute_account(account),
        "commissions read": lambda: env["marketplace.price.checker"]._read(account, adapter),
        "computed again: the guard knows the commission": lambda: engine._compute_account(account),
        "sent": lambda: env["marketplace.price.pusher"]._send(account, adapter),
        "computed again: nothing has changed": lambda: engine._compute_account(account),
    }
    for label, step in steps.items():
        measured = Measure()
        with measured.block(env, COUNT):
            step()
        table.add(label, measured, measured.queries, measured.seconds)
