from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import status
from .stock_difference import Shown, find_cause

#: Listings that show something and have no row here: they are linked to no product.
INSERT = """INSERT INTO marketplace_stock
            (offer_id, warehouse_id, account_id, company_id, quantity, state, sent_known, sent_quantity, there_known,
             there_quantity, difference, create_uid, create_date, write_uid, write_date)
     SELECT offer.id, place.id, offer.account_id, offer.company_id, 0, 'unmanaged', false, 0, false, 0, 0,
            %(uid)s, %(now)s, %(uid)s, %(now)s
       FROM unnest(%(places)s::varchar[], %(articles)s::varchar[]) AS shown (place, article)
       JOIN marketplace_offer offer ON offer.account_id = %(account)s AND offer.article = shown.article
        AND offer.state != 'ignored'
       JOIN marketplace_warehouse place ON place.account_id = %(account)s AND place.external_id = shown.place
ON CONFLICT (offer_id, warehouse_id) DO NOTHING"""


class MarketplaceStockChecker(models.AbstractModel):
    """Reads what the cabinet shows and says where, and why, it differs from Odoo."""

    _name = "marketplace.stock.checker"
    _description = "Marketplace Stock Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        # Where nothing is counted, whatever the cabinet shows is none of our business.
        places = account.warehouse_ids.filtered(
            lambda place: place.active and place.scheme != status.FBO and place.stock_location_ids
        )
        self.env["marketplace.job.runner"]._checkpoint()
        levels = [level for place in places for level in adapter.iter_stocks(place.external_id)]
        self.env["marketplace.job.runner"]._checkpoint()
        unknown = self._add_unknown(account, levels)
        different = self._store_levels(account, levels)
        result = self.env._(
            "%(count)s numbers read, %(different)s differ from Odoo", count=len(levels), different=different
        )
        if unknown:
            # They are listed here as soon as their offers are known.
            self.env["marketplace.job"]._enqueue("offers_poll", account)
            result += self.env._("; %s listings are not loaded yet", unknown)
        account._get_schedule("stock_check")._note_run("done", result, started)
        return result

    def _add_unknown(self, account, levels):
        """Give a row to what the cabinet shows and nobody here counts. Returns how many listings have no offer."""
        shown = {(level.warehouse_id, level.article) for level in levels if level.present}
        rows = {(place, article) for _id, place, article, *_rest in self._read_rows(account)}
        missing = sorted(shown - rows)
        if not missing:
            return 0
        places, articles = zip(*missing, strict=True)
        query = SQL(
            INSERT,
            uid=self.env.uid,
            now=fields.Datetime.now(),
            places=list(places),
            articles=list(articles),
            account=account.id,
        )
        self.env.cr.execute(query)
        known = self.env["marketplace.offer"].with_context(active_test=False)
        return len(set(articles)) - known.search_count(
            [("account_id", "=", account.id), ("article", "in", list(set(articles)))]
        )

    def _store_levels(self, account, levels):
        """One statement for all rows of the account. Returns how many differ."""
        shown = {(level.warehouse_id, level.article): level for level in levels}
        found = []
        for row_id, place, article, quantity, state, linked in self._read_rows(account):
            level = shown.get((place, article))
            free, reserved = (level.free, level.reserved) if level else (None, 0)
            found.append((row_id, free or 0, reserved, find_cause(Shown(quantity, state, free, reserved, linked))))
        if found:
            self.env.cr.execute(self._get_update(found))
            self.env["marketplace.stock"].invalidate_model()
        return sum(1 for *_row, cause in found if cause)

    def _read_rows(self, account):
        self.env["marketplace.stock"].flush_model()
        self.env["marketplace.offer"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT stock.id, place.external_id, offer.article, stock.quantity, stock.state,
                          offer.state != 'unlinked'
                     FROM marketplace_stock stock
                     JOIN marketplace_warehouse place ON place.id = stock.warehouse_id
                     JOIN marketplace_offer offer ON offer.id = stock.offer_id
                    WHERE stock.account_id = %s AND place.scheme != %s""",
                account.id,
                status.FBO,
            )
        )

    def _get_update(self, found):
        return SQL(
            """UPDATE marketplace_stock stock
                  SET there_known = true, there_quantity = new.free, there_reserved = new.reserved, checked_at = %s,
                      difference = new.free - stock.quantity, cause = NULLIF(new.cause, ''),
                      -- What a person has looked at is shown again as soon as it is another difference.
                      ignored = stock.ignored AND new.free - stock.quantity = stock.difference
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::varchar[]) AS new (id, free, reserved, cause)
                WHERE stock.id = new.id""",
            fields.Datetime.now(),
            *map(list, zip(*found, strict=True)),
        )
