from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status as unified
from .marketplace_warehouse import SCHEMES

STAGES = [
    (unified.RETURN_REQUESTED, "Requested"),
    (unified.RETURN_MOVING, "On Its Way"),
    (unified.RETURN_READY, "To Fetch"),
    (unified.RETURN_RECEIVED, "Handed to Us"),
    (unified.RETURN_AT_MARKETPLACE, "Back at the Marketplace"),
    (unified.RETURN_COMPENSATED, "Compensated"),
    (unified.RETURN_DISPOSED, "Disposed Of"),
    (unified.RETURN_REFUSED, "Refused"),
    (unified.RETURN_UNKNOWN, "Unknown"),
]
KINDS = [
    ("cancellation", "Cancelled before hand-over"),
    ("refused", "Refused at hand-over"),
    ("partial", "Partly refused at hand-over"),
    ("client", "Sent back by the buyer"),
    ("unknown", "Unknown"),
]
#: No goods of these come back to anybody.
GONE = (unified.RETURN_COMPENSATED, unified.RETURN_DISPOSED, unified.RETURN_REFUSED)


class MarketplaceReturn(models.Model):
    """Goods of a posting on their way back: where they are, why, and how they came into stock (CAN5)."""

    _name = "marketplace.return"
    _description = "Marketplace Return"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "changed_at desc, id desc"
    _rec_name = "external_id"
    _rec_names_search = ["external_id", "number", "barcode"]
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    external_id = fields.Char("Return", required=True, readonly=True, copy=False)
    source = fields.Selection(
        [
            ("platform", "Carried by the marketplace"),
            ("own_delivery", "Asked for by a buyer we delivered"),
            ("by_hand", "Entered here"),
        ],
        required=True,
        readonly=True,
    )
    number = fields.Char("Posting Number", readonly=True, index="btree_not_null")
    order_number = fields.Char(readonly=True)
    order_id = fields.Many2one("marketplace.order", "Posting", readonly=True, index="btree_not_null", copy=False)
    sale_order_id = fields.Many2one(related="order_id.sale_order_id", store=True, index="btree_not_null")
    scheme = fields.Selection(SCHEMES, readonly=True)
    kind = fields.Selection(KINDS, readonly=True, default="unknown")
    #   requested → moving → ready → received          ↘ at_marketplace, disposed, compensated, refused
    stage = fields.Selection(
        STAGES, readonly=True, required=True, default=unified.RETURN_UNKNOWN, index=True, tracking=True
    )
    raw_stage = fields.Char("Stage There", readonly=True)
    stage_name = fields.Char("Stage in Their Words", readonly=True)
    reason = fields.Char(readonly=True)
    sku = fields.Char("SKU", readonly=True)
    article = fields.Char(readonly=True)
    name = fields.Char("Product There", readonly=True)
    offer_id = fields.Many2one("marketplace.offer", readonly=True, index="btree_not_null", ondelete="set null")
    product_id = fields.Many2one(related="offer_id.product_id", string="Product", store=True, index="btree_not_null")
    quantity = fields.Integer(readonly=True)
    unit_numbers = fields.Char("Units There", readonly=True, copy=False)
    reported_at = fields.Datetime("Told to the Marketplace", readonly=True, copy=False)
    price = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    created_at = fields.Datetime("Asked For", readonly=True)
    changed_at = fields.Datetime("Changed There", readonly=True, index=True)
    arrived_at = fields.Datetime("Arrived", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    place_name = fields.Char("Where It Is", readonly=True)
    place_address = fields.Char(readonly=True)
    target_name = fields.Char("Where It Goes", readonly=True)
    target_address = fields.Char(readonly=True)
    barcode = fields.Char(readonly=True, index="btree_not_null", help="Show it where the goods are fetched.")
    storage_cost = fields.Monetary(readonly=True, help="What the marketplace has charged for keeping it so far.")
    storage_days = fields.Integer("Paid Days of Storage", readonly=True, aggregator=None)
    compensation = fields.Char(readonly=True)
    is_opened = fields.Boolean("Packaging Opened", readonly=True)
    raw = fields.Json(readonly=True, prefetch=False, groups="sale_marketplace.group_administrator")

    #   open ──→ received          into stock, by hand or with a cancelled posting's goods; FBO by itself
    #     ├────→ nothing_to_do     disposed of, compensated or refused there
    #     └────→ ignored           by hand
    state = fields.Selection(
        [("open", "To Do"), ("received", "Received"), ("nothing_to_do", "Nothing to Do"), ("ignored", "Ignored")],
        "In Odoo",
        required=True,
        default="open",
        copy=False,
        index=True,
        tracking=True,
    )
    picking_id = fields.Many2one("stock.picking", "Received With", readonly=True, copy=False, index="btree_not_null")
    problem = fields.Text(readonly=True, copy=False)
    # The problem is that the marketplace's last news could not be read; the next that can be read ends it.
    is_unreadable = fields.Boolean("Unreadable", readonly=True, copy=False)

    _external_uniq = models.Constraint("UNIQUE(account_id, source, external_id)", "This return is there already.")

    # === ACTION METHODS === #
    def action_receive(self):
        """Ask where to put them, then take them into stock."""
        waiting = self._get_waiting()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive into Stock"),
            "res_model": "marketplace.return.receive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_return_ids": [fields.Command.set(waiting.ids)]},
        }

    def action_ignore(self):
        self.filtered(lambda item: item.state == "open").write({"state": "ignored", "problem": False})

    def action_reopen(self):
        self.filtered(lambda item: item.state in ("ignored", "nothing_to_do")).write({"state": "open"})

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.order",
            "view_mode": "form",
            "res_id": self.order_id.id,
        }

    def action_view_picking(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "view_mode": "form",
            "res_id": self.picking_id.id,
        }

    def _get_waiting(self):
        waiting = self.filtered(lambda item: item.state == "open")
        if not waiting:
            raise UserError(self.env._("These returns are received or settled already."))
        return waiting

    # === BUSINESS METHODS === #
    @api.model
    def _enter(self, line, numbers, *, kind, stage, reason="", quantity=None, price=None):
        """Goods of a posting's line that come back without the marketplace's telling of it.

        :param numbers: the marketplace's numbers of the units, where it tells them apart
        :param price: what the buyer gets back for each unit, None for what he has paid
        """
        order = line.order_id
        count = self.sudo().search_count([("order_id", "=", order.id), ("source", "=", "by_hand")])
        return self.sudo().create(
            {
                "account_id": order.account_id.id,
                "external_id": f"{order.number}/{count + 1}",
                "source": "by_hand",
                "number": order.number,
                "order_number": order.order_number,
                "order_id": order.id,
                "scheme": order.scheme,
                "kind": kind,
                "stage": stage,
                "reason": reason,
                "sku": line.sku,
                "article": line.article,
                "name": line.name,
                "offer_id": line.offer_id.id,
                "quantity": quantity or len(numbers),
                "unit_numbers": ",".join(numbers) or False,
                "price": line.buyer_price if price is None else price,
                "currency_id": line.currency_id.id,
                "created_at": fields.Datetime.now(),
                "changed_at": fields.Datetime.now(),
            }
        )

    def _on_job_ended(self, job, vals):
        """The engine tells why the marketplace could not be told of it, or has to be told later."""
        self.write({"problem": vals["error"]})

    @api.model
    def _on_goods_back(self, order, pickings):
        """A cancelled posting's goods came back as a whole: its returns have arrived with them."""
        waiting = self.search([("order_id", "=", order.id), ("state", "=", "open")])
        for item in waiting:
            picking = pickings.filtered(lambda picking, item=item: item.product_id in picking.move_ids.product_id)
            if picking:
                item.write({"state": "received", "picking_id": picking[:1].id, "problem": False})

    @api.model
    def _link_orders(self, orders):
        """Returns that were told before their postings."""
        unlinked = self.search([("order_id", "=", False), ("number", "in", orders.mapped("number"))])
        by_key = {(order.account_id, order.number): order for order in orders}
        for item in unlinked:
            item.order_id = by_key.get((item.account_id, item.number), False)
