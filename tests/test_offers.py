from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_line, make_order
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestOffers(OrdersCase):
    """Listings find their products; postings that waited go on by themselves."""

    def _load(self, *offers):
        return self.env["marketplace.offer.importer"]._store(self.account, list(offers))

    def _make_dto(self, article, **values):
        return dto.Offer(**{"article": article, "external_id": f"id-{article}", "name": article, **values})

    def _make_product(self, **values):
        return self.env["product.product"].create(
            {"name": "Новый", "is_storable": True, "taxes_id": self.taxes[22].ids, **values}
        )

    # --- waiting postings ---------------------------------------------------------------------------------------
    def test_one_link_by_hand_replays_every_waiting_posting(self):
        orders = self._import(
            *(make_order([make_line("N-1", 1, "5.00"), make_line(self.offers[0], 1, "1.00")]) for _number in range(3)),
            make_order([make_line("N-1", 1, "5.00"), make_line("N-2", 1, "5.00")]),
        )
        self.assertEqual(set(orders.mapped("state")), {"mapping"})
        offer = orders.line_ids.offer_id.filtered(lambda item: item.article == "N-1")
        self.assertEqual((len(offer), offer.waiting_order_count), (1, 4))
        self.assertIn(offer, self.env["marketplace.offer"].search([("waiting_order_count", ">", 0)]))
        offer.product_id = self._make_product()
        self.assertEqual(offer.linked_by, "hand")
        self.assertEqual(len(self._find_jobs("order_process")), 1)
        self._go_on(orders)
        self.assertEqual(orders.mapped("state"), ["done", "done", "done", "mapping"])
        self.assertIn("N-2", orders[3].problem)
        self.assertNotIn("N-1", orders[3].problem)

    def test_offers_that_come_later_by_sku_replay(self):
        """A posting may name only the SKU; the list of offers brings article and barcode."""
        product = self._make_product(default_code="L-1")
        order = self._import(make_order([make_line("555001", 2, "5.00", article="")]))
        self.assertEqual((order.state, order.line_ids.offer_id.article), ("mapping", "555001"))
        offer = self._load(self._make_dto("L-1", sku="555001"))
        self.assertEqual((offer.product_id, offer.linked_by), (product, "article"))
        self.assertEqual(order.line_ids.offer_id, offer)
        self._go_on(order)
        self.assertEqual((order.state, order.sale_order_id.order_line.product_id), ("done", product))

    def test_offer_of_a_posting_is_completed_by_the_list(self):
        """The posting made the listing; the cabinet's list knows its barcode, and that finds the product."""
        product = self._make_product(barcode="4690000000017")
        order = self._import(make_order([make_line("L-2", 1, "5.00")]))
        offer = order.line_ids.offer_id
        self.assertEqual(self._load(self._make_dto("L-2", sku="L-2", barcodes=("OZN1", "4690000000017"))), offer)
        self.assertEqual((offer.product_id, offer.linked_by), (product, "barcode"))
        self._go_on(order)
        self.assertEqual(order.state, "done")

    def test_suggestion_is_taken_with_one_click(self):
        product = self._make_product(name="Чайник синий")
        order = self._import(make_order([make_line("L-3", 1, "5.00", name="чайник синий")]))
        offer = order.line_ids.offer_id
        self.assertEqual((offer.product_id.id, offer.suggested_product_id), (False, product))
        offer.action_link_suggestion()
        self._go_on(order)
        self.assertEqual((order.state, offer.linked_by), ("done", "hand"))

    def test_without_a_suggestion_the_click_says_so(self):
        offer = self._load(self._make_dto("L-4"))
        with self.assertRaisesRegex(UserError, "L-4"):
            offer.action_link_suggestion()

    # --- matching -----------------------------------------------------------------------------------------------
    def test_match_by_article_then_barcode_never_by_name(self):
        by_article = self._make_product(default_code="M-1", barcode="4690000000024")
        by_barcode = self._make_product(default_code="x", barcode="4690000000031")
        self._make_product(name="M-3", default_code="y")
        first, second, third = self._load(
            self._make_dto(" M-1 ", barcodes=("4690000000031",)),
            self._make_dto("M-2", barcodes=("4690000000031",)),
            self._make_dto("M-3"),
        )
        self.assertEqual((first.product_id, first.linked_by), (by_article, "article"))
        self.assertEqual((second.product_id, second.linked_by), (by_barcode, "barcode"))
        self.assertEqual((third.state, bool(third.problem)), ("unlinked", True))

    def test_doubtful_matches_are_left_to_a_person(self):
        self._make_product(default_code="D-1")
        self._make_product(default_code="D-1")
        self._make_product(barcode="4690000000048")
        self._make_product(barcode="4690000000055")
        twice, two_codes = self._load(
            self._make_dto("D-1"), self._make_dto("D-2", barcodes=("4690000000048", "4690000000055"))
        )
        self.assertEqual((twice.state, two_codes.state), ("unlinked", "unlinked"))
        self.assertIn("2 products", twice.problem)
        self.assertIn("2 different products", two_codes.problem)

    def test_products_without_a_company_are_shared(self):
        self.assertFalse(self.products[0].company_id)
        offer = self._load(self._make_dto("S-1", barcodes=(self.products[0].barcode,)))
        self.assertEqual(offer.product_id, self.products[0])

    def test_products_of_another_company_are_never_linked(self):
        other = self.env["res.company"].create({"name": "Другая"})
        product = self._make_product(default_code="O-1", company_id=other.id)
        offer = self._load(self._make_dto("O-1"))
        self.assertFalse(offer.product_id)
        with self.assertRaises(UserError):
            offer.product_id = product

    def test_a_link_by_hand_is_never_changed_by_the_list(self):
        self._make_product(default_code="H-1")
        offer = self._load(self._make_dto("H-1"))
        offer.product_id = self.products[5]
        self._load(self._make_dto("H-1", name="Новое имя"))
        self.assertEqual((offer.product_id, offer.linked_by, offer.name), (self.products[5], "hand", "Новое имя"))

    def test_one_product_may_have_several_listings(self):
        first, second = self._load(
            self._make_dto("A-1", barcodes=(self.products[0].barcode,)),
            self._make_dto("A-2", barcodes=(self.products[0].barcode,)),
        )
        self.assertEqual(first.product_id, second.product_id)

    def test_ignored_listings_are_left_alone(self):
        offer = self._load(self._make_dto("I-1"))
        offer.action_ignore()
        self._make_product(default_code="I-1")
        self._load(self._make_dto("I-1"))
        self.assertEqual((offer.state, offer.product_id.id), ("ignored", False))
        offer.action_stop_ignoring()
        offer.action_match()
        self.assertEqual(offer.state, "linked")

    # --- the list itself ----------------------------------------------------------------------------------------
    def test_same_article_again_is_the_same_listing(self):
        first = self._load(self._make_dto("R-1", sku="1"))
        again = self._load(self._make_dto("R-1", sku="2", archived=True))
        self.assertEqual(first, again)
        self.assertEqual((again.sku, again.archived_there), ("2", True))

    def test_archived_listing_in_odoo_is_not_made_twice(self):
        offer = self._load(self._make_dto("R-2"))
        offer.active = False
        self.assertEqual(self._load(self._make_dto("R-2", sku="3")), offer)

    def test_article_is_unique_per_cabinet(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self._make_offers(self.products[0])
        self.assertIn("_article_uniq", str(caught.exception))
