"""A stroke and the ink before it in, whether it may be the bar of a 5 that was drawn apart out."""

from __future__ import annotations

from collections.abc import Sequence

from digitscan.glyph.blobs import is_long
from digitscan.glyph.pieces import Piece

GAP, RISE, DROP = 0.4, 0.3, 0.4
"""Where the bar may be: so far behind the body, above its top and below its top; the first two in
digit heights, the last in heights of the body.
"""


def is_bar(stroke: Piece, body: Sequence[Piece], height: float) -> bool:
    """Whether a stroke may be the bar of the 5 whose lower part is ``body``.

    Parameters
    ----------
    stroke : Piece
        The piece behind the body.
    body : sequence of Piece
        Left to right, at least one.
    height : float
        How high the digits of the field are, in pixels.
    """
    if stroke.cut is not None or not is_long(stroke.box):
        return False
    top = min(piece.box.top for piece in body)
    low = max(piece.box.bottom for piece in body)
    middle = (stroke.box.top + stroke.box.bottom) / 2
    near = stroke.start - max(piece.end for piece in body) <= GAP * height
    return near and top - RISE * height <= middle <= top + DROP * (low - top)
