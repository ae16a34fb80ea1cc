"""FBO, own delivery, units, cancelling and returns: requests, answers in their odd shapes, refusals."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, status
from odoo.addons.sale_marketplace.marketplaces.base.errors import AlreadyDone, Forbidden, NotFound, Rejected
from odoo.addons.sale_marketplace.marketplaces.ozon import units

from .adapter_support import FakeAnswer
from .ozon_support import make_adapter, read_fixture, refusal

SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
UNTIL = SINCE + timedelta(days=7)
NUMBER = "57195475-0050-3"


class OzonCase(BaseCase):
    def call(self, method, *args, answers):
        adapter, session, _exchanges, _clock = make_adapter(*answers)
        result = getattr(adapter, method)(*args)
        return list(result) if hasattr(result, "__next__") else result, session


class TestOzonFbo(OzonCase):
    def query(self, **values):
        return dto.OrderQuery(**{"by": "created", "since": SINCE, "until": UNTIL, **values})

    def test_list(self):
        orders, session = self.call("iter_fbo_orders", self.query(), answers=[read_fixture("fbo_list")])
        self.assertEqual(session.paths, ["/v3/posting/fbo/list"])
        self.assertEqual(session.bodies[0]["filter"], {"since": "2026-09-01T00:00:00Z", "to": "2026-09-08T00:00:00Z"})
        (order,) = orders
        self.assertEqual((order.number, order.scheme, order.status), ("9121072335-0187-1", "fbo", "delivered"))
        self.assertEqual(order.raw_substatus, "posting_received")
        self.assertEqual((order.lines[0].price, order.lines[0].quantity), (Decimal(28990), 1))
        self.assertEqual((order.total, order.currency), (Decimal(28990), "RUB"))
        self.assertEqual(order.warehouse_name, "ОМСК_РФЦ")
        self.assertIsNone(order.buyer)
        self.assertIsNone(order.cancellation)
        self.assertEqual(order.delivery_step, "delivered")

    def test_by_number_in_slices(self):
        numbers = [f"{index}-1-1" for index in range(1001)]
        empty = {"postings": [], "cursor": "", "has_next": False}
        _orders, session = self.call("iter_fbo_orders", self.query(numbers=tuple(numbers)), answers=[empty, empty])
        self.assertEqual([len(body["filter"]["posting_numbers"]) for body in session.bodies], [1000, 1])

    def test_one(self):
        order, session = self.call("get_fbo_order", "9121072335-0187-1", answers=[read_fixture("fbo_list")])
        self.assertEqual(order.number, "9121072335-0187-1")
        self.assertEqual(session.bodies[0]["filter"]["posting_numbers"], ["9121072335-0187-1"])
        with self.assertRaises(NotFound):
            self.call("get_fbo_order", "1-1-1", answers=[{"postings": [], "cursor": "", "has_next": False}])

    def test_cancelled(self):
        answer = read_fixture("fbo_list")
        told = {
            "cancel_reason": "Передумал",
            "cancellation_initiator": "Покупатель",
            "cancellation_type": "client",
            "cancel_reason_id": 508,
        }
        answer["postings"][0].update(status="cancelled", substatus="posting_canceled", cancellation=told)
        (order,), _session = self.call("iter_fbo_orders", self.query(), answers=[answer])
        self.assertEqual(order.status, "cancelled")
        self.assertEqual((order.cancellation.reason, order.cancellation.initiator), ("Передумал", "buyer"))

    def test_stored_payload_is_read_as_fbo_again(self):
        raw = read_fixture("fbo_list")["postings"][0]
        adapter, *_rest = make_adapter()
        self.assertEqual(adapter.parse_order(raw, SINCE).scheme, "fbo")

    def test_nulls_and_an_unreadable_one(self):
        answer = read_fixture("fbo_list")
        good, bad = answer["postings"][0], {**answer["postings"][0], "posting_number": "1-1-1", "products": None}
        good.update(analytics_data=None, financial_data=None, legal_info=None)
        answer["postings"] = [bad, good]
        orders, _session = self.call("iter_fbo_orders", self.query(), answers=[answer])
        self.assertIsInstance(orders[0], dto.UnreadableOrder)
        self.assertEqual((orders[0].number, orders[1].total), ("1-1-1", None))


class TestOzonDelivery(OzonCase):
    def test_steps(self):
        paths = {
            status.DELIVERING: "/v2/fbs/posting/delivering",
            status.LAST_MILE: "/v2/fbs/posting/last-mile",
            status.DELIVERED: "/v2/fbs/posting/delivered",
        }
        for step, path in paths.items():
            answer = {"result": [{"posting_number": "1-1-1", "result": True, "error": []}]}
            outcomes, session = self.call("set_delivery_status", step, ["1-1-1"], answers=[answer])
            self.assertEqual((session.paths, session.bodies), ([path], [{"posting_number": ["1-1-1"]}]))
            self.assertEqual(outcomes, {"1-1-1": ""})

    def test_refused_items(self):
        answer = {
            "result": [
                {"posting_number": "1-1-1", "result": True, "error": ""},
                {"posting_number": "2-2-2", "result": False, "error": "TRANSITION_IS_NOT_POSSIBLE"},
                {"posting_number": "3-3-3", "result": False, "error": ["A", "B"]},
                {"posting_number": "4-4-4", "result": False, "error": None},
            ]
        }
        numbers = ["1-1-1", "2-2-2", "3-3-3", "4-4-4", "5-5-5"]
        outcomes, _session = self.call("set_delivery_status", status.DELIVERED, numbers, answers=[answer])
        expected = ["", "TRANSITION_IS_NOT_POSSIBLE", "A, B", "not accepted", "not in the answer"]
        self.assertEqual(list(outcomes.values()), expected)

    def test_tracking_numbers_go_twenty_at_a_time(self):
        numbers = {f"{index}-1-1": f"T{index}" for index in range(21)}
        answers = [
            {"result": [{"posting_number": n, "result": True, "error": ""} for n in part]}
            for part in (list(numbers)[:20], list(numbers)[20:])
        ]
        outcomes, session = self.call("set_tracking_numbers", numbers, answers=answers)
        self.assertEqual([len(body["tracking_numbers"]) for body in session.bodies], [20, 1])
        self.assertEqual(set(outcomes.values()), {""})

    def test_delivery_window(self):
        window, _session = self.call("get_delivery_window", NUMBER, answers=[read_fixture("timeslot_get")])
        self.assertEqual(window.changes_left, 2)
        self.assertEqual(window.since, datetime(2026, 3, 16, 8, tzinfo=timezone.utc))
        _none, session = self.call("set_delivery_window", NUMBER, SINCE, UNTIL, answers=[{"result": True}])
        slot = {"from": "2026-09-01T00:00:00Z", "to": "2026-09-08T00:00:00Z"}
        self.assertEqual(session.bodies, [{"posting_number": NUMBER, "new_timeslot": slot}])
        with self.assertRaises(Rejected):
            self.call("set_ship_by", NUMBER, SINCE, answers=[{"result": False}])

    def test_last_mile_is_a_step_within_delivering(self):
        posting = read_fixture("posting_list")["postings"][0]
        adapter, *_rest = make_adapter()
        steps = {}
        for substatus in ("posting_transferred_to_courier_service", "posting_in_courier_service"):
            order = adapter.parse_order({**posting, "status": "delivering", "substatus": substatus}, SINCE)
            steps[substatus] = order.delivery_step
        self.assertEqual(list(steps.values()), ["delivering", "last_mile"])


class TestOzonExemplars(OzonCase):
    def test_sheet(self):
        sheet, session = self.call("get_exemplars", NUMBER, answers=[read_fixture("exemplar_get")])
        self.assertEqual(session.paths, ["/v6/fbs/posting/product/exemplar/create-or-get"])
        (line,) = sheet.lines
        self.assertEqual((line.sku, line.quantity, line.needs), ("1904686181", 1, ("mandatory_mark", "gtd")))
        self.assertEqual(line.exemplars[0].external_id, "1019562967545956")
        self.assertEqual((sheet.state, line.weight_max), ("", None))

    def test_separator_on_the_wire(self):
        code = "0104601653003004215!AbC\x1d91EE10\x1d92abc="
        unit = dto.Exemplar(external_id="7", marks=(dto.Mark(kind="mandatory_mark", code=code),), gtd_absent=True)
        line = dto.ExemplarLine(sku="1904686181", quantity=1, exemplars=(unit,))
        _none, session = self.call("set_exemplars", NUMBER, [line], 2, answers=[FakeAnswer({})])
        self.assertIn(b"!AbC\\u001d91EE10\\u001d92abc=", session.sent[0]["data"])
        product = session.bodies[0]["products"][0]
        self.assertEqual(product["exemplars"][0]["marks"][0]["mark"], code)
        self.assertEqual((product["exemplars"][0]["is_gtd_absent"], session.bodies[0]["multi_box_qty"]), (True, 2))

    def test_checked(self):
        answer = read_fixture("exemplar_status")
        sheet, _session = self.call("get_exemplar_state", NUMBER, answers=[answer])
        self.assertEqual((sheet.state, sheet.lines[0].exemplars[0].marks[0].state), ("ready", "passed"))
        answer["status"] = "ship_not_available"
        answer["products"][0]["exemplars"][0]["gtd_error_codes"] = ["GTD_IS_INVALID"]
        answer["products"][0]["exemplars"][0]["marks"][0].update(check_status="failed", error_codes=["IN_CIRCULATION"])
        sheet, _session = self.call("get_exemplar_state", NUMBER, answers=[answer])
        unit = sheet.lines[0].exemplars[0]
        self.assertEqual((sheet.state, unit.problems), ("refused", ("GTD_IS_INVALID",)))
        self.assertEqual((unit.marks[0].state, unit.marks[0].problems), ("failed", ("IN_CIRCULATION",)))

    def test_validation_names_the_unit(self):
        problems, _session = self.call("validate_exemplars", NUMBER, [], answers=[read_fixture("exemplar_validate")])
        self.assertEqual(problems, {("1904686181", 1): ["GTD_IS_INVALID", "MARK_FORMAT_IS_INVALID"]})

    def test_refused(self):
        answer = refusal("Posting must have 'awaiting_packaging' status")
        with self.assertRaises(Rejected):
            self.call("set_exemplars", NUMBER, [], answers=[answer])

    def test_country(self):
        answer = {"product_id": 180550365, "is_gtd_needed": True}
        needed, session = self.call("set_country", NUMBER, "180550365", "TR", answers=[answer])
        self.assertTrue(needed)
        self.assertEqual(session.bodies[0]["country_iso_code"], "TR")
        countries, _session = self.call("iter_countries", answers=[read_fixture("country_list")])
        self.assertEqual([country.code for country in countries], ["TR", "RU"])


class TestOzonCancelling(OzonCase):
    def test_reasons_of_a_seller(self):
        reasons, session = self.call("iter_cancel_reasons", answers=[read_fixture("cancel_reasons")])
        self.assertEqual(session.paths, ["/v2/posting/fbs/cancel-reason/list"])
        told = [(reason.external_id, reason.kind, reason.available, reason.message_required) for reason in reasons]
        self.assertEqual(
            told,
            [
                ("352", "out_of_stock", True, False),
                ("400", "defective", True, False),
                ("401", "", False, False),
                ("402", "other", True, True),
            ],
        )

    def test_some_units(self):
        line = dto.PackageLine(sku="185479045", quantity=2)
        _none, session = self.call("cancel_lines", NUMBER, [line], "352", "нет", answers=[{"result": ""}])
        self.assertEqual(session.paths, ["/v2/posting/fbs/product/cancel"])
        self.assertEqual(session.bodies[0]["items"], [{"sku": 185479045, "quantity": 2}])

    def test_requests_of_buyers(self):
        found, session = self.call("iter_cancel_requests", "pending", answers=[read_fixture("cancel_request_list")])
        (request,) = found
        self.assertEqual(session.bodies[0]["filters"], {"state": "ON_APPROVAL"})
        self.assertEqual((request.external_id, request.state, request.initiator), ("700000001", "pending", "buyer"))
        self.assertEqual(request.decide_until, datetime(2026, 8, 16, 9, 15, 30, tzinfo=timezone.utc))

    def test_deciding(self):
        for approve, path in ((True, "approve"), (False, "reject")):
            _none, session = self.call("decide_cancel_request", "700000001", approve, "x", answers=[FakeAnswer(b"")])
            self.assertEqual(session.paths, [f"/v2/conditional-cancellation/{path}"])
        with self.assertRaises(AlreadyDone):
            self.call("decide_cancel_request", "7", True, answers=[refusal("Cancellation is already approved")])


class TestOzonReturns(OzonCase):
    def test_return(self):
        (found,), session = self.call("iter_returns", SINCE, UNTIL, answers=[read_fixture("return_list")])
        self.assertEqual(session.paths, ["/v1/returns/list"])
        self.assertEqual((found.external_id, found.source, found.number), ("1000015552", "platform", "58544282-0057-1"))
        self.assertEqual((found.stage, found.kind, found.scheme), ("ready", "refused", "fbs"))
        self.assertEqual((found.sku, found.article, found.quantity), ("1100526203", "81451", 1))
        self.assertEqual((found.price, found.currency, found.storage_cost), (Decimal(3318), "RUB", Decimal(1231)))
        self.assertEqual((found.barcode, found.place_name), ("ii5275210303", "СЦ_Львовский_Возвраты"))

    def test_pages_go_on_after_the_last_id(self):
        first, second = read_fixture("return_list"), read_fixture("return_list")
        first["has_next"] = True
        second["returns"][0]["id"] = 1000015553
        found, session = self.call("iter_returns", SINCE, UNTIL, answers=[first, second])
        self.assertEqual([body["last_id"] for body in session.bodies], [0, 1000015552])
        self.assertEqual([item.external_id for item in found], ["1000015552", "1000015553"])

    def test_an_empty_page_ends_it(self):
        answer = {**read_fixture("return_list"), "has_next": True}
        empty = {"returns": [], "has_next": True}
        found, _session = self.call("iter_returns", SINCE, UNTIL, answers=[answer, empty])
        self.assertEqual(len(found), 1)

    def test_unknown_and_unreadable_rows_stop_nothing(self):
        answer = read_fixture("return_list")
        good = answer["returns"][0]
        odd = {**good, "id": 2, "visual": {"status": {"sys_name": "NewWord"}}, "compensation_status": None}
        broken = {**good, "id": 3, "product": {"quantity": "many"}}
        answer["returns"] = [odd, broken, {**good, "storage": None, "target_place": None, "logistic": None}]
        found, _session = self.call("iter_returns", SINCE, UNTIL, answers=[answer])
        self.assertEqual((found[0].stage, found[0].raw_stage), ("unknown", "NewWord"))
        self.assertIsInstance(found[1], dto.UnreadableReturn)
        self.assertEqual(found[2].stage, "ready")

    def test_request_of_a_buyer(self):
        (found,), session = self.call(
            "iter_own_delivery_returns", SINCE, UNTIL, answers=[read_fixture("own_return_list")]
        )
        self.assertEqual(session.bodies[0]["filter"]["group_state"], ["All"])
        self.assertEqual((found.source, found.scheme, found.stage), ("own_delivery", "rfbs", "requested"))
        self.assertEqual((found.external_id, found.price, found.quantity), ("8000123456", Decimal(2999), 1))

    def test_every_stage_of_ours_is_one_of_the_program(self):
        stages = {*units.RETURN_STAGES.values(), *units.OWN_RETURN_STAGES.values()}
        self.assertLessEqual(stages, set(status.RETURN_STAGES))
        self.assertLessEqual(set(units.RETURN_KINDS.values()), set(status.RETURN_KINDS))

    def test_role_missing(self):
        with self.assertRaises(Forbidden):
            answer = refusal("Api-Key is missing a required role for a method", 403, 7)
            self.call("iter_returns", SINCE, UNTIL, answers=[answer])
