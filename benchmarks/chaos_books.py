"""What Odoo's books say, for chaos.py; run inside `odoo shell`, CHAOS_ROLE says which.

prepare  what the day needs besides the crash test's company: stock at the marketplace, a product for the lost article
count    all that the verdict needs, as JSON; plain columns, nothing that the addon works out
"""

import json
import os
from datetime import timedelta

from odoo import fields

STOCK = 5000


def say(**values):
    print(json.dumps(values, default=str), flush=True)


def prepare(env):
    account = env["marketplace.account"].search([])
    # Nothing is older than this day: no years have to be read slice by slice.
    account.start_date = fields.Datetime.now() - timedelta(hours=12)
    found = env["product.product"].create(
        {"name": "Found at last", "default_code": "FOUND", "is_storable": True, "taxes_id": False}
    )
    quants, fbo = env["stock.quant"], account._get_fbo_location()
    quants._update_available_quantity(found, account.warehouse_id.lot_stock_id, STOCK)
    for product in env["product.product"].search([("is_storable", "=", True)]):
        quants._update_available_quantity(product, fbo, STOCK)
    env.cr.commit()
    say(prepared=True)


def count(env):
    account = env["marketplace.account"].search([])
    jobs = env["marketplace.job"].search([("state", "not in", ("done", "cancelled"))])
    places = {"own": account.warehouse_id.lot_stock_id, "fbo": account.fbo_location_id}
    say(
        orders=[describe(order) for order in env["marketplace.order"].search([])],
        sales=[
            {"number": sale.marketplace_number, "state": sale.state, "total": f"{sale.amount_total:.2f}"}
            for sale in env["sale.order"].search([("marketplace_number", "!=", False)])
        ],
        pickings=[describe_picking(picking) for picking in env["stock.picking"].search([])],
        stock={name: get_stock(env, place) for name, place in places.items()},
        products={
            line.sku: line.product_id.default_code for line in env["marketplace.offer"].search([]) if line.product_id
        },
        jobs=[
            {"operation": job.operation, "state": job.state, "number": get_number(env, job), "error": job.error or ""}
            for job in jobs
        ],
        returns=[
            {
                "external_id": item.external_id,
                "number": item.number,
                "stage": item.stage,
                "state": item.state,
                "problem": item.problem or "",
            }
            for item in env["marketplace.return"].search([])
        ],
        events=[{"number": event.number, "times": event.times} for event in env["marketplace.event"].search([])],
    )


def describe(order):
    names = (
        "number",
        "scheme",
        "state",
        "status",
        "raw_status",
        "raw_substatus",
        "problem_kind",
        "problem",
        "ship_state",
        "ship_problem",
        "label_state",
        "label_problem",
        "to_apply",
        "delivery_target",
        "delivery_problem",
        "cancel_state",
        "goods_state",
        "needs_attention",
    )
    return {
        **{name: order[name] or "" for name in names},
        "has_label": bool(order.label_id),
        "label_files": order.env["ir.attachment"].search_count([("name", "=", f"{order.number}.pdf")]),
        "sale_state": order.sale_order_id.state or "",
        "total": f"{order.total:.2f}",
    }


def describe_picking(picking):
    done = picking.state == "done"
    return {
        "number": picking.marketplace_number or picking.return_id.marketplace_number or "",
        "kind": "return" if picking.return_id else picking.picking_type_code,
        "state": picking.state,
        "units": sum(picking.move_ids.mapped("quantity")) if done else 0,
        "reserved": 0 if done else sum(picking.move_line_ids.mapped("quantity")),
    }


def get_stock(env, place):
    """{article: [units, reserved]}. A product may have several rows until Odoo merges them at night."""
    rows = env["stock.quant"]._read_group(
        [("location_id", "=", place.id)], ["product_id"], ["quantity:sum", "reserved_quantity:sum"]
    )
    return {product.default_code: [quantity, reserved] for product, quantity, reserved in rows}


def get_number(env, job):
    if job.res_model == "marketplace.order":
        return env["marketplace.order"].browse(job.res_id).number or ""
    return (job.payload or {}).get("number", "")


{"prepare": prepare, "count": count}[os.environ["CHAOS_ROLE"]](env)  # noqa: F821 - the shell's
