from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import Again
from .stock_difference import Held, find_fbo_cause
from .stock_formula import count_kits, exact

ZERO = Decimal(0)
#: So long goods that were sent to the marketplace may be on their way, or wait to be counted there.
SUPPLY_DAYS = 14
#: Postings that are read before comparing have become deliveries after so many seconds.
POSTINGS_SECONDS = 20
UPSERT = """INSERT INTO marketplace_stock
            (offer_id, warehouse_id, account_id, company_id, product_id, quantity, there_quantity, there_reserved,
             difference, cause, state, sent_known, sent_quantity, there_known, checked_at, computed_at,
             create_uid, create_date, write_uid, write_date)
     SELECT new.*, 'held', false, 0, true, %(now)s, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
       FROM (%(rows)s) AS new
ON CONFLICT (offer_id, warehouse_id) DO UPDATE
        SET product_id = EXCLUDED.product_id, quantity = EXCLUDED.quantity, state = 'held', there_known = true,
            there_quantity = EXCLUDED.there_quantity, there_reserved = EXCLUDED.there_reserved,
            difference = EXCLUDED.difference, cause = EXCLUDED.cause, answer = NULL,
            ignored = marketplace_stock.ignored AND marketplace_stock.difference = EXCLUDED.difference,
            checked_at = EXCLUDED.checked_at, computed_at = EXCLUDED.computed_at
"""


class Listing(NamedTuple):
    """``unit``: pieces of the product in one unit of the offer."""

    offer_id: int
    article: str
    product_id: int | None
    unit: Decimal
    linked: bool


class Place(NamedTuple):
    """What Odoo knows of a product in the FBO location, in its own unit: on hand, sold and not delivered, supplied."""

    on_hand: dict
    leaving: dict
    supplied: dict


