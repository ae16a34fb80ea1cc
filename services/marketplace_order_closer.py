from contextlib import suppress
from decimal import Decimal

from odoo import api, fields, models

from ..marketplaces.base import dto, errors, status


class MarketplaceOrderCloser(models.AbstractModel):
    """What became of each unit at the buyer's door, and of what he has sent back: told where the seller delivers."""

    _name = "marketplace.order.closer"
    _description = "Marketplace Order Closer"

    # --- hand-over ----------------------------------------------------------------------------------------------
    @api.model
    def _run_close(self, jobs, adapter, deadline):
        """Tell the hand-over unit by unit; what was not handed over is on its way back to us.

        Payload: ``refused`` [{"line_id", "numbers", "reason_id", "comment"}], ``closed_at`` naive UTC text.
        """
        order, payload = self.env["marketplace.order"].browse(jobs.res_id), jobs.payload
        arrived = (jobs.interrupted or jobs.attempts) and self._is_closed(order, adapter)
        if not arrived:
            try:
                adapter.close_order(order.number, self._make_results(payload), self._get_moment(payload["closed_at"]))
            except errors.Rejected:
                if not self._is_closed(order, adapter):
                    raise
        if order.status == status.CANCELLED:
            # The buyer was quicker: all of it comes back, as of any cancelled posting.
            return order.raw_status
        self._note_refused(order, payload["refused"])
        order.write({"delivery_target": False, "delivery_problem": False})
        self.env["marketplace.order.store"]._read_anew(order, adapter)
        return order.raw_status

    def _is_closed(self, order, adapter):
        self.env["marketplace.order.store"]._read_anew(order, adapter)
        return order.status in status.FINAL

    def _make_results(self, payload):
        return [
            dto.UnitResult(
                external_id=number, handed_over=False, reason_id=row["reason_id"], comment=row.get("comment") or ""
            )
            for row in payload["refused"]
            for number in row["numbers"]
        ]

    def _note_refused(self, order, rows):
        """The units that came back with the courier. A posting of which nothing was handed over is cancelled there,
        and the goods wait as those of any cancelled posting do."""
        lines = self.env["marketplace.order.line"]
        refused = {lines.browse(row["line_id"]): row for row in rows}
        counts = {line: len(row["numbers"]) for line, row in refused.items()}
        if all(counts.get(line, 0) >= line.there_quantity for line in order._get_goods()):
            return
        for line, row in refused.items():
            gone = line._note_gone(set(row["numbers"]))
            if gone:
                line.there_quantity -= len(gone)
                line.cancelled_quantity += len(gone)
                self.env["marketplace.return"]._enter(
                    line, gone, kind="partial", stage=status.RETURN_MOVING, reason=row.get("reason") or ""
                )

    # --- returns ------------------------------------------------------------------------------------------------
    @api.model
    def _report(self, items):
        """Returned goods of delivered postings are back in stock: the marketplace wants to hear it."""
        for item in items.filtered(lambda item: item.kind == "client" and item.unit_numbers):
            if item.account_id._can("return_report"):
                self.env["marketplace.job"]._enqueue("return_report", item.account_id, item, priority=3)

    @api.model
    def _run_return(self, jobs, adapter, deadline):
        item = self.env["marketplace.return"].browse(jobs.res_id)
        amount = Decimal(str(item.price))
        units = [dto.ReturnedUnit(external_id=number, amount=amount) for number in item.unit_numbers.split(",")]
        moment = item.finished_at or fields.Datetime.now()
        # It may have been told by a call whose answer was lost, or in the cabinet.
        with suppress(errors.AlreadyDone):
            adapter.report_return(item.number, units, self.env["marketplace.order.poller"]._aware(moment))
        item.write({"reported_at": fields.Datetime.now(), "problem": False})

    def _get_moment(self, text):
        return self.env["marketplace.order.poller"]._aware(fields.Datetime.to_datetime(text))
