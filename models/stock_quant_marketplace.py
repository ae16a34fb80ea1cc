from odoo import api, fields, models
from odoo.fields import Domain


class StockQuant(models.Model):
    """What marketplaces show of the goods of a location (STK4).

    Computed when looked at, never stored: a comparison of fifty thousand listings must not write into rows that
    deliveries are waiting for.
    """

    _inherit = "stock.quant"

    marketplace_quantity = fields.Float(
        "Shown on Marketplaces",
        compute="_compute_marketplace",
        digits="Product Unit",
        groups="sale_marketplace.group_user",
        help="At the last comparison: of the product in all warehouses of cabinets that count this location; in the "
        "FBO location, what the marketplace holds.",
    )
    marketplace_difference = fields.Float(
        "Differs There",
        compute="_compute_marketplace",
        search="_search_marketplace_difference",
        digits="Product Unit",
        groups="sale_marketplace.group_user",
        help="What the marketplaces show more (or less) than they should.",
    )
    marketplace_checked_at = fields.Datetime(
        "Compared with Marketplaces",
        compute="_compute_marketplace",
        search="_search_marketplace_checked_at",
        groups="sale_marketplace.group_user",
    )

    @api.depends("product_id", "location_id")
    def _compute_marketplace(self):
        rows = self.env["marketplace.stock"].search(
            [("product_id", "in", self.product_id.ids), ("there_known", "=", True)]
        )
        by_product = rows.grouped("product_id")
        units = {row: row._get_unit() for row in rows}
        # Beginnings of the paths of the locations whose goods a warehouse of a cabinet shows.
        paths = {
            place: tuple(place.sudo()._get_counted_locations().mapped("parent_path")) for place in rows.warehouse_id
        }
        for quant in self:
            path = quant.location_id.parent_path or ""
            found = by_product.get(quant.product_id, rows.browse()).filtered(
                lambda row, path=path: path.startswith(paths[row.warehouse_id])
            )
            quant.marketplace_quantity = float(sum(row.there_quantity * units[row] for row in found))
            quant.marketplace_difference = float(sum(row.difference * units[row] for row in found))
            quant.marketplace_checked_at = max(found.mapped("checked_at"), default=False)

    def _search_marketplace_difference(self, operator, value):
        """Only «differs» and «does not differ» are asked."""
        if operator not in ("=", "!=") or value:
            return NotImplemented
        differs = self._get_compared_domain([("to_reconcile", "=", True)])
        return differs if operator == "!=" else ~differs

    def _search_marketplace_checked_at(self, operator, value):
        return self._get_compared_domain([("there_known", "=", True), ("checked_at", operator, value)])

    def _get_compared_domain(self, domain):
        places = self.env["marketplace.stock"]._read_group(
            [*domain, ("product_id", "!=", False)], ["warehouse_id"], ["product_id:array_agg"]
        )
        return Domain.OR(
            Domain("product_id", "in", product_ids)
            & Domain("location_id", "child_of", place.sudo()._get_counted_locations().ids)
            for place, product_ids in places
        )
