"""The log of requests the simulator received, for tests that must prove what was (not) sent. Keys are never kept."""

from collections import deque

KEPT = 20_000


class Journal:
    def __init__(self):
        self._rows = deque(maxlen=KEPT)
        self.total = 0

    def add(self, at, path, client_id, body, status):
        self.total += 1
        self._rows.append({"at": at, "path": path, "client_id": client_id, "body": body, "status": status})

    def rows(self, path="", last=None):
        rows = [row for row in self._rows if row["path"].startswith(path)]
        return rows[-last:] if last else rows

    def clear(self):
        self._rows.clear()
        self.total = 0
