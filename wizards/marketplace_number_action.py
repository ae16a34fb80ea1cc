import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..models.marketplace_cancel_reason import KINDS
from ..services import number_list


class MarketplaceNumberAction(models.TransientModel):
    """Pay or cancel a list of orders by their numbers: first what would happen, then what has become of each (MON6)."""

    _name = "marketplace.number.action"
    _description = "By Numbers"
    # The result is read, and downloaded, for some days.
    _transient_max_hours = 72.0
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    account_id = fields.Many2one(
        "marketplace.account",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="Empty: numbers of all accounts of the company.",
    )
    action = fields.Selection(
        [("pay", "Register payments"), ("cancel", "Cancel orders")],
        required=True,
        default=lambda self: "pay" if self.env.user.has_group("sale_marketplace.group_accountant") else "cancel",
    )
    # --- the list
    source = fields.Selection([("text", "Pasted"), ("file", "A file")], "List", required=True, default="text")
    numbers = fields.Text(
        help="Numbers of postings, of orders there, or of orders in Odoo, in any order, separated by anything.\n"
        "To pay other amounts than what is open, paste two columns: number and amount.",
    )
    file = fields.Binary(attachment=False, help="XLSX or CSV.")
    file_name = fields.Char()
    number_column = fields.Char(
        "Column of the Numbers",
        help="A, B, C… Empty: the first one in which most cells are numbers that Odoo knows.",
    )
    amount_column = fields.Char("Column of the Amounts", help="A, B, C… Empty: what is open is paid in full.")
    columns = fields.Char("Columns of the File", readonly=True)
    # --- paying
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('type', 'in', ('bank', 'cash', 'credit'))]",
        help="Where the payments are booked. Empty: the clearing journal of each order's account.",
    )
    date = fields.Date("Payment Date", default=fields.Date.context_today)
    # --- cancelling
    kind = fields.Selection(KINDS, "Reason", help="Told to the marketplace for postings that are alive there.")
    explanation = fields.Char()
    # --- the result
    #   draft → checked → done
    #     ↑        │
    #     └────────┘ another list, other settings
    state = fields.Selection(
        [("draft", "List"), ("checked", "What Would Happen"), ("done", "Result")], default="draft", required=True
    )
    line_ids = fields.One2many("marketplace.number.action.line", "wizard_id")
    shown = fields.Selection(
        [("all", "All"), ("ready", "Would Be Done"), ("refused", "Refused"), ("done", "Done")],
        "Show",
        required=True,
        default="all",
    )
    shown_line_ids = fields.Many2many("marketplace.number.action.line", compute="_compute_shown_line_ids")
    ready_count = fields.Integer(compute="_compute_counts")
    summary = fields.Char(compute="_compute_counts")
    sheet = fields.Binary(attachment=False, readonly=True)

    @api.depends("account_id")
    def _compute_journal_id(self):
        for wizard in self:
            wizard.journal_id = wizard.account_id.payment_journal_id

    @api.depends("shown", "line_ids.outcome")
    def _compute_shown_line_ids(self):
        for wizard in self:
            wizard.shown_line_ids = wizard.line_ids.filtered(
                lambda line, shown=wizard.shown: shown in ("all", line.outcome)
            )

    @api.depends("line_ids.outcome", "line_ids.amount")
    def _compute_counts(self):
        labels = dict(self.env["marketplace.number.action.line"]._fields["outcome"]._description_selection(self.env))
        for wizard in self:
            groups = wizard.line_ids.grouped("outcome")
            wizard.ready_count = len(groups.get("ready", ()))
            parts = [f"{labels[name]}: {len(groups[name])}" for name in labels if name in groups]
            sums = wizard.line_ids.filtered("amount").grouped("currency_id")
            parts += [format_amount(self.env, sum(lines.mapped("amount")), money) for money, lines in sums.items()]
            wizard.summary = ", ".join(parts)

    @api.model
    def default_get(self, fields_list):
        """Opened from a list of orders or postings: their numbers are there already."""
        values = super().default_get(fields_list)
        model, chosen = self.env.context.get("active_model"), self.env.context.get("active_ids")
        if "numbers" in fields_list and chosen and model in ("sale.order", "marketplace.order"):
            name = "name" if model == "sale.order" else "number"
            values["numbers"] = "\n".join(self.env[model].browse(chosen).mapped(name))
        return values

    # === ACTION METHODS === #
    def action_check(self):
        """The dry run: nothing is changed."""
        self.ensure_one()
        self.line_ids.unlink()
        self.env["marketplace.number.action.service"]._fill(self, self._read_entries())
        self.write({"state": "checked", "shown": "all"})
        return self._reopen()

    def action_apply(self):
        self.ensure_one()
        self.env["marketplace.number.action.service"]._apply(self)
        self.write({"state": "done", "shown": "all"})
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        if self.state == "checked":
            self.line_ids.unlink()
            self.state = "draft"
        return self._reopen()

    def action_export(self):
        """The result as a file, with all its lines."""
        self.ensure_one()
        service = self.env["marketplace.number.action.service"]
        self.sheet = base64.b64encode(service._make_sheet(self.line_ids))
        name = self.env._("By numbers %s", fields.Date.context_today(self))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/sheet/{name}.xlsx?download=true",
            "target": "download",
        }

    # === BUSINESS METHODS === #
    def _read_entries(self):
        if self.source == "text":
            self.columns = False
            return number_list.parse_text(self.numbers, with_amounts=self.action == "pay")
        return self._read_file()

    def _read_file(self):
        if not self.file:
            raise UserError(self.env._("Choose the file first."))
        service = self.env["marketplace.number.action.service"]
        rows = service._read_rows(base64.b64decode(self.file))
        self.columns = service._describe_columns(rows)
        self.number_column = self.number_column or service._guess_column(self.company_id, self.account_id, rows)
        if not self.number_column:
            raise UserError(
                self.env._(
                    "In no column of the file are most cells numbers that Odoo knows. Say which column has the "
                    "numbers (%s).",
                    self.columns,
                )
            )
        amounts = self.action == "pay" and self.amount_column
        return number_list.parse_rows(
            rows,
            service._to_position(self.number_column),
            service._to_position(self.amount_column) if amounts else None,
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("By Numbers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
