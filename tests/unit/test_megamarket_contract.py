"""The adapter against the simulated MegaMarket, over real sockets: both schemes from the order to its end."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import requests

from odoo.addons.sale_marketplace.marketplaces.base import dto, errors, refusals, status
from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig
from odoo.addons.sale_marketplace.marketplaces.base.limiter import Limiter
from odoo.addons.sale_marketplace.marketplaces.megamarket.adapter import MegamarketAdapter

from .megamarket_support import FAST, MARK, package, piece
from .test_simulator_megamarket_base import DBS, STANDARD, TOKENS, MegamarketCase

#: As it is before ``BaseCase`` puts its own in place, when a class begins to run.
REAL_SEND = requests.Session.send
NOW = datetime(2026, 10, 20, 8, tzinfo=timezone.utc)


class MegamarketContractCase(MegamarketCase):
    scheme = ""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Override: Odoo's own lets nothing out."""
        return REAL_SEND(session, request, **options)

    def setUp(self):
        super().setUp()
        self.exchanges = []
        self.adapter = self.make_adapter()

    def make_adapter(self, token=None):
        config = AdapterConfig(
            base_url=self.simulator.megamarket_url,
            client_id=str(self.account),
            api_key=token or TOKENS[self.account],
            scheme=self.scheme,
        )
        return MegamarketAdapter(config, observe=self.exchanges.append, limiter=Limiter(FAST), now=lambda: NOW)

    def read(self, number):
        order = self.adapter.get_order(number)
        self.assertIsInstance(order, dto.Order, order)
        return order

    def query(self, by, **values):
        return dto.OrderQuery(by=by, since=NOW - timedelta(days=30), until=NOW + timedelta(days=60), **values)

    def numbers(self, by, **values):
        return [order.number for order in self.adapter.iter_orders(self.query(by, **values))]

    def announce(self, server, number, kind):
        self.control("POST", f"/megamarket/postings/{number}/announce", {"kind": kind})
        sent = [row for row in server.received if row["path"] == f"/{kind}"][-1]
        return self.read_event(sent["body"], f"order/{kind}")

    def read_event(self, body, topic):
        return MegamarketAdapter.parse_event({}, json.dumps(body).encode(), topic)


