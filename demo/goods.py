"""The goods' part of the demo: stock that is shown, FBO stock that differs, prices."""

from odoo.addons.sale_marketplace.demo import catalogue
from odoo.addons.sale_marketplace.demo.driving import control, poll, wait_for

#: Pieces of each product that lie with the marketplace.
FBO_STOCK = 30
#: What the marketplace takes of a sale, in roubles.
FEES = {
    **dict.fromkeys(("fbs_direct_flow_trans_max_amount", "fbo_direct_flow_trans_max_amount"), 5),
    **dict.fromkeys(("fbs_deliv_to_customer_amount", "fbo_deliv_to_customer_amount", "fbs_first_mile_max_amount"), 0),
}


def show_stock(env, account):
    """Every warehouse of the cabinet shows what lies in the stock location, two pieces kept back; one product has a
    fixed number."""
    places = account.warehouse_ids.filtered(lambda place: place.scheme != "fbo")
    places.write(
        {
            "stock_location_ids": [(0, 0, {"location_id": account.warehouse_id.lot_stock_id.id})],
            "stock_buffer": 2,
            "stock_active": True,
        }
    )
    sold = env["marketplace.offer"].search([("account_id", "=", account.id), ("state", "=", "linked")])
    env["marketplace.stock.rule"].create(
        {"account_id": account.id, "product_id": sold[0].product_id.id, "mode": "fixed", "fixed": 5}
    )
    poll(env, account, "stock_compute", "stock_push", "stock_check")
    return env["marketplace.stock"].search([("account_id", "=", account.id)])


def supply_fbo(env, account):
    """What lies with the marketplace before its first posting is known here, too."""
    location = account._get_fbo_location()
    articles = [item.article for item in catalogue.items() if item.article and item.price and item.active]
    products = env["product.product"].search([("default_code", "in", articles), ("is_storable", "=", True)])
    Quant = env["stock.quant"].with_context(inventory_mode=True, inventory_name="Начальный остаток FBO")
    Quant.create(
        [
            {"product_id": product.id, "location_id": location.id, "inventory_quantity": FBO_STOCK}
            for product in products
        ]
    )._apply_inventory()
    env.cr.commit()


def count_fbo(env, account):
    """[(offer, pieces)] in the FBO location."""
    offers = env["marketplace.offer"].search([("account_id", "=", account.id)]).grouped("product_id")
    groups = env["stock.quant"]._read_group(
        [("location_id", "=", account.fbo_location_id.id)], ["product_id"], ["quantity:sum"]
    )
    return [(offers[product][0], quantity) for product, quantity in groups if product in offers]


def reconcile_fbo(env, account):
    """Some pieces get lost and found there; half of the differences are adjusted, the others are for the visitor."""
    there = [
        {"offer_id": offer.article, "present": int(quantity)}
        for offer, quantity in count_fbo(env, account)
        if quantity > 0
    ]
    control("ozon/fbo_stocks", {"stocks": there, "drift": 5})
    poll(env, account, "fbo_stock_check")
    rows = env["marketplace.stock"].search([("account_id", "=", account.id), ("state", "=", "held")])
    differing = rows.filtered(lambda row: row.cause == "counted")
    chosen = differing[: len(differing) // 2]
    if chosen:
        wizard = env["marketplace.stock.adjust"].browse(chosen.action_adjust()["res_id"])
        wizard.action_apply()
        wait_for(env, account, "fbo_adjust")
    return rows, len(differing)


def set_prices(env, account):
    """Ten percent off for the marketplace; one price has jumped, one would not pay for its cost."""
    offers = env["marketplace.offer"].search([("account_id", "=", account.id), ("state", "=", "linked")])
    # The demo sells cheap things: the marketplace takes ten percent and five roubles.
    control(
        "ozon/prices",
        {"prices": [{"offer_id": offer.article, "commissions": FEES, "commission_percent": 10} for offer in offers]},
    )
    dear, cheap = offers.product_id.sorted("list_price")[-2:]
    items = [
        {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 10},
        {"applied_on": "0_product_variant", "product_id": dear.id, "fixed_price": dear.list_price * 1.45},
        {"applied_on": "0_product_variant", "product_id": cheap.id, "fixed_price": cheap.list_price * 0.75},
    ]
    pricelist = env["product.pricelist"].create(
        {"name": "Ozon", "currency_id": account.price_currency_id.id, "item_ids": [(0, 0, item) for item in items]}
    )
    account.write({"price_pricelist_id": pricelist.id, "price_active": True})
    poll(env, account, "price_check")
    poll(env, account, "price_push")
    return env["marketplace.price"].search([("account_id", "=", account.id)])
