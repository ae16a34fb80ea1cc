from odoo import fields
from odoo.tests import tagged

from .stock_case import WRITE, StockCase


@tagged("post_install", "-at_install")
class TestStockSoldThere(StockCase):
    """A cabinet takes what a buyer orders off its number by itself, and gives it back when he cancels: what was told
    before is no longer what is shown, even where the formula says the same as before."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        # Nothing happened before: one question is enough for what changed since.
        self.account.start_date = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.place.stock_cap = 40
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._push()

    def _order(self, quantity, **values):
        number = self._buy((self.product, quantity), warehouse_id=int(self.place.external_id), **values)
        self._read("orders_poll")
        return number

    def _read(self, operation):
        """Without the stock lane: what is told again waits for its half minute, round after round."""
        self._enqueue(operation)
        self._run_jobs("orders")

    def _cancel(self, number):
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": "client"})
        self._read("statuses_poll")

    def test_a_limit_is_full_again_after_a_sale(self):
        self.assertEqual(self._get_shown(self.product), 40)
        self._order(3)
        self.assertEqual(self._get_shown(self.product), 37, "the cabinet has done the sum by itself")
        self._push()
        self.assertEqual((self._get_row(self.product).state, self._get_shown(self.product)), ("sent", 40))

    def test_sold_while_the_number_is_on_its_way(self):
        """Ours arrives, a buyer orders, his posting is read, and only then we hear that ours was taken."""
        row = self._get_row(self.product)
        row.write({"state": "waiting", "sent_known": False, "not_before": False})
        pusher = self.env["marketplace.stock.pusher"]
        targets = pusher._claim(self.account, 100)
        answers = self.account._get_adapter().set_stocks([target for _id, target in targets])
        self._order(3)
        self._absorb()
        pusher._note_answers(targets, answers, 30)
        self.assertEqual((row.state, row.sent_known, self._get_shown(self.product)), ("waiting", False, 37))
        self._push()
        self.assertEqual((row.state, self._get_shown(self.product)), ("sent", 40))

    def test_a_cancellation_does_not_lift_it_above_the_limit(self):
        number = self._order(3)
        self._push()
        self._cancel(number)
        self.assertEqual(self._get_shown(self.product), 43, "the cabinet has put them back by itself")
        self._push()
        self.assertEqual((self._get_row(self.product).state, self._get_shown(self.product)), ("sent", 40))

    def test_units_that_are_cancelled_do_not_lift_it_either(self):
        number = self._order(3)
        self._push()
        (line,) = self._find(number).line_ids
        body = {
            "posting_number": number,
            "items": [{"sku": int(line.sku), "quantity": 2}],
            "cancel_reason_id": 352,
            "cancel_reason_message": "Бой",
        }
        status, answer = self.simulator.ozon("/v2/posting/fbs/product/cancel", body)
        self.assertEqual(status, 200, answer)
        self._read("statuses_poll")
        self.assertEqual(self._get_shown(self.product), 42)
        self._push()
        self.assertEqual((self._get_row(self.product).state, self._get_shown(self.product)), ("sent", 40))

    def test_goods_that_come_in_while_others_are_sold(self):
        self._move(self.product, -990)
        self._push()
        self._order(2)
        self._move(self.product, 2)
        self._push()
        self.assertEqual((self._get_row(self.product).quantity, self._get_shown(self.product)), (10, 10))

    def test_only_what_was_sold_is_told_again(self):
        before = self._count_requests(WRITE)
        self._order(1)
        self._push()
        self.assertEqual(self._count_requests(WRITE), before + 1)
        last = self.simulator.control("GET", f"requests?path={WRITE}&last=1")["requests"][-1]
        self.assertEqual([row["offer_id"] for row in last["body"]["stocks"]], [self.product.default_code])

    def test_what_is_sold_from_the_marketplace_s_own_warehouse_changes_nothing(self):
        before = self._count_requests(WRITE)
        self._buy((self.product, 1), scheme="fbo", status="awaiting_deliver")
        self._read("fbo_poll")
        self._push()
        self.assertEqual(self._count_requests(WRITE), before)
