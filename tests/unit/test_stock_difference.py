from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.services.stock_difference import Shown, find_cause


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
        ):
            with self.subTest(shown):
                self.assertEqual(find_cause(shown), cause)
