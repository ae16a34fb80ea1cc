"""Code 128 as bars: for the PNG of a carriage (the PDF labels let reportlab draw it)."""

import struct
import zlib

from reportlab.graphics.barcode.code128 import Code128

MODULE, HEIGHT, QUIET = 3, 120, 30


def bars(text):
    """The widths of the symbol as a string of dark (1) and light (0) modules."""
    symbol = Code128(text, quiet=0)
    symbol.validate()
    symbol.encode()
    symbol.decompose()
    # reportlab writes bars as capital and gaps as small letters: A/a is one module wide, B/b two…
    return "".join(("1" if char.isupper() else "0") * (ord(char.upper()) - 64) for char in symbol.decomposed)


def png(text):
    """A black-and-white PNG of the barcode, written by hand to do without an imaging library."""
    row = [255] * QUIET
    for module in bars(text):
        row += [0 if module == "1" else 255] * MODULE
    row += [255] * QUIET
    line = b"\0" + bytes(row)
    blank = b"\0" + b"\xff" * len(row)
    pixels = blank * QUIET + line * HEIGHT + blank * QUIET
    header = struct.pack(">IIBBBBB", len(row), HEIGHT + 2 * QUIET, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
