from odoo import api, models

ORDER_KINDS = ("order_new", "order_cancelled", "order_changed")


class MarketplaceEventDispatcher(models.AbstractModel):
    """A notification is a hint: what it speaks of is read through the API before anything is done."""

    _name = "marketplace.event.dispatcher"
    _description = "Marketplace Event Dispatcher"

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
        self.env["marketplace.cancel.request.service"]._store(event.account_id, [event._unpack_request()])
        event.state = "done"
