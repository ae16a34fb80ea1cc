from collections import defaultdict
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base.feed import NO_VAT, FeedCategory
from .feed_offer import OfferMaker
from .marketplace_price_engine import decimal_of

#: Offers read in one go: their queries cost little then, and their memory too.
BATCH = 2000
ROUBLE = "RUB"
OPTIONS = (
    *("scope", "price_source", "with_vat", "tells_stock", "min_quantity", "with_attributes", "join_variants"),
    *("vendor_source", "vendor_name"),
)
OFFERS = """
    SELECT offer.id, offer.article, offer.product_id, offer.uom_id AS sold_by, offer.archived_there,
           product.product_tmpl_id AS template_id, product.barcode, product.weight, template.categ_id,
           product.active AND template.active AS active, template.sale_ok, template.list_price, template.uom_id,
           COALESCE(template.name->>%(lang)s, template.name->>'en_US') AS name,
           COALESCE(template.description_sale->>%(lang)s, template.description_sale->>'en_US') AS description,
           price.state AS price_state, price.reason, price.price, price.old_price, price.floor_price,
           price.declined_price, price.sent_at, price.sent_price, price.sent_old_price, price.currency_id,
           stock.quantity, stock.state AS stock_state
      FROM marketplace_offer offer
      JOIN product_product product ON product.id = offer.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
 LEFT JOIN marketplace_price price ON price.offer_id = offer.id
 LEFT JOIN marketplace_stock stock ON stock.offer_id = offer.id AND stock.warehouse_id = %(warehouse)s
     WHERE offer.account_id = %(account)s AND offer.state = 'linked' AND offer.active AND offer.article > %(after)s
  ORDER BY offer.article
     LIMIT %(limit)s
"""
ATTRIBUTES = """
    SELECT link.product_product_id, attribute.id, ptav.price_extra, line.value_count > 1 AS telling,
           COALESCE(attribute.name->>%(lang)s, attribute.name->>'en_US') AS name,
           COALESCE(value.name->>%(lang)s, value.name->>'en_US') AS value
      FROM product_variant_combination link
      JOIN product_template_attribute_value ptav ON ptav.id = link.product_template_attribute_value_id
      JOIN product_template_attribute_line line ON line.id = ptav.attribute_line_id
      JOIN product_attribute_value value ON value.id = ptav.product_attribute_value_id
      JOIN product_attribute attribute ON attribute.id = ptav.attribute_id
     WHERE link.product_product_id = ANY(%(products)s)
  ORDER BY attribute.sequence, attribute.id
"""
#: What makes no variants, and has but one value, is true of every variant.
COMMON_ATTRIBUTES = """
    SELECT line.product_tmpl_id, attribute.id,
           COALESCE(attribute.name->>%(lang)s, attribute.name->>'en_US') AS name,
           COALESCE(value.name->>%(lang)s, value.name->>'en_US') AS value
      FROM product_template_attribute_line line
      JOIN product_attribute attribute ON attribute.id = line.attribute_id AND attribute.create_variant = 'no_variant'
      JOIN product_template_attribute_value ptav ON ptav.attribute_line_id = line.id AND ptav.ptav_active
      JOIN product_attribute_value value ON value.id = ptav.product_attribute_value_id
     WHERE line.product_tmpl_id = ANY(%(templates)s) AND line.active AND line.value_count = 1
  ORDER BY attribute.sequence, attribute.id
"""
PICTURES = """
    SELECT res_model, res_id, id, checksum, mimetype
      FROM ir_attachment
     WHERE (res_model = 'product.product' AND res_field = 'image_variant_1920' AND res_id = ANY(%s))
        OR (res_model = 'product.template' AND res_field = 'image_1920' AND res_id = ANY(%s))
"""


class Setting(NamedTuple):
    """What holds for all offers of a build."""

    feed: Any
    # The same as plain values: a hundred thousand offers ask for them.
    options: SimpleNamespace
    profile: Any
    warehouse_id: int
    # Whether the warehouse counts any location: where it counts none, no number is right.
    counting: bool
    outlet: str
    roubles: int
    # What a product's sales price is multiplied by: 1 where the company keeps its books in roubles.
    rate: Decimal
    kilogram: Decimal
    units: dict
    wanted: set | None
    unwanted: set
    vendors: set
    image_url: str
    # {ids of a product's taxes: (what the feed says of VAT, the part of it that the sales price does not contain)}
    taxes: dict
    params: list


