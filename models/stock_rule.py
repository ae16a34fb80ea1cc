from odoo import api, models


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def _get_rule(self, product_id, location_id, values):
        """Override of `stock` to look a rule up once for all lines of a batch that would find the same one."""
        found = self.env.context.get("marketplace_rules")
        if found is None:
            return super()._get_rule(product_id, location_id, values)
        packaging = values.get("packaging_uom_id") or self.env["uom.uom"]
        key = (
            location_id.id,
            (values.get("warehouse_id") or self.env["stock.warehouse"]).id,
            tuple((values.get("route_ids") or self.env["stock.route"]).ids),
            tuple(packaging.package_type_id.route_ids.ids),
            tuple(product_id.route_ids.ids),
            tuple(product_id.categ_id.total_route_ids.ids),
            (values.get("company_id") or self.env["res.company"]).id,
        )
        if key not in found:
            found[key] = super()._get_rule(product_id, location_id, values)
        return found[key]
