from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: So many months back can be chosen.
MONTHS = 24


class MarketplaceRealizationLoad(models.TransientModel):
    """Load the realization report of a month by hand."""

    _name = "marketplace.realization.load"
    _description = "Load a Realization Report"

    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        domain="[('state', '=', 'connected')]",
        default=lambda self: self._get_only_account(),
    )
    month = fields.Selection(
        selection="_get_months", required=True, default=lambda self: self._get_months()[0][0], string="Report of"
    )

    def _get_only_account(self):
        """Nothing to choose where only one account is connected."""
        accounts = self.env["marketplace.account"].search([("state", "=", "connected")], limit=2)
        return accounts if len(accounts) == 1 else accounts.browse()

    @api.model
    def _get_months(self):
        """Ended months, the last one first."""
        day, months = fields.Date.context_today(self).replace(day=1), []
        for _number in range(MONTHS):
            day = (day - timedelta(days=1)).replace(day=1)
            months.append((f"{day:%Y-%m}", format_date(self.env, day, date_format="LLLL yyyy")))
        return months

    def action_load(self):
        self.ensure_one()
        account = self.account_id
        account._check_operation("realization")
        year, month = (int(part) for part in self.month.split("-"))
        known = self.env["marketplace.realization"].search(
            [("account_id", "=", account.id), ("year", "=", year), ("month", "=", month), ("state", "=", "posting")]
        )
        if known:
            raise UserError(self.env._("%s is being posted at this moment.", known.display_name))
        self.env["marketplace.realization.poller"]._ask(account, year, month)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It is loaded within seconds: reload the list then."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
