"""How many pieces of a product a marketplace may show, and why. Pure: no database, no Odoo.

Quantities are ``Decimal`` in the product's own unit until the offer's unit is applied; what comes out is a whole number
of the offer's unit, never negative. Every step that changes the number is told, in order, so that "Why is it 7?" has
an answer that adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import NamedTuple

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
#: Marketplaces take no larger number.
MOST = 999_999


@lru_cache(maxsize=2**16)
def exact(number: float) -> Decimal:
    """A float of the database as the decimal number that a person sees. Stock is mostly small whole numbers, again and
    again."""
    return Decimal(int(number)) if float(number).is_integer() else Decimal(str(round(number, 6)))


class Place(NamedTuple):
    """What lies in one location (its sublocations included); ``share`` in percent of it counts."""

    name: str
    on_hand: Decimal
    reserved: Decimal
    share: Decimal = HUNDRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The settings of a warehouse there, already narrowed by what holds for the product.

    ``mode``: formula | fixed (``fixed`` pieces whatever lies there) | exclude (0 is told) | unmanaged (nothing is
    told). ``basis``: free | on_hand. ``buffer``: pieces kept back. ``threshold``: below it 0 is told. ``cap``: at most
    so many, None without a limit. ``pack``: only whole packs of so many. ``why``: who set an exclusion or a fixed
    number.
    """

    mode: str = "formula"
    basis: str = "free"
    buffer: Decimal = ZERO
    threshold: int = 0
    cap: int | None = None
    pack: int = 1
    fixed: int = 0
    why: str = ""

    def narrowed(self, **changes):
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A claim on stock that several sell: at least ``floor`` pieces, and ``share`` parts of what is left."""

    key: object
    share: Decimal = HUNDRED
    floor: Decimal = ZERO


class Step(NamedTuple):
    """``code`` names what was done, ``amount`` how much, ``result`` what is left after it, ``note`` whose it is."""

    code: str
    amount: Decimal
    result: Decimal
    note: str = ""


class Result(NamedTuple):
    """``quantity``: None when nothing is to be told."""

    quantity: int | None
    steps: tuple[Step, ...]


class _Tally:
    """The number while it changes, with the steps told only when somebody wants to know: a hundred thousand numbers
    are computed for one that is explained."""

    __slots__ = ("explain", "steps", "total")

    def __init__(self, explain):
        self.total = ZERO
        self.steps = []
        self.explain = explain

    def note(self, code, amount, total, note=""):
        self.total = total
        if self.explain:
            self.steps.append(Step(code, amount, total, note))


def compute(places: Sequence[Place], rule: Rule, *, awaiting=ZERO, unit=ONE, part=None, explain=True) -> Result:
    """The number for one offer in one warehouse there.

    :param awaiting: pieces of orders that have come in but hold no stock yet
    :param unit: pieces in one unit of the offer
    :param part: (pieces of the common stock that this offer may show, name of the agreement), when stock is shared out
    :param explain: also tell the steps
    """
    tally = _Tally(explain)
    if rule.mode != "formula":
        quantity = {"unmanaged": None, "exclude": 0, "fixed": min(rule.fixed, MOST)}[rule.mode]
        tally.note(rule.mode, Decimal(quantity or 0), Decimal(quantity or 0), rule.why)
        return Result(quantity, tuple(tally.steps))
    _count_places(tally, places, rule.basis)
    if awaiting:
        tally.note("awaiting", awaiting, tally.total - awaiting)
    if part is not None and part[0] < tally.total:
        tally.note("pool", tally.total - part[0], part[0], part[1])
    _apply_rule(tally, rule, unit)
    return Result(int(tally.total), tuple(tally.steps))


def count(places: Sequence[Place], basis: str) -> Decimal:
    """What lies in the locations, before anybody's rules."""
    tally = _Tally(False)
    _count_places(tally, places, basis)
    return tally.total


def _count_places(tally, places, basis):
    """A location below zero takes from the others: those goods are gone, whatever the shelf says, and all of them,
    whatever its share."""
    for place in places:
        left = place.on_hand - place.reserved if basis == "free" else place.on_hand
        part = place.share / HUNDRED if place.share != HUNDRED and (left > 0 or not place.share) else ONE
        tally.note("on_hand", place.on_hand, tally.total + place.on_hand * part, place.name)
        if part != ONE:
            tally.note("share", place.share, tally.total, place.name)
        if basis == "free" and place.reserved:
            tally.note("reserved", place.reserved, tally.total - place.reserved * part, place.name)


def _apply_rule(tally, rule, unit):
    total = tally.total
    if rule.buffer:
        total -= rule.buffer
        tally.note("buffer", rule.buffer, total)
    if unit != ONE:
        total /= unit
        tally.note("unit", unit, total)
    whole = total.to_integral_value(ROUND_FLOOR) if total > 0 else ZERO
    if total < 0:
        tally.note("negative", -total, whole)
    elif whole != total:
        tally.note("fraction", total - whole, whole)
    if rule.pack > 1 and whole % rule.pack:
        whole -= whole % rule.pack
        tally.note("pack", Decimal(rule.pack), whole)
    most = MOST if rule.cap is None else min(rule.cap, MOST)
    if whole > most:
        # A cap that is no whole number of packs must not bring half a pack back.
        whole = Decimal(most - most % max(rule.pack, 1))
        tally.note("cap", Decimal(most), whole)
    if ZERO < whole < rule.threshold:
        whole = ZERO
        tally.note("threshold", Decimal(rule.threshold), whole)
    tally.total = whole


def count_kits(components: Mapping[object, Decimal], needs: Mapping[object, Decimal]) -> Decimal:
    """How many kits can be made: the scarcest component decides; whole kits only.

    :param components: component → pieces that are there
    :param needs: component → pieces in one kit
    """
    counts = [components.get(key, ZERO) / need for key, need in needs.items() if need > 0]
    return min(counts).to_integral_value(ROUND_FLOOR) if counts else ZERO


def share_out(total: Decimal, parts: Sequence[Part]) -> dict:
    """Split whole pieces among those who sell them: floors first, in the given order, then the rest by shares.

    The sum is never above ``total``: the last piece is shown by one of them. What does not divide goes, piece by
    piece, to whoever is furthest below his share; equals in the given order.
    """
    left = max(total, ZERO).to_integral_value(ROUND_FLOOR)
    given = {}
    for part in parts:
        given[part.key] = min(part.floor.to_integral_value(ROUND_FLOOR), left)
        left -= given[part.key]
    weights = sum(part.share for part in parts)
    if not left or not weights:
        return given
    exact = {part.key: left * part.share / weights for part in parts}
    whole = {key: value.to_integral_value(ROUND_FLOOR) for key, value in exact.items()}
    rest = int(left - sum(whole.values()))
    # sorted() keeps equals in their order.
    by_loss = sorted((part.key for part in parts if part.share), key=lambda key: whole[key] - exact[key])
    for key in by_loss[:rest]:
        whole[key] += 1
    return {key: given[key] + whole[key] for key in given}
