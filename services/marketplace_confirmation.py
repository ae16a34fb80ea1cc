from datetime import timedelta

from odoo import api, fields, models

from ..engine import Again, JobFailure
from ..marketplaces.base import errors, status

WATCH_SECONDS = 5
#: So long the marketplace may work on a confirmation before a person should look.
WATCH_LIMIT = timedelta(hours=1)


class MarketplaceConfirmation(models.AbstractModel):
    """Where the seller has to take an order before he packs it: to confirm it in Odoo is to confirm it there (MMK2)."""

    _name = "marketplace.confirmation"
    _description = "Marketplace Confirmation"

    @api.model
    def _on_confirmed(self, sales):
        """Sale orders were confirmed, by a person or by themselves."""
        for order in sales.sudo().marketplace_order_id.filtered(lambda order: order.status == status.TO_CONFIRM):
            if order.account_id._get_message(order.scheme, "confirmed") == "confirmed":
                self.env["marketplace.job"]._enqueue("confirm", order.account_id, order, priority=1)

    @api.model
    def _run_confirm(self, jobs, adapter, deadline):
        """Confirm what is left of the order, and look until the marketplace has taken it.

        While it works on something else (a piece that was refused a moment ago) it is not asked yet; to ask again is
        no harm.
        """
        order = self.env["marketplace.order"].browse(jobs.res_id)
        if (jobs.payload or {}).get("watching") or jobs.interrupted or jobs.attempts:
            self._read(order, adapter)
        if order.status != status.TO_CONFIRM:
            return order.raw_status
        if order.assembly != "in_progress":
            try:
                adapter.confirm_order(order.number)
            except errors.Rejected:
                # Too late, or done in the cabinet: the posting says which.
                self._read(order, adapter)
                if order.status == status.TO_CONFIRM and order.assembly != "in_progress":
                    raise
        if fields.Datetime.now() - jobs.create_date > WATCH_LIMIT:
            text = self.env._("The marketplace has not taken the confirmation for an hour: look in the cabinet.")
            raise JobFailure(text)
        raise Again(WATCH_SECONDS, payload={"watching": True}, note=self.env._("Being confirmed there"))

    def _read(self, order, adapter):
        self.env["marketplace.order.store"]._read_anew(order, adapter)
