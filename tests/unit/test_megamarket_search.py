"""Orders are found without pages: full periods are halved, numbers are read in batches."""

import json
from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, errors, status
from odoo.addons.sale_marketplace.marketplaces.megamarket import requests as bodies

from .adapter_support import FakeAnswer
from .megamarket_support import answer, found, make_adapter, make_lot, make_shipment, refused

SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
UNTIL = datetime(2026, 9, 2, tzinfo=timezone.utc)


class Cabinet:
    """Stands in for the marketplace: shipments by their second of creation, cut as the search cuts."""

    def __init__(self, created, limit=bodies.SEARCH_COUNT):
        self.created, self.limit, self.searches, self.gets = created, limit, [], []
        self.headers = {}

    def request(self, method, url, data=None, **options):
        told = json.loads(data)["data"]
        if url.endswith("order/get"):
            self.gets.append(told["shipments"])
            return FakeAnswer(answer(*(make_shipment(make_lot(1), number=number) for number in told["shipments"])))
        since, until = (datetime.fromisoformat(told[key]) for key in ("dateFrom", "dateTo"))
        self.searches.append((since, until))
        numbers = [number for number, moment in self.created.items() if since <= moment <= until]
        return FakeAnswer(found(*numbers[: min(self.limit, told["count"])]))


