from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import Again
from ..marketplaces.base import dto, errors

#: So long nobody else sends the numbers that a worker has taken: longer than a call may last.
CLAIM_SECONDS = 60


class MarketplaceStockPusher(models.AbstractModel):
    """Sends changed numbers in full batches and keeps the answer of each."""

    _name = "marketplace.stock.pusher"
    _description = "Marketplace Stock Pusher"

    @api.model
    def _run_full(self, jobs, adapter, deadline):
        """Compute and send everything, whatever was told before: repairs what drifted apart (nightly)."""
        account = jobs.account_id
        self.env["marketplace.stock.engine"]._compute_account(account)
        self.env["marketplace.stock"].search(
            [("account_id", "=", account.id), ("state", "in", ("sent", "refused", "waiting"))]
        ).write({"state": "waiting", "sent_known": False, "not_before": False})
        self.env["marketplace.job.runner"]._checkpoint()
        return self._push(account, adapter, deadline, "stock_full")

    @api.model
    def _run_push(self, jobs, adapter, deadline):
        return self._push(jobs.account_id, adapter, deadline, "stock")

    def _push(self, account, adapter, deadline, task):
        runner, started, counts = self.env["marketplace.job.runner"], fields.Datetime.now(), Counter()
        while targets := self._claim(account, adapter.info.limits["stock_set"]):
            runner._checkpoint()
            answers = self._ask(targets, adapter)
            runner._checkpoint()
            self._note_answers(targets, answers, adapter.info.pauses.get("stock_set", 0))
            counts.update(answer.state for answer in answers)
            counts["calls"] += 1
            runner._checkpoint()
            if not runner._has_time(deadline):
                break
        result = self._summarize(counts)
        account._get_schedule(task)._note_run("done", result, started)
        runner._checkpoint()
        self._go_on_later(account)
        return result

    def _go_on_later(self, account):
        """What the marketplace does not take yet is sent as soon as it does."""
        now = fields.Datetime.now()
        waiting, moment = self.env.execute_query(
            SQL(
                """SELECT count(*), min(COALESCE(GREATEST(stock.not_before, stock.claimed_until), %s))
                     FROM marketplace_stock stock JOIN marketplace_warehouse place ON place.id = stock.warehouse_id
                    WHERE %s""",
                now,
                self._get_sendable(account),
            )
        )[0]
        if waiting:
            raise Again(max(1, (moment - now).total_seconds()))

    def _get_sendable(self, account):
        return SQL(
            "stock.account_id = %s AND stock.state = 'waiting' AND place.active AND place.stock_active", account.id
        )

    def _summarize(self, counts):
        if not counts["calls"]:
            return self.env._("Nothing to send")
        return self.env._(
            "%(accepted)s accepted, %(refused)s refused, %(later)s later, by %(calls)s calls",
            accepted=counts["accepted"],
            refused=counts["refused"],
            later=counts["later"],
            calls=counts["calls"],
        )

    # === TAKING === #
    def _claim(self, account, size):
        """[(row id, ``dto.StockTarget``)] of the most urgent numbers; nobody else takes them for a while.

        From here on nothing is known of what the cabinet shows: if this worker dies, the number is sent again.
        """
        self.env["marketplace.stock"].flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """WITH chosen AS (
                       SELECT stock.id FROM marketplace_stock stock
                         JOIN marketplace_warehouse place ON place.id = stock.warehouse_id
                        WHERE %(sendable)s
                          AND COALESCE(stock.not_before, %(now)s) <= %(now)s
                          AND COALESCE(stock.claimed_until, %(now)s) <= %(now)s
                     ORDER BY (stock.quantity = 0) DESC, (stock.quantity < stock.sent_quantity) DESC, stock.id
                        LIMIT %(size)s FOR UPDATE OF stock SKIP LOCKED)
                   UPDATE marketplace_stock stock SET claimed_until = %(until)s, sent_known = false, moved_there = false
                     FROM chosen, marketplace_offer offer, marketplace_warehouse place
                    WHERE stock.id = chosen.id AND offer.id = stock.offer_id AND place.id = stock.warehouse_id
                RETURNING stock.id, offer.article, offer.external_id, place.external_id, stock.quantity""",
                sendable=self._get_sendable(account),
                now=now,
                until=now + timedelta(seconds=CLAIM_SECONDS),
                size=size,
            )
        )
        self.env["marketplace.stock"].browse([row[0] for row in rows]).invalidate_recordset()
        return [
            (
                row_id,
                dto.StockTarget(
                    article=article, external_id=external_id or "", warehouse_id=warehouse_id, quantity=quantity
                ),
            )
            for row_id, article, external_id, warehouse_id, quantity in sorted(rows)
        ]

    def _ask(self, targets, adapter):
        try:
            return adapter.set_stocks([target for _row_id, target in targets])
        except errors.MarketplaceError:
            # Whether it arrived or not: what is sent again is the number of that time.
            self._release([row_id for row_id, _target in targets])
            self.env["marketplace.job.runner"]._checkpoint()
            raise

    def _release(self, row_ids):
        self.env.cr.execute(SQL("UPDATE marketplace_stock SET claimed_until = NULL WHERE id = ANY(%s)", row_ids))
        self.env["marketplace.stock"].browse(row_ids).invalidate_recordset()

    # === ANSWERS === #
    def _note_answers(self, targets, answers, repeat):
        """A row that went meanwhile (the offer was unlinked or deleted) takes its answer with it.

        A number that has changed while it was on its way waits on: it is compared with what was sent. So does one that
        the cabinet has changed by itself meanwhile.
        """
        now = fields.Datetime.now()
        texts = {}
        columns = [[] for _ in range(6)]
        for (row_id, target), answer in zip(targets, answers, strict=True):
            why = (answer.code, answer.reason, answer.message)
            if why not in texts:
                texts[why] = self.env["marketplace.stock.text"]._get_refusal(answer) if any(why) else None
            wait = repeat if answer.state == "accepted" else answer.retry_after
            values = (row_id, answer.state, target.quantity, answer.code or None, texts[why], wait)
            for column, value in zip(columns, values, strict=True):
                column.append(value)
        self.env.cr.execute(
            SQL(
                """UPDATE marketplace_stock stock
                      SET claimed_until = NULL,
                          answer_code = new.code, answer = new.text,
                          not_before = CASE WHEN new.wait > 0 THEN %(now)s + new.wait * interval '1 second' END,
                          sent_known = new.answer = 'accepted' AND NOT COALESCE(stock.moved_there, false),
                          sent_at = CASE WHEN new.answer = 'accepted' THEN %(now)s ELSE stock.sent_at END,
                          sent_quantity = CASE WHEN new.answer = 'accepted' THEN new.quantity
                                               ELSE stock.sent_quantity END,
                          state = CASE WHEN stock.state != 'waiting' OR stock.quantity != new.quantity THEN stock.state
                                       WHEN new.answer = 'accepted' AND NOT COALESCE(stock.moved_there, false)
                                            THEN 'sent'
                                       WHEN new.answer = 'refused' THEN 'refused' ELSE 'waiting' END
                     FROM unnest(%(ids)s::int[], %(states)s::varchar[], %(quantities)s::int[], %(codes)s::varchar[],
                                 %(texts)s::varchar[], %(waits)s::int[])
                          AS new (id, answer, quantity, code, text, wait)
                    WHERE stock.id = new.id""",
                now=now,
                ids=columns[0],
                states=columns[1],
                quantities=columns[2],
                codes=columns[3],
                texts=columns[4],
                waits=columns[5],
            )
        )
        self.env["marketplace.stock"].browse(columns[0]).invalidate_recordset()
