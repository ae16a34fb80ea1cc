"""Helpers shared by the tests of returns."""

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase


class ReturnsCase(OrdersCase):
    """Postings that were delivered, and news of what comes back."""

    def _sell(self, *lines, status="delivering", **values):
        """A posting whose delivery is validated and which the marketplace has."""
        order = self._import(make_order(lines or [make_line(self.offers[0], 2, "50.00")], **values))
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self._see(order, status)
        return order

    def _sell_fbo(self, status="delivering", number=None):
        values = {"number": number} if number else {}
        lines = [make_line(self.offers[0], 2, "50.00")]
        order = self._import(make_order(lines, scheme="fbo", status=status, raw_status=status, **values))
        self._apply()
        return order

    def _tell(self, *items, account=None):
        """News of returns, as a page of the marketplace's list; returns their records."""
        return self.env["marketplace.return.poller"]._store(account or self.account, list(items))

    def _spoil(self, external_id, problem):
        return dto.UnreadableReturn(external_id=external_id, source="platform", problem=problem, raw={"id": 1})

    def _receive(self, returns, location=None):
        return self.env["marketplace.return.receiver"]._receive(returns, location)

    def _count(self, location=None, product=None):
        location = location or self.warehouse.lot_stock_id
        quant = self.env["stock.quant"]
        return quant._get_available_quantity(product or self.products[0], location, allow_negative=True)
