from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .shipping_case import ShippingCase

GS = "\x1d"
SET = "/v6/fbs/posting/product/exemplar/set"
SHIP = "/v4/posting/fbs/ship"


class MarkingCase(ShippingCase):
    """The first two products need a marking code."""

    def setUp(self):
        super().setUp()
        self._set(exemplar_delay=0)
        self.simulator.control(
            "POST",
            "ozon/products",
            {"products": [{"offer_id": item.default_code, "mandatory_mark": True} for item in self.products[:2]]},
        )

    def _code(self, product, serial):
        return f"01{product.barcode.zfill(14)}21{serial:0>13}{GS}91EE10{GS}92{'q' * 44}"

    def _scan(self, order, *texts):
        for text in texts:
            answer = order.scan_marking(text)
            self.assertNotIn("error", answer)
        return answer

    def _marks_there(self, order):
        units = [unit for units in self._there(order)["exemplars"].values() for unit in units]
        return [mark["mark"] for unit in units for mark in unit["marks"]]


@tagged("post_install", "-at_install")
class TestMarkingFlow(MarkingCase):
    """From the scanner to the marketplace, which checks the codes before it takes the posting as assembled."""

    def test_codes_arrive_with_their_separators(self):
        order = self._receive((self.products[0], 2), (self.products[1], 1), (self.products[2], 1))
        self.assertEqual(order.marking_state, "needed")
        self.assertEqual(len(order.exemplar_ids), 3)
        codes = [self._code(self.products[0], 1), self._code(self.products[0], 2), self._code(self.products[1], 3)]
        # The other product first: each code finds its own.
        answer = self._scan(order, codes[2], codes[0].replace(GS, "<GS>"), "]d2" + codes[1] + "\r")
        self.assertEqual((answer["done"], answer["count"]), (3, 3))
        self.assertEqual(order.marking_state, "filled")
        order.action_ship()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.marking_state), ("shipped", "ready"))
        self.assertEqual(sorted(self._marks_there(order)), sorted(codes))
        self.assertEqual(self._count_requests(SET), 1)
        self.assertTrue(all(order.exemplar_ids.mapped("external_id")))

    def test_a_missing_code_stops_assembling(self):
        order = self._receive((self.products[0], 2))
        self._scan(order, self._code(self.products[0], 1))
        with self.assertRaisesRegex(UserError, "1 of 2 marking codes are missing"):
            order.action_ship()
        self.assertEqual(order.picking_ids.state, "assigned")
        self._run_jobs()
        self.assertEqual(self._count_requests(SHIP), 0)

    def test_one_without_codes_does_not_stop_a_selection(self):
        orders = self._receive_many([[(self.products[0], 1)], [(self.products[2], 1)], [(self.products[1], 1)]])
        self._scan(orders[2], self._code(self.products[1], 1))
        orders.action_ship()
        self._run_jobs()
        self.assertEqual(orders.mapped("ship_state"), ["none", "shipped", "shipped"])

    def test_validated_by_hand_without_codes(self):
        order = self._receive((self.products[0], 1))
        order.picking_ids.button_validate()
        self._run_jobs()
        self.assertEqual(order.ship_state, "failed")
        self.assertIn("1 of 1 marking codes are missing", order.ship_problem)
        self._scan(order, self._code(self.products[0], 1))
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")

    def test_refused_and_corrected(self):
        """A code that the marketplace's check dislikes; then the full set goes once more."""
        order = self._receive((self.products[0], 2))
        good = self._code(self.products[0], 2)
        short = f"01{self.products[0].barcode.zfill(14)}21abcdef{GS}93AbCd"
        self._scan(order, short, good)
        order.action_ship()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.marking_state), ("failed", "refused"))
        self.assertIn("unit 1", order.ship_problem)
        self.assertEqual(order.exemplar_ids.mapped("state"), ["refused", "filled"])
        self.assertEqual(self._count_requests(SHIP), 0)
        order.write_marking(order.exemplar_ids[0].id, {"mark": False})
        third = self._code(self.products[0], 3)
        self._scan(order, third)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(sorted(self._marks_there(order)), sorted([good, third]))

    def test_slow_check_is_waited_for(self):
        self._set(exemplar_delay=20)
        order = self._receive((self.products[0], 1))
        self._scan(order, self._code(self.products[0], 1))
        order.action_ship()
        self._run_jobs(rounds=2)
        self.assertEqual((order.ship_state, order.marking_state), ("sending", "checking"))
        self.assertIn("being assembled", order.scan_marking(self._code(self.products[0], 9))["error"])
        self.simulator.control("POST", "clock", {"advance": 30})
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped")
        self.assertEqual(self._count_requests(SET), 1)

    def test_never_twice_and_free_again(self):
        first, second = self._receive_many([[(self.products[0], 2)], [(self.products[0], 1)]])
        code = self._code(self.products[0], 1)
        self._scan(first, code)
        self.assertIn("scanned already", first.scan_marking(code)["error"])
        self.assertIn(first.number, second.scan_marking(code)["error"])
        line = first.line_ids
        self._scan(first, self._code(self.products[0], 2))
        self.env["marketplace.exemplar"]._release(first, {line: 2})
        self._scan(second, code)
        self.assertEqual(second.exemplar_ids.mark, code)

    def test_what_is_scanned_by_mistake(self):
        order = self._receive((self.products[0], 1))
        for text, words in (
            (self.products[0].barcode, "product's barcode"),
            (self._code(self.products[1], 1), "another product"),
            (self._code(self.products[0], 1).replace(GS, ""), "separators"),
            (f"01046000000000012112345абвABC{GS}91EE10{GS}92qqq", "Cyrillic"),
            ("hello", "not a marking code"),
        ):
            with self.subTest(text=text):
                self.assertIn(words, order.scan_marking(text)["error"])
        self.assertFalse(order.exemplar_ids.mark)

    def test_no_declaration_is_said_and_never_assumed(self):
        sku = str(self.offers_there()[self.products[2].default_code])
        asked = {"requirements": {"products_requiring_gtd": [sku]}}
        order = self._receive((self.products[2], 1), overrides=asked)
        unit = order.exemplar_ids
        with self.assertRaisesRegex(UserError, "customs declaration"):
            order.action_ship()
        self.assertNotIn("error", order.write_marking(unit.id, {"gtd": "10702020/010126/0000001"}))
        self.assertNotIn("error", order.write_marking(unit.id, {"gtd_absent": True}))
        self.assertFalse(unit.gtd, "The tick takes the place of the number")
        self.assertEqual(order.marking_state, "filled")

    def offers_there(self):
        rows = self.simulator.control("GET", "ozon/products")["products"]
        return {row["offer_id"]: row["sku"] for row in rows}

    def test_a_part_leaves_with_its_codes(self):
        order = self._receive((self.products[0], 3))
        codes = [self._code(self.products[0], serial) for serial in (1, 2, 3)]
        self._scan(order, codes[0], codes[1])
        delivery = order.picking_ids
        delivery.move_ids.write({"quantity": 2, "picked": True})
        order.action_ship()
        self._run_jobs()
        self.assertEqual(len(order.exemplar_ids.filtered("part_number")), 2)
        child = order.child_ids
        self.assertEqual(sorted(self._marks_there(child)), sorted(codes[:2]))
        self.assertEqual(self._marks_there(order), [])

    def test_rights_and_companies(self):
        order = self._receive((self.products[0], 1))
        reader = new_test_user(
            self.env,
            "mp_reader",
            "sale_marketplace.group_accountant",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            order.with_user(reader).scan_marking(self._code(self.products[0], 1))
        other = self.env["res.company"].create({"name": "Другая"})
        stranger = new_test_user(
            self.env,
            "mp_stranger",
            "sale_marketplace.group_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        theirs = order.with_user(stranger).with_context(allowed_company_ids=other.ids)
        theirs.invalidate_recordset()
        with self.assertRaises(AccessError):
            theirs.read_marking()
        self.assertFalse(theirs.env["marketplace.exemplar"].search([]))

    def test_changed_after_shipping(self):
        order = self._receive((self.products[0], 2))
        codes = [self._code(self.products[0], serial) for serial in (1, 2, 3)]
        self._scan(order, codes[0], codes[1])
        order.action_ship()
        self._run_jobs()
        self.assertTrue(order.can_change_codes)
        order.write_marking(order.exemplar_ids[0].id, {"mark": False})
        with self.assertRaisesRegex(UserError, "1 of 2 marking codes are missing"):
            order.action_send_changed_codes()
        self._scan(order, codes[2])
        order.action_send_changed_codes()
        self._run_jobs()
        self.assertEqual((order.ship_state, order.marking_state), ("shipped", "ready"))
        self.assertEqual(sorted(self._marks_there(order)), sorted(codes[1:]))
        self.assertEqual(self._count_requests("/v1/fbs/posting/product/exemplar/update"), 1)

    def test_country_declaration_and_batch_number(self):
        """What a company that buys needs: told with the country first, then checked with the codes."""
        self.products[2].country_of_origin = self.env.ref("base.cn")
        line = {"offer_id": self.products[2].default_code, "quantity": 1, "requirements": ["country", "gtd", "rnpt"]}
        posting = {"lines": [line], "is_legal": True}
        number = self.simulator.control("POST", "ozon/postings", {"postings": [posting]})["numbers"][0]
        self._poll()
        order = self._find(number)
        self.assertEqual(order.line_ids.country_id, self.env.ref("base.cn"))
        unit = order.exemplar_ids
        order.write_marking(unit.id, {"gtd_absent": True})
        with self.assertRaisesRegex(UserError, "RNPT"):
            order.action_ship()
        order.write_marking(unit.id, {"rnpt": "10702020/010126/0000001/1"})
        order.write_marking_country(order.line_ids.id, self.env.ref("base.tr").id)
        order.action_ship()
        self._run_jobs()
        self.assertEqual(order.ship_state, "shipped", order.ship_problem)
        there = next(iter(self._there(order)["exemplars"].values()))[0]
        self.assertEqual((there["is_gtd_absent"], there["rnpt"]), (True, "10702020/010126/0000001/1"))
        self.assertEqual(self._count_requests("/v2/posting/fbs/product/country/set"), 1)
