"""What a handler gives back: a body, a status, headers. Nothing here knows a marketplace."""

import json
from dataclasses import dataclass, field


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict = field(default_factory=dict)


class RawJson(str):
    """JSON text that is ready: long lists are joined from cached pieces instead of being encoded again."""


class Hangup(Exception):
    """The connection must be closed without an answer."""

    def __init__(self, delay=0.0):
        super().__init__("connection closed on purpose")
        self.delay = delay


def dump(value):
    if isinstance(value, RawJson):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_answer(value, status=200, **headers):
    return Answer(dump(value).encode(), status, "application/json", headers)


def html_answer(text, status=200):
    return Answer(text.encode(), status, "text/html; charset=utf-8")
