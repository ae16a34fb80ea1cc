from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models

from ..marketplaces.base import money
from ..models.marketplace_realization_difference import OF_BOOKS

ZERO = Decimal(0)
#: kind of the comparison → (kind of accruals, sign that makes them positive as the report's)
KINDS = {"sale": (money.SALE, 1), "return": (money.RETURN, -1), "commission": (money.COMMISSION, -1)}


class MarketplaceRealizationComparison(models.AbstractModel):
    """Compares a report with the accruals, posting by posting.

    The report holds what was delivered and what came back in its month; accruals are dated by when money moved. A
    posting may therefore be in one month here and in another there, without anything being wrong.
    """

    _name = "marketplace.realization.comparison"
    _description = "Marketplace Realization Comparison"

    @api.model
    def _compare(self, report):
        report.lock_for_update()
        report.line_ids._link()
        by_number = any(report.line_ids.mapped("number"))
        told, lines = self._read_report(report, by_number)
        accrued = self._read_ledger(report, by_number, told)
        differing = [
            key
            for key in sorted({*told, *accrued})
            if told.get(key, ZERO) != (accrued[key].inside if key in accrued else ZERO)
        ]
        orders, others = self._find_orders(report, differing), self._find_other_reports(report, differing)
        report.difference_ids.filtered(lambda row: row.code not in OF_BOOKS).unlink()
        self.env["marketplace.realization.difference"].create(
            [
                {
                    **self._explain(report, key, told, accrued, others),
                    "order_id": orders.get(key[1]),
                    "line_ids": [(6, 0, lines.get(key, []))],
                }
                for key in differing
            ]
        )
        report.write({**self._sum_month(accrued), "compared_at": fields.Datetime.now()})

    # --- both sides ---------------------------------------------------------------------------------------------
    def _read_report(self, report, by_number):
        """({(kind, number): amount}, {(kind, number): line ids}); the SKU in the number's place where the report
        tells no postings."""
        told, lines = defaultdict(lambda: ZERO), defaultdict(list)
        for line in report.line_ids:
            number = (line.number if by_number else line.sku) or ""
            goods = "sale" if line.kind == "sold" else "return"
            gross = _read(report, line.gross)
            for kind, amount in ((goods, abs(gross)), ("commission", _read(report, line.fee))):
                told[kind, number] += amount
                lines[kind, number].append(line.id)
        return told, lines

    def _read_ledger(self, report, by_number, told):
        """{(kind, number): ``Accrued``}: of the month, and of other days what is about the report's postings."""
        own, signs = defaultdict(Accrued), {ledger: (kind, sign) for kind, (ledger, sign) in KINDS.items()}
        fetched = ["kind", "number", "sku", "amount", "date"]
        Accrual = self.env["marketplace.accrual"].sudo()
        rows = Accrual.search_fetch(self._get_month_domain(report), fetched)
        numbers = {number for _kind, number in told if number} if by_number else set()
        if numbers:
            domain = [*self._get_domain(report), ("number", "in", list(numbers))]
            rows |= Accrual.search_fetch(domain, fetched)
        for row in rows:
            kind, sign = signs[row.kind]
            entry = own[kind, (row.number if by_number else row.sku) or ""]
            entry.add(row, sign * _read(report, row.amount), report.date_from <= row.date <= report.date_to)
        return own

    @api.model
    def _get_month_domain(self, report):
        days = [("date", ">=", report.date_from), ("date", "<=", report.date_to)]
        return [*self._get_domain(report), *days]

    def _get_domain(self, report):
        return [
            ("account_id", "=", report.account_id.id),
            ("currency_id", "=", report.currency_id.id),
            ("kind", "in", [ledger for ledger, _sign in KINDS.values()]),
            ("problem", "=", False),
            ("amount", "!=", 0),
        ]

    def _sum_month(self, accrued):
        sums = dict.fromkeys(KINDS, ZERO)
        for (kind, _number), entry in accrued.items():
            sums[kind] += entry.inside
        return {
            "ledger_sold": float(sums["sale"]),
            "ledger_returned": float(sums["return"]),
            "ledger_fee": float(sums["commission"]),
        }

    # --- why they differ ----------------------------------------------------------------------------------------
    def _explain(self, report, key, told, accrued, others):
        kind, number = key
        amount, entry = told.get(key, ZERO), accrued.get(key) or Accrued()
        other = others.get(key) if key not in told else None
        return {
            "realization_id": report.id,
            "kind": kind,
            "code": self._choose_code(amount, entry, key in told, other),
            "number": number,
            "report_amount": float(amount),
            "other_amount": float(entry.inside),
            "difference": float(amount - entry.inside),
            "accrued_from": min(entry.days, default=False),
            "accrued_to": max(entry.days, default=False),
            "other_report_id": other,
            "accrual_ids": [(6, 0, entry.rows)],
        }

    def _choose_code(self, amount, entry, in_report, other):
        if not in_report:
            return "other_report" if other else "not_reported"
        if amount == entry.inside + entry.outside:
            return "other_month"
        return "amount" if entry.rows else "not_accrued"

    def _find_other_reports(self, report, keys):
        """{(kind, number): id of the report of another month that has it}"""
        domain = [
            ("account_id", "=", report.account_id.id),
            ("realization_id", "!=", report.id),
            ("number", "in", list({number for _kind, number in keys if number})),
        ]
        found = {}
        lines = self.env["marketplace.realization.line"].search_fetch(domain, ["kind", "number", "realization_id"])
        for line in lines:
            goods = "sale" if line.kind == "sold" else "return"
            found[goods, line.number] = found["commission", line.number] = line.realization_id.id
        return found

    def _find_orders(self, report, keys):
        """{number: id of the posting}"""
        numbers = list({number for _kind, number in keys if number})
        domain = [("account_id", "=", report.account_id.id), ("number", "in", numbers)]
        return {order.number: order.id for order in self.env["marketplace.order"].search_fetch(domain, ["number"])}


class Accrued:
    """Accruals of one kind about one posting: the sum within the month and outside of it, with days and rows."""

    def __init__(self):
        self.inside = self.outside = ZERO
        self.rows, self.days = [], []

    def add(self, row, amount, inside):
        if inside:
            self.inside += amount
        else:
            self.outside += amount
        self.rows.append(row.id)
        self.days.append(row.date)


def _read(report, amount):
    """A Monetary field as the exact number that it is."""
    return Decimal(str(report.currency_id.round(amount)))
