from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .marketplace_notification_rule import EVENTS

TELEGRAM_URL = "https://api.telegram.org"


class MarketplaceAccount(models.Model):
    """Where the account's people are told what happens."""

    _inherit = "marketplace.account"

    notification_rule_ids = fields.One2many("marketplace.notification.rule", "account_id", "Notification Rules")
    notify_email = fields.Char(
        "E-mail for Notifications", help="Gets the e-mails besides the people of each rule; several with commas."
    )
    telegram_token = fields.Char(groups="base.group_system", copy=False)
    # Who runs the accounts may enter a token and never reads one.
    telegram_token_entry = fields.Char(
        "Telegram Bot",
        compute="_compute_telegram_token_entry",
        inverse="_inverse_telegram_token_entry",
        groups="sale_marketplace.group_administrator",
        help="The token that @BotFather gave to your bot. It is stored and never shown again.",
    )
    telegram_token_hint = fields.Char(
        "Token in Use", compute="_compute_telegram_token_hint", compute_sudo=True, help="Its last characters."
    )
    telegram_chat = fields.Char(
        copy=False,
        help="Number of the chat that the bot writes to, such as -1001234567890, or @name of a channel. Add the bot "
        "to the chat first.",
    )
    telegram_url = fields.Char(
        "Telegram Address",
        default=TELEGRAM_URL,
        required=True,
        groups="sale_marketplace.group_administrator",
        help="Another address is for a proxy or a simulator. Changing it forgets the token.",
    )
    notify_result = fields.Text("Test Message", readonly=True, copy=False)

    # === COMPUTE METHODS === #
    def _compute_telegram_token_entry(self):
        self.telegram_token_entry = False

    def _inverse_telegram_token_entry(self):
        for account in self.filtered("telegram_token_entry"):
            account.sudo().telegram_token = account.telegram_token_entry
        # The answer to the form that saves it must not bring it back.
        self.invalidate_recordset(["telegram_token_entry"], flush=False)

    @api.depends("telegram_token")
    def _compute_telegram_token_hint(self):
        for account in self:
            account.telegram_token_hint = account.telegram_token and f"••••{account.telegram_token[-4:]}"

    # === CONSTRAINT METHODS === #
    @api.constrains("telegram_url")
    def _check_telegram_url(self):
        for account in self.sudo():
            if not (account.telegram_url or "").startswith(("http://", "https://")):
                raise ValidationError(self.env._("Telegram needs an address such as %s.", TELEGRAM_URL))

    # === CRUD METHODS === #
    def write(self, vals):
        if "telegram_url" in vals and "telegram_token" not in vals:
            # Otherwise whoever may change the address could have the token sent to his own server.
            moved = self.sudo().filtered(lambda account: account.telegram_url != vals["telegram_url"])
            moved.telegram_token = False
        return super().write(vals)

    # === ACTION METHODS === #
    def action_notify_test(self):
        """Send one message by each channel that is set up; the result appears on the account."""
        for account in self:
            self.env["marketplace.job"]._enqueue("notify_test", account, priority=1)
        self.notify_result = self.env._("It is being sent: reload in some seconds.")

    # === BUSINESS METHODS === #
    def _get_bot_key(self):
        """Names the limit of messages: Telegram counts them per bot and chat."""
        return f"{self.env.cr.dbname}:{self.id}:{self.telegram_chat}"

    def _ensure_notification_rules(self):
        """Each account has one row per event; events of later versions are added to existing accounts."""
        missing = []
        for account in self:
            known = set(account.with_context(active_test=False).notification_rule_ids.mapped("event"))
            missing += [
                {"account_id": account.id, "event": event, "inbox": spec.in_odoo, "sequence": position}
                for position, (event, spec) in enumerate(EVENTS.items())
                if event not in known
            ]
        self.env["marketplace.notification.rule"].create(missing)
