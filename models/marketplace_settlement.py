from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class MarketplaceSettlement(models.Model):
    """A period's accruals, the accounting documents they became, and the proof that both are equal (MON3)."""

    _name = "marketplace.settlement"
    _description = "Marketplace Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char("Settlement", required=True, copy=False, default="/", readonly=True)
    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._get_only_account(),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="account_id.money_currency_id", store=True)
    payout_id = fields.Many2one(
        "marketplace.payout",
        domain="[('account_id', '=', account_id)]",
        check_company=True,
        help="Fills in the period that this payout belongs to.",
    )
    date_from = fields.Date(
        "From", compute="_compute_period", store=True, readonly=False, precompute=True, required=True, tracking=True
    )
    date_to = fields.Date(
        "To", compute="_compute_period", store=True, readonly=False, precompute=True, required=True, tracking=True
    )
    date = fields.Date(
        "Accounting Date",
        readonly=True,
        copy=False,
        help="The period's last day, or the first day after it that is not locked.",
    )
    # draft ──→ ready ──→ posting ──→ posted
    #             ↑ ↖────────┘ refused: told in problem   │
    #             └───────────────── reset ───────────────┘
    state = fields.Selection(
        [("draft", "Draft"), ("ready", "Ready"), ("posting", "Posting"), ("posted", "Posted")],
        required=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    problem = fields.Text(copy=False, readonly=True)
    posted_at = fields.Datetime(readonly=True, copy=False)
    note = fields.Text("Notes")

    accrual_ids = fields.One2many("marketplace.accrual", "settlement_id", "Accruals")
    line_ids = fields.One2many("marketplace.settlement.line", "settlement_id", "By Kind")
    difference_ids = fields.One2many("marketplace.settlement.difference", "settlement_id", "Differences")
    difference_count = fields.Integer(compute="_compute_difference_count")
    difference_advice = fields.Html("What to Do", compute="_compute_difference_advice", sanitize=False)
    has_unknown = fields.Boolean(compute="_compute_difference_count")
    payment_ids = fields.One2many("account.payment", "marketplace_settlement_id", "Payments")
    move_ids = fields.One2many("account.move", "marketplace_settlement_id", "Invoices, Bills and Entries")
    payment_count = fields.Integer(compute="_compute_document_counts")
    move_count = fields.Integer(compute="_compute_document_counts")

    # --- what posting makes of the rows
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    row_total = fields.Monetary("Sum of the Rows", readonly=True, copy=False)
    late_total = fields.Monetary("Of Earlier Periods", readonly=True, copy=False)
    receipt_total = fields.Monetary("Customers' Payments", readonly=True, copy=False)
    repayment_total = fields.Monetary("Paid Back to Customers", readonly=True, copy=False)
    bill_total = fields.Monetary("Services of the Marketplace", readonly=True, copy=False)
    misc_total = fields.Monetary("Other Entries", readonly=True, copy=False)

    _period_idx = models.Index("(account_id, date_from, date_to)")

    # === COMPUTE METHODS === #
    @api.depends("account_id", "payout_id")
    def _compute_period(self):
        """The payout's, or the one after the account's last settlement."""
        preparer = self.env["marketplace.settlement.preparer"]
        for settlement in self:
            if settlement.payout_id:
                settlement.date_from, settlement.date_to = settlement.payout_id.date_from, settlement.payout_id.date
            elif settlement.account_id and not settlement.date_from:
                settlement.date_from, settlement.date_to = preparer._get_next_period(settlement.account_id)

    @api.depends("difference_ids.code")
    def _compute_difference_count(self):
        for settlement in self:
            settlement.difference_count = len(settlement.difference_ids)
            settlement.has_unknown = "unknown_posting" in settlement.difference_ids.mapped("code")

    @api.depends("difference_ids.code")
    def _compute_difference_advice(self):
        """Each reason once, with how often it is and what to do about it."""
        labels = dict(self.env["marketplace.settlement.difference"]._fields["code"]._description_selection(self.env))
        line = Markup("<li><b>%s</b> (%s): %s</li>")
        for settlement in self:
            groups = settlement.difference_ids.grouped("code")
            items = Markup("").join(line % (labels[code], len(own), own[0].advice) for code, own in groups.items())
            settlement.difference_advice = Markup("<ul class='mb-0'>%s</ul>") % items

    @api.depends("payment_ids", "move_ids")
    def _compute_document_counts(self):
        for settlement in self:
            settlement.payment_count = len(settlement.payment_ids)
            settlement.move_count = len(settlement.move_ids)

    # === CONSTRAINT METHODS === #
    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for settlement in self:
            if settlement.date_from > settlement.date_to:
                raise ValidationError(self.env._("The period ends before it begins."))

    @api.constrains("account_id", "date_from", "date_to")
    def _check_overlap(self):
        for settlement in self:
            other = self.search(
                [
                    ("id", "!=", settlement.id),
                    ("account_id", "=", settlement.account_id.id),
                    ("date_from", "<=", settlement.date_to),
                    ("date_to", ">=", settlement.date_from),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._("Settlement %(name)s covers some of these days already.", name=other.name)
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        settlements = super().create(vals_list)
        for settlement in settlements:
            if settlement.name == "/":
                sequence = self.env["ir.sequence"].with_company(settlement.company_id)
                settlement.name = sequence.next_by_code(
                    "marketplace.settlement", sequence_date=settlement.date_to
                ) or self.env._("Settlement %s", settlement.id)
        return settlements

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if any(settlement.state in ("posted", "posting") for settlement in self):
            raise UserError(self.env._("Reset the settlement first: its documents are in the books."))

    # === ACTION METHODS === #
    def action_preview(self):
        """Collect the rows and show what posting would make of them."""
        for settlement in self:
            if settlement.state not in ("draft", "ready"):
                raise UserError(self.env._("%s is in the books already.", settlement.name))
            self.env["marketplace.settlement.planner"]._preview(settlement)

    def action_post(self):
        """The work itself is a job: thousands of rows take longer than a page may."""
        for settlement in self:
            if settlement.state == "draft":
                settlement.action_preview()
            if settlement.state != "ready":
                raise UserError(self.env._("%s is being posted, or is in the books already.", settlement.name))
            if settlement.account_id.money_way == "simple":
                raise UserError(
                    self.env._(
                        "Account %s registers its payments the simple way: a settlement would book them twice.",
                        settlement.account_id.name,
                    )
                )
            if not settlement.row_count:
                raise UserError(self.env._("There are no rows to post in %s.", settlement.name))
            self.env["marketplace.settlement.poster"]._check_setup(settlement)
            settlement.write({"state": "posting", "problem": False})
            self.env["marketplace.job"].sudo()._enqueue(
                "settlement_post", settlement.account_id, settlement, priority=1
            )

    def action_reset(self):
        for settlement in self:
            if settlement.state != "posted":
                raise UserError(self.env._("%s is not in the books.", settlement.name))
            self.env["marketplace.settlement.undo"]._reset(settlement)
            self.env["marketplace.settlement.planner"]._preview(settlement)

    def action_load_unknown(self):
        """Ask the marketplace for the postings that it has paid for and that Odoo does not know."""
        self.ensure_one()
        rows = self.difference_ids.filtered(lambda row: row.code == "unknown_posting").accrual_ids
        numbers = sorted(set(rows.mapped("number")) - {False})
        if not numbers:
            raise UserError(self.env._("Odoo knows all postings of %s.", self.name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Postings"),
            "res_model": "marketplace.order.fetch",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_account_id": self.account_id.id,
                "default_kind": "numbers",
                "default_numbers": "\n".join(numbers),
            },
        }

    def action_view_accruals(self):
        self.ensure_one()
        return self._open_accruals([("settlement_id", "=", self.id)], self.name)

    def action_view_late(self):
        self.ensure_one()
        domain = [("settlement_id", "=", self.id), ("date", "<", self.date_from)]
        return self._open_accruals(domain, self.env._("Of Earlier Periods"))

    def action_view_payments(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments"),
            "res_model": "account.payment",
            "view_mode": "list,form",
            "domain": [("marketplace_settlement_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_moves(self):
        self.ensure_one()
        return self._open_moves(self.move_ids)

    # === BUSINESS METHODS === #
    @api.model
    def _get_only_account(self):
        """Nothing to choose where there is only one account whose money is settled."""
        accounts = self.env["marketplace.account"].search(
            [("company_id", "in", self.env.companies.ids), ("money_way", "=", "settlement")], limit=2
        )
        return accounts if len(accounts) == 1 else accounts.browse()

    def _on_job_ended(self, job, vals):
        """Posting was refused, or waits: it can be tried again from here."""
        for settlement in self.filtered(lambda settlement: settlement.state == "posting"):
            failed = vals["state"] == "failed"
            settlement.write({"state": "ready" if failed else "posting", "problem": vals["error"]})

    def _note_changed(self):
        """Rows of a settlement that is not posted have changed: its page shows what they were."""
        self.filtered(lambda settlement: settlement.state == "ready").write({"state": "draft"})

    def _open_accruals(self, domain, name):
        return {
            "type": "ir.actions.act_window",
            "name": name or self.env._("Accruals"),
            "res_model": "marketplace.accrual",
            "view_mode": "list,form,pivot,graph",
            "domain": domain,
        }

    def _open_moves(self, moves):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
            "context": {"create": False},
        }

    def _get_moved(self):
        """What the documents have moved on the clearing account, as ``Decimal``."""
        self.ensure_one()
        return self.env["marketplace.settlement.poster"]._get_moved(self) if self.state == "posted" else Decimal(0)
