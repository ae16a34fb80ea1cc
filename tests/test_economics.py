from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .money_case import MONTH, make_accrual
from .test_accruals import DAY, LedgerCase


@tagged("post_install", "-at_install")
class TestEconomics(LedgerCase):
    """What a posting was expected to bring, and what it brought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.standard_price = 600

    def _announce(self, percent=17, fixed=90, acquiring=1, offer=None):
        """The cabinet tells the commission with the price."""
        offer = offer or self.offers[0]
        row = self.env["marketplace.price"].search([("offer_id", "=", offer.id)])
        row = row or row.create({"offer_id": offer.id})
        row.write(
            {
                "commission_percent": percent,
                "commission_fixed": fixed,
                "acquiring_percent": acquiring,
                "checked_at": fields.Datetime.now(),
            }
        )
        return row

    # --- real ---------------------------------------------------------------------------------------------------
    def test_a_posting_sums_up_its_accruals(self):
        order = self._sell(invoice=False)
        self._accrue_sale(order, services=(("Logistic", "-92.00"), ("Acquiring", "-14.48")))
        self._day(
            make_accrual("-50", "DefectFineErrors", DAY + timedelta(1), number=order.number), day=DAY + timedelta(1)
        )
        self.assertRecordValues(
            order,
            [
                {
                    "accrual_count": 5,
                    "sale_amount": 1448,
                    "commission_amount": -246.16,
                    "service_amount": -106.48,
                    "other_amount": -50,
                    "net_amount": 1045.36,
                    "cost_amount": 600,
                    "margin_amount": 445.36,
                }
            ],
        )
        # The fine is the posting's, of none of its products.
        self.assertRecordValues(
            order.line_ids,
            [{"sale_amount": 1448, "commission_amount": -246.16, "net_amount": 1095.36, "margin_amount": 495.36}],
        )
        sale = order.sale_order_id
        self.assertEqual(
            (sale.marketplace_commission, sale.marketplace_net, sale.marketplace_margin), (-246.16, 1045.36, 445.36)
        )

    def test_lines_have_their_own(self):
        order = self._sell((self.offers[0], 1, "1000"), (self.offers[1], 2, "500"), invoice=False)
        self._accrue_sale(order, services=())
        self.assertEqual(order.line_ids.mapped("sale_amount"), [1000, 1000])
        self.assertEqual(order.line_ids.mapped("cost_amount"), [600, 1200])
        self.assertEqual(order.margin_amount, 2000 - 340 - 1800)
        self.assertEqual(order.sale_order_id.marketplace_cost, 1800)

    def test_a_return_takes_it_back(self):
        order = self._sell(invoice=False)
        self._accrue_sale(order, services=())
        self._accrue_return(order, day=MONTH[1])
        self.assertEqual((order.sale_amount, order.commission_amount, order.net_amount), (0, 0, -35))

    def test_a_change_is_seen_at_once(self):
        order = self._sell(invoice=False)
        self._day(make_accrual("-92", "Logistic", external_id="7", number=order.number))
        self._day(make_accrual("-100", "Logistic", external_id="7", number=order.number))
        self.assertEqual(order.net_amount, -100)
        self._day()
        self.assertEqual(order.net_amount, 0)

    def test_another_kind_is_seen_at_once(self):
        order = self._sell(invoice=False)
        row = self._day(make_accrual("-92", "BrandNewFee", number=order.number))
        self.assertEqual((order.other_amount, order.service_amount), (-92, 0))
        row.type_id.kind = "storage"
        self.assertEqual((order.other_amount, order.service_amount), (0, -92))

    def test_costs_of_cancelled_orders_are_none(self):
        order = self._sell(deliver=False, invoice=False)
        order.sale_order_id.with_context(marketplace_silent=True)._action_cancel()
        self._day(make_accrual("-92", "Logistic", number=order.number))
        self.assertEqual((order.cost_amount, order.margin_amount), (0, -92))

    # --- expected -----------------------------------------------------------------------------------------------
    def test_what_is_announced_when_the_posting_comes_is_kept(self):
        self._announce()
        order = self._sell(invoice=False)
        self.assertRecordValues(order, [{"expected_commission": -246.16, "expected_services": -104.48}])
        self._announce(percent=30)
        self._accrue_sale(order, services=())
        self.assertEqual(order.expected_commission, -246.16)
        self.assertEqual((order.commission_drift, order.commission_too_high), (0, False))

    def test_nothing_is_expected_where_nothing_was_announced(self):
        order = self._sell(invoice=False)
        self._accrue_sale(order, services=())
        self.assertEqual((order.expected_commission, order.commission_drift), (0, 0))
        self.assertFalse(order.commission_too_high)

    def test_a_higher_commission_raises_an_alert_once(self):
        self._announce(percent=15)
        order = self._sell(invoice=False)
        self._accrue_sale(order, services=())
        self.assertEqual(order.commission_drift, -28.96)
        self.assertAlmostEqual(order.commission_drift_percent, 13.33)
        self.assertTrue(order.commission_too_high)
        told = self.env["marketplace.notification"].search([("event", "=", "commission_drift")])
        self.assertEqual(len(told), 1)
        self.assertIn(order.number, told.text)
        self._day(make_accrual("-5", "Acquiring", DAY + timedelta(3), number=order.number), day=DAY + timedelta(3))
        self.assertEqual(self.env["marketplace.notification"].search([("event", "=", "commission_drift")]), told)

    def test_the_alert_follows_the_setting(self):
        self.account.commission_drift_warn = 20
        self._announce(percent=15)
        order = self._sell(invoice=False)
        self._accrue_sale(order, services=())
        self.assertFalse(order.commission_too_high)
        self.account.commission_drift_warn = 10
        self.assertTrue(order.commission_too_high)
        self.account.commission_drift_warn = 0
        self.assertFalse(order.commission_too_high)

    def test_a_partial_return_is_no_drift(self):
        self._announce()
        order = self._sell((self.offers[0], 2, "1000"), invoice=False)
        self._accrue_sale(order, services=())
        self._accrue_return(order, units=1)
        self.assertEqual((order.sale_amount, order.commission_amount), (1000, -170))
        self.assertEqual(order.commission_drift, 0)

    # --- many ---------------------------------------------------------------------------------------------------
    def test_queries_do_not_grow_with_the_postings(self):
        orders = self._import_many(30)
        economics = self.env["marketplace.economics"]
        counts = []
        for size in (3, 30):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            economics._refresh(orders[:size])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def _import_many(self, count):
        orders = self.env["marketplace.order"]
        for _number in range(count):
            orders |= self._sell(deliver=False, invoice=False)
        return orders
