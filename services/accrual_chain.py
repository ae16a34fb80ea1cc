"""What an accrual's rows in the ledger must become when the marketplace tells something. Pure: no database, no clock.

The rows of one movement are a chain: what was told first, and the differences that came after it was settled. Rows
that are settled never change; what is left of the difference goes to a row that is open, an existing one or a new one.
Money that turns out to be of another type, posting or currency leaves the one and comes to the other.
"""

from dataclasses import dataclass, field
from decimal import Decimal

#: What makes it other money: kept as a version when it changes.
MONEY = ("amount", "type_id", "number", "currency_id", "quantity", "gone", "problem")
#: All that the marketplace tells of a row.
TOLD = (*MONEY, "date", "branch", "kind", "unit_number", "scheme", "sku", "article")
#: What it belongs to here; found later, it is filled in without being another version.
LINKS = ("order_id", "order_line_id", "offer_id")
#: Changes of these make the old links wrong.
LINKED_BY = {"number": ("order_id", "order_line_id"), "sku": ("order_line_id", "offer_id"), "article": ("offer_id",)}


@dataclass(frozen=True, slots=True)
class Known:
    """A row as it is in the ledger. ``vals``: ``TOLD`` and ``LINKS``, amounts as ``Decimal``, nothing as False."""

    id: int
    revision: int
    settled: bool
    vals: dict
    settlement: int = 0


@dataclass(slots=True)
class Changes:
    """``fresh``: values of new rows; ``changed``: (row, values); ``linked``: (row, values) that are no news;
    ``removed``: rows of accruals that can be read now."""

    fresh: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    linked: list = field(default_factory=list)
    removed: list = field(default_factory=list)


def follow(chain, vals, changes):
    """:param chain: ``Known`` rows by revision, maybe none
    :param vals: what the marketplace tells now
    """
    if not chain:
        changes.fresh.append({**vals, "revision": 0, "corrects_id": False})
    elif len(chain) == 1 and not chain[0].settled:
        _update(chain[0], vals, changes)
    else:
        _correct(chain, vals, changes)


def vanish(chain, changes):
    """A day that was read completely no longer has it."""
    follow(chain, {**chain[-1].vals, "amount": Decimal(0), "gone": True}, changes)


def _update(row, vals, changes):
    news = {name: vals[name] for name in TOLD if vals[name] != row.vals[name]}
    links = _find_links(row, vals, news)
    if news:
        changes.changed.append((row, {**news, **links}))
    elif links:
        changes.linked.append((row, links))


def _find_links(row, vals, news):
    wrong = {name for cause, names in LINKED_BY.items() if cause in news for name in names}
    return {
        name: vals[name]
        for name in LINKS
        if vals[name] != row.vals[name] and (name in wrong or (vals[name] and not row.vals[name]))
    }


def _correct(chain, vals, changes):
    places = {}
    for row in chain:
        places.setdefault(_place(row.vals), []).append(row)
    wanted = _place(vals)
    places.setdefault(wanted, [])
    revision = chain[-1].revision
    for place, rows in places.items():
        target = vals["amount"] if place == wanted else Decimal(0)
        difference = target - sum((row.vals["amount"] for row in rows), Decimal(0))
        waiting = [row for row in rows if not row.settled]
        if not difference:
            continue
        if waiting:
            row = waiting[-1]
            news = {"amount": row.vals["amount"] + difference, "gone": vals["gone"]}
            changes.changed.append((row, {name: value for name, value in news.items() if value != row.vals[name]}))
            continue
        revision += 1
        like = vals if place == wanted else rows[-1].vals
        # It undoes what was booked: in the same way as that was.
        kind = rows[-1].vals["kind"] if rows else vals["kind"]
        changes.fresh.append(
            {
                **vals,
                **{name: like[name] for name in (*TOLD, *LINKS)},
                "date": chain[0].vals["date"],
                "kind": kind,
                "amount": difference,
                "gone": vals["gone"],
                "revision": revision,
                "corrects_id": chain[0].id,
            }
        )


def _place(vals):
    return vals["type_id"], vals["number"], vals["currency_id"]
