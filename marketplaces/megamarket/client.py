"""MegaMarket's side of the transport: the token, the envelope, calls by endpoint name."""

from ..base import parse
from ..base.client import HttpClient, Vendor
from ..base.errors import AuthError
from ..base.limiter import get_shared_limiter
from ..base.messages import Call
from .endpoints import ENDPOINTS, RATES
from .errors import read_error


class MegamarketVendor(Vendor):
    def __init__(self, client_id, api_key):
        self.client_id = (client_id or "").strip()
        self.token = (api_key or "").strip()
        # The marketplace repeats a wrong token in its answer, and writes tokens in upper case.
        self.secrets = tuple({self.token, self.token.upper(), self.token.lower()})

    def headers(self):
        """No header authenticates; ``AuthError`` for values that could not work."""
        if not (self.client_id.isascii() and self.client_id.isdigit()):
            raise AuthError("The merchant's id is not a number", reason="bad_client_id")
        if not (self.token and self.token.isascii() and self.token.isprintable()):
            raise AuthError("The token is empty or has odd characters", reason="wrong_key")
        return {}

    def read_error(self, call, status, data):
        return read_error(call, status, data)


class MegamarketClient:
    """Endpoint name and what goes into ``data`` → what comes back in ``data``."""

    def __init__(self, config, *, limiter=None, **options):
        limiter = limiter or get_shared_limiter(config.account_key or f"megamarket:{config.client_id}", RATES)
        self._vendor = MegamarketVendor(config.client_id, config.api_key)
        self._http = HttpClient(config, self._vendor, limiter, **options)

    def post(self, name, data):
        """The object in ``data`` of the answer."""
        answer = parse.mapping(self._send(name, data).data, "body")
        return parse.mapping(answer.get("data"), "data")

    def post_binary(self, name, data):
        """``Response`` of an endpoint that answers with a file."""
        return self._send(name, data)

    def _send(self, name, data):
        endpoint = ENDPOINTS[name]
        body = {"meta": {}, "data": {"token": self._vendor.token, **data}}
        return self._http.request(
            Call(
                name=name,
                path=endpoint.path,
                json=body,
                idempotent=endpoint.idempotent,
                binary=endpoint.binary,
            )
        )
