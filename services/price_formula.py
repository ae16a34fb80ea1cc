"""Which price a marketplace is told, and whether it may be told. Pure: no database, no Odoo.

Money is ``Decimal`` in the cabinet's currency, VAT included, per unit of the offer; rates are fractions.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NamedTuple

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Prices of the pricelists. ``old`` and ``minimum``: 0 where there is none. ``discount``: percent off the price."""

    price: Decimal
    old: Decimal = ZERO
    minimum: Decimal = ZERO
    discount: Decimal = ZERO
    digits: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one sale costs: the goods, and what the marketplace takes by its own forecast.

    ``cost``: None where nobody knows it. ``percent`` of the price; ``fixed`` and ``acquiring`` in money; ``vat_rate`` a
    fraction.
    """

    cost: Decimal | None = None
    percent: Decimal = ZERO
    fixed: Decimal = ZERO
    acquiring: Decimal = ZERO
    vat_rate: Decimal = ZERO


class Step(NamedTuple):
    """``code`` names what was done, ``amount`` how much, ``result`` the price after it."""

    code: str
    amount: Decimal
    result: Decimal


class Result(NamedTuple):
    """``verdict``: ok | blocked (``reason`` says why) | approval (a jump that a person has to confirm).

    ``floor``: the lowest price that pays for everything, None where the cost is unknown.
    """

    price: Decimal
    old: Decimal
    minimum: Decimal
    floor: Decimal | None
    verdict: str
    reason: str
    steps: tuple[Step, ...]


def get_floor(costs: Costs, digits: Decimal = Decimal("0.01")) -> Decimal | None:
    """The lowest price that leaves the cost after commission and VAT; None where the cost is unknown.

    A marketplace that takes everything leaves no price at all: ``Decimal("Infinity")``.
    """
    if costs.cost is None:
        return None
    left = ONE - costs.percent / HUNDRED - costs.vat_rate / (ONE + costs.vat_rate)
    if left <= 0:
        return Decimal("Infinity")
    return ((costs.cost + costs.fixed + costs.acquiring) / left).quantize(digits, ROUND_CEILING)


def get_vat(price: Decimal, costs: Costs) -> Decimal:
    """What of the price is VAT."""
    return price * costs.vat_rate / (ONE + costs.vat_rate)


def get_margin(price: Decimal, costs: Costs) -> Decimal:
    """What is left of the price after all that one sale costs; 0 where the cost is unknown."""
    if costs.cost is None:
        return ZERO
    taken = price * costs.percent / HUNDRED + costs.fixed + costs.acquiring + costs.cost
    return price - get_vat(price, costs) - taken


def compute(wanted: Wanted, costs: Costs, *, guard=True, jump=ZERO, last=None, approved=None) -> Result:
    """The prices to tell and the verdict over them.

    :param guard: never below the floor
    :param jump: percent that the price may move at once, 0 without a limit
    :param last: the price that the marketplace has accepted before, None for the first one
    :param approved: a price that a person has confirmed
    """
    price = wanted.price
    steps = [Step("price", wanted.price, price)]
    if wanted.discount:
        price = price * (HUNDRED - wanted.discount) / HUNDRED
        steps.append(Step("discount", wanted.discount, price))
    rounded = price.quantize(wanted.digits, ROUND_HALF_UP)
    if rounded != price:
        steps.append(Step("rounding", rounded - price, rounded))
    price = rounded
    old = wanted.old.quantize(wanted.digits, ROUND_HALF_UP)
    if ZERO < old <= price:
        # A struck-through price that is no higher is none.
        steps.append(Step("no_old", old, price))
        old = ZERO
    minimum = wanted.minimum.quantize(wanted.digits, ROUND_HALF_UP)
    floor = get_floor(costs, wanted.digits)
    reason = _find_obstacle(price, minimum, floor if guard else ZERO)
    if reason:
        return Result(price, old, minimum, floor, "blocked", reason, tuple(steps))
    verdict = "approval" if price != approved and _is_jump(price, last, jump) else "ok"
    return Result(price, old, minimum, floor, verdict, "jump" if verdict == "approval" else "", tuple(steps))


def _find_obstacle(price, minimum, floor):
    """Why a price must not be told: no_price, below_minimum, no_cost, below_floor; "" when it may."""
    if price <= 0:
        return "no_price"
    if price < minimum:
        return "below_minimum"
    if floor is None:
        return "no_cost"
    return "below_floor" if price < floor else ""


def _is_jump(price, last, jump):
    return bool(last and jump) and abs(price - last) * HUNDRED > jump * last
