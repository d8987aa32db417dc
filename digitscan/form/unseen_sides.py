"""Pieces of a field's ink in, whether a 1 and the side of a box were taken for one another out.

A side that was not told from ink looks like a 1. It gives itself away: it reaches from one ruled
line to another, as few 1s do. In a comb, whose sides are known, some do. And a 1 that does so may
have been taken for a side, and is lost: then a line stands between the other digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from digitscan.values import Box, CleanPage, Field, FieldKind

WIDEST_STROKES = 2.0
"""Wider than so many stroke widths it leans or bends, as the pen does."""
LEANING, SEVERAL = 0.6, 3
"""So wide, in its own heights, it may be a side that leans, as on a photo, where there are several.
"""
GAP_STROKES, DEPTH_STROKES = 0.5, 1.0
"""How far from a ruled line, and how deep in it, a side that meets it ends."""
LEANING_STROKES, BORDER_SHARE, RULED = 1.5, 0.5, 0.9
"""A border at the end of a line is up to so many times as wide for it leans, has this share of the
field's height, and the line below is as long as the field, but for the rest.
"""
LINE_SHARE = 0.7
"""A line that may be a 1 covers this share of the height of the digits."""


def holds_side(clean: CleanPage, field: Field, pieces: Iterable[Box]) -> bool:
    """Whether one of a field's ``pieces``, boxes on the clean page, may be the side of a box."""
    if field.cells:
        return False
    between = [
        piece
        for piece in pieces
        if piece.width <= LEANING * piece.height
        and _meets_line(clean, piece, piece.top, -1)
        and _meets_line(clean, piece, piece.bottom, 1)
    ]
    upright = any(piece.width <= WIDEST_STROKES * clean.stroke_px for piece in between)
    return upright or len(between) >= SEVERAL


def lacks_one(clean: CleanPage, field: Field, pieces: Sequence[Box]) -> bool:
    """Whether a ruled line stands between a field's ``pieces``, boxes on the clean page."""
    if field.cells or len(pieces) < 2:
        return False
    top, _, bottom, _ = np.median([box.sides for box in pieces], axis=0).astype(int).tolist()
    between = slice(min(box.right for box in pieces), max(box.left for box in pieces))
    return bool((clean.plumb[top:bottom, between].mean(axis=0) >= LINE_SHARE).any())


def ends_in_border(clean: CleanPage, field: Field, pieces: Sequence[Box]) -> bool:
    """Whether the last of a field's ``pieces`` stands where the line below them ends.

    The border of a table is there, of dots or too pale to be told from ink.
    """
    if field.kind is not FieldKind.LINE or len(pieces) < 2:
        return False
    box, aside = field.box, round(WIDEST_STROKES * clean.stroke_px)
    last = [piece for piece in pieces if piece.left >= box.right - LEANING_STROKES * aside]
    if not last or len(last) == len(pieces):
        return False
    border = Box.around(last)
    high = border.height >= BORDER_SHARE * box.height
    below = slice(box.bottom - aside, box.bottom + aside)
    ruled = clean.level[below, box.left : box.right].any(axis=0)
    ends = not clean.level[below, box.right + aside : box.right + 2 * aside].any()
    return high and ends and bool(ruled.mean() >= RULED)


def _meets_line(clean: CleanPage, piece: Box, end: int, outward: int) -> bool:
    """Whether a piece's upper (``outward`` -1) or lower end (1) lies on a level line."""
    away = round(end + outward * GAP_STROKES * clean.stroke_px)
    within = round(end - outward * DEPTH_STROKES * clean.stroke_px)
    rows = slice(max(0, min(away, within)), max(away, within))
    return bool(clean.level[rows, piece.left : piece.right].any())
