"""Ozon's error bodies. The numbers are gRPC status codes; where only the text is documented the number is inferred."""

INVALID_ARGUMENT = 3
NOT_FOUND = 5
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
UNIMPLEMENTED = 12
INTERNAL = 13
UNAUTHENTICATED = 16


class OzonError(Exception):
    def __init__(self, status, code, message, headers=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self):
        return {"code": self.code, "message": self.message, "details": []}


def invalid(message):
    return OzonError(400, INVALID_ARGUMENT, message)


def not_found(message):
    return OzonError(404, NOT_FOUND, message)


def wrong_state(message, status=409):
    """A call that is well formed but comes at the wrong moment (already shipped, already cancelled…)."""
    return OzonError(status, FAILED_PRECONDITION, message)


def forbidden(message):
    return OzonError(403, PERMISSION_DENIED, message)
