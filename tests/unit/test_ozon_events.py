"""Push notifications: read, recognised again, acknowledged."""

import json
from datetime import datetime, timezone

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base.errors import PayloadError
from odoo.addons.sale_marketplace.marketplaces.ozon import units
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter

from .ozon_support import read_fixture


def parse(data):
    (event,) = OzonAdapter.parse_event({}, json.dumps(data).encode())
    return event


class TestOzonEvents(BaseCase):
    def setUp(self):
        super().setUp()
        self.samples = read_fixture("events")

    def test_kinds(self):
        kinds = {name: parse(sample).kind for name, sample in self.samples.items()}
        self.assertEqual(
            kinds,
            {
                "ping": "ping",
                "new": "order_new",
                "cancelled": "order_cancelled",
                "state": "order_changed",
                "offer": "offer_changed",
                "chat": "other",
                "unheard": "other",
            },
        )

    def test_new_posting(self):
        event = parse(self.samples["new"])
        self.assertEqual((event.account_external_id, event.order_number), ("15", "24319409-0021-1"))
        self.assertEqual(event.raw_kind, "TYPE_NEW_POSTING")
        self.assertEqual(event.occurred_at, datetime(2026, 9, 1, 6, 56, 36, 294000, tzinfo=timezone.utc))
        self.assertEqual(event.raw, self.samples["new"])

    def test_late_paid_posting_has_no_time(self):
        self.assertIsNone(parse({**self.samples["new"], "in_process_at": ""}).occurred_at)
        self.assertIsNone(parse({**self.samples["new"], "in_process_at": "soon"}).occurred_at)

    def test_offer(self):
        self.assertEqual(parse(self.samples["offer"]).article, "A-1")

    def test_key(self):
        for name, sample in self.samples.items():
            with self.subTest(name=name):
                shuffled = dict(reversed(sample.items()))
                self.assertEqual(parse(sample).key, parse(shuffled).key)
        state = self.samples["state"]
        self.assertEqual(parse(state).key, parse({**state, "warehouse_id": 1}).key)
        for change in ({"posting_number": "1-1-1"}, {"new_state": "posting_received"}, {"changed_state_date": ""}):
            self.assertNotEqual(parse(state).key, parse({**state, **change}).key)
        self.assertEqual(len({parse(sample).key for sample in self.samples.values()}), len(self.samples))

    def test_junk(self):
        for body in (b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}", b'{"message_type": ["x"]}', b"[" * 100_000):
            with self.subTest(body=body[:20]), self.assertRaises(PayloadError):
                OzonAdapter.parse_event({}, body)
        with self.assertRaises(PayloadError):
            parse({"message_type": "TYPE_NEW_POSTING", "seller_id": 1})

    def test_answers(self):
        status, body = OzonAdapter.event_answer([parse(self.samples["ping"])])
        self.assertEqual((status, sorted(body)), (200, ["name", "time", "version"]))
        self.assertTrue(body["time"].endswith("Z"))
        for name in ("new", "chat", "unheard"):
            self.assertEqual(OzonAdapter.event_answer([parse(self.samples[name])]), (200, {"result": True}))
        status, body = OzonAdapter.event_answer([], "invalid")
        self.assertEqual((status, body["error"]["code"]), (400, "ERROR_PARAMETER_VALUE_MISSED"))
        status, body = OzonAdapter.event_answer([], "internal")
        self.assertEqual((status, body["error"]["code"]), (500, "ERROR_UNKNOWN"))
        self.assertIsNone(body["error"]["details"])

    def test_every_documented_type_is_known(self):
        self.assertEqual(len(units.EVENT_KINDS), 21)
