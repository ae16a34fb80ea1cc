from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

ORDER_KINDS = ("order_new", "order_cancelled", "order_changed")
#: Kinds of news that something follows from; all others are only kept.
NEWS_KINDS = (*ORDER_KINDS, "cancel_requested")
#: So many are worked on in one transaction: who tells one of them again waits for its end.
BATCH = 50
#: Whoever did not hear so long ago that he was woken (nobody listened, the lane was at work) is woken again.
WAKE_SECONDS = 5


class MarketplaceEventDispatcher(models.AbstractModel):
    """A notification is a hint: what it speaks of is read through the API before anything is done.

    The marketplace waits for its answer only until the news is stored; all else is done by the lane of orders.
    """

    _name = "marketplace.event.dispatcher"
    _description = "Marketplace Event Dispatcher"

    @api.model
    def _wake(self, events):
        if events and not self._is_woken():
            self.env["marketplace.job"]._trigger_lanes(["orders"])

    def _is_woken(self):
        """Whether somebody has just woken the lane and it has not begun to run since: it will see our news, too.

        Odoo deletes what wakes a scheduled action as it begins, in a transaction that ends with it: such a row is
        locked. Ours keeps the one that we have found from being deleted before the news are there.
        """
        now = fields.Datetime.now()
        query = SQL(
            """SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s AND call_at BETWEEN %s AND %s
                LIMIT 1 FOR KEY SHARE SKIP LOCKED""",
            self.env.ref("sale_marketplace.ir_cron_lane_orders").id,
            fields.Datetime.subtract(now, seconds=WAKE_SECONDS),
            now,
        )
        return bool(self.env.execute_query(query))

    @api.model
    def _absorb(self):
        """News that have come become jobs and requests. Returns whether there may be more of them."""
        found = self.env["marketplace.event"].search([("state", "=", "new")], order="id", limit=BATCH)
        for account, events in found.try_lock_for_update().grouped("account_id").items():
            self._dispatch_safely(events.with_context(lang=account._get_language()))
        return len(found) == BATCH

    def _dispatch_safely(self, events):
        """Together; where that fails, one by one. One that fails is shown in the list of news, and keeps no other one
        back."""
        try:
            with self.env.cr.savepoint():
                self.with_env(events.env)._dispatch(events)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, the news says it
            if len(events) > 1:
                for event in events:
                    self._dispatch_safely(event)
                return
            text = events.env["marketplace.error.text"]._get_sentence(exc, events.account_id)
            events.write({"state": "failed", "problem": text})

    @api.model
    def _dispatch(self, events):
        to_fetch = events.filtered(lambda event: event.kind in ORDER_KINDS and event.number)
        requests = events.filtered(lambda event: event.kind == "cancel_requested" and event.request)
        nameless = events.filtered(lambda event: event.kind in ORDER_KINDS and not event.number)
        for account, asked in requests.grouped("account_id").items():
            to_fetch |= self._ask(account, asked)
        for account, told in to_fetch.grouped("account_id").items():
            self._fetch(account, told)
        nameless.write({"state": "failed", "problem": self.env._("The notification names no posting.")})
        (to_fetch | requests).write({"state": "done"})
        (events - to_fetch - requests - nameless).write({"state": "ignored"})

    def _fetch(self, account, events):
        # The news may be quicker than the API: that the posting is not known there yet is no answer.
        payloads = [
            {"number": event.number, "announced": True, **({"scheme": event.scheme} if event.scheme else {})}
            for event in events
        ]
        self.env["marketplace.job"]._enqueue_numbers("order_fetch", account, payloads, priority=2)

    def _ask(self, account, events):
        """A request of the buyer stands in no list of the marketplace: the news is all there is of it.

        Returns those whose posting is not there: it comes later, or another worker stores it at this moment. Reading
        it brings the two together.
        """
        items = {event.number: event for event in events}
        requests = self.env["marketplace.cancel.request.service"]._store(
            account, [event._unpack_request() for event in events]
        )
        alone = requests.filtered(lambda request: not request.order_id)
        return events.browse([items[request.number].id for request in alone if request.number in items])
