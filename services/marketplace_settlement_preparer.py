import calendar
from datetime import timedelta

from odoo import api, fields, models

#: A cabinet that was never settled before is not given years of drafts at once.
MOST = 24


class MarketplaceSettlementPreparer(models.AbstractModel):
    """Makes the next settlements when their periods are over and the marketplace has stopped changing them; a person
    looks at the preview and posts."""

    _name = "marketplace.settlement.preparer"
    _description = "Marketplace Settlement Preparer"

    @api.model
    def _run_prepare(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        settlements = self._prepare(account, fields.Date.context_today(self))
        for settlement in settlements:
            self._tell(settlement)
        result = self.env._("%s settlements prepared", len(settlements))
        account._get_schedule("settlements")._note_run("done", result, started)
        return result

    @api.model
    def _prepare(self, account, today):
        """A previewed settlement per period that ended long enough ago and has none."""
        settlements = self.env["marketplace.settlement"]
        while len(settlements) < MOST:
            first, until = self._get_next_period(account)
            if not first or until + timedelta(days=account.settlement_delay) > today:
                break
            settlement = settlements.create({"account_id": account.id, "date_from": first, "date_to": until})
            settlement.action_preview()
            settlements |= settlement
        return settlements

    @api.model
    def _get_next_period(self, account):
        """(first, last day) of what comes after the account's last settlement; (False, False) where nobody has said
        since when its money is loaded."""
        last = self.env["marketplace.settlement"].search(
            [("account_id", "=", account.id)], order="date_to desc", limit=1
        )
        first = last.date_to + timedelta(days=1) if last else account.accrual_start
        return (first, self._get_end(account, first)) if first else (False, False)

    def _get_end(self, account, first):
        """The last day of the period that ``first`` lies in."""
        if account.settlement_period == "half" and first.day <= 15:
            return first.replace(day=15)
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])

    def _tell(self, settlement):
        settlement.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Look at the preview, then post"),
            user_id=settlement.account_id.user_id.id or self.env.ref("base.user_admin").id,
        )
