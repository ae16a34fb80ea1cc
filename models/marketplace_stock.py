from odoo import api, fields, models


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
    state = fields.Selection(
        [
            ("preview", "Not Sent"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("refused", "Refused"),
            ("unmanaged", "Left Alone"),
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
    answer = fields.Char(readonly=True, help="Why the marketplace did not take the number.")
    not_before = fields.Datetime(readonly=True, help="The marketplace takes the next number of this pair then.")
    claimed_until = fields.Datetime(readonly=True, help="A worker is sending it.")
    there_known = fields.Boolean(readonly=True)
    there_quantity = fields.Integer("Free There", readonly=True, help="What the cabinet showed at the last comparison.")
    there_reserved = fields.Integer("Reserved There", readonly=True)
    checked_at = fields.Datetime("Compared", readonly=True)
    difference = fields.Integer(readonly=True, help="What the cabinet showed more (or less) than Odoo says.")
    cause = fields.Selection(
        [
            ("waiting", "Not sent yet"),
            ("refused", "Refused"),
            ("sold", "Sold there, posting not read yet"),
            ("changed", "Changed in the cabinet"),
            ("unlisted", "Not listed there"),
            ("unmanaged", "Nothing is sent"),
        ],
        "Cause of the Difference",
        readonly=True,
        index="btree_not_null",
    )
    explanation = fields.Html("Why", compute="_compute_explanation", sanitize=False)

    _pair_uniq = models.Constraint("UNIQUE(offer_id, warehouse_id)", "This offer has its number there already.")
    _waiting_idx = models.Index("(account_id, not_before) WHERE state = 'waiting'")

    # === COMPUTE METHODS === #
    def _compute_explanation(self):
        reader, text = self.env["marketplace.stock.reader"].sudo(), self.env["marketplace.stock.text"]
        for row in self:
            row.explanation = text._render(reader._explain(row.offer_id.sudo(), row.warehouse_id.sudo()))

    # === ACTION METHODS === #
    def action_send_again(self):
        """Also what was refused, and what should be there already."""
        rows = self.filtered(lambda row: row.state in ("waiting", "sent", "refused"))
        rows.sudo().write({"state": "waiting", "sent_known": False, "answer": False, "answer_code": False})
        for account in rows.account_id:
            self.env["marketplace.job"].sudo()._enqueue("stock_push", account, priority=2)

    def action_compare(self):
        """Read the cabinets again; of all accounts where no rows are chosen."""
        accounts = self.account_id or self.env["marketplace.account"].search([("state", "=", "connected")])
        return accounts.sudo()._get_schedule("stock_check").action_run_now()

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
        rows = self.search(domain, limit=2)
        if len(rows) == 1:
            return {**action, "res_id": rows.id, "views": [(False, "form")], "view_mode": "form", "context": {}}
        return {**action, "domain": domain, "context": {}}
