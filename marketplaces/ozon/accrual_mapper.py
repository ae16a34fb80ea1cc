"""Ozon's accruals: the dictionary, and what was accrued on a day.

An accrual is one sum (``total_amount``) of several movements. Whatever Ozon shows of them, the movements handed out
here make that sum: what they do not explain is a movement of its own, of a type that nobody can take for a known one.
"""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ..base import dto, money, parse
from ..base.errors import PayloadError
from . import accrual_units as units

_ZERO = Decimal(0)
_POSTING_NUMBER = re.compile(r"\d+-\d+-\d+")


# --- the dictionary ------------------------------------------------------------------------------------------------
def parse_types(answer):
    if "accrual_types" not in answer:
        raise PayloadError("accrual_types", sorted(answer), "is missing")
    for row in parse.objects(answer["accrual_types"], "accrual_types"):
        external_id = parse.identifier(row.get("id"), "accrual_types.id")
        # A type without a name is called by its number.
        name = parse.text(row.get("name"), "accrual_types.name") or external_id
        yield dto.AccrualType(
            external_id=external_id,
            name=name,
            description=parse.text(row.get("description"), "accrual_types.description") or name,
            kind=units.KINDS.get(name, money.UNKNOWN),
        )


# --- a day ---------------------------------------------------------------------------------------------------------
def parse_day(day, rows):
    """All of a day's rows → ``dto.AccrualDay``. Of an accrual that comes twice the later one counts."""
    latest = _index_by_id(rows)
    accruals = [each for external_id, raw in latest.items() for each in _parse_accrual(raw, external_id, day)]
    total = sum((_read_total_or_zero(raw) for raw in latest.values()), _ZERO)
    return dto.AccrualDay(date=day, accruals=tuple(accruals), total=total)


def _index_by_id(rows):
    """What has no readable id cannot be told apart from its like: it is numbered, and shown as unreadable."""
    found, nameless = {}, 0
    for raw in rows:
        external_id = _find_id(raw)
        if not external_id:
            nameless += 1
        found[external_id or f"?{nameless}"] = raw
    return found


def _find_id(raw):
    try:
        return parse.identifier_or_empty(raw.get("accrual_id"), "accrual_id")
    except PayloadError:
        return ""


def _read_total_or_zero(raw):
    """Of an accrual whose total cannot be read nothing is known: it stands there as unreadable."""
    try:
        return _read_total(raw).amount
    except PayloadError:
        return _ZERO


def _parse_accrual(raw, external_id, day):
    """``dto.Accrual`` of every movement, or one ``dto.UnreadableAccrual``."""
    try:
        parse.identifier(raw.get("accrual_id"), "accrual_id")
        _check_day(raw, day)
        return list(_iter_movements(raw, external_id, day))
    except PayloadError as error:
        return [dto.UnreadableAccrual(date=day, external_id=external_id, problem=error.message, raw=raw)]


def _check_day(raw, day):
    """Kept under the day that was asked for it would come and go with every reading of its own day."""
    told = parse.day_or_none(raw.get("date"), "date")
    if told not in (None, day):
        raise PayloadError("date", raw["date"], f"is not {day}, the day that was asked for")


def _iter_movements(raw, external_id, day):
    category = parse.text(raw.get("accrued_category"), "accrued_category").upper()
    total = _read_total(raw)
    lines = [line for line in _read_lines(raw, category, total.amount) if line.amount]
    lines += _explain_rest(lines, total)
    currency = _get_currency(lines, total)
    parts = Counter()
    for line in lines:
        parts[line.part] += 1
        count = parts[line.part]
        yield dto.Accrual(
            date=day,
            external_id=external_id,
            part=line.part if count == 1 else f"{line.part}#{count}",
            type_id=line.type_id,
            type_name=line.type_name,
            sku=line.sku,
            quantity=line.quantity,
            amount=line.amount,
            currency=currency,
            raw=raw,
            **_read_origin(raw, category),
        )


def _read_origin(raw, category):
    """A posting's number is one wherever it stands; what else stands there (a contract's) is none."""
    unit_number = parse.text(raw.get("unit_number"), "unit_number")
    is_posting = category == "POSTING" or _POSTING_NUMBER.fullmatch(unit_number)
    schema = parse.mapping(raw.get("posting"), "posting").get("delivery_schema")
    return {
        "branch": units.BRANCHES.get(category, "posting" if is_posting else "seller"),
        "number": unit_number if is_posting else "",
        "unit_number": unit_number,
        "scheme": units.SCHEMES.get(parse.text(schema, "posting.delivery_schema").lower(), ""),
    }


