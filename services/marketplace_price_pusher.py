from collections import Counter
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import Again
from ..marketplaces.base import dto, errors
from .marketplace_price_engine import decimal_of

#: So long nobody else sends the prices that a worker has taken: longer than a call may last.
CLAIM_SECONDS = 60


class MarketplacePricePusher(models.AbstractModel):
    """Sends changed prices in full batches and keeps the answer of each."""

    _name = "marketplace.price.pusher"
    _description = "Marketplace Price Pusher"

    @api.model
    def _run_push(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        if not account.price_active:
            return self.env._("Sending prices is switched off on the account.")
        runner, engine = self.env["marketplace.job.runner"], self.env["marketplace.price.engine"]
        computed = engine._compute_account(account)
        # It is this job that sends what waits.
        engine._go_on(account, computed - Counter(waiting=computed["waiting"]))
        runner._checkpoint()
        counts = self._send(account, adapter, deadline)
        result = self._summarize(counts, computed)
        account._get_schedule("prices")._note_run("done", result, started)
        runner._checkpoint()
        self._go_on_later(account)
        return result

    @api.model
    def _send(self, account, adapter, deadline=None):
        """Send what waits, batch by batch. Returns a counter of the answers, and of the calls."""
        runner, counts = self.env["marketplace.job.runner"], Counter()
        while claimed := self._claim(account, adapter.info.limits["price_set"]):
            runner._checkpoint()
            answers = self._ask(claimed, adapter)
            runner._checkpoint()
            self._note_answers(claimed, answers)
            runner._checkpoint()
            counts.update(answer.state for answer in answers)
            counts["calls"] += 1
            if not runner._has_time(deadline):
                break
        return counts

    def _go_on_later(self, account):
        """What the marketplace does not take yet is sent as soon as it does."""
        query = SQL(
            """SELECT GREATEST(not_before, claimed_until) AS moment FROM marketplace_price
                WHERE account_id = %s AND state = 'waiting' ORDER BY moment NULLS FIRST LIMIT 1""",
            account.id,
        )
        self.env["marketplace.price"].flush_model()
        rows = self.env.execute_query(query)
        if rows:
            seconds = (rows[0][0] - fields.Datetime.now()).total_seconds() if rows[0][0] else 0
            raise Again(max(1, seconds))

    def _summarize(self, counts, computed):
        attention = computed["approval"] + computed["blocked"]
        if not counts["calls"]:
            return self.env._("Nothing to send; %s to approve or blocked", attention)
        return self.env._(
            "%(accepted)s accepted, %(refused)s refused, %(later)s later; %(attention)s to approve or blocked",
            accepted=counts["accepted"],
            refused=counts["refused"],
            later=counts["later"],
            attention=attention,
        )

    # === TAKING === #
    def _claim(self, account, size):
        """{row id: (end of the claim, what is told as one text, ``dto.PriceTarget``)}; nobody else takes these now.

        From here on nothing is known of what the marketplace has: if this worker dies, the price is sent again, even if
        the one before it is right by then.
        """
        Price = self.env["marketplace.price"]
        Price.flush_model()
        self.env["marketplace.offer"].flush_model()
        now = fields.Datetime.now()
        until = now + timedelta(seconds=CLAIM_SECONDS)
        taken = self.env.execute_query(
            SQL(
                """WITH chosen AS (
                       SELECT price.id FROM marketplace_price price
                         JOIN marketplace_offer offer ON offer.id = price.offer_id
                        WHERE price.account_id = %(account)s AND price.state = 'waiting'
                          AND offer.state = 'linked' AND offer.active
                          AND COALESCE(price.not_before, %(now)s) <= %(now)s
                          AND COALESCE(price.claimed_until, %(now)s) <= %(now)s
                     ORDER BY price.id LIMIT %(size)s FOR UPDATE OF price SKIP LOCKED)
                   UPDATE marketplace_price price SET claimed_until = %(until)s, sent_target = NULL
                     FROM chosen WHERE price.id = chosen.id RETURNING price.id""",
                account=account.id,
                now=now,
                until=until,
                size=size,
            )
        )
        rows = Price.browse(sorted(row_id for (row_id,) in taken))
        rows.invalidate_recordset()
        return {row.id: (until, row.target, self._make_target(row, account)) for row in rows}

    def _make_target(self, row, account):
        """Told is what was computed and decided on, not what the settings say meanwhile."""
        _price, _old, minimum, vat, currency = row.target.split("|")
        return dto.PriceTarget(
            article=row.offer_id.article,
            external_id=row.offer_id.external_id or "",
            price=decimal_of(row.price),
            currency=currency,
            old_price=decimal_of(row.old_price),
            min_price=Decimal(minimum) or None,
            vat_rate=Decimal(vat) if vat else None,
            leave_strategy=account.price_leave_strategy,
        )

    def _ask(self, claimed, adapter):
        try:
            return adapter.set_prices([target for _until, _text, target in claimed.values()])
        except errors.MarketplaceError:
            # Whether it arrived or not: nothing is known of these prices, so they are sent again.
            self._get_claimed(claimed).claimed_until = False
            self.env["marketplace.job.runner"]._checkpoint()
            raise

    def _get_claimed(self, claimed):
        """Rows that are still there and still ours: an offer may have been unlinked meanwhile."""
        rows = self.env["marketplace.price"].browse(claimed).exists()
        return rows.filtered(lambda row: row.claimed_until == claimed[row.id][0])

    # === ANSWERS === #
    def _note_answers(self, claimed, answers):
        now = fields.Datetime.now()
        by_row = dict(zip(claimed, answers, strict=True))
        for row in self._get_claimed(claimed):
            _until, text, target = claimed[row.id]
            row.write(self._prepare_answer_vals(row, text, target, by_row[row.id], now))

    def _prepare_answer_vals(self, row, text, target, answer, now):
        """A price that has changed while it was on its way waits on, or stays where a person or the guard put it."""
        same = row.state == "waiting" and row.target == text
        vals = {"claimed_until": False, "not_before": False}
        if answer.state == "accepted":
            vals |= {
                "sent_target": text,
                "sent_price": float(target.price),
                "sent_old_price": float(target.old_price),
                "sent_min_price": float(target.min_price or 0),
                "sent_at": now,
                "approved_price": 0,
            }
            return {**vals, "state": "sent", "reason": False} if same else vals
        explain = self.env["marketplace.price.text"]._get_refusal
        if answer.state == "later":
            wait = timedelta(seconds=max(answer.retry_after, 1))
            reason = self.env._("The marketplace takes no more changes of this price for now: it is sent later.")
            return {**vals, "not_before": now + wait, **({"reason": reason} if same else {})}
        if same:
            vals |= {"state": "refused", "reason": explain(answer, row)[:250]}
        return vals
