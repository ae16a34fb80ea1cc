"""The product feed of 100,000 offers with prices, stock, pictures and characteristics: seconds, memory above idle."""

import base64
import ctypes
import gc
import io
from pathlib import Path

from PIL import Image

from odoo import Command
from odoo.tools import SQL

from odoo.addons.sale_marketplace.benchmarks import filling
from odoo.addons.sale_marketplace.benchmarks.table import Measure, Table
from odoo.addons.sale_marketplace.simulator.megamarket.feed_reader import read_feed

#: Products that Odoo makes; each is copied so often by SQL.
MADE = 500
LISTED = 2000
SECONDS, MEGABYTES = 15, 200


def measure(bench, count):
    env = bench.env
    feed = make_feed(bench)
    make_products(env, feed, count)
    table = Table(
        f"Product feed: {count:,} offers", "", "offers a second", "queries", "seconds", "of CPU", "MB above idle"
    )
    first = build(table, bench, feed, "built", count)
    # Every offer has something to complain of: rows of the report are written as fast as they are found.
    env.cr.execute("UPDATE marketplace_price SET price = 999.5 WHERE account_id = %s", [feed.account_id.id])
    env.cr.execute("UPDATE product_product SET barcode = '123' WHERE default_code LIKE 'FEED-%%'")
    env.cr.commit()
    worst = build(table, bench, feed, "built: two warnings each", count)
    bench.require(first[0] <= SECONDS, f"a feed took {first[0]:.1f} seconds of the processor, not {SECONDS}")
    for label, memory in (("feed", first[1]), ("feed with warnings", worst[1])):
        bench.require(memory <= MEGABYTES, f"{label}: {memory:.0f} MB above idle, not {MEGABYTES}")
    add_listing(table, bench, feed)
    return table


def make_feed(bench):
    env = bench.env
    account = bench.account.copy({"name": "Feed", "client_id": "2050", "marketplace": "megamarket", "scheme": "rfbs"})
    account.write({"state": "connected", "warehouse_id": bench.account.warehouse_id.id})
    env["marketplace.warehouse"].create(
        {
            "account_id": account.id,
            "name": "Основной",
            "external_id": "153373",
            "stock_location_ids": [Command.create({"location_id": account.warehouse_id.lot_stock_id.id})],
        }
    )
    env["ir.config_parameter"].set_param("web.base.url", "https://shop.example")
    # What else is for sale is not measured.
    account.feed_ids.write({"scope": "offers", "join_variants": True})
    return account.feed_ids


def make_attribute(env, name, create_variant, values):
    return env["product.attribute"].create(
        {
            "name": name,
            "create_variant": create_variant,
            "value_ids": [Command.create({"name": value}) for value in values],
        }
    )


