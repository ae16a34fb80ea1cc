"""How every class here is made."""

from dataclasses import dataclass

value = dataclass(frozen=True, slots=True, kw_only=True)
