from decimal import Decimal

from odoo import Command, fields
from odoo.tests import tagged

from .prices_case import WRITE, PricesCase


@tagged("post_install", "-at_install")
class TestPricesSent(PricesCase):
    """Prices are sent, answered and compared with what the cabinet shows: over HTTP, by the engine's own jobs."""

    # --- sending ------------------------------------------------------------------------------------------------
    def test_full_batches_and_changes_only(self):
        self._batches_of(4)
        self._push()
        self.assertEqual([len(call) for call in self._get_told()], [4, 4, 2])
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        self.assertEqual((self.row.sent_price, self.row.claimed_until), (1000, False))
        self._push()
        self.assertEqual(len(self._get_told()), 3)
        self.pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.products[6].id,
                    "compute_price": "fixed",
                    "fixed_price": 1010,
                }
            )
        ]
        self._push()
        self.assertEqual([row["offer_id"] for row in self._get_told()[3]], ["T-007"])
        self.assertEqual(Decimal(self._get_there()["T-007"]["price"]), 1010)

    def test_a_refusal_stays_until_the_price_changes(self):
        """Ozon wants a distance of more than 5 % to the price before discount."""
        old = self._make_pricelist(1010)
        self.account.price_old_pricelist_id = old
        self._push()
        self.assertEqual(self.row.state, "refused")
        self.assertIn("must be above 1,052.63", self.row.reason)
        self.assertNotEqual(Decimal(self._get_there()["T-001"]["old_price"]), 1010)
        self._push()
        self.assertEqual(len(self._get_told()), 1)
        self._set_price(old, 1500)
        self._push()
        self.assertEqual((self.row.state, self.row.reason), ("sent", False))
        self.assertEqual(Decimal(self._get_there()["T-001"]["old_price"]), 1500)

    def test_changed_too_often_is_sent_later(self):
        """Ten changes per product and hour: the eleventh waits and is sent by itself."""
        self._set_options(limits=True)
        self.addCleanup(self._set_options, limits=False)
        for price in range(1001, 1012):
            self._set_price(self.pricelist, price)
            self._push(rounds=1)
        self.assertEqual((self.row.state, self.row.sent_price), ("waiting", 1010))
        self.assertIn("no more changes", self.row.reason)
        self.assertGreater(self.row.not_before, fields.Datetime.now())
        job = self._find_jobs("price_push").filtered(lambda job: job.state == "pending")
        self.assertGreater((job.eta - fields.Datetime.now()).total_seconds(), 500)
        self.simulator.control("POST", "clock", {"advance": 3601})
        self._rows().not_before = False
        self._run_jobs("stock", rounds=2)
        self.assertEqual((self.row.state, Decimal(self._get_there()["T-001"]["price"])), ("sent", 1011))

    def test_a_limit_in_the_middle(self):
        """What was answered is kept, what was not is free again."""
        self._batches_of(4)
        self._fault(WRITE, "rate_limit", after=1, times=1, retry_after=120)
        self._push(rounds=1)
        self.assertEqual(self._rows().mapped("state"), ["sent"] * 4 + ["waiting"] * 6)
        self.assertFalse(any(self._rows().mapped("claimed_until")))
        self._forget_limits()
        self._run_jobs("stock", rounds=2)
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        articles = [row["offer_id"] for call in self._get_told() for row in call]
        self.assertEqual(articles.count("T-001"), 1, "what was answered is not sent again")

    def test_an_unknown_outcome_is_sent_again_even_if_the_old_price_is_right_again(self):
        self._push()
        self._batches_of(4)
        self._set_price(self.pricelist, 1100)
        self._fault(WRITE, "accept_then_timeout", delay=0, times=None)
        self._push(rounds=1)
        self.assertEqual(Decimal(self._get_there()["T-001"]["price"]), 1100)
        self._heal()
        self._set_price(self.pricelist, 1000)
        before = len(self._get_told())
        self._push()
        # The first batch has become 1,100 there; the others never left.
        self.assertEqual([len(call) for call in self._get_told()[before:]], [4])
        self.assertEqual({Decimal(row["price"]) for row in self._get_there().values()}, {1000})

    def test_a_crash_between_answer_and_commit(self):
        """The claim outlives its worker: nobody sends meanwhile, and after it the price goes again."""
        self.env["marketplace.price.pusher"]._claim(self.account, 1000)
        self._push(rounds=1)
        self.assertFalse(self._get_told())
        job = self._find_jobs("price_push").filtered(lambda job: job.state == "pending")
        self.assertGreater(job.eta, fields.Datetime.now())
        self._rows().claimed_until = fields.Datetime.subtract(fields.Datetime.now(), seconds=1)
        self._run_jobs("stock", rounds=2)
        self.assertEqual([len(call) for call in self._get_told()], [10])
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})

    def _send_and(self, meanwhile):
        """Something happens while a batch is on its way."""
        pusher = self.env["marketplace.price.pusher"]
        self._compute()
        claimed = pusher._claim(self.account, 1000)
        answers = self.account._get_adapter().set_prices([target for _until, _text, target in claimed.values()])
        meanwhile()
        pusher._note_answers(claimed, answers)
        self.env.invalidate_all()

    def test_unlinked_while_on_its_way(self):
        def unlink():
            self.offers[0].product_id = False
            self._compute()

        self._send_and(unlink)
        self.assertEqual(self._rows().offer_id, self.offers[1:])
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})

    def test_changed_while_on_its_way(self):
        def change():
            self._set_price(self.pricelist, 1050)
            self._compute()

        self._send_and(change)
        self.assertEqual((self.row.state, self.row.sent_price), ("waiting", 1000))
        self._push()
        self.assertEqual((self.row.state, self.row.sent_price), ("sent", 1050))
        self.assertEqual(Decimal(self._get_there()["T-001"]["price"]), 1050)

    def test_switched_off_is_a_preview(self):
        self.account.price_active = False
        self._push()
        self.assertEqual((self.row.state, self.row.price), ("draft", 1000))
        self.assertFalse(self._get_told())

    # --- what the cabinet shows ---------------------------------------------------------------------------------
    def test_commissions_of_the_schemes_in_use(self):
        self._make_place()
        fees = {"sales_percent_fbs": 12, "sales_percent_fbo": 40, "fbs_deliv_to_customer_amount": 80}
        self._change_there(self.products[0], commissions=fees)
        self._check()
        self.assertEqual(
            (self.row.commission_percent, self.row.commission_fixed, self.row.acquiring_percent), (12, 80, 1.5)
        )
        # 580 ÷ (1 − 13.5 % − 22/122)
        self.assertEqual(self.row.floor_price, 847.13)

    def test_a_jump_waits_in_quarantine_there(self):
        """Accepted is not shown: Ozon keeps a price that moved by more than half until the seller confirms it."""
        self.account.price_jump = 0
        self._set_price(self.pricelist, 1600)
        self._push()
        self.assertEqual(self.row.state, "sent")
        self._age()
        self._check()
        self.assertEqual(set(self._rows().mapped("state")), {"quarantine"})
        self.assertIn("quarantine", self.row.reason)
        self.assertIn("1,000", self.row.reason)
        self._change_there(*self.products, release=True)
        self._check()
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        self.assertEqual(Decimal(self._get_there()["T-001"]["price"]), 1600)

    def test_a_strategy_keeps_its_own_price(self):
        self._change_there(self.products[0], strategy_price="1200")
        self._push()
        self._age()
        self._check()
        self.assertEqual((self.row.state, self._rows()[1].state), ("strategy", "sent"))
        self.assertIn("1,200", self.row.reason)
        before = len(self._get_told())
        self.account.price_leave_strategy = True
        self._push()
        told = self._get_told()[before]
        self.assertEqual([(row["offer_id"], row["price_strategy_enabled"]) for row in told], [("T-001", "DISABLED")])
        self.assertEqual(Decimal(self._get_there()["T-001"]["shown_price"]), 1000)

    def test_a_price_just_accepted_may_show_later(self):
        self._push()
        self._change_there(self.products[0], price="900")
        self._check()
        self.assertEqual(self.row.state, "sent")
        self._age()
        self._check()
        self.assertEqual(self.row.state, "strategy")
