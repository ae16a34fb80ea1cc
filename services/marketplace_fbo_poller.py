from datetime import timedelta

from odoo import api, fields, models

from ..marketplaces.base import status

#: The list is ordered by creation and knows no "changed since": new ones are read with this overlap, the others by
#: number for as long as they are not final.
OVERLAP = timedelta(days=1)
#: FBO postings that are not delivered after so long are left to the completeness check.
ALIVE = timedelta(days=90)


class MarketplaceFboPoller(models.AbstractModel):
    """Reads the postings that the marketplace packs and delivers from its own warehouse."""

    _name = "marketplace.fbo.poller"
    _description = "Marketplace FBO Poller"

    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        poller, schedule = self.env["marketplace.order.poller"], account._get_schedule("fbo")
        since = min(schedule.read_until or account.start_date or started - OVERLAP, started)
        query = poller._make_query("created", since - OVERLAP, started + timedelta(minutes=5))
        seen, new = poller._read(account, adapter, adapter.iter_fbo_orders(query))
        # Taken before the reading began and moved only after it was complete.
        schedule.read_until = started
        again, changed = self._read_open(account, adapter, query)
        return poller._finish(account, "fbo", seen + again, new + changed, started)

    def _read_open(self, account, adapter, query):
        """What was not final the last time and is older than what has just been read."""
        domain = [
            ("account_id", "=", account.id),
            ("scheme", "=", status.FBO),
            ("status", "not in", status.FINAL),
            ("ordered_at", ">=", fields.Datetime.now() - ALIVE),
            ("ordered_at", "<", query.since.replace(tzinfo=None)),
        ]
        numbers = self.env["marketplace.order"].search_fetch(domain, ["number"]).mapped("number")
        if not numbers:
            return 0, 0
        poller = self.env["marketplace.order.poller"]
        oldest = poller._make_query(
            "created", fields.Datetime.now() - ALIVE - OVERLAP, fields.Datetime.now() + OVERLAP, numbers=numbers
        )
        return poller._read(account, adapter, adapter.iter_fbo_orders(oldest))