class MarketplaceFboChecker(models.AbstractModel):
    """Compares Odoo's FBO location with what the marketplace holds (STK4)."""

    _name = "marketplace.fbo.checker"
    _description = "Marketplace FBO Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        self._read_postings_first(jobs)
        listings = self._read_listings(account)
        self.env["marketplace.job.runner"]._checkpoint()
        shown = self._read_there(adapter, [listing.article for listing in listings])
        self.env["marketplace.job.runner"]._checkpoint()
        count, different = self._store(account, listings, shown)
        result = self.env._("%(count)s numbers read, %(different)s differ from Odoo", count=count, different=different)
        account._get_schedule("fbo_stock_check")._note_run("done", result, started)
        return result

    def _read_postings_first(self, job):
        """What the marketplace has shipped since its postings were read last would look like a loss."""
        account = job.account_id
        asked = (job.payload or {}).get("postings_read")
        if asked or not account._get_schedule("fbo").active or account._get_operation_problem("fbo_orders"):
            return
        self.env["marketplace.job"]._enqueue("fbo_poll", account, priority=3)
        self.env["marketplace.job.runner"]._checkpoint()
        raise Again(POSTINGS_SECONDS, payload={"postings_read": True}, note=self.env._("FBO postings are read first"))

    def _read_listings(self, account):
        self.env["marketplace.offer"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT offer.id, offer.article, offer.product_id,
                          COALESCE(unit.factor / base.factor, 1), offer.state != 'unlinked'
                     FROM marketplace_offer offer
                LEFT JOIN product_product product ON product.id = offer.product_id
                LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                LEFT JOIN uom_uom unit ON unit.id = offer.uom_id
                LEFT JOIN uom_uom base ON base.id = template.uom_id
                    WHERE offer.account_id = %s AND offer.state != 'ignored' ORDER BY offer.id""",
                account.id,
            )
        )
        return [Listing(*row[:3], exact(row[3]), row[4]) for row in rows]

    def _read_there(self, adapter, articles):
        """{article: (present, reserved)} over all warehouses of the marketplace."""
        shown = {}
        for level in adapter.iter_fbo_stocks(articles):
            present, reserved = shown.get(level.article, (0, 0))
            shown[level.article] = (present + level.present, reserved + level.reserved)
        return shown

    # === COMPARING === #
    @api.model
    def _store(self, account, listings, shown):
        """Bring the account's rows up to date. Returns how many offers lie somewhere, and how many of them differ."""
        place = account._get_fbo_place()
        rows = self._compare(account, listings, shown)
        self.env["marketplace.stock"].flush_model()
        if rows:
            self.env.cr.execute(self._get_upsert(account, place, rows))
        # Neither here nor there any more.
        gone = [("warehouse_id", "=", place.id), ("offer_id", "not in", [row[0] for row in rows])]
        self.env["marketplace.stock"].search(gone).unlink()
        self.env["marketplace.stock"].invalidate_model()
        return len(rows), sum(1 for row in rows if row[-1])

    def _get_upsert(self, account, place, rows):
        now, columns = fields.Datetime.now(), list(map(list, zip(*rows, strict=True)))
        arrays = SQL("%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::varchar[]", *columns)
        head = SQL(
            """SELECT new.offer_id, %s::int, %s::int, %s::int, new.product_id, new.quantity, new.present, new.reserved,
                      new.difference, NULLIF(new.cause, '')
                 FROM unnest(%s) AS new (offer_id, product_id, quantity, present, reserved, difference, cause)""",
            place.id,
            account.id,
            account.company_id.id,
            arrays,
        )
        return SQL(UPSERT, now=now, uid=self.env.uid, rows=head)

    def _compare(self, account, listings, shown):
        """[(offer id, product id, quantity here, present, reserved, difference, cause)] of what lies here or there.

        Where several offers sell one product, the others are taken for what they show, and the first one for the rest.
        """
        kits = (
            self.env["marketplace.stock.reader"]
            .with_company(account.company_id)
            ._read_kits({listing.product_id for listing in listings if listing.product_id})
        )
        here = self._read_here(account)
        groups = defaultdict(list)
        for listing in listings:
            groups[listing.product_id or f"offer {listing.offer_id}"].append(listing)
        rows = []
        for first, *others in groups.values():
            taken = ZERO
            for listing in others:
                present, reserved = shown.get(listing.article, (0, 0))
                taken += present * listing.unit
                if present:
                    rows.append((listing.offer_id, listing.product_id, present, present, reserved, 0, ""))
            rows += self._compare_one(first, taken, shown, here, kits)
        return rows

    def _compare_one(self, listing, taken, shown, here, kits):
        needs = kits.get(listing.product_id)
        present, reserved = shown.get(listing.article, (None, 0))
        quantity = self._count(here.on_hand, listing, needs) - taken / listing.unit
        held = Held(
            quantity=quantity,
            present=present,
            leaving=self._count(here.leaving, listing, needs),
            supplied=self._count(here.supplied, listing, needs),
            linked=listing.linked,
            kit=needs is not None,
        )
        if not present and not quantity:
            return []
        whole = int(quantity)
        difference = (present or 0) - whole
        return [
            (
                listing.offer_id,
                listing.product_id,
                whole,
                present or 0,
                reserved,
                difference,
                find_fbo_cause(held),
            )
        ]

    def _count(self, amounts, listing, needs):
        """In units of the offer; of a kit, what its parts would make."""
        if needs is None:
            return amounts.get(listing.product_id, ZERO) / listing.unit
        return count_kits({part: amounts.get(part, ZERO) for part in needs}, needs) / listing.unit

    # === WHAT ODOO KNOWS === #
    @api.model
    def _read_here(self, account, products=None):
        """``Place`` of the account's FBO location, of all products or of these."""
        inside = SQL("place.parent_path LIKE %s", f"{account._get_fbo_location().parent_path}%")
        chosen = SQL("AND row.product_id = ANY(%s)", products.ids) if products is not None else SQL()
        self.env["stock.quant"].flush_model()
        self.env["stock.move"].flush_model()
        on_hand = SQL(
            """SELECT row.product_id, sum(row.quantity) FROM stock_quant row
                 JOIN stock_location place ON place.id = row.location_id WHERE %s %s GROUP BY row.product_id""",
            inside,
            chosen,
        )
        leaving = SQL(
            """SELECT row.product_id, sum(row.product_qty) FROM stock_move row
                 JOIN stock_location place ON place.id = row.location_id
                WHERE %s %s AND row.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
             GROUP BY row.product_id""",
            inside,
            chosen,
        )
        supplied = SQL(
            """SELECT row.product_id, sum(row.product_qty) FROM stock_move row
                 JOIN stock_location place ON place.id = row.location_dest_id
                 JOIN stock_location source ON source.id = row.location_id
                WHERE %s %s AND row.state = 'done' AND row.date > %s AND source.usage IN ('internal', 'transit')
             GROUP BY row.product_id""",
            inside,
            chosen,
            fields.Datetime.now() - timedelta(days=SUPPLY_DAYS),
        )
        return Place(*(self._read_amounts(query) for query in (on_hand, leaving, supplied)))

    def _read_amounts(self, query):
        return {product_id: exact(amount or 0) for product_id, amount in self.env.execute_query(query)}
