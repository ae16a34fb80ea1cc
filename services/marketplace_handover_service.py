from datetime import timezone

from odoo import api, models

from ..engine import Again, JobFailure
from ..marketplaces.base import errors

FORM_SECONDS = 5


class MarketplaceHandoverService(models.AbstractModel):
    """Creates, approves and documents a hand-over, one step per call, each step remembered before the next."""

    _name = "marketplace.handover.service"
    _description = "Marketplace Hand-over Service"

    @api.model
    def _run_handover(self, jobs, adapter, deadline):
        handover = self.env["marketplace.handover"].browse(jobs.res_id)
        if not handover.external_id:
            self._create_there(handover, jobs, adapter)
        if handover.state == "creating":
            self._approve(handover, adapter)
        self._wait_until_formed(handover, adapter)
        self._fetch_papers(handover, adapter)
        return handover.external_id

    def _create_there(self, handover, job, adapter):
        external_id = (job.interrupted or job.attempts) and self._find_created(handover, adapter)
        if not external_id:
            try:
                external_id = adapter.create_handover(
                    handover.warehouse_id.external_id, handover.departure_at.replace(tzinfo=timezone.utc)
                )
            except errors.NotFound as exc:
                raise JobFailure(
                    self.env._("There is nothing to hand over at %s yet.", handover.warehouse_id.name)
                ) from exc
        handover.external_id = external_id
        self._checkpoint()

    def _find_created(self, handover, adapter):
        """After a call without an answer: is there a carriage of this warehouse and day that is none of ours yet?"""
        day = handover.departure_at.replace(tzinfo=timezone.utc)
        ours = handover.search([("warehouse_id", "=", handover.warehouse_id.id), ("external_id", "!=", False)])
        known = set(ours.mapped("external_id"))
        for slot in adapter.iter_handover_slots(day):
            same_place = slot.warehouse_external_id == handover.warehouse_id.external_id
            if same_place and slot.handover_external_id and slot.handover_external_id not in known:
                return slot.handover_external_id
        return False

    def _approve(self, handover, adapter):
        try:
            adapter.approve_handover(handover.external_id)
        except errors.Rejected:
            # Approved before, when the answer was lost, or in the cabinet: then there is nothing to refuse.
            if adapter.get_handover(handover.external_id).state == "draft":
                raise
        handover.state = "forming"
        self._checkpoint()

    def _wait_until_formed(self, handover, adapter):
        there = adapter.get_handover(handover.external_id)
        handover.write({"raw_status": there.raw_status, "more": there.more})
        orders = self.env["marketplace.order"].search(
            [("account_id", "=", handover.account_id.id), ("number", "in", there.numbers)]
        )
        (handover.order_ids - orders).handover_id = False
        (orders - handover.order_ids).handover_id = handover
        self._checkpoint()
        if there.state in ("draft", "forming"):
            raise Again(FORM_SECONDS, note=self.env._("Being formed there"))
        if there.state != "ready":
            raise JobFailure(self.env._("The marketplace did not form the hand-over: %s", there.raw_status))

    def _fetch_papers(self, handover, adapter):
        document = adapter.get_handover_document(handover.external_id)
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{handover.name}.pdf",
                "raw": document,
                "mimetype": "application/pdf",
                "res_model": handover._name,
                "res_id": handover.id,
            }
        )
        handover.write(
            {
                "document_id": attachment.id,
                "barcode": adapter.get_handover_barcode(handover.external_id),
                "state": "ready",
                "problem": False,
            }
        )

    def _checkpoint(self):
        self.env["marketplace.job.runner"]._checkpoint()
