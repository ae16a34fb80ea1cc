import base64

from odoo import api, fields, models
from odoo.tools import split_every

from ..services import xlsx_sheet

#: Rows read at a time: a sheet of fifty thousand is written without holding them all.
BATCH = 5000


class MarketplaceStockSheet(models.TransientModel):
    """The reconciliation of stock as a file; it goes by itself after some time."""

    _name = "marketplace.stock.sheet"
    _description = "Stock Reconciliation Sheet"

    content = fields.Binary(attachment=False, required=True)

    def _get_url(self):
        self.ensure_one()
        name = self.env._("Stock reconciliation %s", fields.Date.context_today(self))
        return f"/web/content/{self._name}/{self.id}/content/{name}.xlsx?download=true"

    @api.model
    def _make(self, rows):
        """An XLSX file, base64."""
        return base64.b64encode(xlsx_sheet.write(self.env._("Stock"), self._get_columns(), self._iter_rows(rows)))

    def _iter_rows(self, rows):
        for ids in split_every(BATCH, rows.ids):
            yield from rows.browse(ids)
            self.env.invalidate_all(flush=False)

    def _get_columns(self):
        """[(title, width, what stands in it)]; moments in the user's time zone."""
        labels = {
            name: dict(self.env["marketplace.stock"]._fields[name]._description_selection(self.env))
            for name in ("cause", "state")
        }

        def at(moment):
            return fields.Datetime.context_timestamp(self, moment).replace(tzinfo=None) if moment else ""

        return [
            (self.env._("Account"), 18, lambda row: row.account_id.name),
            (self.env._("Warehouse There"), 22, lambda row: row.warehouse_id.display_name),
            (self.env._("Article"), 16, lambda row: row.offer_id.article),
            (self.env._("Name There"), 40, lambda row: row.offer_id.name or ""),
            (self.env._("Product"), 40, lambda row: row.product_id.display_name or ""),
            (self.env._("In Odoo"), 10, lambda row: row.quantity),
            (self.env._("Shown There"), 12, lambda row: row.there_quantity),
            (self.env._("Reserved There"), 14, lambda row: row.there_reserved),
            (self.env._("Difference"), 11, lambda row: row.difference),
            (self.env._("Cause of the Difference"), 36, lambda row: labels["cause"].get(row.cause, "")),
            (self.env._("Ignored"), 9, lambda row: self.env._("yes") if row.ignored else ""),
            (self.env._("State"), 18, lambda row: labels["state"].get(row.state, "")),
            (self.env._("Last Sent"), 10, lambda row: row.sent_quantity if row.sent_at else ""),
            (self.env._("Sent At"), 17, lambda row: at(row.sent_at)),
            (self.env._("Compared"), 17, lambda row: at(row.checked_at)),
            (self.env._("Answer"), 50, lambda row: row.answer or ""),
        ]
