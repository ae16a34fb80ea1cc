from datetime import timedelta, timezone

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import dto
from ..services.marketplace_event_dispatcher import NEWS_KINDS, ORDER_KINDS
from .marketplace_warehouse import SCHEMES


class MarketplaceEvent(models.Model):
    """Inbox of notifications: stored, acknowledged, and worked on afterwards."""

    _name = "marketplace.event"
    _description = "Marketplace Notification"
    _order = "id desc"
    _rec_name = "raw_kind"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    key = fields.Char(required=True)
    kind = fields.Char(required=True)
    raw_kind = fields.Char("Kind There")
    number = fields.Char("Posting", index="btree_not_null")
    scheme = fields.Selection(SCHEMES)
    request = fields.Json(readonly=True, help="What is asked for, where the news is a request of the buyer.")
    occurred_at = fields.Datetime()
    received_at = fields.Datetime(default=fields.Datetime.now, required=True, index=True)
    raw = fields.Json(prefetch=False, groups="sale_marketplace.group_administrator")
    times = fields.Integer("Received", default=1, help="How often the marketplace sent the same news.")
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("ignored", "Not Needed"), ("failed", "Failed")],
        default="new",
        required=True,
        index=True,
    )
    problem = fields.Char()

    _key_uniq = models.Constraint("UNIQUE(account_id, key)", "This notification is there already.")

    @api.model
    def _receive(self, account, events):
        """Store DTOs once each; the same news twice only counts up. Returns those that wait to be worked on.

        :param events: list of ``dto.Event``
        """
        # Always in the same order: two deliveries of several news cannot wait for each other.
        rows = [self._store_one(account, event) for event in sorted(events, key=lambda event: event.key)]
        self.invalidate_model(["times", "state", "problem"])
        return self.browse([row_id for row_id, state in rows if state == "new"])

    def _store_one(self, account, event):
        """(id, state). One statement: two deliveries at the same moment cannot both insert.

        What is told again although its posting has never come is worked on again.
        """
        query = SQL(
            """
            INSERT INTO marketplace_event (account_id, company_id, key, kind, raw_kind, number, scheme,
                                           request, occurred_at, received_at, raw, times, state, create_uid,
                                           create_date, write_uid, write_date)
                 VALUES (%(account)s, %(company)s, %(key)s, %(kind)s, %(raw_kind)s, %(number)s, %(scheme)s,
                         %(request)s, %(occurred_at)s, %(now)s, %(raw)s, 1, %(state)s, %(uid)s, %(now)s, %(uid)s,
                         %(now)s)
            ON CONFLICT (account_id, key) DO UPDATE
                    SET times = marketplace_event.times + 1,
                        state = CASE WHEN marketplace_event.state = 'failed'
                                       OR marketplace_event.kind IN %(orders)s AND NOT EXISTS (
                                          SELECT 1 FROM marketplace_order known
                                           WHERE known.account_id = marketplace_event.account_id
                                             AND known.number = marketplace_event.number)
                                     THEN 'new' ELSE marketplace_event.state END
              RETURNING id, state
            """,
            account=account.id,
            company=account.company_id.id,
            key=event.key,
            kind=event.kind,
            raw_kind=event.raw_kind,
            number=event.order_number or None,
            scheme=event.scheme or None,
            request=self._pack_request(event.request),
            occurred_at=event.occurred_at and event.occurred_at.replace(tzinfo=None),
            raw=Json(event.raw),
            state="new" if event.kind in NEWS_KINDS else "ignored",
            now=fields.Datetime.now(),
            uid=self.env.uid,
            orders=ORDER_KINDS,
        )
        return self.env.execute_query(query)[0]

    def _pack_request(self, request):
        """:param request: ``dto.CancelRequest`` or None"""
        if request is None:
            return None
        names = ("external_id", "number", "state", "initiator", "reason", "message", "unit_ids")
        return Json({name: getattr(request, name) for name in names})

    def _unpack_request(self):
        self.ensure_one()
        return dto.CancelRequest(
            **{**self.request, "unit_ids": tuple(self.request["unit_ids"])},
            requested_at=self.received_at.replace(tzinfo=timezone.utc),
        )

    @api.model
    def _find_announcements(self, account, numbers):
        """{posting number: raw news of its coming}; some things are told there only."""
        events = self.sudo().search(
            [("account_id", "=", account.id), ("kind", "=", "order_new"), ("number", "in", list(numbers))]
        )
        return {event.number: event.raw for event in events}

    def action_retry(self):
        self.write({"state": "new", "problem": False})
        self.env["marketplace.event.dispatcher"]._dispatch(self)

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.now() - timedelta(days=30)
        old = self.search([("received_at", "<", limit), ("state", "!=", "failed")], limit=10000)
        count = len(old)
        old.unlink()
        return count, int(count == 10000)
