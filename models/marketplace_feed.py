import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import human_size
from odoo.tools.urls import urljoin

from ..marketplaces.base import status
from ..marketplaces.base.feed import OUTLET
from ..marketplaces.feeds import get_feed_profile

FILE_NAME = "feed.xml"


class MarketplaceFeed(models.Model):
    """The product feed of an account: a file at a secret address that the marketplace reads by itself (MMK1)."""

    _name = "marketplace.feed"
    _description = "Marketplace Product Feed"
    _order = "account_id, id"
    _rec_name = "account_id"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True, help="Off: nothing is built, and the address answers as if there were none.")
    # --- where it is read
    token = fields.Char(groups="base.group_system", copy=False, default=lambda self: secrets.token_urlsafe(32))
    # Another one than the file's: the addresses of pictures end up in public cards.
    image_token = fields.Char(groups="base.group_system", copy=False, default=lambda self: secrets.token_urlsafe(24))
    url = fields.Char(
        "Address",
        compute="_compute_url",
        compute_sudo=True,
        groups="sale_marketplace.group_administrator",
        help="Paste it into the cabinet's shop settings. Whoever knows it can read prices and stock.",
    )
    is_reachable = fields.Boolean(
        compute="_compute_url",
        compute_sudo=True,
        help="Marketplaces read https addresses of public hosts only.",
    )
    # --- which products
    scope = fields.Selection(
        [("products", "All saleable products with an article"), ("offers", "Listed offers only")],
        "Products",
        required=True,
        default="products",
        help="All saleable products: goods that are not listed yet are added to the account's offers, so that stock "
        "and prices are computed for them.\n"
        "Listed offers only: what is in the account's list of offers and linked to a product.",
    )
    categ_ids = fields.Many2many(
        "product.category",
        "marketplace_feed_categ_rel",
        string="Only Categories",
        help="With all categories below them. Empty: all.",
    )
    excluded_categ_ids = fields.Many2many(
        "product.category",
        "marketplace_feed_excluded_categ_rel",
        string="Without Categories",
        help="With all categories below them.",
    )
    excluded_vendors = fields.Text(
        "Without Brands", help="One per line, as the feed would name them; capitals do not matter."
    )
    min_quantity = fields.Integer("Minimum Quantity", help="Offers of which less is there are left out of the feed.")
    # --- prices
    price_source = fields.Selection(
        [
            ("account", "Prices of the account, else the sales price"),
            ("product", "Sales price of the product"),
        ],
        "Price",
        required=True,
        default="account",
        help="Prices of the account are those of the list of prices: from its pricelist, checked against cost and "
        "commission. What is blocked there, or waits for approval, is not told here either.",
    )
    discount = fields.Float(
        digits=(5, 2),
        help="Percent off every price; the price before it is told as the former one. No price goes below the lowest "
        "price of an account that is never to sell below cost.",
    )
    with_vat = fields.Boolean("VAT", default=True, help="Tell the VAT rate of each product's sales tax.")
    # --- stock
    with_stock = fields.Boolean(
        "Stock",
        default=True,
        help="Tell the number that is computed for the warehouse. Off, or where the warehouse sends its stock by "
        "itself: only whether something is there.",
    )
    warehouse_id = fields.Many2one(
        "marketplace.warehouse",
        "Warehouse There",
        domain=f"[('account_id', '=', account_id), ('scheme', '!=', '{status.FBO}')]",
        ondelete="set null",
        index="btree_not_null",
        help="The warehouse of the cabinet whose numbers are told. Empty: the account's only one.",
    )
    outlet = fields.Char(
        "Warehouse Code", help="The number of the warehouse in the cabinet. Empty: that of the warehouse above."
    )
    sent_by_itself = fields.Boolean(compute="_compute_setup")
    tells_stock = fields.Boolean(compute="_compute_setup", help="The numbers have one source: this feed.")
    setup_problem = fields.Char(compute="_compute_setup")
    # --- shop
    shop_name = fields.Char(help="Empty: the name of the account.")
    shop_company = fields.Char("Legal Name", help="Empty: the name of the company.")
    shop_url = fields.Char("Website", help="Empty: the company's website, else the address of this Odoo.")
    ship_days = fields.Integer(
        "Days to Ship", default=1, help="Working days until an order is handed over; today counts as 0."
    )
    order_before = fields.Integer(
        default=15, help="Orders after this full hour (0 to 24) count as the next day's.", aggregator=None
    )
    # --- what an offer says
    with_attributes = fields.Boolean(
        "Attributes", default=True, help="Each attribute of the product is a characteristic of the card."
    )
    join_variants = fields.Boolean(
        help="Tell the name of the product as the model: its sizes and colours share a card."
    )
    vendor_source = fields.Selection(
        [("none", "Not told"), ("attribute", "An attribute of the product"), ("constant", "The same for all")],
        "Brand",
        required=True,
        default="none",
    )
    vendor_attribute_id = fields.Many2one(
        "product.attribute", "Brand Attribute", ondelete="restrict", index="btree_not_null"
    )
    vendor_name = fields.Char("Brand Name")
    param_ids = fields.One2many("marketplace.feed.param", "feed_id", "More Characteristics", copy=True)
    # --- what was built; while a build runs, and after one that failed, all this is still about the file that is served
    file_id = fields.Many2one("ir.attachment", readonly=True, copy=False, index="btree_not_null")
    gzip_id = fields.Many2one("ir.attachment", readonly=True, copy=False, index="btree_not_null")
    built_at = fields.Datetime("Built", readonly=True, copy=False)
    duration = fields.Float("Seconds", readonly=True, digits=(8, 1), aggregator=None, copy=False)
    offer_count = fields.Integer("Offers Told", readonly=True, copy=False)
    left_out_count = fields.Integer("Left Out", readonly=True, copy=False)
    warning_count = fields.Integer("Warnings", readonly=True, copy=False)
    file_size = fields.Integer("Bytes", readonly=True, copy=False, aggregator=None)
    size_text = fields.Char("Size", compute="_compute_size_text")
    # none → building → ready ⇄ building;  failed: the last build; the former file, if any, is served
    state = fields.Selection(
        [("none", "Not Built"), ("building", "Building"), ("ready", "Ready"), ("failed", "Failed")],
        compute="_compute_state",
        compute_sudo=True,
    )
    problem = fields.Text(compute="_compute_state", compute_sudo=True)
    problem_ids = fields.One2many("marketplace.feed.problem", "feed_id", "Report")
    # Of the report, which a build that failed may have replaced, too.
    reported_left_out = fields.Integer("Left Out Lately", compute="_compute_reported")
    reported_warnings = fields.Integer("Warned Of Lately", compute="_compute_reported")

    _account_uniq = models.Constraint("UNIQUE(account_id)", "This account has its feed already.")
    _token_uniq = models.Constraint("UNIQUE(token)", "Two feeds cannot share an address.")
    _image_token_uniq = models.Constraint("UNIQUE(image_token)", "Two feeds cannot share an address.")

    # === COMPUTE METHODS === #
    @api.depends("token")
    def _compute_url(self):
        for feed in self:
            url = feed.token and urljoin(feed.get_base_url(), f"/marketplace/feed/{feed.token}/{FILE_NAME}")
            feed.url = url
            host = (url or "").partition("://")[2].partition("/")[0].partition(":")[0]
            local = host in ("localhost", "[") or host.endswith((".local", ".localhost")) or host.startswith("127.")
            feed.is_reachable = (url or "").startswith("https://") and not local

    @api.depends("file_size")
    def _compute_size_text(self):
        for feed in self:
            feed.size_text = human_size(feed.file_size) if feed.file_size else ""

    @api.depends(
        "with_stock",
        "outlet",
        "warehouse_id.external_id",
        "warehouse_id.stock_active",
        "account_id.warehouse_ids.active",
        "account_id.warehouse_ids.external_id",
        "account_id.warehouse_ids.stock_active",
    )
    def _compute_setup(self):
        for feed in self:
            feed.sent_by_itself = feed._get_warehouse().stock_active
            feed.tells_stock = feed.with_stock and not feed.sent_by_itself
            feed.setup_problem = feed._get_setup_problem()

    @api.depends("problem_ids")
    def _compute_reported(self):
        counts = self.env["marketplace.feed.problem"]._read_group(
            [("feed_id", "in", self.ids)], ["feed_id", "effect"], ["__count"]
        )
        found = {(feed.id, effect): count for feed, effect, count in counts}
        for feed in self:
            feed.reported_left_out = found.get((feed._origin.id, "left_out"), 0)
            feed.reported_warnings = found.get((feed._origin.id, "warning"), 0)

    def _compute_state(self):
        """From the jobs, which outlive a build that is rolled back."""
        jobs = self.env["marketplace.job"].search(
            [("account_id", "in", self.account_id.ids), ("operation", "=", "feed_build"), ("state", "!=", "cancelled")],
            order="id",
        )
        by_account = jobs.grouped("account_id")
        for feed in self:
            mine = by_account.get(feed.account_id._origin, jobs.browse())
            open_jobs = mine.filtered(lambda job: job.state in ("pending", "running"))
            failed = mine[-1:].state == "failed"
            feed.problem = (open_jobs or mine)[-1:].error if failed or open_jobs else False
            built = "ready" if feed.built_at else "none"
            feed.state = "building" if open_jobs else "failed" if failed else built

    # === CONSTRAINT METHODS === #
    @api.constrains("min_quantity", "discount", "ship_days", "order_before")
    def _check_numbers(self):
        for feed in self:
            if feed.min_quantity < 0:
                raise ValidationError(self.env._("The minimum quantity is negative."))
            if not 0 <= feed.discount < 100:
                raise ValidationError(self.env._("The discount must be at least 0 and less than 100 percent."))
            if feed.ship_days < 0:
                raise ValidationError(self.env._("The days to ship are negative."))
            if not 0 <= feed.order_before <= 24:
                raise ValidationError(self.env._("The hour until which orders count must be 0 to 24."))

    @api.constrains("warehouse_id")
    def _check_warehouse(self):
        for feed in self:
            if feed.warehouse_id and feed.warehouse_id.account_id != feed.account_id:
                raise ValidationError(self.env._("The warehouse belongs to another account."))

    @api.constrains("vendor_source", "vendor_attribute_id", "vendor_name")
    def _check_vendor(self):
        for feed in self:
            if feed.vendor_source == "attribute" and not feed.vendor_attribute_id:
                raise ValidationError(self.env._("Choose the attribute that tells the brand."))
            if feed.vendor_source == "constant" and not (feed.vendor_name or "").strip():
                raise ValidationError(self.env._("Enter the brand that all products have."))

    # === ACTION METHODS === #
    def action_build(self):
        """In the background; the file that is served stays until the new one is complete."""
        for feed in self:
            feed.account_id._check_operation(None)
            if not feed.active:
                raise UserError(self.env._("This feed is archived."))
            if feed.setup_problem:
                raise UserError(feed.setup_problem)
            self.env["marketplace.job"]._enqueue("feed_build", feed.account_id, priority=3)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The feed is being built, which takes seconds; the former file is served meanwhile."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_renew_token(self):
        """A new address: the old one stops working at once. Addresses of pictures stay."""
        for feed in self:
            feed.sudo().token = secrets.token_urlsafe(32)

    def action_view_problems(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_feed_problem")
        return {**action, "domain": [("feed_id", "=", self.id)], "context": self._get_report_context()}

    def _get_report_context(self):
        """Grouped by reason; only what the button was pressed for."""
        wanted = {
            name: True for name in ("search_default_left_out", "search_default_warnings") if self.env.context.get(name)
        }
        return {"search_default_group_code": True, **wanted}

    def action_view_jobs(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_job")
        domain = [("account_id", "=", self.account_id.id), ("operation", "=", "feed_build")]
        return {**action, "domain": domain, "context": {}}

    # === BUSINESS METHODS === #
    def _get_profile(self):
        """The rules of the channel; None where the marketplace reads no feed."""
        self.ensure_one()
        return get_feed_profile(self.account_id.marketplace)

    def _get_warehouse(self):
        """The warehouse of the cabinet whose numbers are told; empty where that is not clear."""
        self.ensure_one()
        if self.warehouse_id:
            return self.warehouse_id
        places = self.account_id.warehouse_ids.filtered(lambda place: place.active and place.scheme != status.FBO)
        return places if len(places) == 1 else places.browse()

    def _get_image_url(self):
        """Where our pictures are: product and ending are appended."""
        self.ensure_one()
        return urljoin(self.get_base_url(), f"/marketplace/feed/{self.sudo().image_token}/image/")

    def _get_outlet(self):
        self.ensure_one()
        place = self._get_warehouse()
        # A shop whose marketplace lists no warehouses has one under the shop's own number, which is no warehouse code.
        told = place.external_id if place.external_id != self.account_id.client_id else ""
        return (self.outlet or told or "").strip()

    def _get_setup_problem(self):
        """What has to be entered before anything can be built; False when nothing is missing."""
        self.ensure_one()
        if not self._get_profile():
            return self.env._("This marketplace reads no product feed.")
        if not self.tells_stock:
            return False
        if not self._get_warehouse():
            return self.env._(
                "Choose the warehouse whose stock is told (page Price and Stock), or leave stock out of the feed."
            )
        if not self._get_outlet():
            return self.env._("Enter the warehouse's code from the cabinet (page Price and Stock).")
        if not OUTLET.fullmatch(self._get_outlet()):
            return self.env._(
                "Enter the warehouse's code from the cabinet, a whole number (page Price and Stock): «%s» is none.",
                self._get_outlet(),
            )
        return False

    def _get_excluded_vendors(self):
        lines = (self.excluded_vendors or "").splitlines()
        return {" ".join(line.split()).casefold() for line in lines} - {""}
