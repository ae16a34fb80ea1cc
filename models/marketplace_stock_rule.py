from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services import stock_formula

#: What a rule may be about, the most particular first.
TARGETS = [
    ("product", "Product"),
    ("attribute", "Brand or Other Attribute"),
    ("tag", "Product Tag"),
    ("category", "Product Category"),
]


class MarketplaceStockRule(models.Model):
    """An exception from a warehouse's stock formula, for a product, a brand, a tag or a category."""

    _name = "marketplace.stock.rule"
    _description = "Marketplace Stock Rule"
    _inherit = ["marketplace.stock.base"]
    _order = "account_id, target, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._get_only_account(),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        "marketplace.warehouse",
        "Warehouse There",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('account_id', '=', account_id)]",
        help="Empty: in all warehouses of the cabinet.",
    )
    target = fields.Selection(TARGETS, "Applies to", required=True, default="product")
    product_id = fields.Many2one("product.product", index="btree_not_null", check_company=True, ondelete="cascade")
    attribute_value_id = fields.Many2one("product.attribute.value", index="btree_not_null", ondelete="cascade")
    tag_id = fields.Many2one("product.tag", index="btree_not_null", ondelete="cascade")
    category_id = fields.Many2one(
        "product.category", index="btree_not_null", ondelete="cascade", help="And all below it."
    )
    mode = fields.Selection(
        [
            ("adjust", "Other Numbers"),
            ("fixed", "Fixed Quantity"),
            ("exclude", "Sell None (0 is sent)"),
            ("unmanaged", "Leave Alone (nothing is sent)"),
        ],
        "Effect",
        required=True,
        default="adjust",
        help="Other Numbers: the filled ones replace those of the warehouse.\n"
        "Leave Alone: the number in the cabinet is kept by hand there.",
    )
    buffer = fields.Float("Safety Buffer", digits="Product Unit")
    threshold = fields.Integer("Fewest to Show", aggregator=None)
    cap = fields.Integer("At Most", aggregator=None, help="0: no limit of its own.")
    pack = fields.Integer("Whole Packs Of", aggregator=None, help="0: as the warehouse.")
    fixed = fields.Integer("Quantity", aggregator=None, help="Shown whatever lies in Odoo.")
    set_buffer = fields.Boolean("Own Buffer")
    set_threshold = fields.Boolean("Own Threshold")

    # === COMPUTE METHODS === #
    @api.depends("target", "product_id", "attribute_value_id", "tag_id", "category_id", "mode")
    def _compute_display_name(self):
        modes = dict(self._fields["mode"]._description_selection(self.env))
        for rule in self:
            parts = (rule.target and rule._get_target().display_name, modes.get(rule.mode))
            rule.display_name = ": ".join(filter(None, parts))

    # === CONSTRAINT METHODS === #
    @api.constrains("target", "product_id", "attribute_value_id", "tag_id", "category_id")
    def _check_target(self):
        for rule in self:
            if not rule._get_target():
                raise ValidationError(self.env._("Choose what the rule is about."))

    @api.constrains("buffer", "threshold", "cap", "pack", "fixed")
    def _check_numbers(self):
        for rule in self:
            if min(rule.buffer, rule.threshold, rule.cap, rule.pack, rule.fixed) < 0:
                raise ValidationError(self.env._("Buffer, threshold, limit, pack and quantity cannot be negative."))

    # === BUSINESS METHODS === #
    @api.model
    def _get_only_account(self):
        accounts = self.env["marketplace.account"].search([("company_id", "in", self.env.companies.ids)], limit=2)
        return accounts if len(accounts) == 1 else accounts.browse()

    def _get_stock_accounts(self):
        return self.account_id

    def _get_target(self):
        self.ensure_one()
        names = {"product": "product_id", "attribute": "attribute_value_id", "tag": "tag_id", "category": "category_id"}
        return self[names[self.target]]

    def _narrow(self, rule):
        """:param rule: ``stock_formula.Rule`` of the warehouse; returns the one that holds under this exception"""
        self.ensure_one()
        why = self.display_name
        if self.mode != "adjust":
            return rule.narrowed(mode=self.mode, fixed=self.fixed, why=why)
        changes = {}
        if self.set_buffer:
            changes["buffer"] = stock_formula.exact(self.buffer)
        if self.set_threshold:
            changes["threshold"] = self.threshold
        if self.cap:
            changes["cap"] = self.cap
        if self.pack:
            changes["pack"] = self.pack
        return rule.narrowed(why=why, **changes)
