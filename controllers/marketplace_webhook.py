import hmac
import logging

from odoo import http
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

from ..marketplaces import get_adapter_class
from ..marketplaces.base.errors import PayloadError

_logger = logging.getLogger(__name__)

#: What is read of an account to answer a call.
FIELDS = ("webhook_token", "webhook_login", "webhook_password", "marketplace", "client_id", "company_id")
#: So often is it tried to store news that another call brings at the same moment.
TRIES = 4


class MarketplaceWebhook(http.Controller):
    """Verify, store, wake, answer. Nothing of the body is trusted: it only says which posting to read again."""

    @http.route(
        ["/marketplace/webhook/<string:token>", "/marketplace/webhook/<string:token>/<path:topic>"],
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def webhook(self, token, topic=""):
        account = self._find_account(token)
        adapter_class = account and get_adapter_class(account.marketplace)
        if not account or topic not in adapter_class.info.event_topics:
            return request.make_json_response({"error": "unknown address"}, status=404)
        if not self._is_allowed(account):
            return request.make_json_response(
                {"error": "login required"}, status=401, headers={"WWW-Authenticate": 'Basic realm="marketplace"'}
            )
        body = self._read_body(adapter_class.info.event_size)
        if body is None:
            return self._answer(adapter_class, [], "invalid", status=413)
        try:
            events = adapter_class.parse_event(dict(request.httprequest.headers), body, topic)
            self._check_client(account, adapter_class, events)
        except PayloadError as exc:
            _logger.info("Account %s: unreadable notification: %s", account.id, exc.path)
            return self._answer(adapter_class, [], "invalid")
        self._receive(account, events)
        return self._answer(adapter_class, events)

    def _is_allowed(self, account):
        sent = request.httprequest.authorization
        basic = sent and sent.type == "basic"
        return account._may_call(sent.username if basic else "", sent.password if basic else "")

    def _check_client(self, account, adapter_class, events):
        """News of another cabinet at this address: the seller has mixed up the addresses of two shops."""
        if not adapter_class.info.events_name_client:
            return
        for event in events:
            if event.account_external_id != account.client_id:
                raise PayloadError("client_id", event.account_external_id, "is another cabinet")

    def _find_account(self, token):
        """The token is the only proof of the sender; it is compared in constant time."""
        accounts = request.env["marketplace.account"].sudo().search_fetch([("webhook_token", "!=", False)], FIELDS)
        found = accounts.browse()
        for account in accounts:
            if hmac.compare_digest(account.webhook_token.encode(), token.encode()):
                found = account
        return found

    def _read_body(self, limit):
        """The raw body, or None when it is too long; what announces itself as too long is not even read."""
        if (request.httprequest.content_length or 0) > limit:
            return None
        body = request.httprequest.get_data(cache=False)
        return None if len(body) > limit else body

    def _receive(self, account, events):
        """Two calls with the same news meet now and then, or a call meets a worker. Odoo would do it again after a
        second or two; nothing has been changed yet, it is done again at once."""
        news = [event for event in events if event.kind != "ping"]
        for tries_left in reversed(range(TRIES)):
            try:
                with mute_logger("odoo.sql_db"):
                    return self._store(account, news)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if not tries_left:
                    raise
                request.env.cr.rollback()

    def _store(self, account, news):
        waiting = request.env["marketplace.event"].sudo()._receive(account, news)
        request.env["marketplace.event.dispatcher"].sudo()._wake(waiting)

    def _answer(self, adapter_class, events, error="", status=None):
        code, payload = adapter_class.event_answer(events, error)
        return request.make_json_response(payload, status=status or code)
