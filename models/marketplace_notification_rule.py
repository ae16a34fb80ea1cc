from collections import namedtuple

from odoo import api, fields, models

Event = namedtuple("Event", "label topic in_odoo")

#: event → label, topic (which e-mail template tells it), told in Odoo by default
EVENTS = {
    "order_new": Event("New orders", "orders", False),
    "status_changed": Event("Changed statuses", "orders", False),
    "cancelled": Event("Cancelled postings", "cancellations", True),
    "cancel_request": Event("Buyers who want to cancel", "cancellations", True),
    "return_changed": Event("Returns", "cancellations", False),
    "order_problem": Event("Postings that need attention", "failures", True),
    "ship_failed": Event("Assembling failed", "failures", True),
    "label_failed": Event("Labels failed", "failures", True),
    "marking_failed": Event("Marking codes refused", "failures", True),
    "price_approval": Event("Prices to approve", "failures", True),
    "job_failed": Event("Jobs failed", "failures", True),
    "account_paused": Event("Account paused", "failures", True),
    "money_unknown": Event("Unknown accruals", "failures", True),
    "commission_drift": Event("Commission higher than expected", "failures", True),
    "completeness": Event("Postings missing in Odoo", "failures", True),
}
CHANNELS = ("inbox", "email", "telegram")


class MarketplaceNotificationRule(models.Model):
    """Who is told of an event of an account, and how."""

    _name = "marketplace.notification.rule"
    _description = "Marketplace Notification Rule"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    event = fields.Selection([(code, spec.label) for code, spec in EVENTS.items()], required=True)
    active = fields.Boolean("Tell", default=True)
    inbox = fields.Boolean("In Odoo", help="A message from OdooBot to each of the people.")
    email = fields.Boolean("E-mail", help="To the people, and to the account's address for notifications.")
    telegram = fields.Boolean(help="To the account's Telegram chat.")
    user_ids = fields.Many2many(
        "res.users", string="People", help="Who is told in Odoo and by e-mail. Empty: the account's responsible."
    )

    _event_uniq = models.Constraint("UNIQUE(account_id, event)", "This event has its rule already.")

    # === COMPUTE METHODS === #
    @api.depends("event")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for rule in self:
            rule.display_name = labels.get(rule.event, "")

    # === BUSINESS METHODS === #
    def _get_channels(self):
        self.ensure_one()
        return [channel for channel in CHANNELS if self[channel]]

    def _get_users(self):
        """Who is told; an account without a responsible is the administrator's."""
        self.ensure_one()
        users = (self.user_ids or self.account_id.user_id).filtered("active")
        return users or self.env.ref("base.user_admin")
