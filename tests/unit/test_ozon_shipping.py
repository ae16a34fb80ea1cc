"""Assembling, labels, cancelling and hand-over: request built, path called, parsed result, parsed error."""

import base64
from datetime import date, datetime, timezone

import requests

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.base.errors import (
    AlreadyDone,
    NotFound,
    NotReady,
    PayloadError,
    Rejected,
    UnknownOutcome,
)

from .adapter_support import PDF, FakeAnswer
from .ozon_support import API_KEY, make_adapter, read_fixture, refusal

NUMBER = "89491381-0072-1"
ONE = dto.PackageLine(sku="185479045", quantity=1)
DEPARTURE = datetime(2026, 9, 3, 9, tzinfo=timezone.utc)


class TestOzonShipping(BaseCase):
    def call(self, method, *arguments, answers=()):
        """(result, session) of one operation."""
        adapter, session, self.exchanges, self.clock = make_adapter(*answers)
        return getattr(adapter, method)(*arguments), session

    def assert_fails(self, error, method, *arguments, answer):
        with self.assertRaises(error) as caught:
            self.call(method, *arguments, answers=[answer])
        return caught.exception

    # --- ship ---
    def test_ship(self):
        packages = [dto.Package(lines=(ONE,)), dto.Package(lines=(ONE,))]
        result, session = self.call("ship_order", NUMBER, packages, answers=[read_fixture("ship")])
        self.assertEqual(session.paths, ["/v4/posting/fbs/ship"])
        product = {"product_id": 185479045, "quantity": 1}
        self.assertEqual(
            session.bodies[0],
            {"posting_number": NUMBER, "packages": [{"products": [product]}, {"products": [product]}]},
        )
        self.assertEqual(result.numbers, (NUMBER, "89491381-0072-2"))

    def test_ship_without_numbers_in_the_answer(self):
        result, _session = self.call("ship_order", NUMBER, [dto.Package(lines=(ONE,))], answers=[{"result": None}])
        self.assertEqual(result.numbers, (NUMBER,))

    def test_ship_errors(self):
        packages = [dto.Package(lines=(ONE,))]
        for answer, error in (
            (refusal("POSTING_ALREADY_SHIPPED"), AlreadyDone),
            (refusal("POSTING_ALREADY_CANCELLED", 409), Rejected),
            (refusal("POSTING_NOT_FOUND", 404, 5), NotFound),
            (requests.exceptions.ReadTimeout("slow"), UnknownOutcome),
            (refusal("Internal error", 500, 13), UnknownOutcome),
        ):
            with self.subTest(error=error):
                caught = self.assert_fails(error, "ship_order", NUMBER, packages, answer=answer)
                self.assertIs(type(caught), error)

    def test_sku_that_is_no_number_is_not_sent(self):
        packages = [dto.Package(lines=(dto.PackageLine(sku="A-1", quantity=1),))]
        adapter, session, _exchanges, _clock = make_adapter()
        with self.assertRaises(Rejected):
            adapter.ship_order(NUMBER, packages)
        self.assertFalse(session.sent)

    def test_ship_part(self):
        result, session = self.call("ship_part", NUMBER, [ONE], answers=[read_fixture("ship_part")])
        self.assertEqual(session.paths, ["/v4/posting/fbs/ship/package"])
        body = {"posting_number": NUMBER, "products": [{"product_id": 185479045, "quantity": 1}]}
        self.assertEqual(session.bodies, [body])
        self.assertEqual(result.numbers, (NUMBER, "89491381-0072-2"))
        self.assert_fails(Rejected, "ship_part", NUMBER, [ONE], answer=refusal("HAS_INCORRECT_PRODUCT_QUANTITY"))

    def test_cargo_places(self):
        _result, session = self.call("set_cargo_places", NUMBER, 3, answers=[{"result": {"result": True}}])
        self.assertEqual(session.paths, ["/v3/posting/multiboxqty/set"])
        self.assertEqual(session.bodies, [{"posting_number": NUMBER, "multi_box_qty": 3}])
        self.assert_fails(NotReady, "set_cargo_places", NUMBER, 3, answer={"result": {"result": False}})

    # --- labels ---
    def test_request_labels(self):
        tasks, session = self.call("request_labels", [NUMBER], answers=[read_fixture("label_create")])
        self.assertEqual(session.paths, ["/v3/posting/fbs/package-label/create"])
        self.assertEqual(session.bodies, [{"posting_numbers": [NUMBER]}])
        self.assertEqual(
            [(task.task_id, task.kind) for task in tasks], [("5819327210248", "big"), ("5819327210249", "small")]
        )

    def test_request_labels_in_batches(self):
        numbers = [f"1-1-{index}" for index in range(25)]
        answers = [read_fixture("label_create"), {"result": read_fixture("label_create")}]
        tasks, session = self.call("request_labels", numbers, answers=answers)
        self.assertEqual([len(body["posting_numbers"]) for body in session.bodies], [20, 5])
        self.assertEqual(tasks[0].numbers + tasks[-1].numbers, tuple(numbers))

    def test_labels_not_ready(self):
        for status in (200, 400, 409):
            answer = refusal("The next postings aren't ready", status)
            self.assert_fails(NotReady, "request_labels", [NUMBER], answer=answer)
        self.assert_fails(PayloadError, "request_labels", [NUMBER], answer={"tasks": []})

    def test_label_task(self):
        state, session = self.call("get_label_task", "5819327210248", answers=[read_fixture("label_get")])
        self.assertEqual(session.paths, ["/v2/posting/fbs/package-label/get"])
        self.assertEqual(session.bodies, [{"task_id": 5819327210248}])
        self.assertEqual(state.state, "done")
        self.assertTrue(state.url.startswith("https://ir.ozone.ru/"))
        self.assertEqual(state.unprinted, {"89491381-0072-2": "not ready"})

    def test_label_task_states(self):
        for word, message, state in (
            ("pending", "", "pending"),
            ("in_progress", "", "pending"),
            ("error", "INVALID_ARGUMENT", "failed"),
            ("error", "The next postings aren't ready", "pending"),
            ("completed", "", "failed"),
        ):
            answer = {"error": {"code": "", "message": message}, "file_url": "", "status": {"code": word}}
            with self.subTest(word=word, message=message):
                self.assertEqual(self.call("get_label_task", "1", answers=[answer])[0].state, state)
        self.assert_fails(PayloadError, "get_label_task", "1", answer={"status": {"code": "dreaming"}})

    def test_download_label(self):
        url = "https://ir.ozone.ru/s3/label.pdf?X-Amz-Signature=abc"
        content, session = self.call("download_label", url, answers=[PDF])
        self.assertEqual(content, PDF)
        self.assertEqual((session.sent[0]["method"], session.sent[0]["url"]), ("GET", url))
        self.assertNotIn(API_KEY, str(session.sent))
        self.assertNotIn("abc", self.exchanges[0].url)

    def test_download_label_refused(self):
        for answer in (b"<html>", {"message": "no"}, b""):
            self.assert_fails(PayloadError, "download_label", "https://x.example/a.pdf", answer=FakeAnswer(answer))
        for status in (403, 404):
            answer = FakeAnswer(b"<Error/>", status)
            self.assert_fails(NotFound, "download_label", "https://x.example/a.pdf", answer=answer)
        for url in ("file:///etc/passwd", "ftp://x.example/a", "http://x.example/a", "//x.example/a", "", "https://[x"):
            with self.subTest(url=url):
                self.assert_fails(PayloadError, "download_label", url, answer=PDF)

    def test_download_label_from_the_simulator(self):
        adapter, _session, _exchanges, _clock = make_adapter(PDF, base_url="http://127.0.0.1:8123")
        self.assertEqual(adapter.download_label("http://127.0.0.1:8123/labels/1.pdf"), PDF)

    # --- cancelling ---
    def test_cancel(self):
        _result, session = self.call("cancel_order", NUMBER, "352", "Out of stock", answers=[{"result": True}])
        self.assertEqual(session.paths, ["/v2/posting/fbs/cancel"])
        body = {"posting_number": NUMBER, "cancel_reason_id": 352, "cancel_reason_message": "Out of stock"}
        self.assertEqual(session.bodies, [body])
        already = refusal("POSTING_ALREADY_CANCELLED")
        self.assert_fails(AlreadyDone, "cancel_order", NUMBER, "352", answer=already)
        self.assert_fails(Rejected, "cancel_order", NUMBER, "352", answer={"result": False})
        self.assert_fails(Rejected, "cancel_order", NUMBER, "352", answer=refusal("HAS_INCORRECT_CANCEL_REASON"))

    # --- hand-over ---
    def test_handover_slots(self):
        slots, session = self.call("iter_handover_slots", date(2026, 9, 3), answers=[read_fixture("carriage_slots")])
        slots = list(slots)
        self.assertEqual(session.paths, ["/v2/carriage/delivery/list"])
        self.assertEqual(session.bodies, [{"filter": {"departure_date": "2026-09-03"}, "limit": 1000, "cursor": ""}])
        self.assertEqual([slot.handover_external_id for slot in slots], ["", "900000250859000"])
        self.assertEqual([slot.postings for slot in slots], [3, 2])
        self.assertEqual(slots[0].departure_at, DEPARTURE)
        self.assertEqual(slots[0].problems, ("Есть несобранные отправления",))
        self.assertEqual(list(self.call("iter_handover_slots", DEPARTURE, answers=[{"methods": []}])[0]), [])
        refused, _session = self.call("iter_handover_slots", DEPARTURE, answers=[refusal("first_mile_absent")])
        with self.assertRaises(Rejected):
            list(refused)

    def test_create_handover(self):
        created = {"carriage_id": 900000250859000}
        handover, session = self.call("create_handover", "1020005003107121", DEPARTURE, answers=[created])
        self.assertEqual(handover, "900000250859000")
        self.assertEqual(session.paths, ["/v1/carriage/create"])
        body = {"delivery_method_id": 1020005003107121, "departure_date": "2026-09-03T09:00:00Z"}
        self.assertEqual(session.bodies, [body])
        arguments = ("create_handover", "1020005003107121", DEPARTURE)
        self.assert_fails(NotFound, *arguments, answer=refusal("POSTING_NOT_FOUND"))
        self.assert_fails(UnknownOutcome, *arguments, answer=requests.exceptions.ReadTimeout("slow"))
        # Ozon would make a carriage of some other method
        adapter, session, _exchanges, _clock = make_adapter()
        with self.assertRaises(Rejected):
            adapter.create_handover("", DEPARTURE)
        self.assertFalse(session.sent)

    def test_approve_handover(self):
        _result, session = self.call("approve_handover", "900000250859000", answers=[{}])
        self.assertEqual(session.paths, ["/v1/carriage/approve"])
        self.assertEqual(session.bodies, [{"carriage_id": 900000250859000}])
        _result, session = self.call("approve_handover", "900000250859000", 2, answers=[FakeAnswer(b"")])
        self.assertEqual(session.bodies, [{"carriage_id": 900000250859000, "containers_count": 2}])
        self.assert_fails(Rejected, "approve_handover", "1", answer=refusal("Incorrect_carriage_status"))

    def test_handover_ready(self):
        answers = [{"status": "formed"}, read_fixture("act_status")]
        state, session = self.call("get_handover", "900000250859000", answers=answers)
        self.assertEqual(session.paths, ["/v1/carriage/get", "/v2/posting/fbs/act/check-status"])
        self.assertEqual(session.bodies, [{"carriage_id": 900000250859000}, {"id": 900000250859000}])
        self.assertEqual((state.state, state.numbers, state.more), ("ready", ("76673629-0020-1",), True))

    def test_handover_draft(self):
        state, session = self.call("get_handover", "9", answers=[{"status": "new"}, read_fixture("act_postings")])
        self.assertEqual(session.paths[1], "/v2/posting/fbs/act/get-postings")
        self.assertEqual((state.state, state.numbers), ("draft", ("76673629-0020-1",)))
        state, _session = self.call("get_handover", "9", answers=[{"status": "new"}, refusal("NO_POSTINGS")])
        self.assertEqual((state.state, state.numbers), ("draft", ()))

    def test_handover_forming_and_missing(self):
        not_ready = "The next postings aren't ready"
        for answer in ({"result": {"status": not_ready}}, refusal(not_ready), {"result": {"status": "in_process"}}):
            state, _session = self.call("get_handover", "9", answers=[{"status": "formed"}, answer])
            self.assertEqual(state.state, "forming")
        self.assert_fails(NotFound, "get_handover", "9", answer=refusal("carriage not found", 404, 5))

    def test_handover_document(self):
        wrapped = {
            "file_content": base64.b64encode(PDF).decode(),
            "file_name": "a.pdf",
            "content_type": "application/pdf",
        }
        for answer in (FakeAnswer(PDF, headers={"Content-Type": "application/pdf"}), wrapped):
            content, session = self.call("get_handover_document", "9", answers=[answer])
            self.assertEqual(content, PDF)
            self.assertEqual(session.paths, ["/v2/posting/fbs/act/get-pdf"])
            self.assertEqual(session.bodies, [{"id": 9}])
        self.assert_fails(NotReady, "get_handover_document", "9", answer=refusal("The next postings aren't ready"))
        self.assert_fails(PayloadError, "get_handover_document", "9", answer={"file_content": "not base64!"})

    def test_handover_barcode(self):
        text, session = self.call("get_handover_barcode", "9", answers=[{"result": "%303%24276481394"}])
        self.assertEqual(text, "%303%24276481394")
        self.assertEqual(session.paths, ["/v2/posting/fbs/act/get-barcode/text"])
        self.assert_fails(PayloadError, "get_handover_barcode", "9", answer={"result": ""})
