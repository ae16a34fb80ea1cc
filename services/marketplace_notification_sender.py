from odoo import api, models


class MarketplaceNotificationSender(models.AbstractModel):
    """Takes the outbox to the people: one text per event and channel, each channel for itself."""

    _name = "marketplace.notification.sender"
    _description = "Marketplace Notification Sender"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_send(self, jobs, adapter, deadline):
        return None
