"""Helpers shared by the tests of lists of numbers."""

from .builders import make_line, make_order
from .orders_case import OrdersCase


class NumbersCase:
    def _open(self, numbers="", env=None, **values):
        if not isinstance(numbers, str):
            numbers = "\n".join(numbers)
        return (env or self.env)["marketplace.number.action"].create({"numbers": numbers, **values})

    def _check(self, numbers, **values):
        dialog = self._open(numbers, **values)
        dialog.action_check()
        return dialog

    def _do(self, numbers, **values):
        dialog = self._check(numbers, **values)
        dialog.action_apply()
        return dialog

    def _assert_refused(self, dialog, pattern):
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"refused"})
        for line in dialog.line_ids:
            self.assertRegex(line.message, pattern)


class PayCase(NumbersCase, OrdersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.invoice_policy = "delivery"
        cls.journal = cls.env["account.journal"].create(
            {"name": "Расчёты с Ozon", "type": "bank", "code": "OZON", "company_id": cls.company.id}
        )
        cls.account.payment_journal_id = cls.journal

    def _sell(self, *lines, deliver=True, invoice=True, **values):
        """A posting, its confirmed order, delivered and invoiced. Each line is (offer, units, price)."""
        items = [make_line(*item) for item in lines or ((self.offers[0], 1, "1448"),)]
        order = self._import(make_order(items, **values))
        if deliver:
            self._deliver(order)
        if invoice:
            self._invoice(order)
        return order

    def _deliver(self, orders):
        orders.sale_order_id.picking_ids.with_context(skip_sms=True).button_validate()

    def _invoice(self, orders):
        orders.sale_order_id._create_invoices(grouped=True).action_post()

    def _invoices(self, orders):
        return orders.sale_order_id.invoice_ids

    def _payments(self, orders):
        return self.env["account.payment"].search([("marketplace_order_id", "in", orders.ids)])

    def _assert_paid(self, orders):
        self.assertEqual(set(self._invoices(orders).mapped("payment_state")), {"paid"})
