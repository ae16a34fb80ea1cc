from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    marketplace_line_ids = fields.One2many("marketplace.order.line", "sale_line_id", "Posting Lines")

    def action_why_stock(self):
        """*Why is it 7?* of a line of a marketplace order."""
        return self.product_id.action_why_stock()

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Override of `sale_stock` to make, for a batch of marketplace orders, what each line would make alone."""
        if self.env.context.get("marketplace_batch"):
            self = self.with_context(marketplace_rules={})
            self._create_references_together()
        return super()._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)

    def _create_references_together(self):
        """One stock reference per order, as `sale_stock` makes it, in one create."""
        first_lines = {}
        for line in self:
            order = line.order_id
            if line.state == "sale" and line.product_id.type == "consu" and not order.stock_reference_ids:
                first_lines.setdefault(order, line)
        self.env["stock.reference"].create([line._prepare_reference_vals() for line in first_lines.values()])
