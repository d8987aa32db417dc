"""Pieces of a field's ink in, whether one may be the side of a box that was not found out.

A side that was not told from ink looks like a 1. It gives itself away: it reaches from one ruled
line to another, as few 1s do. In a comb, whose sides are known, some do.
"""

from __future__ import annotations

from collections.abc import Iterable

from digitscan.values import Box, CleanPage, Field

WIDEST_STROKES = 2.0
"""Wider than so many stroke widths it leans or bends, as the pen does."""
LEANING, SEVERAL = 0.6, 3
"""So wide, in its own heights, it may be a side that leans, as on a photo, where there are several.
"""
GAP_STROKES, DEPTH_STROKES = 0.5, 1.0
"""How far from a ruled line, and how deep in it, a side that meets it ends."""


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


def _meets_line(clean: CleanPage, piece: Box, end: int, outward: int) -> bool:
    """Whether a piece's upper (``outward`` -1) or lower end (1) lies on a level line."""
    away = round(end + outward * GAP_STROKES * clean.stroke_px)
    within = round(end - outward * DEPTH_STROKES * clean.stroke_px)
    rows = slice(max(0, min(away, within)), max(away, within))
    return bool(clean.level[rows, piece.left : piece.right].any())
