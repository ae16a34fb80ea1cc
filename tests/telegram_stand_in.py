"""Telegram's ``sendMessage`` on this machine: what the Bot API answers, and the failures that a test asks for."""

import html
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN, CHAT = "4200000001:demo-token-that-nobody-may-ever-see", "-1001"
MAX_TEXT = 4096


class TelegramStandIn:
    """``start()`` … ``stop()``. ``messages``: bodies that arrived; ``failures``: (status, body) of the next answers."""

    def __init__(self):
        self.messages, self.failures = [], []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/telegram"

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self):
        self.messages.clear()
        self.failures.clear()

    def fail(self, status, description="", times=1, **parameters):
        body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        self.failures += [(status, json.dumps(body))] * times

    def answer(self, path, body):
        """(status, text) as the Bot API would give them."""
        if self.failures:
            return self.failures.pop(0)
        if path != f"/telegram/bot{TOKEN}/sendMessage":
            return self._refuse(401, "Unauthorized")
        if str(body.get("chat_id")) != CHAT:
            return self._refuse(400, "Bad Request: chat not found")
        plain = html.unescape(re.sub(r"</?(?:b|a)\b[^<>]*>", "", body["text"]))
        if body.get("parse_mode") != "HTML" or re.search(r"<(?!/?(?:b|a)\b)", body["text"]):
            return self._refuse(400, "Bad Request: can't parse entities")
        if not plain or len(plain) > MAX_TEXT:
            return self._refuse(400, "Bad Request: message is too long")
        self.messages.append({**body, "plain": plain})
        return 200, json.dumps({"ok": True, "result": {"message_id": len(self.messages)}})

    def _refuse(self, status, description):
        return status, json.dumps({"ok": False, "error_code": status, "description": description})

    def _make_handler(stand_in):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, text = stand_in.answer(self.path, body)
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format, *args):
                """Tests read what arrived from ``messages``."""

        return Handler
