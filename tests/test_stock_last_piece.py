from odoo import fields
from odoo.tests import tagged

from .stock_case import TwoCabinetsCase


@tagged("post_install", "-at_install")
class TestStockLastPiece(TwoCabinetsCase):
    """Two cabinets show the last piece and both sell it at the same moment: it is promised once, who goes without is
    seen, and both hear at once that there is none."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self._move(self.product, -999)
        for account in self._each_account():
            self.env["marketplace.stock.engine"]._compute_account(account)
        self._push()
        # The half minute between two numbers of one pair is over.
        self.env["marketplace.stock"].search([]).not_before = False

    def _sell_in_all(self):
        """A posting in each cabinet, before Odoo hears of any; then one run of the scheduled action."""
        numbers = []
        for account in self._each_account():
            self.assertEqual(self._get_shown(self.product), 1)
            numbers.append(self._buy((self.product, 1), warehouse_id=int(self.place.external_id)))
            self._enqueue("orders_poll", account)
        self._trigger("orders")
        return self.env["marketplace.order"].concat(
            *(self._find(number) for number, _account in zip(numbers, self._each_account(), strict=True))
        )

    def _find_jobs_to_tell(self):
        accounts = [cabinet.account.id for cabinet in self.cabinets]
        return self.env["marketplace.job"].search(
            [("account_id", "in", accounts), ("operation", "=", "stock_push"), ("state", "=", "pending")]
        )

    def test_sold_once_and_the_loser_is_seen(self):
        postings = self._sell_in_all()
        self.assertEqual(postings.mapped("state"), ["done", "done"], postings.mapped("problem"))
        moves = postings.sale_order_id.picking_ids.move_ids
        self.assertEqual(sorted(moves.mapped("state")), ["assigned", "confirmed"])
        self.assertEqual(sum(moves.move_line_ids.mapped("quantity")), 1)
        loser = postings.filtered("goods_missing")
        self.assertEqual(len(loser), 1)
        self.assertEqual(loser.picking_ids.move_ids.state, "confirmed")
        self.assertEqual(self.env["marketplace.order"].search([("goods_missing", "=", True)]), loser)
        self.assertEqual([cabinet.account.missing_count for cabinet in self.cabinets].count(1), 1)
        self.assertEqual(loser.account_id.missing_count, 1)

    def test_both_are_told_at_once(self):
        self._sell_in_all()
        told = [len(self._get_sent()) for _account in self._each_account()]
        self._absorb()
        jobs = self._find_jobs_to_tell()
        self.assertEqual(len(jobs.account_id), len(self.cabinets))
        self.assertEqual(jobs.mapped("priority"), [1] * len(jobs))
        self.assertLessEqual(max(jobs.mapped("eta")), fields.Datetime.now(), "due at once")
        self._trigger("stock")
        self.assertFalse(self._find_jobs_to_tell())
        for _account, before in zip(self._each_account(), told, strict=True):
            pair = (self.product.default_code, int(self.place.external_id))
            self.assertEqual([numbers for _at, numbers in self._get_sent()[before:]], [{pair: 0}])
            self.assertEqual(self._get_shown(self.product), 0)
            self.assertEqual(self._get_row(self.product).state, "sent")

    def test_the_other_one_is_told_before_it_sells(self):
        """One run of each scheduled action, with nobody waiting for anything, takes the piece off the other cabinet."""
        with self._turned_to(self.cabinets[0]):
            self._buy((self.product, 1), warehouse_id=int(self.place.external_id))
            self._enqueue("orders_poll")
            self._trigger("orders")
        self.env.cr.flush()
        self._trigger("stock")
        self.assertEqual([self._get_shown(self.product) for _account in self._each_account()], [0, 0])

    def test_given_back_by_the_winner_it_is_offered_to_nobody_twice(self):
        """The posting that went without still waits for it."""
        postings = self._sell_in_all()
        winner = postings.filtered(lambda posting: not posting.goods_missing)
        number = self.cabinets.index(next(each for each in self.cabinets if each.account == winner.account_id))
        with self._turned_to(self.cabinets[number]):
            self.simulator.control("POST", f"ozon/postings/{winner.number}/cancel", {"by": "client"})
            self._enqueue("statuses_poll")
        self._run_jobs("orders")
        self.assertEqual(winner.sale_order_id.state, "cancel")
        self._push()
        self.assertEqual([self._get_shown(self.product) for _account in self._each_account()], [0, 0])
