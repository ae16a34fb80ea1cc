from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.tools import split_every

from ..models.marketplace_price import STATES
from . import price_formula as formula

BATCH = 1000
ONE = Decimal(1)
#: The marketplace has accepted this price; what the cabinet shows is for the checker to say.
ACCEPTED = ("sent", "quarantine", "strategy")


def decimal_of(value):
    """A number of the ORM, without the binary tail of floats."""
    return Decimal(str(value or 0))


class Setting(NamedTuple):
    """What holds for all offers of a computation. ``prices``: {pricelist field: {offer id: Decimal}}; ``digits``: what
    prices are multiples of."""

    account: Any
    currency: Any
    digits: Decimal
    prices: dict
    foreign: bool
    must_read: bool


class MarketplacePriceEngine(models.AbstractModel):
    """Computes what offers should cost and decides which prices may be sent (PRC1, PRC2)."""

    _name = "marketplace.price.engine"
    _description = "Marketplace Price Engine"

    # === HANDLERS OF THE ENGINE === #
    @api.model
    def _run_compute(self, jobs, adapter, deadline):
        account = jobs.account_id
        counts = self._compute_account(account)
        self._go_on(account, counts)
        return self.env._(
            "%(all)s prices: %(waiting)s to send, %(approval)s to approve, %(blocked)s blocked",
            all=sum(counts[state] for state, _label in STATES),
            waiting=counts["waiting"],
            approval=counts["approval"],
            blocked=counts["blocked"],
        )

    def _go_on(self, account, counts):
        """What has to follow a computation: reading commissions that are missing, sending what has changed where the
        account sends changes at once, and telling people of new jumps."""
        jobs, schedule = self.env["marketplace.job"], account._get_schedule("prices")
        if counts["unread"]:
            jobs._enqueue("price_check", account, priority=4)
        if counts["waiting"] and account.price_active and schedule.active and schedule.kind == "change":
            jobs._enqueue("price_push", account, priority=4)
        if counts["new_approval"]:
            text = self.env._("Prices that wait for approval: %s new", counts["new_approval"])
            self.env["marketplace.notifier"]._tell("price_approval", account, {account.id: text})

    # === COMPUTING === #
    @api.model
    def _compute_account(self, account):
        """All linked offers, batch by batch. Returns a counter of states."""
        rows = self.env["marketplace.price"]
        gone = [("account_id", "=", account.id)]
        if account.price_pricelist_id:
            gone += ["|", ("offer_id.state", "!=", "linked"), ("offer_id.active", "=", False)]
        rows.search(gone).unlink()
        counts = Counter()
        if not account.price_pricelist_id:
            return counts
        offers = self.env["marketplace.offer"].search([("account_id", "=", account.id), ("state", "=", "linked")])
        for ids in split_every(BATCH, offers.ids):
            counts += self._compute(account, offers.browse(ids))
            self.env["marketplace.job.runner"]._checkpoint()
        return counts

    @api.model
    def _compute(self, account, offers):
        """Bring the rows of these linked offers up to date; only what has changed is written."""
        setting = self._get_setting(account, offers)
        rows = self._get_rows(offers, setting.currency)
        counts = Counter()
        for row in rows:
            vals = self._prepare_vals(row, setting)
            changed = {name: value for name, value in vals.items() if self._differs(row, name, value)}
            counts["new_approval"] += changed.get("state") == "approval"
            if changed:
                row.write(changed)
            counts[row.state] += 1
            counts["unread"] += self._is_unread(row, setting)
        return counts

    @api.model
    def _explain(self, row):
        """(result, costs) as of now, or None without a pricelist."""
        account = row.account_id
        if not account.price_pricelist_id:
            return None
        setting = self._get_setting(account, row.offer_id)
        row = row.with_env(setting.account.env)
        costs = self._get_costs(row, setting)
        return self._get_result(row, setting, costs), costs

    def _get_rows(self, offers, currency):
        Price = self.env["marketplace.price"]
        rows = Price.search([("offer_id", "in", offers.ids)])
        fresh = offers - rows.offer_id
        rows |= Price.create([{"offer_id": offer.id, "currency_id": currency.id} for offer in fresh])
        return rows.with_company(offers.account_id.company_id)

    def _differs(self, row, name, value):
        current = row[name]
        if isinstance(current, models.BaseModel):
            return current.id != value
        if isinstance(current, float):
            return decimal_of(current) != decimal_of(value)
        return (current or False) != (value or False)

    # === WHAT IT IS COMPUTED FROM === #
    def _get_setting(self, account, offers):
        account = account.with_company(account.company_id)
        offers = offers.with_env(account.env)
        currency = account.price_currency_id
        lists = {
            "price": account.price_pricelist_id,
            "old": account.price_old_pricelist_id,
            "minimum": account.price_min_pricelist_id,
        }
        known = {pricelist: self._get_prices(account, pricelist, offers) for pricelist in set(lists.values())}
        return Setting(
            account=account,
            currency=currency,
            digits=max(ONE.scaleb(-currency.decimal_places), account._get_info().price_step),
            prices={name: known[pricelist] for name, pricelist in lists.items()},
            foreign=any(pricelist and pricelist.currency_id != currency for pricelist in lists.values()),
            must_read=account.price_guard and not account._get_operation_problem("prices"),
        )

    def _get_prices(self, account, pricelist, offers):
        """{offer id: price with VAT}: one question to the pricelist for all that are sold by the same unit."""
        if not pricelist:
            return {}
        prices = {}
        for unit, group in offers.grouped("uom_id").items():
            found = pricelist._get_products_price(group.product_id, 1.0, uom=unit or None)
            for offer in group:
                price = decimal_of(found.get(offer.product_id.id))
                prices[offer.id] = price * (ONE + self._get_rates(account, offer.product_id)[1])
        return prices

    def _get_rates(self, account, product):
        """(VAT rate, the part of it that the pricelist's price does not contain), as fractions."""
        return self._sum_rates(self._choose_taxes(account, product.taxes_id))

    def _choose_taxes(self, account, taxes):
        """Of a product's taxes, those of this account's orders."""
        if account.vat_policy == "product":
            return taxes._filter_taxes_by_company(account.company_id)
        return account.sale_tax_id if account.vat_policy == "tax" else taxes.browse()

    def _sum_rates(self, taxes):
        rates = [
            (decimal_of(tax.amount) / 100, tax.price_include)
            for tax in taxes.flatten_taxes_hierarchy()
            if tax.amount_type == "percent"
        ]
        return sum((rate for rate, _in in rates), Decimal(0)), sum(
            (rate for rate, inside in rates if not inside), Decimal(0)
        )

    def _get_costs(self, row, setting):
        account, product = setting.account, row.product_id
        cost = product.standard_price
        if row.offer_id.uom_id:
            cost = product.uom_id._compute_price(cost, row.offer_id.uom_id)
        company = account.company_id
        if cost and company.currency_id != setting.currency:
            cost = company.currency_id._convert(cost, setting.currency, company, fields.Date.today(), round=False)
        return formula.Costs(
            cost=decimal_of(cost) if cost else None,
            percent=decimal_of(row.commission_percent) + decimal_of(row.acquiring_percent),
            fixed=decimal_of(row.commission_fixed),
            vat_rate=self._get_rates(account, product)[0],
        )

    def _get_result(self, row, setting, costs):
        account, offer_id = setting.account, row.offer_id.id
        price = setting.prices["price"].get(offer_id, Decimal(0))
        old = setting.prices["old"].get(offer_id, Decimal(0))
        if account.price_discount and not account.price_old_pricelist_id:
            old = price
        wanted = formula.Wanted(
            price=price,
            old=old,
            minimum=setting.prices["minimum"].get(offer_id, Decimal(0)),
            discount=decimal_of(account.price_discount),
            digits=setting.digits,
        )
        return formula.compute(
            wanted,
            costs,
            guard=account.price_guard,
            jump=decimal_of(account.price_jump),
            last=self._get_last(row),
            approved=decimal_of(row.approved_price) or None,
        )

    def _get_last(self, row):
        """The price that a jump is measured from: accepted, or shown in the cabinet before we ever sent one."""
        last = row.sent_price if row.sent_at else row.price_there or row.offer_id.price
        return decimal_of(last) or None

    # === DECIDING === #
    def _prepare_vals(self, row, setting):
        costs = self._get_costs(row, setting)
        result = self._get_result(row, setting, costs)
        floor = result.floor if result.floor is not None and result.floor.is_finite() else Decimal(0)
        vals = {
            "currency_id": setting.currency.id,
            "price": float(result.price),
            "old_price": float(result.old),
            "min_price": float(result.minimum),
            "vat_rate": float(costs.vat_rate),
            "floor_price": float(floor),
            "margin": setting.currency.round(float(formula.get_margin(result.price, costs))),
        }
        if row.declined_price and decimal_of(row.declined_price) != result.price:
            vals["declined_price"] = 0
        target = self._make_target(result, costs, setting)
        state, reason = self._decide(row, setting, result, target)
        return {**vals, "target": target, "state": state, "reason": reason}

    def _make_target(self, result, costs, setting):
        vat = format(costs.vat_rate.normalize(), "f") if setting.account.price_send_vat else ""
        return "|".join([str(result.price), str(result.old), str(result.minimum), vat, setting.currency.name])

    def _decide(self, row, setting, result, target):
        """(state, reason) of a price that has been computed."""
        text = self.env["marketplace.price.text"]
        obstacle = self._find_obstacle(row, setting) or (result.verdict == "blocked" and result.reason)
        if obstacle:
            return "blocked", text._get_reason(obstacle, row, result)
        if row.declined_price and decimal_of(row.declined_price) == result.price:
            return "draft", row.reason
        if result.verdict == "approval":
            return "approval", text._get_jump(row, result, self._get_last(row))
        if not setting.account.price_active:
            return "draft", text._get_reason("preview", row)
        if row.sent_target == target:
            return (row.state, row.reason) if row.state in ACCEPTED else ("sent", False)
        if row.state == "refused" and row.target == target:
            return "refused", row.reason
        # Told to come later, it says so until then.
        return "waiting", row.state == "waiting" and row.reason

    def _find_obstacle(self, row, setting):
        """Why a price must not go, whatever it is."""
        offer = row.offer_id
        if not row.product_id.active:
            return "archived"
        if offer.archived_there:
            return "archived_there"
        if setting.foreign or (offer.currency_id and offer.currency_id != setting.currency):
            return "currency"
        return "no_commission" if self._is_unread(row, setting) else ""

    def _is_unread(self, row, setting):
        """The guard needs a commission that nobody has asked for yet."""
        return setting.must_read and not row.checked_at
