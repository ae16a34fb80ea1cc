from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .marketplace_realization_difference import OF_BOOKS


class MarketplaceRealization(models.Model):
    """The marketplace's report, as our commission agent, of what it has sold in a month (MON4)."""

    _name = "marketplace.realization"
    _description = "Marketplace Realization Report"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict", readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    year = fields.Integer(required=True, readonly=True, aggregator=None)
    month = fields.Integer(required=True, readonly=True, aggregator=None)
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    number = fields.Char(readonly=True)
    document_date = fields.Date("Dated", readonly=True)
    contract_number = fields.Char("Contract", readonly=True)
    contract_date = fields.Date("Contract Dated", readonly=True)
    payer_name = fields.Char("Agent", readonly=True)
    payer_tax_id = fields.Char("Agent's Tax ID", readonly=True)
    receiver_name = fields.Char("Principal", readonly=True)
    receiver_tax_id = fields.Char("Principal's Tax ID", readonly=True)
    # draft ──→ posting ──→ posted     what makes no documents is posted at once
    #   ↑ ↖────────┘ refused: told in problem   │
    #   └───────────────── reset ───────────────┘
    state = fields.Selection(
        [("draft", "Draft"), ("posting", "Posting"), ("posted", "Posted")],
        required=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
        readonly=True,
    )
    problem = fields.Text(readonly=True, copy=False)
    contradiction = fields.Text(
        "The Report Contradicts Itself", readonly=True, help="Its rows do not come to what it says they come to."
    )
    read_at = fields.Datetime("Loaded", readonly=True)
    compared_at = fields.Datetime("Compared", readonly=True, copy=False)
    posted_at = fields.Datetime(readonly=True, copy=False)
    date = fields.Date(
        "Accounting Date",
        readonly=True,
        copy=False,
        help="The period's last day, or the first day after it that is not locked.",
    )
    invoicing = fields.Selection(related="account_id.invoicing")

    line_ids = fields.One2many("marketplace.realization.line", "realization_id", "Rows")
    line_count = fields.Integer("Row Count", compute="_compute_line_count")
    difference_ids = fields.One2many("marketplace.realization.difference", "realization_id", "Differences")
    difference_count = fields.Integer(compute="_compute_difference_count")
    move_ids = fields.One2many("account.move", "marketplace_realization_id", "Invoices and Credit Notes")
    move_count = fields.Integer("Document Count", compute="_compute_move_count")

    # --- what the report adds up to
    sold_gross = fields.Monetary("Sold", readonly=True, help="Gross of what was delivered.")
    returned_gross = fields.Monetary("Returned", readonly=True, help="Gross of what came back.")
    fee_total = fields.Monetary("Commission", readonly=True)
    amount_total = fields.Monetary("Due to Us", readonly=True, help="Sold less returned less commission.")
    has_control = fields.Boolean(readonly=True)
    control_total = fields.Monetary(
        readonly=True, help="What the marketplace itself says is due, in its report without posting numbers."
    )
    # --- what was accrued in the same month
    ledger_sold = fields.Monetary("Sales Accrued", readonly=True)
    ledger_returned = fields.Monetary("Returns Accrued", readonly=True)
    ledger_fee = fields.Monetary("Commission Accrued", readonly=True)
    # --- what became of it
    invoiced_total = fields.Monetary("Invoiced", readonly=True, copy=False)
    credited_total = fields.Monetary("Credited", readonly=True, copy=False)

    _month_uniq = models.Constraint("UNIQUE(account_id, year, month)", "This month's report is there already.")

    # === COMPUTE METHODS === #
    @api.depends("account_id.name", "date_from")
    def _compute_display_name(self):
        for report in self:
            month = format_date(self.env, report.date_from, date_format="LLLL yyyy") if report.date_from else ""
            report.display_name = f"{report.account_id.name or ''} {month}".strip()

    @api.depends("line_ids")
    def _compute_line_count(self):
        for report in self:
            report.line_count = len(report.line_ids)

    @api.depends("difference_ids")
    def _compute_difference_count(self):
        for report in self:
            report.difference_count = len(report.difference_ids)

    @api.depends("move_ids")
    def _compute_move_count(self):
        for report in self:
            report.move_count = len(report.move_ids)

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if any(report.state != "draft" for report in self):
            raise UserError(self.env._("Reset the report first: it is posted."))

    # === ACTION METHODS === #
    def action_compare(self):
        for report in self:
            self.env["marketplace.realization.comparison"]._compare(report)

    def action_post(self):
        """Documents are made by a job: thousands of rows take longer than a page may."""
        for report in self:
            report._check_postable()
            if report.invoicing != "report":
                report._agree()
                continue
            report.write({"state": "posting", "problem": False})
            self.env["marketplace.job"].sudo()._enqueue("realization_post", report.account_id, report, priority=1)

    def action_reset(self):
        for report in self:
            if report.state != "posted":
                raise UserError(self.env._("%s is not posted.", report.display_name))
            self.env["marketplace.realization.undo"]._reset(report)

    def action_load_again(self):
        self.ensure_one()
        self.account_id._check_operation("realization")
        self.env["marketplace.realization.poller"]._ask(self.account_id, self.year, self.month)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("It is loaded within seconds: reload the page then.")},
        }

    def action_view_lines(self):
        self.ensure_one()
        return self._open_lines([("realization_id", "=", self.id)])

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices and Credit Notes"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("marketplace_realization_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_ledger(self):
        """The month's accruals of the kinds that the report speaks of."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        domain = self.env["marketplace.realization.comparison"]._get_month_domain(self)
        return {**action, "domain": domain, "context": {"group_by": "kind"}}

    def action_export(self):
        self.ensure_one()
        sheet = self.env["marketplace.realization.sheet"]._make(self)
        return {"type": "ir.actions.act_url", "url": sheet._get_url(), "target": "download"}

    def action_print(self):
        return self.env.ref("sale_marketplace.action_report_realization").report_action(self)

    # === BUSINESS METHODS === #
    def _check_postable(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s is being posted, or is posted already.", self.display_name))
        if not self.line_ids:
            raise UserError(self.env._("There are no rows to post in %s.", self.display_name))
        if not self.compared_at:
            raise UserError(
                self.env._("Compare %s with the accruals first, so that you see what you agree to.", self.display_name)
            )
        if self.invoicing == "report":
            self.env["marketplace.realization.poster"]._check(self)

    def _agree(self):
        """Invoices are made elsewhere: the accountant has seen the comparison and agrees."""
        self.lock_for_update()
        if self.state == "draft":
            self.write({"state": "posted", "posted_at": fields.Datetime.now(), "problem": False})

    def _on_job_ended(self, job, vals):
        """Posting was refused, or waits: it can be tried again from here."""
        for report in self.filtered(lambda report: report.state == "posting"):
            failed = vals["state"] == "failed"
            report.write({"state": "draft" if failed else "posting", "problem": vals["error"]})

    def _forget_books(self):
        """What posting has found differs."""
        self.difference_ids.filtered(lambda row: row.code in OF_BOOKS).unlink()

    def _open_lines(self, domain):
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_realization_line")
        return {**action, "domain": domain, "context": {}}
