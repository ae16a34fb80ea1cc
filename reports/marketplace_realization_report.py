from decimal import Decimal

from num2words import num2words

from odoo import api, models
from odoo.tools import format_date, formatLang, get_lang

AMOUNTS = ("gross", "fee", "total")
#: Rows on the first page, and on each of the others. The usual wkhtmltopdf neither repeats a table's head nor keeps its
#: rows whole: pages are cut here, and every row is as high as two lines.
FIRST_PAGE, NEXT_PAGE = 25, 30
#: So many rows fewer where the sums and signatures follow.
CLOSING = 9


class ReportRealization(models.AbstractModel):
    """The commission agent's report as the parties sign it: a row of the marketplace is a row here."""

    _name = "report.sale_marketplace.report_realization"
    _description = "Commission Agent's Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        reports = self.env["marketplace.realization"].browse(docids)
        return {
            "doc_ids": reports.ids,
            "doc_model": "marketplace.realization",
            "docs": reports,
            "documents": [self._prepare_document(report) for report in reports],
        }

    def _prepare_document(self, report):
        def day(name):
            return format_date(self.env, report[name]) if report[name] else ""

        return {
            "number": report.number or "",
            "document_date": day("document_date"),
            "date_from": day("date_from"),
            "date_to": day("date_to"),
            "agent": {
                "name": report.payer_name or report.account_id.partner_id.name or "",
                "tax_id": report.payer_tax_id or "",
            },
            "principal": {
                "name": report.receiver_name or report.company_id.name,
                "tax_id": report.receiver_tax_id or report.company_id.vat or "",
            },
            "contract_number": report.contract_number or "",
            "contract_date": day("contract_date"),
            "currency": report.currency_id.full_name or report.currency_id.name,
            "pages": _cut(self._prepare_rows(report)),
            "totals": {
                kind: self._prepare_part(report, report.line_ids.filtered(lambda line, kind=kind: line.kind == kind))
                for kind in ("sold", "returned")
            },
            **{
                name: self._format(report, report[name])
                for name in ("sold_gross", "returned_gross", "fee_total", "amount_total")
            },
            "in_words": self._write_out(report),
        }

    def _prepare_rows(self, report):
        """Sold and returned parts of a row side by side."""
        rows = []
        for (number, _posting, _sku), lines in report.line_ids.grouped(
            lambda line: (line.row_number, line.number, line.sku)
        ).items():
            first = lines[0]
            rows.append(
                {
                    "row_number": number,
                    "number": first.number or "",
                    "article": first.article or first.sku or "",
                    "name": first.name or first.product_id.name or "",
                    "seller_price": self._format(report, first.seller_price) if first.seller_price else "",
                    "total": self._format(report, sum(lines.mapped("total"))),
                    **{
                        kind: self._prepare_part(report, lines.filtered(lambda line, kind=kind: line.kind == kind))
                        for kind in ("sold", "returned")
                    },
                }
            )
        return rows

    def _prepare_part(self, report, lines):
        """Units and amounts without a sign: the column says which way they go. Empty where there is nothing."""
        if not lines:
            return dict.fromkeys(("quantity", *AMOUNTS), "")
        sign = -1 if lines[0].kind == "returned" else 1
        sums = {name: self._format(report, sign * sum(lines.mapped(name))) for name in AMOUNTS}
        return {"quantity": sign * sum(lines.mapped("quantity")), **sums}

    def _format(self, report, amount):
        # Neither a minus before nothing, nor a currency in each cell.
        return formatLang(self.env, report.currency_id.round(amount) + 0.0, digits=report.currency_id.decimal_places)

    def _write_out(self, report):
        """The amount in words, with the case endings of the language where it is known to decline its currency."""
        currency, amount = report.currency_id, report.currency_id.round(report.amount_total)
        try:
            language = get_lang(self.env).iso_code
            words = num2words(Decimal(str(abs(amount))), lang=language, to="currency", currency=currency.name)
        except NotImplementedError:
            words = currency.amount_to_text(abs(amount))
        if amount < 0:
            words = self.env._("minus %s", words)
        return words[:1].upper() + words[1:]


def _cut(rows):
    """The rows of each page; the last one has room for the sums and signatures, and may have nothing else."""
    pages, size = [], FIRST_PAGE
    while len(rows) > size:
        pages.append(rows[:size])
        rows, size = rows[size:], NEXT_PAGE
    pages.append(rows)
    if len(rows) > size - CLOSING:
        pages.append([])
    return pages
