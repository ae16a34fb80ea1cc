from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import status
from .stock_difference import Shown, find_cause


class MarketplaceStockChecker(models.AbstractModel):
    """Reads what the cabinet shows and says where, and why, it differs from Odoo."""

    _name = "marketplace.stock.checker"
    _description = "Marketplace Stock Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        places = account.warehouse_ids.filtered(lambda place: place.active and place.scheme != status.FBO)
        self.env["marketplace.job.runner"]._checkpoint()
        levels = [level for place in places for level in adapter.iter_stocks(place.external_id)]
        self.env["marketplace.job.runner"]._checkpoint()
        different = self._store_levels(account, levels)
        result = self.env._(
            "%(count)s numbers read, %(different)s differ from Odoo", count=len(levels), different=different
        )
        account._get_schedule("stock_check")._note_run("done", result, started)
        return result

    def _store_levels(self, account, levels):
        """One statement for all rows of the account. Returns how many differ."""
        shown = {(level.warehouse_id, level.article): level for level in levels}
        found = []
        for row_id, place, article, quantity, state in self._read_rows(account):
            level = shown.get((place, article))
            free, reserved = (level.free, level.reserved) if level else (None, 0)
            found.append((row_id, free or 0, reserved, find_cause(Shown(quantity, state, free, reserved))))
        if found:
            self.env.cr.execute(self._get_update(found))
            self.env["marketplace.stock"].invalidate_model()
        return sum(1 for *_row, cause in found if cause)

    def _read_rows(self, account):
        self.env["marketplace.stock"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT stock.id, place.external_id, offer.article, stock.quantity, stock.state
                     FROM marketplace_stock stock
                     JOIN marketplace_warehouse place ON place.id = stock.warehouse_id
                     JOIN marketplace_offer offer ON offer.id = stock.offer_id
                    WHERE stock.account_id = %s""",
                account.id,
            )
        )

    def _get_update(self, found):
        return SQL(
            """UPDATE marketplace_stock stock
                  SET there_known = true, there_quantity = new.free, there_reserved = new.reserved, checked_at = %s,
                      difference = new.free - stock.quantity, cause = NULLIF(new.cause, '')
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::varchar[]) AS new (id, free, reserved, cause)
                WHERE stock.id = new.id""",
            fields.Datetime.now(),
            *map(list, zip(*found, strict=True)),
        )
