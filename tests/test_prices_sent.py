from decimal import Decimal

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again
from odoo.addons.sale_marketplace.marketplaces.base import dto, errors

from .orders_case import OrdersSimulatorCase
from .prices_case import PricesCase, PricesStubCase, Stub


@tagged("post_install", "-at_install")
class TestPricesSent(PricesStubCase):
    """Prices are sent, answered and compared with what the cabinet shows."""

    # --- sending ------------------------------------------------------------------------------------------------
    def test_full_batches_and_changes_only(self):
        adapter = Stub()
        self._push(adapter)
        self.assertEqual([len(call) for call in adapter.calls], [4, 4, 2])
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        self.assertEqual((self.row.sent_price, self.row.claimed_until), (1000, False))
        self._push(adapter)
        self.assertEqual(len(adapter.calls), 3)

    def test_a_refusal_stays_until_the_price_changes(self):
        adapter = Stub(lambda target: {"state": "refused", "code": "discount_too_big", "message": "big"})
        self._push(adapter)
        self.assertEqual(self.row.state, "refused")
        self.assertIn("90 %", self.row.reason)
        self._push(adapter)
        self.assertEqual(len(adapter.calls), 3)
        self._set_price(self.pricelist, 1010)
        self._push(Stub())
        self.assertEqual((self.row.state, self.row.reason), ("sent", False))

    def test_changed_too_often_is_sent_later(self):
        stopped = self._push_until_stopped(Stub(lambda target: {"state": "later", "retry_after": 600}))
        self.assertGreater(stopped.seconds, 500)
        self.assertEqual(self.row.state, "waiting")
        self.assertGreater(self.row.not_before, fields.Datetime.now())
        self._rows().not_before = False
        self._push(Stub())
        self.assertEqual(self.row.state, "sent")

    def test_a_limit_in_the_middle(self):
        """What was answered is kept, what was not is free again."""

        def stop(call):
            if call == 2:
                raise errors.RateLimited("slow down", retry_after=5)

        self.assertIsInstance(self._push_until_stopped(Stub(before=stop)), errors.RateLimited)
        self.assertEqual(self._rows().mapped("state"), ["sent"] * 4 + ["waiting"] * 6)
        self.assertFalse(any(self._rows().mapped("claimed_until")))
        adapter = Stub()
        self._push(adapter)
        self.assertEqual([len(call) for call in adapter.calls], [4, 2])

    def test_an_unknown_outcome_is_sent_again_even_if_the_old_price_is_right_again(self):
        self._push(Stub())
        self._set_price(self.pricelist, 1100)

        def lose(call):
            raise errors.UnknownOutcome("no answer")

        self.assertIsInstance(self._push_until_stopped(Stub(before=lose)), errors.UnknownOutcome)
        self._set_price(self.pricelist, 1000)
        adapter = Stub()
        self._push(adapter)
        # The first batch may have become 1,100 there; the others never left.
        self.assertEqual([len(call) for call in adapter.calls], [4])
        self.assertEqual(adapter.calls[0][0].price, 1000)

    def test_a_crash_between_answer_and_commit(self):
        """The claim outlives its worker: nobody sends meanwhile, and after it the price goes again."""
        self.env["marketplace.price.pusher"]._claim(self.account, 1000)
        adapter = Stub()
        self.assertIsInstance(self._push_until_stopped(adapter), Again)
        self.assertEqual(adapter.calls, [])
        self._rows().claimed_until = fields.Datetime.subtract(fields.Datetime.now(), seconds=1)
        self._push(adapter)
        self.assertEqual(sum(len(call) for call in adapter.calls), 10)

    def test_unlinked_while_on_its_way(self):
        def unlink(call):
            if call == 1:
                self.offers[0].product_id = False
                self._rows().filtered(lambda row: row.offer_id == self.offers[0]).unlink()

        self._push(Stub(before=unlink))
        self.assertEqual(self._rows().offer_id, self.offers[1:])
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})

    def test_changed_while_on_its_way(self):
        def change(call):
            if call == 1:
                self._set_price(self.pricelist, 1050)
                self._compute()

        adapter = Stub(before=change)
        self._push(adapter)
        self.assertEqual(sum(len(call) for call in adapter.calls), 14)
        self.assertEqual((self.row.state, self.row.sent_price), ("sent", 1050))

    def test_switched_off_is_a_preview(self):
        self.account.price_active = False
        self._compute()
        self.assertEqual((self.row.state, self.row.price), ("draft", 1000))
        adapter = Stub()
        self._push(adapter)
        self.assertFalse(adapter.calls)

    # --- what the cabinet shows ---------------------------------------------------------------------------------
    def test_commissions_of_the_schemes_in_use(self):
        self.account.warehouse_ids = [
            Command.create({"name": "Склад", "external_id": "1", "scheme": "fbs"}),
        ]
        fees = {
            "fbs": dto.Commission(percent=Decimal(12), fixed=Decimal(80)),
            "fbo": dto.Commission(percent=Decimal(40), fixed=Decimal(80)),
        }
        self._check(self._make_info(self.row, 1000, commissions=fees))
        self.assertEqual(
            (self.row.commission_percent, self.row.commission_fixed, self.row.acquiring_percent), (12, 80, 1.5)
        )
        # 580 ÷ (1 − 13.5 % − 22/122)
        self.assertEqual(self.row.floor_price, 847.13)

    def test_accepted_but_not_shown(self):
        self._push(Stub())
        self._age()
        rows = self._rows()
        self._check(
            self._make_info(rows[0], 400, quarantined=True),
            self._make_info(rows[1], 1200),
            self._make_info(rows[2], 1000),
        )
        self.assertEqual(rows[:3].mapped("state"), ["quarantine", "strategy", "sent"])
        self.assertIn("quarantine", rows[0].reason)
        self.assertIn("1,200", rows[1].reason)
        self._check(*(self._make_info(row, 1000) for row in rows))
        self.assertEqual(set(rows.mapped("state")), {"sent"})

    def test_leaving_the_strategy_sends_again(self):
        self._push(Stub())
        self._age()
        self._check(*(self._make_info(row, 1200 if row == self.row else 1000) for row in self._rows()))
        self.account.price_leave_strategy = True
        adapter = Stub()
        self._push(adapter)
        self.assertEqual([(target.article, target.leave_strategy) for target in adapter.calls[0]], [("T-001", True)])

    def test_a_price_just_accepted_may_show_later(self):
        self._push(Stub())
        self._check(self._make_info(self.row, 900))
        self.assertEqual(self.row.state, "sent")


