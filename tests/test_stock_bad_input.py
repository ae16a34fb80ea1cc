from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .stock_case import WRITE, StockCase

NOT_READY = "PRODUCT_HAS_NOT_BEEN_TAGGED_YET"
UNHEARD_OF = "SOMETHING_NEW"


@tagged("post_install", "-at_install")
class TestStockBadInput(StockCase):
    """What the marketplace does to a push: refuses thousands, slows it down in the middle, and what people do to the
    listings while their numbers are on their way."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.env["marketplace.stock.engine"]._compute_account(self.account)

    def _list_many(self, count):
        """Further listings of the first product, here and in the cabinet, by one statement. Returns their articles."""
        articles = [f"B-{number:05d}" for number in range(count)]
        rows = [{"offer_id": article, "name": article, "price": "10"} for article in articles]
        self.simulator.control("POST", "ozon/products", {"products": rows})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO marketplace_offer (account_id, company_id, product_id, state, active, article, name)
                   SELECT account_id, company_id, product_id, state, true, new_article, new_article
                     FROM marketplace_offer, unnest(%s) AS new_article WHERE id = %s""",
                articles,
                self.offers.filtered(lambda offer: offer.product_id == self.product).id,
            )
        )
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        return articles

    def _trigger_now(self):
        """The moments that jobs and numbers wait for have come."""
        self.env["marketplace.stock"].search([]).not_before = False
        self._find_jobs("stock_push").filtered(lambda job: job.state == "pending").eta = fields.Datetime.now()
        self._forget_limits()
        self._trigger("stock")

    def _find_open_push(self):
        return self._find_jobs("stock_push").filtered(lambda job: job.state in ("pending", "running"))

    def _count_states(self):
        groups = self.env["marketplace.stock"]._read_group(
            [("account_id", "=", self.account.id)], ["state", "answer_code"], ["__count"]
        )
        return {(state, code): count for state, code, count in groups}

    # --- refusals -----------------------------------------------------------------------------------------------------
    def test_three_thousand_of_ten_thousand_are_refused(self):
        articles = self._list_many(9990)
        refused = articles[::3][:3000]
        reasons = {article: NOT_READY if number < 2000 else UNHEARD_OF for number, article in enumerate(refused)}
        self._set_options(stock_refusals=reasons)
        self._hurry()
        self._trigger("stock")
        expected = {("sent", False): 7000, ("refused", NOT_READY): 2000, ("refused", UNHEARD_OF): 1000}
        self.assertEqual(self._count_states(), expected)
        job = self._find_jobs("stock_push").filtered(lambda job: job.state == "done")
        self.assertIn("7000 accepted, 3000 refused, 0 later, by 100 calls", job.mapped("result"))
        self._check_reasons(reasons)
        self._check_nothing_is_tried_again()
        self._check_the_button_sends(refused)

    def _check_reasons(self, reasons):
        """Each refused number says why, in words; those that nobody has words for in the marketplace's own."""
        rows = self.env["marketplace.stock"].search([("state", "=", "refused")])
        self.assertEqual({row.offer_id.article: row.answer_code for row in rows}, reasons)
        for row in rows:
            self.assertIn("examining" if row.answer_code == NOT_READY else UNHEARD_OF, row.answer)

    def _check_nothing_is_tried_again(self):
        self.assertFalse(self._find_open_push())
        before = self._count_requests(WRITE)
        # Somebody asks for a push, and everything is computed anew: what was refused stays refused.
        self.env["marketplace.stock.engine"]._compute_account(self.account)
        self._enqueue("stock_push")
        self._trigger_now()
        self.assertEqual(self._count_requests(WRITE), before)

    def _check_the_button_sends(self, refused):
        before = self._count_requests(WRITE)
        self._set_options(stock_refusals=dict.fromkeys(refused[2000:], UNHEARD_OF))
        self._forget_limits()
        self._hurry()
        self.env["marketplace.stock"].search([("state", "=", "refused")]).action_send_again()
        self._trigger("stock")
        sent = Counter(article for _at, numbers in self._get_sent()[before:] for article, _place in numbers)
        self.assertEqual(sent, dict.fromkeys(refused, 1))
        self.assertEqual(self._count_states(), {("sent", False): 9000, ("refused", UNHEARD_OF): 1000})

    # --- the limit of requests --------------------------------------------------------------------------------------
    def test_the_limit_is_met_in_the_middle(self):
        """What was answered is kept, the rest goes when the marketplace allows it, and nothing goes twice."""
        self._list_many(290)
        self._set_options(limits=True)
        self._fault(WRITE, "rate_limit", times=None, after=1, retry_after=30)
        self._trigger("stock")
        self.assertEqual(self._count_states(), {("sent", False): 100, ("waiting", False): 200})
        self.assertFalse(self.env["marketplace.stock"].search([("claimed_until", "!=", False)]), "free to be sent")
        job = self._find_open_push()
        self.assertEqual((job.state, job.error_kind), ("pending", "retry"))
        wait = job.eta - fields.Datetime.now()
        self.assertGreater(wait, timedelta(seconds=20), "as long as the marketplace asked for")
        self._heal()
        before = self._count_requests(WRITE)
        self._trigger("stock")
        self.assertEqual(self._count_requests(WRITE), before, "not before")
        job.eta = fields.Datetime.now()
        self._forget_limits()
        self._trigger("stock")
        self.assertEqual(self._count_states(), {("sent", False): 300})
        self.assertEqual((job.state, job.error), ("done", False))
        accepted = self._get_sent(status=200)
        self.assertEqual([len(numbers) for _at, numbers in accepted], [100, 100, 100])
        self.assertEqual(len({pair for _at, numbers in accepted for pair in numbers}), 300, "each pair once")

    def test_what_changes_after_the_limit_waits_for_its_half_minute(self):
        """A number that went out before the limit was met changes: it does not ride with the rest."""
        self._list_many(190)
        self._set_options(limits=True)
        self._fault(WRITE, "rate_limit", times=None, after=1, retry_after=30)
        self._trigger("stock")
        self._heal()
        row = self.env["marketplace.stock"].search([("state", "=", "sent"), ("product_id", "!=", self.product.id)])[:1]
        self._move(row.product_id, -400)
        self._absorb()
        self.assertEqual((row.state, row.quantity), ("waiting", 600))
        self._find_open_push().eta = fields.Datetime.now()
        self._forget_limits()
        self._trigger("stock")
        self.assertEqual(self._count_states(), {("sent", False): 199, ("waiting", False): 1})
        self.assertEqual(self._get_shown(row.product_id), 1000)
        self.assertGreater(row.not_before, fields.Datetime.now())
        self.assertTrue(self._find_open_push(), "it is remembered")
        self.simulator.control("POST", "clock", {"advance": 31})
        self._trigger_now()
        self.assertEqual((row.state, self._get_shown(row.product_id)), ("sent", 600))
        pairs = Counter(pair for _at, numbers in self._get_sent(status=200) for pair in numbers)
        self.assertEqual(sorted(Counter(pairs.values()).items()), [(1, 199), (2, 1)])
        self.assertFalse(self.env["marketplace.stock"].search([("answer_code", "!=", False)]), "never too early")

    # --- on their way -------------------------------------------------------------------------------------------------
    def test_an_offer_that_goes_while_its_number_is_on_its_way(self):
        """Archived, archived there, its product archived, or deleted: the answer of all others is kept."""
        offers = self.offers.sorted("id")
        archived, archived_there, without, deleted = offers[:4]
        articles = offers.mapped("article")
        pusher = self.env["marketplace.stock.pusher"]
        targets = pusher._claim(self.account, 100)
        answers = self.account._get_adapter().set_stocks([target for _id, target in targets])
        archived.active = False
        archived_there.archived_there = True
        without.product_id.active = False
        deleted.unlink()
        self._absorb()
        pusher._note_answers(targets, answers, 0)
        self._push()
        shown = self._get_all_shown()
        self.assertEqual([shown[article] for article in articles], [0, 1000, 0, 1000] + [1000] * 6)
        rows = {row.offer_id: row.state for row in self.env["marketplace.stock"].search([])}
        self.assertEqual(rows.pop(archived_there), "unmanaged", "what is in the archive there is not touched")
        self.assertEqual(set(rows.values()), {"sent"})
        self.assertEqual(len(rows), 8)

    def test_a_listing_moved_to_other_goods_on_its_way(self):
        """The answer is about the number of the goods before."""
        self._move(self.products[1], -993)
        self._absorb()
        offer = self.offers.filtered(lambda offer: offer.product_id == self.product)
        pusher = self.env["marketplace.stock.pusher"]
        targets = pusher._claim(self.account, 100)
        answers = self.account._get_adapter().set_stocks([target for _id, target in targets])
        offer.product_id = self.products[1]
        self._absorb()
        pusher._note_answers(targets, answers, 0)
        row = self.env["marketplace.stock"].search([("offer_id", "=", offer.id)])
        self.assertEqual((row.state, row.quantity, row.sent_quantity), ("waiting", 7, 1000))
        self._push()
        self.assertEqual((row.state, self._get_all_shown()[offer.article]), ("sent", 7))
