from odoo import fields, models


class MarketplaceCancelRequestReject(models.TransientModel):
    """Why a buyer's wish to cancel is rejected."""

    _name = "marketplace.cancel.request.reject"
    _description = "Reject a Cancellation Request"

    request_ids = fields.Many2many(
        "marketplace.cancel.request",
        "marketplace_cancel_request_reject_rel",
        string="Requests",
        required=True,
        readonly=True,
    )
    comment = fields.Char(required=True, help="The buyer reads it.")

    def action_reject(self):
        self.ensure_one()
        self.request_ids._decide("reject", self.comment)
        return self.request_ids._notify_sent()
