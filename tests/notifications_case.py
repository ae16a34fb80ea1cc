"""Helpers of the tests of notifications."""

from odoo import fields
from odoo.tests import new_test_user


class NotificationsCase:
    """Mixed into a case with an account: its responsible, and an outbox that is sent when the test says so."""

    @classmethod
    def _make_responsible(cls, login, account=None):
        account = account or cls.account
        user = new_test_user(
            cls.env,
            login,
            "sale_marketplace.group_user",
            company_id=account.company_id.id,
            company_ids=[(6, 0, account.company_id.ids)],
            email=f"{login}@example.com",
            context={},
        )
        account.user_id = user
        return user

    def _switch(self, event, account=None, **values):
        """Change the rule of an event; channels that are not named are off."""
        rules = (account or self.account).with_context(active_test=False).notification_rule_ids
        rule = rules.filtered(lambda rule: rule.event == event)
        rule.write({"inbox": False, "email": False, "telegram": False, "active": True, **values})
        return rule

    def _tell(self, event, records, texts=None):
        return self.env["marketplace.notifier"]._tell(event, records, texts)

    def _get_rows(self, **values):
        domain = [("company_id", "=", self.company.id), *((name, "=", value) for name, value in values.items())]
        return self.env["marketplace.notification"].search(domain, order="id")

    def _send(self, times=1):
        """Let the lane run as its scheduled action would, once the minute is over."""
        for _time in range(times):
            jobs = self.env["marketplace.job"].search([("lane", "=", "notifications"), ("state", "=", "pending")])
            jobs.eta = fields.Datetime.now()
            with self.enter_registry_test_mode():
                self.env.flush_all()
                self.env.ref("sale_marketplace.ir_cron_lane_notifications").method_direct_trigger()
                self.env.invalidate_all()

    def _get_chat(self, user):
        """What OdooBot has told this user."""
        chats = user.partner_id.channel_ids.filtered(lambda channel: channel.channel_type == "chat")
        return self.env["mail.message"].search(
            [
                ("model", "=", "discuss.channel"),
                ("author_id", "=", self.env.ref("base.partner_root").id),
                ("res_id", "in", chats.ids),
            ],
            order="id",
        )

    def _get_mails(self, address):
        return self.env["mail.mail"].search([("email_to", "ilike", address)], order="id")
