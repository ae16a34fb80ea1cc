"""Postings: request built, path called, parsed result, parsed error — and everything odd that a posting can be."""

import copy
import json
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, status
from odoo.addons.sale_marketplace.marketplaces.base.errors import (
    AuthError,
    NotFound,
    Obsolete,
    PayloadError,
    Rejected,
)
from odoo.addons.sale_marketplace.marketplaces.ozon import mapper, units

from .adapter_support import NOW
from .ozon_support import make_adapter, read_fixture, refusal

SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
EMPTY = {"postings": [], "has_next": False, "cursor": ""}


def query(by, **changes):
    return dto.OrderQuery(**{"by": by, "since": SINCE, "until": SINCE + timedelta(days=7), **changes})


class TestOzonOrderLists(BaseCase):
    # --- request built, path called ---
    def test_created(self):
        adapter, session, _exchanges, _clock = make_adapter(EMPTY)
        self.assertEqual(list(adapter.iter_orders(query("created", statuses=("to_assemble", "assembled")))), [])
        self.assertEqual(session.paths, ["/v4/posting/fbs/list"])
        self.assertEqual(
            session.bodies[0],
            {
                "filter": {
                    "since": "2026-09-01T00:00:00Z",
                    "to": "2026-09-08T00:00:00Z",
                    "statuses": ["awaiting_packaging", "awaiting_deliver", "awaiting_registration"],
                },
                "limit": 100,
                "cursor": "",
                "sort_dir": "ASC",
                "with": {"analytics_data": True, "barcodes": True, "financial_data": True},
            },
        )

    def test_created_in_slices(self):
        adapter, session, _exchanges, _clock = make_adapter(EMPTY, EMPTY, EMPTY)
        list(adapter.iter_orders(query("created", until=SINCE + timedelta(days=70))))
        periods = [(body["filter"]["since"][:10], body["filter"]["to"][:10]) for body in session.bodies]
        self.assertEqual(
            periods,
            [("2026-09-01", "2026-10-01"), ("2026-10-01", "2026-10-31"), ("2026-10-31", "2026-11-10")],
        )

    def test_nothing_to_ask(self):
        adapter, session, _exchanges, _clock = make_adapter()
        self.assertEqual(list(adapter.iter_orders(query("created", until=SINCE))), [])
        self.assertFalse(session.sent)

    def test_changed(self):
        adapter, session, _exchanges, _clock = make_adapter(EMPTY)
        list(adapter.iter_orders(query("changed")))
        criteria = session.bodies[0]["filter"]
        changed = {"from": "2026-09-01T00:00:00Z", "to": "2026-09-08T00:00:00Z"}
        self.assertEqual(criteria["last_changed_status_date"], changed)
        self.assertEqual((criteria["since"], criteria["to"]), ("2026-03-05T00:00:00Z", "2026-09-08T00:00:00Z"))
        self.assertNotIn("statuses", criteria)

    def test_period_that_is_too_long_is_halved(self):
        too_long = refusal("PERIOD_IS_TOO_LONG", code=3)
        adapter, session, _exchanges, _clock = make_adapter(too_long, EMPTY, read_fixture("posting_list"))
        orders = list(adapter.iter_orders(query("changed")))
        self.assertEqual([order.number for order in orders], ["0208245774-0029-1"])
        self.assertEqual(len(session.sent), 3)
        self.assertEqual(session.bodies[1]["filter"]["to"], session.bodies[2]["filter"]["since"])

    def test_unfulfilled(self):
        adapter, session, _exchanges, _clock = make_adapter(read_fixture("posting_unfulfilled"))
        orders = list(adapter.iter_orders(query("unfulfilled", statuses=("assembled",))))
        self.assertEqual(session.paths, ["/v4/posting/fbs/unfulfilled/list"])
        criteria = session.bodies[0]["filter"]
        self.assertEqual(criteria["cutoff_from"], "2026-09-01T00:00:00Z")
        self.assertEqual(criteria["cutoff_to"], "2026-09-08T00:00:00Z")
        self.assertEqual(orders[0].number, "41517061-0214-1")
        self.assertEqual(orders[0].lines[0].requirements, ("gtd",))
        self.assertEqual(orders[0].total, Decimal(300))
        self.assertEqual(orders[0].barcodes, ())
        self.assertTrue(orders[0].is_legal)

    def test_status_that_the_filter_does_not_know(self):
        adapter, session, _exchanges, _clock = make_adapter(read_fixture("posting_list_kinds"))
        orders = list(adapter.iter_orders(query("created", statuses=("split",))))
        self.assertNotIn("statuses", session.bodies[0]["filter"])
        self.assertEqual([order.raw_status for order in orders], ["cancelled_from_split_pending"])

    # --- pages ---
    def test_pages(self):
        first = {**read_fixture("posting_list"), "has_next": True, "cursor": "next"}
        adapter, session, _exchanges, clock = make_adapter(first, {**EMPTY, "has_next": True, "cursor": "again"})
        orders = list(adapter.iter_orders(query("created")))
        self.assertEqual(len(orders), 1)
        self.assertEqual([body["cursor"] for body in session.bodies], ["", "next"])
        self.assertEqual(orders[0].observed_at, clock.now())

    def test_cursor_that_stands_still(self):
        page = {**read_fixture("posting_list"), "has_next": True, "cursor": "same"}
        adapter, session, _exchanges, _clock = make_adapter(page, page)
        self.assertEqual(len(list(adapter.iter_orders(query("created")))), 2)
        self.assertEqual(len(session.sent), 2)

    def test_missing_list_is_not_an_empty_one(self):
        adapter, _session, _exchanges, _clock = make_adapter({"count": 0})
        with self.assertRaises(PayloadError):
            list(adapter.iter_orders(query("created")))

    # --- parsed error ---
    def test_obsolete_method(self):
        adapter, _session, _exchanges, _clock = make_adapter(refusal("obsolete method cannot be used"))
        with self.assertRaises(Obsolete):
            list(adapter.iter_orders(query("created")))

    # --- unreadable postings ---
    def test_unreadable_postings_do_not_stop_the_others(self):
        adapter, _session, _exchanges, _clock = make_adapter(read_fixture("posting_list_broken"))
        orders = list(adapter.iter_orders(query("created")))
        self.assertEqual(
            [(order.number, order.problem.split(":")[0]) for order in orders[:-1]],
            [
                ("99999999-0000-1", "products is empty"),
                ("99999999-0001-1", "products is empty"),
                ("99999999-0002-1", "products[0].price is missing"),
                ("99999999-0003-1", "products[0].quantity is not positive"),
                ("99999999-0004-1", "products[0].currency is not a currency"),
                ("", "posting_number is missing"),
                ("", "posting is not an object"),
            ],
        )
        self.assertIsInstance(orders[-1], dto.Order)
        self.assertEqual(orders[0].raw["posting_number"], "99999999-0000-1")