class Lookup(NamedTuple):
    """What belongs to the products of a batch, by product id or template id."""

    attributes: dict
    common: dict
    pictures: dict
    taxes: dict
    barcodes: dict
    values: dict


class MarketplaceFeedReader(models.AbstractModel):
    """Reads offers for a feed in batches: what the stock and price engines have computed, and the product's card."""

    _name = "marketplace.feed.reader"
    _description = "Marketplace Feed Reader"

    @api.model
    def _get_setting(self, feed, profile):
        roubles = self.env["res.currency"].with_context(active_test=False).search([("name", "=", ROUBLE)], limit=1)
        company = feed.company_id
        rate = 1.0
        if company.currency_id != roubles:
            rate = company.currency_id._convert(1.0, roubles, company, fields.Date.today(), round=False)
        weight_unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = weight_unit._compute_quantity(1.0, self.env.ref("uom.product_uom_kgm"), round=False)
        units = self.env["uom.uom"].with_context(active_test=False).search([("active", "in", (True, False))])
        warehouse = feed._get_warehouse()
        return Setting(
            feed=feed,
            options=SimpleNamespace(
                **{name: feed[name] for name in OPTIONS},
                brand_id=feed.vendor_attribute_id.id,
                discount=decimal_of(feed.discount),
                guard=feed.account_id.price_guard,
            ),
            profile=profile,
            warehouse_id=warehouse.id or 0,
            counting=bool(warehouse.stock_location_ids),
            outlet=feed._get_outlet(),
            roubles=roubles.id,
            rate=decimal_of(rate),
            kilogram=decimal_of(kilogram),
            units={unit.id: decimal_of(unit.factor) for unit in units},
            wanted=self._get_categories_below(feed.categ_ids) if feed.categ_ids else None,
            unwanted=self._get_categories_below(feed.excluded_categ_ids),
            vendors=feed._get_excluded_vendors(),
            image_url=feed._get_image_url(),
            taxes={},
            params=[
                (param.name, param.source == "field" and param.field_name, param.value or "")
                for param in feed.param_ids
            ],
        )

    def _get_categories_below(self, categories):
        return set(self.env["product.category"].search([("id", "child_of", categories.ids)]).ids)

    @api.model
    def _get_categories(self, setting):
        """Those of the account's offers, with all above them: the tree that the file begins with."""
        rows = self.env.execute_query_dict(
            SQL(
                """WITH RECURSIVE used AS (
                       SELECT DISTINCT template.categ_id AS id
                         FROM marketplace_offer offer
                         JOIN product_product product ON product.id = offer.product_id
                         JOIN product_template template ON template.id = product.product_tmpl_id
                        WHERE offer.account_id = %s AND offer.state = 'linked' AND offer.active
                        UNION
                       SELECT category.parent_id FROM product_category category JOIN used ON used.id = category.id
                   )
                   SELECT category.id, category.name, category.parent_id
                     FROM product_category category JOIN used ON used.id = category.id
                    ORDER BY category.parent_path""",
                setting.feed.account_id.id,
            )
        )
        return [FeedCategory(row["id"], row["name"], row["parent_id"]) for row in rows]

    @api.model
    def _iter_offers(self, setting):
        """(row, FeedOffer or None, [FeedProblem]) of each offer, ordered by article."""
        after, maker = "", OfferMaker(setting)
        while rows := self._read_rows(setting, after):
            after = rows[-1]["article"]
            self._complete_stock(setting, rows)
            lookup = self._look_up(setting, rows)
            for row in rows:
                yield row, *maker.make(row, lookup)
            self.env.invalidate_all(flush=False)

    # === READING === #
    def _read_rows(self, setting, after):
        self.env.cr.execute(
            OFFERS,
            {
                "lang": self.env.lang or "en_US",
                "warehouse": setting.warehouse_id,
                "account": setting.feed.account_id.id,
                "after": after,
                "limit": BATCH,
            },
        )
        return self.env.cr.dictfetchall()

    def _complete_stock(self, setting, rows):
        """What nobody has stored is computed: an offer of a moment ago, or one whose number there is left alone
        and was never shown."""
        missing = [row["id"] for row in rows if row["stock_state"] is None]
        if not missing or not setting.counting:
            return
        warehouse = self.env["marketplace.warehouse"].browse(setting.warehouse_id)
        reader = self.env["marketplace.stock.reader"].with_company(setting.feed.company_id)
        results = reader._read(self.env["marketplace.offer"].browse(missing), warehouse)[warehouse]
        for row in rows:
            if row["stock_state"] is None and row["id"] in results:
                quantity = results[row["id"]].quantity
                row["quantity"], row["stock_state"] = quantity, "unmanaged" if quantity is None else "preview"

    def _look_up(self, setting, rows):
        products = sorted({row["product_id"] for row in rows})
        templates = sorted({row["template_id"] for row in rows})
        values = {"lang": self.env.lang or "en_US", "products": products, "templates": templates}
        attributes, common, taxes = defaultdict(list), defaultdict(list), defaultdict(list)
        self.env.cr.execute(ATTRIBUTES, values)
        for product_id, attribute_id, extra, telling, name, value in self.env.cr.fetchall():
            attributes[product_id].append((attribute_id, name, value, telling, extra))
        self.env.cr.execute(COMMON_ATTRIBUTES, values)
        for template_id, attribute_id, name, value in self.env.cr.fetchall():
            common[template_id].append((attribute_id, name, value, False, 0))
        self.env.cr.execute(
            "SELECT prod_id, tax_id FROM product_taxes_rel WHERE prod_id = ANY(%s) ORDER BY tax_id", [templates]
        )
        for template_id, tax_id in self.env.cr.fetchall():
            taxes[template_id].append(tax_id)
        return Lookup(
            attributes=attributes,
            common=common,
            pictures=self._find_pictures({row["product_id"]: row["template_id"] for row in rows}),
            taxes={template_id: self._get_vat(setting, tuple(taxes[template_id])) for template_id in templates},
            barcodes=self._find_pack_barcodes(rows),
            values=self._read_params(setting, products),
        )

    @api.model
    def _find_pictures(self, products):
        """{product id: (attachment id, checksum, type)}: the variant's own picture, else that of the template.

        :param products: {product id: template id}
        """
        self.env.cr.execute(PICTURES, [list(products), list(set(products.values()))])
        found = {(model, res_id): rest for model, res_id, *rest in self.env.cr.fetchall()}
        pictures = {}
        for product_id, template_id in products.items():
            picture = found.get(("product.product", product_id)) or found.get(("product.template", template_id))
            if picture:
                pictures[product_id] = picture
        return pictures

    def _find_pack_barcodes(self, rows):
        """{(product id, unit id): barcode of that pack}"""
        packs = [row["product_id"] for row in rows if row["sold_by"] and row["sold_by"] != row["uom_id"]]
        if not packs:
            return {}
        found = self.env.execute_query(
            SQL(
                "SELECT product_id, uom_id, min(barcode) FROM product_uom WHERE product_id = ANY(%s) GROUP BY 1, 2",
                packs,
            )
        )
        return {(product_id, unit_id): barcode for product_id, unit_id, barcode in found}

    def _get_vat(self, setting, tax_ids):
        if tax_ids not in setting.taxes:
            engine, account = self.env["marketplace.price.engine"], setting.feed.account_id
            taxes = engine._choose_taxes(account, self.env["account.tax"].browse(tax_ids))
            rate, outside = engine._sum_rates(taxes)
            setting.taxes[tax_ids] = (rate if taxes else NO_VAT, outside)
        return setting.taxes[tax_ids]

    def _read_params(self, setting, product_ids):
        """{product id: [(name, text)]} of the feed's own characteristics."""
        if not setting.params:
            return {}
        constants = tuple((name, value) for name, field, value in setting.params if not field)
        known = self.env["product.product"]._fields
        # A field may have gone with the module that had brought it.
        names = {field: name for name, field, _value in setting.params if field in known}
        if not names:
            return dict.fromkeys(product_ids, constants)
        products = self.env["product.product"].with_context(active_test=False).browse(product_ids)
        words = {name: self._get_words(products._fields[name]) for name in names}
        values = {}
        for row in products.read(list(names)):
            told = ((label, self._format(row[name], words[name])) for name, label in names.items())
            values[row["id"]] = constants + tuple((label, text) for label, text in told if text)
        return values

    def _get_words(self, field):
        """{value: word} of fields whose values are not what a buyer reads."""
        if field.type == "selection":
            return dict(field._description_selection(self.env))
        return {True: self.env._("yes"), False: self.env._("no")} if field.type == "boolean" else None

    def _format(self, value, words):
        if words is not None:
            return words.get(value, "")
        if isinstance(value, tuple):
            return value[1]
        if isinstance(value, float):
            return format(decimal_of(value).normalize(), "f") if value else ""
        return str(value) if value else ""
