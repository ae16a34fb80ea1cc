from odoo import api, fields, models

KINDS = [
    ("out_of_stock", "Out of stock"),
    ("defective", "Only defective ones are left"),
    ("other", "Other"),
]


class MarketplaceCancelReason(models.Model):
    """A reason that the marketplace accepts for a seller's cancellation, and our own word for it."""

    _name = "marketplace.cancel.reason"
    _description = "Marketplace Cancellation Reason"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Reason There", required=True, readonly=True)
    external_id = fields.Char("ID on the Marketplace", required=True, readonly=True)
    message_required = fields.Boolean("Needs an Explanation", readonly=True)
    active = fields.Boolean(default=True)
    use = fields.Selection(
        [("cancel", "To cancel"), ("not_handed_over", "Not handed over")],
        "Used",
        required=True,
        readonly=True,
        default="cancel",
        help="Not handed over: what kept the courier from handing something to the buyer.",
    )
    kind = fields.Selection(KINDS, "Our Reason", help="Which of the marketplace's reasons is sent for ours.")

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This reason is in the list already.")

    @api.model
    def _store(self, account, reasons):
        """Create or refresh the reasons of an account from ``dto.CancelReason``; our own word stays as it was set."""
        known = {
            row.external_id: row
            for row in self.with_context(active_test=False).search([("account_id", "=", account.id)])
        }
        seen = self.browse()
        for position, dto in enumerate(reasons):
            vals = {
                "name": dto.title,
                "message_required": dto.message_required,
                "active": dto.available,
                "use": dto.use,
            }
            row = known.get(dto.external_id)
            if row:
                row.write({name: value for name, value in vals.items() if row[name] != value})
            else:
                row = self.create(
                    {
                        "account_id": account.id,
                        "external_id": dto.external_id,
                        "kind": dto.kind or False,
                        "sequence": position,
                        **vals,
                    }
                )
            seen |= row
        gone = self.browse([row.id for row in known.values()]) - seen
        gone.filtered("active").write({"active": False})
        return seen

    @api.model
    def _find(self, account, kind):
        """The account's reason for our word; empty where none is mapped."""
        domain = [("account_id", "=", account.id), ("kind", "=", kind), ("use", "=", "cancel")]
        return self.search(domain, limit=1)
