from datetime import date, timedelta

from odoo import api, fields, models

from ..engine import Again, JobFailure
from ..marketplaces.base.errors import NotReady

#: A report that is not there is asked for once a day, up to this day of the month after.
LAST_DAY = 20
A_DAY = 24 * 3600


class MarketplaceRealizationPoller(models.AbstractModel):
    """Reads the report of a month: the last one by itself, another one when somebody asks for it."""

    _name = "marketplace.realization.poller"
    _description = "Marketplace Realization Poller"

    @api.model
    def _ask(self, account, year, month):
        """Let this month's report be read; the payload's number keeps months apart in the line."""
        payload = {"year": year, "month": month, "number": f"{year}-{month:02}"}
        return self.env["marketplace.job"].sudo()._enqueue("realization_poll", account, payload=payload, priority=3)

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        year, month = self._get_month(jobs.payload or {})
        try:
            told = adapter.get_realization(year, month)
        except NotReady:
            self._wait(account, year, month, started)
        report = self.env["marketplace.realization.store"]._store(account, year, month, told)
        result = self.env._("%(report)s: %(count)s rows read", report=report.display_name, count=len(told.rows))
        account._get_schedule("realization")._note_run("done", result, started)
        return result

    def _get_month(self, payload):
        if payload.get("year"):
            return payload["year"], payload["month"]
        last = self._get_today().replace(day=1) - timedelta(days=1)
        return last.year, last.month

    @api.model
    def _get_today(self):
        """By the marketplaces' calendar."""
        return self.env["marketplace.accrual.poller"]._get_today()

    def _wait(self, account, year, month, started):
        """Told where people look, and tried again tomorrow; after the last day a person is asked."""
        schedule, name = account._get_schedule("realization"), f"{month:02}.{year}"
        until = date(year + month // 12, month % 12 + 1, LAST_DAY)
        if self._get_today() >= until:
            raise JobFailure(
                self.env._(
                    "The marketplace has made no report of %s: look into the cabinet, then load it by «Load Report».",
                    name,
                )
            )
        note = self.env._("The report of %s is not ready yet; it is tried again tomorrow.", name)
        schedule._note_run("done", note, started)
        # What was written down stays, although the job does not end here.
        self.env["marketplace.job.runner"]._checkpoint()
        payload = {"year": year, "month": month, "number": f"{year}-{month:02}"}
        raise Again(A_DAY, payload=payload, note=note)
