"""Odoo processes that crash.py and chaos.py start, listen to and kill. Plain Python, outside of Odoo."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from simulator_process import SimulatorProcess  # noqa: E402 - its folder is no package without Odoo

__all__ = ["SimulatorProcess", "Worker", "get_goods"]


class Worker:
    """A script inside an Odoo shell, which answers in lines of JSON."""

    def __init__(self, script, role, database, environment):
        # Two workers lose races now and then; the engine tries again, and says so by itself where it matters.
        silent = ["--log-level=error", "--log-handler=odoo.sql_db:CRITICAL"]
        command = [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http", *silent]
        self.role = role
        self.last = {}
        with (Path(__file__).parent / script).open() as code:
            self.process = subprocess.Popen(
                command,
                stdin=code,
                stdout=subprocess.PIPE,
                env={**os.environ, **environment},
                text=True,
                bufsize=1,
            )

    def read(self):
        """Its next answer. Whatever else it prints is not JSON."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"The process «{self.role}» ended with status {self.process.wait()} and no answer")

    def listen(self):
        """Keep its latest answer in ``last`` from now on."""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.last = json.loads(line)

    def check(self):
        if self.process.poll():
            raise SystemExit(f"The process «{self.role}» ended by itself, with status {self.process.returncode}")

    def finish(self):
        answer = self.read()
        self.process.stdout.close()
        if self.process.wait():
            raise SystemExit(f"The process «{self.role}» ended with status {self.process.returncode}")
        return answer

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def get_goods(count=20):
    """The first faultless articles of the demo's catalogue, as the simulator takes them."""
    sys.path.insert(0, str(ROOT / "demo"))
    from catalogue import items

    rows = [
        {"offer_id": item.article, "name": item.name, "barcode": item.barcode, "price": str(item.price), "vat": "0"}
        for item in items()
        if not item.flaw
    ]
    return rows[:count]
