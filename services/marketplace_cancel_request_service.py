from odoo import api, fields, models

from ..marketplaces.base import errors


class MarketplaceCancelRequestService(models.AbstractModel):
    """Reads buyers' cancellation requests and tells the marketplace what the seller decided."""

    _name = "marketplace.cancel.request.service"
    _description = "Marketplace Cancellation Request Service"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        """The whole list of what waits, and what has waited here and is decided there."""
        account, started = jobs.account_id, fields.Datetime.now()
        seen = self._store(account, list(adapter.iter_cancel_requests("pending")))
        stale = self.env["marketplace.cancel.request"].search(
            [("account_id", "=", account.id), ("state", "=", "pending"), ("id", "not in", seen.ids)]
        )
        if stale:
            wanted = set(stale.mapped("external_id"))
            self._store(account, [item for item in adapter.iter_cancel_requests() if item.external_id in wanted])
        result = self.env._("%s requests to decide", len(seen))
        account._get_schedule("cancel_requests")._note_run("done", result, started)
        return result

    @api.model
    def _run_decide(self, jobs, adapter, deadline):
        request = self.env["marketplace.cancel.request"].browse(jobs.res_id)
        if request.state != "pending":
            request.decision = False
            return self.env._("It was decided already.")
        approve = jobs.payload["approve"]
        try:
            adapter.decide_cancel_request(request.external_id, approve, request.comment or "")
        except errors.AlreadyDone:
            # By somebody in the cabinet, or by the marketplace when time was up: read what it was.
            self._read_again(request, adapter, approve)
        else:
            request.write({"state": "approved" if approve else "rejected", "decision": False, "problem": False})
        request.order_id._fetch()
        return request.state

    def _read_again(self, request, adapter, approve):
        if "cancel_requests" not in adapter.info.operations:
            # It stands in no list: the posting itself tells what is left of it.
            request.write({"state": "approved" if approve else "rejected", "decision": False, "problem": False})
            return
        found = [item for item in adapter.iter_cancel_requests() if item.external_id == request.external_id]
        self._store(request.account_id, found)
        request.write({"decision": False, "problem": False})

    # --- storing ------------------------------------------------------------------------------------------------
    @api.model
    def _store(self, account, items):
        """Create or refresh rows from ``dto.CancelRequest``; tells the people about new ones and fetches the postings
        of those that were decided."""
        Request = self.env["marketplace.cancel.request"]
        known = {
            row.external_id: row
            for row in Request.search(
                [("account_id", "=", account.id), ("external_id", "in", [item.external_id for item in items])]
            )
        }
        orders = {
            order.number: order.id
            for order in self.env["marketplace.order"].search(
                [("account_id", "=", account.id), ("number", "in", [item.number for item in items])]
            )
        }
        fresh, decided = [], Request.browse()
        for item in items:
            row = known.get(item.external_id)
            vals = self._prepare_vals(item, orders)
            if not row:
                fresh.append({"account_id": account.id, "external_id": item.external_id, **vals})
            elif row.state == "pending" or item.state != "pending":
                decided |= row if row.state != item.state else Request
                row.write(vals)
        created = Request.create(fresh)
        self.env["marketplace.notifier"]._tell("cancel_request", created.filtered(lambda row: row.state == "pending"))
        decided.order_id._fetch()
        return created | Request.union(*known.values())

    def _prepare_vals(self, item, orders):
        naive = self.env["marketplace.order.store"]._naive
        return {
            "number": item.number,
            "order_id": orders.get(item.number, False),
            "state": item.state,
            "initiator": item.initiator or False,
            "reason": item.reason,
            "message": item.message,
            "requested_at": naive(item.requested_at),
            "decide_until": naive(item.decide_until),
            "unit_numbers": ",".join(item.unit_ids) or False,
            **({"comment": item.comment} if item.comment else {}),
        }
