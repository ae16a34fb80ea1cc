from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status

CANCEL_POLICIES = [
    ("goods", "By where the goods are"),
    ("age", "Only orders that are young"),
    ("always", "Always"),
]


class MarketplaceAccount(models.Model):
    """What statuses do, in both directions, and what a cancellation on the marketplace undoes (ORD6, ORD8, CAN2)."""

    _inherit = "marketplace.account"

    status_action_ids = fields.One2many("marketplace.status.action", "account_id", "Marketplace → Odoo")
    status_trigger_ids = fields.One2many("marketplace.status.trigger", "account_id", "Odoo → Marketplace")
    payment_journal_id = fields.Many2one(
        "account.journal",
        "Clearing Journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        help="Where «mark paid» books the payments: the money that the marketplace holds for you.",
    )
    # --- cancellations
    cancel_policy = fields.Selection(
        CANCEL_POLICIES,
        "Cancel in Odoo",
        required=True,
        default="goods",
        help="By where the goods are: not picked yet → the order is cancelled; packed or handed over → it waits until "
        "the goods are back.\n"
        "Only orders that are young: cancelled at once within the hours below, later ones wait for a person.\n"
        "Always: the order is cancelled at once; goods that are out still wait to be taken back.",
    )
    fbo_cancel_policy = fields.Selection(
        CANCEL_POLICIES,
        "Cancel FBO in Odoo",
        required=True,
        default="always",
        help="The goods never leave the marketplace's hands: what was delivered returns to the FBO location by itself.",
    )
    cancel_hours = fields.Integer("Young Means (hours)", default=24)
    cancel_to_fbo = fields.Boolean(
        "Cancelled After Hand-over: to FBO",
        help="Goods of an order that was cancelled after it had been handed over go to the FBO location instead of "
        "coming back.",
    )
    cancel_reason_ids = fields.One2many("marketplace.cancel.reason", "account_id")

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._ensure_status_maps()
        return accounts

    def _ensure_status_maps(self):
        """Every account has the tables; rows that later versions bring are added, what a person changed stays."""
        for account in self:
            schemes = account._get_schemes()
            for name in ("marketplace.status.action", "marketplace.status.trigger"):
                self.env[name].sudo().create(self.env[name]._prepare_defaults(account, schemes))

    def action_reset_status_maps(self):
        """Back to the defaults."""
        for account in self:
            account.status_action_ids.unlink()
            account.status_trigger_ids.unlink()
        self._ensure_status_maps()

    def _get_status_action(self, scheme, word):
        """The table's row of a status; empty where there is none."""
        self.ensure_one()
        return self.status_action_ids.filtered(lambda row: row.scheme == scheme and row.status == word)

    def _get_trigger_row(self, scheme, event):
        self.ensure_one()
        return self.status_trigger_ids.filtered(lambda row: row.scheme == scheme and row.event == event)

    def _get_message(self, scheme, event):
        """What the marketplace is told when ``event`` happens: a word of ``marketplace_status_trigger.MESSAGES``."""
        return self.sudo()._get_trigger_row(scheme, event).message or "nothing"

    def _get_cancel_policy(self, scheme):
        self.ensure_one()
        return self.fbo_cancel_policy if scheme == status.FBO else self.cancel_policy

    def _get_payment_journal(self):
        self.ensure_one()
        if not self.payment_journal_id:
            raise UserError(
                self.env._("Choose the clearing journal of account %s: «mark paid» books payments there.", self.name)
            )
        return self.payment_journal_id
