from datetime import timedelta

from odoo import api, fields, models

from ..engine import OPERATIONS
from ..marketplaces.base import status

DAYS = 30
#: Postings of the last minutes may be on their way in.
SETTLE = timedelta(minutes=15)


class MarketplaceCompletenessChecker(models.AbstractModel):
    """Counts the cabinet's postings against ours and names every difference; what is missing here is fetched."""

    _name = "marketplace.completeness.checker"
    _description = "Marketplace Completeness Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        until = started - SETTLE
        since = max(account.start_date or until - timedelta(days=DAYS), until - timedelta(days=DAYS))
        with_fbo = self._is_fbo_loaded(account)
        there = self._read_cabinet(adapter, since, until, with_fbo)
        here = self._read_odoo(account, since, until, with_fbo)
        missing = sorted(there - here - self._read_known(account, there - here))
        extra = sorted(here - there)
        check = self.env["marketplace.completeness"].create(
            {
                "account_id": account.id,
                "since": since,
                "until": until,
                "cabinet_count": len(there),
                "odoo_count": len(there) - len(missing) + len(extra),
                "missing": "\n".join(missing),
                "extra": "\n".join(extra),
            }
        )
        if missing:
            self.env["marketplace.notifier"]._tell("completeness", check, {check.id: self._list_missing(missing)})
        for number in missing:
            self.env["marketplace.job"]._enqueue("order_fetch", account, payload={"number": number})
        account._get_schedule("completeness")._note_run("done", check.display_name, started)
        return check.display_name

    def _list_missing(self, numbers):
        names = ", ".join(numbers[:10]) + (" …" if len(numbers) > 10 else "")
        return self.env._(
            "%(count)s postings were missing and are being fetched: %(numbers)s", count=len(numbers), numbers=names
        )

    def _is_fbo_loaded(self, account):
        """FBO counts where the account loads it: its schedule runs and the key may ask."""
        needs = OPERATIONS["fbo_poll"].needs
        return account._get_schedule("fbo").active and not account._get_right_problem(needs)

    def _read_cabinet(self, adapter, since, until, with_fbo):
        query = self.env["marketplace.order.poller"]._make_query("created", since, until)
        numbers = {posting.number for posting in adapter.iter_orders(query) if posting.number}
        if with_fbo:
            numbers |= {posting.number for posting in adapter.iter_fbo_orders(query) if posting.number}
        return numbers

    def _read_odoo(self, account, since, until, with_fbo):
        orders = self.env["marketplace.order"].search_fetch(
            [
                ("account_id", "=", account.id),
                ("ordered_at", ">=", since),
                ("ordered_at", "<=", until),
                ("scheme", "in", status.SCHEMES if with_fbo else (status.FBS, status.RFBS)),
                ("problem_kind", "not in", ("payload",)),
            ],
            ["number"],
        )
        return set(orders.mapped("number"))

    def _read_known(self, account, numbers):
        """Numbers that are here with another time than the cabinet's window says."""
        orders = self.env["marketplace.order"].search_fetch(
            [("account_id", "=", account.id), ("number", "in", list(numbers))], ["number"]
        )
        return set(orders.mapped("number"))
