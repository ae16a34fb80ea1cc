from odoo import api, fields, models

from .marketplace_warehouse import SCHEMES


class MarketplaceStatus(models.AbstractModel):
    """What the rows of an account's two status tables have in common (ORD6)."""

    _name = "marketplace.status"
    _description = "Marketplace Status Table"
    _order = "account_id, scheme, sequence, id"
    #: The field that a scheme has one row for, and the field that says what happens then.
    _cause_field = _effect_field = ""
    #: scheme → cause → effect of a new account
    _initial = {}

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    scheme = fields.Selection(SCHEMES, required=True)

    @api.depends("scheme")
    def _compute_display_name(self):
        schemes, causes = dict(SCHEMES), self._get_cause_labels()
        for row in self:
            row.display_name = f"{schemes.get(row.scheme, '')}: {causes.get(row[self._cause_field], '')}"

    def _get_cause_labels(self):
        return dict(self._fields[self._cause_field]._description_selection(self.env))

    @api.model
    def _prepare_defaults(self, account, schemes):
        """Rows that the account does not have yet, in the order of the causes."""
        known = {(row.scheme, row[self._cause_field]) for row in self.search([("account_id", "=", account.id)])}
        order = list(self._get_cause_labels())
        return [
            {
                "account_id": account.id,
                "scheme": scheme,
                self._cause_field: cause,
                self._effect_field: effect,
                "sequence": order.index(cause),
            }
            for scheme in schemes
            for cause, effect in self._get_initial(account, scheme).items()
            if (scheme, cause) not in known
        ]

    @api.model
    def _get_initial(self, account, scheme):
        """{cause: effect} of a new account."""
        return self._initial.get(scheme, {})
