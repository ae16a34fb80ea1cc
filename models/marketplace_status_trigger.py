from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import status as unified
from .marketplace_warehouse import SCHEMES

#: What happens in Odoo.
EVENTS = [
    ("validated", "Delivery validated"),
    ("tracking", "Tracking number filled in"),
    ("courier", "Handed to the courier"),
    ("last_mile", "Out to the buyer"),
    ("delivered", "Delivered to the buyer"),
]
#: What the marketplace is told then.
MESSAGES = [
    ("nothing", "Nothing"),
    ("assembled", "Assembled"),
    ("assembled_delivering", "Assembled, then delivering"),
    ("tracking", "Tracking number"),
    ("tracking_delivering", "Tracking number, then delivering"),
    (unified.DELIVERING, "Delivering"),
    (unified.LAST_MILE, "Last mile"),
    (unified.DELIVERED, "Delivered"),
]
#: scheme → event → message of a new account. What Odoo does with an FBO order concerns nobody there.
DEFAULTS = {
    unified.FBS: {"validated": "assembled"},
    unified.RFBS: {
        "validated": "assembled",
        "tracking": "tracking",
        "courier": unified.DELIVERING,
        "last_mile": unified.LAST_MILE,
        "delivered": unified.DELIVERED,
    },
}
#: Messages that the marketplace takes for a scheme at all: it carries FBS itself, and tells us.
POSSIBLE = {
    unified.FBS: {"nothing", "assembled"},
    unified.RFBS: {code for code, _label in MESSAGES},
    unified.FBO: {"nothing"},
}


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
            if row.message not in POSSIBLE[row.scheme]:
                raise ValidationError(
                    self.env._(
                        "«%(message)s» cannot be told for %(scheme)s: the marketplace delivers these postings itself.",
                        message=labels[row.message],
                        scheme=dict(SCHEMES)[row.scheme],
                    )
                )
