from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..services.stock_formula import exact


class MarketplaceStock(models.Model):
    """What an offer shows in one warehouse of the cabinet: what is right, what was told, what was answered."""

    _name = "marketplace.stock"
    _description = "Marketplace Stock"
    _order = "warehouse_id, offer_id"
    _rec_name = "offer_id"

    offer_id = fields.Many2one("marketplace.offer", required=True, readonly=True, index=True, ondelete="cascade")
    warehouse_id = fields.Many2one(
        "marketplace.warehouse", "Warehouse There", required=True, readonly=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one("marketplace.account", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null", ondelete="set null")
    quantity = fields.Integer(readonly=True, help="What the formula says now.")
    computed_at = fields.Datetime("Computed", readonly=True)
    # What we tell:
    #
    #   preview ←→ waiting ──→ sent        accepted, and nothing has changed since
    #                 ↑  ↖──── sent        another number: waiting again
    #                 └──────→ refused     the reason stands in the answer; another number or a person tries again
    #   unmanaged                          nothing is told: an exception says so, or the warehouse is gone
    #   held                               with the marketplace (FBO): compared, never told
    state = fields.Selection(
        [
            ("preview", "Not Sent"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("refused", "Refused"),
            ("unmanaged", "Left Alone"),
            ("held", "FBO"),
        ],
        required=True,
        default="preview",
        readonly=True,
        index=True,
    )
    sent_known = fields.Boolean(
        readonly=True, help="Off while a number is on its way, and after an answer that never came."
    )
    sent_quantity = fields.Integer("Last Sent", readonly=True, aggregator=None)
    sent_at = fields.Datetime(readonly=True)
    answer_code = fields.Char(readonly=True)
    answer = fields.Char(
        readonly=True, help="Why the marketplace did not take the number, or why Odoo's stock was not adjusted."
    )
    not_before = fields.Datetime(readonly=True, help="The marketplace takes the next number of this pair then.")
    claimed_until = fields.Datetime(readonly=True, help="A worker is sending it.")
    moved_there = fields.Boolean(
        readonly=True, help="The cabinet has changed its number by itself while ours was on its way."
    )
    there_known = fields.Boolean(readonly=True)
    there_quantity = fields.Integer(
        "Shown There",
        readonly=True,
        help="At the last comparison. Of your own warehouses: the free pieces. With the marketplace (FBO): all that "
        "lie there, reserved or not.",
    )
    there_reserved = fields.Integer("Reserved There", readonly=True)
    checked_at = fields.Datetime("Compared", readonly=True)
    difference = fields.Integer(readonly=True, help="What the cabinet showed more (or less) than Odoo says.")
    ignored = fields.Boolean(
        "Difference Ignored", readonly=True, help="Until it is another difference, or somebody takes it up again."
    )
    cause = fields.Selection(
        [
            ("waiting", "Not sent yet"),
            ("refused", "Refused"),
            ("sold", "Sold there, posting not read yet"),
            ("changed", "Changed in the cabinet"),
            ("unlisted", "Not listed there"),
            ("unmanaged", "Nothing is sent"),
            ("unmatched", "Linked to no product"),
            ("undelivered", "Sold there, not delivered in Odoo yet"),
            ("supplied", "Supplied lately, not counted there yet"),
            ("kit", "A kit, counted by its parts"),
            ("counted", "Counted otherwise there"),
        ],
        "Cause of the Difference",
        readonly=True,
        index="btree_not_null",
    )
    to_reconcile = fields.Boolean(compute="_compute_to_reconcile", search="_search_to_reconcile")
    explanation = fields.Html("Why", compute="_compute_explanation", sanitize=False)

    _pair_uniq = models.Constraint("UNIQUE(offer_id, warehouse_id)", "This offer has its number there already.")
    _waiting_idx = models.Index("(account_id, not_before) WHERE state = 'waiting'")

    # === COMPUTE METHODS === #
    @api.depends("cause", "ignored")
    def _compute_to_reconcile(self):
        """Where nothing is sent on purpose, a difference is none to work on."""
        for row in self:
            row.to_reconcile = row.cause not in (False, "unmanaged") and not row.ignored

    def _search_to_reconcile(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        wanted = value if operator == "=" else True in value
        domain = Domain("cause", "not in", (False, "unmanaged")) & Domain("ignored", "=", False)
        return domain if wanted else ~domain

    def _compute_explanation(self):
        reader, text = self.env["marketplace.stock.reader"].sudo(), self.env["marketplace.stock.text"]
        for row in self:
            told = row.state != "held"
            row.explanation = told and text._render(reader._explain(row.offer_id.sudo(), row.warehouse_id.sudo()))

    # === BUSINESS METHODS === #
    def _check_manager(self):
        """These rows are the engine's to write; what a person may ask it for is the stock manager's business."""
        self.check_access("read")
        if not self.env.user.has_group("sale_marketplace.group_stock_manager"):
            raise AccessError(self.env._("Only stock managers of marketplaces may do this."))

    def _get_unit(self):
        """Pieces of the product in one unit of the offer."""
        self.ensure_one()
        unit, base = self.offer_id.uom_id, self.product_id.uom_id
        return exact(unit.factor) / exact(base.factor) if unit and base else exact(1)

    # === ACTION METHODS === #
    def action_send_again(self):
        """Also what was refused, and what should be there already."""
        self._check_manager()
        rows = self.filtered(lambda row: row.state in ("waiting", "sent", "refused"))
        rows.sudo().write({"state": "waiting", "sent_known": False, "answer": False, "answer_code": False})
        for account in rows.account_id:
            self.env["marketplace.job"].sudo()._enqueue("stock_push", account, priority=2)

    def action_compare(self):
        """Read the cabinets again; of all accounts where no rows are chosen."""
        accounts = self.account_id or self.env["marketplace.account"].search([("state", "=", "connected")])
        schedules = accounts.sudo()._get_schedule("stock_check")
        for account in accounts.sudo():
            if account._wants_task("fbo_stock_check") and not account._get_operation_problem("fbo_stocks"):
                schedules |= account._get_schedule("fbo_stock_check")
        return schedules.action_run_now()

    def action_adjust(self):
        """Bring Odoo's FBO stock to what the marketplace holds: a dialog says what that means first."""
        self._check_manager()
        rows = self.filtered(lambda row: row.state == "held" and row.cause)
        if not rows:
            raise UserError(self.env._("None of these is a difference of FBO stock: only those are adjusted here."))
        wizard = self.env["marketplace.stock.adjust"].create({"row_ids": rows.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adjust FBO Stock"),
            "res_model": "marketplace.stock.adjust",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_ignore(self):
        self._check_manager()
        self.filtered("cause").sudo().ignored = True

    def action_stop_ignoring(self):
        self._check_manager()
        self.sudo().ignored = False

    def action_export(self):
        """The chosen rows, or all that the list shows, as a file to work on outside."""
        rows = self or self.search(self.env.context.get("active_domain") or [])
        if not rows:
            raise UserError(self.env._("There is nothing in the list to export."))
        sheet = self.env["marketplace.stock.sheet"].create({"content": self.env["marketplace.stock.sheet"]._make(rows)})
        return {"type": "ir.actions.act_url", "url": sheet._get_url(), "target": "download"}

    def action_view_offer(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.offer",
            "res_id": self.offer_id.id,
            "view_mode": "form",
        }

    @api.model
    def _get_action(self, domain):
        """*Why is it 7?*: the rows of a product, an offer or an order line; the form when there is but one."""
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_stock")
        domain = Domain(domain) & Domain("state", "!=", "held")
        rows = self.search(domain, limit=2)
        if len(rows) == 1:
            return {**action, "res_id": rows.id, "views": [(False, "form")], "view_mode": "form", "context": {}}
        return {**action, "domain": list(domain), "context": {}}
