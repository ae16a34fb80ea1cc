"""The simulator's own time: it may run beside the real one, be moved, or stand still."""

import re
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
# RFC 3339 with zero to nine fractional digits, as the vendors write it; Python 3.10 cannot read that by itself.
ISO = re.compile(r"^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)?$")


def parse_time(text):
    """Read an RFC 3339 moment; a moment without a zone is UTC. Raises ValueError on anything else."""
    match = ISO.match(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f"not a moment: {text!r}")
    day, hours, fraction, zone = match.groups()
    moment = datetime.fromisoformat(f"{day}T{hours}+00:00" if not zone or zone in "Zz" else f"{day}T{hours}{zone}")
    return moment.astimezone(UTC) + timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))


def format_time(moment):
    """Write a moment the way Ozon does: UTC, ``Z``, a fraction only where there is one. ``None`` stays ``None``."""
    if moment is None:
        return None
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return text + "Z"


class Clock:
    """Runs with the real clock plus an offset, or stands still when frozen."""

    def __init__(self, now=None, frozen=False):
        self._offset = timedelta()
        self._frozen_at = None
        if now is not None:
            self.set(now)
        if frozen:
            self.freeze(True)

    def now(self):
        return self._frozen_at or (datetime.now(UTC) + self._offset)

    def set(self, moment):
        if self._frozen_at:
            self._frozen_at = moment
        else:
            self._offset = moment - datetime.now(UTC)

    def advance(self, seconds):
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, frozen):
        now = self.now()
        if frozen:
            self._frozen_at = now
        else:
            self._frozen_at = None
            self.set(now)

    def describe(self):
        return {"now": format_time(self.now()), "frozen": self._frozen_at is not None}
