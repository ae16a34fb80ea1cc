from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import status as unified
from .marketplace_warehouse import SCHEMES

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
    _order = "account_id, scheme, sequence, id"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    scheme = fields.Selection(SCHEMES, required=True)
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

    @api.depends("scheme", "status")
    def _compute_display_name(self):
        schemes, statuses = dict(SCHEMES), dict(self._fields["status"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{schemes.get(row.scheme, '')}: {statuses.get(row.status, '')}"

    @api.constrains("status", "action")
    def _check_fits(self):
        for row in self:
            if row.status == unified.CANCELLED and row.action not in ("none", "cancel"):
                raise ValidationError(
                    self.env._("A cancelled posting can only be cancelled in Odoo, or left to people («Nothing»).")
                )
            if row.status != unified.CANCELLED and row.action == "cancel":
                raise ValidationError(self.env._("Only a posting that is cancelled there is cancelled in Odoo."))

    @api.model
    def _prepare_defaults(self, account, schemes):
        """Rows that the account does not have yet."""
        known = {(row.scheme, row.status) for row in account.status_action_ids}
        order = [code for code, _label in MAPPED_STATUSES]
        return [
            {
                "account_id": account.id,
                "scheme": scheme,
                "status": word,
                "action": action,
                "sequence": order.index(word),
            }
            for scheme in schemes
            for word, action in DEFAULTS.get(scheme, {}).items()
            if (scheme, word) not in known
        ]
