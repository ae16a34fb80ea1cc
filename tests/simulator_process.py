"""Start the simulator as a process of its own, for tests and benchmarks. Needs nothing but the standard library."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OFFER_SERVICE = "merchantIntegration/v1/offerService"
GREETING = "simulator listening on "
# Addresses of this machine must not go through a proxy of the environment.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlError(Exception):
    """The control API refused a call."""

    def __init__(self, status, body):
        super().__init__(f"control API answered {status}: {body}")
        self.status = status
        self.body = body


class SimulatorProcess:
    """``SimulatorProcess(products=20).start()`` … ``.stop()``; also a context manager.

    Keyword arguments become options of the command line: ``ship_delay=0`` is ``--ship-delay 0``,
    ``no_limits=True`` is ``--no-limits``.
    """

    CLIENT_ID = "1042"
    KEY = "demo-key-1042-write"
    MEGAMARKET_TOKEN = "5046AAAA-0000-4000-8000-00000000A001"
    MEGAMARKET_DBS_TOKEN = "17500000-0000-4000-8000-00000000D001"

    def __init__(self, **options):
        self.options = {"port": 0, **options}
        self.url = None
        self.output = deque(maxlen=200)
        self._process = None
        self._ready = threading.Event()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exception):
        self.stop()

    @property
    def ozon_url(self):
        return f"{self.url}/ozon"

    @property
    def megamarket_url(self):
        return f"{self.url}/megamarket"

    @property
    def pid(self):
        return self._process.pid

    def start(self, timeout=30):
        # Standard input stays open as long as this process lives: the simulator ends when it closes,
        # so that a killed test run leaves nothing behind.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--until-stdin-closes", *self._arguments()],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for stream in (self._process.stdout, self._process.stderr):
            threading.Thread(target=self._drain, args=(stream,), daemon=True).start()
        if not self._ready.wait(timeout) or not self.url:
            self.stop()
            raise RuntimeError(f"the simulator did not start: {self.said()}")
        return self

    def _arguments(self):
        for name, value in self.options.items():
            option = f"--{name.replace('_', '-')}"
            if value is True:
                yield option
            elif value is not None and value is not False:
                yield from (option, str(value))

    def _environment(self):
        """The simulator must not be able to import Odoo, whatever the caller's path is."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return {**environment, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def _drain(self, stream):
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            self.output.append(line)
            if line.startswith(GREETING) and not self.url:
                self.url = line.removeprefix(GREETING)
                self._ready.set()
        stream.close()
        # The end of the output before the greeting is the end of waiting, too.
        self._ready.set()

    def said(self):
        return "\n".join(self.output)

    def stop(self, timeout=10):
        """Ask it to end; returns its exit code."""
        process = self._process
        if process is None:
            return None
        if process.poll() is None:
            process.terminate()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdin.close()
        self._process = None
        return code

    def control(self, method, path, body=None):
        """One call of the control API: ``control("POST", "/clock", {"advance": 60})``. Returns the answer's JSON."""
        path = path if path.startswith("/control/") else f"/control/{path.lstrip('/')}"
        status, _headers, content = self.request(method, path, body)
        answer = json.loads(content)
        if status != 200:
            raise ControlError(status, answer)
        return answer

    def ozon(self, path, body=None, key=KEY, client_id=CLIENT_ID):
        """One call of the Seller API: (status, JSON or bytes)."""
        headers = {"Client-Id": client_id, "Api-Key": key}
        status, answer_headers, content = self.request("POST", f"/ozon{path}", body or {}, headers)
        is_json = answer_headers.get("Content-Type", "").startswith("application/json")
        return status, json.loads(content) if is_json else content

    def megamarket(self, path, data=None, token=MEGAMARKET_TOKEN, agent="SaleMarketplace/1.0"):
        """One call of the merchant API, by the end of its path: (status, JSON or bytes)."""
        service = "market/v1/orderService" if path.startswith(("order/", "sticker/")) else OFFER_SERVICE
        body = {"meta": {}, "data": {"token": token, **(data or {})}}
        path = f"/megamarket/api/{service}/{path}"
        status, answer_headers, content = self.request("POST", path, body, {"User-Agent": agent})
        is_json = answer_headers.get("Content-Type", "").startswith("application/json")
        return status, json.loads(content) if is_json else content

    def request(self, method, path, body=None, headers=None, timeout=30):
        """A raw request: (status, headers, bytes). Raises OSError where the connection breaks."""
        data = None if body is None and method != "POST" else json.dumps(body or {}).encode()
        url = path if path.startswith("http") else self.url + path
        head = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(url, data=data, headers=head, method=method)
        try:
            with OPENER.open(request, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def wait(self, condition, timeout=10, pause=0.05, message="the condition"):
        """Ask again until ``condition()`` gives something true; returns it."""
        end = time.monotonic() + timeout
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                raise AssertionError(f"{message} did not come within {timeout} s")
            time.sleep(pause)
