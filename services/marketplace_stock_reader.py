from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..marketplaces.base import status
from . import stock_formula
from .stock_rule_book import RuleBook

#: Postings in these statuses still want goods from the shelf.
WANTING = (status.NEW, status.TO_ASSEMBLE, status.ASSEMBLED)
ZERO = Decimal(0)


@lru_cache(maxsize=2**16)
def exact(number):
    """Stock is mostly small whole numbers, again and again."""
    return Decimal(int(number)) if float(number).is_integer() else Decimal(str(round(number, 6)))


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
    def _exact(self, number):
        """Odoo's float as the decimal number that a person sees."""
        return exact(number)

    @api.model
    def _explain(self, offer, warehouse):
        """``stock_formula.Result`` with its steps; ``warehouse`` may have unsaved settings."""
        return self._read(offer, warehouse, explain=True).get((offer.id, warehouse), stock_formula.Result(None, ()))

    @api.model
    def _read(self, offers, warehouses, explain=False):
        """{(offer id, warehouse): ``stock_formula.Result``} for the offers of the warehouses' accounts."""
        self.env.flush_all()
        listings = self._read_listings(SQL("offer.id = ANY(%s)", list(offers._ids)))
        kits = self._read_kits({row.product_id for row in listings if row.product_id})
        wanted = {row.product_id for row in listings if row.product_id} | {
            part for parts in kits.values() for part in parts
        }
        book = RuleBook(self.env, warehouses.account_id)
        shelf = Shelf(self, warehouses, wanted, kits)
        parts = self._share_out(warehouses, listings, shelf, book)
        results = {}
        by_account = defaultdict(list)
        for listing in listings:
            by_account[listing.account_id].append(listing)
        for warehouse in warehouses:
            base = warehouse._get_stock_rule()
            where = warehouse._origin.id
            for listing in by_account[warehouse.account_id.id]:
                rule = self._get_rule(listing, where, base, book)
                product = listing.product_id
                plain = rule.mode == "formula"
                results[listing.offer_id, warehouse] = stock_formula.compute(
                    shelf.get_places(warehouse, product, rule.basis) if plain else (),
                    rule,
                    awaiting=shelf.get_awaiting(warehouse, product) if plain else ZERO,
                    unit=listing.unit,
                    part=parts.get((listing.offer_id, where)),
                    explain=explain,
                )
        return results

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
        factor = self._exact(unit) / self._exact(base) if unit and base and unit != base else stock_formula.ONE
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
        kits = self._read_kit_templates() & product_ids
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
                    needs[line.product_id.id] += self._exact(pieces / made)
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
        members = (
            self.env["marketplace.stock.pool.member"]
            .sudo()
            .search([("pool_id.active", "=", True), ("warehouse_id", "in", warehouses._origin.ids)])
        )
        products = [listing.product_id for listing in listings if listing.product_id]
        for pool in members.pool_id:
            sharing = pool.member_ids.filtered(
                lambda member: member.warehouse_id.stock_active or member.warehouse_id in warehouses._origin
            )
            places = {member.warehouse_id.id: member.warehouse_id for member in sharing}
            # Unsaved settings of a preview count, too.
            places.update({place._origin.id: place for place in warehouses if place._origin.id in places})
            pool_shelf = shelf.extended(places.values())
            siblings = self._read_listings(
                SQL(
                    "offer.product_id = ANY(%s) AND offer.account_id = ANY(%s)",
                    products,
                    sharing.warehouse_id.account_id.ids,
                )
            )
            claims = defaultdict(list)
            for member in sharing.sorted(lambda member: (member.sequence, member.id)):
                place = places[member.warehouse_id.id]
                base = place._get_stock_rule()
                for listing in siblings:
                    if listing.account_id != place.account_id.id:
                        continue
                    rule = self._get_rule(listing, member.warehouse_id.id, base, book.extended(place.account_id))
                    if rule.mode == "formula":
                        key = (listing.offer_id, member.warehouse_id.id)
                        claims[listing.product_id].append(
                            (place, rule.basis, self._make_part(key, member, listing.unit))
                        )
            for product_id, wanted in claims.items():
                total = min(
                    stock_formula.count(pool_shelf.get_places(place, product_id, basis), basis)
                    - pool_shelf.get_awaiting(place, product_id)
                    for place, basis, _part in wanted
                )
                for key, pieces in stock_formula.share_out(total, [part for *_rest, part in wanted]).items():
                    given[key] = (pieces, pool.name)
        return given

    def _make_part(self, key, member, unit):
        return stock_formula.Part(key=key, share=self._exact(member.share), floor=Decimal(member.floor) * unit)


