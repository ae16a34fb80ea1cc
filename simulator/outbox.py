"""What is sent to others' servers: in the order of its moments, by threads that never hold up an answer."""

import heapq
import json
import threading
import time


class Outbox:
    """Deliveries compare by the moment (monotonic seconds) that they have in ``due``.

    :param work: run by each thread; gets a function that waits for the next delivery, and gives None at the end
    """

    def __init__(self, work, workers):
        self._work, self._workers = work, workers
        self._queue = []
        self._wake = threading.Condition()
        self._stopped = False
        self._threads = []

    def put(self, delivery):
        with self._wake:
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._work, args=(self._take,), daemon=True) for _ in range(self._workers)
                ]
                for thread in self._threads:
                    thread.start()
            heapq.heappush(self._queue, delivery)
            self._wake.notify()

    def _take(self):
        with self._wake:
            while not self._stopped:
                pause = self._queue[0].due - time.monotonic() if self._queue else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._queue)
                self._wake.wait(pause)
        return None

    def __len__(self):
        """Those that wait for their time."""
        return len(self._queue)

    def stop(self):
        with self._wake:
            self._stopped = True
            self._wake.notify_all()


def read_json(content):
    """An answer as it is shown: parsed, or its text."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
