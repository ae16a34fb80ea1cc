"""The transport over real sockets: what ``requests`` really raises when a line breaks."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.base.errors import Unavailable, UnknownOutcome
from odoo.addons.sale_marketplace.marketplaces.base.limiter import Limiter
from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import RATES

from .adapter_support import PDF
from .ozon_support import make_config, read_fixture

#: As it is before ``BaseCase`` puts its own in place, when a class begins to run.
REAL_SEND = requests.Session.send


class Handler(BaseHTTPRequestHandler):
    """Answers by path; ``server.seen`` keeps (path, headers)."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path == "/v4/posting/fbs/ship":
            time.sleep(1.0)  # longer than the client waits
        if self.path == "/v4/posting/fbs/ship/package":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.answer(json.dumps(read_fixture("posting_get")).encode(), "application/json")

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path == "/moved.pdf":
            self.send_response(302)
            self.send_header("Location", "/label.pdf")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer(PDF, "application/pdf")

    def answer(self, body, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class WireCase(BaseCase):
    """A server on the loopback interface and an adapter that calls it."""

    def setUp(self):
        super().setUp()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.seen = []
        self.server.daemon_threads = True
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        self.exchanges = []

    def make_adapter(self, base_url=None):
        config = make_config(base_url=base_url or self.base_url, timeout=(1.0, 0.3))
        return OzonAdapter(config, observe=self.exchanges.append, limiter=Limiter(RATES), sleep=lambda seconds: None)


class TestWire(WireCase):
    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Override: Odoo's own would wait 10 s for every time-out that is meant."""
        return REAL_SEND(session, request, **options)

    def test_answer(self):
        self.assertEqual(self.make_adapter().get_order("1-1-1").number, "0132112277-0101-1")
        path, headers = self.server.seen[0]
        self.assertEqual((path, headers["Client-Id"]), ("/v3/posting/fbs/get", "123456"))
        self.assertTrue(headers["User-Agent"].startswith("sale_marketplace/"))

    def test_time_out_and_cut_line_of_a_write_leave_it_in_doubt(self):
        line = dto.PackageLine(sku="1", quantity=1)
        with self.assertRaises(UnknownOutcome):
            self.make_adapter().ship_order("1-1-1", [dto.Package(lines=(line,))])
        with self.assertRaises(UnknownOutcome):
            self.make_adapter().ship_part("1-1-1", [line])
        self.assertEqual(len(self.server.seen), 2)

    def test_nobody_listens(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with self.assertRaises(Unavailable):
            self.make_adapter(address).ship_part("1-1-1", [dto.PackageLine(sku="1", quantity=1)])
        self.assertEqual(len(self.exchanges), 3)

    def test_file_behind_a_redirect(self):
        self.assertEqual(self.make_adapter().download_label(f"{self.base_url}/moved.pdf"), PDF)
        self.assertEqual([path for path, _headers in self.server.seen], ["/moved.pdf", "/label.pdf"])
        self.assertNotIn("Api-Key", str(self.server.seen))


class TestUnderOdoosGuard(WireCase):
    """Odoo's test classes wrap ``Session.send``: flows against the simulator must get through it."""

    def test_answer(self):
        self.assertEqual(self.make_adapter().get_order("1-1-1").number, "0132112277-0101-1")
