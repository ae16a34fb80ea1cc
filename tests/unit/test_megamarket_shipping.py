"""Confirming, packing into boxes, labels: what is sent for which lots, and when nothing is sent at all."""

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import errors

from .adapter_support import PDF, FakeAnswer
from .megamarket_support import (
    DELIVERY,
    MARK,
    answer,
    done,
    make_adapter,
    make_lot,
    make_shipment,
    make_standard,
    package,
    piece,
    read_fixture,
    refused,
)

NUMBER = "946032218"


class ShippingCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.prepare()

    def prepare(self, *answers):
        self.adapter, self.session, self.exchanges, self.clock = make_adapter(*answers)

    def assert_nothing_sent(self, error, *shipments, act):
        self.prepare(*(answer(shipment) for shipment in shipments))
        with self.assertRaises(error) as caught:
            act(self.adapter)
        self.assertIs(type(caught.exception), error)
        self.assertEqual(self.session.methods, ["order/get"])
        return caught.exception


class TestMegamarketConfirm(ShippingCase):
    def test_all_that_waits(self):
        lots = [
            make_lot(1),
            make_lot(2, "CONFIRMED"),
            make_lot(3, "MERCHANT_CANCELED"),
            make_lot(4, offer="B-2"),
        ]
        self.prepare(answer(make_standard(*lots)), done())
        self.assertIsNone(self.adapter.confirm_order(NUMBER))
        self.assertEqual(self.session.methods, ["order/get", "order/confirm"])
        self.assertEqual(
            self.session.told[1],
            {
                "shipments": [
                    {
                        "shipmentId": NUMBER,
                        "orderCode": NUMBER,
                        "items": [{"itemIndex": "1", "offerId": "A-1"}, {"itemIndex": "4", "offerId": "B-2"}],
                    }
                ]
            },
        )

    def test_nothing_is_sent(self):
        for word, error in (
            ("PENDING", errors.NotReady),
            ("", errors.NotReady),
            ("PENDING_CONFIRMATION", errors.NotReady),
            ("CONFIRMED", errors.AlreadyDone),
            ("PACKED", errors.AlreadyDone),
            ("DELIVERED", errors.AlreadyDone),
            ("CUSTOMER_CANCELED", errors.Rejected),
        ):
            with self.subTest(word=word):
                self.assert_nothing_sent(
                    error, make_standard(make_lot(1, word)), act=lambda adapter: adapter.confirm_order(NUMBER)
                )

    def test_a_rejection_that_runs_is_waited_for(self):
        """Confirming right after rejecting fails until the lot has left its PENDING state."""
        raw = make_standard(make_lot(1), make_lot(2, "PENDING_CONFIRMATION"))
        self.assert_nothing_sent(errors.NotReady, raw, act=lambda adapter: adapter.confirm_order(NUMBER))

    def test_dbs_is_never_confirmed(self):
        raw = make_shipment(make_lot(1))
        self.assert_nothing_sent(errors.NotSupported, raw, act=lambda adapter: adapter.confirm_order(NUMBER))

    def test_unknown_number(self):
        self.prepare(answer())
        with self.assertRaises(errors.NotFound):
            self.adapter.confirm_order(NUMBER)


