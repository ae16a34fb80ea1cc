from odoo import api, fields, models

from ..marketplaces.feeds import get_feed_profile


class MarketplaceAccount(models.Model):
    """Accounts of marketplaces that read a product feed have one (MMK1)."""

    _inherit = "marketplace.account"

    feed_ids = fields.One2many("marketplace.feed", "account_id", context={"active_test": False})
    has_feed = fields.Boolean(compute="_compute_feed")
    feed_offer_count = fields.Integer("Offers in the Feed", compute="_compute_feed")
    feed_url = fields.Char(
        "Address of the Product Feed",
        compute="_compute_feed_url",
        compute_sudo=True,
        groups="sale_marketplace.group_administrator",
        help="Paste it into the cabinet's shop settings. Whoever knows it can read prices and stock.",
    )

    @api.depends("feed_ids.offer_count")
    def _compute_feed(self):
        for account in self:
            account.has_feed = bool(account.feed_ids)
            account.feed_offer_count = sum(account.feed_ids.mapped("offer_count"))

    @api.depends("feed_ids.token", "feed_ids.active")
    def _compute_feed_url(self):
        for account in self:
            account.feed_url = account.feed_ids.filtered("active")[:1].url

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._ensure_feeds()
        return accounts

    def unlink(self):
        # The files of a feed go with its record, not with a row that the database deletes.
        self.with_context(active_test=False).feed_ids.unlink()
        return super().unlink()

    @api.model
    def _complete_all(self):
        result = super()._complete_all()
        self.with_context(active_test=False).search([("active", "in", (True, False))])._ensure_feeds()
        return result

    def _ensure_feeds(self):
        Feed = self.env["marketplace.feed"].sudo().with_context(active_test=False)
        served = Feed.search([("account_id", "in", self.ids)]).account_id
        Feed.create(
            [
                {"account_id": account.id}
                for account in self - served
                if get_feed_profile(account.marketplace) is not None
            ]
        )

    def _wants_task(self, task):
        wanted = self.feed_ids.filtered(lambda feed: feed.active and (feed.built_at or not feed.setup_problem))
        return super()._wants_task(task) and (task != "feed" or bool(wanted))

    def action_view_feed(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.feed",
            "res_id": self.feed_ids[:1].id,
            "view_mode": "form",
        }
