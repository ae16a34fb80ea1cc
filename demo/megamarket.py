"""The second marketplace, while Odoo serves: MegaMarket calls it at its address. Both schemes, from the call of a new
order to its end, with a partial hand-over and a buyer's cancellation. Run inside `odoo shell` after flow.py."""

import os
import time

from odoo import Command

from odoo.addons.sale_marketplace.demo import catalogue
from odoo.addons.sale_marketplace.demo.driving import SIMULATOR, control, poll, wait_for, work

ODOO = f"http://127.0.0.1:{os.environ.get('HTTP_PORT', '8069')}"
#: Shops of the simulator: scheme → (merchant id, token).
SHOPS = {
    "rfbs": ("175000", "17500000-0000-4000-8000-00000000D001"),
    "fbs": ("5046", "5046AAAA-0000-4000-8000-00000000A001"),
}
#: Orders of each shop; the last one of each is left to whoever opens the demo.
ORDERS = 6
DELIVERY_PRICE = 350
#: Of the shop's warehouse, as its cabinet shows it.
WAREHOUSE_CODE = "153373"


def connect(env, scheme):
    merchant_id, token = SHOPS[scheme]
    wizard = env["marketplace.account.connect"].create(
        {
            "marketplace": "megamarket",
            "client_id": merchant_id,
            "api_key": token,
            "scheme": scheme,
            "mode": "rehearsal",
            "base_url": f"{SIMULATOR}/megamarket",
            "user_id": env.ref("base.user_admin").id,
        }
    )
    wizard.action_check()
    if wizard.problem:
        raise SystemExit(f"The simulator refused the token of {merchant_id}: {wizard.problem}")
    account = env["marketplace.account"].browse(wizard.action_finish()["res_id"])
    env.cr.commit()
    wait_for(env, account, "warehouses_poll", "cancel_reasons_poll", "orders_poll")
    return account


def fill_shop(account):
    """The shop sells what the company has; its calls go to the addresses that the account shows."""
    products = [
        {
            "offer_id": item.article,
            "name": item.name,
            "barcode": item.barcode or "",
            "price": str(int(item.price)),
            "vat": str((item.vat or 0) / 100),
            "stock": 20,
        }
        for item in catalogue.items()
        if item.article and item.price and item.active and item.price >= 1
    ]
    control("megamarket/products", {"account": account.client_id, "products": products})
    token = account.sudo().webhook_token
    address = f"{ODOO}/marketplace/webhook/{token}"
    shop = {
        "merchant_id": int(account.client_id),
        "new_url": f"{address}/order/new",
        "cancel_url": f"{address}/order/cancel",
    }
    control("megamarket/merchants", shop)
    return [product["offer_id"] for product in products]


def choose_articles(env, articles):
    """Of those that are in stock, so that the demo's packers have something to pack."""
    products = env["product.product"].search([("default_code", "in", articles), ("is_storable", "=", True)])
    return products.filtered(lambda product: product.free_qty >= 20).mapped("default_code")[: 2 * ORDERS]


def buy(env, account, articles):
    """Buyers order; nobody polls: the marketplace's calls bring the orders."""
    own = account.scheme == "rfbs"
    discount = [{"type": "LOY", "amount": 50}]
    postings = [
        {
            "lines": [
                {"offer_id": articles[2 * number], "quantity": 2},
                {"offer_id": articles[2 * number + 1], "quantity": 1},
            ],
            **({"delivery_price": DELIVERY_PRICE, "prepaid": bool(number % 2)} if own else {}),
        }
        for number in range(ORDERS)
    ]
    postings[0]["lines"][0].update(price=1990, discounts=discount)
    numbers = control("megamarket/postings", {"account": account.client_id, "postings": postings})["numbers"]
    orders = env["marketplace.order"]
    domain = [("account_id", "=", account.id), ("number", "in", numbers), ("state", "!=", "received")]
    work(env, lambda: orders.search_count(domain) >= len(numbers), "the marketplace's calls to become orders")
    return orders.search(domain, order="number")


def reject_piece(env, order):
    """One piece is missing: refused there before the rest is taken."""
    wizard = env["marketplace.order.cancel"].with_context(default_order_ids=[Command.set(order.ids)])
    wizard = wizard.create({"kind": "out_of_stock", "by_position": True})
    wizard.line_ids[0].quantity = 1
    wizard.action_cancel()
    wait_for(env, order.account_id, "cancel_lines")


def put_into_boxes(orders):
    for order in orders:
        for line in order.picking_ids.move_line_ids:
            line.result_package_id = line.env["stock.package"].create({})


def pack(env, orders):
    orders.action_ship()
    env.cr.commit()
    finished = ("ready", "failed")
    work(env, lambda: all(order.label_state in finished for order in orders), "the boxes to be packed and labelled")


def sell_standard(env, account, articles):
    """Confirmed, packed into boxes, labelled by the marketplace, handed over."""
    orders = buy(env, account, articles)
    ready = orders[:-1]
    reject_piece(env, ready[0])
    ready.action_confirm_there()
    env.cr.commit()
    work(env, lambda: all(order.status == "to_assemble" for order in ready), "the confirmations")
    put_into_boxes(ready[:2])
    pack(env, ready[:-1])
    handed = ready[:2]
    handed.action_courier()
    env.cr.commit()
    work(env, lambda: all(order.status == "handed_over" for order in handed), "the hand-over")
    control(f"megamarket/postings/{handed[0].number}/progress", {})
    poll(env, account, "statuses_poll")
    return orders


