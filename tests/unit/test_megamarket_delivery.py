"""Cancelling, handing over, closing at the door, moving the date, returns."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, errors, status

from .megamarket_support import (
    DELIVERY,
    answer,
    done,
    make_adapter,
    make_lot,
    make_shipment,
    make_standard,
    piece,
    read_fixture,
    refused,
)

NUMBER = "946032218"
CLOSED_AT = datetime(2026, 9, 12, 9, 30, tzinfo=timezone.utc)


class DeliveryCase(BaseCase):
    def prepare(self, *answers):
        self.adapter, self.session, _exchanges, self.clock = make_adapter(*answers)
        return self.adapter

    def sent_items(self, call=1):
        (shipment,) = self.session.told[call]["shipments"]
        return shipment["items"]

    def sent_lots(self, call=1):
        return [item["itemIndex"] for item in self.sent_items(call)]

    def assert_refused(self, error, raw, act):
        self.prepare(answer(raw))
        with self.assertRaises(error) as caught:
            act(self.adapter)
        self.assertIs(type(caught.exception), error)
        self.assertEqual(self.session.methods, ["order/get"])
        return caught.exception


class TestMegamarketCancel(DeliveryCase):
    def test_reasons(self):
        reasons = {reason.external_id: reason for reason in self.prepare().iter_cancel_reasons()}
        self.assertEqual(reasons["OUT_OF_STOCK"].kind, "out_of_stock")
        uses = {key: reason.use for key, reason in reasons.items()}
        self.assertEqual(
            {key for key, use in uses.items() if use == "not_handed_over"},
            {"CANCEL_BY_CUSTOMER", "HANDOVER_IMPOSSIBLE"},
        )
        self.assertEqual(len([use for use in uses.values() if use == "cancel"]), 7)
        self.assertFalse(any(reason.message_required for reason in reasons.values()))

    def test_order(self):
        lots = [make_lot(1), make_lot(2, "CUSTOMER_CANCELED"), make_lot(3, "PACKED"), make_lot(4, **DELIVERY)]
        self.prepare(answer(make_shipment(*lots)), done()).cancel_order(NUMBER, "OUT_OF_STOCK", "Разбилась")
        self.assertEqual(self.session.methods, ["order/get", "order/reject"])
        self.assertEqual(self.sent_lots(), ["1", "3", "4"])
        self.assertEqual(self.session.told[1]["reason"], {"type": "OUT_OF_STOCK", "comment": "Разбилась"})
        self.assertEqual(self.sent_items()[0], {"itemIndex": "1", "offerId": "A-1"})

    def test_order_states(self):
        for word, error in (
            ("PENDING_CONFIRMATION", errors.NotReady),
            ("MERCHANT_CANCELED", errors.AlreadyDone),
            ("DELIVERED", errors.Rejected),
        ):
            raw = make_shipment(make_lot(1, word), make_lot(2, word, **DELIVERY))
            self.assert_refused(error, raw, lambda adapter: adapter.cancel_order(NUMBER, "OUT_OF_STOCK"))

    def cancel(self, raw, *lines):
        lines = [dto.PackageLine(sku=sku, quantity=quantity, exemplars=tuple(units)) for sku, quantity, *units in lines]
        self.prepare(answer(raw), done()).cancel_lines(NUMBER, lines, "OUT_OF_STOCK", "")
        self.assertEqual(self.session.told[1]["reason"], {"type": "OUT_OF_STOCK"})
        return self.sent_lots()

    def test_lines(self):
        raw = make_shipment(
            *(make_lot(index, offer="A") for index in (1, 2, 3)),
            make_lot(4, "CUSTOMER_CANCELED", "A"),
            make_lot(5, offer="B"),
            make_lot(6, **DELIVERY),
        )
        self.assertEqual(self.cancel(raw, ("A", 1)), ["3"])
        self.assertEqual(self.cancel(raw, ("A", 2), ("B", 1)), ["2", "3", "5"])
        self.assertEqual(self.cancel(raw, ("A", 1, piece("1"))), ["1"])
        self.assertEqual(self.cancel(raw, ("A", 2, piece("3"))), ["2", "3"])
        # Nothing is left to be delivered.
        self.assertEqual(self.cancel(raw, ("A", 3), ("B", 1)), ["1", "2", "3", "5", "6"])

    def test_lines_that_are_not_there(self):
        raw = make_shipment(make_lot(1, offer="A"), make_lot(2, "CUSTOMER_CANCELED", "A"), make_lot(3, **DELIVERY))
        for sku, quantity, *units in (
            ("A", 2),
            ("B", 1),
            ("A", 2, piece("1"), piece("2")),
            ("A", 1, piece("9")),
            ("delivery", 1),
        ):
            lines = [dto.PackageLine(sku=sku, quantity=quantity, exemplars=tuple(units))]
            self.assert_refused(
                errors.Rejected, raw, lambda adapter, lines=lines: adapter.cancel_lines(NUMBER, lines, "X", "")
            )
        self.assert_refused(errors.Rejected, raw, lambda adapter: adapter.cancel_lines(NUMBER, [], "X", ""))

    def test_named_lines_that_are_cancelled(self):
        """The answer to the first call was lost."""
        raw = make_shipment(make_lot(1), make_lot(2, "MERCHANT_CANCELED"), make_lot(3, "CUSTOMER_CANCELED"))
        lines = [dto.PackageLine(sku="A-1", quantity=2, exemplars=(piece("2"), piece("3")))]
        self.assert_refused(errors.AlreadyDone, raw, lambda adapter: adapter.cancel_lines(NUMBER, lines, "X", ""))

    def test_lines_wait(self):
        raw = make_shipment(make_lot(1, "PENDING_PACKING"))
        lines = [dto.PackageLine(sku="A-1", quantity=1)]
        self.assert_refused(errors.NotReady, raw, lambda adapter: adapter.cancel_lines(NUMBER, lines, "X", ""))


class TestMegamarketCancelRequest(DeliveryCase):
    def test_decisions(self):
        raw = make_shipment(make_lot(1, "PACKED"), make_lot(2, "PACKED"), make_lot(3, "CUSTOMER_CANCELED"))
        for approve in (True, False):
            self.prepare(answer(raw), done()).decide_cancel_request(f"{NUMBER}:2,3", approve, "Уже в пути")
            self.assertEqual(self.session.methods, ["order/get", "order/cancelResult"])
            self.assertEqual(self.sent_items(), [{"itemIndex": "2", "canceled": approve}])

    def test_all_that_is_left(self):
        raw = make_shipment(make_lot(1, "PACKED"), make_lot(2, "CUSTOMER_CANCELED"), make_lot(3, "PACKED", **DELIVERY))
        self.prepare(answer(raw), done()).decide_cancel_request(f"{NUMBER}:", True)
        self.assertEqual(self.sent_lots(), ["1", "3"])

    def test_nothing_is_sent(self):
        raw = make_shipment(make_lot(1, "CUSTOMER_CANCELED"), make_lot(2, "DELIVERED"), make_lot(3))
        for request_id, error in (
            (f"{NUMBER}:1", errors.AlreadyDone),
            (f"{NUMBER}:1,2", errors.AlreadyDone),
            (f"{NUMBER}:9", errors.NotFound),
        ):
            self.assert_refused(error, raw, lambda adapter, key=request_id: adapter.decide_cancel_request(key, True))
        for request_id in ("", NUMBER, ":1"):
            with self.assertRaises(errors.PayloadError):
                self.prepare().decide_cancel_request(request_id, True)
        self.assert_refused(
            errors.NotSupported,
            make_standard(make_lot(1)),
            lambda adapter: adapter.decide_cancel_request(f"{NUMBER}:1", True),
        )

    def test_the_buyer_was_quicker(self):
        self.prepare(answer(make_shipment(make_lot(1))), refused("Лот уже отменен", itemIndex=1))
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.decide_cancel_request(f"{NUMBER}:1", True)


class TestMegamarketHandover(DeliveryCase):
    def test_standard(self):
        packed = make_standard(make_lot(1, "PACKED", boxIndex=1), make_lot(2, "PACKED", boxIndex=2))
        self.prepare(answer(packed), done())
        self.assertEqual(self.adapter.set_delivery_status(status.HANDED_OVER, [NUMBER]), {NUMBER: ""})
        self.assertEqual(self.session.methods, ["order/get", "order/shipping"])
        self.assertEqual(
            self.session.told[1]["shipments"],
            [
                {
                    "shipmentId": NUMBER,
                    "boxes": [
                        {"boxIndex": 1, "boxCode": f"5046*{NUMBER}*1"},
                        {"boxIndex": 2, "boxCode": f"5046*{NUMBER}*2"},
                    ],
                    "shipping": {"shippingDate": "2026-09-10T15:00:00+03:00"},
                }
            ],
        )

    def test_outcomes(self):
        """Each posting ends on its own."""
        table = {
            "1": (make_standard(make_lot(1, "SHIPPED"), number="1"), ""),
            "2": (make_standard(make_lot(1, "CONFIRMED"), number="2"), "not packed"),
            "3": (make_standard(make_lot(1, "CUSTOMER_CANCELED"), number="3"), "cancelled"),
            "4": (make_standard(make_lot(1, "PACKED"), number="4"), "no boxes"),
            "5": (make_shipment(make_lot(1, "PACKED"), number="5"), "DBS"),
            "6": ({"shipmentId": "6"}, "items"),
        }
        self.prepare(*(answer(raw) for raw, _words in table.values()), answer())
        outcomes = self.adapter.set_delivery_status(status.HANDED_OVER, [*table, "7"])
        for number, (_raw, words) in table.items():
            if words:
                self.assertIn(words, outcomes[number])
            else:
                self.assertEqual(outcomes[number], "")
        self.assertIn("no shipment 7", outcomes["7"])

    def test_one_that_waits_does_not_hold_up_the_others(self):
        waits = make_standard(make_lot(1, "PENDING_SHIPPING"), number="1")
        packed = make_standard(make_lot(1, "PACKED", boxIndex=1), number="2")
        self.prepare(answer(waits), answer(packed), done())
        with self.assertRaises(errors.NotReady):
            self.adapter.set_delivery_status(status.HANDED_OVER, ["1", "2"])
        self.assertEqual(self.session.methods, ["order/get", "order/get", "order/shipping"])

    def test_a_wrong_token_is_no_outcome(self):
        self.prepare(read_fixture("refusals")["token"])
        with self.assertRaises(errors.AuthError):
            self.adapter.set_delivery_status(status.HANDED_OVER, [NUMBER])

    def test_delivered(self):
        raw = make_shipment(make_lot(1, "PACKED"), make_lot(2, "PACKED", **DELIVERY))
        self.prepare(answer(raw), done())
        self.assertEqual(self.adapter.set_delivery_status(status.DELIVERED, [NUMBER]), {NUMBER: ""})
        self.assertEqual(self.session.methods, ["order/get", "order/close"])
        self.assertEqual([item["handoverResult"] for item in self.sent_items()], [True, True])
        self.prepare(answer(make_shipment(make_lot(1, "DELIVERED"))))
        self.assertEqual(self.adapter.set_delivery_status(status.DELIVERED, [NUMBER]), {NUMBER: ""})

    def test_other_steps_are_not_known(self):
        with self.assertRaises(errors.NotSupported):
            self.prepare().set_delivery_status(status.LAST_MILE, [NUMBER])


class TestMegamarketClose(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.raw = make_shipment(
            make_lot(1, "PACKED"),
            make_lot(2, "PACKED"),
            make_lot(3, "CUSTOMER_CANCELED"),
            make_lot(4, "PACKED", **DELIVERY),
        )

    def close(self, *results, raw=None):
        results = [
            dto.UnitResult(external_id=index, handed_over=handed_over, reason_id=reason, comment="Передумал")
            for index, handed_over, reason in results
        ]
        self.prepare(answer(raw or self.raw), done()).close_order(NUMBER, results, CLOSED_AT)
        self.assertEqual(self.session.methods, ["order/get", "order/close"])
        (shipment,) = self.session.told[1]["shipments"]
        self.assertEqual(shipment["closeDate"], "2026-09-12T12:30:00+03:00")
        return {item["itemIndex"]: item["handoverResult"] for item in shipment["items"]}

    def test_everything(self):
        self.assertEqual(self.close(), {"1": True, "2": True, "4": True})

    def test_partly(self):
        self.assertEqual(self.close(("2", False, "CANCEL_BY_CUSTOMER")), {"1": True, "2": False, "4": True})
        self.assertEqual(
            self.sent_items()[1],
            {
                "itemIndex": "2",
                "handoverResult": False,
                "reason": {"type": "CANCEL_BY_CUSTOMER", "comment": "Передумал"},
            },
        )

    def test_nothing_was_handed_over(self):
        outcome = self.close(("1", False, "HANDOVER_IMPOSSIBLE"), ("2", False, "CANCEL_BY_CUSTOMER"))
        self.assertEqual(outcome, {"1": False, "2": False, "4": False})
        self.assertEqual(self.sent_items()[2]["reason"]["type"], "HANDOVER_IMPOSSIBLE")

    def test_the_delivery_is_named(self):
        self.assertEqual(self.close(("4", False, "HANDOVER_IMPOSSIBLE")), {"1": True, "2": True, "4": False})

    def test_the_rest(self):
        raw = make_shipment(make_lot(1, "DELIVERED"), make_lot(2, "PACKED"), make_lot(4, "PACKED", **DELIVERY))
        self.assertEqual(self.close(("2", False, "CANCEL_BY_CUSTOMER"), raw=raw), {"2": False, "4": True})

    def test_nothing_is_sent(self):
        def close(adapter, *results):
            adapter.close_order(NUMBER, results, CLOSED_AT)

        self.assert_refused(errors.AlreadyDone, make_shipment(make_lot(1, "DELIVERED")), close)
        self.assert_refused(errors.Rejected, make_shipment(make_lot(1, "CUSTOMER_CANCELED")), close)
        self.assert_refused(errors.NotReady, make_shipment(make_lot(1, "PENDING_PACKING")), close)
        self.assert_refused(errors.NotSupported, make_standard(make_lot(1, "PACKED")), close)
        stranger = dto.UnitResult(external_id="9", handed_over=True)
        self.assert_refused(errors.Rejected, self.raw, lambda adapter: close(adapter, stranger))
        mute = dto.UnitResult(external_id="1", handed_over=False)
        self.assert_refused(errors.Rejected, self.raw, lambda adapter: close(adapter, mute))


class TestMegamarketWindow(DeliveryCase):
    def test_get(self):
        self.prepare(read_fixture("order_get_dbs"))
        window = self.adapter.get_delivery_window("9324005500001")
        self.assertEqual(window.since, datetime(2024, 8, 13, 7, tzinfo=timezone.utc))
        self.assertEqual(window.until, datetime(2024, 8, 15, 17, tzinfo=timezone.utc))
        self.assertEqual(window.changes_left, 1)
        self.prepare(answer(make_shipment(make_lot(1))))
        with self.assertRaises(errors.Rejected):
            self.adapter.get_delivery_window(NUMBER)

    def set(self, adapter):
        since, until = (datetime(2026, 9, 14, hour, tzinfo=timezone.utc) for hour in (7, 15))
        adapter.set_delivery_window(NUMBER, since, until)

    def test_set(self):
        raw = make_shipment(make_lot(1, "PACKED"), make_lot(2, "CUSTOMER_CANCELED"))
        self.set(self.prepare(answer(raw), done()))
        self.assertEqual(self.session.methods, ["order/get", "order/confirm"])
        (shipment,) = self.session.told[1]["shipments"]
        interval = {"dateFrom": "2026-09-14T10:00:00+03:00", "dateTo": "2026-09-14T18:00:00+03:00"}
        self.assertEqual(shipment["deliveryDate"], "2026-09-14T00:00:00+03:00")
        self.assertEqual(shipment["delivery"]["deliveryInterval"], interval)
        self.assertEqual(self.sent_lots(), ["1"])

    def test_standard_must_not_be_confirmed_by_it(self):
        self.assert_refused(errors.NotSupported, make_standard(make_lot(1)), self.set)

    def test_too_late(self):
        self.assert_refused(errors.Rejected, make_shipment(make_lot(1, "DELIVERED")), self.set)
        self.assert_refused(errors.Rejected, make_shipment(make_lot(1, "CUSTOMER_CANCELED")), self.set)


class TestMegamarketReturn(DeliveryCase):
    def test_report(self):
        units = [
            dto.ReturnedUnit(external_id="1", amount=Decimal(7446)),
            dto.ReturnedUnit(external_id="2", amount=Decimal("10.50")),
        ]
        self.prepare(done()).report_return(NUMBER, units, CLOSED_AT)
        self.assertEqual(self.session.methods, ["order/return"])
        moment = "2026-09-12T12:30:00+03:00"
        self.assertEqual(
            self.sent_items(0),
            [
                {"itemIndex": "1", "returnAmount": 7446, "returnDate": moment},
                {"itemIndex": "2", "returnAmount": 10.5, "returnDate": moment},
            ],
        )

    def test_refused(self):
        with self.assertRaises(errors.Rejected):
            self.prepare(refused()).report_return(
                NUMBER, [dto.ReturnedUnit(external_id="1", amount=Decimal(1))], CLOSED_AT
            )
