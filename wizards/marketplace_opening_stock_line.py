from odoo import api, fields, models


class MarketplaceOpeningStockLine(models.TransientModel):
    """A product that is taken in: how much, where to, and at what cost."""

    _name = "marketplace.opening.stock.line"
    _description = "Opening Stock of a Product"
    _order = "id"
    _rec_name = "product_id"
    _check_company_auto = True

    wizard_id = fields.Many2one("marketplace.opening.stock", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    product_id = fields.Many2one(
        "product.product", required=True, check_company=True, ondelete="cascade", domain="[('is_storable', '=', True)]"
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    location_id = fields.Many2one(
        "stock.location",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        check_company=True,
        domain="[('id', 'child_of', parent.location_id)]",
    )
    lot_id = fields.Many2one("stock.lot", readonly=True, help="Whose pieces are below zero.")
    reason = fields.Selection(
        [
            ("negative", "Below zero"),
            ("demand", "Orders wait for it"),
            ("both", "Below zero, orders wait"),
            ("list", "From the list"),
            ("hand", "By hand"),
        ],
        default="hand",
        readonly=True,
    )
    now = fields.Float("On Hand Now", digits="Product Unit", compute="_compute_now")
    quantity = fields.Float("To Take In", digits="Product Unit", default=1)
    after = fields.Float("On Hand After", digits="Product Unit", compute="_compute_after")
    cost = fields.Float("Cost per Unit", digits="Product Price", default=0.01)
    value = fields.Monetary(compute="_compute_value")
    problem = fields.Char(compute="_compute_problem")

    @api.depends("wizard_id.location_id")
    def _compute_location_id(self):
        for line in self:
            line.location_id = line.location_id or line.wizard_id.location_id

    @api.depends("product_id", "location_id", "lot_id")
    def _compute_now(self):
        service = self.env["marketplace.opening.stock.service"]
        on_hand = service._read_on_hand(self.location_id, self.product_id)
        for line in self:
            line.now = on_hand[(line.product_id._origin.id, line.location_id._origin.id, line.lot_id._origin.id)]

    @api.depends("now", "quantity")
    def _compute_after(self):
        for line in self:
            line.after = line.now + line.quantity

    @api.depends("quantity", "cost")
    def _compute_value(self):
        for line in self:
            line.value = line.quantity * line.cost

    @api.depends("product_id", "quantity", "cost", "lot_id", "wizard_id.lot_name")
    def _compute_problem(self):
        service = self.env["marketplace.opening.stock.service"]
        for line in self:
            line.problem = line.product_id and service._get_problem(line)
