"""Shared by the tests of the simulated MegaMarket: calls of its API, orders, and a merchant's server that listens."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..simulator_process import SimulatorProcess
from .test_simulator_base import SimulatorCase

STANDARD, DBS = 5046, 175000
TOKENS = {STANDARD: SimulatorProcess.MEGAMARKET_TOKEN, DBS: SimulatorProcess.MEGAMARKET_DBS_TOKEN}
GOOD = {"data": {}, "meta": {}, "success": 1}


class MerchantServer:
    """A small web server of the test: keeps what it receives, answers as told, then with success."""

    def __init__(self, *answers):
        self.received, self.answers = [], list(answers)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handler(listener):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                listener.received.append({"path": self.path, "headers": dict(self.headers), "body": body})
                status, answer = listener.answers.pop(0) if listener.answers else (200, GOOD)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
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


class MegamarketCase(SimulatorCase):
    """What was accepted takes effect at once, unless a test asks for the delay."""

    account = STANDARD

    def setUp(self):
        super().setUp()
        self.options(pending_delay=0)
        for merchant in TOKENS:
            self.offer("SKU-1", merchant)
            self.offer("SKU-2", merchant, name="Чайник", price=3000)

    def options(self, **values):
        return self.control("POST", "/megamarket/options", values)

    def offer(self, offer_id, merchant=None, **values):
        spec = {"offer_id": offer_id, "name": "Пылесос", "price": 1000, "vat": "0.22", "category": "Техника", **values}
        body = {"account": merchant or self.account, "products": [spec]}
        return self.control("POST", "/megamarket/products", body)["products"][0]

    def merchant(self, account=None, **values):
        self.control("POST", "/megamarket/merchants", {"merchant_id": account or self.account, **values})

    def listen(self, *answers, account=None, **values):
        server = MerchantServer(*answers)
        self.addCleanup(server.stop)
        self.merchant(account, new_url=f"{server.url}/new", cancel_url=f"{server.url}/cancel", **values)
        return server

    def order(self, *lines, **values):
        """A fresh shipment; lines are (article, quantity) or whole lines. Returns its number."""
        account = values.pop("account", self.account)
        lines = [line if isinstance(line, dict) else {"offer_id": line[0], "quantity": line[1]} for line in lines]
        body = {"account": account, "postings": [{"lines": lines or [{"offer_id": "SKU-1"}], **values}]}
        return self.control("POST", "/megamarket/postings", body)["numbers"][0]

    def known(self, number):
        return self.control("GET", f"/megamarket/postings/{number}")

    def mm(self, path, data=None, account=None, status=200):
        answered, answer = self.simulator.megamarket(path, data, TOKENS[account or self.account])
        self.assertEqual(answered, status, f"{path}: {answer}")
        return answer

    def done(self, path, data=None, **values):
        answer = self.mm(path, data, **values)
        self.assertEqual((answer["success"], answer["meta"]) if isinstance(answer, dict) else answer, (1, {}), answer)
        return answer["data"]

    def no(self, path, data=None, text="", **values):
        """Refused: the entries of the error."""
        answer = self.mm(path, data, **values)
        self.assertEqual((answer["success"], set(answer)), (0, {"success", "meta", "error"}))
        self.assertIn(text, json.dumps(answer["error"], ensure_ascii=False))
        return answer["error"]

    def get(self, number, **values):
        found = self.done("order/get", {"shipments": [number]}, **values)["shipments"]
        return found[0] if found else None

    def statuses(self, number):
        return [lot["status"] for lot in self.known(number)["lots"]]

    # -- what a merchant sends -----------------------------------------------------------------------------------------

    def shipments(self, number, indexes, *names, **values):
        """{"shipments": [one]} with its items; ``names`` are fields of the items: offerId, boxes, …"""
        lots = {lot["index"]: lot for lot in self.known(number)["lots"]}
        makers = {
            "offerId": lambda lot: lot["offer_id"],
            "quantity": lambda lot: 1,
            "handoverResult": lambda lot: True,
            "canceled": lambda lot: True,
        }
        items = [{"itemIndex": index, **{name: makers[name](lots[index]) for name in names}} for index in indexes]
        return {"shipments": [{"shipmentId": number, "items": items, **values}]}

    def confirm(self, number, *indexes):
        return self.shipments(number, indexes, "offerId")

    def reject(self, number, *indexes, reason="OUT_OF_STOCK"):
        return {**self.shipments(number, indexes, "offerId"), "reason": {"type": reason}}

    def packing(self, number, boxes, code="S1", marks=None):
        """:param boxes: lot index → box number, or numbers"""
        body = self.shipments(number, boxes, "quantity", orderCode=code)
        for item in body["shipments"][0]["items"]:
            numbers = boxes[item["itemIndex"]]
            numbers = [numbers] if isinstance(numbers, int) else numbers
            item["boxes"] = [{"boxIndex": box, "boxCode": f"{self.account}*{code}*{box}"} for box in numbers]
            if marks:
                item["digitalMark"] = marks.get(item["itemIndex"], "")
        return body

    def shipping(self, number, *boxes, code="S1"):
        rows = [{"boxIndex": box, "boxCode": f"{self.account}*{code}*{box}"} for box in boxes]
        shipping = {"shippingDate": "2026-10-22T12:00:00+03:00"}
        return {"shipments": [{"shipmentId": number, "boxes": rows, "shipping": shipping}]}

    def picked(self, number, *indexes):
        return self.shipments(number, indexes, "quantity", orderCode="S1")

    def closing(self, number, handed=(), refused=(), reason="CANCEL_BY_CUSTOMER"):
        body = self.shipments(number, handed, "handoverResult", closeDate="2026-10-24T12:00:00+03:00")
        items = body["shipments"][0]["items"]
        items += [{"itemIndex": index, "handoverResult": False, "reason": {"type": reason}} for index in refused]
        return body
