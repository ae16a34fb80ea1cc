from urllib.parse import quote

from odoo import Command
from odoo.tests import new_test_user, tagged

from .shipping_case import HttpShippingCase
from .test_marking_flow import MarkingCase


@tagged("post_install", "-at_install")
class TestMarkingTour(MarkingCase, HttpShippingCase):
    def test_a_packer_scans(self):
        order = self._receive((self.products[0], 2))
        packer = new_test_user(
            self.env,
            "mp_packer",
            "sale_marketplace.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        codes = [self._code(self.products[0], serial) for serial in (1, 2)]
        self.start_tour(
            f"/odoo/action-stock.action_picking_tree_all/{order.picking_ids.id}",
            "marketplace_packer_scans",
            login=packer.login,
            cookies={"codes": "|".join(quote(code, safe="") for code in codes)},
        )
        self.assertEqual(sorted(order.exemplar_ids.mapped("mark")), sorted(codes))
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(sorted(self._marks_there(order)), sorted(codes))
