from odoo import api, fields, models
from odoo.exceptions import UserError

#: What decides how much of an offer is shown.
STOCK_FIELDS = {"product_id", "ignored", "active", "uom_id", "archived_there"}


class MarketplaceOffer(models.Model):
    """A listing of the cabinet and the Odoo product behind it."""

    _name = "marketplace.offer"
    _description = "Marketplace Offer"
    _inherit = ["mail.thread"]
    _order = "account_id, article, id"
    _rec_names_search = ["article", "name", "sku", "barcodes"]
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    article = fields.Char(required=True, help="The seller's own code of the listing, unique in the cabinet.")
    name = fields.Char("Name There")
    external_id = fields.Char("Listing ID", index="btree_not_null")
    sku = fields.Char("SKU", index="btree_not_null", help="The number that postings name the product by.")
    barcodes = fields.Char(help="As on the marketplace, separated by commas.")
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True, tracking=True, ondelete="restrict"
    )
    # unlinked → linked (by the matcher or by hand) | ignored: a listing that this company does not keep in Odoo.
    state = fields.Selection(
        [("unlinked", "Not Linked"), ("linked", "Linked"), ("ignored", "Ignored")],
        compute="_compute_state",
        store=True,
        index=True,
    )
    ignored = fields.Boolean(tracking=True)
    uom_id = fields.Many2one(
        "uom.uom",
        "Sold By",
        ondelete="restrict",
        help="One unit of the listing: a pack of six shows a sixth of the pieces, and an order of one takes six. "
        "Empty: the product's own unit.",
    )
    linked_by = fields.Selection(
        [("article", "Article"), ("barcode", "Barcode"), ("hand", "By Hand")], readonly=True, tracking=True
    )
    suggested_product_id = fields.Many2one(
        "product.product",
        "Suggestion",
        compute="_compute_suggested_product_id",
        help="A product with the same article or barcode that the matcher would not take alone, or of the same name.",
    )
    problem = fields.Char(help="Why the matcher did not link it, or what the marketplace says against the listing.")
    status = fields.Char("Status There", readonly=True)
    archived_there = fields.Boolean(readonly=True)
    active = fields.Boolean(default=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    price = fields.Monetary(readonly=True)
    old_price = fields.Monetary("Price Before Discount", readonly=True)
    vat_rate = fields.Float("VAT There", readonly=True, digits=(5, 4))
    seen_at = fields.Datetime("Last Seen", readonly=True)
    waiting_order_count = fields.Integer(
        "Waiting Postings", compute="_compute_waiting_order_count", search="_search_waiting_order_count"
    )

    twin_ids = fields.Many2many(
        "marketplace.offer",
        string="The Same Product",
        compute="_compute_twin_ids",
        help="Other listings of this cabinet that are linked to the same product. Each shows all that is there; what "
        "one sells is taken off the others.",
    )
    has_twin = fields.Boolean(compute="_compute_twin_ids", search="_search_has_twin")

    _article_uniq = models.Constraint("UNIQUE(account_id, article)", "This article is in the list already.")
    _sku_idx = models.Index("(account_id, sku)")

    # === COMPUTE METHODS === #
    @api.depends("product_id", "ignored")
    def _compute_state(self):
        for offer in self:
            offer.state = "ignored" if offer.ignored else "linked" if offer.product_id else "unlinked"

    @api.depends("name", "article")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = f"[{offer.article}] {offer.name or ''}".strip()

    @api.depends("article", "barcodes", "name", "product_id")
    def _compute_suggested_product_id(self):
        matcher = self.env["marketplace.offer.matcher"]
        for offer in self:
            offer.suggested_product_id = not offer.product_id and matcher._suggest(offer)

    def _compute_waiting_order_count(self):
        lines = self.env["marketplace.order.line"]._read_group(
            [("offer_id", "in", self.ids), ("order_id.state", "=", "mapping")],
            ["offer_id"],
            ["order_id:count_distinct"],
        )
        counts = {offer.id: count for offer, count in lines}
        for offer in self:
            offer.waiting_order_count = counts.get(offer.id, 0)

    def _search_waiting_order_count(self, operator, value):
        """Only «some wait» is asked."""
        if (operator, value) != (">", 0):
            return NotImplemented
        lines = self.env["marketplace.order.line"]._search([("order_id.state", "=", "mapping")])
        return [("id", "in", lines.subselect("offer_id"))]

    @api.depends("product_id", "account_id")
    def _compute_twin_ids(self):
        domain = [("account_id", "in", self.account_id.ids), ("product_id", "in", self.product_id.ids)]
        groups = {
            (account, product): offers
            for account, product, offers in self._read_group(domain, ["account_id", "product_id"], ["id:recordset"])
        }
        for offer in self:
            offer.twin_ids = groups.get((offer.account_id, offer.product_id), self.browse()) - offer._origin
            offer.has_twin = bool(offer.twin_ids)

    def _search_has_twin(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        groups = self._read_group(
            [("product_id", "!=", False)], ["account_id", "product_id"], ["id:array_agg"], having=[("__count", ">", 1)]
        )
        wanted = value if operator == "=" else True in value
        return [("id", "in" if wanted else "not in", [id_ for *_group, ids in groups for id_ in ids])]

    # === CRUD METHODS === #
    def write(self, vals):
        if "product_id" in vals and "linked_by" not in vals:
            vals = {**vals, "linked_by": "hand" if vals["product_id"] else False, "problem": False}
        shown = self.product_id if not STOCK_FIELDS.isdisjoint(vals) else self.env["product.product"]
        result = super().write(vals)
        if vals.get("product_id"):
            self._replay_waiting_orders()
        if not STOCK_FIELDS.isdisjoint(vals):
            self.env["marketplace.stock.change"]._mark(shown | self.product_id)
            self.account_id._recompute_prices()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create(vals_list)
        offers.filtered("product_id")._replay_waiting_orders()
        self.env["marketplace.stock.change"]._mark(offers.product_id)
        return offers

    # === ACTION METHODS === #
    def action_link_suggestion(self):
        """One click: take the product that is shown beside the listing."""
        for offer in self:
            if not offer.suggested_product_id:
                raise UserError(
                    self.env._("There is no product to suggest for %s: choose one by hand.", offer.display_name)
                )
            offer.product_id = offer.suggested_product_id

    def action_match(self):
        self.env["marketplace.offer.matcher"]._match(self.filtered(lambda offer: offer.state == "unlinked"))

    def action_ignore(self):
        self.write({"ignored": True})

    def action_stop_ignoring(self):
        self.write({"ignored": False})

    def action_view_waiting_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_order")
        action["domain"] = [("line_ids.offer_id", "=", self.id)]
        action["context"] = {"search_default_mapping": 1}
        return action

    def action_why_stock(self):
        return self.env["marketplace.stock"]._get_action([("offer_id", "in", self.ids)])

    # === BUSINESS METHODS === #
    def _replay_waiting_orders(self):
        """Postings that waited for these listings go on by themselves."""
        lines = self.env["marketplace.order.line"].search(
            [("offer_id", "in", self.ids), ("order_id.state", "=", "mapping")]
        )
        lines.order_id._retry()
