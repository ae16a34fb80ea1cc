"""Faults, push notifications, control API and life of the simulator's process."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..simulator_process import ControlError, SimulatorProcess
from .test_simulator_base import PERIOD, SimulatorCase

LIST, SHIP = "/v4/posting/fbs/list", "/v4/posting/fbs/ship"


class Listener:
    """A small web server of the test: keeps what it receives, answers as told."""

    def __init__(self, statuses=()):
        self.received, self.statuses = [], list(statuses)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/push"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def handler(listener):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                listener.received.append(body)
                status = listener.statuses.pop(0) if listener.statuses else 200
                ping = {"version": "1.0", "name": "test", "time": body.get("time")}
                content = json.dumps(ping if body["message_type"] == "TYPE_PING" else {"result": True}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments):
                return

        return Handler

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class TestSimulatorFaults(SimulatorCase):
    def fault(self, kind, path=LIST, **values):
        self.control("POST", "/faults", {"path": path, "kind": kind, **values})

    def list(self, limit=10):
        headers = {"Client-Id": "1042", "Api-Key": "demo-key-1042-write"}
        return self.simulator.request("POST", f"/ozon{LIST}", {"filter": PERIOD, "limit": limit}, headers)

    def test_kinds_around_a_request(self):
        self.fault("status", status=500)
        self.fault("rate_limit", retry_after=7)
        self.fault("rate_limit")
        self.fault("html_502")
        answers = [self.list() for _ in range(5)]
        self.assertEqual([status for status, *_rest in answers], [500, 429, 429, 502, 200])
        self.assertEqual([answers[1][1]["Retry-After"], answers[2][1]["Retry-After"]], ["7", None])
        self.assertIn(b"<html>", answers[3][2])

    def test_after_and_times(self):
        self.fault("status", status=503, after=1, times=2)
        self.assertEqual([self.list()[0] for _ in range(4)], [200, 503, 503, 200])

    def test_broken_json(self):
        self.fault("broken_json")
        with self.assertRaises(ValueError):
            json.loads(self.list()[2])

    def test_connection_dropped_before_handling(self):
        number = self.order(("SM-00001", 1))
        self.fault("drop", path="/v2/posting/fbs/cancel")
        with self.assertRaises(OSError):
            self.call("/v2/posting/fbs/cancel", {"posting_number": number, "cancel_reason_id": 352})
        self.assertEqual(self.get(number)["status"], "awaiting_packaging")

    def test_accepted_but_never_answered(self):
        sku = self.product("A-1")["sku"]
        number = self.order(("A-1", 1))
        self.fault("accept_then_timeout", path=SHIP, delay=0.2)
        with self.assertRaises(OSError):
            self.ship(number, [(sku, 1)])
        self.assertEqual(self.control("GET", f"/ozon/postings/{number}")["ship_accepted"], 1)
        self.assertEqual(self.ship(number, [(sku, 1)], status=409)["message"], "POSTING_ALREADY_SHIPPED")

    def test_slow_answer_does_not_hold_up_others(self):
        self.fault("slow", delay=1.0)
        slow = threading.Thread(target=self.list)
        slow.start()
        started = time.monotonic()
        self.call("/v1/roles", {})
        self.assertLess(time.monotonic() - started, 0.8)
        slow.join()

    def test_repeated_postings(self):
        self.control("POST", "/ozon/postings", {"count": 12})
        self.fault("duplicate_page")
        numbers = self.all_numbers(limit=5)
        self.assertGreater(len(numbers), 12)
        self.assertEqual(len(set(numbers)), 12)

    def test_posting_slips_in_between_pages(self):
        self.control("POST", "/ozon/postings", {"count": 12})
        self.fault("shift_page")
        self.assertEqual(len(self.all_numbers(limit=5)), 12)
        self.assertEqual(len(self.all_numbers(limit=5)), 13)

    def test_cut_connections_leave_no_noise(self):
        for kind in ("drop", "accept_then_timeout"):
            self.fault(kind, delay=0)
            with self.assertRaises(OSError):
                self.list()
        self.assertEqual([line for line in self.simulator.output if "Traceback" in line], [])

    def test_misspelt_fault_is_refused(self):
        for spec in ({"path": LIST, "kind": "explode"}, {"path": LIST, "kind": "slow", "dely": 1}):
            with self.assertRaises(ControlError):
                self.control("POST", "/faults", spec)

    def test_journal_has_no_keys(self):
        self.call(LIST, {"filter": PERIOD, "limit": 1})
        rows = self.control("GET", f"/requests?path={LIST}")["requests"]
        self.assertEqual(len(rows), 1)
        self.assertEqual((rows[0]["client_id"], rows[0]["status"], rows[0]["body"]["limit"]), ("1042", 200, 1))
        self.assertNotIn("demo-key", json.dumps(rows))
        self.assertEqual(self.control("DELETE", "/requests")["total"], 0)

    def test_control_refuses_other_content_types(self):
        headers = {"Content-Type": "text/plain"}
        self.assertEqual(self.simulator.request("POST", "/control/reset", {}, headers)[0], 400)
        self.assertEqual(self.simulator.request("GET", "/control/nothing")[0], 404)
        self.assertIn(b"<title>", self.simulator.request("GET", "/")[2])


class TestSimulatorPush(SimulatorCase):
    def listener(self, *statuses):
        listener = Listener(statuses)
        self.addCleanup(listener.stop)
        return listener

    def kinds(self, listener):
        return [body["message_type"] for body in listener.received]

    def test_events_reach_the_registered_address(self):
        listener = self.listener()
        types = ["TYPE_NEW_POSTING", "TYPE_POSTING_CANCELLED"]
        self.assertTrue(self.call("/v1/notification/check", {"url": listener.url})["is_active"])
        self.call("/v1/notification/set", {"url": listener.url, "types": types})
        number = self.order(("SM-00001", 2))
        self.control("POST", f"/ozon/postings/{number}/cancel", {"by": "client"})
        self.simulator.wait(lambda: len(listener.received) == 3)
        self.assertEqual(set(self.kinds(listener)), {"TYPE_PING", *types})
        row = self.call("/v1/notification/list", {})["urls"][0]
        self.call("/v1/notification/enable", {"id": row["id"], "enabled": False})
        self.call("/v1/notification/delete", {"id": row["id"]})
        self.assertEqual(self.call("/v1/notification/list", {})["urls"], [])

    def test_refused_notification_comes_again(self):
        listener = self.listener(500, 500)
        self.control("POST", "/ozon/options", {"push_retry_scale": 0.05})
        self.call("/v1/notification/set", {"url": listener.url, "types": ["TYPE_NEW_POSTING"]})
        number = self.order(("SM-00001", 1))
        self.simulator.wait(lambda: len(listener.received) == 3)
        self.assertEqual({body["posting_number"] for body in listener.received}, {number})

    def test_duplicates(self):
        listener = self.listener()
        self.control("POST", "/ozon/options", {"push_duplicates": 3, "push_shuffle": True})
        self.call("/v1/notification/set", {"url": listener.url, "types": ["TYPE_NEW_POSTING"]})
        self.order(("SM-00001", 1))
        self.simulator.wait(lambda: len(listener.received) == 3)

    def test_push_on_demand_tells_the_answer(self):
        listener = self.listener(200, 409)
        number = self.order(("SM-00001", 1))
        body = {"url": listener.url, "message_type": "TYPE_STATE_CHANGED", "number": number, "times": 2}
        answers = self.control("POST", "/ozon/push", body)["answers"]
        self.assertEqual([answer["status"] for answer in answers], [200, 409])
        self.assertEqual(answers[0]["body"], {"result": True})
        nowhere = self.control("POST", "/ozon/push", {"url": "http://127.0.0.1:9/", "message_type": "TYPE_PING"})
        self.assertEqual(nowhere["answers"][0]["status"], 0)


class TestSimulatorProcessLife(SimulatorCase):
    def test_same_seed_same_goods(self):
        def goods():
            return [(row["offer_id"], row["price"]) for row in self.control("GET", "/ozon/products")["products"]]

        self.reset(products=30, seed=7)
        first = goods()
        self.reset(products=30, seed=7)
        self.assertEqual(goods(), first)
        self.reset(products=30, seed=8)
        self.assertNotEqual(goods(), first)

    def test_seeded_cabinet_has_the_documentation_examples(self):
        state = self.reset(products=50, postings=40)["ozon"]
        self.assertEqual((state["products"], state["postings"]), (50, 40))
        posting = self.call(LIST, {"filter": {**PERIOD, "order_numbers": ["41517061-0214"]}, "limit": 1})["postings"][0]
        self.assertEqual(posting["requirements"]["products_requiring_gtd"], [4116250392])
        self.assertIn("add_additional_info", posting["available_actions"])
        read = self.get("0132112277-0101-1")
        self.assertEqual(read["products"][0]["price"], "1530.0000")
        sku = read["products"][0]["sku"]
        self.ship("0132112277-0101-1", [(sku, 1)])
        self.pass_time(3)
        self.assertEqual(self.get("0132112277-0101-1")["status"], "awaiting_deliver")

    def test_twenty_thousand_postings(self):
        self.reset(products=200)
        started = time.monotonic()
        answer = self.control("POST", "/ozon/postings", {"count": 20_000})
        self.assertEqual(len(set(answer["numbers"])), 20_000)
        self.assertLess(time.monotonic() - started, 20)

    def test_products_are_idempotent(self):
        first = self.product("Мой-1", name="Чашка", price="10.10")
        second = self.product("Мой-1", name="Чашка новая", price="12.10")
        self.assertEqual((first["product_id"], first["sku"]), (second["product_id"], second["sku"]))
        self.assertEqual((second["name"], second["price"]), ("Чашка новая", "12.10"))

    def test_simulator_does_not_see_odoo(self):
        path = f"/proc/{self.simulator.pid}/environ"
        if os.path.exists(path):
            with open(path, "rb") as file:
                self.assertNotIn(b"PYTHONPATH", file.read())

    def test_ends_cleanly(self):
        simulator = SimulatorProcess(products=1, postings=0).start()
        self.assertTrue(simulator.control("GET", "/health")["ok"])
        self.assertEqual(simulator.stop(), 0, simulator.said())
        self.assertEqual(list(simulator.output)[1:], [])

    def test_taken_port_is_told(self):
        port = self.simulator.url.rpartition(":")[2]
        with self.assertRaises(RuntimeError) as caught:
            SimulatorProcess(port=port).start()
        self.assertIn("listen", str(caught.exception))
