from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from ..engine import Again
from ..marketplaces.base import dto, status
from ..models.marketplace_return import GONE

PAGE = 200
OVERLAP = timedelta(hours=6)
SLICE = timedelta(days=7)
#: The marketplace's clock may be ahead of ours.
AHEAD = timedelta(minutes=5)
#: A buyer's request changes its state without a date to ask by: so far back they are read each time.
OWN_BACK = timedelta(days=45)


class MarketplaceReturnPoller(models.AbstractModel):
    """Reads returns from the marketplace and keeps them up to date."""

    _name = "marketplace.return.poller"
    _description = "Marketplace Return Poller"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        """Returns that the marketplace carries, by the time of their last change; a gap is closed slice by slice."""
        account, started = jobs.account_id, fields.Datetime.now()
        schedule, seen = account._get_schedule("returns"), 0
        since = min(schedule.read_until or account.start_date or started - OVERLAP, started)
        complete = False
        while not complete:
            until = min(since + SLICE, started)
            seen += self._read(account, adapter.iter_returns(self._aware(since - OVERLAP), self._aware(until + AHEAD)))
            schedule.read_until = since = until
            self._checkpoint()
            complete = since >= started
            if not complete and not self.env["marketplace.job.runner"]._has_time(deadline):
                raise Again(note=self.env._("Read up to %s", fields.Datetime.to_string(since)))
        return self._finish(account, "returns", seen, started)

    @api.model
    def _run_own(self, jobs, adapter, deadline):
        """Requests of buyers whom the seller delivered."""
        account, started = jobs.account_id, fields.Datetime.now()
        since = max(account.start_date or started - OWN_BACK, started - OWN_BACK)
        seen = self._read(account, adapter.iter_own_delivery_returns(self._aware(since), self._aware(started + AHEAD)))
        return self._finish(account, "own_returns", seen, started)

    def _read(self, account, items):
        seen = 0
        for page in split_every(PAGE, items):
            self._store(account, list(page))
            seen += len(page)
            self._checkpoint()
        return seen

    def _finish(self, account, task, seen, started):
        self._settle_late(account)
        result = self.env._("%s returns read", seen)
        account._get_schedule(task)._note_run("done", result, started)
        return result

    def _aware(self, moment):
        return self.env["marketplace.order.poller"]._aware(moment)

    def _checkpoint(self):
        self.env["marketplace.job.runner"]._checkpoint()

    # --- storing ------------------------------------------------------------------------------------------------
    @api.model
    def _store(self, account, items):
        """Create or refresh rows from ``dto.Return`` and ``dto.UnreadableReturn``; older news change nothing."""
        Return = self.env["marketplace.return"]
        # A page that shifts brings a return twice: the later one counts.
        items = {(item.source, item.external_id): item for item in items}
        known = {
            (row.source, row.external_id): row
            for row in Return.search(
                [("account_id", "=", account.id), ("external_id", "in", [key[1] for key in items])]
            )
        }
        refs = self._get_references(account, [item for item in items.values() if isinstance(item, dto.Return)])
        fresh, moved = [], Return.browse()
        for key, item in items.items():
            row = known.get(key)
            if isinstance(item, dto.UnreadableReturn):
                vals = {
                    "problem": self.env._("The marketplace sent something unreadable: %s", item.problem),
                    "is_unreadable": True,
                    "raw": item.raw,
                }
            else:
                vals = self._prepare_vals(item, refs)
                if row and row.is_unreadable:
                    vals.update(is_unreadable=False, problem=False)
            if not row:
                fresh.append({"account_id": account.id, "source": key[0], "external_id": key[1], **vals})
            elif not (row.changed_at and vals.get("changed_at") and vals["changed_at"] < row.changed_at):
                moved |= row if vals.get("stage", row.stage) != row.stage else Return
                row.write(
                    {name: value for name, value in vals.items() if name == "raw" or self._differs(row, name, value)}
                )
        created = Return.with_context(tracking_disable=True).create(fresh)
        self._settle(created | moved)
        self.env["marketplace.notifier"]._tell("return_changed", created | moved)
        return created | Return.union(*known.values())

    def _differs(self, row, name, value):
        current = row[name]
        return (current.id if isinstance(current, models.BaseModel) else current or False) != (value or False)

    def _get_references(self, account, items):
        """Ids that values point at, looked up once per page."""
        orders = self.env["marketplace.order"].search(
            [("account_id", "=", account.id), ("number", "in", [item.number for item in items if item.number])]
        )
        offers = (
            self.env["marketplace.offer"]
            .with_context(active_test=False)
            .search(
                [
                    ("account_id", "=", account.id),
                    "|",
                    ("sku", "in", [item.sku for item in items if item.sku]),
                    ("article", "in", [item.article for item in items if item.article]),
                ]
            )
        )
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list({item.currency for item in items if item.currency}))])
        )
        return {
            "order": {order.number: order.id for order in orders},
            "sku": {offer.sku: offer.id for offer in offers if offer.sku},
            "article": {offer.article: offer.id for offer in offers},
            "currency": {currency.name: currency.id for currency in currencies},
        }

    def _prepare_vals(self, item, refs):
        """:param item: ``dto.Return``"""
        naive = self.env["marketplace.order.store"]._naive
        return {
            "number": item.number or False,
            "order_number": item.order_number,
            "order_id": refs["order"].get(item.number, False),
            "scheme": item.scheme or False,
            "kind": item.kind,
            "stage": item.stage,
            "raw_stage": item.raw_stage,
            "stage_name": item.stage_name,
            "reason": item.reason,
            "sku": item.sku,
            "article": item.article,
            "name": item.name,
            "offer_id": refs["sku"].get(item.sku) or refs["article"].get(item.article, False),
            "quantity": item.quantity,
            # Decimal ends here: a Monetary field of two digits holds kopecks exactly.
            "price": float(item.price or 0),
            "currency_id": refs["currency"].get(item.currency, False),
            "created_at": naive(item.created_at),
            "changed_at": naive(item.changed_at),
            "arrived_at": naive(item.arrived_at),
            "finished_at": naive(item.finished_at),
            "place_name": item.place_name,
            "place_address": item.place_address,
            "target_name": item.target_name,
            "target_address": item.target_address,
            "barcode": item.barcode or False,
            "storage_cost": float(item.storage_cost or 0),
            "storage_days": item.storage_days,
            "compensation": item.compensation,
            "is_opened": item.is_opened,
            "raw": item.raw,
        }

    # --- what follows -------------------------------------------------------------------------------------------
    def _settle(self, returns):
        """What nobody has to do by hand: goods that are gone, in stock already, or back in the marketplace's stock."""
        waiting = returns.filtered(lambda item: item.state == "open")
        gone = waiting.filtered(lambda item: item.stage in GONE)
        gone.write({"state": "nothing_to_do"})
        back = (waiting - gone).filtered(self._is_back_there)
        for item in back:
            self.env["marketplace.return.receiver"]._receive_fbo(item)
        sold = (waiting - gone - back).filtered("sale_order_id")
        refunded = self._get_sales_with_returns(sold.sale_order_id)
        for order, items in sold.filtered(lambda item: item.sale_order_id in refunded).grouped("order_id").items():
            self.env["marketplace.return.receiver"]._settle_received(order, items)

    def _get_sales_with_returns(self, sales):
        domain = [("picking_id.return_id.sale_id", "in", sales.ids), ("state", "=", "done")]
        moves = self.env["stock.move"].search(domain) if sales else self.env["stock.move"]
        return moves.picking_id.return_id.sale_id

    def _is_back_there(self, item):
        return item.stage == status.RETURN_AT_MARKETPLACE and item.scheme == status.FBO and item.order_id

    def _settle_late(self, account):
        """Returns whose postings came, or were delivered here, after them."""
        domain = [
            ("account_id", "=", account.id),
            ("state", "=", "open"),
            ("scheme", "=", status.FBO),
            ("stage", "=", status.RETURN_AT_MARKETPLACE),
            ("order_id.state", "in", ("done", "cancelled")),
        ]
        self._settle(self.env["marketplace.return"].search(domain, limit=PAGE))
