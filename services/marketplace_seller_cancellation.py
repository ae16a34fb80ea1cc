from odoo import api, models

from ..marketplaces.base import dto, errors, status


class MarketplaceSellerCancellation(models.AbstractModel):
    """The seller cancels: a whole posting or some units of it, with one of the marketplace's reasons (CAN4)."""

    _name = "marketplace.seller.cancellation"
    _description = "Marketplace Seller Cancellation"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_reasons(self, jobs, adapter, deadline):
        account = jobs.account_id
        reasons = self.env["marketplace.cancel.reason"]._store(account, adapter.iter_cancel_reasons())
        return self.env._("%s reasons", len(reasons))

    @api.model
    def _run_cancel(self, jobs, adapter, deadline):
        """Whole posting. Cancelled by both sides at once is cancelled."""
        order = self.env["marketplace.order"].browse(jobs.res_id)
        if (jobs.interrupted or jobs.attempts) and self._read(order, adapter).status == status.CANCELLED:
            return self.env._("It had arrived there already.")
        try:
            adapter.cancel_order(order.number, jobs.payload["reason_id"], jobs.payload.get("message", ""))
        except errors.Rejected:
            # Refused because the buyer was quicker? The posting says so, and by whom.
            if self._read(order, adapter).status != status.CANCELLED:
                raise
        else:
            self._read(order, adapter)
        return order.raw_status

    @api.model
    def _run_cancel_lines(self, jobs, adapter, deadline):
        """Some units; what is left of the posting goes on."""
        order, payload = self.env["marketplace.order"].browse(jobs.res_id), jobs.payload
        lines = self._make_lines(payload)
        if not ((jobs.interrupted or jobs.attempts) and self._has_arrived(order, payload, adapter)):
            adapter.cancel_lines(order.number, lines, payload["reason_id"], payload["message"])
            self._note_gone(order, payload)
            self._read(order, adapter)
        if order.status != status.CANCELLED:
            self.env["marketplace.order.units"]._cancel_units(order._get_root(), dict(payload["lines"]))
        return order.raw_status

    def _make_lines(self, payload):
        """``dto.PackageLine`` of each position, with its units' numbers where the marketplace tells them apart."""
        return [
            dto.PackageLine(
                sku=sku,
                quantity=quantity,
                exemplars=tuple(dto.Exemplar(external_id=number) for number in numbers),
            )
            for (sku, quantity), (_line_id, numbers) in zip(payload["lines"], payload["units"], strict=True)
        ]

    def _note_gone(self, order, payload):
        """The lines that the units are missing from, for whom their SKU does not tell it."""
        for line_id, numbers in payload["units"]:
            line = self.env["marketplace.order.line"].browse(line_id)
            line.there_quantity -= len(line._note_gone(set(numbers)))
        self.env["marketplace.marking"]._drop_gone(order)

    def _has_arrived(self, order, payload, adapter):
        """After a call without an answer: does the posting have fewer units than when it was sent?"""
        order = self._read(order, adapter)
        if order.status == status.CANCELLED:
            return True
        left = {line.sku: line.there_quantity for line in order.line_ids}
        return all(left.get(sku, 0) < payload["before"].get(sku, 0) for sku, _quantity in payload["lines"])

    def _read(self, order, adapter):
        self.env["marketplace.order.store"]._read_anew(order, adapter)
        return order
