"""What goes into and comes out of ``client.HttpClient``: a call, its response, and the record kept of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.

    ``name``: endpoint name, for logs and error tables. ``path`` is joined to the base URL; ``url`` (a whole address,
    e.g. of a label file) replaces both and is called **without** credentials.
    ``idempotent``: sending it twice does no more than sending it once, so it may be repeated without asking.
    ``bucket``: which limit of the account it counts against besides the common one.
    ``binary``: the answer is a file, not JSON.
    """

    name: str
    path: str = ""
    url: str = ""
    method: str = "POST"
    json: Any = None
    params: Mapping[str, str] | None = None
    idempotent: bool = False
    bucket: str = ""
    binary: bool = False

    @property
    def authenticated(self):
        return not self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A good answer. ``data`` is the parsed JSON, None for a binary call that got something else."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    data: Any = field(default=None, repr=False)

    @property
    def content_type(self):
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One attempt, with keys and buyers' data taken out: safe to store and to show.

    ``duration`` in seconds; ``status`` None when no answer came; ``error`` one sentence or "".
    """

    at: datetime
    duration: float
    endpoint: str
    method: str
    url: str
    request_body: str = ""
    status: int | None = None
    response_body: str = ""
    error: str = ""
