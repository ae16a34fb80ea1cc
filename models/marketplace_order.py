from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..engine import OF_LIVE_POSTINGS
from ..marketplaces.base import status as unified
from .marketplace_warehouse import SCHEMES

STATUSES = [
    (unified.NEW, "New"),
    (unified.TO_CONFIRM, "To Confirm"),
    (unified.TO_ASSEMBLE, "To Assemble"),
    (unified.ASSEMBLED, "Assembled"),
    (unified.HANDED_OVER, "Handed Over"),
    (unified.DELIVERING, "Delivering"),
    (unified.DELIVERED, "Delivered"),
    (unified.NOT_ACCEPTED, "Not Accepted"),
    (unified.DISPUTE, "Dispute"),
    (unified.CANCELLED, "Cancelled"),
    (unified.SPLIT, "Split"),
    (unified.UNKNOWN, "Unknown"),
]
PROBLEM_KINDS = [
    ("mapping", "Product not linked"),
    ("price", "Price"),
    ("currency", "Currency"),
    ("total", "Total differs"),
    ("status", "Unknown status"),
    ("payload", "Unreadable"),
    ("cancel", "Cancelled, goods are out"),
    ("action", "Status not applied"),
    ("other", "Other"),
]
#: Words of ``dto.Cancellation.initiator``.
INITIATORS = [
    ("buyer", "Buyer"),
    ("seller", "Us"),
    ("marketplace", "Marketplace"),
    ("delivery", "Delivery Service"),
]
#: Operations that a person has asked for and waits for.
ASKED_FOR = ("confirm", "cargo_places", "marking_update", "cancel", "cancel_lines", "delivery_time", "close")
#: job operation → what the account's people are told when it failed
LABEL_JOBS = ("label", "own_label")
FAILURE_EVENTS = {
    **dict.fromkeys(("ship", "ship_watch"), "ship_failed"),
    **dict.fromkeys(LABEL_JOBS, "label_failed"),
}


