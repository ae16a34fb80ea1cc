import base64

from odoo import api, fields, models
from odoo.tools import split_every

from ..services import xlsx_sheet

#: Rows read at a time: a long sheet is written without holding them all.
BATCH = 5000
SUMS = ("quantity", "amount", "bonus", "coinvestment", "gross", "fee", "total")


class MarketplaceRealizationSheet(models.TransientModel):
    """A realization report as a file; it goes by itself after some time."""

    _name = "marketplace.realization.sheet"
    _description = "Realization Report Sheet"

    content = fields.Binary(attachment=False, required=True)
    name = fields.Char(required=True)

    def _get_url(self):
        self.ensure_one()
        return f"/web/content/{self._name}/{self.id}/content/{self.name}.xlsx?download=true"

    @api.model
    def _make(self, report):
        content = xlsx_sheet.write(self.env._("Realization"), self._get_columns(), self._iter_rows(report))
        name = self.env._("Realization report %s", report.display_name).replace("/", "-")
        return self.create({"content": base64.b64encode(content), "name": name})

    def _iter_rows(self, report):
        """The lines, and their totals as the last row."""
        totals = dict.fromkeys(SUMS, 0)
        Line = self.env["marketplace.realization.line"]
        for ids in split_every(BATCH, report.line_ids.ids):
            for line in Line.browse(ids):
                for name in SUMS:
                    totals[name] += line[name]
                yield line
            self.env.invalidate_all(flush=False)
        yield {name: round(total, 2) for name, total in totals.items()}

    def _get_columns(self):
        """[(title, width, what stands in it)]"""
        kinds = dict(self.env["marketplace.realization.line"]._fields["kind"]._description_selection(self.env))

        def of_line(read):
            """Empty in the row of totals."""
            return lambda row: "" if isinstance(row, dict) else read(row) or ""

        def total(name):
            return lambda row: row[name]

        def first(row):
            return self.env._("Total") if isinstance(row, dict) else row.row_number

        return [
            (self.env._("No."), 8, first),
            (self.env._("Sold or Returned"), 14, of_line(lambda row: kinds[row.kind])),
            (self.env._("Posting Number"), 20, of_line(lambda row: row.number)),
            (self.env._("Order"), 14, of_line(lambda row: row.sale_order_id.name)),
            (self.env._("SKU"), 14, of_line(lambda row: row.sku)),
            (self.env._("Article"), 16, of_line(lambda row: row.article)),
            (self.env._("Name There"), 40, of_line(lambda row: row.name)),
            (self.env._("Product"), 40, of_line(lambda row: row.product_id.display_name)),
            (self.env._("Barcode"), 16, of_line(lambda row: row.barcode)),
            (self.env._("Seller's Price"), 13, of_line(lambda row: row.seller_price)),
            (self.env._("Commission Rate"), 11, of_line(lambda row: row.ratio)),
            (self.env._("Buyer's Price"), 13, of_line(lambda row: row.price)),
            (self.env._("Quantity"), 10, total("quantity")),
            (self.env._("Paid by Buyers"), 14, total("amount")),
            (self.env._("Paid by the Marketplace"), 14, total("bonus")),
            (self.env._("Paid by Partners"), 14, total("coinvestment")),
            (self.env._("Gross"), 14, total("gross")),
            (self.env._("Commission"), 14, total("fee")),
            (self.env._("Due to Us"), 14, total("total")),
        ]
