from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import status as unified

#: What can be done in Odoo; each one includes those before it, *cancel* stands alone.
ACTIONS = [
    ("none", "Nothing"),
    ("confirm", "Confirm and reserve"),
    ("deliver", "Deliver"),
    ("invoice", "Deliver and invoice"),
    ("paid", "Deliver, invoice, mark paid"),
    ("cancel", "Cancel"),
]
#: Statuses that can do something, in their order. *New*, *split* and *unknown* never do.
MAPPED_STATUSES = [
    (unified.TO_CONFIRM, "To Confirm"),
    (unified.TO_ASSEMBLE, "To Assemble"),
    (unified.ASSEMBLED, "Assembled"),
    (unified.HANDED_OVER, "Handed Over"),
    (unified.DELIVERING, "Delivering"),
    (unified.DELIVERED, "Delivered"),
    (unified.NOT_ACCEPTED, "Not Accepted"),
    (unified.DISPUTE, "Dispute"),
    (unified.CANCELLED, "Cancelled"),
]
_OWN_WAREHOUSE = {
    # A person looks at it: to confirm the order in Odoo is to confirm it there.
    unified.TO_CONFIRM: "none",
    unified.TO_ASSEMBLE: "confirm",
    unified.ASSEMBLED: "confirm",
    unified.HANDED_OVER: "deliver",
    unified.DELIVERING: "deliver",
    unified.DELIVERED: "deliver",
    unified.NOT_ACCEPTED: "none",
    unified.DISPUTE: "none",
    unified.CANCELLED: "cancel",
}
#: scheme → status → action of a new account.
DEFAULTS = {
    unified.FBS: _OWN_WAREHOUSE,
    unified.RFBS: _OWN_WAREHOUSE,
    unified.FBO: {
        unified.TO_ASSEMBLE: "confirm",
        unified.ASSEMBLED: "confirm",
        unified.DELIVERING: "deliver",
        unified.DELIVERED: "deliver",
        unified.CANCELLED: "cancel",
    },
}


class MarketplaceStatusAction(models.Model):
    """What happens in Odoo when a posting gets a status on the marketplace (ORD6), per account and scheme."""

    _name = "marketplace.status.action"
    _description = "Marketplace Status Action"
    _inherit = "marketplace.status"
    _cause_field, _effect_field = "status", "action"
    _initial = DEFAULTS

    status = fields.Selection(MAPPED_STATUSES, "On the Marketplace", required=True)
    action = fields.Selection(
        ACTIONS,
        "In Odoo",
        required=True,
        default="none",
        help="Each step includes those before it: to invoice an order it is delivered first.",
    )
    tag_id = fields.Many2one("crm.tag", "Tag to Set", help="Put on the sale order when the status comes.")

    _status_uniq = models.Constraint("UNIQUE(account_id, scheme, status)", "This status has its row already.")

    @api.depends("status")
    def _compute_display_name(self):
        return super()._compute_display_name()

    @api.model
    def _get_initial(self, account, scheme):
        initial = super()._get_initial(account, scheme)
        if scheme in account._get_info().confirmed_schemes:
            return initial
        return {word: action for word, action in initial.items() if word != unified.TO_CONFIRM}

    @api.constrains("status", "action")
    def _check_fits(self):
        for row in self:
            if row.status == unified.TO_CONFIRM and row.action not in ("none", "confirm"):
                raise ValidationError(
                    self.env._("An order that is to be confirmed can only be confirmed, or left to people («Nothing»).")
                )
            if row.status == unified.CANCELLED and row.action not in ("none", "cancel"):
                raise ValidationError(
                    self.env._("A cancelled posting can only be cancelled in Odoo, or left to people («Nothing»).")
                )
            if row.status != unified.CANCELLED and row.action == "cancel":
                raise ValidationError(self.env._("Only a posting that is cancelled there is cancelled in Odoo."))
