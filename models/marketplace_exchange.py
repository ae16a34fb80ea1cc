from datetime import timedelta

from odoo import api, fields, models

KEEP_DAYS = 14


class MarketplaceExchange(models.Model):
    """A request and its answer, with keys and buyers' data taken out before they came here."""

    _name = "marketplace.exchange"
    _description = "Marketplace Exchange Log"
    _order = "id desc"
    _rec_name = "endpoint"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    job_id = fields.Many2one("marketplace.job", index="btree_not_null", ondelete="set null")
    at = fields.Datetime(required=True, index=True)
    endpoint = fields.Char()
    status = fields.Integer("HTTP Status", aggregator=None)
    duration = fields.Float("Seconds", digits=(8, 3))
    request = fields.Text()
    response = fields.Text()
    error = fields.Char()
    failed = fields.Boolean(index=True)
    search_text = fields.Char(
        compute="_compute_search_text", search="_search_search_text", help="Looks in requests and answers."
    )

    def _compute_search_text(self):
        for exchange in self:
            exchange.search_text = exchange.request

    def _search_search_text(self, operator, value):
        if operator not in ("ilike", "like", "="):
            return NotImplemented
        operator = "ilike" if operator == "=" else operator
        return ["|", ("request", operator, value), ("response", operator, value)]

    @api.model
    def _store(self, account, exchanges, job=None):
        """:param exchanges: list of ``marketplaces.base.messages.Exchange``"""
        self.create(
            [
                {
                    "account_id": account.id,
                    "job_id": job.id if job else False,
                    "at": exchange.at.replace(tzinfo=None),
                    "endpoint": exchange.endpoint,
                    "status": exchange.status or 0,
                    "duration": exchange.duration,
                    "request": f"{exchange.method} {exchange.url}\n\n{exchange.request_body}",
                    "response": exchange.response_body,
                    "error": exchange.error,
                    "failed": bool(exchange.error) or (exchange.status or 0) >= 400,
                }
                for exchange in exchanges
            ]
        )

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.search([("at", "<", limit)], limit=10000)
        count = len(old)
        old.unlink()
        return count, int(count == 10000)