class TestMegamarketContract(MegamarketContractCase):
    """Standard, and what both schemes have in common."""

    account, scheme = STANDARD, "fbs"

    def test_account(self):
        info = self.adapter.check_credentials()
        self.assertEqual(info.company_name, "MegaMarket 5046")
        token = "11111111-2222-3333-4444-555555555555"
        for shape in ("object", "array", "text"):
            for answered in (200, 400):
                self.options(error_shape=shape, business_status=answered)
                with self.assertRaises(errors.AuthError) as caught:
                    self.make_adapter(token).check_credentials()
                self.assertEqual(caught.exception.reason, "wrong_key")
                self.assertNotIn(token, f"{caught.exception!r} {self.exchanges!r}")

    def test_from_the_order_to_the_carrier(self):
        number = self.order({"offer_id": "SKU-1", "quantity": 2, "mark": True}, ("SKU-2", 1))
        order = self.read(number)
        self.assertEqual((order.scheme, order.status), ("fbs", status.TO_CONFIRM))
        self.assertEqual(
            [(line.sku, line.unit_ids) for line in order.lines], [("SKU-1", ("1", "2")), ("SKU-2", ("3",))]
        )
        self.assertEqual((order.total, order.buyer), (Decimal(5000), None))
        self.assertGreater(order.confirm_by, NOW)
        self.assertGreater(order.ship_by, order.confirm_by)

        self.adapter.confirm_order(number)
        self.assertEqual(self.read(number).status, status.TO_ASSEMBLE)
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.confirm_order(number)

        first, second = piece("1", MARK), piece("2", MARK.replace("AbC", "XyZ"))
        packages = [package(("SKU-1", 1, first)), package(("SKU-1", 1, second), ("SKU-2", 1))]
        result = self.adapter.ship_order(number, packages)
        self.assertEqual(result.box_codes, (f"5046*{number}*1", f"5046*{number}*2"))
        order = self.read(number)
        self.assertEqual((order.status, order.box_codes), (status.ASSEMBLED, result.box_codes))
        self.assertEqual(
            [lot["digital_mark"] for lot in self.known(number)["lots"]], [MARK, MARK.replace("AbC", "XyZ"), ""]
        )
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.ship_order(number, packages)

        (task,) = self.adapter.request_labels([number])
        label = self.adapter.download_label(self.adapter.get_label_task(task.task_id).url)
        self.assertTrue(label.startswith(b"%PDF-"))

        for _time in range(2):
            self.assertEqual(self.adapter.set_delivery_status(status.HANDED_OVER, [number]), {number: ""})
        order = self.read(number)
        self.assertEqual((order.status, order.delivery_step), (status.HANDED_OVER, status.HANDED_OVER))
        self.assertEqual(self.known(number)["shipped"], 1)
        self.control("POST", f"/megamarket/postings/{number}/progress", {})
        order = self.read(number)
        self.assertEqual((order.status, order.delivered_at), (status.DELIVERED, NOW))
        self.adapter.report_return(number, [dto.ReturnedUnit(external_id="3", amount=Decimal(3000))], NOW)
        self.assertEqual(self.known(number)["lots"][2]["returned"]["amount"], 3000)

    def test_what_is_accepted_takes_its_time(self):
        self.options(pending_delay=30)
        number = self.order(("SKU-1", 2))
        self.adapter.confirm_order(number)
        order = self.read(number)
        self.assertEqual((order.status, order.assembly), (status.TO_CONFIRM, "in_progress"))
        for act in (
            lambda: self.adapter.confirm_order(number),
            lambda: self.adapter.ship_order(number, [package(("SKU-1", 2))]),
            lambda: self.adapter.cancel_order(number, "OUT_OF_STOCK"),
        ):
            with self.assertRaises(errors.NotReady):
                act()
        self.pass_time(31)
        self.adapter.cancel_lines(number, [dto.PackageLine(sku="SKU-1", quantity=1)], "OUT_OF_STOCK", "")
        order = self.read(number)
        self.assertEqual((order.status, order.assembly), (status.TO_ASSEMBLE, "in_progress"))
        self.pass_time(31)
        order = self.read(number)
        self.assertEqual((order.status, order.assembly), (status.TO_ASSEMBLE, ""))
        self.assertEqual(order.lines[0].unit_ids, ("1",))

    def test_refusals_of_the_marketplace(self):
        """Asked for behind the adapter's own checks, in all shapes."""
        number = self.order(("SKU-1", 1))
        self.adapter.confirm_order(number)
        body = {"shipments": [{"shipmentId": number, "orderCode": "x", "items": [{"itemIndex": "1", "quantity": 1}]}]}
        for shape in ("object", "array", "text"):
            for answered in (200, 400):
                self.options(error_shape=shape, business_status=answered)
                with self.assertRaises(errors.Rejected) as caught:
                    self.adapter._client.post("packing", body)
                self.assertIn("коробке", caught.exception.message)
                if shape != "object":
                    self.assertEqual(set(caught.exception.item_errors), {"1"})

    def test_cancelled_by_the_buyer(self):
        number = self.order(("SKU-1", 2), ("SKU-2", 1))
        self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [1]})
        order = self.read(number)
        self.assertEqual([line.unit_ids for line in order.lines], [("2",), ("3",)])
        self.assertEqual(order.total, Decimal(4000))
        self.control("POST", f"/megamarket/postings/{number}/cancel", {})
        order = self.read(number)
        self.assertEqual((order.status, order.cancellation.initiator), (status.CANCELLED, "buyer"))
        self.assertEqual(sum(line.quantity for line in order.lines), 3)
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.cancel_order(number, "OUT_OF_STOCK")

    def test_cancelled_by_a_deadline(self):
        number = self.order(("SKU-1", 1))
        self.pass_time(5 * 3600)
        order = self.read(number)
        self.assertEqual((order.status, order.cancellation.initiator), (status.CANCELLED, "marketplace"))
        self.assertEqual(order.cancellation.reason_id, "CONFIRMATION_EXPIRED")
        self.assertFalse(order.cancellation.after_shipping)

    def test_lists(self):
        numbers = [self.order(("SKU-1", 1)) for _time in range(5)]
        self.adapter.cancel_order(numbers[0], "OUT_OF_STOCK")
        self.adapter.confirm_order(numbers[1])
        self.assertEqual(self.numbers("created"), numbers)
        self.assertEqual(self.numbers("unfulfilled"), numbers[1:])
        self.assertEqual(self.numbers("unfulfilled", statuses=(status.TO_ASSEMBLE,)), numbers[1:2])
        recent = dto.OrderQuery(
            by="changed", since=NOW + timedelta(days=1), until=NOW + timedelta(days=2), numbers=tuple(numbers[:2])
        )
        self.assertEqual(
            [order.status for order in self.adapter.iter_orders(recent)], [status.CANCELLED, status.TO_ASSEMBLE]
        )

    def test_odd_types(self):
        self.options(odd_types=True)
        number = self.order(("SKU-1", 2))
        order = self.read(number)
        self.assertEqual(order.lines[0].unit_ids, ("1", "2"))
        self.adapter.confirm_order(number)
        self.assertTrue(self.adapter.ship_order(number, [package(("SKU-1", 2))]).box_codes)

    def test_offers(self):
        prices = [
            dto.PriceTarget(article=article, external_id="", price=Decimal(amount), currency="RUB")
            for article, amount in (("SKU-1", "1500.00"), ("SKU-9", "5"), ("SKU-2", "10.5"))
        ]
        answers = self.adapter.set_prices(prices)
        self.assertEqual(
            [(answer.state, answer.reason) for answer in answers],
            [("accepted", ""), ("refused", refusals.UNKNOWN), ("refused", refusals.UNREADABLE)],
        )
        stocks = [
            dto.StockTarget(article=article, external_id="", warehouse_id="5046", quantity=7)
            for article in ("SKU-1", "SKU-9")
        ]
        answers = self.adapter.set_stocks(stocks)
        self.assertEqual(
            [(answer.state, answer.reason) for answer in answers], [("accepted", ""), ("refused", refusals.UNKNOWN)]
        )
        offers = self.control("GET", f"/megamarket/offers?account={STANDARD}")["offers"]
        (offer,) = [offer for offer in offers if offer["offer_id"] == "SKU-1"]
        self.assertEqual((offer["manual_price"], offer["stock"]), (1500, 7))

    def test_notifications(self):
        server = self.listen()
        number = self.order(("SKU-1", 2))
        (told,) = self.announce(server, number, "new")
        self.assertEqual((told.kind, told.order_number, told.account_external_id), ("order_new", number, "5046"))
        order = self.adapter.complete_order(self.read(number), told.raw)
        self.assertEqual((order.buyer, order.lines[0].vat_word), (None, "22"))
        self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [1], "announce": False})
        (told,) = self.announce(server, number, "cancel")
        self.assertEqual((told.kind, told.request), ("order_cancelled", None))


