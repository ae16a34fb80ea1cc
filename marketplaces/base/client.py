"""The one way out: every request to every marketplace goes through ``HttpClient.request``."""

import json
import logging
import re
import time
from datetime import datetime, timezone

import requests
import requests.adapters

from . import policy as verdicts
from .errors import MarketplaceError, NotFound, PayloadError, RateLimited, Unavailable, UnknownOutcome
from .messages import Call, Exchange, Response
from .redact import Redactor

_logger = logging.getLogger(__name__)

#: Some marketplaces block the library's own name.
USER_AGENT = "sale_marketplace/19.0 (Odoo; +connector)"
#: Length of a body kept in an ``Exchange``, in characters.
KEPT_BODY = 20_000
_CHUNK = 64 * 1024
#: ``\\u0000`` that is not itself escaped.
_NUL_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
#: The escape of half a letter; two of them in a row are one letter.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def utc_now():
    return datetime.now(timezone.utc)


class ConnectTimeoutAdapter(requests.adapters.HTTPAdapter):
    """Holds the time-out for connecting; ``timeout`` of the request is then only the one for reading.

    ``requests`` also takes both as a pair, but whoever wraps ``Session.send`` and compares its ``timeout`` with a
    number (Odoo's test classes do) breaks on a pair.
    """

    def __init__(self, connect_timeout):
        super().__init__()
        self.connect_timeout = connect_timeout

    def send(self, request, stream=False, timeout=None, **options):
        pair = (self.connect_timeout, timeout)
        return super().send(request, stream=stream, timeout=pair, **options)


def make_session(connect_timeout):
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, ConnectTimeoutAdapter(connect_timeout))
    return session


class Vendor:
    """What the transport has to know about a marketplace. One subclass per marketplace."""

    #: Values to be taken out of everything that is shown.
    secrets: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """Headers that authenticate a call."""
        return {}

    def read_error(self, call: Call, status: int, data) -> MarketplaceError | None:
        """The error told by an answer, or None when a 2xx is a success.

        ``data``: parsed JSON, or None when the body is not JSON.
        """
        raise NotImplementedError

    def read_limits(self, headers) -> tuple[float | None, float | None]:
        """(calls left, seconds to wait) as told by an answer's headers; None where not told."""
        return read_number(headers, "Ratelimit-Remaining"), read_number(headers, "Retry-After")


