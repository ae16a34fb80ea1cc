import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_split

from ..engine import Again, JobFailure
from ..marketplaces.base import errors
from ..messengers.telegram import TelegramBot
from ..models.marketplace_notification_rule import CHANNELS, EVENTS

_logger = logging.getLogger(__name__)

#: Rows that one run takes; the rest follows at once.
BATCH = 1000
#: Who could not be reached for so long is not told any more: old news only confuse.
GIVE_UP = timedelta(hours=24)
#: Seconds between two attempts: as long as it has lasted already, within these bounds.
SHORTEST_WAIT, LONGEST_WAIT = 30, 1800


class MarketplaceNotificationSender(models.AbstractModel):
    """Takes the outbox to the people: one text per event and channel, each channel for itself."""

    _name = "marketplace.notification.sender"
    _description = "Marketplace Notification Sender"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_send(self, jobs, adapter, deadline):
        account = jobs.account_id
        rows = self._take(account)
        waits = [self._send_by(channel, account, rows, adapter.observe) for channel in CHANNELS]
        if any(waits):
            raise Again(max(wait or 0 for wait in waits), note=self.env._("Telegram cannot be reached at the moment."))
        if len(rows) == BATCH:
            raise Again(note=self.env._("%s notifications so far", BATCH))
        return self.env._("%s notifications", len(rows))

    @api.model
    def _run_test(self, jobs, adapter, deadline):
        """Try each channel with a message that says what it is; what came of it is shown on the account."""
        account = jobs.account_id
        labels = dict(self.env["marketplace.notification.rule"].fields_get(CHANNELS, ["string"]))
        results = [
            f"{labels[channel]['string']}: {self._test_by(channel, account, adapter.observe)}" for channel in CHANNELS
        ]
        account.notify_result = "\n".join(results)
        return account.notify_result

    # --- one channel --------------------------------------------------------------------------------------------
    def _take(self, account):
        return self.env["marketplace.notification"].search(
            [("account_id", "=", account.id), ("state", "=", "waiting")], order="id", limit=BATCH
        )

    def _send_by(self, channel, account, rows, observe):
        """Send what waits for this channel, one message per event. Returns seconds to wait, None when it is done."""
        name = f"{channel}_state"
        for event, batch in rows.filtered(lambda row: row[name] == "waiting").grouped("event").items():
            batch = batch.try_lock_for_update().filtered(lambda row: row[name] == "waiting")
            if not batch:
                continue
            try:
                self._send_one(channel, account, event, batch, observe)
            except errors.Retryable as exc:
                return self._postpone(channel, rows.filtered(lambda row: row[name] == "waiting"), exc)
            except (errors.MarketplaceError, UserError, JobFailure) as exc:
                self._fail(channel, account, batch, self._explain(exc, account))
            else:
                batch.write({name: "sent", "sent_at": fields.Datetime.now()})
            # What has left the house is remembered before anything else can go wrong.
            self.env["marketplace.job.runner"]._checkpoint()
        return None

    def _send_one(self, channel, account, event, batch, observe):
        """A failure of our own in one channel must not silence the others, nor repeat what they have told."""
        digest = self.env["marketplace.notification.text"]._compose(account, event, batch)
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_deliver_{channel}")(account, event, digest, observe)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, errors.MarketplaceError, UserError, JobFailure):
            raise
        except Exception as exc:
            _logger.exception("Notifications of account %s by %s failed", account.id, channel)
            raise JobFailure(self.env._("The program failed; please report it:\n%s", repr(exc))) from exc

    def _postpone(self, channel, rows, exc):
        """The channel is out of order: wait, but not for ever."""
        now = fields.Datetime.now()
        old = rows.filtered(lambda row: row.create_date < now - GIVE_UP)
        if old:
            self._fail(channel, rows.account_id, old, self._explain(exc, rows.account_id))
            self.env["marketplace.job.runner"]._checkpoint()
        if old == rows:
            return None
        if exc.retry_after is not None:
            return max(exc.retry_after, 1)
        age = (now - min((rows - old).mapped("create_date"))).total_seconds()
        return min(max(age, SHORTEST_WAIT), LONGEST_WAIT)

    def _fail(self, channel, account, rows, text):
        rows.write({f"{channel}_state": "failed", "problem": text})
        self.env["marketplace.account.checker"]._warn_once(account, self.env._("Notifications do not arrive"), text)

    def _explain(self, exc, account):
        """One sentence for the person who set up the account's notifications."""
        if isinstance(exc, errors.AuthError):
            return self.env._(
                "Telegram does not know the bot's token: enter the token that @BotFather gave on account %s.",
                account.name,
            )
        if isinstance(exc, errors.Rejected):
            return self.env._(
                "Telegram refused a message to chat %(chat)s: %(text)s. Check the chat's number and that the bot is in "
                "this chat.",
                chat=account.telegram_chat,
                text=exc,
            )
        if isinstance(exc, errors.MarketplaceError):
            return self.env._("Telegram cannot be reached (%s).", exc)
        return str(exc)

    # --- delivery -----------------------------------------------------------------------------------------------
    def _deliver_inbox(self, account, event, digest, _observe):
        """A message of OdooBot to each person: seen by everybody, whatever he chose for Odoo's own notifications."""
        body = self.env["marketplace.notification.text"]._to_html(digest)
        bot = self.env["discuss.channel"].with_user(SUPERUSER_ID)
        for user in self._get_users(account, event):
            chat = bot._get_or_create_chat(user.partner_id.ids, pin=False)
            chat.message_post(body=body, message_type="comment", subtype_xmlid="mail.mt_comment")

    def _deliver_email(self, account, event, digest, _observe):
        """Odoo's mail queue sends it, and tries again where the mail server fails."""
        users = self._get_users(account, event)
        addresses = [*email_split(account.notify_email or ""), *users.mapped("email_normalized")]
        addresses = list(dict.fromkeys(address for address in addresses if address))
        if not addresses:
            raise JobFailure(
                self.env._("Nobody has an e-mail address: enter one for notifications on account %s.", account.name)
            )
        template = self.env.ref(f"sale_marketplace.mail_template_{EVENTS[event].topic}")
        # Of the account only while it is written: otherwise each e-mail would fill the account's own chatter.
        values = {"email_to": ",".join(addresses), "recipient_ids": [], "model": False, "res_id": False}
        template.with_context(digest=digest).send_mail(account.id, email_values=values)

    def _deliver_telegram(self, account, _event, digest, observe):
        account = account.sudo()
        if not account.telegram_token or not account.telegram_chat:
            raise JobFailure(
                self.env._("Telegram is not set up: enter the bot's token and the chat on account %s.", account.name)
            )
        bot = TelegramBot(account.telegram_url, account.telegram_token, key=account._get_bot_key(), observe=observe)
        bot.send_message(account.telegram_chat, self.env["marketplace.notification.text"]._to_telegram(digest))

    def _get_users(self, account, event):
        rules = account.with_context(active_test=False).notification_rule_ids
        return rules.filtered(lambda rule: rule.event == event)._get_users()

    # --- test message -------------------------------------------------------------------------------------------
    def _test_by(self, channel, account, observe):
        """What came of a test message, as a sentence."""
        digest = {
            "heading": account.name,
            "lines": [{"subject": "", "url": "", "sentence": self.env._("This is a test message.")}],
            "more": "",
            "url": f"{account.get_base_url()}/odoo/{account._name}/{account.id}",
            "link": self.env._("Open in Odoo"),
        }
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_deliver_{channel}")(account, "account_paused", digest, observe)
        except (errors.MarketplaceError, UserError, JobFailure) as exc:
            return self._explain(exc, account)
        return self.env._("given to the mail queue.") if channel == "email" else self.env._("sent.")
