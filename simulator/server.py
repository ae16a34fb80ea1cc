"""The web server: who answers which path, and the connections that are cut on purpose."""

import logging
import socket
import threading
import time

from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from simulator import control, page
from simulator.answers import Hangup, html_answer, json_answer
from simulator.megamarket import api as megamarket_api
from simulator.ozon import api, labels_api
from simulator.telegram import api as telegram_api

# How often things that are due happen although nobody asks (push notifications wait for them).
TICK = 0.2
LARGEST_BODY = 64 * 1024 * 1024
log = logging.getLogger("simulator")


class QuietHandler(WSGIRequestHandler):
    """No line per request: the journal of the control API has them all."""

    def log_request(self, code="-", size="-"):
        return

    def log_error(self, format, *args):
        log.debug(format, *args)


class Application:
    """The WSGI application over one world."""

    def __init__(self, world):
        self.world = world

    def __call__(self, environ, start_response):
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        try:
            answer = self.answer(request)
        except Hangup as hangup:
            time.sleep(hangup.delay)
            cut(environ)
            # The web server takes this for a caller who went away, and says nothing more.
            raise ConnectionAbortedError("cut on purpose") from None
        except HTTPException as error:
            return error.get_response(environ)(environ, start_response)
        response = Response(answer.body, answer.status, answer.headers, content_type=answer.content_type)
        return response(environ, start_response)

    def answer(self, request):
        path = request.path
        if path == "/" and request.method == "GET":
            return html_answer(page.HTML)
        if path.startswith("/control/"):
            return control.serve(self.world, request, path.removeprefix("/control"))
        if path.startswith("/ozon/"):
            return self.ozon(request, path.removeprefix("/ozon"))
        if path.startswith("/megamarket/"):
            return self.megamarket(request, path.removeprefix("/megamarket"))
        if path.startswith("/telegram/"):
            return self.telegram(request)
        return json_answer({"error": "unknown path", "see": "/"}, 404)

    def ozon(self, request, path):
        self.dawdle(path, "ozon")
        if path.startswith("/files/") and request.method == "GET":
            with self.world.lock:
                return labels_api.serve_file(self.world.ozon, path, self.world.faults)
        return api.serve(self.world, request, path)

    def megamarket(self, request, path):
        self.dawdle(path, "megamarket")
        return megamarket_api.serve(self.world, request, path)

    def telegram(self, request):
        path = telegram_api.public_path(request.path)
        self.dawdle(path, "telegram")
        return telegram_api.serve(self.world, request, path)

    def dawdle(self, path, vendor):
        """A slow fault waits before anything is handled, and without holding up other requests."""
        with self.world.lock:
            slow = self.world.faults.take(path, "slow", vendor=vendor)
        if slow:
            time.sleep(slow.spec.get("delay", 5))


def cut(environ):
    """Close the connection so that the caller sees it go down without an answer."""
    connection = environ.get("werkzeug.socket")
    if connection is None:
        return
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("the caller had hung up before us")


class Server:
    def __init__(self, world, host, port):
        self.world = world
        self._server = make_server(host, port, Application(world), threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self._stopping = threading.Event()

    @property
    def port(self):
        return self._server.server_port

    def run(self):
        """Serve until ``stop`` is called."""
        ticker = threading.Thread(target=self._tick, daemon=True)
        ticker.start()
        self._server.serve_forever(poll_interval=0.05)
        self._server.server_close()

    def stop(self):
        """May be called from a signal handler: the shutdown waits for the loop, so it runs beside it."""
        self._stopping.set()
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def _tick(self):
        while not self._stopping.wait(TICK):
            with self.world.lock:
                self.world.settle()
