"""MegaMarket's shipments as orders: lots become lines and tell the status."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, status

from .adapter_support import NOW
from .megamarket_support import DELIVERY, make_adapter, make_lot, make_shipment, make_standard, parse, read_fixture


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


class TestMegamarketOrder(BaseCase):
    def setUp(self):
        super().setUp()
        self.dbs = read_fixture("order_get_dbs")["data"]["shipments"][0]
        self.standard = read_fixture("order_get_standard")["data"]["shipments"][0]

    def test_dbs(self):
        order = parse(self.dbs)
        self.assertEqual((order.number, order.scheme, order.status), ("9324005500001", "rfbs", status.TO_ASSEMBLE))
        self.assertEqual((order.raw_status, order.raw_substatus, order.assembly), ("NEW", "", ""))
        self.assertEqual((order.scan_code, order.warehouse_external_id), ("9385695800001", "5046"))
        self.assertEqual((order.currency, order.total, order.deposit), ("RUB", Decimal(16682), Decimal(0)))
        self.assertEqual(order.ordered_at, utc(2024, 8, 9, 13, 12, 28))
        self.assertEqual(order.ship_by, utc(2024, 8, 9, 16))
        self.assertEqual((order.delivery_from, order.delivery_to), (utc(2024, 8, 13, 7), utc(2024, 8, 15, 17)))
        self.assertIsNone(order.confirm_by)
        self.assertEqual((order.cancellation, order.box_codes, order.cargo_places), (None, (), 0))
        self.assertEqual(order.observed_at, NOW)
        self.assertEqual(order.raw, self.dbs)

    def test_lines(self):
        tyre, pump, delivery = parse(self.dbs).lines
        self.assertEqual((tyre.sku, tyre.article, tyre.name, tyre.quantity), ("TYRE-19", "TYRE-19", "Шина", 2))
        self.assertEqual((tyre.price, tyre.buyer_price, tyre.list_price), (Decimal(7446), Decimal(7000), None))
        self.assertEqual((tyre.unit_ids, tyre.requirements), (("1", "2"), ("mandatory_mark",)))
        self.assertEqual((pump.unit_ids, pump.kind), (("3",), "goods"))
        self.assertEqual((delivery.kind, delivery.quantity, delivery.unit_ids), ("delivery", 1, ("4",)))
        self.assertEqual((delivery.price, delivery.requirements), (Decimal(800), ()))

    def test_buyer_of_order_get(self):
        buyer = parse(self.dbs).buyer
        self.assertEqual((buyer.name, buyer.phone, buyer.email), ("Тест Тест", "79000000000", ""))
        self.assertEqual((buyer.street, buyer.comment), ("Москва, улица Примерная, 1", "позвоните заранее"))
        del self.dbs["customerFullName"]
        self.assertEqual(parse(self.dbs).buyer.name, "Петров Иван")
        self.assertIsNone(parse({**self.dbs, "customer": None, "customerAddress": ""}).buyer)

    def test_standard(self):
        order = parse(self.standard, scheme="fbs")
        self.assertEqual((order.scheme, order.status), ("fbs", status.ASSEMBLED))
        # Without codes of boxes they follow from their numbers and our code of the order.
        self.assertEqual(order.box_codes, ("5046*S00042*1",))
        self.assertEqual(order.confirm_by, utc(2023, 2, 17, 14))
        # Packed: the next limit is the one for giving it away.
        self.assertEqual((order.ship_by, order.ship_by_limit), (utc(2023, 2, 21, 15), utc(2023, 2, 21, 15)))
        # The marketplace delivers: the buyer is none of our business, and so is what he has paid.
        self.assertEqual((order.buyer, order.deposit), (None, None))
        self.assertEqual((order.lines[0].price, order.lines[0].buyer_price), (Decimal(11990), Decimal(5995)))
        self.standard["items"][0]["status"] = self.standard["status"] = "CONFIRMED"
        self.assertEqual(parse(self.standard).ship_by, utc(2023, 2, 18, 15, 30))

    def test_boxes(self):
        boxes = [{"boxIndex": 2, "boxCode": "5046*1*2"}, {"boxIndex": "1", "boxCode": "5046*1*1"}]
        raw = make_standard(
            make_lot(1, "PACKED", boxes=boxes),
            make_lot(2, "PACKED", boxIndex=[3]),
            make_lot(3, "CUSTOMER_CANCELED", boxIndex=4),
        )
        order = parse(raw)
        self.assertEqual(order.box_codes, ("5046*1*1", "5046*1*2", "5046*946032218*3"))
        self.assertEqual((order.cargo_places, order.is_multibox), (3, True))

    def test_three_hundred_pieces_are_one_line(self):
        (line,) = parse(make_shipment(*(make_lot(index) for index in range(1, 301)))).lines
        self.assertEqual((line.quantity, len(line.unit_ids), line.unit_ids[-1]), (300, 300, "300"))

    def test_pieces_that_differ_are_lines_of_their_own(self):
        lots = [
            make_lot(1),
            make_lot(2, price=90),
            make_lot(3, finalPrice=80),
            make_lot(4, taxRate="22"),
            make_lot(5, isDigitalMarkRequired=True),
            make_lot(6),
        ]
        lines = parse(make_shipment(*lots)).lines
        self.assertEqual([line.unit_ids for line in lines], [("1", "6"), ("2",), ("3",), ("4",), ("5",)])

    def test_odd_types(self):
        raw = make_shipment(
            {**make_lot(1), "itemIndex": 1, "price": "100.00", "quantity": "1", "offerId": 77},
            {**make_lot(2), "itemIndex": 0, "goodsData": None, "events": None, "subStatus": ""},
            number=946032218,
            deliveryId=933021193,
            handover=[],
            customer=None,
        )
        order = parse(raw)
        self.assertEqual((order.number, order.scan_code), ("946032218", "933021193"))
        self.assertEqual([(line.sku, line.unit_ids) for line in order.lines], [("77", ("1",)), ("A-1", ("0",))])

    def test_words_of_vat_are_kept(self):
        for word, told in (("20", "20"), (None, ""), ("NOT", "NOT"), (22, "22"), ("SPECIAL", "SPECIAL"), ("0", "0")):
            self.assertEqual(parse(make_shipment(make_lot(1, taxRate=word))).lines[0].vat_word, told)

    def test_the_buyers_price_is_trusted(self):
        lot = make_lot(1, price=100, finalPrice=70, discounts=[{"discountType": "LOY", "discountAmount": 10}])
        self.assertEqual(parse(make_shipment(lot)).lines[0].buyer_price, Decimal(70))

    def test_scheme(self):
        raw = make_shipment(make_lot(1))
        del raw["serviceScheme"]
        self.assertEqual(parse(raw).scheme, "rfbs")
        self.assertEqual(parse(raw, scheme="fbs").scheme, "fbs")
        self.assertEqual(parse({**raw, "handover": {"serviceScheme": "DELIVERY_BY_GOODS"}}).scheme, "fbs")
        unreadable = parse({**raw, "serviceScheme": "CLICK_AND_COLLECT"})
        self.assertIsInstance(unreadable, dto.UnreadableOrder)
        self.assertEqual(unreadable.number, "946032218")
        self.assertIn("CLICK_AND_COLLECT", unreadable.problem)

    def test_unreadable(self):
        good = make_shipment(make_lot(1))
        broken = {
            "no lots": {**good, "items": []},
            "no price": make_shipment(make_lot(1, price=None)),
            "negative price": make_shipment(make_lot(1, price=-1)),
            "no offer": make_shipment(make_lot(1, offer="")),
            "a number twice": make_shipment(make_lot(1), make_lot(1)),
            "two pieces": make_shipment(make_lot(1, quantity=2)),
            "no number": {**good, "shipmentId": None},
            "junk": "junk",
            "nothing": None,
        }
        for name, raw in broken.items():
            with self.subTest(name=name):
                order = parse(raw)
                self.assertIsInstance(order, dto.UnreadableOrder)
                self.assertEqual(order.raw, raw)

    def test_missing_parts_do_no_harm(self):
        order = parse({"shipmentId": "1", "items": [{"itemIndex": 1, "offerId": "A", "price": 5}]})
        self.assertEqual((order.status, order.raw_status, order.total), (status.NEW, "", Decimal(5)))
        self.assertEqual((order.ship_by, order.buyer, order.deposit, order.scan_code), (None, None, None, ""))


class TestMegamarketStatus(BaseCase):
    def test_standard(self):
        table = {
            "": (status.NEW, ""),
            "PENDING": (status.NEW, ""),
            "NEW": (status.TO_CONFIRM, ""),
            "PENDING_CONFIRMATION": (status.TO_CONFIRM, "in_progress"),
            "CONFIRMED": (status.TO_ASSEMBLE, ""),
            "PENDING_PACKING": (status.TO_ASSEMBLE, "in_progress"),
            "PACKING_EXPIRED": (status.TO_ASSEMBLE, ""),
            "PACKED": (status.ASSEMBLED, ""),
            "PENDING_SHIPPING": (status.ASSEMBLED, "in_progress"),
            "SHIPPING_EXPIRED": (status.ASSEMBLED, ""),
            "SHIPPED": (status.HANDED_OVER, ""),
            "DELIVERED": (status.DELIVERED, ""),
            "MERCHANT_CANCELED": (status.CANCELLED, ""),
            "CUSTOMER_CANCELED": (status.CANCELLED, ""),
            "TELEPORTED": (status.UNKNOWN, ""),
        }
        for word, expected in table.items():
            with self.subTest(word=word):
                order = parse(make_standard(make_lot(1, word)))
                self.assertEqual((order.status, order.assembly), expected)
                self.assertEqual(order.raw_status, word)
                step = order.status if order.status in (status.HANDED_OVER, status.DELIVERED) else ""
                self.assertEqual(order.delivery_step, step)

    def test_dbs(self):
        table = {
            "": (status.NEW, ""),
            "PENDING": (status.NEW, ""),
            "NEW": (status.TO_ASSEMBLE, ""),
            "PENDING_PACKING": (status.TO_ASSEMBLE, "in_progress"),
            "PACKING_EXPIRED": (status.TO_ASSEMBLE, ""),
            # Moving the date is called confirming.
            "PENDING_CONFIRMATION": (status.TO_ASSEMBLE, "in_progress"),
            "CONFIRMED": (status.TO_ASSEMBLE, ""),
            "PACKED": (status.ASSEMBLED, ""),
            "DELIVERED": (status.DELIVERED, ""),
            "MERCHANT_CANCELED": (status.CANCELLED, ""),
            "CUSTOMER_CANCELED": (status.CANCELLED, ""),
            "TELEPORTED": (status.UNKNOWN, ""),
        }
        for word, expected in table.items():
            with self.subTest(word=word):
                order = parse(make_shipment(make_lot(1, word), make_lot(2, word, **DELIVERY)))
                self.assertEqual((order.status, order.assembly), expected)

    def test_the_slowest_piece_decides(self):
        order = parse(make_standard(make_lot(1, "PACKED"), make_lot(2, "NEW"), make_lot(3, "CUSTOMER_CANCELED")))
        self.assertEqual(order.status, status.TO_CONFIRM)
        self.assertEqual(order.raw_substatus, "1 × PACKED, 1 × NEW, 1 × CUSTOMER_CANCELED")
        self.assertEqual(order.lines[0].unit_ids, ("1", "2"))
        self.assertEqual(order.total, Decimal(200))

    def test_a_word_that_is_not_known_decides_most(self):
        self.assertEqual(parse(make_shipment(make_lot(1), make_lot(2, "ODD"))).status, status.UNKNOWN)
        self.assertEqual(
            parse(make_shipment(make_lot(1, "PENDING_PACKING"), make_lot(2, "ODD"))).status, status.UNKNOWN
        )

    def test_the_delivery_decides_nothing(self):
        order = parse(make_shipment(make_lot(1, "CUSTOMER_CANCELED"), make_lot(2, "NEW", **DELIVERY)))
        self.assertEqual(order.status, status.CANCELLED)
        self.assertEqual([line.kind for line in order.lines], ["goods", "delivery"])
        order = parse(make_shipment(make_lot(1, "DELIVERED"), make_lot(2, "PACKED", **DELIVERY)))
        self.assertEqual(order.status, status.DELIVERED)

    def test_partly_delivered(self):
        order = parse(make_shipment(make_lot(1, "DELIVERED"), make_lot(2, "CUSTOMER_CANCELED")))
        self.assertEqual((order.status, order.cancellation), (status.DELIVERED, None))
        self.assertEqual(order.lines[0].unit_ids, ("1",))
        self.assertEqual(parse(make_shipment(make_lot(1, "DELIVERED"), make_lot(2, "PACKED"))).status, status.ASSEMBLED)

    def test_delivered_at(self):
        events = [
            {"eventDate": "2026-09-01T12:00:00+03:00", "eventName": "STATUS", "eventValue": "PACKED"},
            {"eventDate": "2026-09-02T12:00:00+03:00", "eventName": "STATUS", "eventValue": "DELIVERED"},
        ]
        order = parse(make_shipment(make_lot(1, "DELIVERED", events=events), make_lot(2, "DELIVERED")))
        self.assertEqual(order.delivered_at, utc(2026, 9, 2, 9))

    def test_what_is_being_cancelled_does_not_fall_back(self):
        """A lot that the seller rejects is PENDING until that is done; so is one of a new order."""
        events = [{"eventDate": None, "eventValue": word} for word in ("PENDING", "NEW", "CONFIRMED", "PENDING")]
        order = parse(make_standard(make_lot(1, "CONFIRMED"), make_lot(2, "PENDING", events=events)))
        self.assertEqual((order.status, order.assembly), (status.TO_ASSEMBLE, "in_progress"))
        order = parse(make_standard(make_lot(1, "PENDING", events=events[:1])))
        self.assertEqual((order.status, order.assembly), (status.NEW, ""))

    def test_a_lot_without_a_word_has_the_shipments(self):
        raw = make_shipment(make_lot(1, None), status="PACKED")
        self.assertEqual(parse(raw).status, status.ASSEMBLED)

    def test_cancellations(self):
        table = {
            ("CUSTOMER_CANCELED", None): ("buyer", "Отменён покупателем", False),
            ("MERCHANT_CANCELED", None): ("seller", "Отменён продавцом", False),
            ("MERCHANT_CANCELED", "CONFIRMATION_REJECT"): ("seller", "Продавец не подтвердил товар", False),
            ("MERCHANT_CANCELED", "CONFIRMATION_EXPIRED"): ("marketplace", "Заказ не подтверждён в срок", False),
            ("MERCHANT_CANCELED", "SHIPPING_EXPIRED"): ("marketplace", "Заказ не отгружен в срок", True),
            ("MERCHANT_CANCELED", "SOMETHING"): ("seller", "SOMETHING", False),
        }
        for (word, sub_word), expected in table.items():
            with self.subTest(word=word, sub_word=sub_word):
                order = parse(make_standard(make_lot(1, word, subStatus=sub_word)))
                told = order.cancellation
                self.assertEqual((told.initiator, told.reason, told.after_shipping), expected)
                self.assertEqual(told.reason_id, sub_word or word)
                self.assertEqual(order.raw_substatus, sub_word or "")

    def test_cancelled_after_packing(self):
        events = [{"eventDate": "2026-09-01T12:00:00+03:00", "eventName": "STATUS", "eventValue": "PACKED"}]
        told = parse(make_standard(make_lot(1, "CUSTOMER_CANCELED", events=events))).cancellation
        self.assertTrue(told.after_shipping)

    def test_cancelled_by_both(self):
        told = parse(make_standard(make_lot(1, "CUSTOMER_CANCELED"), make_lot(2, "MERCHANT_CANCELED"))).cancellation
        self.assertEqual((told.initiator, told.reason), ("", "Отменён покупателем; Отменён продавцом"))


class TestMegamarketCompleteOrder(BaseCase):
    def setUp(self):
        super().setUp()
        body = read_fixture("order_new_dbs")["data"]
        self.raw = {"merchantId": body["merchantId"], "shipment": body["shipments"][0]}
        self.order = parse(
            make_shipment(
                make_lot(1, offer="TYRE-19", price=7446),
                make_lot(2, **{**DELIVERY, "price": 800}),
                number="9324005500001",
            )
        )

    def complete(self, order=None, raw=None):
        return make_adapter()[0].complete_order(order or self.order, raw or self.raw)

    def test_what_only_the_notification_tells(self):
        order = self.complete()
        buyer = order.buyer
        self.assertEqual((buyer.name, buyer.phone, buyer.zip), ("Тест Тест", "79000000000", "100000"))
        self.assertEqual((buyer.street, buyer.city), ("Москва, улица Примерная, 1", "Москва"))
        self.assertEqual(buyer.comment, "позвоните заранее. подъезд 2, этаж 5, домофон 12К, кв. 45")
        self.assertEqual((order.deposit, order.scan_code), (Decimal(8246), "9385695800001"))
        self.assertEqual((order.delivery_from, order.delivery_to), (utc(2024, 8, 13, 7), utc(2024, 8, 15, 17)))
        self.assertEqual([line.vat_word for line in order.lines], ["20", ""])
        self.assertEqual(order.lines[0].requirements, ("mandatory_mark",))
        # What the reading told stays.
        self.assertEqual((order.status, order.raw, order.observed_at), (status.TO_ASSEMBLE, self.order.raw, NOW))

    def test_what_is_known_is_not_overwritten(self):
        known = parse({**self.order.raw, "depositedAmount": 0, "customerFullName": "Другое Имя"})
        order = self.complete(known)
        self.assertEqual((order.deposit, order.buyer.name), (Decimal(0), "Другое Имя"))
        self.assertEqual(order.buyer.phone, "79000000000")

    def test_another_shipment(self):
        for raw in ({"shipment": {**self.raw["shipment"], "shipmentId": "7"}}, {}, [1], None):
            with self.assertLogs(level="WARNING"):
                self.assertEqual(make_adapter()[0].complete_order(self.order, raw), self.order)

    def test_parts_that_cannot_be_read(self):
        """One of them does not take the others with it."""
        for change, lost in (
            ({"customer": {"customerFullName": "Тест", "address": 5}}, "buyer"),
            ({"items": "x"}, "vat"),
            ({"items": None}, "vat"),
            ({"handover": "x"}, "deposit"),
        ):
            raw = {"shipment": {**self.raw["shipment"], **change}}
            with self.subTest(lost=lost), self.assertLogs(level="WARNING"):
                order = self.complete(raw=raw)
                found = {
                    "buyer": bool(order.buyer),
                    "vat": order.lines[0].vat_word == "20",
                    "deposit": order.deposit == Decimal(8246),
                }
                # The scheme stands among the hand-over, and the lots cannot be read without it.
                missing = {lost, "vat"} if lost == "deposit" else {lost}
                self.assertEqual({name for name, there in found.items() if not there}, missing)

    def test_standard_gets_no_buyer(self):
        body = read_fixture("order_new_standard")["data"]
        order = parse(make_standard(make_lot(1, offer="SKU-3951", price=11990)))
        order = self.complete(order, {"shipment": body["shipments"][0]})
        self.assertIsNone(order.buyer)
        self.assertEqual((order.scan_code, order.lines[0].vat_word), ("933021193", "20"))
        self.assertEqual(order.ship_by, utc(2023, 2, 18, 15, 30))
