from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

from ..marketplaces.base import status

#: Offers computed in one go: few enough for the memory, many enough for the queries.
BATCH = 20_000
INSERT = """INSERT INTO marketplace_stock
            (offer_id, warehouse_id, account_id, company_id, product_id, quantity, state, computed_at,
             sent_known, sent_quantity, there_known, create_uid, create_date, write_uid, write_date)
     SELECT *, false, 0, false, %s, %s, %s, %s
       FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::varchar[], %s::timestamp[])
"""


class MarketplaceStockEngine(models.AbstractModel):
    """Keeps ``marketplace.stock`` equal to what the formula says, and has changes sent."""

    _name = "marketplace.stock.engine"
    _description = "Marketplace Stock Engine"

    # === WHAT CHANGED === #
    @api.model
    def _cron_absorb(self):
        """First part of the lane's scheduled action: changed products become changed numbers and jobs."""
        try:
            count = self.sudo()._absorb()
            self.env["ir.cron"]._commit_progress(count)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
            self.env["marketplace.job"]._trigger_lanes(["stock"])

    @api.model
    def _absorb(self):
        """Compute what has changed since the last time. Returns how many products that were."""
        changes = self.env["marketplace.stock.change"]
        products, changed_there = changes._take()
        if not products:
            return 0
        self._forget_sent(changed_there)
        sold = products | self.env["marketplace.stock.reader"]._find_kits_of(products)
        self._compute(self._find_offers(sold))
        if changes.search_count([], limit=1):
            self.env["marketplace.job"]._trigger_lanes(["stock"])
        return len(products)

    def _forget_sent(self, pairs):
        """What was told is not what is shown any more: it is told again, also where the formula says the same, and
        where our number is on its way at this moment: nobody knows which of the two came first.

        :param pairs: {(account id, product id)}
        """
        if not pairs:
            return
        self.env["marketplace.stock"].flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE marketplace_stock stock SET sent_known = false, moved_there = true
                     FROM unnest(%s, %s) AS changed (account_id, product_id)
                    WHERE stock.account_id = changed.account_id AND stock.product_id = changed.product_id""",
                *map(list, zip(*pairs, strict=True)),
            )
        )
        self.env["marketplace.stock"].invalidate_model(["sent_known", "moved_there"])

    def _find_offers(self, products):
        """Offers of the products, and those that showed them until they were linked otherwise."""
        Offer = self.env["marketplace.offer"].with_context(active_test=False)
        shown = self.env["marketplace.stock"].search([("product_id", "in", products.ids)]).offer_id
        return Offer.search([("product_id", "in", products.ids)]) | shown

    @api.model
    def _run_compute(self, jobs, adapter, deadline):
        return self.env._("%s numbers have changed", self._compute_account(jobs.account_id))

    @api.model
    def _compute_account(self, account):
        offers = self.env["marketplace.offer"].with_context(active_test=False).search([("account_id", "=", account.id)])
        return self._compute(offers)

    # === COMPUTING === #
    @api.model
    def _compute(self, offers):
        """Compute the offers' numbers in all warehouses that count a location. Returns how many have changed."""
        self = self.sudo()
        count = 0
        groups = (
            self.env["marketplace.offer"]
            .with_context(active_test=False)
            ._read_group([("id", "in", offers.ids)], ["company_id"], ["account_id:recordset", "id:array_agg"])
        )
        for company, accounts, offer_ids in groups:
            # What a kit is made of is a company's own affair.
            reader = self.env["marketplace.stock.reader"].with_company(company)
            warehouses = self._get_warehouses(accounts)
            for ids in split_every(BATCH, offer_ids):
                batch = offers.browse(ids)
                count += self._store(batch, reader._read(batch, warehouses) if warehouses else {})
            self._push_changed(accounts)
        return count

    def _get_warehouses(self, accounts):
        return self.env["marketplace.warehouse"].search(
            [
                ("account_id", "in", accounts.ids),
                ("scheme", "!=", status.FBO),
                ("stock_location_ids", "!=", False),
            ]
        )

    def _store(self, offers, results):
        """Write what differs, and nothing else. Returns the number of changes."""
        known = self._read_known(offers)
        products = self._read_products(offers)
        fresh, changed = [], []
        numbers = ((offer_id, place, result) for place, group in results.items() for offer_id, result in group.items())
        for offer_id, warehouse, result in numbers:
            row = known.pop((offer_id, warehouse.id), None)
            product_id = products[offer_id]
            if row is None:
                # What was never shown needs no zero.
                if product_id and result.quantity is not None:
                    state = "waiting" if warehouse.stock_active else "preview"
                    fresh.append((offer_id, warehouse, product_id, result.quantity, state))
                continue
            if not row["product_id"] and not product_id:
                # Never linked: what the cabinet shows is somebody else's doing, and stays so.
                continue
            state = self._get_state(row, result.quantity, warehouse)
            if (row["quantity"], row["state"], row["product_id"]) != (result.quantity or 0, state, product_id):
                changed.append((row["id"], result.quantity or 0, state, product_id))
        # Their warehouse is gone from the cabinet, or counts nothing any more.
        changed += [
            (row["id"], row["quantity"], "unmanaged", row["product_id"])
            for row in known.values()
            if row["state"] != "unmanaged"
        ]
        self._insert(fresh)
        self._update(changed)
        return len(fresh) + len(changed)

    def _read_known(self, offers):
        self.env["marketplace.stock"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT id, offer_id, warehouse_id, product_id, quantity, state, sent_known, sent_quantity
                     FROM marketplace_stock WHERE offer_id = ANY(%s) AND state != 'held'""",
                list(offers._ids),
            )
        )
        return {(row["offer_id"], row["warehouse_id"]): row for row in rows}

    def _read_products(self, offers):
        return dict(
            self.env.execute_query(
                SQL("SELECT id, product_id FROM marketplace_offer WHERE id = ANY(%s)", list(offers._ids))
            )
        )

    def _get_state(self, row, quantity, warehouse):
        if quantity is None:
            return "unmanaged"
        if not warehouse.stock_active:
            return "preview"
        if row["state"] == "refused" and row["quantity"] == quantity:
            return "refused"
        return "sent" if row["sent_known"] and row["sent_quantity"] == quantity else "waiting"

    def _insert(self, rows):
        if not rows:
            return
        now, uid = fields.Datetime.now(), self.env.uid
        columns = zip(
            *(
                (offer_id, place.id, place.account_id.id, place.company_id.id, product_id, quantity, state, now)
                for offer_id, place, product_id, quantity, state in rows
            ),
            strict=True,
        )
        self.env.cr.execute(SQL(INSERT, uid, now, uid, now, *map(list, columns)))

    def _update(self, rows):
        if not rows:
            return
        columns = zip(*rows, strict=True)
        self.env.cr.execute(
            SQL(
                """UPDATE marketplace_stock stock
                      SET quantity = new.quantity, state = new.state, product_id = new.product_id, computed_at = %s
                     FROM unnest(%s::int[], %s::int[], %s::varchar[], %s::int[])
                          AS new (id, quantity, state, product_id)
                    WHERE stock.id = new.id""",
                fields.Datetime.now(),
                *map(list, columns),
            )
        )
        self.env["marketplace.stock"].browse([row[0] for row in rows]).invalidate_recordset()

    # === SENDING === #
    def _push_changed(self, accounts):
        """Accounts whose stock goes out on change are told at once; the others only of what is sold out."""
        groups = self.env["marketplace.stock"]._read_group(
            [("account_id", "in", accounts.ids), ("state", "=", "waiting")],
            ["account_id"],
            ["quantity:array_agg"],
        )
        for account, quantities in groups:
            schedule = account._get_schedule("stock")
            if not schedule.active:
                continue
            sold_out = 0 in quantities
            if schedule.kind == "change" or sold_out:
                self.env["marketplace.job"]._enqueue("stock_push", account, priority=1 if sold_out else 3)
