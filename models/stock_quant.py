from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _update_reserved_quantity(
        self, product_id, location_id, quantity, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        """Override of `stock`: a batch has reserved its quants before it creates the move lines (`stock.move`), and
        goods that lie in several rows of one place are counted in all of them.

        While two transactions work on the same stock, Odoo gives the later one a row of its own; at night it puts them
        together. Until then it takes a reservation that ends from whichever row comes first, at most what that one
        holds: what another row holds would stay reserved for nobody.
        """
        if self.env.context.get("marketplace_quants_reserved"):
            return None
        place = {"lot_id": lot_id, "package_id": package_id, "owner_id": owner_id}
        if quantity and self._reserve_in_rows(product_id, location_id, quantity, place):
            return None
        return super()._update_reserved_quantity(product_id, location_id, quantity, strict=strict, **place)

    def _reserve_in_rows(self, product, location, quantity, place):
        """Change the reservation of goods that lie in several rows. Returns False where Odoo's own way is right."""
        rows = self.sudo()._gather(product, location, strict=True, **place)
        lot = place["lot_id"] or self.env["stock.lot"]
        rows = rows.filtered(lambda row: row.lot_id == lot)
        locked = rows.try_lock_for_update(allow_referencing=True) if len(rows) > 1 else rows.browse()
        if not locked:
            return False
        if quantity < 0:
            # Never below nothing in all rows together, those included that another transaction holds.
            quantity = -min(-quantity, max(sum(rows.mapped("reserved_quantity")), 0.0))
            for row in locked.filtered(lambda row: row.reserved_quantity > 0):
                part = min(row.reserved_quantity, -quantity)
                row.reserved_quantity -= part
                quantity += part
        if not product.uom_id.is_zero(quantity):
            locked[0].reserved_quantity += quantity
        return True

    def _join_rows(self):
        """Put the rows of goods that lie in several of one place together, if none of them is being worked on.

        :param self: all rows of some products in some locations, locked
        :return: whether anything has changed: rows are gone then
        """
        doubled = self.browse()
        for _place, rows in self.grouped(
            lambda row: (row.product_id, row.location_id, row.lot_id, row.package_id, row.owner_id)
        ).items():
            if len(rows) > 1:
                doubled |= rows
        if doubled:
            self.env.flush_all()
            doubled._merge_quants()
        return bool(doubled)
