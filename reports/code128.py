"""Code 128 as a drawing of lines: sharp at any printer's resolution, where a picture of points is blurred."""

import base64

from reportlab.graphics.barcode.code128 import Code128

QUIET = 10  # modules of white that a scanner needs on each side


def draw_svg(value):
    """The SVG of a code, one unit per module, to be stretched to the box that it is put in; "" if it cannot be coded."""
    modules = _encode(value)
    if not modules:
        return ""
    bars, position = [], QUIET
    for width, is_bar in modules:
        if is_bar:
            bars.append(f"M{position} 0h{width}v1h-{width}z")
        position += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {position + QUIET} 1" width="{position + QUIET}" height="1"'
        f' preserveAspectRatio="none" shape-rendering="crispEdges"><path d="{"".join(bars)}"/></svg>'
    )


def draw_uri(value):
    """The same for the ``src`` of an image."""
    svg = draw_svg(value)
    return svg and f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


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
