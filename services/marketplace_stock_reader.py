from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from . import stock_formula
from .stock_rule_book import RuleBook
from .stock_shelf import Shelf

ZERO = Decimal(0)


class Listing(NamedTuple):
    """An offer as the formula needs it. ``unit``: pieces in one unit of the offer."""

    offer_id: int
    account_id: int
    product_id: int | None
    category_id: int | None
    unit: Decimal
    problem: str


class MarketplaceStockReader(models.AbstractModel):
    """Reads what lies where, for many offers by a handful of grouped queries, and applies the formula."""

    _name = "marketplace.stock.reader"
    _description = "Marketplace Stock Reader"

    @api.model
    def _explain(self, offer, warehouse):
        """``stock_formula.Result`` with its steps; ``warehouse`` may have unsaved settings."""
        return self._read(offer, warehouse, explain=True)[warehouse].get(offer.id, stock_formula.Result(None, ()))

    @api.model
    def _read(self, offers, warehouses, explain=False):
        """{warehouse: {offer id: ``stock_formula.Result``}} for the offers of the warehouses' accounts."""
        self.env.flush_all()
        listings = self._read_listings(SQL("offer.id = ANY(%s)", list(offers._ids)))
        kits = self._read_kits({row.product_id for row in listings if row.product_id})
        wanted = {row.product_id for row in listings if row.product_id} | {
            part for parts in kits.values() for part in parts
        }
        book = RuleBook(self.env, warehouses.account_id)
        shelf = Shelf(self.env, warehouses, wanted, kits)
        parts = self._share_out(warehouses, listings, shelf, book)
        by_account = defaultdict(list)
        for listing in listings:
            by_account[listing.account_id].append(listing)
        return {
            warehouse: self._compute_place(warehouse, by_account[warehouse.account_id.id], shelf, book, parts, explain)
            for warehouse in warehouses
        }

    def _compute_place(self, warehouse, listings, shelf, book, parts, explain):
        base, where = warehouse._get_stock_rule(), warehouse._origin.id
        numbers = {}
        for listing in listings:
            rule = self._get_rule(listing, where, base, book)
            product = listing.product_id
            plain = rule.mode == "formula"
            numbers[listing.offer_id] = stock_formula.compute(
                shelf.get_places(warehouse, product, rule.basis) if plain else (),
                rule,
                awaiting=shelf.get_awaiting(warehouse, product) if plain else ZERO,
                unit=listing.unit,
                part=parts.get((listing.offer_id, where)),
                explain=explain,
            )
        return numbers

    def _get_rule(self, listing, warehouse_id, base, book):
        if listing.problem:
            mode = "unmanaged" if listing.problem in ("archived_there", "untracked") else "exclude"
            return base.narrowed(mode=mode, why=listing.problem)
        return book.narrow(base, listing, warehouse_id)

    # --- listings -----------------------------------------------------------------------------------------------
    def _read_listings(self, criterion):
        rows = self.env.execute_query(
            SQL(
                """SELECT offer.id, offer.account_id, offer.product_id, template.categ_id, offer.state, offer.active,
                          offer.archived_there, product.active, template.is_storable, unit.factor, base.factor
                     FROM marketplace_offer offer
                LEFT JOIN product_product product ON product.id = offer.product_id
                LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                LEFT JOIN uom_uom unit ON unit.id = offer.uom_id
                LEFT JOIN uom_uom base ON base.id = template.uom_id
                    WHERE %s ORDER BY offer.id""",
                criterion,
            )
        )
        kits = self._read_kit_templates()
        return [self._make_listing(row, kits) for row in rows]

    def _make_listing(self, row, kits):
        offer_id, account_id, product_id, category_id, state, active, gone, kept, storable, unit, base = row
        problem = ""
        if gone:
            problem = "archived_there"
        elif state != "linked" or not active:
            problem = "unlinked"
        elif not kept:
            problem = "archived"
        elif not storable and product_id not in kits:
            problem = "untracked"
        factor = (
            stock_formula.exact(unit) / stock_formula.exact(base)
            if unit and base and unit != base
            else stock_formula.ONE
        )
        return Listing(offer_id, account_id, product_id, category_id, factor, problem)

    # --- kits -----------------------------------------------------------------------------------------------------
    def _read_kit_templates(self):
        """Products that a bill of materials of kind *kit* makes out of others. Empty without manufacturing."""
        if "mrp.bom" not in self.env:
            return frozenset()
        rows = self.env.execute_query(
            SQL(
                """SELECT product.id
                     FROM mrp_bom bom
                     JOIN product_product product ON product.product_tmpl_id = bom.product_tmpl_id
                      AND COALESCE(bom.product_id, product.id) = product.id
                    WHERE bom.type = 'phantom' AND bom.active"""
            )
        )
        return frozenset(product_id for (product_id,) in rows)

    def _read_kits(self, product_ids):
        """{kit: {part: pieces in one kit}}, parts of parts included."""
        kits = product_ids and self._read_kit_templates() & product_ids
        if not kits:
            return {}
        found = {}
        products = self.env["product.product"].sudo().browse(sorted(kits))
        boms = self.env["mrp.bom"].sudo()._bom_find(products, company_id=self.env.company.id, bom_type="phantom")
        for product, bom in boms.items():
            needs = defaultdict(lambda: ZERO)
            made = bom.product_uom_id._compute_quantity(bom.product_qty, product.uom_id, round=False)
            for line, values in bom.explode(product, 1.0)[1]:
                if line.product_id.is_storable:
                    pieces = line.product_uom_id._compute_quantity(values["qty"], line.product_id.uom_id, round=False)
                    needs[line.product_id.id] += stock_formula.exact(pieces / made)
            found[product.id] = dict(needs)
        return found

    @api.model
    def _find_kits_of(self, products):
        """Kits that one of these products is a part of, directly or through another kit."""
        if "mrp.bom.line" not in self.env:
            return products.browse()
        found, fresh = products.browse(), products
        while fresh:
            boms = self.env["mrp.bom.line"].sudo().search([("product_id", "in", fresh.ids)]).bom_id
            boms = boms.filtered(lambda bom: bom.type == "phantom")
            made = boms.product_id | boms.filtered(lambda bom: not bom.product_id).product_tmpl_id.product_variant_ids
            fresh = made - found
            found |= fresh
        return found

    # --- sharing out ------------------------------------------------------------------------------------------------
    def _share_out(self, warehouses, listings, shelf, book):
        """{(offer id, warehouse id): (pieces, name of the agreement)} for stock that several cabinets show."""
        given = {}
        domain = [("pool_id.active", "=", True), ("warehouse_id", "in", warehouses._origin.ids)]
        products = [listing.product_id for listing in listings if listing.product_id]
        for pool in self.env["marketplace.stock.pool.member"].sudo().search(domain).pool_id:
            claims = self._collect_claims(pool, warehouses, products, shelf, book)
            for product_id, wanted in claims.items():
                total = self._count_common(product_id, wanted, shelf)
                for key, pieces in stock_formula.share_out(total, [part for *_rest, part in wanted]).items():
                    given[key] = (pieces, pool.name)
        return given

    def _collect_claims(self, pool, warehouses, products, shelf, book):
        """{product id: [(warehouse, basis, ``stock_formula.Part``)]} of all who sell it, whether their stock is sent at
        the moment or not: a number must not depend on whose turn it is to be computed."""
        members = pool.member_ids.filtered("warehouse_id.active").sorted(lambda member: (member.sequence, member.id))
        # Unsaved settings of a preview count, too.
        unsaved = {place._origin: place for place in warehouses}
        places = {member: unsaved.get(member.warehouse_id, member.warehouse_id) for member in members}
        shelf.include(places.values())
        book.include(members.warehouse_id.account_id)
        accounts = members.warehouse_id.account_id.ids
        siblings = defaultdict(list)
        for listing in self._read_listings(
            SQL("offer.product_id = ANY(%s) AND offer.account_id = ANY(%s)", products, accounts)
        ):
            siblings[listing.account_id].append(listing)
        claims = defaultdict(list)
        for member, place in places.items():
            base = place._get_stock_rule()
            for listing in siblings[place.account_id.id]:
                rule = self._get_rule(listing, member.warehouse_id.id, base, book)
                if rule.mode == "formula":
                    part = self._make_part((listing.offer_id, member.warehouse_id.id), member, listing.unit)
                    claims[listing.product_id].append((place, rule.basis, part))
        return claims

    def _count_common(self, product_id, wanted, shelf):
        return min(
            stock_formula.count(shelf.get_places(place, product_id, basis), basis)
            - shelf.get_awaiting(place, product_id)
            for place, basis, _part in wanted
        )

    def _make_part(self, key, member, unit):
        return stock_formula.Part(key=key, share=stock_formula.exact(member.share), floor=Decimal(member.floor) * unit)
