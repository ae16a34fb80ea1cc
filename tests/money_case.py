"""Helpers shared by the tests of the marketplaces' money."""

from datetime import date
from decimal import Decimal
from itertools import count

from odoo.addons.sale_marketplace.marketplaces.base import dto, money

from .builders import make_line, make_order
from .orders_case import OrdersCase

_accruals = count(11401182187840)
MONTH = (date(2026, 9, 1), date(2026, 9, 30))
#: type → ID there
TYPES = {"SaleCommission": "69", "Logistic": "32", "LastMileCourier": "29", "Acquiring": "1", "PayPerClick": "41"}


def make_accrual(amount, type_name, day=MONTH[0], **values):
    """``dto.Accrual`` of a single movement; of an accrual of its own unless ``external_id`` says otherwise."""
    return dto.Accrual(
        **{
            "date": day,
            "external_id": str(next(_accruals)),
            "part": type_name,
            "branch": "posting" if values.get("number") else "seller",
            "type_id": TYPES.get(type_name, ""),
            "type_name": type_name,
            "amount": Decimal(amount),
            "currency": "RUB",
            **values,
        }
    )


class MoneyMixin:
    """An account whose money can be booked: journals, accounts and the VAT of services are there. ``OrdersCase`` and
    ``OrdersSimulatorCase`` go with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.account.accrual_start = date(2026, 1, 1)
        cls.service_tax = cls._make_service_tax()
        cls.account.action_setup_accounting()
        cls.account.service_tax_id = cls.service_tax
        cls.clearing = cls.account.payment_journal_id.default_account_id

    @classmethod
    def _make_service_tax(cls, rate=22, price_include=True):
        return cls.taxes[22].copy(
            {
                "name": f"НДС {rate}% услуги {'в цене' if price_include else 'сверху'}",
                "amount": rate,
                "type_tax_use": "purchase",
                "price_include_override": "tax_included" if price_include else "tax_excluded",
            }
        )

    # --- orders -------------------------------------------------------------------------------------------------
    def _sell(self, *lines, deliver=True, invoice=True, **values):
        """A posting, its confirmed order, delivered and invoiced. Each line is (offer, units, price)."""
        items = [
            make_line(offer, quantity, price) for offer, quantity, price in lines or ((self.offers[0], 1, "1448"),)
        ]
        order = self._import(make_order(items, **values))
        self.assertEqual((order.state, order.problem), ("done", False))
        if deliver:
            self._deliver(order)
        if invoice:
            self._invoice(order)
        return order

    def _deliver(self, orders):
        pickings = orders.sale_order_id.picking_ids.with_context(marketplace_silent=True)
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        pickings.move_ids.picked = True
        pickings._action_done()

    def _invoice(self, orders):
        invoices = orders.sale_order_id._create_invoices(grouped=True)
        invoices.invoice_date = MONTH[0]
        invoices.action_post()
        return invoices

    # --- accruals -----------------------------------------------------------------------------------------------
    def _accrue(self, *accruals, account=None):
        """The marketplace tells of these movements: the days they are of are read."""
        account = account or self.account
        days = {}
        for accrual in accruals:
            days.setdefault(accrual.date, []).append(accrual)
        for day, own in sorted(days.items()):
            known = self._told.setdefault((account.id, day), {})
            known.update({(accrual.external_id, accrual.part): accrual for accrual in own})
            self._tell_day(account, day)
        keys = {(accrual.external_id, accrual.part) for accrual in accruals}
        rows = self.env["marketplace.accrual"].search([("account_id", "=", account.id)])
        return rows.filtered(lambda row: (row.external_id, row.part) in keys)

    def _tell_day(self, account, day):
        told = tuple(self._told[account.id, day].values())
        total = sum((accrual.amount for accrual in told), Decimal(0))
        self.env["marketplace.accrual.store"]._store_day(account, dto.AccrualDay(date=day, accruals=told, total=total))

    @property
    def _told(self):
        """What the marketplace has told so far in this test: {(account id, day): {key: accrual}}"""
        if "_told_days" not in self.__dict__:
            self._told_days = {}
        return self._told_days

    def _accrue_sale(self, order, amount=None, day=MONTH[0], commission="0.17", services=(("Logistic", "-92.00"),)):
        """As Ozon does when a posting is delivered: the sale, its commission and services."""
        rows = []
        for line in order.line_ids:
            gross = Decimal(str(amount if amount is not None else line.price * line.quantity))
            own = {"number": order.number, "sku": line.sku, "day": day, "external_id": str(next(_accruals))}
            rows += [
                make_accrual(gross, money.SALE_TYPE, quantity=line.quantity, **{**own, "part": f"sale:{line.sku}"}),
                make_accrual(-(gross * Decimal(commission)).quantize(Decimal("0.01")), "SaleCommission", **own),
                *(make_accrual(fee, name, **own) for name, fee in services),
            ]
        return self._accrue(*rows)

    def _accrue_return(self, order, units=1, day=MONTH[1], amount=None):
        line = order.line_ids[:1]
        gross = Decimal(str(amount if amount is not None else line.price * units))
        own = {"number": order.number, "sku": line.sku, "day": day, "external_id": str(next(_accruals))}
        return self._accrue(
            make_accrual(-gross, money.RETURN_TYPE, quantity=units, **own),
            make_accrual((gross * Decimal("0.17")).quantize(Decimal("0.01")), "SaleCommission", **own),
            make_accrual("-35.00", "ReturnFlowLogistic", **own),
        )

    # --- settlements --------------------------------------------------------------------------------------------
    def _settle(self, since=MONTH[0], until=MONTH[1], account=None, post=True):
        settlement = self.env["marketplace.settlement"].create(
            {"account_id": (account or self.account).id, "date_from": since, "date_to": until}
        )
        settlement.action_preview()
        if post:
            self._post(settlement)
        return settlement

    def _post(self, settlement):
        self.env["marketplace.settlement.poster"]._post(settlement)
        self.assertEqual(settlement.state, "posted", settlement.problem)

    def _get_clearing_balance(self, account=None):
        clearing = (account or self.account).payment_journal_id.default_account_id
        lines = self.env["account.move.line"].search(
            [("account_id", "=", clearing.id), ("parent_state", "=", "posted")]
        )
        return self._sum(lines.mapped("amount_currency"))

    def _sum(self, amounts):
        return sum((Decimal(str(round(amount, 2))) for amount in amounts), Decimal("0.00"))

    def _codes(self, settlement):
        return {(row.code, row.amount) for row in settlement.difference_ids}

    @classmethod
    def _make_bank(cls, name="Банк"):
        return cls.env["account.journal"].create(
            {"name": name, "type": "bank", "code": f"B{next(_accruals) % 1000:03d}", "company_id": cls.company.id}
        )

    def _receive(self, bank, amount, day, **values):
        """A line of the bank's statement."""
        return self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "amount": amount, "date": day, "payment_ref": "ОЗОН выплата", **values}
        )

    def assertBalanced(self, settlement):
        """Every entry balances, the clearing account moved by the rows' sum, and no row is left out."""
        moves = settlement.payment_ids.move_id | settlement.move_ids
        for move in moves:
            self.assertEqual(self._sum(move.line_ids.mapped("balance")), 0, move.name)
        rows = self._sum(settlement.accrual_ids.mapped("amount"))
        self.assertEqual(self.env["marketplace.settlement.poster"]._get_moved(settlement), rows)
        self.assertEqual(set(settlement.accrual_ids.mapped("state")), {"settled"})


class MoneyCase(MoneyMixin, OrdersCase):
    """Without the simulator: the marketplace tells what the test says."""
