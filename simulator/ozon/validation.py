"""Request validation with Ozon's wording.

Two layers speak, as in the real service: the JSON reader complains about types (``proto: …``, wording inferred), the
rule checker about values (``Request validation error: invalid <Name>.<Field>: <rule>``). Unknown fields are ignored:
Ozon's own examples send some. A checked message has every field of its description, absent ones as empty values.
"""

from simulator.clock import parse_time
from simulator.ozon.errors import invalid


class RuleBroken(Exception):
    """A value has the right type but not an allowed value."""


def type_error(kind, value):
    shown = f'"{value}"' if isinstance(value, str) else value
    return invalid(f"proto: invalid value for {kind} type: {shown}")


class Field:
    empty = None

    def __init__(self, required=False):
        self.required = required

    def check(self, value):
        if value is None:
            if self.required:
                raise RuleBroken("value is required")
            return self.absent()
        return self.rule(self.read(value))

    def absent(self):
        return self.empty

    def read(self, value):
        return value

    def rule(self, value):
        return value


class Text(Field):
    empty = ""

    def __init__(self, required=False, longest=None, choices=None):
        super().__init__(required)
        self.longest = longest
        self.choices = choices

    def read(self, value):
        if not isinstance(value, str):
            raise type_error("string", value)
        return value

    def rule(self, value):
        if self.required and not value:
            raise RuleBroken("value length must be at least 1 runes")
        if self.longest and len(value) > self.longest:
            raise RuleBroken(f"value length must be at most {self.longest} runes")
        # The enumerations are documented in capitals while the documentation's own examples send "asc".
        if self.choices and value and value.upper() not in self.choices:
            raise RuleBroken(f"value must be in list [{' '.join(self.choices)}]")
        return value


class Integer(Field):
    """64-bit numbers may come as JSON strings, that is how the protocol writes them."""

    empty = 0

    def __init__(self, required=False, low=None, high=None):
        super().__init__(required)
        self.low = low
        self.high = high

    def check(self, value):
        # An absent number is a zero on the wire, so a required one fails by its range and not by its absence.
        if value is not None:
            return self.rule(self.read(value))
        if self.required and self.low is None:
            raise RuleBroken("value is required")
        return self.rule(0) if self.required else 0

    def read(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise type_error("int64", value)
        try:
            number = int(value)
        except (ValueError, OverflowError):
            raise type_error("int64", value) from None
        if isinstance(value, float) and number != value:
            raise type_error("int64", value)
        if not -(2**63) <= number < 2**63:
            raise type_error("int64", value)
        return number

    def rule(self, value):
        low, high = self.low, self.high
        if (low is not None and value < low) or (high is not None and value > high):
            raise RuleBroken(self.explain())
        return value

    def explain(self):
        if self.high is None:
            return "value must be greater than 0" if self.low == 1 else f"value must be at least {self.low}"
        return f"value must be inside range [{self.low or 0}, {self.high}]"


class Number(Field):
    empty = 0

    def read(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise type_error("double", value)
        return value


class Flag(Field):
    empty = False

    def read(self, value):
        if not isinstance(value, bool):
            raise type_error("bool", value)
        return value


class Moment(Field):
    def read(self, value):
        try:
            return parse_time(value)
        except ValueError:
            raise invalid(f'proto: invalid google.protobuf.Timestamp value "{value}"') from None


class Many(Field):
    def __init__(self, item, required=False, fewest=None, most=None):
        super().__init__(required)
        self.item = item
        self.fewest = 1 if required and fewest is None else fewest or 0
        self.most = most

    def absent(self):
        return []

    def check(self, value):
        if value is None:
            value = []
        if not isinstance(value, list):
            raise type_error("array", value)
        self.count(len(value))
        return [check_item(self.item, item, index) for index, item in enumerate(value)]

    def count(self, size):
        if self.most is not None and (size > self.most or size < self.fewest):
            if self.fewest:
                raise RuleBroken(f"value must contain between {self.fewest} and {self.most} items, inclusive")
            raise RuleBroken(f"value must contain no more than {self.most} item(s)")
        if size < self.fewest:
            raise RuleBroken(f"value must contain at least {self.fewest} item(s)")


class ItemBroken(RuleBroken):
    def __init__(self, index, reason):
        super().__init__(reason)
        self.index = index


def check_item(field, value, index):
    if value is None:
        raise type_error("null", "null")
    try:
        return field.check(value)
    except RuleBroken as error:
        raise ItemBroken(index, str(error)) from None


class Message(Field):
    """An object. ``name`` is the name Ozon would print, fields are printed in CamelCase after it."""

    def __init__(self, name, fields, required=False):
        super().__init__(required)
        self.name = name
        self.fields = fields

    def check(self, value):
        if value is None:
            return super().check(value)
        return self.nested(value)

    def nested(self, value):
        try:
            return self.read(value)
        except RuleBroken as error:
            raise RuleBroken(f"embedded message failed validation | caused by: {error}") from None

    def read(self, value):
        if not isinstance(value, dict):
            raise type_error("object", value)
        return {name: self.checked(name, field, value.get(name)) for name, field in self.fields.items()}

    def checked(self, name, field, value):
        try:
            return field.check(value)
        except ItemBroken as error:
            raise RuleBroken(f"invalid {self.name}.{camel(name)}[{error.index}]: {error}") from None
        except RuleBroken as error:
            raise RuleBroken(f"invalid {self.name}.{camel(name)}: {error}") from None


class Request(Message):
    """The outermost object: its broken rules become Ozon's error."""

    def checked_body(self, body):
        try:
            return self.read(body)
        except RuleBroken as error:
            raise invalid(f"Request validation error: {error}") from None


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))
