from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .marketplace_notification_rule import CHANNELS, EVENTS

KEEP_DAYS = 30
CHANNEL_STATES = [("none", "–"), ("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")]


class MarketplaceNotification(models.Model):
    """One thing that people are told: the outbox of all channels."""

    _name = "marketplace.notification"
    _description = "Marketplace Notification"
    _order = "id desc"
    _rec_name = "text"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    event = fields.Selection(
        [(code, spec.label) for code, spec in EVENTS.items()], required=True, readonly=True, index=True
    )
    res_model = fields.Char("Record Type", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    subject = fields.Char("About", readonly=True)
    text = fields.Text("Message", required=True, readonly=True)
    # A dead channel holds up none of the others: each has its own state.
    inbox_state = fields.Selection(CHANNEL_STATES, "In Odoo", required=True, default="none", readonly=True)
    email_state = fields.Selection(CHANNEL_STATES, "E-mail", required=True, default="none", readonly=True)
    telegram_state = fields.Selection(CHANNEL_STATES, "Telegram", required=True, default="none", readonly=True)
    #   waiting → sent
    #       ↘ failed → waiting     "Send again"
    state = fields.Selection(
        CHANNEL_STATES[1:],
        required=True,
        default="waiting",
        readonly=True,
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
    )
    sent_at = fields.Datetime("Sent", readonly=True)
    problem = fields.Text(readonly=True)

    _about_idx = models.Index("(res_model, res_id, event)")
    _waiting_idx = models.Index("(account_id) WHERE state = 'waiting'")

    # === COMPUTE METHODS === #
    @api.depends("inbox_state", "email_state", "telegram_state")
    def _compute_state(self):
        for notification in self:
            states = {notification[f"{channel}_state"] for channel in CHANNELS}
            notification.state = next((state for state in ("waiting", "failed") if state in states), "sent")

    # === ACTION METHODS === #
    def action_retry(self):
        """Send again what failed, by the channels that failed."""
        failed = self.filtered(lambda notification: notification.state == "failed")
        if not failed:
            raise UserError(self.env._("Only notifications that failed can be sent again."))
        for channel in CHANNELS:
            failed.filtered(lambda row, name=f"{channel}_state": row[name] == "failed")[f"{channel}_state"] = "waiting"
        failed.problem = False
        for account in failed.account_id:
            self.env["marketplace.job"]._enqueue("notify", account, priority=1)

    def action_view_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #
    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.search([("create_date", "<", limit)], limit=10000)
        count = len(old)
        old.unlink()
        return count, int(count == 10000)

    def _is_untold(self):
        """Waits, and no channel has told it yet: its words may still change."""
        return self.state == "waiting" and all(self[f"{channel}_state"] in ("none", "waiting") for channel in CHANNELS)
