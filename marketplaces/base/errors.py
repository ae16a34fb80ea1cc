"""What can go wrong between us and a marketplace, as a small tree.

Messages are English and never contain keys or bodies; the Odoo side turns the class and the code into a
translated sentence (``services/marketplace_error_text.py``). Vendor codes are mapped to these classes in one
table per marketplace.
"""


class MarketplaceError(Exception):
    """Base of all.

    :param message: one English sentence, safe to log
    :param code: the vendor's own code or word, e.g. ``POSTING_ALREADY_SHIPPED``
    :param http_status: of the answer, if there was one
    :param endpoint: path that was called
    """

    def __init__(self, message, *, code=None, http_status=None, endpoint=None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.http_status = http_status
        self.endpoint = endpoint


class Retryable(MarketplaceError):
    """The same request may succeed later. ``retry_after`` is in seconds, or None when the marketplace did not say."""

    def __init__(self, message, *, retry_after=None, **details):
        super().__init__(message, **details)
        self.retry_after = retry_after


class RateLimited(Retryable):
    """HTTP 429, or our own limiter is out of tokens. ``rate``: calls per second, where the marketplace names it."""

    def __init__(self, message, *, rate=None, **details):
        super().__init__(message, **details)
        self.rate = rate


class Unavailable(Retryable):
    """No connection, or (only for a call that is safe to repeat) a time-out, a cut connection or an answer 5xx."""


class UnknownOutcome(Retryable):
    """A call that changes something got no answer, a 5xx or an unreadable one: it may or may not have happened.

    Look before sending again.
    """


class NotReady(Retryable):
    """The marketplace is still working (label task, assembly, hand-over document)."""


class AuthError(MarketplaceError):
    """Nothing will work with this key. ``reason``: wrong_key, bad_client_id, key_expired, ip_restricted, blocked."""

    def __init__(self, message, *, reason, **details):
        super().__init__(message, **details)
        self.reason = reason


class Forbidden(MarketplaceError):
    """The key works but not for this method. ``reason``: missing_role, subscription, contract; or wall: something in
    front of the marketplace takes this server for a robot."""

    def __init__(self, message, *, reason, **details):
        super().__init__(message, **details)
        self.reason = reason


class Rejected(MarketplaceError):
    """The marketplace understood and refused. ``item_errors`` maps an item's id to its message."""

    def __init__(self, message, *, item_errors=None, **details):
        super().__init__(message, **details)
        self.item_errors = dict(item_errors or {})


class AlreadyDone(Rejected):
    """Refused because it happened before: a success for whoever repeats himself."""


class NotFound(MarketplaceError):
    """The object does not exist in this cabinet."""


class Obsolete(MarketplaceError):
    """The marketplace has switched this method off."""


class NotSupported(MarketplaceError):
    """This marketplace has no such operation."""


class PayloadError(MarketplaceError):
    """An answer or event that we cannot read without guessing.

    :param path: where in the payload, e.g. ``products[0].price``
    :param value: what stood there
    """

    def __init__(self, path, value, why="has an unexpected value", **details):
        super().__init__(f"{path} {why}: {value!r:.200}", **details)
        self.path = path
        self.value = value
