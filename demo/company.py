"""The demo company: run inside `odoo shell` on a fresh database. A second run changes nothing."""

from odoo import Command

from odoo.addons.sale_marketplace.demo import catalogue

# Records get external names, so that a second run, and the demo's flow, find them: env.ref("demo_company.user_clerk").
NAMESPACE = "demo_company"
TIMEZONE = "Europe/Moscow"
RATES = (22, 10, 0)


def known(env, name):
    return env.ref(f"{NAMESPACE}.{name}", raise_if_not_found=False)


def ensure(env, model, rows):
    """Create in one batch those of `rows` (external name → values) that are not there; return all, by name."""
    missing = [name for name in rows if not known(env, name)]
    for name, record in zip(missing, env[model].create([rows[name] for name in missing]), strict=True):
        remember(env, name, record)
    return {name: known(env, name) for name in rows}


def remember(env, name, record):
    env["ir.model.data"].create(
        {"module": NAMESPACE, "name": name, "model": record._name, "res_id": record.id, "noupdate": True}
    )


def update(record, values):
    """Write only what differs: a write is work, and a trace in the history."""
    current = record.read(list(values), load="")[0]
    changes = {name: value for name, value in values.items() if current[name] != value}
    if changes:
        record.write(changes)


def setup_company(env):
    """Name, country, roubles: before any accounting entry, afterwards the currency is fixed."""
    company = env.company
    rouble = env.ref("base.RUB")
    update(rouble, {"active": True})
    update(
        company,
        {
            "name": "ООО «Ромашка»",
            "country_id": env.ref("base.ru").id,
            "street": "ул. Садовая, д. 5",
            "city": "Москва",
            "zip": "101000",
            "email": "shop@example.com",
            "currency_id": rouble.id,
        },
    )
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)
    setup_fiscal_country(env, company)
    # The default price list was made in the former currency, and decides the currency of an order.
    for pricelist in env["product.pricelist"].search([("company_id", "in", (False, company.id))]):
        update(pricelist, {"currency_id": rouble.id})
    for foreign in env["res.currency"].search([("id", "!=", rouble.id)]):
        update(foreign, {"active": False})
    # Prices of a shop contain VAT.
    update(company, {"account_price_include": "tax_included"})
    return company


def setup_fiscal_country(env, company):
    """The generic chart is loaded for the country of a new database; taxes of another country fit no order here."""
    if company.account_fiscal_country_id == company.country_id:
        return
    for model in ("account.tax.group", "account.tax"):
        records = env[model].with_context(active_test=False).search([("company_id", "=", company.id)])
        records.write({"country_id": company.country_id.id})
    company.account_fiscal_country_id = company.country_id


def setup_taxes(env, company):
    """Sale taxes of 22 %, 10 % and none, and their purchase twins. The chart's own pair lends its accounts."""
    for use, own in (("sale", company.account_sale_tax_id), ("purchase", company.account_purchase_tax_id)):
        for sequence, rate in enumerate(RATES, start=1):
            if known(env, f"tax_{use}_{rate}"):
                continue
            label = f"НДС {rate}%" if rate else "Без НДС"
            group = known(env, f"tax_group_{rate}")
            if not group:
                group = own.tax_group_id.copy({"name": label})
                remember(env, f"tax_group_{rate}", group)
            tax = own.copy(
                {
                    "name": label if use == "sale" else f"{label} (покупка)",
                    "description": label,
                    "invoice_label": label,
                    "amount_type": "percent",
                    "amount": rate,
                    "price_include_override": "tax_included",
                    "tax_group_id": group.id,
                    "sequence": sequence,
                }
            )
            remember(env, f"tax_{use}_{rate}", tax)
        update(company, {f"account_{use}_tax_id": known(env, f"tax_{use}_{RATES[0]}").id})
        if own.amount not in RATES:
            update(own, {"active": False})