class Shelf:
    """What lies in the locations that warehouses count, and what is promised but not reserved yet."""

    def __init__(self, reader, warehouses, product_ids, kits):
        self.reader, self.env = reader, reader.env
        self.product_ids, self.kits = product_ids, kits
        self.counted = {}
        self.amounts = {}
        self.awaiting = defaultdict(lambda: ZERO)
        self._add(warehouses)

    def extended(self, warehouses):
        """The same shelf with further warehouses on it."""
        fresh = [place for place in warehouses if place not in self.counted]
        if fresh:
            self._add(fresh)
        return self

    def _add(self, warehouses):
        for warehouse in warehouses:
            self.counted[warehouse] = [
                (line.location_id, line.location_id.display_name, self.reader._exact(line.share))
                for line in warehouse.stock_location_ids
                if line.location_id
            ]
        roots = {location for warehouse in warehouses for location, *_rest in self.counted[warehouse]}
        self._read_amounts([root for root in roots if root.id not in self.amounts])
        self._read_awaiting(warehouses)

    def get_places(self, warehouse, product_id, basis):
        needs = self.kits.get(product_id)
        if needs is None:
            return self._get_places(warehouse, product_id)
        there = {
            part: stock_formula.count(self._get_places(warehouse, part), basis) - self._get_own(warehouse, part)
            for part in needs
        }
        kits = stock_formula.count_kits(there, needs)
        scarce = min(there, key=lambda part: there[part] / needs[part]) if there else False
        name = self.env["product.product"].browse(scarce or ()).sudo().display_name or ""
        return (stock_formula.Place(f"kit:{name}", kits, ZERO),)

    def _get_places(self, warehouse, product_id):
        return [
            stock_formula.Place(name, *amount, share)
            for location, name, share in self.counted[warehouse]
            if (amount := self.amounts[location.id].get(product_id))
        ]

    def get_awaiting(self, warehouse, product_id):
        """Of kits the parts count, which ``get_places`` has taken off already."""
        return ZERO if product_id in self.kits else self._get_own(warehouse, product_id)

    def _get_own(self, warehouse, product_id):
        return self.awaiting.get((warehouse, product_id), ZERO)

    def _read_amounts(self, roots):
        for root in roots:
            self.amounts[root.id] = {}
        if not roots or not self.product_ids:
            return
        places = self._find_places(roots)
        rows = self.env.execute_query(
            SQL(
                """SELECT place.root_id, quant.product_id, sum(quant.quantity), sum(quant.reserved_quantity)
                     FROM unnest(%s, %s) AS place (root_id, location_id)
                     JOIN stock_quant quant ON quant.location_id = place.location_id
                    WHERE quant.product_id = ANY(%s)
                 GROUP BY place.root_id, quant.product_id""",
                [root_id for root_id, _location_id in places],
                [location_id for _root_id, location_id in places],
                list(self.product_ids),
            )
        )
        for root_id, product_id, on_hand, reserved in rows:
            self.amounts[root_id][product_id] = (exact(on_hand), exact(reserved))

    def _find_places(self, roots):
        """[(counted location, it or a sublocation of it)]; what lies with a marketplace is nobody's to pack."""
        Location = self.env["stock.location"].sudo().with_context(active_test=False)
        fbo = self.env["marketplace.account"]._get_all_fbo_locations()
        away = Location.search([("id", "child_of", fbo.ids)])
        inside = Location.search([("id", "child_of", [root.id for root in roots]), ("usage", "=", "internal")]) - away
        return [
            (root.id, place.id) for root in roots for place in inside if place.parent_path.startswith(root.parent_path)
        ]

    def _read_awaiting(self, warehouses):
        """Pieces of postings that are no order yet, and of deliveries of postings that hold no stock."""
        if not self.product_ids:
            return
        rows = self.env.execute_query(self._get_unmade()) + self.env.execute_query(self._get_unreserved())
        for product_id, path, pieces in rows:
            pieces = self.reader._exact(pieces)
            if pieces <= 0:
                continue
            for warehouse in warehouses:
                if any(
                    path.startswith(location.parent_path) or location.parent_path.startswith(path)
                    for location, *_rest in self.counted[warehouse]
                ):
                    for part, need in self.kits.get(product_id, {product_id: Decimal(1)}).items():
                        self.awaiting[warehouse, part] += pieces * need

    def _get_unmade(self):
        return SQL(
            """SELECT offer.product_id, place.parent_path,
                      sum(COALESCE(line.there_quantity, line.quantity, 0) * COALESCE(unit.factor / base.factor, 1))
                 FROM marketplace_order posting
                 JOIN marketplace_order_line line ON line.order_id = posting.id
                 JOIN marketplace_offer offer ON offer.account_id = posting.account_id
                  AND (offer.id = line.offer_id OR (line.offer_id IS NULL AND offer.sku = line.sku))
                 JOIN product_product product ON product.id = offer.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom unit ON unit.id = offer.uom_id
            LEFT JOIN uom_uom base ON base.id = template.uom_id
                 JOIN marketplace_account account ON account.id = posting.account_id
            LEFT JOIN marketplace_warehouse there ON there.id = posting.warehouse_id
                 JOIN stock_warehouse warehouse ON warehouse.id = COALESCE(there.warehouse_id, account.warehouse_id)
                 JOIN stock_location place ON place.id = warehouse.lot_stock_id
                WHERE posting.sale_order_id IS NULL AND posting.state IN ('received', 'mapping', 'problem')
                  AND posting.scheme != %s AND posting.status = ANY(%s)
             GROUP BY offer.product_id, place.parent_path""",
            status.FBO,
            list(WANTING),
        )

    def _get_unreserved(self):
        return SQL(
            """SELECT move.product_id, place.parent_path, sum(move.product_qty - COALESCE(held.pieces, 0))
                 FROM stock_move move
                 JOIN sale_order_line line ON line.id = move.sale_line_id
                 JOIN sale_order sale ON sale.id = line.order_id
                 JOIN stock_location place ON place.id = move.location_id
            LEFT JOIN LATERAL (SELECT sum(quantity_product_uom) AS pieces FROM stock_move_line
                                WHERE move_id = move.id) held ON true
                WHERE move.state IN ('confirmed', 'partially_available') AND sale.marketplace_order_id IS NOT NULL
             GROUP BY move.product_id, place.parent_path"""
        )
