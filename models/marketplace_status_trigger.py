from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import status as unified
from .marketplace_warehouse import SCHEMES

#: What happens in Odoo.
EVENTS = [
    ("confirmed", "Order confirmed"),
    ("validated", "Delivery validated"),
    ("tracking", "Tracking number filled in"),
    ("courier", "Handed to the courier"),
    ("last_mile", "Out to the buyer"),
    ("delivered", "Delivered to the buyer"),
]
#: What the marketplace is told then.
MESSAGES = [
    ("nothing", "Nothing"),
    ("confirmed", "Confirmed"),
    ("assembled", "Assembled"),
    ("assembled_delivering", "Assembled, then delivering"),
    ("tracking", "Tracking number"),
    ("tracking_delivering", "Tracking number, then delivering"),
    (unified.HANDED_OVER, "Handed over"),
    (unified.DELIVERING, "Delivering"),
    (unified.LAST_MILE, "Last mile"),
    (unified.DELIVERED, "Delivered"),
]
#: scheme → event → message of a new account, where its marketplace takes that message at all (``_get_possible``).
#: What Odoo does with an FBO order concerns nobody there.
DEFAULTS = {
    unified.FBS: {"confirmed": "confirmed", "validated": "assembled", "courier": unified.HANDED_OVER},
    unified.RFBS: {
        "validated": "assembled",
        "tracking": "tracking",
        "courier": unified.DELIVERING,
        "last_mile": unified.LAST_MILE,
        "delivered": unified.DELIVERED,
    },
}
#: Messages of two parts → the step that is the second one.
COMPOUND = {"assembled_delivering": unified.DELIVERING, "tracking_delivering": unified.DELIVERING}


class MarketplaceStatusTrigger(models.Model):
    """What the marketplace is told when something happens in Odoo (ORD6), per account and scheme."""

    _name = "marketplace.status.trigger"
    _description = "Marketplace Status Trigger"
    _inherit = "marketplace.status"
    _cause_field, _effect_field = "event", "message"
    _initial = DEFAULTS

    event = fields.Selection(EVENTS, "In Odoo", required=True)
    message = fields.Selection(MESSAGES, "Told to the Marketplace", required=True, default="nothing")

    _event_uniq = models.Constraint("UNIQUE(account_id, scheme, event)", "This event has its row already.")

    @api.depends("event")
    def _compute_display_name(self):
        return super()._compute_display_name()

    @api.constrains("scheme", "message")
    def _check_possible(self):
        labels = dict(self._fields["message"]._description_selection(self.env))
        for row in self:
            if row.message not in self._get_possible(row.account_id, row.scheme):
                raise ValidationError(
                    self.env._(
                        "«%(message)s» cannot be told for %(scheme)s: %(marketplace)s does not take it.",
                        message=labels[row.message],
                        scheme=dict(SCHEMES)[row.scheme],
                        marketplace=row.account_id._get_info().label,
                    )
                )

    @api.model
    def _get_possible(self, account, scheme):
        """Messages that the account's marketplace takes for postings of a scheme."""
        info = account._get_info()
        if scheme == unified.FBO:
            return {"nothing"}
        steps = set(info.steps.get(scheme, ()))
        possible = {"nothing", "assembled", *steps}
        if scheme in info.confirmed_schemes:
            possible.add("confirmed")
        if "tracking" in info.operations and steps:
            possible.add("tracking")
        for message, step in COMPOUND.items():
            if step in steps and message.removesuffix("_delivering") in possible:
                possible.add(message)
        return possible

    @api.model
    def _get_initial(self, account, scheme):
        possible = self._get_possible(account, scheme)
        return {event: told for event, told in super()._get_initial(account, scheme).items() if told in possible}
