import gzip
import hashlib
import os
import tempfile
import time
from pathlib import Path

from lxml import etree

from odoo.tests import BaseCase

from ...services.feed_file import PREFIX, STALE_SECONDS, FeedFile, TooLarge


class TestFeedFile(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _write(self, file):
        with etree.xmlfile(file, encoding="UTF-8") as xml, xml.element("all"):
            xml.write(etree.Element("one"))
        file.close()

    def test_plain_and_packed(self):
        with FeedFile(self.folder, 1000) as file:
            self._write(file)
            file.plain.move(self.folder / "ab" / "plain")
            file.packed.move(self.folder / "packed")
        content = (self.folder / "ab" / "plain").read_bytes()
        self.assertEqual(content, b"<all><one/></all>")
        self.assertEqual(gzip.decompress((self.folder / "packed").read_bytes()), content)
        self.assertEqual((file.plain.size, file.plain.checksum), (len(content), hashlib.sha1(content).hexdigest()))
        self.assertFalse(list(self.folder.glob(f"{PREFIX}*")))

    def test_what_goes_wrong_with_the_last_piece_is_not_lost(self):
        """A file that is smaller than one piece of lxml's is all last piece."""
        with self.assertRaises(TooLarge), FeedFile(self.folder, 10) as file:
            self._write(file)
        self.assertFalse(list(self.folder.iterdir()), "Nothing is left behind")

    def test_full_disk_keeps_nothing_of_it(self):
        """Such a disk refuses what waits in a buffer once more when the file is closed."""
        full = os.open("/dev/full", os.O_WRONLY)
        self.addCleanup(os.close, full)
        with self.assertRaisesRegex(OSError, "space"), FeedFile(self.folder, 1000) as file:
            os.dup2(full, file.plain.file.fileno())
            self._write(file)
        self.assertFalse(list(self.folder.iterdir()), "Nothing is left behind")

    def test_what_a_killed_worker_left_behind(self):
        old, young = self.folder / f"{PREFIX}old", self.folder / f"{PREFIX}young"
        old.touch()
        young.touch()
        past = time.time() - STALE_SECONDS - 60
        os.utime(old, (past, past))
        with FeedFile(self.folder, 1000):
            self.assertFalse(old.exists())
            self.assertTrue(young.exists(), "Another build may be writing it")
