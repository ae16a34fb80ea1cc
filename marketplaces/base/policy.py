"""What an outcome of a request means and how often it is tried again. Pure: tables and two functions."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

from .errors import RateLimited, Unavailable

#: The marketplace accepted the request.
ACCEPTED = "accepted"
#: It told us to slow down; nothing was done.
THROTTLED = "throttled"
#: The request never reached it.
NOT_SENT = "not_sent"
#: It may or may not have been carried out.
IN_DOUBT = "in_doubt"
#: It was understood and refused; the body says why.
REFUSED = "refused"

#: Exception class → verdict, first match wins (most special first).
FAILURE_VERDICTS = (
    (requests.exceptions.ConnectTimeout, NOT_SENT),
    (requests.exceptions.ProxyError, NOT_SENT),
    (requests.exceptions.InvalidURL, NOT_SENT),
    (requests.exceptions.InvalidSchema, NOT_SENT),
    (requests.exceptions.MissingSchema, NOT_SENT),
    (requests.exceptions.InvalidHeader, NOT_SENT),
    (requests.exceptions.RequestException, IN_DOUBT),
)
#: Names of urllib3 reasons below a requests.ConnectionError which prove that no byte was sent.
UNSENT_REASONS = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})

#: HTTP status → verdict where the hundred's rule below does not hold.
STATUS_VERDICTS: Mapping[int, str] = {408: IN_DOUBT, 429: THROTTLED}
#: First digit of the status → verdict. A redirect of an API is a misrouted request.
HUNDRED_VERDICTS: Mapping[int, str] = {2: ACCEPTED, 3: IN_DOUBT, 4: REFUSED, 5: IN_DOUBT}


def judge_status(status):
    """HTTP status → verdict."""
    return STATUS_VERDICTS.get(status) or HUNDRED_VERDICTS.get(status // 100, IN_DOUBT)


def judge_failure(error):
    """``requests`` exception → verdict."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    # An SSLError may also come while reading: only a refused certificate proves that nothing was sent.
    if type(reason).__name__ in UNSENT_REASONS or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return NOT_SENT
    return next(verdict for kind, verdict in FAILURE_VERDICTS if isinstance(error, kind))


def no_more_than(delay):
    """Jitter: somewhere between the half and the whole of the delay, so that workers do not knock in step."""
    return delay * random.uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``max_wait``: a longer pause is never slept, the caller gets ``RateLimited``/``Unavailable`` to postpone its job.

    ``max_seconds`` for a whole answer (a read timeout only bounds the pause between two chunks). Sizes in bytes.
    """

    max_retries: int = 2
    first_delay: float = 0.5
    max_wait: float = 5.0
    max_seconds: float = 120.0
    max_json_bytes: int = 20 * 1024 * 1024
    max_binary_bytes: int = 50 * 1024 * 1024
    jitter: Callable[[float], float] = field(default=no_more_than)

    def retry_delay(self, error, retries):
        """Seconds to wait before trying again, or None to give up.

        Only errors that prove the request was not carried out, or that it may be, safely, twice, get here as
        ``RateLimited`` or ``Unavailable``; everything else goes to the caller.
        """
        if retries >= self.max_retries or not isinstance(error, (RateLimited, Unavailable)):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.max_wait else None
        return min(self.jitter(self.first_delay * 2**retries), self.max_wait)


DEFAULT_POLICY = Policy()
