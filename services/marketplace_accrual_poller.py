from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

from ..engine import Again

#: The marketplaces' calendar.
ZONE = pytz.timezone("Europe/Moscow")


class MarketplaceAccrualPoller(models.AbstractModel):
    """Reads accruals day by day: first what was never read, then the last days again, because they still change."""

    _name = "marketplace.accrual.poller"
    _description = "Marketplace Accrual Poller"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_types(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        result = self._read_types(account, adapter)
        account._get_schedule("accrual_types")._note_run("done", result, started)
        return result

    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        schedule, runner, asked = account._get_schedule("accruals"), self.env["marketplace.job.runner"], jobs.payload
        self._ensure_dictionary(account, adapter)
        days = self._choose_days(account, jobs.create_date.replace(microsecond=0), (asked or {}).get("days"))
        for position, day in enumerate(days):
            if position and not runner._has_time(deadline):
                raise Again(note=self.env._("Read up to %s", fields.Date.to_string(days[position - 1])))
            runner._checkpoint()
            told = adapter.get_accruals(day)
            self.env["marketplace.accrual.store"]._store_day(account, told)
            self._move_pointer(account, schedule, day)
            runner._checkpoint()
        result = self._describe(account, len(days))
        schedule._note_run("done", result, started)
        return result

    # --- the dictionary -----------------------------------------------------------------------------------------
    def _read_types(self, account, adapter):
        runner = self.env["marketplace.job.runner"]
        runner._checkpoint()
        items = list(adapter.iter_accrual_types())
        created = self.env["marketplace.accrual.type"]._learn(account.marketplace, items)
        if created:
            created._tell_new(account)
        runner._checkpoint()
        return self.env._("%(count)s types read, %(new)s new", count=len(items), new=len(created))

    def _ensure_dictionary(self, account, adapter):
        """The first reading needs the names of what it reads."""
        domain = [("marketplace", "=", account.marketplace), ("external_id", "!=", False)]
        known = self.env["marketplace.accrual.type"].search_count(domain, limit=1)
        if not known and account._can("accrual_types"):
            self._read_types(account, adapter)

    # --- which days ---------------------------------------------------------------------------------------------
    @api.model
    def _get_today(self):
        return datetime.now(ZONE).date()

    def _choose_days(self, account, asked_at, asked=None):
        """Days in the order in which they are to be read.

        :param asked_at: naive UTC; what was read since then is not read again by the same job
        :param asked: days as text that a person wants, instead of the usual ones
        """
        today = self._get_today()
        start = account.accrual_start or today.replace(day=1)
        rows = self.env["marketplace.accrual.day"].search_fetch([("account_id", "=", account.id)], ["date", "read_at"])
        read_at = {row.date: row.read_at for row in rows}
        if asked:
            days = [fields.Date.to_date(day) for day in asked]
            return [day for day in days if not (read_at.get(day) and read_at[day] >= asked_at)]
        never = [day for day in _each_day(start, today) if day not in read_at]
        again = [
            day
            for day in _each_day(max(start, today - timedelta(days=account.accrual_window)), today)
            if day in read_at and read_at[day] < asked_at
        ]
        return never + again

    def _move_pointer(self, account, schedule, day):
        """Up to where everything has been read without a gap."""
        moment = datetime.combine(day, time.min)
        if not schedule.read_until or moment > schedule.read_until:
            schedule.read_until = moment

    def _describe(self, account, count):
        domain = [("account_id", "=", account.id), ("difference", "!=", 0)]
        wrong = self.env["marketplace.accrual.day"].search_count(domain)
        if wrong:
            return self.env._("%(count)s days read; %(wrong)s do not add up", count=count, wrong=wrong)
        return self.env._("%s days read", count)


def _each_day(since, until):
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
