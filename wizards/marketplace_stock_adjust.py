from odoo import api, fields, models
from odoo.exceptions import UserError

#: They pass by themselves: a delivery or a count there is still to come.
MOVING = ("undelivered", "supplied")


class MarketplaceStockAdjust(models.TransientModel):
    """What an adjustment of FBO stock would do, and the reason that its moves will show."""

    _name = "marketplace.stock.adjust"
    _description = "Adjust FBO Stock"

    # A list of ids and no relation: thousands of chosen rows need not travel to the browser and back.
    row_ids = fields.Json(readonly=True)
    reason = fields.Char(
        required=True,
        default=lambda self: self.env._("FBO reconciliation %s", fields.Date.context_today(self)),
        help="Shown on the inventory adjustments, as Odoo's own inventories do.",
    )
    include_moving = fields.Boolean(
        "Also What Explains Itself",
        help="Sold there and not delivered in Odoo yet, or supplied lately and not counted there yet: these "
        "differences go by themselves. Adjusted now, the delivery or the count would be booked twice.",
    )
    moving_count = fields.Integer("Explain Themselves", compute="_compute_counts")
    row_count = fields.Integer("Products to Adjust", compute="_compute_counts")
    more = fields.Integer("Pieces Added", compute="_compute_counts")
    less = fields.Integer("Pieces Taken Off", compute="_compute_counts")

    @api.depends("row_ids", "include_moving")
    def _compute_counts(self):
        for wizard in self:
            rows = wizard._get_rows()
            differences = rows.mapped("difference")
            wizard.row_count = len(rows)
            wizard.moving_count = len(wizard._get_chosen().filtered(lambda row: row.cause in MOVING))
            wizard.more = sum(number for number in differences if number > 0)
            wizard.less = -sum(number for number in differences if number < 0)

    def _get_chosen(self):
        return self.env["marketplace.stock"].browse(self.row_ids or []).exists()

    def _get_rows(self):
        return self._get_chosen().filtered(lambda row: self.include_moving or row.cause not in MOVING)

    def action_apply(self):
        """The engine does it, in batches: thousands of adjustments take longer than a click may."""
        self.ensure_one()
        rows = self._get_rows()
        if not rows:
            raise UserError(self.env._("Nothing is left to adjust: all chosen differences explain themselves."))
        for account, of_account in rows.grouped("account_id").items():
            payload = {"rows": of_account.ids, "reason": self.reason, "user": self.env.uid}
            self.env["marketplace.job"].sudo()._enqueue(
                "fbo_adjust", account, payload=payload, priority=2, unique=False
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It starts within seconds; adjusted rows leave the list of differences."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
