from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

ORDER_KINDS = ("order_new", "order_cancelled", "order_changed")
#: Kinds of news that something follows from; all others are only kept.
NEWS_KINDS = (*ORDER_KINDS, "cancel_requested")
#: So many are worked on in one transaction: who tells one of them again waits for its end.
BATCH = 20


class MarketplaceEventDispatcher(models.AbstractModel):
    """A notification is a hint: what it speaks of is read through the API before anything is done.

    The marketplace waits for its answer only until the news is stored; all else is done by the lane of orders.
    """

    _name = "marketplace.event.dispatcher"
    _description = "Marketplace Event Dispatcher"

    @api.model
    def _wake(self, events):
        if events:
            self.env["marketplace.job"]._trigger_lanes(["orders"])

    @api.model
    def _absorb(self):
        """News that have come become jobs and requests. Returns how many there were."""
        events = self.env["marketplace.event"].search([("state", "=", "new")], order="id", limit=BATCH)
        events = events.try_lock_for_update()
        for event in events:
            self._dispatch_alone(event.with_context(lang=event.account_id._get_language()))
        return len(events)

    def _dispatch_alone(self, event):
        """One that fails is shown in the list of news, and keeps no other one back."""
        try:
            with self.env.cr.savepoint():
                self.with_env(event.env)._dispatch(event)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, the news says it
            text = event.env["marketplace.error.text"]._get_sentence(exc, event.account_id)
            event.write({"state": "failed", "problem": text})

    @api.model
    def _dispatch(self, events):
        for event in events:
            if event.kind in ORDER_KINDS and event.number:
                self._fetch(event)
            elif event.kind == "cancel_requested" and event.request:
                self._ask(event)
            elif event.kind in ORDER_KINDS:
                event.write({"state": "failed", "problem": self.env._("The notification names no posting.")})
            else:
                event.state = "ignored"

    def _fetch(self, event):
        # The news may be quicker than the API: that the posting is not known there yet is no answer.
        payload = {"number": event.number, "announced": True, **({"scheme": event.scheme} if event.scheme else {})}
        self.env["marketplace.job"]._enqueue("order_fetch", event.account_id, payload=payload, priority=2)
        event.state = "done"

    def _ask(self, event):
        """A request of the buyer stands in no list of the marketplace: the news is all there is of it."""
        request = self.env["marketplace.cancel.request.service"]._store(event.account_id, [event._unpack_request()])
        if not request.order_id:
            # It came before its posting, or another worker stores that just now: reading it brings them together.
            self._fetch(event)
        event.state = "done"
