"""Helpers shared by the tests of prices."""

from decimal import Decimal

from odoo import Command, fields

from odoo.addons.sale_marketplace.engine import Again
from odoo.addons.sale_marketplace.marketplaces.base import dto, errors

from .common import MarketplaceCase


class PricesCase:
    """A pricelist with fixed prices, costs, and rows whose commission is known."""

    @classmethod
    def _make_pricelist(cls, price, currency=None, **values):
        pricelist = cls.env["product.pricelist"].create(
            {
                "name": f"Прайс {price}",
                "currency_id": (currency or cls.env.ref("base.RUB")).id,
                "company_id": cls.company.id,
                **values,
            }
        )
        cls._set_price(pricelist, price)
        return pricelist

    @classmethod
    def _set_price(cls, pricelist, price):
        pricelist.item_ids = [
            Command.clear(),
            Command.create({"applied_on": "3_global", "compute_price": "fixed", "fixed_price": price}),
        ]

    def _compute(self, account=None):
        self.env.invalidate_all()
        return self.env["marketplace.price.engine"]._compute_account(account or self.account)

    def _rows(self):
        return self.env["marketplace.price"].search([("account_id", "=", self.account.id)])

    def _know_commissions(self, percent=10.0, fixed=50.0):
        self._compute()
        self._rows().write(
            {"checked_at": fields.Datetime.now(), "commission_percent": percent, "commission_fixed": fixed}
        )
        self._compute()


class Stub:
    """A marketplace that answers as it is told to."""

    class info:
        limits = {"price_set": 4}

    def __init__(self, answer=None, before=None, shown=()):
        self.calls, self.shown = [], shown
        self._answer = answer or (lambda target: {"state": "accepted"})
        self._before = before or (lambda call: None)

    def set_prices(self, targets):
        self.calls.append(list(targets))
        self._before(len(self.calls))
        return [dto.PriceAnswer(article=target.article, **self._answer(target)) for target in targets]

    def iter_prices(self, articles=()):
        yield from self.shown


class PricesStubCase(PricesCase, MarketplaceCase):
    """Ten linked offers at 1,000, sent to a marketplace that answers as it is told to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.write({"standard_price": 500})
        cls.offers = cls._make_offers()
        cls.pricelist = cls._make_pricelist(1000)
        cls.account.write({"price_pricelist_id": cls.pricelist.id, "price_active": True})

    def setUp(self):
        super().setUp()
        self._know_commissions()
        self.row = self._rows()[0]

    def _push(self, adapter):
        job = self.env["marketplace.job"]._enqueue("price_push", self.account)
        try:
            return self.env["marketplace.price.pusher"]._run_push(job, adapter, None)
        finally:
            self.env.invalidate_all()

    def _push_until_stopped(self, adapter):
        """What ended the job; unlike ``assertRaises`` it leaves what was done before, as the engine's commits do."""
        try:
            self._push(adapter)
        except (Again, errors.Retryable) as exc:
            return exc
        return None

    def _check(self, *infos):
        job = self.env["marketplace.job"]._enqueue("price_check", self.account)
        result = self.env["marketplace.price.checker"]._run_check(job, Stub(shown=infos), None)
        self.env.invalidate_all()
        return result

    def _make_info(self, row, price, **values):
        values = {"external_id": "1", "currency": "RUB", "acquiring": Decimal(15), **values}
        return dto.PriceInfo(article=row.offer_id.article, price=Decimal(str(price)), **values)

    def _age(self, rows=None):
        """The marketplace has had time to show what it accepted."""
        (rows or self._rows()).sent_at = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
