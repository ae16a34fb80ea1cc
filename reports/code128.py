"""Code 128 as a drawing of lines: sharp at any printer's resolution, where a picture of points is blurred."""

from reportlab.graphics.barcode.code128 import Code128

QUIET = 10  # modules of white that a scanner needs on each side


def draw(value):
    """``{"path", "width"}``: the bars as an SVG path, one unit per module and one high; None where there is no code."""
    modules = _encode(value)
    if not modules:
        return None
    bars, position = [], QUIET
    for width, is_bar in modules:
        if is_bar:
            bars.append(f"M{position} 0h{width}v1h-{width}z")
        position += width
    return {"path": "".join(bars), "width": position + QUIET}


def _encode(value):
    """[(width, is it a bar?)]"""
    code = Code128(value)
    code.validate()
    if not value or not code.valid:
        return []
    code.encode()
    code.decompose()
    # A letter is a width: A, a = 1; capitals are bars, the others gaps.
    return [(ord(letter.upper()) - ord("A") + 1, letter.isupper()) for letter in code.decomposed]
