"""A feed's file while it is written: aside, plain and packed at once, and put in place when it is whole."""

import gzip
import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "marketplace-feed-"
#: What a worker that was killed has left behind.
STALE_SECONDS = 24 * 3600


class TooLarge(Exception):
    """The file is larger than the channel takes."""


class Part:
    """A temporary file that knows its size and its checksum."""

    def __init__(self, folder):
        self.file = tempfile.NamedTemporaryFile(dir=folder, prefix=PREFIX, delete=False)
        self.hash = hashlib.sha1(usedforsecurity=False)
        self.size = 0

    def write(self, data):  # pylint: disable=method-required-super
        self.hash.update(data)
        self.size += len(data)
        return self.file.write(data)

    def flush(self):
        self.file.flush()

    @property
    def checksum(self):
        return self.hash.hexdigest()

    def close(self):
        """On the disk, and readable for a web server that serves files itself."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.chmod(self.file.name, 0o644)

    def move(self, target):
        """At once: whoever reads the target reads the former file or this one."""
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.file.name, target)

    def discard(self):
        # A disk that is full refuses the rest of the buffer again; what matters is that the file goes.
        with suppress(OSError):
            self.file.close()
        Path(self.file.name).unlink(missing_ok=True)


class FeedFile:
    """The stream that a feed is written to."""

    def __init__(self, folder, max_bytes):
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._clean(folder)
        self.max_bytes = max_bytes
        self._error = None
        self.plain, self.packed = Part(folder), Part(folder)
        # Without a time inside: equal content, equal file.
        self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=self.packed, compresslevel=5, mtime=0)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        # What has been moved is there no more.
        self.plain.discard()
        self.packed.discard()

    def write(self, data):  # pylint: disable=method-required-super
        try:
            return self._write(data)
        except (OSError, TooLarge) as exc:
            self._error = exc
            raise

    def _write(self, data):
        self.plain.write(data)
        if self.plain.size > self.max_bytes:
            raise TooLarge()
        self._gzip.write(data)
        return len(data)

    def close(self):
        """The file is whole, or this says why not: lxml keeps silent about what goes wrong with the last piece."""
        if self._error is not None:
            raise self._error
        self._gzip.close()
        self.plain.close()
        self.packed.close()

    def _clean(self, folder):
        for path in Path(folder).glob(f"{PREFIX}*"):
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                path.unlink(missing_ok=True)
