from odoo import fields, models


class MarketplaceAccount(models.Model):
    """What the stock of an account depends on."""

    _inherit = "marketplace.account"

    stock_rule_ids = fields.One2many("marketplace.stock.rule", "account_id", "Stock Exceptions")

    def _get_all_fbo_locations(self):
        """What lies there lies with a marketplace, whichever account it belongs to."""
        accounts = self.sudo().with_context(active_test=False).search([("fbo_location_id", "!=", False)])
        return accounts.fbo_location_id

    def _recompute_stock(self):
        """Settings have changed: everything is computed again, in the background."""
        for account in self:
            self.env["marketplace.job"].sudo()._enqueue("stock_compute", account, priority=4)