class TestMegamarketPacking(ShippingCase):
    def ship(self, raw, *packages):
        self.prepare(answer(raw), done())
        result = self.adapter.ship_order(NUMBER, packages)
        self.assertEqual(self.session.methods, ["order/get", "order/packing"])
        (shipment,) = self.session.told[1]["shipments"]
        self.assertEqual((shipment["shipmentId"], shipment["orderCode"]), (NUMBER, NUMBER))
        return result, shipment["items"]

    def test_standard(self):
        lots = [make_lot(index, "CONFIRMED", offer) for index, offer in ((1, "A"), (2, "B"), (3, "A"), (4, "A"))]
        lots.append(make_lot(5, "CUSTOMER_CANCELED", "A"))
        result, items = self.ship(make_standard(*lots), package(("A", 2)), package(("B", 1), ("A", 1)))
        self.assertEqual((result.numbers, result.box_codes), ((NUMBER,), (f"5046*{NUMBER}*1", f"5046*{NUMBER}*2")))
        boxes = {item["itemIndex"]: [box["boxIndex"] for box in item["boxes"]] for item in items}
        self.assertEqual(boxes, {"1": [1], "2": [2], "3": [1], "4": [2]})
        self.assertEqual(
            items[0],
            {"itemIndex": "1", "quantity": 1, "boxes": [{"boxIndex": 1, "boxCode": f"5046*{NUMBER}*1"}]},
        )

    def test_named_pieces(self):
        lots = [make_lot(index, "CONFIRMED", "A") for index in (1, 2, 3)]
        _result, items = self.ship(
            make_standard(*lots), package(("A", 1, piece("3", MARK))), package(("A", 2, piece("1")))
        )
        boxes = {item["itemIndex"]: item["boxes"][0]["boxIndex"] for item in items}
        self.assertEqual(boxes, {"1": 2, "2": 2, "3": 1})
        self.assertEqual(
            {item["itemIndex"]: item.get("digitalMark") for item in items}, {"1": None, "2": None, "3": MARK}
        )

    def test_a_mark_without_a_number_goes_to_the_next_piece(self):
        lots = [make_lot(index, "CONFIRMED", "A") for index in (1, 2)]
        _result, items = self.ship(make_standard(*lots), package(("A", 2, piece("", MARK), piece("", "X" * 40))))
        self.assertEqual([item["digitalMark"] for item in items], [MARK, "X" * 40])

    def test_one_piece_in_several_boxes(self):
        _result, items = self.ship(
            make_standard(make_lot(1, "CONFIRMED", "A")),
            package(("A", 1, piece("1"))),
            package(("A", 1, piece("1"))),
        )
        self.assertEqual([box["boxIndex"] for box in items[0]["boxes"]], [1, 2])

    def test_dbs(self):
        lots = [make_lot(1, offer="A"), make_lot(2, offer="A"), make_lot(3, **DELIVERY)]
        result, items = self.ship(make_shipment(*lots), package(("A", 2)))
        self.assertEqual((result.numbers, result.box_codes), ((NUMBER,), ()))
        self.assertEqual(items, [{"itemIndex": "1", "quantity": 1}, {"itemIndex": "2", "quantity": 1}])

    def test_three_hundred_pieces(self):
        raw = make_standard(*(make_lot(index, "CONFIRMED", "A") for index in range(1, 301)))
        _result, items = self.ship(raw, package(("A", 150)), package(("A", 150)))
        self.assertEqual([item["boxes"][0]["boxIndex"] for item in items], [1] * 150 + [2] * 150)

    def test_the_deadline_has_passed(self):
        self.ship(make_standard(make_lot(1, "PACKING_EXPIRED", "A")), package(("A", 1)))

    def test_what_does_not_fit_is_not_sent(self):
        raw = make_standard(
            make_lot(1, "CONFIRMED", "A"), make_lot(2, "CONFIRMED", "B"), make_lot(3, "CUSTOMER_CANCELED", "A")
        )
        for name, packages, words in (
            ("left", [package(("A", 1))], "B (lot 2)"),
            ("too many", [package(("A", 2), ("B", 1))], "More of A"),
            ("another product", [package(("A", 1), ("B", 1), ("C", 1))], "More of C"),
            ("a cancelled piece", [package(("A", 1, piece("3")), ("B", 1))], "Piece 3"),
            ("a piece of another product", [package(("A", 1, piece("2")), ("B", 1))], "Piece 2"),
            ("more named than packed", [package(("A", 0, piece("1")), ("B", 1))], "More pieces of A"),
            ("nothing", [], "A (lot 1), B (lot 2)"),
            ("an empty box", [package(("A", 1), ("B", 1)), package()], "Box 2 is empty"),
            ("a box of nothing", [package(("A", 0)), package(("A", 1), ("B", 1))], "Box 1 is empty"),
        ):
            with self.subTest(name=name):
                error = self.assert_nothing_sent(
                    errors.Rejected, raw, act=lambda adapter, packages=packages: adapter.ship_order(NUMBER, packages)
                )
                self.assertIn(words, error.message)

    def test_states(self):
        table = (
            (make_standard(make_lot(1, "NEW")), errors.Rejected),
            (make_standard(make_lot(1, "PENDING_CONFIRMATION")), errors.NotReady),
            (make_standard(make_lot(1, "PENDING_PACKING")), errors.NotReady),
            (make_standard(make_lot(1, "PACKED")), errors.AlreadyDone),
            (make_standard(make_lot(1, "SHIPPED")), errors.AlreadyDone),
            (make_standard(make_lot(1, "CUSTOMER_CANCELED")), errors.Rejected),
            (make_shipment(make_lot(1, "")), errors.NotReady),
            (make_shipment(make_lot(1, "PACKED"), make_lot(2, "NEW", **DELIVERY)), errors.AlreadyDone),
            (make_shipment(make_lot(1, "MERCHANT_CANCELED"), make_lot(2, "NEW", **DELIVERY)), errors.Rejected),
        )
        for raw, error in table:
            with self.subTest(raw=raw["status"], scheme=raw["serviceScheme"]):
                self.assert_nothing_sent(
                    error, raw, act=lambda adapter: adapter.ship_order(NUMBER, [package(("A-1", 1))])
                )

    def test_the_marketplace_refuses(self):
        self.prepare(answer(make_standard(make_lot(1, "CONFIRMED", "A"))), read_fixture("refusals")["list"])
        with self.assertRaises(errors.Rejected) as caught:
            self.adapter.ship_order(NUMBER, [package(("A", 1))])
        self.assertEqual(set(caught.exception.item_errors), {"1", "2"})

    def test_parts_are_not_known(self):
        with self.assertRaises(errors.NotSupported):
            self.adapter.ship_part(NUMBER, [])


