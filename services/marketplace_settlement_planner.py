import json
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL, format_date

from ..marketplaces.base import money
from . import settlement_plan


class MarketplaceSettlementPlanner(models.AbstractModel):
    """Reads a settlement's rows and shows what they would become, before and after they do."""

    _name = "marketplace.settlement.planner"
    _description = "Marketplace Settlement Planner"

    # --- which rows ---------------------------------------------------------------------------------------------
    @api.model
    def _collect(self, settlement):
        """All open rows up to the period's end that no other settlement has: late ones come along by themselves."""
        domain = [
            ("account_id", "=", settlement.account_id.id),
            ("state", "=", "open"),
            ("date", "<=", settlement.date_to),
            ("currency_id", "=", settlement.currency_id.id),
            ("problem", "=", False),
            # What was withdrawn before it was booked moves nothing.
            ("amount", "!=", 0),
            ("settlement_id", "in", (False, settlement.id)),
        ]
        rows = self.env["marketplace.accrual"].sudo().search(domain)
        (settlement.sudo().accrual_ids - rows).write({"settlement_id": False})
        rows.filtered(lambda row: not row.settlement_id).write({"settlement_id": settlement.id})
        return rows

    # --- the plan -----------------------------------------------------------------------------------------------
    @api.model
    def _plan(self, settlement, book, coming=None):
        """:param book: ``ClaimBook`` of the rows' orders
        :param coming: {claim key: ``Claim``} as they will be after documents that are not made yet
        :return: ([``Row``], ``Plan``)
        """
        rows = self._read_rows(settlement, book)
        claims = {**book.claims, **(coming or {})}
        per_order = settlement.account_id.payment_grouping == "order"
        return rows, settlement_plan.make_plan(rows, claims, per_order=per_order)

    def _read_rows(self, settlement, book):
        self.env.flush_all()
        # Amounts as text: numbers would come as floats.
        query = SQL(
            """
            SELECT id, kind, type_id, amount::text, date, sale_order_id, number, unit_number
              FROM marketplace_accrual WHERE settlement_id = %s ORDER BY date, id
            """,
            settlement.id,
        )
        found = self.env.execute_query(query)
        books = self._get_books(settlement.account_id, {(kind, type_id) for _id, kind, type_id, *_rest in found})
        return [
            self._make_row(settlement, book, books[kind, type_id], values)
            for values in found
            for kind, type_id in [values[1:3]]
        ]

    def _make_row(self, settlement, book, rule, values):
        row_id, kind, _type, amount, date, sale, number, unit_number = values
        document, accounts, label = rule
        if document in ("suspense", "receivable"):
            # In suspense each one has to be found again.
            label = f"{label} {number or unit_number or ''}".strip()
        return settlement_plan.Row(
            id=row_id,
            kind=kind,
            document=document,
            amount=Decimal(amount),
            claim=book.of_sale.get(sale),
            book=accounts,
            label=label,
            month=f"{date:%Y-%m}" if date < settlement.date_from else "",
            number=number or unit_number or "",
        )

    def _get_books(self, account, kinds):
        """{(kind, type id): (document, (account, tax, analytic), label)}"""
        types = self.env["marketplace.accrual.type"].browse({type_id for _kind, type_id in kinds if type_id})
        labels = dict(self.env["marketplace.accrual"]._fields["kind"]._description_selection(self.env))
        types.fetch(["description"])
        books = {}
        for kind, type_id in kinds:
            kind_type = self.env["marketplace.accrual.type"].browse(type_id)
            rule = account._get_accrual_rule(kind_type, kind)
            label = kind_type.description or labels[kind]
            books[kind, type_id] = (rule.document, self._get_book(account, rule), label)
        return books

    def _get_book(self, account, rule):
        """(account, tax, analytic) as the plan groups by: ids, and the distribution as sorted JSON."""
        if rule.document in ("receivable", "suspense"):
            return account.suspense_account_id.id, 0, ""
        analytic = rule.analytic_distribution or (
            {str(account.analytic_account_id.id): 100} if account.analytic_account_id else {}
        )
        tax = (rule.tax_id or account.service_tax_id).id if rule.document == "bill" else 0
        return self._get_account(account, rule).id, tax or 0, json.dumps(analytic, sort_keys=True) if analytic else ""

    def _get_account(self, account, rule):
        if rule.book_account_id:
            return rule.book_account_id
        if rule.document == "bill":
            return account.service_account_id
        return account.other_expense_account_id if rule.kind == money.FINE else account.other_income_account_id

    # --- what people see ----------------------------------------------------------------------------------------
    @api.model
    def _preview(self, settlement):
        """Collect the rows and say what posting would make of them. Nothing is written but the settlement's page."""
        self._collect(settlement)
        documents = self.env["marketplace.settlement.documents"]
        book = self.env["marketplace.settlement.claims"]._read(settlement.accrual_ids.sale_order_id)
        coming = documents._foresee(settlement, book)
        rows, plan = self._plan(settlement, book, coming)
        self._show(settlement, book, rows, plan)
        settlement.write({"state": "ready", "problem": False})
        return plan

    @api.model
    def _show(self, settlement, book, rows, plan):
        """Write the page: totals by kind and type, and every difference with its reason."""
        settlement.line_ids.unlink()
        settlement.difference_ids.unlink()
        self.env["marketplace.settlement.line"].create(self._prepare_lines(settlement, rows))
        self.env["marketplace.settlement.difference"].create(self._prepare_differences(settlement, book, rows, plan))
        settlement.write(
            {
                "row_total": plan.total,
                "row_count": len(rows),
                "late_total": sum((row.amount for row in rows if row.month), Decimal(0)),
                "receipt_total": sum((transfer.amount for transfer in plan.receipts), Decimal(0)),
                "repayment_total": sum((transfer.amount for transfer in plan.repayments), Decimal(0)),
                "bill_total": plan.bill_total,
                "misc_total": plan.entry_total,
            }
        )

    def _prepare_lines(self, settlement, rows):
        types = {row.id: row.type_id.id for row in settlement.accrual_ids}
        groups = {}
        for row in rows:
            line = groups.setdefault(
                (row.kind, types[row.id], row.document),
                {
                    "settlement_id": settlement.id,
                    "kind": row.kind,
                    "type_id": types[row.id],
                    "document": row.document,
                    "amount": Decimal(0),
                    "late_amount": Decimal(0),
                    "row_count": 0,
                },
            )
            line["amount"] += row.amount
            line["late_amount"] += row.amount if row.month else 0
            line["row_count"] += 1
        order = {kind: position for position, kind in enumerate(money.KINDS)}
        return [
            {**line, "sequence": order[line["kind"]]}
            for line in sorted(groups.values(), key=lambda line: (order[line["kind"]], line["amount"]))
        ]

    def _prepare_differences(self, settlement, book, rows, plan):
        by_id = {row.id: row for row in rows}
        accruals = self.env["marketplace.accrual"]
        found = []
        for difference in plan.differences:
            own = [by_id[row] for row in difference.rows]
            orders = accruals.browse(difference.rows).order_id
            found.append(
                {
                    "settlement_id": settlement.id,
                    "code": "no_order" if difference.code == "unknown_posting" and orders else difference.code,
                    "amount": difference.amount,
                    "order_id": orders[:1].id,
                    "number": ", ".join(sorted({row.number for row in own if row.number})[:5]),
                    "accrual_ids": [(6, 0, difference.rows)],
                    "move_ids": [(6, 0, book.moves.get(difference.claim, []))],
                }
            )
        return found

    @api.model
    def _read_analytic(self, text):
        return json.loads(text) if text else False

    @api.model
    def _describe_month(self, month):
        """ "2026-08" → "August 2026" in the user's language."""
        return format_date(self.env, f"{month}-01", date_format="LLLL yyyy") if month else ""
