"""Sends messages as a Telegram bot (Bot API, ``sendMessage``). Knows neither Odoo nor what the messages are about."""

import logging
import re

from ..marketplaces.base.adapter import AdapterConfig
from ..marketplaces.base.client import HttpClient, Vendor
from ..marketplaces.base.errors import AuthError, RateLimited, Rejected
from ..marketplaces.base.limiter import COMMON, Rate, get_shared_limiter
from ..marketplaces.base.messages import Call
from ..marketplaces.base.policy import Policy

#: Characters of one message, after its entities are read.
MAX_TEXT = 4096
#: Telegram allows about one message per second and chat, some more at once. ``core.telegram.org/bots/faq``
RATES = {COMMON: Rate(per_second=1, burst=3)}
#: Whoever calls decides when to try again: a notification is not urgent enough to hold a worker.
POLICY = Policy(max_retries=0)


class _TokenFilter(logging.Filter):
    """urllib3 logs whole paths when it is told to, and Telegram's paths hold the token."""

    token = re.compile(r"/bot[^/\s]+/")

    def filter(self, record):
        message = record.getMessage()
        if self.token.search(message):
            record.msg, record.args = self.token.sub("/bot***/", message), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_TokenFilter())


class _Bot(Vendor):
    """How Telegram tells that it refused: ``{"ok": false, "error_code": 400, "description": "…"}``."""

    def __init__(self, token):
        self.secrets = (token,)

    def read_error(self, call, status, data):
        if status < 300 and not isinstance(data, dict):
            return None  # not Telegram's own words: the transport calls it unreadable
        data = data if isinstance(data, dict) else {}
        if data.get("ok") is True:
            return None
        text = str(data.get("description") or f"HTTP {status}")
        if status == 429:
            return RateLimited(text, retry_after=self._read_wait(data))
        if status in (401, 404):
            # A token that is no token at all makes a path that does not exist.
            return AuthError(text, reason="wrong_key")
        if 400 <= status < 500:
            return Rejected(text, code=str(status))
        return None if status >= 500 else Rejected(text)

    def _read_wait(self, data):
        parameters = data.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        return float(wait) if isinstance(wait, (int, float)) and wait >= 0 else None


class TelegramBot:
    """One bot.

    :param url: address of the Bot API, without the token
    :param key: names the limiter that all calls of this bot share inside a process
    :param observe: called with a ``messages.Exchange`` after every attempt
    """

    def __init__(self, url, token, *, key, observe=None):
        # The token stands in the base address only: paths, which errors and exchanges show, are free of it.
        config = AdapterConfig(base_url=f"{url.rstrip('/')}/bot{token}", client_id="", api_key=token)
        limiter = get_shared_limiter(f"telegram:{key}", RATES)
        self._client = HttpClient(config, _Bot(token), limiter, policy=POLICY, observe=observe)

    def send_message(self, chat, html):
        """Returns the message's number.

        Raises ``AuthError`` (no such bot), ``Rejected`` (unknown chat, blocked, bad text), ``RateLimited`` and the
        other ``Retryable`` errors: after an ``UnknownOutcome`` the message may have arrived.
        """
        body = {
            "chat_id": chat,
            "text": html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        answer = self._client.request(Call(name="telegram:sendMessage", path="/sendMessage", json=body))
        result = answer.data.get("result") if isinstance(answer.data, dict) else None
        return result.get("message_id") if isinstance(result, dict) else None