class HttpClient:
    """Limit → send → judge → retry or raise.

    :param config: ``AdapterConfig``
    :param vendor: credentials and error reader of the marketplace
    :param limiter: ``Limiter`` shared by all clients of the account
    :param session: object with the ``request`` method of ``requests.Session``
    :param observe: called with an ``Exchange`` after every attempt
    :param now: wall clock, ``clock``: monotonic seconds, ``sleep``: seconds → None
    """

    def __init__(
        self,
        config,
        vendor,
        limiter,
        *,
        session=None,
        policy=verdicts.DEFAULT_POLICY,
        observe=None,
        sleep=time.sleep,
        clock=time.monotonic,
        now=utc_now,
    ):
        self.config = config
        self.vendor = vendor
        self.limiter = limiter
        self.session = session or make_session(config.timeout[0])
        self.policy = policy
        self.observe = observe
        self.redactor = Redactor((*vendor.secrets, config.api_key))
        self._sleep = sleep
        self._clock = clock
        self._now = now

    def request(self, call: Call) -> Response:
        """Send a call and return its good answer.

        Raises ``RateLimited``, ``Unavailable``, ``UnknownOutcome`` (a call that is not idempotent and got no clear
        answer), ``PayloadError`` (unreadable or too large), and whatever ``vendor.read_error`` makes of a refusal.
        """
        retries = 0
        while True:
            self._wait_for_turn(call)
            try:
                return self._attempt(call)
            except MarketplaceError as error:
                delay = self.policy.retry_delay(error, retries)
                if delay is None:
                    raise
            retries += 1
            self._sleep(delay)

    # --- limits ---
    def _wait_for_turn(self, call):
        if not call.authenticated:
            return  # a file host has nothing to do with the account's limits
        waited = 0.0
        while wait := self.limiter.acquire(call.bucket):
            waited += wait
            if waited > self.policy.max_wait:
                raise RateLimited("Our own limit of calls is used up", retry_after=wait, endpoint=call.name)
            self._sleep(wait)

    def _feed_limiter(self, call, headers, error):
        if not call.authenticated:
            return
        remaining, retry_after = self.vendor.read_limits(headers)
        if isinstance(error, RateLimited):
            error.retry_after = retry_after if error.retry_after is None else error.retry_after
            self.limiter.throttled(call.bucket, error.retry_after, error.rate)
        else:
            self.limiter.answered(call.bucket, remaining)

    # --- one attempt ---
    def _attempt(self, call):
        at, start = self._now(), self._clock()
        seen = {"status": None, "content": b""}
        error = None
        try:
            return self._send(call, seen)
        except MarketplaceError as caught:
            error = self._clean(caught, call, seen["status"])
            raise
        finally:
            self._report(call, at, self._clock() - start, seen, error)

    def _send(self, call, seen):
        try:
            with self._open(call) as answer:
                seen["status"] = answer.status_code
                seen["content"] = self._read_body(call, answer)
                headers = answer.headers
        except requests.exceptions.RequestException as failure:
            raise self._failure_error(call, failure) from failure
        return self._judge(call, seen["status"], headers, seen["content"])

    def _open(self, call):
        return self.session.request(
            call.method,
            call.url or self.config.base_url.rstrip("/") + call.path,
            params=call.params,
            data=None if call.json is None else json.dumps(call.json, ensure_ascii=False).encode(),
            headers=self._headers(call),
            timeout=self.config.timeout[1],
            # Own headers are not stripped by requests on a redirect: an API call follows none.
            allow_redirects=not call.authenticated,
            stream=True,
            verify=True,
        )

    def _headers(self, call):
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*" if call.binary else "application/json"}
        if call.json is not None:
            headers["Content-Type"] = "application/json"
        if call.authenticated:
            headers.update(self.vendor.headers())
        return headers

    def _read_body(self, call, answer):
        """The body, chunk by chunk, so that neither its size nor its slowness can hurt us."""
        limit = self.policy.max_binary_bytes if call.binary else self.policy.max_json_bytes
        deadline = self._clock() + self.policy.max_seconds
        content = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > limit:
                raise PayloadError("body", f"more than {limit} bytes", "is too large")
            if self._clock() > deadline:
                raise requests.exceptions.ReadTimeout("The answer took too long")
        return bytes(content)

    # --- judging ---
    def _judge(self, call, status, headers, content):
        verdict = verdicts.judge_status(status)
        data = self._read_data(call, verdict, headers, content)
        error = self._answer_error(call, verdict, status, data)
        self._feed_limiter(call, headers, error)
        if error:
            raise error
        if data is None and not call.binary:
            raise self._unreadable_error(call)
        return Response(status=status, headers=headers, content=content, data=data)

    def _read_data(self, call, verdict, headers, content):
        """Parsed JSON, or None where there is none; an empty success says all there is to say."""
        if call.binary and not _looks_like_json(headers, content):
            return None
        if not content:
            return {} if verdict == verdicts.ACCEPTED else None
        return parse_json(content)

    def _answer_error(self, call, verdict, status, data):
        if not call.authenticated:
            return self._file_error(call, verdict, status)
        if verdict in (verdicts.ACCEPTED, verdicts.REFUSED, verdicts.THROTTLED) or data is not None:
            told = self.vendor.read_error(call, status, data)
            if told or verdict == verdicts.ACCEPTED:
                return told
        if verdict == verdicts.THROTTLED:
            return RateLimited("Too many calls")
        return self._doubt_error(call, f"The marketplace answered with HTTP {status}")

    def _file_error(self, call, verdict, status):
        """A file host refuses for its own reasons: that must not look like a wrong key."""
        if verdict == verdicts.ACCEPTED:
            return None
        if verdict == verdicts.REFUSED:
            return NotFound("The file is not, or no longer, at its address")
        return self._doubt_error(call, f"The file host answered with HTTP {status}")

    def _failure_error(self, call, failure):
        kind = type(failure).__name__
        if verdicts.judge_failure(failure) == verdicts.NOT_SENT:
            return Unavailable(f"No connection ({kind})")
        return self._doubt_error(call, f"No answer ({kind})")

    def _unreadable_error(self, call):
        problem = PayloadError("body", "not JSON", "cannot be read")
        return problem if call.idempotent else UnknownOutcome("The answer cannot be read")

    def _doubt_error(self, call, message):
        return (Unavailable if call.idempotent else UnknownOutcome)(message)

    # --- telling ---
    def _clean(self, error, call, status):
        """Fill in where the error happened, and make sure that it shows no secrets."""
        error.message = self.redactor.text(error.message)
        error.args = (error.message,)
        error.endpoint = error.endpoint or call.path or call.name
        error.http_status = error.http_status or status
        return error

    def _report(self, call, at, duration, seen, error):
        url = self.redactor.text(call.url or call.path)
        _logger.debug("%s %s %s %.3f %s", call.method, url, seen["status"], duration, error or "")
        if self.observe:
            self.observe(
                Exchange(
                    at=at,
                    duration=duration,
                    endpoint=call.name,
                    method=call.method,
                    url=url,
                    request_body=self._shown_json(call.json),
                    status=seen["status"],
                    response_body=self._shown_body(call, seen["content"]),
                    error=str(error or ""),
                ),
            )

    def _shown_json(self, data):
        return "" if data is None else self.redactor.data(data, KEPT_BODY)

    def _shown_body(self, call, content):
        if call.binary and content.lstrip()[:1] not in (b"{", b"["):
            return f"<{len(content)} bytes>"
        return self.redactor.body(content, KEPT_BODY)


def read_number(headers, name):
    """A header's non-negative number, or None: some servers put a date into Retry-After."""
    try:
        number = float(headers.get(name, ""))  # seconds, not money
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _no_number(_word):
    """NaN and Infinity are no JSON and cannot be stored as such."""
    return None


def _looks_like_json(headers, content):
    return "json" in headers.get("Content-Type", "").lower() or content.lstrip()[:1] == b"{"


def parse_json(content):
    """Parsed JSON that PostgreSQL can store, or None where it is none: HTML of a proxy, a cut body."""
    if b"\\u0000" in content:
        # PostgreSQL cannot store it, and it means nothing.
        content = _NUL_ESCAPE.sub(rb"\1", content)
    try:
        data = json.loads(content, parse_constant=_no_number)
        if _SURROGATE.search(content):
            # Nor half a letter.
            text = json.dumps(data, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data
