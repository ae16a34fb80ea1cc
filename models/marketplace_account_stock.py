from odoo import fields, models


class MarketplaceAccount(models.Model):
    """What an account knows of its stock there."""

    _inherit = "marketplace.account"

    stock_rule_ids = fields.One2many("marketplace.stock.rule", "account_id", "Stock Exceptions")
    stock_refused_count = fields.Integer("Stock Refused", compute="_compute_stock_refused_count")

    def _compute_stock_refused_count(self):
        counts = dict(
            self.env["marketplace.stock"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "refused")], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.stock_refused_count = counts.get(account._origin, 0)

    def _get_all_fbo_locations(self):
        """What lies there lies with a marketplace, whichever account it belongs to."""
        accounts = self.sudo().with_context(active_test=False).search([("fbo_location_id", "!=", False)])
        return accounts.fbo_location_id

    def _recompute_stock(self):
        """Settings have changed: everything is computed again, in the background."""
        for account in self:
            self.env["marketplace.job"].sudo()._enqueue("stock_compute", account, priority=4)

    def action_view_refused_stock(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_stock")
        return {
            **action,
            "domain": [("account_id", "=", self.id)],
            "context": {"search_default_refused": 1},
        }
