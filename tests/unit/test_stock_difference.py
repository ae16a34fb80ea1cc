from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.services.stock_difference import Held, Shown, find_cause, find_fbo_cause


@tagged("post_install", "-at_install")
class TestStockDifference(BaseCase):
    """Every difference has a name."""

    def test_causes(self):
        for shown, cause in (
            (Shown(7, "sent", 7, 2), ""),
            (Shown(0, "sent", None, 0), ""),
            (Shown(7, "waiting", 7, 0), ""),
            (Shown(7, "waiting", 9, 0), "waiting"),
            (Shown(7, "refused", 9, 0), "refused"),
            (Shown(7, "preview", 9, 0), "unmanaged"),
            (Shown(7, "unmanaged", 9, 0), "unmanaged"),
            (Shown(7, "sent", None, 0), "unlisted"),
            (Shown(7, "sent", 5, 2), "sold"),
            (Shown(7, "sent", 5, 1), "changed"),
            (Shown(7, "sent", 9, 5), "changed"),
            (Shown(0, "unmanaged", 3, 0, linked=False), "unmatched"),
            (Shown(0, "waiting", 3, 0, linked=False), "waiting"),
        ):
            with self.subTest(shown):
                self.assertEqual(find_cause(shown), cause)

    def test_causes_of_what_lies_with_the_marketplace(self):
        pieces = Decimal
        for held, cause in (
            (Held(pieces(7), 7), ""),
            (Held(pieces(0), None), ""),
            (Held(pieces("7.5"), 7), "counted"),
            (Held(pieces(7), 9, linked=False), "unmatched"),
            (Held(pieces(7), 5, leaving=pieces(2)), "undelivered"),
            (Held(pieces(7), 5, leaving=pieces(1)), "counted"),
            (Held(pieces(7), 5, leaving=pieces(1), supplied=pieces(1)), "supplied"),
            (Held(pieces(7), None, supplied=pieces(7)), "supplied"),
            (Held(pieces(7), 9, leaving=pieces(5), supplied=pieces(5)), "counted"),
            (Held(pieces(7), 5, kit=True), "kit"),
            (Held(pieces(7), None), "unlisted"),
            (Held(pieces(-2), 0), "counted"),
        ):
            with self.subTest(held):
                self.assertEqual(find_fbo_cause(held), cause)
