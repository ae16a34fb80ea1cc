from collections import defaultdict

from odoo import models
from odoo.tools import SQL, clean_context, float_compare, mute_logger


class StockMove(models.Model):
    """The same pickings, reservations and states as plain Odoo makes, for a whole batch of marketplace orders.

    All but cancelling works only under the context key ``marketplace_batch`` and leaves whatever is not simple (chains,
    lots, packages, negative quants, special removal strategies) to Odoo's own code, move by move.
    """

    _inherit = "stock.move"

    # === CONFIRMING === #
    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Override of `stock` to create the pickings of a batch together."""
        if self.env.context.get("marketplace_batch"):
            alone = self._assign_pickings_together()
            merge = merge and not alone
        return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _assign_pickings_together(self):
        """Put draft moves of fresh references into new pickings, grouped as `_assign_picking` groups them.

        Returns whether nothing in these pickings could be merged, so that the search for it can be left out.
        """
        groups = defaultdict(lambda: self.env["stock.move"])
        for move in self:
            if (
                move.state == "draft"
                and move.reference_ids
                and move._should_be_assigned()
                and move.product_uom_qty >= 0
            ):
                groups[move._key_assign_picking()] |= move
        taken = self._get_references_with_pickings()
        groups = [moves for moves in groups.values() if not moves.reference_ids & taken]
        if not groups:
            return False
        self = self.with_env(self.env(context=clean_context(self.env.context)))
        pickings = self.env["stock.picking"].create(self._prepare_pickings_together(groups))
        for moves, picking in zip(groups, pickings, strict=True):
            moves.write({"picking_id": picking.id})
        pickings._log_origin_together()
        for moves in groups:
            moves.with_context(marketplace_origin_logged=True)._assign_picking_post_process(new=True)
        assigned = self.env["stock.move"].union(*groups)
        lines = {(move.picking_id, move.product_id, move.sale_line_id) for move in assigned}
        return assigned == self and len(lines) == len(self)

    def _get_references_with_pickings(self):
        """References whose moves are in a picking already: Odoo looks whether it can take more."""
        moves = self.search([("reference_ids", "in", self.reference_ids.ids), ("picking_id", "!=", False)])
        return moves.reference_ids

    def _prepare_pickings_together(self, groups):
        """Values of one picking per group, with their names drawn in one query per operation type."""
        vals_list = [moves._get_new_picking_values() for moves in groups]
        by_type = defaultdict(list)
        for vals in vals_list:
            by_type[vals["picking_type_id"]].append(vals)
        for type_id, type_vals in by_type.items():
            sequence = self.env["stock.picking.type"].browse(type_id).sequence_id.sudo()
            names = sequence._draw_together(len(type_vals)) or []
            for vals, name in zip(type_vals, names, strict=False):
                vals["name"] = name
        return vals_list

    def _trigger_scheduler(self):
        """Override of `stock`: ask once for the whole transaction which products have automatic reordering at all."""
        if not self.env.context.get("marketplace_batch") or not self:
            return super()._trigger_scheduler()
        found = self.env.context.get("marketplace_rules", {})
        if "orderpoints" not in found:
            found["orderpoints"] = set(
                self.env["stock.warehouse.orderpoint"].search([("trigger", "=", "auto")]).product_id.ids
            )
        return super(
            StockMove, self.filtered(lambda move: move.product_id.id in found["orderpoints"])
        )._trigger_scheduler()

    # === CANCELLING === #
    def _action_cancel(self):
        """Override of `stock`: a delivery that held no stock changes none when it ends, but what it waited for may be
        sold again."""
        self.env["marketplace.stock.change"]._mark(self.product_id)
        return super()._action_cancel()

    # === RESERVING === #
    def _action_assign(self, force_qty=False):
        """Override of `stock` to reserve the simple moves of a batch with one look at the stock."""
        if force_qty or not self.env.context.get("marketplace_batch"):
            return super()._action_assign(force_qty=force_qty)
        self._hold_quants()
        together = self._reserve_together()
        return super(StockMove, self - together)._action_assign(force_qty=force_qty)

    def _hold_quants(self):
        """Take the rows of the goods before anybody looks at what is free in them.

        Whoever else has one may be promising the same piece at this moment, which nobody can see before he has
        finished: the race is lost then, and the batch is done again a moment later. Odoo would give the second one a
        row of his own, and promise the last piece twice.
        """
        if not self:
            return
        quants = self.env["stock.quant"].sudo()
        domain = [("product_id", "in", self.product_id.ids), ("location_id", "child_of", self.location_id.ids)]
        query = quants._search(domain, order="id")
        with mute_logger("odoo.sql_db"):
            self.env.execute_query(SQL("%s FOR NO KEY UPDATE OF stock_quant NOWAIT", query.select()))

    def _reserve_together(self):
        """Reserve what can be reserved without special cases. Returns the moves that were dealt with."""
        done = self.env["stock.move"]
        for location, moves in self._get_simply_reservable().grouped("location_id").items():
            quants = self._get_simple_quants(moves.product_id, location)
            done |= moves.filtered(lambda move, quants=quants: move.product_id.id in quants)._reserve_from(quants)
        return done

    def _get_simply_reservable(self):
        """All moves of a product, or none of them: first come, first served, whoever reserves it."""
        places = self.location_id
        nested = places.filtered(
            lambda place: any(
                place != other
                and (place.parent_path.startswith(other.parent_path) or other.parent_path.startswith(place.parent_path))
                for other in places
            )
        )
        simple = self.filtered(lambda move: move.location_id not in nested and move._is_simply_reservable())
        difficult = (self - simple).product_id
        return simple.filtered(lambda move: move.product_id not in difficult) if difficult else simple

    def _is_simply_reservable(self):
        self.ensure_one()
        product = self.product_id
        return (
            self.state == "confirmed"
            and not self.picked
            and not self.move_orig_ids
            and not self.move_line_ids
            and self.procure_method == "make_to_stock"
            and self.product_uom == product.uom_id
            and product.tracking == "none"
            and product.categ_id.packaging_reserve_method != "full"
            and self.location_dest_id.usage == "customer"
            and not self._should_bypass_reservation()
            and self.env["stock.quant"]._get_removal_strategy(product, self.location_id) in ("fifo", "lifo")
        )

    def _get_simple_quants(self, products, location):
        """{product id: quants in removal order}, but for products with owned, packed or negative quants."""
        Quant = self.env["stock.quant"].sudo()
        found = defaultdict(lambda: Quant)
        domain = [("product_id", "in", products.ids), ("location_id", "child_of", location.id)]
        quants = Quant.search(domain, order="in_date, id")
        for product, product_quants in quants.grouped("product_id").items():
            places = [quant.location_id for quant in product_quants]
            simple = len(set(places)) == len(places)
            if simple and all(
                not (quant.lot_id or quant.package_id or quant.owner_id) and quant.quantity >= quant.reserved_quantity
                for quant in product_quants
            ):
                lifo = Quant._get_removal_strategy(product, location) == "lifo"
                found[product.id] = product_quants[::-1] if lifo else product_quants
        for product in products - quants.product_id:
            found[product.id] = Quant
        return dict(found)

    def _reserve_from(self, quants):
        """Distribute the quants over the moves in their order; one create for the move lines, one write per quant."""
        free = {quant: quant.quantity - quant.reserved_quantity for group in quants.values() for quant in group}
        taken, line_vals = defaultdict(float), []
        full, partial = self.env["stock.move"], self.env["stock.move"]
        for move in self:
            need, uom = move.product_qty, move.product_id.uom_id
            for quant in quants[move.product_id.id]:
                quantity = min(need, free[quant])
                if uom.compare(quantity, 0) <= 0:
                    continue
                line_vals.append(move._prepare_move_line_vals(quantity=quantity, reserved_quant=quant))
                free[quant] -= quantity
                taken[quant] += quantity
                need -= quantity
            if float_compare(need, 0, precision_rounding=uom.rounding) <= 0:
                full |= move
            elif need < move.product_qty:
                partial |= move
        for quant, quantity in taken.items():
            quant.reserved_quantity += quantity
        self.env["stock.move.line"].with_context(marketplace_quants_reserved=True).create(line_vals)
        partial.write({"state": "partially_available"})
        full.write({"state": "assigned"})
        return self
