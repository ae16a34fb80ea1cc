from odoo import api, models

#: Fields of a quant that change how much may be sold.
MOVING = {"quantity", "reserved_quantity", "location_id", "product_id"}


class StockQuant(models.Model):
    _inherit = "stock.quant"

    # === CRUD METHODS === #
    # Whatever moves goods ends here: receipts, deliveries, reservations, manufacturing, inventories, scrap.
    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        self.env["marketplace.stock.change"]._mark(quants.product_id)
        return quants

    def write(self, vals):
        if not MOVING.isdisjoint(vals):
            self.env["marketplace.stock.change"]._mark(self.product_id)
        return super().write(vals)

    def unlink(self):
        self.env["marketplace.stock.change"]._mark(self.product_id)
        return super().unlink()

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

    @api.model
    def _join_rows(self, products):
        """Put the rows of goods that lie in several of one place together, unless somebody works on one of them.

        To be called before anything else in a transaction: all that is cached is forgotten.
        """
        place = ["product_id", "location_id", "lot_id", "package_id", "owner_id"]
        groups = self.sudo()._read_group(
            [("product_id", "in", products.ids)], place, ["id:recordset"], having=[("__count", ">", 1)]
        )
        doubled = self.sudo().concat(*(rows for *_place, rows in groups))
        if doubled and doubled.try_lock_for_update(allow_referencing=True) == doubled:
            doubled._merge_quants()