def setup_language(env):
    """Russian for the company's people. The administrator chooses in the preferences."""
    russian = env["res.lang"].with_context(active_test=False).search([("code", "=", "ru_RU")])
    if not russian.active:
        env["base.language.install"].create({"lang_ids": [Command.set(russian.ids)]}).lang_install()


def setup_users(env):
    people = {
        "user_clerk": (
            "Клавдия, менеджер заказов",
            "clerk",
            ["sales_team.group_sale_salesman_all_leads", "sale_marketplace.group_user"],
        ),
        "user_packer": ("Пётр, сборщик", "packer", ["sale_marketplace.group_user"]),
        "user_accountant": (
            "Анна, бухгалтер",
            "accountant",
            ["account.group_account_manager", "sale_marketplace.group_accountant"],
        ),
    }
    rows = {
        name: {
            "name": full_name,
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "lang": "ru_RU",
            "tz": TIMEZONE,
            "group_ids": [Command.link(env.ref("base.group_user").id), *(Command.link(env.ref(g).id) for g in groups)],
        }
        for name, (full_name, login, groups) in people.items()
    }
    # Nobody is to be invited by mail.
    ensure(env(context={**env.context, "no_reset_password": True}), "res.users", rows)
    update(env.ref("base.user_admin"), {"tz": TIMEZONE})


def setup_warehouse(env, company):
    """One warehouse with two places; locations and packages are switched on for everybody."""
    warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
    update(warehouse, {"name": "Склад Ромашки", "code": "WH"})
    groups = ("stock.group_stock_multi_locations", "stock.group_tracking_lot")
    if not all(env.ref("base.user_admin").has_group(group) for group in groups):
        settings = {"group_stock_multi_locations": True, "group_stock_tracking_lot": True}
        env["res.config.settings"].create(settings).execute()
    stock = warehouse.lot_stock_id.id
    rows = {
        "location_main": {"name": "Основной", "location_id": stock, "usage": "internal"},
        "location_mezzanine": {"name": "Мезонин", "location_id": stock, "usage": "internal"},
    }
    ensure(env, "stock.location", rows)


def setup_products(env):
    names = {name: f"category_{number}" for number, name in enumerate(catalogue.categories(), start=1)}
    ensure(env, "product.category", {key: {"name": name} for name, key in names.items()})
    rows = {}
    for item in catalogue.items():
        rate = item.vat or 0
        rows[f"product_{item.number:04d}"] = {
            "name": item.name,
            "default_code": item.article or False,
            "barcode": item.barcode or False,
            "type": "consu",
            "is_storable": True,
            "weight": float(item.weight),
            "list_price": float(item.price),
            "standard_price": float(item.cost),
            "taxes_id": [Command.set(known(env, f"tax_sale_{rate}").ids)],
            "supplier_taxes_id": [Command.set(known(env, f"tax_purchase_{rate}").ids)],
            "categ_id": known(env, names[item.category]).id,
            "active": item.active,
        }
    return ensure(env, "product.product", rows)


def setup_stock(env, products):
    """An opening inventory in both places, once: later runs must not refill what was sold."""
    if known(env, "opening_inventory"):
        return
    places = {"stock_main": known(env, "location_main"), "stock_mezzanine": known(env, "location_mezzanine")}
    rows = [
        {
            "product_id": products[f"product_{item.number:04d}"].id,
            "location_id": place.id,
            "inventory_quantity": getattr(item, field),
        }
        for item in catalogue.items()
        for field, place in places.items()
        if item.active and getattr(item, field)
    ]
    quants = env["stock.quant"].with_context(inventory_mode=True).create(rows)
    quants.action_apply_inventory()
    # Any record will do as the mark that it was done.
    remember(env, "opening_inventory", known(env, "location_main"))


def main(env):
    company = setup_company(env)
    setup_language(env)
    setup_taxes(env, company)
    setup_users(env)
    setup_warehouse(env, company)
    setup_stock(env, setup_products(env))
    # A script of its own, not code inside the transaction of others.
    env.cr.commit()  # pylint: disable=invalid-commit


main(env)  # noqa: F821  (odoo shell provides it)