class TestMegamarketSearch(BaseCase):
    def query(self, by="created", since=SINCE, until=UNTIL, **values):
        return dto.OrderQuery(by=by, since=since, until=until, **values)

    def read(self, cabinet, query):
        adapter = make_adapter()[0]
        adapter._client._http.session = cabinet
        return [order.number for order in adapter.iter_orders(query)]

    def test_created(self):
        adapter, session, _exchanges, clock = make_adapter(
            found("1", 2, "3"), answer(*(make_shipment(make_lot(1), number=str(number)) for number in (1, 2, 3)))
        )
        orders = list(adapter.iter_orders(self.query()))
        self.assertEqual([order.number for order in orders], ["1", "2", "3"])
        self.assertEqual(session.methods, ["order/search", "order/get"])
        self.assertEqual(
            session.told,
            [
                {"dateFrom": "2026-09-01T03:00:00+03:00", "dateTo": "2026-09-02T03:00:00+03:00", "count": 1000},
                {"shipments": ["1", "2", "3"]},
            ],
        )
        self.assertEqual(orders[0].observed_at, clock.now())

    def test_unfinished(self):
        adapter, session, _exchanges, clock = make_adapter(
            found("1", "2", "3"),
            answer(
                make_shipment(make_lot(1), number="1"),
                make_shipment(make_lot(1, "PACKED"), number="2"),
                # Delivered a moment ago.
                make_shipment(make_lot(1, "DELIVERED"), number="3"),
            ),
        )
        until = clock.now() + timedelta(days=60)
        orders = list(adapter.iter_orders(self.query("unfulfilled", until=until)))
        self.assertEqual([order.number for order in orders], ["1", "2"])
        self.assertEqual(
            session.told[0],
            {
                "dateFrom": "2026-08-02T03:00:00+03:00",
                "dateTo": "2026-09-11T15:00:00+03:00",
                "count": 1000,
                "statuses": ["NEW", "CONFIRMED", "PACKED", "PACKING_EXPIRED", "SHIPPED"],
            },
        )

    def test_changed(self):
        """Those that the caller knows, and those that came meanwhile, each once."""
        adapter, session, _exchanges, _clock = make_adapter(
            found("2", "9"), answer(*(make_shipment(make_lot(1), number=number) for number in ("1", "2", "9")))
        )
        orders = list(adapter.iter_orders(self.query("changed", numbers=("1", "2"))))
        self.assertEqual([order.number for order in orders], ["1", "2", "9"])
        self.assertEqual(session.told[1], {"shipments": ["1", "2", "9"]})

    def test_statuses(self):
        adapter, *_rest = make_adapter(
            found("1", "2"),
            answer(make_shipment(make_lot(1), number="1"), make_shipment(make_lot(1, "PACKED"), number="2")),
        )
        orders = list(adapter.iter_orders(self.query(statuses=(status.ASSEMBLED,))))
        self.assertEqual([order.number for order in orders], ["2"])

    def test_nothing(self):
        adapter, session, _exchanges, _clock = make_adapter(found())
        self.assertEqual(list(adapter.iter_orders(self.query())), [])
        self.assertEqual(session.methods, ["order/search"])

    def test_unreadable_ones_do_not_stop_it(self):
        adapter, *_rest = make_adapter(
            found("1", "2"), answer({"shipmentId": "1"}, make_shipment(make_lot(1), number="2"))
        )
        first, second = adapter.iter_orders(self.query())
        self.assertIsInstance(first, dto.UnreadableOrder)
        self.assertEqual((first.number, second.number), ("1", "2"))

    def test_a_missing_list_is_not_an_empty_one(self):
        adapter, *_rest = make_adapter({"success": 1, "meta": {}, "data": {}})
        with self.assertRaises(errors.PayloadError):
            list(adapter.iter_orders(self.query()))

    def test_batches(self):
        created = {str(number): SINCE + timedelta(minutes=number) for number in range(1, 251)}
        cabinet = Cabinet(created)
        self.assertEqual(self.read(cabinet, self.query()), list(created))
        self.assertEqual([len(numbers) for numbers in cabinet.gets], [100, 100, 50])

    def test_a_full_period_is_halved(self):
        created = {str(number): SINCE + timedelta(seconds=30 * number) for number in range(1, 2501)}
        cabinet = Cabinet(created)
        numbers = self.read(cabinet, self.query())
        self.assertEqual(len(numbers), 2500)
        self.assertEqual(set(numbers), set(created))
        self.assertEqual(sum(map(len, cabinet.gets)), 2500)

    def test_the_marketplace_may_not_mind_the_count(self):
        created = {str(number): SINCE + timedelta(seconds=60 * number) for number in range(1, 701)}
        self.assertEqual(set(self.read(Cabinet(created, limit=100), self.query())), set(created))

    def test_a_crowd_within_seconds(self):
        created = {str(number): SINCE + timedelta(seconds=number // 400) for number in range(1, 2001)}
        self.assertEqual(set(self.read(Cabinet(created), self.query())), set(created))

    def test_a_second_that_is_too_full_is_told(self):
        """What can be read is read; that something is missing is said."""
        created = {str(number): SINCE for number in range(1, 1501)}
        created["last"] = UNTIL - timedelta(hours=1)
        cabinet = Cabinet(created)
        adapter = make_adapter()[0]
        adapter._client._http.session = cabinet
        seen = []
        with self.assertRaises(errors.PayloadError) as caught:
            seen.extend(order.number for order in adapter.iter_orders(self.query()))
        self.assertIn("2026-09-01T03:00:00+03:00", caught.exception.message)
        numbers = [number for batch in cabinet.gets for number in batch]
        self.assertEqual(len(numbers), 1001)
        self.assertIn("last", numbers)

    def test_get(self):
        adapter, session, _exchanges, _clock = make_adapter(answer(make_shipment(make_lot(1))))
        self.assertEqual(adapter.get_order("946032218").number, "946032218")
        self.assertEqual(session.told, [{"shipments": ["946032218"]}])

    def test_get_of_an_unknown_number(self):
        for told in (answer(), refused("Отправление не найдено"), answer(make_shipment(make_lot(1), number="7"))):
            adapter, *_rest = make_adapter(told)
            with self.assertRaises(errors.NotFound):
                adapter.get_order("946032218")

    def test_one_unknown_number_does_not_hide_the_others(self):
        good = [make_shipment(make_lot(1), number=number) for number in ("1", "3")]
        adapter, session, _exchanges, _clock = make_adapter(
            found("1", "2", "3"),
            refused("Отправление не найдено"),
            answer(good[0]),
            refused("Отправление не найдено"),
            refused("Отправление не найдено"),
            answer(good[1]),
        )
        numbers = [order.number for order in adapter.iter_orders(self.query())]
        self.assertEqual(numbers, ["1", "3"])
