from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import dto, money
from .accrual_chain import LINKS, MONEY, TOLD, Changes, Known, follow, vanish

#: The part of an accrual that cannot be read.
UNREADABLE = "?"
SHOWN_TYPES = 5


class MarketplaceAccrualStore(models.AbstractModel):
    """Keeps the ledger equal to what the marketplace tells, in a few queries for a day however many rows it has."""

    _name = "marketplace.accrual.store"
    _description = "Marketplace Accrual Store"

    @api.model
    def _store_day(self, account, day):
        """:param day: ``dto.AccrualDay``, complete: what it no longer has is withdrawn
        :return: rows that are new or have changed
        """
        known = self._read_chains(account, SQL("date = %s AND branch <> 'file'", day.date))
        items = self._sort(day.accruals)
        changes = self._compare(account, items, known)
        self._withdraw(items, known, changes)
        rows = self._apply(account, changes)
        self._note_day(account, day, bool(rows or changes.removed))
        return rows

    @api.model
    def _store_rows(self, account, items, told=(), parts=()):
        """Accruals of a file: what it does not have stays.

        :param items: ``dto.Accrual``
        :param told: external ids of the file's lines, also of those without an amount
        :param parts: the file's columns of amounts: what a line had there, and has no longer, is withdrawn
        """
        items = self._sort(items)
        ids = tuple({external_id for external_id, _part in items} | set(told))
        known = self._read_chains(account, SQL("branch = 'file' AND external_id IN %s", ids)) if ids else {}
        changes = self._compare(account, items, known)
        self._withdraw(items, {key: chain for key, chain in known.items() if key[1] in parts}, changes)
        return self._apply(account, changes)

    # --- what is there ------------------------------------------------------------------------------------------
    def _read_chains(self, account, condition):
        """{(external id, part): [``Known`` by revision]}, read past the ORM: most rows are only compared."""
        self.env.flush_all()
        names = (*TOLD, *LINKS)
        columns = SQL(", ").join(SQL("amount::text") if name == "amount" else SQL.identifier(name) for name in names)
        query = SQL(
            """
            SELECT id, external_id, part, revision, state, settlement_id, %s
              FROM marketplace_accrual WHERE account_id = %s AND %s ORDER BY revision, id
            """,
            columns,
            account.id,
            condition,
        )
        chains = defaultdict(list)
        for row_id, external_id, part, revision, state, settlement, *values in self.env.execute_query(query):
            vals = {name: value or False for name, value in zip(names, values, strict=True)}
            vals |= {"amount": Decimal(vals["amount"] or 0), "quantity": vals["quantity"] or 0}
            chains[external_id, part].append(Known(row_id, revision, state == "settled", vals, settlement or 0))
        return chains

    # --- what is told -------------------------------------------------------------------------------------------
    def _sort(self, accruals):
        """{(external id, part): accrual}; what a page that shifts brings twice counts once, the later time."""
        return {
            (item.external_id, UNREADABLE if isinstance(item, dto.UnreadableAccrual) else item.part): item
            for item in accruals
        }

    def _compare(self, account, items, known):
        refs = self._get_references(account, [item for item in items.values() if isinstance(item, dto.Accrual)])
        changes, seen = Changes(), set()
        for key, item in items.items():
            if isinstance(item, dto.UnreadableAccrual):
                vals = self._prepare_unreadable_vals(account, item)
            else:
                vals = self._prepare_vals(account, item, refs)
            # The marketplace's own words stand once for all movements of an accrual.
            vals["raw"] = None if item.external_id in seen else item.raw
            seen.add(item.external_id)
            follow(known.get(key, []), {**vals, "external_id": key[0], "part": key[1]}, changes)
        return changes

    def _withdraw(self, items, known, changes):
        """What was there and is told no more. What cannot be read at present stays as it was."""
        unreadable = {external_id for external_id, part in items if part == UNREADABLE}
        for key, chain in known.items():
            if key in items:
                continue
            if key[1] == UNREADABLE:
                changes.removed += [row.id for row in chain]
            elif key[0] not in unreadable:
                vals = {"external_id": key[0], "part": key[1], "raw": None}
                vanish([*chain[:-1], self._complete(chain[-1], vals)], changes)

    def _complete(self, row, vals):
        """A row that is the only source of what has to stand in its correction."""
        return Known(row.id, row.revision, row.settled, {**row.vals, **vals}, row.settlement)

    def _get_references(self, account, items):
        """Ids that values point at, looked up once for all rows."""
        types, created = self.env["marketplace.accrual.type"]._find(
            account.marketplace, {(item.type_id, item.type_name) for item in items}
        )
        orders = self._find_orders(account, {_get_number(item) for item in items} - {""})
        skus, articles = {item.sku for item in items} - {""}, {item.article for item in items} - {""}
        lines = self.env["marketplace.order.line"].search_fetch(
            [("order_id", "in", list(set(orders.values()))), "|", ("sku", "in", skus), ("article", "in", articles)],
            ["order_id", "sku", "article"],
            order="sequence desc, id desc",
        )
        offers = (
            self.env["marketplace.offer"]
            .with_context(active_test=False)
            .search_fetch(
                [("account_id", "=", account.id), "|", ("sku", "in", skus), ("article", "in", articles)],
                ["sku", "article"],
            )
        )
        currencies = self.env["res.currency"].with_context(active_test=False)
        return {
            "type": {key: (row.id, row.kind) for key, row in types.items()},
            "created_types": created,
            "order": orders,
            # Several lines of one product: the first one has its money.
            "line": {(line.order_id.id, line.sku): line.id for line in lines if line.sku}
            | {(line.order_id.id, f"article:{line.article}"): line.id for line in lines if line.article},
            "sku": {offer.sku: offer.id for offer in offers if offer.sku},
            "article": {offer.article: offer.id for offer in offers},
            "currency": {
                currency.name: (currency.id, Decimal(1).scaleb(-currency.decimal_places))
                for currency in currencies.search([("name", "in", list({item.currency for item in items}))])
            },
        }

    def _find_orders(self, account, numbers):
        """{number: posting's id}; some services are told with the number of the whole order: it is the posting's
        where the order has only one."""
        Order = self.env["marketplace.order"]
        own = [("account_id", "=", account.id)]
        found = Order.search_fetch([*own, ("number", "in", list(numbers))], ["number"]) if numbers else Order
        result = {order.number: order.id for order in found}
        rest = numbers - result.keys()
        if rest:
            wholes = Order.search_fetch([*own, ("order_number", "in", list(rest))], ["order_number"])
            for number, orders in wholes.grouped("order_number").items():
                if len(orders) == 1:
                    result[number] = orders.id
        return result

    def _prepare_vals(self, account, item, refs):
        """:param item: ``dto.Accrual``"""
        type_id, kind = refs["type"][item.type_id, item.type_name]
        currency_id, step = refs["currency"].get(item.currency, (False, Decimal("0.01")))
        order_id = refs["order"].get(_get_number(item), False)
        line_id = refs["line"].get((order_id, item.sku)) or refs["line"].get((order_id, f"article:{item.article}"))
        problem = self._find_problem(account, item, currency_id)
        return {
            "date": item.date,
            "branch": item.branch,
            "type_id": type_id,
            "kind": kind,
            # Without a currency it is no amount.
            "amount": item.amount.quantize(step, ROUND_HALF_UP) if currency_id else Decimal(0),
            "currency_id": currency_id or account.money_currency_id.id,
            "quantity": item.quantity or 0,
            "unit_number": item.unit_number or False,
            "number": item.number or False,
            "scheme": item.scheme or False,
            "sku": item.sku or False,
            "article": item.article or False,
            "order_id": order_id,
            "order_line_id": line_id or False,
            "offer_id": refs["sku"].get(item.sku) or refs["article"].get(item.article, False),
            "gone": False,
            "problem": problem,
        }

    def _find_problem(self, account, item, currency_id):
        if not currency_id:
            return self.env._("Odoo does not know the currency «%s».", item.currency)
        if currency_id != account.money_currency_id.id:
            return self.env._(
                "It is in %(currency)s, and the cabinet's currency on the account is %(own)s.",
                currency=item.currency,
                own=account.money_currency_id.name,
            )
        return False

    def _prepare_unreadable_vals(self, account, item):
        return {
            **dict.fromkeys((*TOLD, *LINKS), False),
            "date": item.date,
            "branch": "seller",
            "kind": money.UNKNOWN,
            "amount": Decimal(0),
            "quantity": 0,
            "currency_id": account.money_currency_id.id,
            "problem": self.env._("The marketplace sent something unreadable: %s", item.problem),
        }

    # --- writing ------------------------------------------------------------------------------------------------
    def _apply(self, account, changes):
        Accrual, now = self.env["marketplace.accrual"], fields.Datetime.now()
        Accrual.browse(changes.removed).unlink()
        former = Accrual.browse([row.id for row, _vals in changes.changed]).order_id
        self._keep_versions(changes.changed, now)
        for row, vals in changes.changed:
            news = {"read_at": now} if not vals.keys().isdisjoint(MONEY) else {}
            Accrual.browse(row.id).write({**self._plain(vals), **news})
        for row, vals in changes.linked:
            Accrual.browse(row.id).write(vals)
        created = Accrual.create(
            [{"account_id": account.id, "read_at": now, **self._plain(vals)} for vals in changes.fresh]
        )
        changed = Accrual.browse([row.id for row, _vals in changes.changed])
        linked = Accrual.browse([row.id for row, _vals in changes.linked])
        settlements = {row.settlement for row, _vals in (*changes.changed, *changes.linked)} - {0}
        self.env["marketplace.settlement"].browse(settlements)._note_changed()
        self.env["marketplace.economics"]._refresh(former | (created | changed | linked).order_id)
        self._tell_unknown(account, created | changed)
        return created | changed

    def _plain(self, vals):
        # Decimal ends here: a Monetary field of two digits holds kopecks exactly.
        return {**vals, "amount": float(vals["amount"])} if "amount" in vals else vals

    def _keep_versions(self, changed, now):
        other = [row for row, vals in changed if not vals.keys().isdisjoint(MONEY)]
        rows = self.env["marketplace.accrual"].browse([row.id for row in other])
        self.env["marketplace.accrual.version"].create(
            [
                {
                    "accrual_id": row.id,
                    "read_at": record.read_at,
                    "replaced_at": now,
                    "amount": float(row.vals["amount"]),
                    "currency_id": row.vals["currency_id"],
                    "type_id": row.vals["type_id"],
                    "kind": row.vals["kind"],
                    "number": row.vals["number"],
                    "quantity": row.vals["quantity"],
                    "gone": row.vals["gone"],
                }
                for row, record in zip(other, rows, strict=True)
            ]
        )
        for record in rows:
            record.version_count += 1

    def _note_day(self, account, day, changed):
        """Keep the marketplace's total beside ours."""
        self.env.flush_all()
        query = SQL(
            """
            SELECT COALESCE(SUM(amount), 0)::text, COUNT(*) FILTER (WHERE NOT COALESCE(gone, FALSE)),
                   COUNT(*) FILTER (WHERE part = %s)
              FROM marketplace_accrual WHERE account_id = %s AND date = %s AND branch <> 'file'
            """,
            UNREADABLE,
            account.id,
            day.date,
        )
        total, count, unreadable = self.env.execute_query(query)[0]
        now = fields.Datetime.now()
        vals = {
            "read_at": now,
            "total": float(day.total),
            "row_total": float(total),
            "row_count": count,
            "unreadable_count": unreadable,
            **({"changed_at": now} if changed else {}),
        }
        Day = self.env["marketplace.accrual.day"]
        known = Day.search([("account_id", "=", account.id), ("date", "=", day.date)])
        if known:
            known.write(vals)
        else:
            Day.create({"account_id": account.id, "date": day.date, **vals})

    # --- telling ------------------------------------------------------------------------------------------------
    def _tell_unknown(self, account, rows):
        """Money that nobody can explain waits on the suspense account: somebody should look at it soon."""
        there = rows.filtered(lambda row: not row.gone)
        broken = there.filtered("problem")
        unknown = (there - broken).filtered(lambda row: row.kind == money.UNKNOWN)
        texts = []
        if unknown:
            types = unknown.type_id.mapped("description")
            names = ", ".join(types[:SHOWN_TYPES]) + (" …" if len(types) > SHOWN_TYPES else "")
            texts.append(
                self.env._(
                    "%(count)s accruals that nobody knows: %(names)s. Give their types a kind; until then the money "
                    "goes to the suspense account.",
                    count=len(unknown),
                    names=names,
                )
            )
        if broken:
            texts.append(
                self.env._(
                    "%(count)s accruals are not booked: %(problem)s", count=len(broken), problem=broken[0].problem
                )
            )
        if not texts:
            return
        text = " ".join(texts)
        self.env["marketplace.notifier"]._tell("money_unknown", account, {account.id: text})
        account._ask_about_money(self.env._("Unknown accruals"), text)


def _get_number(item):
    """By which a posting is looked for. What is told with another number may be of a whole order."""
    return item.number or item.unit_number
