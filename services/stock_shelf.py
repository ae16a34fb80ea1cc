"""What lies on the shelves, for many products by a handful of grouped queries."""

from collections import defaultdict
from decimal import Decimal

from odoo.tools import SQL

from ..marketplaces.base import status
from . import stock_formula

#: Postings in these statuses still want goods from the shelf.
WANTING = (status.NEW, status.TO_CONFIRM, status.TO_ASSEMBLE, status.ASSEMBLED)
ZERO = Decimal(0)
NOTHING = (ZERO, ZERO)


class Shelf:
    """What lies in the locations that warehouses count, and what is promised but not reserved yet."""

    def __init__(self, env, warehouses, product_ids, kits):
        self.env = env
        self.product_ids, self.kits = product_ids, kits
        self.counted = {}
        self.amounts = {}
        self.awaiting = defaultdict(lambda: defaultdict(lambda: ZERO))
        self._add(warehouses)

    def include(self, warehouses):
        """Look at the locations of further warehouses, too. Returns the shelf."""
        fresh = [place for place in warehouses if place not in self.counted]
        if fresh:
            self._add(fresh)
        return self

    def _add(self, warehouses):
        lines = {place: [line for line in place.stock_location_ids if line.location_id] for place in warehouses}
        roots = {line.location_id for counted in lines.values() for line in counted}
        self._read_amounts({root for root in roots if root.id not in self.amounts})
        for warehouse in warehouses:
            self.counted[warehouse] = [
                (line.location_id.display_name, stock_formula.exact(line.share), self.amounts[line.location_id.id])
                for line in lines[warehouse]
            ]
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
            for name, share, amounts in self.counted[warehouse]
            if (amount := amounts.get(product_id))
        ]

    def get_awaiting(self, warehouse, product_id):
        """Of kits the parts count, which ``get_places`` has taken off already."""
        return ZERO if product_id in self.kits else self._get_own(warehouse, product_id)

    def _get_own(self, warehouse, product_id):
        return self.awaiting[warehouse].get(product_id, ZERO)

    def _read_amounts(self, roots):
        for root in roots:
            self.amounts[root.id] = {}
        if not roots or not self.product_ids:
            return
        places = self._find_places(roots)
        # Most goods lie in one row of one place: adding the others up here is quicker than sorting them all there.
        rows = self.env.execute_query(
            SQL(
                """SELECT place.root_id, quant.product_id, quant.quantity, quant.reserved_quantity
                     FROM unnest(%s, %s) AS place (root_id, location_id)
                     JOIN stock_quant quant ON quant.location_id = place.location_id
                    WHERE quant.product_id = ANY(%s)""",
                [root_id for root_id, _location_id in places],
                [location_id for _root_id, location_id in places],
                list(self.product_ids),
            )
        )
        exact = stock_formula.exact
        for root_id, product_id, on_hand, reserved in rows:
            amounts = self.amounts[root_id]
            before = amounts.get(product_id, NOTHING)
            amounts[product_id] = (before[0] + exact(on_hand or 0), before[1] + exact(reserved or 0))

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
        """Pieces of postings that are no order yet, and of deliveries of postings that hold no stock. Of all products:
        these are few, and among them may be kits that hold parts of ours."""
        rows = self.env.execute_query(self._get_unmade()) + self.env.execute_query(self._get_unreserved())
        sold = {product_id for product_id, *_rest in rows}
        kits = {**self.kits, **self.env["marketplace.stock.reader"]._read_kits(sold - self.kits.keys())}
        paths = {warehouse: warehouse.stock_location_ids.location_id.mapped("parent_path") for warehouse in warehouses}
        for product_id, path, pieces in rows:
            pieces = stock_formula.exact(pieces)
            if pieces <= 0:
                continue
            for warehouse in warehouses:
                if any(path.startswith(counted) or counted.startswith(path) for counted in paths[warehouse]):
                    for part, need in kits.get(product_id, {product_id: Decimal(1)}).items():
                        self.awaiting[warehouse][part] += pieces * need

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
