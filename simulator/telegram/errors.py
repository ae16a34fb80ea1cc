"""Telegram's refusals: ``{"ok": false, "error_code": 400, "description": "Bad Request: …", "parameters": {}}``."""

# What Telegram calls a status when nothing else is said.
NAMES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was kicked from the supergroup chat",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class TelegramError(Exception):
    def __init__(self, code, description=None, **parameters):
        self.code = code
        self.description = description or NAMES.get(code, "Error")
        self.parameters = parameters
        super().__init__(self.description)

    def body(self):
        result = {"ok": False, "error_code": self.code, "description": self.description}
        return {**result, "parameters": self.parameters} if self.parameters else result


def bad_request(text):
    return TelegramError(400, f"Bad Request: {text}")


def refuse(fault):
    """(body, status, headers) of a fault that was asked for; an HTTP header tells nothing, as with the real one."""
    spec = fault.spec
    if fault.kind == "rate_limit":
        wait = spec.get("retry_after", 1)
        error = TelegramError(429, spec.get("message", f"Too Many Requests: retry after {wait}"), retry_after=wait)
        return error.body(), error.code, {}
    status = spec.get("status", 500)
    return spec.get("body", TelegramError(status, spec.get("message")).body()), status, {}