def make_products(env, feed, count):
    """Cards with a description, a picture, a brand and two more characteristics."""
    brand = make_attribute(env, "Бренд", "no_variant", [f"Бренд {number}" for number in range(20)])
    colour = make_attribute(env, "Цвет", "always", ["белый", "чёрный"])
    feed.write({"vendor_source": "attribute", "vendor_attribute_id": brand.id})
    categories = env["product.category"].create([{"name": f"Категория {number}"} for number in range(50)])
    picture = io.BytesIO()
    Image.new("RGB", (32, 32), (90, 120, 150)).save(picture, "JPEG")
    templates = env["product.template"].create(
        [
            {
                "name": f"Товар для дома номер {number}",
                "description_sale": "Тихий, мощный и лёгкий: для квартиры, дачи и мастерской. " * 6,
                "categ_id": categories[number % 50].id,
                "list_price": 1990,
                "weight": 1.25,
                "is_storable": True,
                "image_1920": base64.b64encode(picture.getvalue()),
                "attribute_line_ids": [
                    Command.create(
                        {"attribute_id": brand.id, "value_ids": [Command.set(brand.value_ids[number % 20].ids)]}
                    ),
                    Command.create({"attribute_id": colour.id, "value_ids": [Command.set(colour.value_ids.ids)]}),
                ],
            }
            for number in range(MADE // 2)
        ]
    )
    products = templates.product_variant_ids
    for number, product in enumerate(products):
        product.default_code = f"FEED-{number}"
    env.flush_all()
    # Odoo would refuse the same one twice.
    env.cr.execute("UPDATE product_product SET barcode = '4607000000007' WHERE default_code LIKE 'FEED-%%'")
    account = feed.account_id
    offers = env["marketplace.offer"].create(
        [{"account_id": account.id, "article": product.default_code, "product_id": product.id} for product in products]
    )
    copy(env, feed, templates, products, offers, count)


def copy(env, feed, templates, products, offers, count):
    env.flush_all()
    lines = templates.attribute_line_ids
    pictures = env["ir.attachment"].search(
        [("res_model", "=", "product.template"), ("res_field", "=", "image_1920"), ("res_id", "in", templates.ids)]
    )
    sets = {
        "product_template": templates.ids,
        "product_product": products.ids,
        "product_template_attribute_line": lines.ids,
        "product_template_attribute_value": lines.product_template_value_ids.ids,
        "marketplace_offer": offers.ids,
        "ir_attachment": pictures.ids,
    }
    different = {
        "marketplace_offer": {"article": SQL("src.article || '-' || n")},
        "product_product": {"default_code": SQL("src.default_code || '-' || n")},
        "ir_attachment": {"res_id": SQL("src.res_id + n * %s", filling.STEP)},
    }
    copies = count // len(products) - 1
    env.cr.execute("SET session_replication_role = replica")
    for table, ids in sets.items():
        filling.copy_rows(env, table, SQL("src.id IN %s", tuple(ids)), different.get(table, {}), sets, 1, copies)
    links = {
        "product_variant_combination": ("product_product_id", products.ids),
        "product_taxes_rel": ("prod_id", templates.ids),
    }
    for table, (column, ids) in links.items():
        criterion = SQL("src.%s IN %s", SQL.identifier(column), tuple(ids))
        filling.copy_rows(env, table, criterion, {}, sets, 1, copies)
    env.cr.execute("SET session_replication_role = DEFAULT")
    add_numbers(env, feed)
    env["marketplace.stock.change"].search([]).unlink()
    env.cr.commit()
    for table in (*sets, *links, "marketplace_price", "marketplace_stock"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.cr.commit()
    env.invalidate_all()


def add_numbers(env, feed):
    """Prices and stock as their engines would have left them."""
    account = feed.account_id.id
    env.cr.execute(
        """INSERT INTO marketplace_price (offer_id, account_id, company_id, product_id, currency_id, price, old_price,
                                          state)
           SELECT id, account_id, company_id, product_id, %s, 1500, 1990, 'sent' FROM marketplace_offer
            WHERE account_id = %s""",
        [env.ref("base.RUB").id, account],
    )
    env.cr.execute(
        """INSERT INTO marketplace_stock (offer_id, warehouse_id, account_id, company_id, product_id, quantity, state)
           SELECT id, %s, account_id, company_id, product_id, id %% 30, 'sent' FROM marketplace_offer
            WHERE account_id = %s
               ON CONFLICT DO NOTHING""",
        [feed._get_warehouse().id, account],
    )


def build(table, bench, feed, label, count):
    """(processor seconds, which other people's load does not stretch; megabytes above what the process held before)"""
    env, measured = bench.env, Measure()
    # As the engine does: what a batch took is written and forgotten.
    builder = env["marketplace.feed.builder"].with_context(marketplace_engine=True)
    before = forget_peak()
    with measured.block(env, count):
        builder._build(feed)
    memory = (read_status("VmHWM") - before) / 1024
    bench.require(feed.offer_count == count, f"{feed.offer_count} offers in the feed, not {count}")
    size = feed.size_text
    table.add(f"{label} ({size})", measured, measured.queries, measured.seconds, measured.cpu, memory)
    if label == "built":
        with open(feed.file_id._full_path(feed.file_id.store_fname), "rb") as stream:
            report = read_feed(stream)
        problems = [*report.errors, *report.offer_errors.items(), *report.warnings][:3]
        bench.require(not problems and len(report.offers) == count, f"the marketplace would not like it: {problems}")
    return measured.cpu, memory


def add_listing(table, bench, feed):
    """Products that become offers when a feed of all products is built."""
    env = bench.env
    env["product.product"].create(
        [{"name": f"New {number}", "default_code": f"NEW-{number}", "is_storable": True} for number in range(LISTED)]
    )
    env.cr.commit()
    measured = Measure()
    lister = env["marketplace.feed.lister"].with_context(marketplace_engine=True)
    with measured.block(env, LISTED):
        lister._list(feed, feed._get_profile(), None)
    table.add(
        f"{LISTED:,} products listed, with their stock", measured, measured.queries, measured.seconds, measured.cpu, ""
    )


def read_status(name):
    """Kilobytes of this process; 0 where the system does not say."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name}:")), 0)


def forget_peak():
    """Give back what is free, and begin to watch the memory anew. Returns what is held now."""
    gc.collect()
    try:
        # What the filling took and freed would hide what a build takes.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    except (OSError, AttributeError):
        return read_status("VmHWM")
    return read_status("VmRSS")