def sell_dbs(env, account, articles):
    """Our own couriers: packed, delivered, partly refused at the door; one buyer changes his mind before that."""
    orders = buy(env, account, articles)
    cancel_piece(env, orders[0])
    put_into_boxes(orders[1])
    pack(env, orders[:4])
    orders[0].action_delivered()
    env.cr.commit()
    work(env, lambda: orders[0].status == "delivered", "the delivery to be told")
    hand_over_in_part(env, orders[1])
    # Another request is left to whoever opens the demo.
    control(f"megamarket/postings/{orders[2].number}/cancel", {"items": [1]})
    requests = env["marketplace.cancel.request"]
    work(env, lambda: requests.search_count([("order_id", "=", orders[2].id)]), "the buyer's request")
    return orders


def cancel_piece(env, order):
    """The buyer cancels one of two pieces; we agree."""
    control(f"megamarket/postings/{order.number}/cancel", {"items": [2]})
    requests = env["marketplace.cancel.request"]
    domain = [("order_id", "=", order.id), ("state", "=", "pending")]
    work(env, lambda: requests.search_count(domain), "the buyer's request")
    requests.search(domain).action_approve()
    env.cr.commit()
    work(env, lambda: order.line_ids[0].cancelled_quantity, "the cancelled piece")


def hand_over_in_part(env, order):
    """The buyer takes one piece less than he ordered: it comes back, and is received."""
    reason = order.account_id.cancel_reason_ids.filtered(lambda row: row.use == "not_handed_over")[:1]
    wizard = env["marketplace.order.close"].with_context(default_order_id=order.id).create({})
    wizard.line_ids[0].write({"handed_over": wizard.line_ids[0].available - 1, "reason_id": reason.id})
    wizard.action_send()
    env.cr.commit()
    work(env, lambda: order.status == "delivered" and order.return_ids, "the partial hand-over")
    env["marketplace.return.receiver"]._receive(order.return_ids)
    env.cr.commit()


def tell_goods(env, account):
    """DBS: stock and prices by the offer service, the rest by the feed. Standard: everything by the feed."""
    own = account.scheme == "rfbs"
    account.warehouse_ids.write(
        {
            "stock_location_ids": [Command.create({"location_id": account.warehouse_id.lot_stock_id.id})],
            "stock_active": own,
        }
    )
    pricelist = env["product.pricelist"].create({"name": account.name, "company_id": account.company_id.id})
    account.write({"price_pricelist_id": pricelist.id, "price_active": own, "price_jump": 0})
    account.feed_ids.outlet = WAREHOUSE_CODE
    poll(env, account, "feed_build", "stock_compute", "price_compute")
    if own:
        poll(env, account, "stock_push", "price_push")
    poll(env, account, "feed_build")
    return (
        read_feed(account),
        count_sent(env, "marketplace.stock", account),
        count_sent(env, "marketplace.price", account),
    )


def read_feed(account):
    """The marketplace reads the feed at its secret address, as it does every two hours."""
    address = f"{ODOO}/marketplace/feed/{account.feed_ids.sudo().token}/feed.xml"
    report = control("megamarket/feed", {"account": account.client_id, "url": address})
    if report["errors"]:
        raise SystemExit(f"The marketplace refused the feed: {report['errors']}")
    return report


def count_sent(env, model, account):
    return env[model].search_count([("account_id", "=", account.id), ("state", "=", "sent")])


def count_words(orders):
    labels = dict(orders._fields["status"]._description_selection(orders.env))
    return ", ".join(f"{labels[word]} {len(group)}" for word, group in orders.grouped("status").items())


def summarize(account, orders, goods, seconds):
    feed, stock, prices = goods
    calls = account.env["marketplace.event"].search([("account_id", "=", account.id)])
    rows = [
        ("Shop", f"{account.name}, {'DBS' if account.scheme == 'rfbs' else 'Standard'}"),
        ("Calls received", f"{len(calls)}: {', '.join(sorted(set(calls.mapped('raw_kind'))))}"),
        ("Orders", count_words(orders)),
        ("Boxes", len(orders.parcel_ids)),
        ("Labels", len(orders.filtered("label_id"))),
        ("Pieces cancelled", sum(orders.line_ids.mapped("cancelled_quantity"))),
        ("Returns received", len(orders.return_ids.filtered(lambda item: item.state == "received"))),
        ("Feed read there", f"{feed['offers']} offers, {len(feed['offer_errors'])} refused"),
        ("Accepted by calls", f"stock {stock}, prices {prices}"),
        ("Seconds", round(seconds, 1)),
    ]
    for name, value in rows:
        print(f"   {name:<20} {value}")


def main(env):
    for scheme, sell in (("rfbs", sell_dbs), ("fbs", sell_standard)):
        began = time.monotonic()
        account = connect(env, scheme)
        articles = choose_articles(env, fill_shop(account))
        orders = sell(env, account, articles)
        goods = tell_goods(env, account)
        summarize(account, orders, goods, time.monotonic() - began)
    env.cr.commit()


main(env)  # noqa: F821 - the shell's
