from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import status
from ..services import stock_formula

#: Fields that change what is shown; the locations tell of themselves.
FORMULA_FIELDS = {
    "stock_active", "stock_basis", "stock_buffer", "stock_threshold", "stock_cap", "stock_pack", "active",
}  # fmt: skip


class MarketplaceWarehouse(models.Model):
    """How much of a product the warehouse of the cabinet shows (STK1)."""

    _inherit = "marketplace.warehouse"

    stock_active = fields.Boolean(
        "Send Stock",
        help="Off: the numbers are computed and can be looked at, and nothing is sent.",
    )
    stock_location_ids = fields.One2many("marketplace.stock.location", "warehouse_id", "Locations", copy=True)
    stock_basis = fields.Selection(
        [("free", "Free: on hand minus reserved"), ("on_hand", "On hand")],
        "Counted",
        required=True,
        default="free",
        help="On hand counts goods that are reserved for somebody, too: whoever sells them twice disappoints a buyer.",
    )
    stock_buffer = fields.Float("Safety Buffer", digits="Product Unit", help="Pieces that are kept back.")
    stock_threshold = fields.Integer("Fewest to Show", aggregator=None, help="Fewer pieces are not shown at all.")
    stock_cap = fields.Integer("At Most", aggregator=None, help="0: no limit.")
    stock_pack = fields.Integer("Whole Packs Of", default=1, aggregator=None, help="1: single pieces.")
    stock_rule_ids = fields.One2many("marketplace.stock.rule", "warehouse_id", "Exceptions")
    pool_member_ids = fields.One2many("marketplace.stock.pool.member", "warehouse_id")
    preview_offer_id = fields.Many2one(
        "marketplace.offer",
        "Try It With",
        store=False,
        domain="[('account_id', '=', account_id), ('product_id', '!=', False)]",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # === COMPUTE METHODS === #
    @api.depends("preview_offer_id", *(FORMULA_FIELDS - {"active", "stock_active"}))
    @api.depends("stock_location_ids", "stock_location_ids.location_id", "stock_location_ids.share")
    def _compute_preview(self):
        """With the numbers as they stand on the screen, saved or not."""
        for warehouse in self:
            offer = warehouse.preview_offer_id
            warehouse.preview = offer and self.env["marketplace.stock.text"]._render(
                self.env["marketplace.stock.reader"]._explain(offer, warehouse)
            )

    # === CONSTRAINT METHODS === #
    @api.constrains("stock_active", "stock_location_ids", "stock_cap", "stock_pack", "stock_buffer", "stock_threshold")
    def _check_stock(self):
        for warehouse in self:
            if min(warehouse.stock_buffer, warehouse.stock_threshold, warehouse.stock_cap) < 0:
                raise ValidationError(self.env._("Buffer, threshold and limit cannot be negative."))
            if warehouse.stock_pack < 1:
                raise ValidationError(self.env._("A pack has at least one piece."))
            problem = warehouse.stock_active and warehouse._get_stock_problem()
            if problem:
                raise ValidationError(problem)

    def _get_stock_problem(self):
        """Why nothing could ever be sent with these settings, in one sentence."""
        if self.scheme == status.FBO:
            return self.env._("%s belongs to the marketplace: its stock is not yours to send.", self.name)
        if not any(line.share for line in self.stock_location_ids):
            return self.env._(
                "Nothing would be sent to %s: choose at least one location with a share above 0 %%.", self.name
            )
        if self.stock_cap and self.stock_cap < self.stock_pack:
            return self.env._(
                "Nothing would ever be shown in %(warehouse)s: at most %(cap)s pieces, but packs of %(pack)s.",
                warehouse=self.name,
                cap=self.stock_cap,
                pack=self.stock_pack,
            )
        if self.stock_cap and self.stock_cap < self.stock_threshold:
            return self.env._(
                "Nothing would ever be shown in %(warehouse)s: at most %(cap)s pieces, and 0 below %(threshold)s.",
                warehouse=self.name,
                cap=self.stock_cap,
                threshold=self.stock_threshold,
            )
        return False

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if FORMULA_FIELDS & vals.keys():
            self.account_id._recompute_stock()
        return result

    # === ACTION METHODS === #
    def action_view_stock(self):
        """Preview: what would be sent, computed now, beside what was sent."""
        self.ensure_one()
        self.env["marketplace.stock.engine"].sudo()._compute_account(self.account_id)
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_stock")
        return {**action, "domain": [("warehouse_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #
    def _get_counted_locations(self):
        """Locations whose goods the warehouse shows; the marketplace's own holds those of the FBO location."""
        self.ensure_one()
        if self.scheme == status.FBO:
            return self.account_id.fbo_location_id
        return self.stock_location_ids.location_id

    def _get_stock_rule(self):
        """``stock_formula.Rule`` of the settings on the record, saved or not."""
        self.ensure_one()
        return stock_formula.Rule(
            basis=self.stock_basis or "free",
            buffer=stock_formula.exact(self.stock_buffer),
            threshold=self.stock_threshold,
            cap=self.stock_cap or None,
            pack=max(self.stock_pack, 1),
        )
