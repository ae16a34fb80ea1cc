from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .prices_case import PricesCase


@tagged("post_install", "-at_install")
class TestPrices(PricesCase):
    """Prices are computed, guarded and approved."""

    # --- settings -----------------------------------------------------------------------------------------------
    def test_settings_that_would_send_nothing(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        foreign = self._make_pricelist(10, euro)
        self.offers.currency_id = self.env.ref("base.RUB")
        for vals, reason in (
            ({"price_pricelist_id": False}, "Choose the pricelist"),
            ({"price_pricelist_id": foreign.id}, "in EUR, the cabinet's prices are in RUB"),
            ({"price_old_pricelist_id": foreign.id}, "in EUR"),
            ({"price_min_pricelist_id": foreign.id}, "in EUR"),
            ({"price_discount": 100}, "less than 100"),
            ({"price_discount": -1}, "at least 0"),
            ({"price_jump": -1}, "negative"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, reason), self.env.cr.savepoint():
                self.account.write(vals)

    def test_the_cabinets_currency_is_that_of_its_offers(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.offers.currency_id = euro
        self.env.invalidate_all()
        self.assertEqual(self.account.price_currency_id, euro)
        self._compute()
        self.assertEqual(set(self._rows().mapped("state")), {"blocked"})
        self.assertIn("currency of the cabinet", self.row.reason)
        self.account.price_pricelist_id = self._make_pricelist(1000, euro)
        self.products.standard_price = 1
        self._compute()
        self.assertEqual((self.row.state, self.row.currency_id), ("waiting", euro))

    def test_whatever_prices_come_from_is_noticed(self):
        """On change: the account computes and sends by itself, once for many changes; otherwise it waits its turn."""
        self._push()
        self.account._get_schedule("prices").kind = "hours"
        self._set_price(self.pricelist, 1010)
        self.env.cr.flush()
        self.assertFalse(self._find_jobs("price_compute").filtered(lambda job: job.state == "pending"))
        self.account._get_schedule("prices").kind = "change"
        changes = {
            "pricelist": lambda: self._set_price(self.pricelist, 1020),
            "cost": lambda: self.products[0].write({"standard_price": 510}),
            "list price": lambda: self.products[0].product_tmpl_id.write({"list_price": 77}),
            "taxes": lambda: self.products[0].write({"taxes_id": [Command.set(self.taxes[10].ids)]}),
            "link": lambda: self.offers[3].write({"product_id": self.products[4].id}),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self._find_jobs("price_compute").unlink()
                change()
                self.env.cr.flush()
                self.assertEqual(self._find_jobs("price_compute").mapped("state"), ["pending"])
        self._run_jobs("stock", rounds=4)
        self.assertEqual(Decimal(self._get_there()["T-001"]["price"]), 1020)

    def test_new_jumps_are_told_once(self):
        self._push()
        self._set_price(self.pricelist, 1400)
        self._push()
        self._push()
        told = self.env["marketplace.notification"].search([("event", "=", "price_approval")])
        self.assertEqual(len(told), 1)
        self.assertIn("10 new", told.text)

    def test_changed_settings_are_computed_in_the_background(self):
        self.env["marketplace.job"].search([]).unlink()
        self.account.price_discount = 5
        self.assertEqual(self.env["marketplace.job"].search([]).operation, "price_compute")

    def test_schedules_rest_until_prices_are_sent(self):
        self.env["marketplace.job"].search([]).unlink()
        schedules = self.account._get_schedule("prices") + self.account._get_schedule("prices_check")
        self.assertEqual((len(schedules), set(schedules.mapped("active"))), (2, {True}))
        schedules[0]._enqueue_due()
        self.assertEqual(self.env["marketplace.job"].search([]).operation, "price_push")
        self.account.price_active = False
        self.env["marketplace.job"].search([]).unlink()
        schedules[0]._enqueue_due()
        self.assertFalse(self.env["marketplace.job"].search([]))
        schedules[1]._enqueue_due()
        self.assertEqual(self.env["marketplace.job"].search([]).operation, "price_check")

    # --- computing ----------------------------------------------------------------------------------------------
    def test_one_row_per_linked_offer(self):
        self.assertEqual(self._rows().offer_id, self.offers)
        self.offers[0].product_id = False
        self.offers[1].ignored = True
        self.offers[2].active = False
        self._compute()
        self.assertEqual(self._rows().offer_id, self.offers[3:])

    def test_price_old_minimum_vat_and_discount(self):
        self.account.write(
            {
                "price_old_pricelist_id": self._make_pricelist(1500).id,
                "price_min_pricelist_id": self._make_pricelist(850).id,
                "price_discount": 7,
                "price_send_vat": True,
            }
        )
        self._push()
        there = self._get_there()["T-001"]
        told = [there[name] for name in ("shown_price", "old_price", "min_price", "vat")]
        self.assertEqual([Decimal(number) for number in told], [930, 1500, 850, Decimal("0.22")])
        self.assertEqual(self._get_told()[0][0]["currency_code"], "RUB")

    def test_what_is_not_set_stays_as_it_is_there(self):
        self._push()
        told = self._get_told()[0][0]
        self.assertEqual((told["old_price"], told.keys() & {"min_price", "vat"}), ("0", set()))

    def test_a_discount_shows_the_price_before_it(self):
        self.account.price_discount = 10
        self._compute()
        self.assertEqual((self.row.price, self.row.old_price), (900, 1000))

    def test_taxes_on_top_are_added(self):
        self.products[0].taxes_id = self._make_tax(20, price_include=False)
        self._compute()
        self.assertEqual((self.row.price, self.row.vat_rate), (1200, 0.2))

    def test_a_listing_sold_by_the_pack(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.offers[0].uom_id = dozen
        self._compute()
        price = self.pricelist._get_product_price(self.products[0], 1, uom=dozen)
        self.assertEqual((self.row.price, self._rows()[1].price), (price, 1000))
        # The floor is that of twelve pieces.
        self.assertGreater(self.row.floor_price, 6000)

    def test_unchanged_prices_write_nothing(self):
        self._push()
        self._compute()
        before = self._rows().mapped("write_date")
        self.assertEqual(set(self._rows().mapped("state")), {"sent"})
        self._compute()
        self.assertEqual(self._rows().mapped("write_date"), before)

    def test_twice_as_many_offers_take_the_same_queries(self):
        counts = []
        for _size in (100, 200):
            products = self.products.create(
                [
                    {
                        "name": f"Ещё {number}",
                        "default_code": f"Q-{len(counts)}-{number}",
                        "standard_price": 500,
                        "taxes_id": [Command.set(self.taxes[22].ids)],
                    }
                    for number in range(100 - 10 * (not counts))
                ]
            )
            self._make_offers(products)
            self._compute()
            self.env.flush_all()
            self._set_price(self.pricelist, 1001 + len(counts))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["marketplace.price.engine"]._compute_account(self.account)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self._rows()), 200)
        self.assertLess(counts[1] - counts[0], 10, counts)

    # --- the guard ----------------------------------------------------------------------------------------------
    def test_never_below_cost_commission_and_vat(self):
        self._set_price(self.pricelist, 700)
        self._compute()
        self.assertEqual(self.row.state, "blocked")
        self.assertIn("does not pay for cost", self.row.reason)
        self.assertLess(self.row.margin, 0)
        # 550 ÷ (1 − 11.5 % − 22/122)
        self.assertEqual(self.row.floor_price, 780.51)
        self._push()
        # 550 ÷ (1 − 11.5 % − 10/110) is less than 700: the products of the lower rate go.
        told = {row["offer_id"] for row in self._get_told()[0]}
        self.assertEqual(told, {"T-002", "T-004", "T-006", "T-008", "T-010"})
        self.account.price_guard = False
        self._compute()
        self.assertEqual(self.row.state, "waiting")

    def test_obstacles(self):
        minimum = self._make_pricelist(1100)
        for name, prepare, reason in (
            ("no cost", lambda: self.products[0].write({"standard_price": 0}), "has no cost"),
            ("price 0", lambda: self._set_price(self.pricelist, 0), "no price above 0"),
            ("minimum", lambda: self.account.write({"price_min_pricelist_id": minimum.id}), "below the minimum"),
            ("archived", lambda: self.products[0].write({"active": False}), "product is archived"),
            ("archived there", lambda: self.offers[0].write({"archived_there": True}), "archived in the cabinet"),
        ):
            with self.subTest(name):
                savepoint = self.env.cr.savepoint()
                prepare()
                self._compute()
                self.assertEqual(self.row.state, "blocked")
                self.assertIn(reason, self.row.reason)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_an_unknown_commission_is_read_first(self):
        self._rows().checked_at = False
        self.env["marketplace.job"].search([]).unlink()
        job = self.env["marketplace.job"]._enqueue("price_compute", self.account)
        self.env["marketplace.price.engine"]._run_compute(job, None, None)
        self.assertEqual(self.row.state, "blocked")
        self.assertIn("commission is not known", self.row.reason)
        self.assertIn("price_check", self.env["marketplace.job"].search([]).mapped("operation"))
        # An offer that the cabinet has no price of has been asked for, too.
        self.offers[0].article = "GONE"
        self._run_jobs("stock", rounds=4)
        self.assertEqual((self.row.state, self.row.price_there), ("waiting", 0))
        self.assertEqual((self._rows()[1].state, self._rows()[1].price_there), ("waiting", 1000))

    # --- approval -----------------------------------------------------------------------------------------------
    def test_a_jump_waits_for_a_person(self):
        self._push()
        self._set_price(self.pricelist, 1301)
        self._compute()
        self.assertEqual(set(self._rows().mapped("state")), {"approval"})
        self.assertIn("30.1 %", self.row.reason)
        self.assertEqual(self.account.price_problem_count, 10)
        self._push()
        self.assertEqual(len(self._get_told()), 1)
        (self._rows()[0] + self._rows()[1]).action_approve()
        self._rows()[2].action_decline()
        self._push()
        self.assertEqual([row["price"] for row in self._get_told()[1]], ["1301.00"] * 2)
        self.assertEqual(self._rows()[:3].mapped("state"), ["sent", "sent", "draft"])
        self.assertIn("decided not to send", self._rows()[2].reason)
        self._set_price(self.pricelist, 1290)
        self._compute()
        self.assertEqual(set(self._rows().mapped("state")), {"waiting"})

    def test_an_approval_is_for_one_price_only(self):
        self._push()
        self._set_price(self.pricelist, 2000)
        self._compute()
        self.row.action_approve()
        self._set_price(self.pricelist, 3000)
        self._compute()
        self.assertEqual(self.row.state, "approval")
        with self.assertRaisesRegex(UserError, "cannot be sent"):
            self.row.action_send_again()

    def test_the_first_price_is_measured_by_the_cabinets(self):
        self._change_there(self.products[0], price="400")
        self._check()
        self.assertEqual((self.row.state, self._rows()[1].state), ("approval", "waiting"))
        with self.assertRaisesRegex(UserError, "waits for approval"):
            self._rows()[1].action_approve()

    def test_explanation(self):
        self.account.price_discount = 10
        self._compute()
        for words in ("Прайс 1000", "Common discount 10 %", "VAT 22 %", "Margin", "Lowest price"):
            self.assertIn(words, self.row.explanation)