# --- money ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Money:
    amount: Decimal = _ZERO
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A movement before its accrual is known. ``part``: without the count of its like."""

    part: str
    amount: Decimal
    currency: str
    type_id: str = ""
    type_name: str = ""
    sku: str = ""
    quantity: int | None = None


def _read_money(value, path):
    return _Money(parse.decimal(value, path), parse.currency_of(value))


def _read_money_or_zero(value, path):
    """Nothing at all is told: zero. An object without its amount is unreadable."""
    return _Money() if value in (None, "", [], {}) else _read_money(value, path)


def _read_total(raw):
    return _read_money(raw.get("total_amount"), "total_amount")


def _explain_rest(lines, total):
    rest = total.amount - _add_up(lines)
    if rest:
        yield _Line(part="rest", amount=rest, currency=total.currency, type_name=money.UNEXPLAINED_TYPE)


def _add_up(lines):
    return sum((line.amount for line in lines), _ZERO)


def _get_currency(lines, total):
    currency = _one_currency("total_amount", total, *lines)
    if lines and not currency:
        raise PayloadError("total_amount.currency", currency, "is missing")
    return currency


def _one_currency(path, *sums):
    """The currency of them all, "" where none is told. A zero is in every currency, and often in a wrong one."""
    found = sorted({each.currency for each in sums if each.amount and each.currency})
    if len(found) > 1:
        raise PayloadError(path, found, "mixes several currencies")
    return found[0] if found else ""


# --- what an accrual consists of -----------------------------------------------------------------------------------
def _read_lines(raw, category, total):
    """Of the branch that the category names; of an unknown category only the total is known."""
    if category == "POSTING":
        return _read_posting(parse.mapping(raw.get("posting"), "posting"), total)
    if category == "ITEM":
        return _read_items(parse.mapping(raw.get("item_fees"), "item_fees"))
    if category == "NON_ITEM":
        fee = parse.mapping(raw.get("non_item_fee"), "non_item_fee")
        return _read_fees([fee] if fee else [], "non_item_fee")
    if category == "CONTAINER_FEES":
        return _read_fees(parse.mapping(raw.get("container_fees"), "container_fees").get("fees"), "container_fees.fees")
    return []


def _read_items(item_fees):
    for item in parse.objects(item_fees.get("fees"), "item_fees.fees"):
        sku = parse.identifier_or_empty(item.get("sku"), "item_fees.fees.sku")
        yield from _read_fees(item.get("fees"), "item_fees.fees.fees", sku)


def _read_fees(fees, path, sku=""):
    """A fee without a type explains nothing: its amount is left to the rest."""
    for index, fee in enumerate(parse.objects(fees, path)):
        accrued = _read_money(fee.get("accrued"), f"{path}[{index}].accrued")
        type_id = parse.identifier_or_empty(fee.get("type_id"), f"{path}[{index}].type_id")
        if type_id:
            yield _Line(
                part=":".join(("fee", type_id, sku) if sku else ("fee", type_id)),
                amount=accrued.amount,
                currency=accrued.currency,
                type_id=type_id,
                type_name=units.NAMES.get(type_id, ""),
                sku=sku,
            )


def _read_posting(posting, total):
    """Two things are not established of Ozon's postings, and both are told by the total:

    * the commission stands in a block of its own, and integrators have met it among the services, too: it is one sum
      that is shown twice, so only one of the places counts;
    * whether the sum of a sale holds what Ozon and its partners pay of it (bonus, coinvestment), or stands beside it.

    The first reading that makes the total is taken; where none does, the usual one, and the rest is unexplained.
    """
    products = [
        _read_product(raw, index) for index, raw in enumerate(parse.objects(posting.get("products"), "products"))
    ]
    readings = [
        [line for product in products for line in product.get_lines(beside, among_services)]
        for beside in (False, True)
        for among_services in (False, True)
    ]
    return next((lines for lines in readings if _add_up(lines) == total), readings[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    """``sale``, ``paid_by_others``: in ``currency``."""

    sku: str
    sale: Decimal
    paid_by_others: Decimal
    currency: str
    price: Decimal
    commission: _Money
    typed_commissions: list
    fees: list

    def get_lines(self, beside, among_services):
        return [*self._get_sale(beside), *self._get_commissions(among_services), *self.fees]

    def _get_sale(self, beside):
        amount = self.sale + self.paid_by_others if beside else self.sale
        yield _Line(
            part=f"sale:{self.sku}",
            amount=amount,
            currency=self.currency,
            type_name=money.SALE_TYPE if amount > 0 else money.RETURN_TYPE,
            sku=self.sku,
            quantity=self._count_units(amount),
        )

    def _count_units(self, amount):
        """None where the price does not say it: a part of a unit's price is no unit."""
        units_sold = abs(amount / self.price) if self.price else _ZERO
        return int(units_sold) if units_sold and units_sold == units_sold.to_integral_value() else None

    def _get_commissions(self, among_services):
        if self.typed_commissions and (among_services or not self.commission.amount):
            return self.typed_commissions
        return [_make_commission(self.commission, self.sku)]


def _read_product(raw, index):
    path = f"posting.products[{index}]"
    sku = parse.identifier_or_empty(raw.get("sku"), f"{path}.sku")
    block = parse.mapping(raw.get("commission"), f"{path}.commission")

    def read(name):
        return _read_money_or_zero(block.get(name), f"{path}.commission.{name}")

    delivery = parse.mapping(raw.get("delivery"), f"{path}.delivery")
    services = list(_read_fees(delivery.get("services"), f"{path}.delivery.services", sku))
    sale, bonus, coinvestment = read("sale_amount"), read("bonus"), read("coinvestment")
    return _Product(
        sku=sku,
        sale=sale.amount,
        paid_by_others=bonus.amount + coinvestment.amount,
        currency=_one_currency(f"{path}.commission", sale, bonus, coinvestment),
        price=read("seller_price").amount,
        commission=read("commission"),
        typed_commissions=[_make_commission(line, sku) for line in services if line.type_id == units.SALE_COMMISSION],
        fees=[line for line in services if line.type_id != units.SALE_COMMISSION],
    )


def _make_commission(found, sku):
    """The same part from either place, so that a row stays itself when Ozon moves it."""
    return _Line(
        part=f"commission:{sku}",
        amount=found.amount,
        currency=found.currency,
        type_id=units.SALE_COMMISSION,
        type_name=units.NAMES[units.SALE_COMMISSION],
        sku=sku,
    )
