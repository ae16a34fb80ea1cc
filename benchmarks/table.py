"""Measuring, and a table of what was measured: as text that is RST, too."""

import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path


class Measure:
    """Seconds, processor seconds and queries of the blocks that run under it, added up."""

    def __init__(self):
        self.seconds = 0.0
        self.cpu = 0.0
        self.queries = 0
        self.count = 0

    @classmethod
    def join(cls, measures):
        """Steps that the same things went through one after another."""
        whole = cls()
        for measure in measures:
            whole.seconds += measure.seconds
            whole.cpu += measure.cpu
            whole.queries += measure.queries
            whole.count = measure.count
        return whole

    @contextmanager
    def block(self, env, count):
        """``count`` things are done inside; what they leave pending is written before the clock stops."""
        thread = threading.current_thread()
        thread.query_count = getattr(thread, "query_count", 0)
        backend = env.cr._cnx.get_backend_pid()
        queries, cpu, started = thread.query_count, _cpu(backend), time.perf_counter()
        yield
        env.flush_all()
        self.seconds += time.perf_counter() - started
        self.cpu += _cpu(backend) - cpu
        self.queries += thread.query_count - queries
        self.count += count
        # As a worker would: the next batch begins with an empty cache.
        env.cr.commit()
        env.invalidate_all()

    @property
    def rate(self):
        return self.count / self.seconds

    @property
    def cpu_each(self):
        """Milliseconds of both processors' work: other people's load does not count in it."""
        return self.cpu / self.count * 1000

    @property
    def queries_each(self):
        return self.queries / self.count


def _cpu(backend):
    """Processor seconds of this process and of PostgreSQL's that works for it, where the latter can be seen."""
    try:
        fields = Path(f"/proc/{backend}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return time.process_time()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Table:
    def __init__(self, title, *head):
        self.title = title
        self.rows = [head]

    def add(self, *cells):
        self.rows.append([_format(cell) for cell in cells])
        print("   " + "  ".join(self.rows[-1]), flush=True)

    def __str__(self):
        widths = [max(len(row[column]) for row in self.rows) for column in range(len(self.rows[0]))]
        rule = "  ".join("=" * width for width in widths)
        lines = [self._line(row, widths) for row in self.rows]
        return "\n".join([self.title, "", rule, lines[0], rule, *lines[1:], rule, ""])

    def _line(self, row, widths):
        first, *rest = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        return "  ".join(cells).rstrip()


def _format(cell):
    if isinstance(cell, Measure):
        return f"{cell.rate:.1f}"
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def write(path, tables, note):
    Path(path).write_text("\n".join([note, "", *map(str, tables)]), encoding="utf-8")
