import base64
from collections import defaultdict
from decimal import Decimal

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..marketplaces.base import money
from ..marketplaces.base.report import guess
from ..models.marketplace_accrual_type import KINDS
from ..services import accrual_file, xlsx_sheet

SHOWN_ROWS, SHOWN_PROBLEMS = 10, 50
#: More than any month of a seller has; a file that is larger is not what it should be.
MAX_LINES = 100_000
#: A column of these can be chosen once only: there is one number and one day in a line.
SINGLE = ("number", "sku", "article", "date", "uid", "quantity")


class MarketplaceAccrualImport(models.TransientModel):
    """Accruals from a report that was downloaded from the cabinet (MON1): columns are named, looked at, then stored."""

    _name = "marketplace.accrual.import"
    _description = "Import Accruals"

    # file ──→ columns ──→ preview ──→ done
    #             ↑           │
    #             └───────────┘ other meanings
    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("preview", "Preview"), ("done", "Done")],
        required=True,
        default="file",
    )
    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        domain="[('company_id', 'in', allowed_company_ids)]",
        default=lambda self: self._get_default_account(),
    )
    is_told = fields.Boolean(compute="_compute_is_told")
    file = fields.Binary(attachment=False, help="XLSX or CSV, as the cabinet gives it.")
    file_name = fields.Char()
    heading_row = fields.Integer(
        "Headings in Line", help="The line of the file in which the columns' names stand. It is found by itself."
    )
    orderless = fields.Boolean(
        "Also Lines Without a Posting",
        help="Such as storage or advertising. Leave it off where the file has lines with totals.",
    )
    column_ids = fields.One2many("marketplace.accrual.import.column", "wizard_id", "Columns")
    preview = fields.Html(readonly=True, sanitize=False)
    refused_count = fields.Integer(readonly=True)
    accrual_count = fields.Integer(readonly=True)
    accrual_ids = fields.Many2many("marketplace.accrual", readonly=True)
    result = fields.Char(readonly=True)

    @api.model
    def _get_default_account(self):
        """The one that has to be imported: those whose marketplace tells its accruals need no file."""
        accounts = self.env["marketplace.account"].search([("company_id", "in", self.env.companies.ids)])
        return accounts.filtered(lambda account: "accruals" not in account._get_info().operations)[:1]

    @api.depends("account_id")
    def _compute_is_told(self):
        for wizard in self:
            account = wizard.account_id
            wizard.is_told = bool(account) and "accruals" in account._get_info().operations

    # === ACTION METHODS === #
    def action_read(self):
        """Find the headings and say what they probably mean: as the last time, or by their names."""
        self.ensure_one()
        rows = self._read_rows()
        heading = self.heading_row - 1 if self.heading_row else accrual_file.find_heading(rows)
        if not 0 <= heading < len(rows):
            raise UserError(self.env._("The file has no line %s.", self.heading_row))
        self.column_ids.unlink()
        self.write(
            {
                "state": "columns",
                "heading_row": heading + 1,
                "column_ids": [Command.create(vals) for vals in self._prepare_columns(rows, heading)],
            }
        )
        return self._reopen()

    def action_preview(self):
        self.ensure_one()
        self._check_columns()
        self._keep_columns()
        parsed = self._parse()
        self.write(
            {
                "state": "preview",
                "preview": self._render(parsed),
                "refused_count": len(parsed.refused),
                "accrual_count": len(parsed.accruals),
            }
        )
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self.state = {"preview": "columns"}.get(self.state, "file")
        return self._reopen()

    def action_import(self):
        self.ensure_one()
        self._check_columns()
        parsed = self._parse()
        if not parsed.accruals:
            raise UserError(self.env._("No line of the file can be imported."))
        # The ledger is written by the program only; accountants may tell it a report.
        store = self.env["marketplace.accrual.store"].sudo().with_company(self.account_id.company_id)
        parts = {column.heading for column in self._get_columns() if column.role == "amount"}
        rows = store._store_rows(self.account_id.sudo(), parsed.accruals, parsed.told, parts)
        self.write(
            {
                "state": "done",
                "accrual_ids": [Command.set(rows.ids)],
                "refused_count": len(parsed.refused),
                "result": self.env._(
                    "%(told)s amounts read: %(news)s are new or have changed, %(same)s were known already; %(refused)s "
                    "lines were left out.",
                    told=len(parsed.accruals),
                    news=len(rows),
                    same=max(len(parsed.accruals) - len(rows), 0),
                    refused=len(parsed.refused),
                ),
            }
        )
        return self._reopen()

    def action_view_accruals(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        return {**action, "domain": [("id", "in", self.accrual_ids.ids)], "context": {}}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Accruals"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS === #
    def _read_rows(self):
        if not self.file:
            raise UserError(self.env._("Choose the file first."))
        try:
            rows = xlsx_sheet.read(base64.b64decode(self.with_context(bin_size=False).file), keep_empty=True)
        except xlsx_sheet.Unreadable as exc:
            raise UserError(self.env._("This is neither an XLSX file nor a CSV file.")) from exc
        if not any(any(row) for row in rows):
            raise UserError(self.env._("The file is empty."))
        if len(rows) > MAX_LINES:
            raise UserError(self.env._("The file has more than %s lines: choose a shorter period.", MAX_LINES))
        return rows

    def _prepare_columns(self, rows, heading):
        kept = {
            column.heading: column
            for column in self.env["marketplace.accrual.column"].search([("account_id", "=", self.account_id.id)])
        }
        types = {
            row.code: row.id
            for row in self.env["marketplace.accrual.type"].search([("marketplace", "=", self.account_id.marketplace)])
        }
        taken, result = set(), []
        for position, title in enumerate(_name_apart(rows[heading])):
            if not title:
                continue
            column = kept.get(title)
            if column:
                vals = {"role": column.role, "type_id": column.type_id.id, "opposite": column.opposite}
            else:
                vals = self._guess(title, types, taken)
            taken.add(vals["role"])
            sample = _find_sample(rows, heading, position)
            result.append({"position": position, "heading": title, "sample": sample, **vals})
        return result

    def _guess(self, title, types, taken):
        found = guess(self.account_id._get_info().report_columns, title)
        if not found or (found.role in SINGLE and found.role in taken):
            return {"role": "ignore", "type_id": False, "opposite": False}
        return {"role": found.role, "type_id": types.get(found.type_name, False), "opposite": found.charge}

    def _check_columns(self):
        roles = self.column_ids.mapped("role")
        for role, label in self.env["marketplace.accrual.column"]._fields["role"]._description_selection(self.env):
            if role in SINGLE and roles.count(role) > 1:
                raise UserError(self.env._("«%s» is chosen for more than one column.", label))
        if "date" not in roles:
            raise UserError(self.env._("Say which column has the date."))
        if "amount" not in roles:
            raise UserError(self.env._("Say which columns have amounts."))
        if "number" not in roles and not self.orderless:
            raise UserError(self.env._("Say which column has the posting number, or allow lines without a posting."))
        for column in self.column_ids.filtered(lambda column: column.role == "amount" and not column.type_id):
            raise UserError(self.env._("Say which kind of money stands in column «%s».", column.heading))

    def _keep_columns(self):
        """The next file of this cabinet is read in the same way."""
        Column = self.env["marketplace.accrual.column"]
        kept = {column.heading: column for column in Column.search([("account_id", "=", self.account_id.id)])}
        for column in self.column_ids:
            vals = {
                "role": column.role,
                "type_id": column.type_id.id if column.role == "amount" else False,
                "opposite": column.opposite and column.role == "amount",
            }
            if column.heading in kept:
                kept[column.heading].write(vals)
            else:
                Column.create({"account_id": self.account_id.id, "heading": column.heading, **vals})

    def _get_columns(self):
        return [
            accrual_file.Column(
                column.position,
                column.heading,
                column.role,
                column.type_id.code or "",
                column.type_id.kind or "",
                column.opposite,
            )
            for column in self.column_ids
            if column.role != "ignore"
        ]

    def _parse(self):
        currency = self.account_id.money_currency_id.name
        return accrual_file.parse(
            self._read_rows(), self.heading_row - 1, self._get_columns(), currency, orderless=self.orderless
        )

    # --- what people see ----------------------------------------------------------------------------------------
    def _render(self, parsed):
        return Markup().join([self._render_totals(parsed), self._render_rows(parsed), self._render_refused(parsed)])

    def _render_totals(self, parsed):
        labels = dict(self.env["marketplace.accrual"]._fields["kind"]._description_selection(self.env))
        kinds = {column.type_name: column.kind for column in self._get_columns() if column.role == "amount"}
        sums, counts = defaultdict(Decimal), defaultdict(int)
        for accrual in parsed.accruals:
            kind = kinds.get(accrual.type_name, money.UNKNOWN)
            sums[kind] += accrual.amount
            counts[kind] += 1
        rows = [(labels[kind], str(counts[kind]), self._format(sums[kind])) for kind, _label in KINDS if kind in sums]
        rows.append((self.env._("Total"), str(len(parsed.accruals)), self._format(sum(sums.values(), Decimal(0)))))
        return self._render_table((self.env._("Kind"), self.env._("Rows"), self.env._("Amount")), rows)

    def _render_rows(self, parsed):
        rows = [
            (
                format_date(self.env, accrual.date),
                accrual.number,
                accrual.article or accrual.sku,
                accrual.part,
                self._format(accrual.amount),
            )
            for accrual in parsed.accruals[:SHOWN_ROWS]
        ]
        headings = (
            *(self.env._("Date"), self.env._("Posting"), self.env._("Product")),
            *(self.env._("Column"), self.env._("Amount")),
        )
        return self._render_table(headings, rows)

    def _render_refused(self, parsed):
        if not parsed.refused:
            return Markup()
        texts = {
            "no_day": self.env._("«%s» is no date"),
            "no_number": self.env._("no posting number"),
            "no_amount": self.env._("no amount of money in %s"),
            "no_uid": self.env._("no number of the operation"),
            "uid_twice": self.env._("the number of the operation stands in line %s already"),
        }
        rows = [
            (str(number), texts[code] % value if "%s" in texts[code] else texts[code])
            for number, code, value in parsed.refused[:SHOWN_PROBLEMS]
        ]
        more = len(parsed.refused) - len(rows)
        if more > 0:
            rows.append(("…", self.env._("%s more lines", more)))
        title = Markup("<h4 class='text-danger mt-3'>%s</h4>") % self.env._("Lines that are left out")
        return title + self._render_table((self.env._("Line"), self.env._("Why")), rows)

    def _render_table(self, headings, rows):
        head = Markup().join(Markup("<th>%s</th>") % heading for heading in headings)
        body = Markup().join(
            Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % cell for cell in row) for row in rows
        )
        table = Markup("<table class='table table-sm'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>")
        return table % (head, body)

    def _format(self, amount):
        return format_amount(self.env, float(amount), self.account_id.money_currency_id)


def _name_apart(headings):
    """Two columns of one name are two columns."""
    counts, names = defaultdict(int), []
    for heading in headings:
        name = " ".join(heading.split())
        counts[name] += 1
        names.append(f"{name} ({counts[name]})" if name and counts[name] > 1 else name)
    return names


def _find_sample(rows, heading, position):
    cells = (row[position] for row in rows[heading + 1 : heading + 50] if position < len(row))
    return next((cell for cell in cells if cell), False)
