from odoo import api, fields, models

from ..marketplaces.base import status


class MarketplaceStockChecker(models.AbstractModel):
    """Reads what the cabinet shows, for the comparison with Odoo."""

    _name = "marketplace.stock.checker"
    _description = "Marketplace Stock Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        warehouses = account.warehouse_ids.filtered(lambda place: place.active and place.scheme != status.FBO)
        self.env["marketplace.job.runner"]._checkpoint()
        levels = [level for place in warehouses for level in adapter.iter_stocks(place.external_id)]
        self.env["marketplace.job.runner"]._checkpoint()
        self._store_levels(account, levels)
        result = self.env._("%s numbers read", len(levels))
        account._get_schedule("stock_check")._note_run("done", result, started)
        return result

    def _store_levels(self, account, levels):
        rows = self.env["marketplace.stock"].search([("account_id", "=", account.id)])
        shown = {(level.warehouse_id, level.article): level for level in levels}
        now = fields.Datetime.now()
        rows.fetch(["offer_id", "warehouse_id", "there_known", "there_quantity", "there_reserved"])
        for row in rows:
            level = shown.get((row.warehouse_id.external_id, row.offer_id.article))
            vals = {
                "there_known": True,
                "there_quantity": level.free if level else 0,
                "there_reserved": level.reserved if level else 0,
            }
            row.write({**{name: value for name, value in vals.items() if row[name] != value}, "checked_at": now})
