from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again

from .builders import make_line, make_order
from .stock_case import WRITE, StockCase


@tagged("post_install", "-at_install")
class TestStockPush(StockCase):
    """Numbers reach the cabinet: changed ones only, in full batches, each with its answer."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.env["marketplace.stock.engine"]._compute_account(self.account)

    def test_only_what_changed_in_full_batches(self):
        self._push()
        self.assertEqual(self._count_requests(WRITE), 1, "ten numbers, one call")
        self.assertEqual({self._get_shown(product) for product in self.products}, {1000})
        self.assertEqual(set(self.env["marketplace.stock"].search([]).mapped("state")), {"sent"})
        self._push()
        self.assertEqual(self._count_requests(WRITE), 1, "nothing changed, nothing sent")
        self._move(self.product, -993)
        self._push()
        self.assertEqual(self._count_requests(WRITE), 2)
        last = self.simulator.control("GET", f"requests?path={WRITE}&last=1")["requests"][-1]
        self.assertEqual([row["stock"] for row in last["body"]["stocks"]], [7])

    def test_one_refused_number_stops_nothing(self):
        self._set_options(stock_refusals={self.product.default_code: "PRODUCT_HAS_NOT_BEEN_TAGGED_YET"})
        self._push()
        row = self._get_row(self.product)
        self.assertEqual((row.state, row.answer_code), ("refused", "PRODUCT_HAS_NOT_BEEN_TAGGED_YET"))
        self.assertIn("examining", row.answer)
        self.assertEqual(self._get_shown(self.products[1]), 1000)
        self._push()
        self.assertEqual(self._count_requests(WRITE), 1, "what was refused is not repeated for ever")
        self._set_options(stock_refusals={})
        row.action_send_again()
        self._run_jobs("stock", rounds=4)
        self.assertEqual((row.state, row.answer), ("sent", False))

    def test_too_often_is_sent_again_by_itself(self):
        self.simulator.control("POST", "ozon/options", {"limits": True})
        self.addCleanup(self.simulator.control, "POST", "ozon/options", {"limits": False})
        self._push()
        self._move(self.product, -1)
        self._push()
        row = self._get_row(self.product)
        self.assertEqual((row.state, row.answer_code), ("waiting", "TOO_MANY_REQUESTS"))
        self.assertGreater(row.not_before, fields.Datetime.now())
        self.assertTrue(self._find_open_push())
        self.simulator.control("POST", "clock", {"advance": 31})
        self._push()
        self.assertEqual(self._get_shown(self.product), 999)

    def _find_open_push(self):
        return self.env["marketplace.job"].search(
            [("account_id", "=", self.account.id), ("operation", "=", "stock_push"), ("state", "=", "pending")]
        )

    def test_an_answer_that_never_came(self):
        """The number arrived, the answer did not: it is sent again, even when it is the old number by then."""
        self._push()
        self._fault(WRITE, "accept_then_timeout", delay=0, times=None)
        self._move(self.product, -400)
        self._push()
        row = self._get_row(self.product)
        self.assertEqual((row.state, row.sent_known, self._get_shown(self.product)), ("waiting", False, 600))
        self._move(self.product, 400)
        self._absorb()
        self.assertEqual(row.state, "waiting", "1000 was the last number that was answered, and is not there any more")
        self._heal()
        self._push()
        self.assertEqual((row.state, self._get_shown(self.product)), ("sent", 1000))

    def test_what_waits_for_nothing_is_not_kept_waiting(self):
        """Some numbers may go in half a minute, another one at once: the job comes back at once."""
        rows = self.env["marketplace.stock"].search([("account_id", "=", self.account.id)])
        rows[1:].not_before = fields.Datetime.now() + timedelta(seconds=30)
        with self.assertRaises(Again) as caught:
            self.env["marketplace.stock.pusher"]._go_on_later(self.account)
        self.assertEqual(caught.exception.seconds, 1)

    def test_a_number_that_changes_on_its_way(self):
        self._absorb()
        pusher = self.env["marketplace.stock.pusher"]
        targets = pusher._claim(self.account, 100)
        answers = self.account._get_adapter().set_stocks([target for _id, target in targets])
        self._move(self.product, -5)
        self._absorb()
        self.assertFalse(pusher._claim(self.account, 100), "what is on its way is not sent twice")
        pusher._note_answers(targets, answers, 30)
        row = self._get_row(self.product)
        self.assertEqual((row.state, row.quantity, row.sent_quantity), ("waiting", 995, 1000))
        self._push()
        self.assertEqual(self._get_shown(self.product), 995)

    def test_an_offer_unlinked_on_its_way(self):
        pusher = self.env["marketplace.stock.pusher"]
        targets = pusher._claim(self.account, 100)
        answers = self.account._get_adapter().set_stocks([target for _id, target in targets])
        offer = self.offers.filtered(lambda offer: offer.product_id == self.product)
        offer.product_id = False
        self._absorb()
        pusher._note_answers(targets, answers, 0)
        self._push()
        self.assertEqual(self._get_shown(self.product), 0)

    def test_warehouse_gone_from_the_cabinet(self):
        self.simulator.control("POST", "ozon/warehouses", {"close": int(self.place.external_id)})
        self._push()
        rows = self.env["marketplace.stock"].search([])
        self.assertEqual(set(rows.mapped("answer_code")), {"WAREHOUSE_NOT_FOUND"})
        self._enqueue("warehouses_poll")
        self._run_jobs("catalogue")
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        rows.invalidate_recordset()
        self.assertEqual(set(rows.mapped("state")), {"unmanaged"})

    def test_full_push_repairs_what_was_changed_there(self):
        self._push()
        self.simulator.control(
            "POST",
            "ozon/stocks",
            {
                "stocks": [
                    {"offer_id": self.product.default_code, "warehouse_id": int(self.place.external_id), "free": 3}
                ]
            },
        )
        self._enqueue("stock_full")
        self._run_jobs("stock", rounds=4)
        self.assertEqual(self._get_shown(self.product), 1000)

    def test_check_reads_what_is_shown(self):
        self._push()
        self._buy((self.product, 2), warehouse_id=int(self.place.external_id))
        self._enqueue("stock_check")
        self._run_jobs("stock", rounds=4)
        row = self._get_row(self.product)
        self.assertEqual((row.there_quantity, row.there_reserved), (998, 2))
        self.assertEqual((row.difference, row.cause), (-2, "sold"))
        hand = {"offer_id": self.products[1].default_code, "warehouse_id": int(self.place.external_id), "free": 3}
        self.simulator.control("POST", "ozon/stocks", {"stocks": [hand]})
        self.env["marketplace.stock"].search([("account_id", "=", self.account.id)]).action_compare()
        self._run_jobs("stock", rounds=4)
        changed = self._get_row(self.products[1])
        self.assertEqual((changed.difference, changed.cause), (-997, "changed"))
        self.assertEqual(self.env["marketplace.stock"].search_count([("cause", "!=", False)]), 2)
        changed.action_send_again()
        self._enqueue("orders_poll")
        self._run_jobs()
        self._push()
        self._enqueue("stock_check")
        self._run_jobs("stock", rounds=4)
        self.assertFalse(self.env["marketplace.stock"].search([("cause", "!=", False)]))

    def test_sold_out_goes_first(self):
        self._push()
        self._move(self.products[4], -1000)
        for product in self.products[:4]:
            self._move(product, -1)
        self._absorb()
        self.env["marketplace.stock"].search([]).write({"not_before": False})
        first = self.env["marketplace.stock.pusher"]._claim(self.account, 1)
        self.assertEqual(first[0][1].quantity, 0)

    def test_last_piece_sold_here_is_told_there(self):
        """Two cabinets show the last piece: it is sold once, the other one is told by the same run."""
        second = self._make_account(name="Ozon 2", client_id="2048", base_url=self.simulator.ozon_url)
        self._make_offers(self.product, second)
        other = self.place.copy({"account_id": second.id, "external_id": "22142605386000"})
        self._move(self.product, -999)
        self._push()
        self.assertEqual(self._get_row(self.product, other).quantity, 1)
        self._buy((self.product, 1), warehouse_id=int(self.place.external_id))
        self._enqueue("orders_poll")
        self._run_jobs("orders")
        self._absorb()
        self.assertEqual(self._get_row(self.product, other).quantity, 0)
        jobs = self._find_jobs("stock_push", second).filtered(lambda job: job.state == "pending")
        self.assertEqual(jobs.mapped("priority"), [1])
        self.assertLess(jobs.eta - fields.Datetime.now(), timedelta(minutes=1))

    def test_both_sold_the_last_piece(self):
        """Nobody could tell them in time: one has it, the other one is seen by whoever has to decide."""
        second = self._make_account(name="Ozon 2", client_id="2048", base_url=self.simulator.ozon_url)
        offers = self._make_offers(self.product, second)
        self._move(self.product, -999)
        ours = self.offers.filtered(lambda offer: offer.product_id == self.product)
        first = self._import(make_order([make_line(ours)]))
        last = self._import(make_order([make_line(offers)]), account=second)
        missing = self.env["marketplace.order"].search([("goods_missing", "=", True)])
        self.assertEqual(missing, last)
        self.assertEqual((first.goods_missing, last.goods_missing), (False, True))
        self.assertEqual((self.account.missing_count, second.missing_count), (0, 1))
