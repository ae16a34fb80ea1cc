from odoo import api, models
from odoo.exceptions import AccessError, UserError

from . import number_list, xlsx_sheet

#: Paying so many takes about a minute; a request that takes much longer is ended by the server.
MAX_NUMBERS = 1000
#: Rows of a file that tell which of its columns has the numbers.
SAMPLE = 200
HANDLERS = {"pay": "marketplace.number.payer", "cancel": "marketplace.number.canceller"}


class MarketplaceNumberActionService(models.AbstractModel):
    """From a pasted or uploaded list of numbers to what has become of each (MON6).

    The list becomes lines, the lines are checked without changing anything, then applied. What a line means for an
    order is the business of ``HANDLERS``.
    """

    _name = "marketplace.number.action.service"
    _description = "Marketplace Number Action Service"

    # --- rights -------------------------------------------------------------------------------------------------
    @api.model
    def _check_rights(self, kind):
        """Accountants pay; whoever handles postings and sells may cancel."""
        user = self.env.user
        if kind == "pay" and not user.has_group("sale_marketplace.group_accountant"):
            raise AccessError(self.env._("Payments are registered by accountants: ask one, or for that right."))
        if kind == "cancel" and not (
            user.has_group("sale_marketplace.group_user") and user.has_group("sales_team.group_sale_salesman")
        ):
            raise AccessError(self.env._("To cancel orders you need the rights to handle postings and to sell."))

    # --- the list -----------------------------------------------------------------------------------------------
    @api.model
    def _read_rows(self, content):
        try:
            rows = xlsx_sheet.read(content)
        except xlsx_sheet.Unreadable as exc:
            raise UserError(self.env._("The file is neither an XLSX nor a CSV file: %s", exc)) from exc
        if not rows:
            raise UserError(self.env._("The file is empty."))
        return rows

    @api.model
    def _describe_columns(self, rows):
        """Which columns the file has, for people: ``A: Номер, B: Сумма``."""
        widest = max(map(len, rows))
        cells = [number_list.get_cell(rows[0], column) for column in range(widest)]
        return ", ".join(f"{number_list.to_letter(column)}: {cell or '–'}" for column, cell in enumerate(cells))

    @api.model
    def _guess_column(self, company, account, rows):
        """Letter of the first column in which most cells are numbers that we know; False when there is none."""
        sample = rows[:SAMPLE]
        cells = {cell for row in sample for cell in row if cell}
        found = self.env["marketplace.number.finder"]._find(company, account, list(cells))
        column = number_list.guess_column(sample, set(found))
        return number_list.to_letter(column) if column is not None else False

    @api.model
    def _to_position(self, letter):
        column = number_list.to_column(letter)
        if column is None:
            raise UserError(self.env._("«%s» is no column: columns are A, B, C and so on.", letter))
        return column

    # --- dry run ------------------------------------------------------------------------------------------------
    @api.model
    def _fill(self, wizard, entries):
        """Lines of the wizard for these entries, each with what would happen to it."""
        self._check_rights(wizard.action)
        if not entries:
            raise UserError(self.env._("There is no number in the list."))
        if len(entries) > MAX_NUMBERS:
            raise UserError(
                self.env._(
                    "At most %(limit)s numbers at once, these are %(count)s: divide the list.",
                    limit=MAX_NUMBERS,
                    count=len(entries),
                )
            )
        lines = self.env["marketplace.number.action.line"].create(self._prepare_lines(wizard, entries))
        sound = lines.filtered(lambda line: not line.outcome)
        self.env[HANDLERS[wizard.action]]._check(wizard, sound)

    def _prepare_lines(self, wizard, entries):
        finder, company, account = self.env["marketplace.number.finder"], wizard.company_id, wizard.account_id
        numbers = list(dict.fromkeys(entry.number for entry in entries))
        found = finder._find(company, account, numbers)
        texts = finder._explain_missing(company, account, [number for number in numbers if number not in found])
        seen, vals_list = set(), []
        for entry in entries:
            vals_list += self._prepare_entry(wizard, entry, found.get(entry.number), texts.get(entry.number), seen)
        return vals_list

    def _prepare_entry(self, wizard, entry, orders, text, seen):
        """Lines of one entry: one for each order that is paid, or for each posting that is cancelled."""
        vals = {
            "wizard_id": wizard.id,
            "number": entry.number,
            "has_amount": entry.amount is not None,
            "given_amount": float(entry.amount or 0),
        }

        def refuse(text, order=None):
            return [{**vals, "order_id": order.id if order else False, "outcome": "refused", "message": text}]

        if not orders:
            return refuse(text or self.env._("Not found: neither a posting, nor an order there, nor an order of Odoo."))
        if len(orders.account_id) > 1:
            names = ", ".join(orders.account_id.mapped("name"))
            return refuse(self.env._("It is in several accounts (%s): choose one of them above.", names))
        if entry.wrong_amount:
            return refuse(self.env._("«%s» is no amount.", entry.wrong_amount), orders[0])
        targets = self._get_targets(wizard, orders)
        fresh = [target for target in targets if target not in seen]
        if not fresh:
            return refuse(self.env._("It is twice in the list."), orders[0])
        if entry.amount is not None and len(fresh) > 1:
            return refuse(
                self.env._("%s orders have this number: give an amount for each posting.", len(fresh)), orders[0]
            )
        seen.update(fresh)
        return [{**vals, "order_id": targets[target].id} for target in fresh]

    def _get_targets(self, wizard, orders):
        """{what is paid or cancelled: the posting that stands for it}: parts of one sale order are paid together."""
        targets = {}
        for order in orders:
            target = order.sale_order_id if wizard.action == "pay" and order.sale_order_id else order
            targets.setdefault(target, order)
        return targets

    # --- in earnest ---------------------------------------------------------------------------------------------
    @api.model
    def _apply(self, wizard):
        """Do it for the lines that are ready. Who comes second, or again, finds nothing left to do."""
        self._check_rights(wizard.action)
        wizard.lock_for_update()
        ready = wizard.line_ids.filtered(lambda line: line.outcome == "ready")
        if not ready:
            raise UserError(self.env._("Nothing is left to do: see what is said of each line."))
        self.env[HANDLERS[wizard.action]]._apply(wizard, ready)

    # --- what became of it --------------------------------------------------------------------------------------
    @api.model
    def _make_sheet(self, lines):
        """bytes of an XLSX file"""
        labels = {
            name: dict(lines._fields[name]._description_selection(self.env))
            for name in ("outcome", "order_status", "sale_state", "invoice_state")
        }

        def label(name):
            return lambda line: labels[name].get(line[name], "")

        columns = [
            (self.env._("Number"), 24, lambda line: line.number),
            (self.env._("Account"), 18, lambda line: line.account_id.name or ""),
            (self.env._("Posting"), 24, lambda line: line.order_id.number or ""),
            (self.env._("Order"), 14, lambda line: line.sale_order_id.name or ""),
            (self.env._("Marketplace Status"), 18, label("order_status")),
            (self.env._("Order Status"), 16, label("sale_state")),
            (self.env._("Invoice"), 16, label("invoice_state")),
            (self.env._("Currency"), 9, lambda line: line.currency_id.name or ""),
            (self.env._("Open"), 12, lambda line: line.open_amount),
            (self.env._("Amount"), 12, lambda line: line.amount),
            (self.env._("Result"), 14, label("outcome")),
            (self.env._("Explanation"), 70, lambda line: line.message or ""),
        ]
        return xlsx_sheet.write(self.env._("By Numbers"), columns, lines)
