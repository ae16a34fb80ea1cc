from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import split_every

from ..marketplaces.base import status
from .marketplace_price_engine import ACCEPTED, decimal_of

BATCH = 500
#: A price that was accepted shows in the cabinet after a while.
LAG = timedelta(minutes=10)
#: A minimum price that the cabinet has lost is told again, not more often than this.
MINIMUM_AGAIN = timedelta(days=1)


class MarketplacePriceChecker(models.AbstractModel):
    """Reads what the cabinet shows: prices, commissions, and what waits in quarantine there."""

    _name = "marketplace.price.checker"
    _description = "Marketplace Price Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        if not account.price_pricelist_id:
            return self.env._("No pricelist is chosen on the account.")
        engine = self.env["marketplace.price.engine"]
        count = self._read(account, adapter, started)
        # Another commission is another lowest price.
        counts = engine._compute_account(account)
        result = self.env._(
            "%(count)s prices read; %(quarantine)s in quarantine, %(differ)s differ there",
            count=count,
            quarantine=counts["quarantine"],
            differ=counts["strategy"],
        )
        account._get_schedule("prices_check")._note_run("done", result, started)
        engine._go_on(account, counts)
        return result

    @api.model
    def _read(self, account, adapter, started=None):
        """Store what the cabinet shows. Returns how many of its offers have a row."""
        started = started or fields.Datetime.now()
        runner, schemes, count = self.env["marketplace.job.runner"], self._get_schemes(account), 0
        # Reading takes long: no transaction stays open meanwhile.
        runner._checkpoint()
        for batch in split_every(BATCH, adapter.iter_prices()):
            count += self._store(account, batch, schemes, started)
            runner._checkpoint()
        self._note_missing(account, started)
        runner._checkpoint()
        return count

    def _get_schemes(self, account):
        """Ways of selling that this account uses: the dearest of their commissions counts."""
        schemes = set(account.warehouse_ids.mapped("scheme")) - {status.FBO}
        fbo = [("account_id", "=", account.id), ("scheme", "=", status.FBO)]
        if self.env["marketplace.order"].search_count(fbo, limit=1):
            schemes.add(status.FBO)
        return schemes

    def _store(self, account, infos, schemes, started):
        """Returns how many of these offers have a row."""
        articles = [info.article for info in infos]
        rows = self.env["marketplace.price"].search(
            [("account_id", "=", account.id), ("offer_id.article", "in", articles)]
        )
        by_article = {row.offer_id.article: row for row in rows}
        for info in infos:
            row = by_article.get(info.article)
            if row:
                row.write(self._prepare_vals(info, schemes, started))
                self._compare(row, info, started)
        return len(by_article)

    def _note_missing(self, account, started):
        """Offers that the cabinet has no price of were asked for, too: the guard need not wait for them."""
        self.env["marketplace.price"].search(
            [("account_id", "=", account.id), "|", ("checked_at", "=", False), ("checked_at", "<", started)]
        ).write({"checked_at": started, "price_there": 0, "old_price_there": 0, "min_price_there": 0})

    def _prepare_vals(self, info, schemes, started):
        known = [info.commissions[scheme] for scheme in schemes if scheme in info.commissions]
        dearest = max(
            known or info.commissions.values(),
            key=lambda commission: info.price * commission.percent / 100 + commission.fixed,
            default=None,
        )
        vals = {
            "checked_at": started,
            "price_there": float(info.price),
            "old_price_there": float(info.old_price),
            "min_price_there": float(info.min_price),
        }
        if dearest:
            vals |= {"commission_percent": float(dearest.percent), "commission_fixed": float(dearest.fixed)}
        if info.price:
            # Told in money for the present price, but it is a part of whatever the price is.
            vals["acquiring_percent"] = float((info.acquiring * 100 / info.price).quantize(Decimal("0.001")))
        return vals

    def _compare(self, row, info, started):
        """Accepted is not shown. A price whose answer is not known, or that is to change anyway, is left alone."""
        if row.state not in ACCEPTED or not row.sent_at:
            return
        text = self.env["marketplace.price.text"]
        same = info.price == decimal_of(row.sent_price)
        if info.quarantined:
            self._set_state(row, "quarantine", text._get_quarantine(row))
        elif same:
            self._set_state(row, "sent", False)
            if row.sent_min_price and not info.min_price and row.sent_at < started - MINIMUM_AGAIN:
                row.sent_target = False
        elif row.sent_at <= started - LAG:
            self._set_state(row, "strategy", text._get_strategy(row))

    def _set_state(self, row, state, reason):
        if (row.state, row.reason or False) != (state, reason):
            row.write({"state": state, "reason": reason})