class TestMegamarketContractDbs(MegamarketContractCase):
    """The seller delivers by himself."""

    account, scheme = DBS, "rfbs"

    def test_from_the_order_to_the_door(self):
        server = self.listen()
        number = self.order(("SKU-1", 2), ("SKU-2", 1), delivery_price=500, prepaid=False)
        order = self.read(number)
        self.assertEqual((order.scheme, order.status), ("rfbs", status.TO_ASSEMBLE))
        self.assertEqual([line.kind for line in order.lines], ["goods", "goods", "delivery"])
        self.assertEqual((order.total, order.deposit), (Decimal(5500), Decimal(0)))
        (told,) = self.announce(server, number, "new")
        self.assertEqual((told.kind, told.account_external_id), ("order_new", str(DBS)))
        order = self.adapter.complete_order(order, told.raw)
        self.assertEqual((order.buyer.phone, order.buyer.zip), ("79000000000", "100000"))
        self.assertEqual([line.vat_word for line in order.lines], ["22", "22", ""])

        with self.assertRaises(errors.NotSupported):
            self.adapter.confirm_order(number)
        window = self.adapter.get_delivery_window(number)
        self.assertEqual((window.since, window.until), (order.delivery_from, order.delivery_to))
        later = timedelta(days=2)
        self.adapter.set_delivery_window(number, window.since + later, window.until + later)
        moved = self.adapter.get_delivery_window(number)
        self.assertEqual((moved.since, moved.until), (window.since + later, window.until + later))

        result = self.adapter.ship_order(number, [package(("SKU-1", 2), ("SKU-2", 1))])
        self.assertEqual((result.numbers, result.box_codes), ((number,), ()))
        self.assertEqual(self.read(number).status, status.ASSEMBLED)
        self.adapter.close_order(
            number, [dto.UnitResult(external_id="2", handed_over=False, reason_id="CANCEL_BY_CUSTOMER")], NOW
        )
        self.assertEqual(self.statuses(number), ["DELIVERED", "CUSTOMER_CANCELED", "DELIVERED", "DELIVERED"])
        order = self.read(number)
        self.assertEqual((order.status, order.delivery_step), (status.DELIVERED, status.DELIVERED))
        self.assertEqual([line.unit_ids for line in order.lines], [("1",), ("3",), ("4",)])
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.close_order(number, [], NOW)

    def test_everything_is_handed_over(self):
        number = self.order(("SKU-1", 1), delivery_price=500)
        self.adapter.ship_order(number, [package(("SKU-1", 1))])
        for _time in range(2):
            self.assertEqual(self.adapter.set_delivery_status(status.DELIVERED, [number]), {number: ""})
        self.assertEqual(self.statuses(number), ["DELIVERED", "DELIVERED"])
        self.assertEqual(self.known(number)["closed"], 1)

    def test_nothing_is_handed_over(self):
        number = self.order(("SKU-1", 1), delivery_price=500)
        self.adapter.ship_order(number, [package(("SKU-1", 1))])
        refused = dto.UnitResult(external_id="1", handed_over=False, reason_id="CANCEL_BY_CUSTOMER", comment="Отказ")
        self.adapter.close_order(number, [refused], NOW)
        order = self.read(number)
        self.assertEqual((order.status, order.cancellation.initiator), (status.CANCELLED, "buyer"))
        self.assertTrue(order.cancellation.after_shipping)

    def test_not_packed(self):
        number = self.order(("SKU-1", 1))
        outcomes = self.adapter.set_delivery_status(status.DELIVERED, [number])
        self.assertIn("NEW", outcomes[number])

    def test_the_buyer_wants_to_cancel(self):
        server = self.listen()
        for approve, expected in ((True, ["CUSTOMER_CANCELED", "NEW"]), (False, ["NEW", "NEW"])):
            number = self.order(("SKU-1", 2))
            self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [1], "announce": False})
            (told,) = self.announce(server, number, "cancel")
            self.assertEqual((told.kind, told.request.external_id), ("cancel_requested", f"{number}:1"))
            self.adapter.decide_cancel_request(told.request.external_id, approve)
            self.assertEqual(self.statuses(number), expected)
        self.adapter.cancel_order(number, "OUT_OF_STOCK")
        with self.assertRaises(errors.AlreadyDone):
            self.adapter.decide_cancel_request(f"{number}:1", True)

    def test_cancelled_by_the_seller(self):
        number = self.order(("SKU-1", 2), ("SKU-2", 1), delivery_price=500)
        self.adapter.cancel_lines(number, [dto.PackageLine(sku="SKU-1", quantity=1)], "OUT_OF_STOCK", "Разбит")
        self.assertEqual([line.unit_ids for line in self.read(number).lines], [("1",), ("3",), ("4",)])
        lines = [dto.PackageLine(sku="SKU-1", quantity=1), dto.PackageLine(sku="SKU-2", quantity=1)]
        self.adapter.cancel_lines(number, lines, "OUT_OF_STOCK", "")
        order = self.read(number)
        self.assertEqual((order.status, order.cancellation.initiator), (status.CANCELLED, "seller"))
        self.assertEqual(set(self.statuses(number)), {"MERCHANT_CANCELED"})

    def test_marks(self):
        self.options(dbs_marks=True)
        number = self.order({"offer_id": "SKU-1", "quantity": 1, "mark": True})
        self.assertEqual(self.read(number).lines[0].requirements, ("mandatory_mark",))
        with self.assertRaises(errors.Rejected) as caught:
            self.adapter.ship_order(number, [package(("SKU-1", 1))])
        self.assertEqual(set(caught.exception.item_errors), {"1"})
        self.adapter.ship_order(number, [package(("SKU-1", 1, piece("1", MARK)))])
        self.assertEqual(self.known(number)["lots"][0]["digital_mark"], MARK)

    def test_a_fresh_order(self):
        self.options(new_delay=60, odd_types=True)
        number = self.order(("SKU-1", 1))
        self.assertEqual(self.read(number).status, status.NEW)
        with self.assertRaises(errors.NotReady):
            self.adapter.ship_order(number, [package(("SKU-1", 1))])
        self.pass_time(61)
        self.adapter.ship_order(number, [package(("SKU-1", 1))])
        self.assertEqual(self.read(number).status, status.ASSEMBLED)

    def test_a_missing_handover(self):
        server = self.listen()
        number = self.order(("SKU-1", 1), missing_handover=True)
        (told,) = self.announce(server, number, "new")
        order = self.adapter.complete_order(self.read(number), told.raw)
        self.assertEqual((order.status, order.buyer.zip), (status.TO_ASSEMBLE, "100000"))

    def test_many_orders(self):
        """More than the search gives unless it is asked for more, and more than fits into one ``order/get``."""
        self.control("POST", "/megamarket/postings", {"account": DBS, "count": 120})
        self.pass_time(60)
        self.control("POST", "/megamarket/postings", {"account": DBS, "count": 30})
        found = self.numbers("created")
        self.assertEqual((len(found), len(set(found))), (150, 150))
        self.assertEqual(self.numbers("unfulfilled"), found)
