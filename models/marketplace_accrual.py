from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import money
from .marketplace_accrual_type import KINDS
from .marketplace_warehouse import SCHEMES

BRANCHES = [
    ("posting", "Posting"),
    ("item", "Product"),
    ("seller", "Seller"),
    ("container", "Container"),
    ("file", "From a File"),
]


class MarketplaceAccrual(models.Model):
    """One movement of money between the marketplace and us, as the marketplace tells it (MON1)."""

    _name = "marketplace.accrual"
    _description = "Marketplace Accrual"
    _order = "date desc, external_id desc, part, revision, id"
    _rec_name = "external_id"
    _rec_names_search = ["external_id", "number", "unit_number"]
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    marketplace = fields.Selection(related="account_id.marketplace", store=True)
    date = fields.Date(required=True, readonly=True, index=True, help="The marketplace's calendar day.")
    external_id = fields.Char("Accrual", required=True, readonly=True, index=True)
    part = fields.Char(required=True, readonly=True, help="Which movement of the accrual.")
    # 0: as first told, and as changed while it was open. 1, 2 …: what changed after it was settled, as a difference.
    revision = fields.Integer(readonly=True, default=0, aggregator=None)
    corrects_id = fields.Many2one("marketplace.accrual", readonly=True, index="btree_not_null")
    correction_ids = fields.One2many("marketplace.accrual", "corrects_id", "Corrections")
    branch = fields.Selection(BRANCHES, required=True, readonly=True)
    type_id = fields.Many2one("marketplace.accrual.type", readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(KINDS, required=True, readonly=True, default=money.UNKNOWN, index=True)
    amount = fields.Monetary(readonly=True, help="+ is for us, VAT included.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    quantity = fields.Integer(readonly=True)
    unit_number = fields.Char("Number There", readonly=True, help="A posting's, or a contract's.")
    number = fields.Char("Posting Number", readonly=True, index="btree_not_null")
    scheme = fields.Selection(SCHEMES, readonly=True)
    order_id = fields.Many2one(
        "marketplace.order", "Posting", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    order_line_id = fields.Many2one(
        "marketplace.order.line", "Position", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sale_order_id = fields.Many2one(related="order_id.sale_order_id", store=True, index="btree_not_null")
    sku = fields.Char("SKU", readonly=True)
    article = fields.Char(readonly=True)
    offer_id = fields.Many2one("marketplace.offer", readonly=True, index="btree_not_null", ondelete="set null")
    product_id = fields.Many2one(related="offer_id.product_id", string="Product", store=True, index="btree_not_null")
    # open ──→ settled     by a settlement that was posted; its reset opens it again
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")], required=True, readonly=True, default="open", index=True
    )
    settlement_id = fields.Many2one(
        "marketplace.settlement", readonly=True, index="btree_not_null", ondelete="set null", copy=False
    )
    gone = fields.Boolean("Withdrawn", readonly=True, help="The marketplace no longer tells of it: it counts as 0.")
    problem = fields.Char(readonly=True, help="Why nothing is booked for it.")
    read_at = fields.Datetime("Told Since", readonly=True, help="Since when the marketplace tells of it like this.")
    version_ids = fields.One2many("marketplace.accrual.version", "accrual_id", "Told Before")
    version_count = fields.Integer("Times Changed", readonly=True, aggregator=None)
    is_late = fields.Boolean(
        "Late",
        compute="_compute_is_late",
        search="_search_is_late",
        compute_sudo=True,
        help="It came after its period was settled.",
    )
    raw = fields.Json(readonly=True, prefetch=False, groups="sale_marketplace.group_administrator")

    _key_uniq = models.Constraint("UNIQUE(account_id, date, external_id, part, revision)", "This row is there already.")
    _open_idx = models.Index("(account_id, date) WHERE state = 'open'")
    _link_idx = models.Index("(account_id, number) WHERE order_id IS NULL AND number IS NOT NULL")

    # === COMPUTE METHODS === #
    @api.depends("date", "settlement_id.date_from")
    def _compute_is_late(self):
        for row in self:
            since = row.settlement_id.date_from
            row.is_late = bool(since and row.date < since)

    def _search_is_late(self, operator, value):
        if operator not in ("in", "not in") or set(value) != {True}:
            return NotImplemented
        late = SQL(
            """(SELECT accrual.id FROM marketplace_accrual accrual
                  JOIN marketplace_settlement settlement ON settlement.id = accrual.settlement_id
                 WHERE accrual.date < settlement.date_from)"""
        )
        return [("id", operator, late)]

    # === ACTION METHODS === #
    def action_view_order(self):
        self.ensure_one()
        return self._open("marketplace.order", self.order_id)

    def action_view_settlement(self):
        self.ensure_one()
        return self._open("marketplace.settlement", self.settlement_id)

    def action_view_corrections(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        base = self.corrects_id or self
        return {**action, "domain": ["|", ("id", "=", base.id), ("corrects_id", "=", base.id)], "context": {}}

    def _open(self, model, record):
        return {"type": "ir.actions.act_window", "res_model": model, "view_mode": "form", "res_id": record.id}

    # === BUSINESS METHODS === #
    @api.model
    def _link_orders(self, orders):
        """Rows that were told before their postings."""
        Accrual = self.sudo()
        unlinked = Accrual.search(
            [
                ("order_id", "=", False),
                ("account_id", "in", orders.account_id.ids),
                ("number", "in", orders.mapped("number")),
            ]
        )
        by_key = {(order.account_id, order.number): order for order in orders}
        for (account, number), rows in unlinked.grouped(lambda row: (row.account_id, row.number)).items():
            order = by_key.get((account, number))
            for sku, own in rows.grouped("sku").items() if order else ():
                line = order.line_ids.filtered(lambda line, sku=sku: sku and line.sku == sku)[:1]
                own.write({"order_id": order.id, "order_line_id": line.id})
        if unlinked:
            unlinked.settlement_id._note_changed()
            self.env["marketplace.economics"]._refresh(unlinked.order_id)
