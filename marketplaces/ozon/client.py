"""Ozon's side of the transport: credentials, error reader, calls by endpoint name."""

from ..base import parse
from ..base.client import HttpClient, Vendor
from ..base.errors import AuthError
from ..base.limiter import get_shared_limiter
from ..base.messages import Call
from .endpoints import ENDPOINTS, RATES
from .errors import read_error


class OzonVendor(Vendor):
    def __init__(self, client_id, api_key):
        self.client_id = (client_id or "").strip()
        self.api_key = (api_key or "").strip()
        self.secrets = (self.api_key,)

    def headers(self):
        """Both headers; ``AuthError`` for values that could not even be sent."""
        if not (self.client_id.isascii() and self.client_id.isdigit()):
            raise AuthError("The Client-Id is not a number", reason="bad_client_id")
        if not (self.api_key and self.api_key.isascii() and self.api_key.isprintable()):
            raise AuthError("The Api-Key is empty or has odd characters", reason="wrong_key")
        return {"Client-Id": self.client_id, "Api-Key": self.api_key}

    def read_error(self, call, status, data):
        return read_error(call.name, status, data)


class OzonClient:
    """Endpoint name and body → answer."""

    def __init__(self, config, *, limiter=None, **options):
        limiter = limiter or get_shared_limiter(config.account_key or f"ozon:{config.client_id}", RATES)
        self._http = HttpClient(config, OzonVendor(config.client_id, config.api_key), limiter, **options)

    def post(self, name, body):
        """JSON answer of an endpoint (see ``endpoints.ENDPOINTS``)."""
        return parse.mapping(self._http.request(self._make_call(name, body)).data, "body")

    def post_binary(self, name, body):
        """``Response`` of an endpoint that answers with a file, or with JSON holding one."""
        return self._http.request(self._make_call(name, body))

    def download(self, url):
        """``Response`` with a file from a link in an answer; no credentials are sent."""
        return self._http.request(Call(name="file", url=url, method="GET", idempotent=True, binary=True))

    @staticmethod
    def _make_call(name, body):
        endpoint = ENDPOINTS[name]
        return Call(
            name=name,
            path=endpoint.path,
            json=body,
            idempotent=endpoint.idempotent,
            bucket=endpoint.bucket,
            binary=endpoint.binary,
        )
