"""An Odoo that serves HTTP, as a process of its own, for benchmarks and proofs. Plain Python, outside of Odoo."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

#: Addresses of this machine must not go through a proxy of the environment.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PATIENCE = 90


class Server:
    """``with Server(database, crons=2) as server: server.url``: threaded, on a free port of this machine."""

    def __init__(self, database, crons=0):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        serving = ["--http-interface=127.0.0.1", f"--http-port={port}", f"--max-cron-threads={crons}"]
        silent = ["--log-level=error", "--log-handler=odoo.sql_db:CRITICAL"]
        self._command = [sys.executable, "-m", "odoo", "-d", database, f"--db-filter=^{database}$", *serving, *silent]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()

    def _wait(self):
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"The server did not start within {PATIENCE} s")
            time.sleep(0.3)

    def _answers(self):
        """Whether the addon does: that a token is unknown is said from the database."""
        call = urllib.request.Request(f"{self.url}/marketplace/webhook/nobody", data=b"{}", method="POST")
        try:
            OPENER.open(call, timeout=60).close()
        except urllib.error.HTTPError as error:
            with error:
                return b"unknown address" in error.read()
        except OSError:
            return False
        return False

    def visit(self):
        """A page that does nothing; returns its status."""
        with OPENER.open(f"{self.url}/web/health", timeout=60) as answer:
            answer.read()
            return answer.status

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
