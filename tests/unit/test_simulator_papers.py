"""Labels, carriages and their papers in the simulator."""

import io

from pypdf import PdfReader

from .test_simulator_base import SimulatorCase

CREATE, GET = "/v3/posting/fbs/package-label/create", "/v2/posting/fbs/package-label/get"


class TestSimulatorPapers(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.sku = self.product("A-1")["sku"]
        self.number = self.order(("A-1", 1))
        self.ship(self.number, [(self.sku, 1)])
        self.pass_time(3)

    def finished(self, task_id):
        self.pass_time(2)
        return self.call(GET, {"task_id": task_id})

    def test_labels_are_not_ready_at_once(self):
        self.refused(CREATE, {"posting_numbers": [self.number]}, 400, "The next postings aren't ready")
        self.pass_time(45)
        tasks = self.call(CREATE, {"posting_numbers": [self.number]})["tasks"]
        self.assertEqual([task["task_type"] for task in tasks], ["big_label", "small_label"])
        task_id = tasks[0]["task_id"]
        codes = []
        for _poll in range(3):
            codes.append(self.call(GET, {"task_id": task_id})["status"]["code"])
            self.pass_time(0.6)
        self.assertEqual(codes, ["pending", "in_progress", "completed"])

    def test_label_is_a_pdf_with_number_and_goods(self):
        self.pass_time(45)
        for task in self.call(CREATE, {"posting_numbers": [self.number]})["tasks"]:
            answer = self.finished(task["task_id"])
            self.assertTrue(answer["file_url"].startswith(self.simulator.url))
            status, headers, content = self.simulator.request("GET", answer["file_url"])
            self.assertEqual((status, headers["Content-Type"]), (200, "application/pdf"))
            pages = PdfReader(io.BytesIO(content)).pages
            self.assertEqual(len(pages), 1)
            text = pages[0].extract_text()
            self.assertIn(self.number, text)
            self.assertIn("A-1", text)

    def test_mixed_batch_tells_what_is_missing(self):
        self.pass_time(45)
        fresh = self.order(("A-1", 1))
        task = self.call(CREATE, {"posting_numbers": [self.number, fresh]})["tasks"][0]
        status = self.finished(task["task_id"])["status"]
        self.assertEqual((status["postings_count"], status["printed_postings_count"]), (2, 1))
        missing = [{"posting_number": fresh, "message": "The next postings aren't ready"}]
        self.assertEqual(status["unprinted_postings"], missing)

    def test_label_faults(self):
        self.pass_time(45)
        self.control("POST", "/faults", {"path": CREATE, "kind": "label_task_error"})
        task = self.call(CREATE, {"posting_numbers": [self.number]})["tasks"][0]
        self.assertEqual(self.finished(task["task_id"])["status"]["code"], "error")
        task = self.call(CREATE, {"posting_numbers": [self.number]})["tasks"][0]
        url = self.finished(task["task_id"])["file_url"]
        self.control("POST", "/faults", {"path": "/files/", "kind": "not_pdf"})
        _status, headers, content = self.simulator.request("GET", url)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertNotIn(b"%PDF", content)
        self.assertTrue(self.simulator.request("GET", url)[2].startswith(b"%PDF"))

    def test_unknown_posting_and_delivered_one(self):
        message = "POSTING_NUMBERS_IS_INCORRECT_FOR_COMPANY"
        self.refused(CREATE, {"posting_numbers": ["1-1-1"]}, 400, message)
        done = self.order(("A-1", 1), status="delivered")
        self.refused(CREATE, {"posting_numbers": [done]}, 400, "label not allowed for delivered postings")

    def test_old_synchronous_label(self):
        self.pass_time(45)
        content = self.call("/v2/posting/fbs/package-label", {"posting_number": [self.number]})
        self.assertTrue(content.startswith(b"%PDF"))
        body = {"posting_number": [self.number, self.order(("A-1", 1))]}
        self.refused("/v2/posting/fbs/package-label", body, 400, "The next postings aren't ready")

    def test_carriage_from_list_to_pdf(self):
        second = self.order(("A-1", 2), status="awaiting_deliver")
        method = self.call("/v2/carriage/delivery/list", {"limit": 10})["methods"][0]
        self.assertEqual([row["id"] for row in method["carriages"]], [0])
        body = {"delivery_method_id": method["delivery_method_id"], "departure_date": "2026-10-21T09:00:00Z"}
        number = self.call("/v1/carriage/create", body)["carriage_id"]
        self.refused("/v2/posting/fbs/act/get-pdf", {"id": number}, 400, "Incorrect_carriage_status")
        self.assertEqual(self.call("/v1/carriage/get", {"carriage_id": number})["status"], "new")

        answer = self.call("/v1/carriage/set-postings", {"carriage_id": number, "posting_numbers": [self.number, "x"]})
        self.assertEqual([row["result"] for row in answer["result"]], [True, False])
        self.assertEqual(self.call("/v1/carriage/approve", {"carriage_id": number}), {})
        self.assertEqual(self.get(self.number)["substatus"], "posting_in_carriage")
        self.assertEqual(self.get(second)["substatus"], "posting_not_in_carriage")

        check = {"id": number}
        self.assertEqual(self.call("/v2/posting/fbs/act/check-status", check)["result"]["status"], "in_process")
        self.pass_time(4)
        result = self.call("/v2/posting/fbs/act/check-status", check)["result"]
        self.assertEqual((result["status"], result["added_to_act"]), ("ready", [self.number]))
        self.assertTrue(result["has_postings_for_next_carriage"])
        self.assertTrue(self.call("/v2/posting/fbs/act/get-pdf", check).startswith(b"%PDF"))
        self.assertTrue(self.call("/v2/posting/fbs/act/get-barcode", check).startswith(b"\x89PNG"))
        self.assertTrue(self.call("/v2/posting/fbs/act/get-barcode/text", check)["result"].startswith("%303%"))

        following = self.call("/v1/carriage/create", body)["carriage_id"]
        inside = self.call("/v2/posting/fbs/act/get-postings", {"id": following})["result"]
        self.assertEqual([row["posting_number"] for row in inside], [second])
        self.assertEqual(self.call("/v1/carriage/cancel", {"carriage_id": following})["carriage_status"], "cancelled")

    def test_no_ready_posting_no_carriage(self):
        self.control("POST", f"/ozon/postings/{self.number}/cancel", {"by": "client"})
        self.refused("/v1/carriage/create", {}, 404, "POSTING_NOT_FOUND")
