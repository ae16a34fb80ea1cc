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
                payload = {"number": event.number, **({"scheme": event.scheme} if event.scheme else {})}
                self.env["marketplace.job"]._enqueue("order_fetch", event.account_id, payload=payload, priority=2)
                event.state = "done"
            elif event.kind in ORDER_KINDS:
                event.write({"state": "failed", "problem": self.env._("The notification names no posting.")})
            else:
                event.state = "ignored"
