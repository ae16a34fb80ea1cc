from odoo import api, fields, models
from odoo.exceptions import UserError

from .marketplace_order import INITIATORS


class MarketplaceCancelRequest(models.Model):
    """A buyer whom the seller delivers himself wants to cancel; the seller approves or rejects (CAN4)."""

    _name = "marketplace.cancel.request"
    _description = "Marketplace Cancellation Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state desc, decide_until, id desc"
    _rec_name = "number"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    external_id = fields.Char("Request", required=True, readonly=True, copy=False)
    number = fields.Char("Posting Number", required=True, readonly=True, index=True)
    order_id = fields.Many2one("marketplace.order", "Posting", readonly=True, index="btree_not_null")
    sale_order_id = fields.Many2one(related="order_id.sale_order_id")
    # What is at stake, for whoever decides.
    product_summary = fields.Char(related="order_id.product_summary")
    total = fields.Monetary(related="order_id.total")
    currency_id = fields.Many2one(related="order_id.currency_id")
    order_status = fields.Selection(related="order_id.status", string="On the Marketplace")
    # pending → approved | rejected, by us or, after decide_until, by the marketplace
    state = fields.Selection(
        [("pending", "To Decide"), ("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    # What we have said and the marketplace has not confirmed yet.
    decision = fields.Selection([("approve", "Approving"), ("reject", "Rejecting")], readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    initiator = fields.Selection(INITIATORS, "Asked By", readonly=True)
    reason = fields.Char(readonly=True)
    unit_numbers = fields.Char("Units There", readonly=True, help="Empty: the whole posting.")
    what = fields.Char("To Cancel", compute="_compute_what", help="What of the posting the buyer wants to cancel.")
    message = fields.Char("Buyer's Words", readonly=True)
    comment = fields.Char("Our Answer", readonly=True)
    requested_at = fields.Datetime("Asked", readonly=True)
    decide_until = fields.Datetime(readonly=True, help="After that the marketplace approves by itself.")
    urgent = fields.Boolean(compute="_compute_urgent", search="_search_urgent")
    problem = fields.Text(readonly=True, copy=False)

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This request is there already.")

    @api.depends("state", "decide_until")
    def _compute_urgent(self):
        soon = fields.Datetime.add(fields.Datetime.now(), hours=12)
        for request in self:
            request.urgent = request.state == "pending" and bool(request.decide_until and request.decide_until < soon)

    @api.depends("unit_numbers", "order_id.line_ids.unit_numbers")
    def _compute_what(self):
        for request in self:
            wanted = set((request.unit_numbers or "").split(",")) - {""}
            request.what = request.order_id._describe_units(wanted) if wanted else self.env._("The whole posting")

    def _search_urgent(self, operator, value):
        if operator != "in":
            return NotImplemented
        soon = fields.Datetime.add(fields.Datetime.now(), hours=12)
        return [("state", "=", "pending"), ("decide_until", "<", soon)]

    # === ACTION METHODS === #
    def action_approve(self):
        self._decide("approve")
        return self._notify_sent()

    def action_reject(self):
        """The buyer should read why."""
        waiting = self._get_waiting()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject the Cancellation"),
            "res_model": "marketplace.cancel.request.reject",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_ids": [fields.Command.set(waiting.ids)]},
        }

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.order",
            "view_mode": "form",
            "res_id": self.order_id.id,
        }

    # === BUSINESS METHODS === #
    def _get_waiting(self):
        waiting = self.filtered(lambda request: request.state == "pending" and not request.decision)
        if not waiting:
            raise UserError(self.env._("These requests are decided already."))
        return waiting

    def _decide(self, decision, comment=""):
        """Remember the decision and tell the marketplace by a job."""
        waiting = self._get_waiting()
        waiting.check_access("write")
        for account in waiting.account_id:
            account._check_operation("cancel_request_decide")
        # Whoever handles orders decides; the rows are the marketplace's.
        waiting.sudo().write(
            {"decision": decision, "decided_by_id": self.env.uid, "comment": comment or False, "problem": False}
        )
        for request in waiting:
            self.env["marketplace.job"]._enqueue(
                "cancel_request_decide", request.account_id, request, {"approve": decision == "approve"}, priority=1
            )

    @api.model
    def _link_orders(self, orders):
        """Requests that were told before their postings."""
        unlinked = self.search([("order_id", "=", False), ("number", "in", orders.mapped("number"))])
        by_key = {(order.account_id, order.number): order for order in orders}
        for request in unlinked:
            request.order_id = by_key.get((request.account_id, request.number), False)

    @api.model
    def _link_numbers(self, account, numbers):
        """The same for postings that may be there already: two workers may have stored the two at the same moment."""
        domain = [("account_id", "=", account.id), ("number", "in", numbers)]
        if self.search_count([*domain, ("order_id", "=", False)], limit=1):
            self._link_orders(self.env["marketplace.order"].search(domain))

    def _on_job_ended(self, job, vals):
        """The engine tells why a decision was refused, which can be made again then, or has to wait."""
        self.write({"problem": vals["error"], **({"decision": False} if vals["state"] == "failed" else {})})

    def _notify_sent(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("The marketplace is being told."),
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
