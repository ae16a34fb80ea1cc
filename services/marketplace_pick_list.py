import re
from collections import defaultdict

from odoo import api, models


class MarketplacePickList(models.AbstractModel):
    """Which goods of which postings lie where, and the order in which a person walks past them."""

    _name = "marketplace.pick.list"
    _description = "Marketplace Pick List"

    @api.model
    def _get_pick_order(self, orders):
        """The postings in the order of the walk through the warehouse: shelf, product, then the earlier deadline.

        Postings of one product lie side by side; what is not reserved anywhere comes last. The queries are the same
        few for any number of postings.
        """
        goods = self._get_goods(orders)
        return orders.sorted(lambda order: self._get_walk_key(order, goods[order]["pieces"]))

    def _get_walk_key(self, order, pieces):
        deadline = order.ship_by.timestamp() if order.ship_by else float("inf")
        if not pieces:
            return (1, [], [], 0, deadline, order.id)
        first = pieces[0]
        return (0, first["walk"], first["article_key"], len(pieces), deadline, order.id)

    @api.model
    def _get_goods(self, orders):
        """What is to be fetched for each posting, or was fetched for it.

        :return: {order: {"pieces": [piece], "missing": [(product, quantity)], "known": has it any move at all?}},
            each piece is {"location", "product", "quantity", "walk", "article_key"}, in walking order, quantities in
            the product's own unit
        """
        moves_by_sale = self._get_moves(orders.sale_order_id)
        goods = {}
        for order in orders:
            moves = moves_by_sale[order.sale_order_id]
            goods[order] = {
                "pieces": self._get_pieces(moves),
                "missing": self._get_missing(moves),
                "known": bool(moves),
            }
        return goods

    def _get_moves(self, sales):
        """{sale order: the moves that take goods from the shelves}; with picking in steps the first open ones."""
        # Read for all at once, however many: record by record would be some queries each.
        every = sales.picking_ids.move_ids
        every.move_line_ids.fetch(["quantity", "quantity_product_uom", "location_id", "product_id"])
        every.move_orig_ids.fetch(["state"])
        every.location_id.fetch(["usage", "complete_name"])
        every.product_id.mapped("name")
        result = defaultdict(self.env["stock.move"].browse)
        for sale in sales:
            pickings = sale.picking_ids
            moves = pickings.move_ids.filtered(
                lambda move: move.state != "cancel" and move.location_id.usage in ("internal", "transit")
            )
            to_do = moves.filtered(
                lambda move: (
                    move.state != "done" and all(origin.state in ("done", "cancel") for origin in move.move_orig_ids)
                )
            )
            result[sale] = to_do or moves.filtered(lambda move: not move.move_orig_ids)
        return result

    def _get_pieces(self, moves):
        quantities = defaultdict(float)
        for line in moves.move_line_ids:
            if line.quantity:
                quantities[line.location_id, line.product_id] += line.quantity_product_uom
        pieces = [
            {
                "location": location,
                "product": product,
                "quantity": quantity,
                "walk": self._get_natural_key(location.complete_name),
                "article_key": self._get_natural_key(product.default_code or product.name),
            }
            for (location, product), quantity in quantities.items()
        ]
        return sorted(pieces, key=lambda piece: (piece["walk"], piece["article_key"], piece["product"].id))

    def _get_missing(self, moves):
        missing = defaultdict(float)
        for move in moves:
            if move.state == "done":
                continue
            lacking = move.product_qty - sum(move.move_line_ids.mapped("quantity_product_uom"))
            if move.product_id.uom_id.compare(lacking, 0) > 0:
                missing[move.product_id] += lacking
        return list(missing.items())

    def _get_natural_key(self, text):
        """Shelf 2 comes before shelf 10."""
        return [int(part) if part.isdigit() else part.lower() for part in re.split(r"([0-9]+)", text or "")]

    @api.model
    def _get_short_number(self, order):
        """What of a number tells postings apart at a glance: …4035-0001-2."""
        match = re.fullmatch(r"[0-9]*?([0-9]{4}(?:-[0-9]+)+)", order.number)
        return f"…{match[1]}" if match and match[1] != order.number else order.number