@tagged("post_install", "-at_install")
class TestPricesSimulator(PricesCase, OrdersSimulatorCase):
    """The whole way, over HTTP, with the engine's own transactions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.write({"standard_price": 50})
        cls.pricelist = cls._make_pricelist(300)

    def _get_there(self):
        rows = self.simulator.control("GET", "ozon/prices")["prices"]
        return {row["offer_id"]: row for row in rows}

    def test_from_the_pricelist_to_the_cabinet(self):
        self.account.write({"price_pricelist_id": self.pricelist.id, "price_active": True, "price_jump": 0})
        self._run_jobs("stock")
        self.assertEqual(set(self._rows().mapped("state")), {"sent"}, self._rows().mapped("reason"))
        self.assertEqual(self._rows()[0].commission_percent, 15)
        # 123.45 → 300 is more than half: accepted, and in quarantine there.
        there = self._get_there()
        self.assertEqual(Decimal(there["T-001"]["quarantined_price"]), 300)
        self.env["marketplace.job"]._enqueue("price_check", self.account)
        self._run_jobs("stock")
        self.assertEqual(set(self._rows().mapped("state")), {"quarantine"})
        self.simulator.control(
            "POST", "ozon/prices", {"prices": [{"offer_id": name, "release": True} for name in there]}
        )
        self.env["marketplace.job"]._enqueue("price_check", self.account)
        self._run_jobs("stock")
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        self.assertEqual(Decimal(self._get_there()["T-001"]["price"]), 300)
