"""A clean page in, the same with rows of free writing cut apart where they touch out.

In a column of numbers a long 1 or the tail of a 9 runs into the row below. Taken as one piece of
ink it would draw both rows into one field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitscan.form.ink_boxes import find_ink_boxes
from digitscan.form.lines import LOWEST_STROKES
from digitscan.values import Box, CleanPage, GreyImage

TWO_ROWS = 1.5, 3.2
"""Ink of two rows is between so many times as high as the page's middle ink."""
WIDEST = 2.0
"""And no wider than this many times the middle height: wider ink is a line."""
REACH = 3.0
"""Its neighbours in both rows stand no further than this, in middle heights."""
CUT_STROKES = 0.5
"""Thickness of the cut."""


def part_rows(clean: CleanPage, cells: Sequence[Box]) -> CleanPage:
    """Cut ink that stands in two rows at once where least of it lies between them.

    Only pages without ``cells`` are changed: in cells the ruling tells where a number ends.
    """
    if cells:
        return clean
    boxes = find_ink_boxes(clean, LOWEST_STROKES * clean.stroke_px)
    boxes = [box for box in boxes if box.height >= LOWEST_STROKES * clean.stroke_px]
    if not boxes:
        return clean
    middle = float(np.median([box.height for box in boxes]))
    least, most = TWO_ROWS
    high = [box for box in boxes if least * middle <= box.height <= most * middle]
    high = [box for box in high if box.width <= WIDEST * middle]
    between = {box: rows for box in high if (rows := _rows_between(box, boxes, middle))}
    if not between:
        return clean
    ink = clean.ink.copy()
    for box, rows in between.items():
        _cut(ink, box, rows, max(1, round(CUT_STROKES * clean.stroke_px)))
    return replace(clean, ink=ink)


def _rows_between(box: Box, boxes: list[Box], middle: float) -> range | None:
    """Pixel rows of ``box`` between a writing row at its upper end and one at its lower end."""
    near = [
        other
        for other in boxes
        if other.height < TWO_ROWS[0] * middle
        and other.left < box.right + REACH * middle
        and other.right > box.left - REACH * middle
        and box.top - middle / 2 < other.top
        and other.bottom < box.bottom + middle / 2
    ]
    half = (box.top + box.bottom) / 2
    upper = [other.bottom for other in near if other.bottom < half + middle / 4]
    lower = [other.top for other in near if other.top > half - middle / 4]
    if not upper or not lower:
        return None
    first, last = sorted((int(np.median(upper)), int(np.median(lower))))
    slack = int(middle / 6)
    return range(max(first - slack, box.top + 1), min(last + slack, box.bottom - 1))


def _cut(ink: GreyImage, box: Box, rows: range, thickness: int) -> None:
    """Rub out ``thickness`` pixel rows where the least ink is, near the middle, in place."""
    part = ink[rows.start : rows.stop, box.left : box.right]
    if not part.size:
        return
    off_middle = np.abs(np.arange(len(rows)) - len(rows) / 2)
    row = rows.start + int(np.lexsort((off_middle, np.count_nonzero(part, axis=1)))[0])
    ink[row : row + thickness, box.left : box.right] = 0