class MarketplaceOrder(models.Model):
    """One posting of a marketplace: what came, what it became, and what waits for a person."""

    _name = "marketplace.order"
    _description = "Marketplace Posting"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "ship_by, id"
    _rec_name = "number"
    _rec_names_search = [
        *("number", "order_number", "barcode_upper", "barcode_lower", "tracking_number", "scan_code"),
        "parcel_ids.number",
    ]
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    marketplace = fields.Selection(related="account_id.marketplace", store=True)
    number = fields.Char("Posting", required=True, copy=False)
    order_number = fields.Char()
    order_external_id = fields.Char("Order ID", index="btree_not_null")
    parent_number = fields.Char(readonly=True)
    parent_id = fields.Many2one(
        "marketplace.order", "Split From", index="btree_not_null", readonly=True, ondelete="set null"
    )
    child_ids = fields.One2many("marketplace.order", "parent_id", "Split Into")
    scheme = fields.Selection(SCHEMES, required=True, default="fbs")

    # What we made of it:
    #
    #   received ──→ done          its sale order exists
    #      │ ↑
    #      │ └── retry ──┐
    #      ├──→ mapping ─┤         a product is not linked yet; linking it retries by itself
    #      ├──→ problem ─┘         price 0, foreign currency, total differs …: told in problem, retried by hand
    #      ├──→ ignored            the settings of the account say not to load it (kept to be able to tell)
    #      ├──→ child              another part of a posting whose sale order exists
    #      └──→ cancelled          cancelled before it became an order
    state = fields.Selection(
        [
            ("received", "Received"),
            ("mapping", "Awaiting Mapping"),
            ("problem", "Needs Attention"),
            ("ignored", "Not Loaded"),
            ("child", "Part of Another"),
            ("done", "Order"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="received",
        copy=False,
        index=True,
        tracking=True,
    )
    wanted = fields.Boolean(
        readonly=True,
        copy=False,
        help="Had a status that the account loads. It stays wanted when it goes on in the cabinet while it waits here.",
    )
    problem = fields.Text(copy=False)
    problem_kind = fields.Selection(PROBLEM_KINDS, copy=False, index="btree_not_null")
    sale_order_id = fields.Many2one("sale.order", index="btree_not_null", copy=False, ondelete="restrict")
    picking_ids = fields.One2many(related="sale_order_id.picking_ids", string="Deliveries")
    picking_count = fields.Integer(compute="_compute_picking_count")
    goods_missing = fields.Boolean(
        compute="_compute_goods_missing",
        search="_search_goods_missing",
        help="Sold, and not all of it is in stock: somebody else was faster, or the stock was wrong.",
    )

    # What the marketplace says
    status = fields.Selection(STATUSES, required=True, default=unified.UNKNOWN, index=True, tracking=True)
    raw_status = fields.Char("Status There", readonly=True)
    raw_substatus = fields.Char("Substatus There", readonly=True)
    actions = fields.Json("Allowed Actions", readonly=True)
    assembly = fields.Selection(
        [("in_progress", "In Progress"), ("failed", "Failed")], "Assembling There", readonly=True
    )
    observed_at = fields.Datetime("As Of", readonly=True)
    # Some kilobytes each: read only by whoever asks for it.
    raw = fields.Json(readonly=True, prefetch=False, groups="sale_marketplace.group_administrator")
    digest = fields.Char(readonly=True)
    ordered_at = fields.Datetime("Ordered")
    confirm_by = fields.Datetime(help="The marketplace cancels what is not confirmed until then.")
    ship_by = fields.Datetime(index=True)
    ship_by_limit = fields.Datetime("Ship By at the Latest")
    currency_id = fields.Many2one("res.currency")
    currency_code = fields.Char("Currency There", readonly=True)
    total = fields.Monetary("Total There", readonly=True, help="Goods at the seller's prices, VAT included.")
    total_known = fields.Boolean(readonly=True)
    total_accepted = fields.Boolean(
        "Lines Accepted",
        readonly=True,
        copy=False,
        tracking=True,
        help="A person has decided that the lines are right.",
    )
    warehouse_id = fields.Many2one("marketplace.warehouse", "Warehouse There", index="btree_not_null")
    warehouse_name = fields.Char(readonly=True)
    delivery_method_external_id = fields.Char(readonly=True)
    delivery_method_name = fields.Char("Delivery There", readonly=True)
    barcode_upper = fields.Char(index="btree_not_null")
    barcode_lower = fields.Char(index="btree_not_null")
    scan_code = fields.Char(readonly=True)
    tracking_number = fields.Char(index="btree_not_null")
    cargo_places = fields.Integer(default=1, tracking=True)
    is_multibox = fields.Boolean("Several Boxes", readonly=True)
    is_express = fields.Boolean("Express", readonly=True)
    is_legal = fields.Boolean("Company Buys", readonly=True)
    cancel_reason = fields.Char(readonly=True)
    cancelled_after_ship = fields.Boolean("Cancelled After Assembling", readonly=True)
    buyer_name = fields.Char(readonly=True)
    buyer_phone = fields.Char(readonly=True)
    buyer_external_id = fields.Char(readonly=True)
    line_ids = fields.One2many("marketplace.order.line", "order_id")
    parcel_ids = fields.One2many("marketplace.parcel", "order_id")
    parcel_count = fields.Integer(compute="_compute_parcel_count")
    return_ids = fields.One2many("marketplace.return", "order_id")
    return_count = fields.Integer(compute="_compute_return_count")
    product_summary = fields.Char("Products", compute="_compute_product_summary")

    # What we told it
    #   none → sending → sent → (assembled there) shipped
    #             ↘ failed → sending
    ship_state = fields.Selection(
        [
            ("none", "Not Sent"),
            ("sending", "Sending"),
            ("sent", "Accepted, Being Checked"),
            ("shipped", "Assembled"),
            ("failed", "Refused"),
        ],
        "Assembly",
        required=True,
        default="none",
        copy=False,
        index=True,
        tracking=True,
    )
    ship_problem = fields.Text(copy=False)
    shipped_at = fields.Datetime("Assembled At", readonly=True, copy=False)
    label_state = fields.Selection(
        [("none", "None"), ("waiting", "Waiting"), ("ready", "Ready"), ("failed", "Failed")],
        "Label",
        required=True,
        default="none",
        copy=False,
        index=True,
    )
    label_problem = fields.Text(copy=False)
    label_id = fields.Many2one("ir.attachment", "Label File", copy=False, readonly=True)
    label_printed_at = fields.Datetime("Label Printed", readonly=True, copy=False)
    handover_id = fields.Many2one("marketplace.handover", index="btree_not_null", copy=False, readonly=True)
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    needs_attention = fields.Boolean(compute="_compute_needs_attention", search="_search_needs_attention")
    # A status of the table still has to do its work in Odoo; see ``marketplace.status.applier``.
    to_apply = fields.Boolean(readonly=True, copy=False)

    _number_uniq = models.Constraint("UNIQUE(account_id, number)", "This posting is there already.")
    _received_idx = models.Index("(account_id, id) WHERE state = 'received'")
    _to_apply_idx = models.Index("(account_id, id) WHERE to_apply")

    # === COMPUTE METHODS === #
    def _compute_goods_missing(self):
        missing = self.search([("id", "in", self.ids), ("goods_missing", "=", True)])
        for order in self:
            order.goods_missing = order in missing

    def _search_goods_missing(self, operator, value):
        """Postings that wait for assembly while some of their goods hold no stock."""
        if operator != "in":
            return NotImplemented
        moves = self.env["stock.move"]._search(
            [("state", "in", ("confirmed", "partially_available")), ("sale_line_id", "!=", False)]
        )
        return [
            ("status", "in", (unified.NEW, unified.TO_CONFIRM, unified.TO_ASSEMBLE)),
            ("state", "=", "done"),
            ("scheme", "!=", unified.FBO),
            ("sale_order_id.order_line.move_ids", "in", moves),
        ]

    @api.depends("sale_order_id.picking_ids")
    def _compute_picking_count(self):
        for order in self:
            order.picking_count = len(order.sale_order_id.picking_ids)

    @api.depends("parcel_ids")
    def _compute_parcel_count(self):
        for order in self:
            order.parcel_count = len(order.parcel_ids)

    @api.depends("return_ids")
    def _compute_return_count(self):
        for order in self:
            order.return_count = len(order.return_ids)

    @api.depends("line_ids.name", "line_ids.quantity", "line_ids.kind")
    def _compute_product_summary(self):
        for order in self:
            order.product_summary = ", ".join(
                f"{line.name or line.article} × {line.quantity}" for line in order._get_goods()[:3]
            ) + (" …" if len(order._get_goods()) > 3 else "")

    @api.depends("ship_by", "confirm_by", "status")
    def _compute_late(self):
        late = self.filtered_domain(self._get_late_domain())
        for order in self:
            order.late = order in late

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_late_domain()

    @api.model
    def _get_late_domain(self):
        now = fields.Datetime.now()
        return [
            *("|", "&", ("status", "=", unified.TO_ASSEMBLE), ("ship_by", "<", now)),
            *("&", ("status", "=", unified.TO_CONFIRM), ("confirm_by", "<", now)),
        ]

    def _compute_needs_attention(self):
        waiting = self.filtered_domain(self._get_attention_domain())
        for order in self:
            order.needs_attention = order in waiting

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_attention_domain()

    @api.model
    def _get_attention_domain(self):
        """What a person has to look at: it stands still, or something was refused."""
        return [
            *("|", "|", "|", "|"),
            ("state", "=", "problem"),
            ("ship_state", "=", "failed"),
            ("label_state", "=", "failed"),
            ("delivery_problem", "!=", False),
            "&",
            ("state", "in", ("done", "child")),
            ("problem_kind", "!=", False),
        ]

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_loaded(self):
        """A deleted posting would come back with the next poll, without its history."""
        if self.filtered(lambda order: order.state != "ignored"):
            raise UserError(self.env._("Postings are not deleted: what the marketplace sent stays to be found."))

    # === BUSINESS METHODS === #
    def _retry(self):
        """Try again what is no order yet; what could not be read is read again."""
        orders = self.filtered(lambda order: not order.sale_order_id)
        unreadable = orders.filtered(lambda order: order.problem_kind == "payload")
        store = self.env["marketplace.order.store"].sudo()
        for order in unreadable:
            if not store._read_again(order.sudo()):
                order._fetch()
        (orders - unreadable)._requeue()

    def _fetch(self):
        """Read the present state of these postings from the cabinet, soon."""
        for order in self:
            # What was never read tells no scheme: it is asked for wherever it may be.
            known = {} if order.problem_kind == "payload" else {"scheme": order.scheme}
            payload = {"number": order.number, **known}
            self.env["marketplace.job"]._enqueue("order_fetch", order.account_id, order, payload, priority=1)

    def _requeue(self):
        """Put back in the line and wake the engine; the import itself happens there."""
        orders = self.filtered(lambda order: not order.sale_order_id)
        orders.write({"state": "received", "problem": False, "problem_kind": False})
        for account in orders.account_id:
            self.env["marketplace.order.poller"]._process(account)

    def _set_problem(self, kind, text, state="problem"):
        self.write({"state": state, "problem_kind": kind, "problem": text})

    def _on_job_ended(self, job, vals):
        """The engine tells why a job of this posting failed, or has to wait; see ``marketplace.job.runner``."""
        failed, text = vals["state"] == "failed", vals["error"]
        orders = self
        if job.operation in OF_LIVE_POSTINGS:
            orders = self.filtered(lambda order: order.status != unified.CANCELLED)
        if failed and job.operation in FAILURE_EVENTS:
            texts = dict.fromkeys(orders.ids, text)
            self.env["marketplace.notifier"]._tell(FAILURE_EVENTS[job.operation], orders, texts)
        for order in orders:
            if job.operation == "ship" and order.ship_state not in ("shipped", "sent"):
                order.write({"ship_state": "failed" if failed else order.ship_state, "ship_problem": text})
            elif job.operation == "ship_watch" and failed:
                order.ship_problem = text
            elif job.operation in LABEL_JOBS:
                order.write({"label_state": "failed" if failed else "waiting", "label_problem": text})
            elif job.operation in ("delivery_status", "tracking") and failed:
                order.delivery_problem = text
            elif job.operation in ASKED_FOR and failed:
                order.message_post(body=text)
                order._tell_person(text)

    def _tell_person(self, text):
        """What a person asked for was refused: he should not have to look for it."""
        for order in self:
            order.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Refused by the marketplace"),
                note=text,
                user_id=order.account_id.user_id.id or self.env.ref("base.user_admin").id,
            )

    def _compare(self, amount, other):
        """Sign of the difference of two amounts in the posting's currency."""
        currency = self.currency_id or self.company_id.currency_id
        return currency.compare_amounts(amount, other)

    def _format(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id or self.company_id.currency_id)

    def _get_goods(self):
        """Lines with goods: what the buyer pays for the delivery is in no box."""
        return self.line_ids.filtered(lambda line: line.kind == "goods")

    def _get_boxes(self):
        """Parcels with codes of their own, of a posting that stays one posting."""
        return self.parcel_ids.filtered(lambda parcel: parcel.posting_id == self and parcel.number != self.number)

    def _describe_units(self, numbers):
        """Which goods these units are, in words."""
        counts = {line: len(numbers & set((line.unit_numbers or "").split(","))) for line in self.line_ids}
        parts = [f"{line.name or line.article} × {count}" for line, count in counts.items() if count]
        return ", ".join(parts) or ", ".join(sorted(numbers))

    def _get_root(self):
        """The posting that the sale order was made of: itself, or the one it was split from."""
        self.ensure_one()
        return self.parent_id._get_root() if self.parent_id else self
