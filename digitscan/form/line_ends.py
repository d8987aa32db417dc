"""The ink of a field in, without what is left of a line between two cells out.

Where such a line is too pale to be found beside the field, its rest looks like a 1. It gives itself
away: a line of just that darkness goes on in the same columns beyond the field's upper or lower
side, and the rest reaches up to that side.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Box, CleanPage, GreyImage

NARROW_STROKES, SLENDER = 1.5, 3.0
"""The rest of a line is at most so many stroke widths wide, and so many times as long as wide."""
REACH_STROKES = 2.5
"""How near it comes to the side that the line crosses."""
SIDE_STROKES = 1.5
"""Rows beside the side itself that say nothing of lines beyond it."""
SEEN, LEAST_STROKES = 0.5, 4.0
"""How much of the line beyond is looked at: a share of the field's height, but at least so many
stroke widths."""
SHOWN = 0.8
"""Share of those rows in which the line must show."""
DARKER = 1.3
"""Ink darker than this many times the line is the pen's."""


def without_line_ends(
    ink: GreyImage, origin: tuple[int, int], box: Box, clean: CleanPage
) -> GreyImage:
    """``ink`` (h, w) of the field in ``box``, at row and column ``origin`` of the clean page."""
    sides = [
        (side - origin[0], tones)
        for side, beyond in ((box.top, _rows(box, clean, -1)), (box.bottom, _rows(box, clean, 1)))
        if (tones := _tones_of_lines(clean, beyond, origin[1], ink.shape[1])).any()
    ]
    if not sides:
        return ink
    narrow, reach = NARROW_STROKES * clean.stroke_px, REACH_STROKES * clean.stroke_px
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    left_out = np.zeros(len(stats), np.bool_)
    for label, (left, top, width, height, _) in enumerate(stats.tolist()):
        if not label or width > narrow or height < SLENDER * width:
            continue
        own = ink[top : top + height, left : left + width]
        columns = slice(max(left - 1, 0), left + width + 1)
        left_out[label] = any(
            min(abs(top - side), abs(top + height - side)) <= reach
            and float(np.median(own[own > 0])) <= DARKER * tones[columns].max()
            for side, tones in sides
        )
    return np.where(left_out[labels], 0, ink).astype(np.uint8)


def _rows(box: Box, clean: CleanPage, way: int) -> slice:
    """The rows looked at above (-1) or below (1) a field."""
    near = SIDE_STROKES * clean.stroke_px
    far = near + max(SEEN * box.height, LEAST_STROKES * clean.stroke_px)
    if way < 0:
        return slice(max(0, round(box.top - far)), max(0, round(box.top - near)))
    return slice(round(box.bottom + near), round(box.bottom + far))


def _tones_of_lines(
    clean: CleanPage, rows: slice, left: int, width: int
) -> npt.NDArray[np.float64]:
    """How dark, of 255, the upright line in each column is, (width,); 0 where there is none."""
    place = rows, slice(left, left + width)
    plumb = clean.plumb[place]
    shown = plumb.sum(axis=0)
    on_line = (clean.ink[place] * plumb).sum(axis=0, dtype=np.float64)
    return np.where(shown >= SHOWN * max(len(plumb), 1), on_line / np.maximum(shown, 1), 0.0)