class TestOzonOrder(BaseCase):
    def parse(self, name, index=0):
        data = read_fixture(name)
        return mapper.parse_order(data.get("result", data)["postings"][index], NOW)

    # --- get ---
    def test_get(self):
        adapter, session, _exchanges, _clock = make_adapter(read_fixture("posting_get"))
        order = adapter.get_order("0132112277-0101-1")
        self.assertEqual(session.paths, ["/v3/posting/fbs/get"])
        self.assertEqual(session.bodies[0]["posting_number"], "0132112277-0101-1")
        self.assertEqual(
            session.bodies[0]["with"],
            {"analytics_data": True, "barcodes": True, "financial_data": True, "related_postings": True},
        )
        self.assertEqual((order.number, order.status, order.scheme), ("0132112277-0101-1", "to_assemble", "fbs"))
        self.assertEqual(order.lines[0].price, Decimal("1530.0000"))
        self.assertEqual(order.currency, "RUB")
        self.assertIsNone(order.total)
        self.assertIsNone(order.buyer)
        self.assertIsNone(order.cancellation)
        self.assertEqual(order.observed_at, NOW)

    def test_get_errors(self):
        for answer, error in (
            (refusal("POSTING_NOT_FOUND", 404, 5), NotFound),
            (refusal("Invalid Api-Key, please check the key and try again", 404, 5), AuthError),
        ):
            adapter, _session, _exchanges, _clock = make_adapter(answer)
            with self.subTest(error=error), self.assertRaises(error):
                adapter.get_order("1-1-1")

    def test_get_unreadable_keeps_the_number(self):
        adapter, _session, _exchanges, _clock = make_adapter({"result": {"status": "delivered"}})
        order = adapter.get_order("1-1-1")
        self.assertIsInstance(order, dto.UnreadableOrder)
        self.assertEqual(order.number, "1-1-1")

    # --- parsed result ---
    def test_list_posting(self):
        order = self.parse("posting_list")
        self.assertEqual(order.order_number, "0208245774-0029")
        self.assertEqual(order.order_external_id, "33301885134")
        self.assertEqual(order.ordered_at, datetime(2026, 9, 2, 8, tzinfo=timezone.utc))
        self.assertEqual(order.ship_by, datetime(2026, 9, 3, 9, tzinfo=timezone.utc))
        self.assertEqual(order.ship_by_limit, datetime(2026, 9, 6, 16, 59, tzinfo=timezone.utc))
        self.assertEqual(order.warehouse_external_id, "1020005003107121")
        self.assertEqual(order.warehouse_name, "FBS Ногинск")
        self.assertEqual(order.barcodes, ("%101%10293145035", "201864523528000"))
        self.assertEqual(order.scan_code, "ii30525117479")
        self.assertEqual(order.total, Decimal(12990))
        self.assertEqual(order.assembly, "")
        self.assertIn("ship", order.actions)
        line = order.lines[0]
        self.assertEqual((line.sku, line.article, line.quantity), ("1904686181", "b4408110", 1))
        self.assertEqual(
            (line.price, line.list_price, line.buyer_price), (Decimal(12990), Decimal(15990), Decimal(12100))
        )
        self.assertEqual(line.requirements, ("mandatory_mark",))

    def test_total_only_when_all_lines_are_covered(self):
        order = self.parse("posting_list_spec")
        self.assertEqual(len(order.lines), 2)
        self.assertIsNone(order.total)

    def test_own_delivery(self):
        order = self.parse("posting_list_kinds", 0)
        self.assertEqual((order.scheme, order.status), ("rfbs", "delivering"))
        self.assertEqual(order.tracking_number, "ZZV-23")
        self.assertEqual(order.cargo_places, 3)
        self.assertEqual(order.delivering_at.microsecond, 123456)
        self.assertEqual(
            order.buyer,
            dto.Buyer(
                external_id="12345678",
                name="Иван Петров",
                phone="+79031234567",
                street="д. 15, кв. 78",
                city="Москва",
                region="Москва",
                zip="101000",
                country="Россия",
                comment="Домофон не работает",
            ),
        )

    def test_cancelled(self):
        order = self.parse("posting_list_kinds", 1)
        self.assertEqual(order.status, "cancelled")
        self.assertEqual(
            order.cancellation,
            dto.Cancellation(
                reason_id="352",
                reason="Товар закончился на складе продавца",
                initiator="seller",
                after_shipping=True,
            ),
        )

    def test_replaced_by_its_children_is_not_cancelled(self):
        order = self.parse("posting_list_kinds", 2)
        self.assertEqual((order.status, order.cancellation), ("split", None))

    def test_assembly(self):
        self.assertEqual(self.parse("posting_list_kinds", 3).assembly, "in_progress")
        self.assertEqual(self.parse("posting_list_kinds", 4).assembly, "failed")

    def test_word_never_heard(self):
        order = self.parse("posting_list_kinds", 5)
        self.assertEqual((order.status, order.raw_status), (status.UNKNOWN, "teleporting"))

    def test_related_and_price_of_nothing(self):
        posting = read_fixture("posting_get")["result"]
        posting["related_postings"] = {
            "related_posting_numbers": [posting["posting_number"], "0132112277-0101-2", None]
        }
        posting["products"][0]["price"] = "0"
        order = mapper.parse_order({"result": posting}, NOW)
        self.assertEqual(order.related_numbers, ("0132112277-0101-2",))
        self.assertEqual(order.lines[0].price, 0)

    def test_several_currencies(self):
        posting = read_fixture("posting_list_spec")["postings"][0]
        posting["products"][1]["price"]["currency"] = "CNY"
        self.assertIn("several currencies", mapper.parse_order(posting, NOW).problem)

    # --- replay ---
    def test_replay_reads_what_was_stored(self):
        for name in ("posting_get", "posting_list", "posting_list_spec"):
            data = read_fixture(name)
            posting = data.get("result") or data["postings"][0]
            order = make_adapter()[0].parse_order(posting, NOW)
            stored = json.loads(json.dumps(order.raw))
            self.assertEqual(make_adapter()[0].parse_order(stored, NOW), order)
            self.assertEqual(make_adapter()[0].parse_order({"result": stored}, NOW), order)

    # --- junk ---
    def test_any_junk_gives_an_order_or_a_problem(self):
        """Whatever stands in any field, the posting is neither lost nor an exception."""
        chance = random.Random(20260910)
        junk = (None, "", 0, -1, "x", True, [], {}, [None], ["x"], {"a": 1}, 1e300, "9999-99-99T00:00:00Z", [[]], [{}])
        for name in ("posting_get", "posting_list", "posting_list_spec"):
            data = read_fixture(name)
            posting = data.get("result") or data["postings"][0]
            for _round in range(1500):
                broken = copy.deepcopy(posting)
                _put_somewhere(broken, chance.choice(junk), chance)
                self.assertIsInstance(mapper.parse_order(broken, NOW), (dto.Order, dto.UnreadableOrder))

    def test_status_tables_go_both_ways(self):
        for unified, words in units.STATUSES.items():
            self.assertIn(unified, status.ALL)
            for word in words:
                self.assertEqual(units.STATUS_BY_WORD[word], unified)
        self.assertEqual(set(units.STATUSES), set(status.ALL) - {status.UNKNOWN, status.TO_CONFIRM})
        self.assertLessEqual(set(units.SUBSTATUSES.values()), set(status.ALL))

    def test_unfilterable_refusal_is_raised(self):
        adapter, _session, _exchanges, _clock = make_adapter(refusal("PERIOD_IS_TOO_LONG", code=3))
        with self.assertRaises(Rejected):
            list(adapter.iter_orders(query("created")))


def _put_somewhere(data, value, chance):
    """Replace one value, at a random depth."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    if not keys:
        return
    key = chance.choice(keys)
    if isinstance(data[key], (dict, list)) and data[key] and chance.random() < 0.7:
        _put_somewhere(data[key], value, chance)
    else:
        data[key] = value