class TestMegamarketLabel(ShippingCase):
    def setUp(self):
        super().setUp()
        boxes = [{"boxIndex": 1, "boxCode": f"5046*{NUMBER}*1"}]
        self.raw = make_standard(make_lot(1, "PACKED", boxes=boxes), make_lot(2, "CUSTOMER_CANCELED"))

    def test_from_the_request_to_the_file(self):
        self.prepare(answer(self.raw), FakeAnswer(PDF))
        first, second = self.adapter.request_labels([NUMBER, "7"])
        self.assertEqual((first.task_id, first.numbers, second.numbers), (NUMBER, (NUMBER,), ("7",)))
        state = self.adapter.get_label_task(first.task_id)
        self.assertEqual((state.state, state.url), ("done", f"sticker:{NUMBER}"))
        self.assertFalse(self.session.sent)
        self.assertEqual(self.adapter.download_label(state.url), PDF)
        self.assertEqual(self.session.methods, ["order/get", "sticker/print"])
        box = {"boxIndex": 1, "boxCode": f"5046*{NUMBER}*1"}
        self.assertEqual(
            self.session.told[1],
            {
                "printAsPdf": True,
                "shipments": [
                    {
                        "shipmentId": NUMBER,
                        "boxCodes": [box["boxCode"]],
                        "items": [{"itemIndex": "1", "quantity": 1, "boxes": [box]}],
                    }
                ],
            },
        )
        self.assertEqual(self.exchanges[-1].response_body, f"<{len(PDF)} bytes>")

    def test_what_is_no_label(self):
        for told in (read_fixture("sticker_html"), FakeAnswer(b"<!DOCTYPE html><html></html>"), FakeAnswer(b"")):
            self.prepare(answer(self.raw), told)
            with self.assertRaises(errors.PayloadError):
                self.adapter.download_label(f"sticker:{NUMBER}")

    def test_refusals(self):
        for told, kind in (
            (refused("Короб не подходит", boxCode="1"), errors.Rejected),
            (refused("Отправление не найдено"), errors.NotFound),
        ):
            self.prepare(answer(self.raw), told)
            with self.assertRaises(kind):
                self.adapter.download_label(f"sticker:{NUMBER}")

    def test_too_early_and_too_late(self):
        def fetch(adapter):
            return adapter.download_label(f"sticker:{NUMBER}")

        self.assert_nothing_sent(errors.NotReady, make_standard(make_lot(1, "CONFIRMED")), act=fetch)
        self.assert_nothing_sent(errors.NotReady, make_standard(make_lot(1, "PENDING_PACKING")), act=fetch)
        self.assert_nothing_sent(
            errors.Rejected, make_standard(make_lot(1, "CUSTOMER_CANCELED", boxIndex=1)), act=fetch
        )

    def test_other_addresses_are_not_called(self):
        with self.assertRaises(errors.PayloadError):
            self.adapter.download_label("https://example.com/label.pdf")
        self.assertFalse(self.session.sent)
