from datetime import timedelta

from odoo import api, fields, models

#: Periods of the last weeks are read again: the marketplace still changes them.
BACK = timedelta(days=40)


class MarketplacePayoutPoller(models.AbstractModel):
    """Reads what the marketplace has paid out."""

    _name = "marketplace.payout.poller"
    _description = "Marketplace Payout Poller"

    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        schedule = account._get_schedule("payouts")
        since = account.accrual_start
        if schedule.read_until:
            since = max(since, (schedule.read_until - BACK).date())
        payouts = self._store(account, adapter.iter_payouts(since, started.date()))
        if account.payout_auto_match:
            self.env["marketplace.payout.matcher"]._match_clear(account)
        schedule.read_until = started
        result = self.env._("%s payouts read", len(payouts))
        schedule._note_run("done", result, started)
        return result

    @api.model
    def _store(self, account, items):
        """:param items: ``dto.Payout``"""
        items = {item.external_id: item for item in items}
        Payout = self.env["marketplace.payout"]
        known = {
            payout.external_id: payout
            for payout in Payout.search([("account_id", "=", account.id), ("external_id", "in", list(items))])
        }
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list({item.currency for item in items.values()}))])
        }
        fresh = []
        for external_id, item in items.items():
            vals = {
                "date_from": item.since,
                "date": item.date,
                "amount": float(item.amount),
                "currency_id": (currencies.get(item.currency) or account.money_currency_id).id,
                "raw": item.raw,
            }
            payout = known.get(external_id)
            if not payout:
                fresh.append({"account_id": account.id, "external_id": external_id, **vals})
            elif payout.currency_id.compare_amounts(payout.amount, vals["amount"]):
                text = self.env._(
                    "The marketplace now says %(new)s instead of %(old)s.", new=item.amount, old=payout.amount
                )
                payout.write(vals)
                payout.message_post(body=text)
        return Payout.create(fresh) | Payout.union(*known.values())
