"""The marketplace's calls to us: read, recognised again, answered."""

import copy
import json
from datetime import datetime, timezone

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base.errors import PayloadError
from odoo.addons.sale_marketplace.marketplaces.megamarket.adapter import MegamarketAdapter

from .megamarket_support import read_fixture


def parse(data, topic=""):
    return MegamarketAdapter.parse_event({}, json.dumps(data).encode(), topic)


def parse_one(data, topic=""):
    (event,) = parse(data, topic)
    return event


class TestMegamarketEvents(BaseCase):
    def setUp(self):
        super().setUp()
        self.new = {name: read_fixture(f"order_new_{name}") for name in ("dbs", "standard")}
        self.cancel = {name: read_fixture(f"order_cancel_{name}") for name in ("dbs", "standard")}

    def test_new(self):
        for name, number, merchant in (("dbs", "9324005500001", "175000"), ("standard", "946032218", "5046")):
            event = parse_one(self.new[name], "order/new")
            self.assertEqual((event.kind, event.raw_kind, event.order_number), ("order_new", "order/new", number))
            self.assertEqual(event.account_external_id, merchant)
            self.assertIsNone(event.request)
            self.assertEqual(event.raw["shipment"], self.new[name]["data"]["shipments"][0])
        self.assertEqual(event.occurred_at, datetime(2023, 2, 17, 6, 34, 3, tzinfo=timezone.utc))

    def test_cancelled_in_standard(self):
        event = parse_one(self.cancel["standard"], "order/cancel")
        self.assertEqual((event.kind, event.order_number, event.request), ("order_cancelled", "946032218", None))

    def test_asked_for_in_dbs(self):
        event = parse_one(self.cancel["dbs"], "order/cancel")
        self.assertEqual((event.kind, event.raw_kind), ("cancel_requested", "order/cancel"))
        request = event.request
        self.assertEqual((request.external_id, request.number), ("9324005500001:2,10", "9324005500001"))
        self.assertEqual((request.state, request.initiator, request.unit_ids), ("pending", "buyer", ("2", "10")))
        self.assertIsNone(request.requested_at)

    def test_several_shipments(self):
        body = copy.deepcopy(self.new["dbs"])
        second = {**body["data"]["shipments"][0], "shipmentId": "7"}
        body["data"]["shipments"].append(second)
        events = parse(body, "order/new")
        self.assertEqual([event.order_number for event in events], ["9324005500001", "7"])
        self.assertEqual(len({event.key for event in events}), 2)
        self.assertEqual(events[1].raw, {"merchantId": 175000, "shipment": second})

    def test_topic(self):
        """The body knows better: addresses are swapped easily, and a new order must not look like a cancellation."""
        for topic in ("", "order/new", "order/cancel"):
            for name in ("dbs", "standard"):
                self.assertEqual(parse_one(self.new[name], topic).kind, "order_new")
            self.assertEqual(parse_one(self.cancel["standard"], topic).kind, "order_cancelled")
            self.assertEqual(parse_one(self.cancel["dbs"], topic).kind, "cancel_requested")

    def test_a_bare_shipment(self):
        body = {"data": {"merchantId": 1, "shipments": [{"shipmentId": 5, "items": [{"itemIndex": 1, "price": 3}]}]}}
        self.assertEqual(parse_one(body).kind, "order_new")
        self.assertEqual(parse_one(body, "order/new").kind, "order_new")
        # A cancellation may tell the price one day.
        self.assertEqual(parse_one(body, "order/cancel").kind, "cancel_requested")

    def test_a_shipment_without_lots(self):
        """All that is left of it; only the address tells what it is about."""
        body = {"data": {"merchantId": 1, "shipments": [{"shipmentId": 5}]}}
        event = parse_one(body, "order/cancel")
        self.assertEqual(
            (event.kind, event.request.external_id, event.request.unit_ids), ("cancel_requested", "5:", ())
        )
        self.assertEqual(parse_one(body, "order/new").kind, "order_new")
        with self.assertRaises(PayloadError):
            parse(body)

    def test_unknown_topic(self):
        event = parse_one(self.new["dbs"], "order/sneeze")
        self.assertEqual((event.kind, event.raw_kind), ("other", "order/sneeze"))
        self.assertNotEqual(event.key, parse_one(self.new["dbs"], "order/new").key)

    def test_key(self):
        new = self.new["dbs"]
        again = copy.deepcopy(new)
        again["data"]["shipments"][0] = dict(reversed(again["data"]["shipments"][0].items()))
        again["data"]["shipments"][0]["shipmentId"] = 9324005500001
        self.assertEqual(parse_one(new, "order/new").key, parse_one(again).key)
        cancel = self.cancel["dbs"]
        again = copy.deepcopy(cancel)
        again["data"]["shipments"][0]["items"].reverse()
        again["data"]["shipments"][0]["items"][0]["itemIndex"] = 2
        self.assertEqual(parse_one(cancel).key, parse_one(again).key)
        again["data"]["shipments"][0]["items"].pop()
        self.assertNotEqual(parse_one(cancel).key, parse_one(again).key)
        self.assertNotEqual(parse_one(cancel).request.external_id, parse_one(again).request.external_id)

    def test_an_odd_time_does_not_lose_the_order(self):
        self.new["dbs"]["data"]["shipments"][0]["shipmentDate"] = "soon"
        self.assertIsNone(parse_one(self.new["dbs"]).occurred_at)

    def test_junk(self):
        for body in (
            b"",
            b"not json",
            b"[]",
            b"{}",
            b'{"data": []}',
            b'{"data": {"merchantId": 1}}',
            b'{"data": {"merchantId": 1, "shipments": []}}',
            b'{"data": {"merchantId": 1, "shipments": [{}]}}',
            b'{"data": {"merchantId": 1, "shipments": ["x"]}}',
            b'{"data": {"merchantId": 1, "shipments": [{"shipmentId": "1", "items": "x"}]}}',
            b'{"data": {"merchantId": 1, "shipments": [{"shipmentId": "1", "items": [{"itemIndex": null}]}]}}',
            b'{"data": {"merchantId": {}, "shipments": [{"shipmentId": "1"}]}}',
        ):
            with self.subTest(body=body), self.assertRaises(PayloadError):
                MegamarketAdapter.parse_event({}, body, "order/cancel")

    def test_answers(self):
        good = (200, {"data": {}, "meta": {"source": "sale_marketplace"}, "success": 1})
        events = parse(self.new["dbs"])
        self.assertEqual(MegamarketAdapter.event_answer(events), good)
        for error, status in (("invalid", 200), ("internal", 500)):
            told, body = MegamarketAdapter.event_answer([], error)
            self.assertEqual((told, body["success"]), (status, 0))
            self.assertTrue(body["error"]["message"])
