from odoo import api, fields, models
from odoo.tools import SQL

#: Where a transaction collects the products whose stock it has changed.
COLLECTED = "sale_marketplace.stock"


class MarketplaceStockChange(models.Model):
    """Products whose stock has changed since it was computed last: a queue that is only added to and taken from.

    A row per product and transaction, not a mark on the offer: two deliveries of one product, or a delivery and the
    worker that sends its number, would otherwise write into the same row and one of them would have to be repeated.
    """

    _name = "marketplace.stock.change"
    _description = "Marketplace Stock Change"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty for parts of kits.")
    # Its cabinet has changed the number by itself: postings came in or were cancelled.
    cabinet_id = fields.Many2one("marketplace.account", "Account", ondelete="cascade")

    @api.model
    def _mark(self, products, account=None):
        """Remember, at the end of this transaction and by one statement, that the stock of these products changed.

        :param account: whose cabinet has changed what it shows of them by itself
        """
        if not products._ids:
            return
        precommit = self.env.cr.precommit
        if COLLECTED not in precommit.data:
            precommit.data[COLLECTED] = set()
            precommit.add(self.sudo()._store_collected)
        # 0: nobody's cabinet.
        account_id = account.id if account else 0
        precommit.data[COLLECTED].update((product_id, account_id) for product_id in products._ids)

    def _store_collected(self):
        pairs = sorted(pair for pair in self.env.cr.precommit.data.pop(COLLECTED, ()) if pair[0])
        if pairs and self.env.execute_query(self._get_insert(pairs)):
            self.env.ref("sale_marketplace.ir_cron_lane_stock").sudo()._trigger()

    def _get_insert(self, pairs):
        """Only what is sold on a marketplace, or is a part of a kit, is worth a look."""
        kits = SQL()
        if "mrp.bom.line" in self.env:
            kits = SQL("OR EXISTS (SELECT 1 FROM mrp_bom_line line WHERE line.product_id = changed.product_id)")
        return SQL(
            """INSERT INTO marketplace_stock_change (product_id, cabinet_id, company_id)
               SELECT changed.product_id, account.id, COALESCE(account.company_id, offer.company_id)
                 FROM unnest(%s, %s) AS changed (product_id, account_id)
            LEFT JOIN marketplace_account account ON account.id = changed.account_id
            LEFT JOIN LATERAL (SELECT company_id FROM marketplace_offer
                                WHERE product_id = changed.product_id LIMIT 1) offer ON true
                WHERE offer.company_id IS NOT NULL
                   OR EXISTS (SELECT 1 FROM marketplace_stock stock WHERE stock.product_id = changed.product_id) %s
            RETURNING id""",
            *map(list, zip(*pairs, strict=True)),
            kits,
        )

    @api.model
    def _take(self, limit=5000):
        """Take the oldest rows out of the queue; returns the products, and those of which a cabinet has changed its
        number by itself: {(account id, product id)}. Whoever's transaction ends after our look at the stock has its
        row still in here: it is computed again."""
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM marketplace_stock_change WHERE id IN (
                       SELECT id FROM marketplace_stock_change ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING product_id, cabinet_id""",
                limit,
            )
        )
        products = self.env["product.product"].browse(sorted({product_id for product_id, _account_id in rows}))
        return products, {(account_id, product_id) for product_id, account_id in rows if account_id}
