from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Not Sent"),
    ("blocked", "Blocked"),
    ("approval", "To Approve"),
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("refused", "Refused"),
    ("quarantine", "In Quarantine"),
    ("strategy", "Differs There"),
]
#: A person should look at these.
ATTENTION = ("approval", "blocked", "refused", "quarantine", "strategy")


class MarketplacePrice(models.Model):
    """What an offer should cost, what the marketplace was told, and what it shows."""

    _name = "marketplace.price"
    _description = "Marketplace Price"
    _order = "account_id, offer_id, id"
    _rec_name = "offer_id"

    offer_id = fields.Many2one("marketplace.offer", required=True, readonly=True, ondelete="cascade")
    account_id = fields.Many2one(related="offer_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="offer_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="offer_id.product_id", store=True, index="btree_not_null")
    categ_id = fields.Many2one(related="product_id.categ_id", store=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # --- what is right
    price = fields.Monetary(readonly=True, aggregator=None, help="As the pricelist and the common discount say now.")
    old_price = fields.Monetary("Price Before Discount", readonly=True, aggregator=None)
    min_price = fields.Monetary("Minimum Price", readonly=True, aggregator=None, help="0: the cabinet's stays.")
    vat_rate = fields.Float("VAT", readonly=True, digits=(5, 4), aggregator=None)
    floor_price = fields.Monetary(
        "Lowest Price", readonly=True, aggregator=None, help="It pays for cost, commission, fees and VAT exactly."
    )
    margin = fields.Monetary(
        readonly=True, aggregator=None, help="What is left of the price after cost, commission, fees and VAT."
    )
    # All that is told, as one text: equal texts need no sending. Without the second one nothing is known of what the
    # marketplace has: a price is on its way, or its answer was lost.
    target = fields.Char(readonly=True)
    sent_target = fields.Char(readonly=True)
    # What we tell:
    #
    #   draft ←→ waiting ──→ sent ←──→ quarantine | strategy     accepted, and the cabinet shows another price
    #     ↑  ↖      ↑   ↖──→ refused                             another price or a person tries again
    #     │   ↘     ↓
    #     └── approval | blocked                                 a jump to decide on; what must not go
    #
    # Every state but «sent» is left by the next computation as soon as another price is right.
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        index=True,
    )
    needs_attention = fields.Boolean(compute="_compute_needs_attention", search="_search_needs_attention")
    reason = fields.Char("Why", readonly=True)
    approved_price = fields.Monetary("Approved", readonly=True, aggregator=None)
    declined_price = fields.Monetary("Declined", readonly=True, aggregator=None)
    # --- what was told
    sent_price = fields.Monetary("Accepted Price", readonly=True, aggregator=None)
    sent_old_price = fields.Monetary("Accepted Before Discount", readonly=True, aggregator=None)
    sent_min_price = fields.Monetary("Accepted Minimum", readonly=True, aggregator=None)
    sent_at = fields.Datetime("Accepted", readonly=True)
    not_before = fields.Datetime(readonly=True, help="The marketplace takes the next price of this offer then.")
    claimed_until = fields.Datetime(readonly=True, help="A worker is sending it.")
    # --- what the cabinet shows
    price_there = fields.Monetary(readonly=True, aggregator=None)
    old_price_there = fields.Monetary("Before Discount There", readonly=True, aggregator=None)
    min_price_there = fields.Monetary("Minimum There", readonly=True, aggregator=None)
    checked_at = fields.Datetime("Last Read", readonly=True)
    commission_percent = fields.Float("Commission (%)", readonly=True, digits=(5, 2), aggregator=None)
    commission_fixed = fields.Monetary(
        "Fees", readonly=True, aggregator=None, help="Processing and delivery, by the marketplace's own forecast."
    )
    acquiring_percent = fields.Float("Acquiring (%)", readonly=True, digits=(5, 3), aggregator=None)
    explanation = fields.Html(compute="_compute_explanation", sanitize=False)

    _offer_uniq = models.Constraint("UNIQUE(offer_id)", "This offer has its price already.")
    _waiting_idx = models.Index("(account_id, not_before) WHERE state = 'waiting'")

    # === COMPUTE METHODS === #
    @api.depends("state")
    def _compute_needs_attention(self):
        for row in self:
            row.needs_attention = row.state in ATTENTION

    def _search_needs_attention(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        wanted = value if operator == "=" else True in value
        return [("state", "in" if wanted else "not in", ATTENTION)]

    @api.depends("price", "offer_id")
    def _compute_explanation(self):
        engine, text = self.env["marketplace.price.engine"].sudo(), self.env["marketplace.price.text"]
        for row in self:
            row.explanation = text._render(row.sudo(), engine._explain(row.sudo()))

    # === ACTION METHODS === #
    def action_approve(self):
        """A person has seen the jump: this price may go; another one is asked for again."""
        rows = self._filter_or_refuse("approval", self.env._("None of these prices waits for approval."))
        for row in rows:
            row.write({"approved_price": row.price, "declined_price": 0, "state": "waiting", "reason": False})
        rows._push_soon()

    def action_decline(self):
        """The price in the cabinet stays; the next price that the pricelist brings is looked at anew."""
        rows = self._filter_or_refuse("approval", self.env._("None of these prices waits for approval."))
        reason = self.env._("%s decided not to send this price.", self.env.user.name)
        for row in rows:
            row.write({"declined_price": row.price, "approved_price": 0, "state": "draft", "reason": reason})

    def action_send_again(self):
        """Also what was refused, and what should be there already."""
        rows = self.filtered(lambda row: row.state in ("waiting", "sent", "refused", "quarantine", "strategy"))
        if not rows:
            raise UserError(self.env._("Blocked prices, and those to approve, cannot be sent."))
        rows.write({"state": "waiting", "sent_target": False, "reason": False})
        rows._push_soon()

    def action_compute(self):
        """At once, by the settings and pricelists of this moment."""
        engine = self.env["marketplace.price.engine"].sudo()
        for account, rows in self.grouped("account_id").items():
            engine._compute(account.sudo(), rows.offer_id.sudo())
            rows.filtered(lambda row: row.state == "waiting")._push_soon()

    def action_view_offer(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.offer",
            "res_id": self.offer_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #
    def _filter_or_refuse(self, state, problem):
        rows = self.filtered(lambda row: row.state == state)
        if not rows:
            raise UserError(problem)
        return rows

    def _push_soon(self):
        for account in self.account_id.filtered("price_active"):
            self.env["marketplace.job"].sudo()._enqueue("price_push", account, priority=2)
