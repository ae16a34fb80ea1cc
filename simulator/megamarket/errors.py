"""MegaMarket's refusals: an object for tokens and offers, a list with an entry per lot or box for orders.

Codes are not documented: those of the list are ours (inferred). Tests of the simulator tell its refusals apart by
them; a client must not.
"""


class MegamarketError(Exception):
    """``problems`` are entries of the list; ``status`` is the answer's, None where the options decide."""

    def __init__(self, *problems, shape="array", status=None):
        super().__init__("; ".join(problem["message"] for problem in problems))
        self.problems = problems
        self.shape = shape
        self.status = status

    def body(self, shape=""):
        return {"success": 0, "meta": {}, "error": WRITERS[shape or self.shape](self.problems)}


def as_object(problems):
    return {"code": 0, "message": "; ".join(problem["message"] for problem in problems)}


def as_text(problems):
    """Entries that carry errorText in the place of message."""
    return [
        {**{name: value for name, value in problem.items() if name != "message"}, "errorText": problem["message"]}
        for problem in problems
    ]


WRITERS = {"object": as_object, "array": list, "text": as_text}


def problem(code, message, shipment_id=None, item_index=None, box_code=None):
    keys = {"shipmentId": shipment_id, "itemIndex": item_index, "boxCode": box_code}
    named = {name: str(value) for name, value in keys.items() if value is not None}
    return {"code": code, "message": message, **named, "description": message}


def plain(message, status=None):
    """A refusal of the whole call, as an object."""
    return MegamarketError({"code": 0, "message": message}, shape="object", status=status)


def invalid(message, **keys):
    """A refusal of an order method before any lot was looked at."""
    return MegamarketError(problem("VALIDATION_ERROR", message, **keys))


def bad_token(token):
    """The real one repeats the token, too."""
    return plain(f"Авторизационный токен: {token} невалидный.")


def refuse(fault):
    """(body, status, headers) of a fault that was asked for."""
    spec = fault.spec
    limited = fault.kind == "rate_limit"
    message = spec.get("message", "Too Many Requests" if limited else "Internal Server Error")
    status = 429 if limited else spec.get("status", 500)
    retry_after = spec.get("retry_after") if limited else None
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return spec.get("body", plain(message).body()), status, headers
