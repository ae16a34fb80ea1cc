import hmac
import secrets

from odoo import api, fields, models
from odoo.tools.urls import urljoin


class MarketplaceAccount(models.Model):
    """The addresses at which the marketplace tells us its news (CON2)."""

    _inherit = "marketplace.account"

    webhook_token = fields.Char(groups="base.group_system", copy=False, default=lambda self: secrets.token_urlsafe(32))
    webhook_url = fields.Char(
        "Notification Address",
        compute="_compute_webhook_urls",
        compute_sudo=True,
        groups="sale_marketplace.group_administrator",
        help="Paste it into the cabinet's notification settings. Whoever knows it can send notifications.",
    )
    webhook_new_url = fields.Char(
        "Address for New Orders (order/new)",
        compute="_compute_webhook_urls",
        compute_sudo=True,
        groups="sale_marketplace.group_administrator",
        help="Paste it into the cabinet's API settings. Whoever knows it can send notifications.",
    )
    webhook_cancel_url = fields.Char(
        "Address for Cancellations (order/cancel)",
        compute="_compute_webhook_urls",
        compute_sudo=True,
        groups="sale_marketplace.group_administrator",
        help="Paste it into the cabinet's API settings. Whoever knows it can send notifications.",
    )
    webhook_login = fields.Char(
        "Login of Calls",
        groups="base.group_system",
        copy=False,
        help="Only where you have entered a login and a password for these addresses in the cabinet: calls without "
        "them are refused then.",
    )
    webhook_password = fields.Char("Password of Calls", groups="base.group_system", copy=False)
    last_event_at = fields.Datetime("Last News", compute="_compute_last_event_at")

    _webhook_token_uniq = models.Constraint(
        "UNIQUE(webhook_token)", "Two accounts cannot share a notification address."
    )

    # === COMPUTE METHODS === #
    @api.depends("webhook_token", "marketplace")
    def _compute_webhook_urls(self):
        for account in self:
            topics = account._get_info().event_topics if account.webhook_token else ()
            account.webhook_url = account._make_webhook_url("") if "" in topics else False
            account.webhook_new_url = account._make_webhook_url("order/new") if "order/new" in topics else False
            account.webhook_cancel_url = (
                account._make_webhook_url("order/cancel") if "order/cancel" in topics else False
            )

    def _make_webhook_url(self, topic):
        path = f"/marketplace/webhook/{self.webhook_token}"
        return urljoin(self.get_base_url(), f"{path}/{topic}" if topic else path)

    def _compute_last_event_at(self):
        groups = (
            self.env["marketplace.event"]
            .sudo()
            ._read_group([("account_id", "in", self.ids)], ["account_id"], ["received_at:max"])
        )
        newest = {account.id: moment for account, moment in groups}
        for account in self:
            account.last_event_at = newest.get(account._origin.id, False)

    # === ACTION METHODS === #
    def action_renew_webhook(self):
        """New addresses: the old ones stop working at once."""
        for account in self:
            account.sudo().webhook_token = secrets.token_urlsafe(32)

    # === BUSINESS METHODS === #
    def _may_call(self, login, password):
        """Whether a call with these may come in; compared in constant time."""
        self.ensure_one()
        account = self.sudo()
        if not account.webhook_login and not account.webhook_password:
            return True
        return hmac.compare_digest(
            f"{account.webhook_login or ''}:{account.webhook_password or ''}".encode(),
            f"{login or ''}:{password or ''}".encode(),
        )
