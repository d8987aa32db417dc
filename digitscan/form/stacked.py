"""Cells in, the same with those that hold several rows of digits cut between the rows out.

Where the pale line between two rows of a table was not found, numbers over one another are in one
cell. Read as one line their digits would mingle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from digitscan.runs import runs_of
from digitscan.values import Box, CleanPage, GreyImage

LEAST_STROKES = 5.0
"""A row of digits is at least so many stroke widths high."""
MARGIN_STROKES, CRUMB_STROKES = 1.5, 1.5
"""Ink this near to a side of the cell may be of it, and ink so low of a line between the rows."""
LIKE, TALL = 1.5, 0.7
"""Rows differ in height by this factor at most; a digit is this share of its row high, at least."""
LEAST_DIGITS = 2
"""In each row: one digit over another may be one that is broken, or one that was corrected."""


def part_stacked(clean: CleanPage, cells: Sequence[Box]) -> list[Box]:
    """Cut each cell that holds two rows of digits, or more, midway between them."""
    return [part for cell in cells for part in _part(clean, cell)]


def _part(clean: CleanPage, cell: Box) -> Iterator[Box]:
    rows = _rows_of_digits(clean, cell)
    cuts = [(above.stop + below.start) // 2 for above, below in pairwise(rows)]
    for top, bottom in pairwise((cell.top, *cuts, cell.bottom)):
        yield replace(cell, top=top, bottom=bottom)


def _rows_of_digits(clean: CleanPage, cell: Box) -> list[slice]:
    """Where the rows of digits in a cell lie, none unless all of its ink is in such rows."""
    margin, least = round(MARGIN_STROKES * clean.stroke_px), LEAST_STROKES * clean.stroke_px
    if cell.height < 2 * (least + margin) or cell.width <= 2 * margin:
        return []
    top, left = cell.top + margin, cell.left + margin
    ink = clean.ink[top : cell.bottom - margin, left : cell.right - margin]
    rows = [
        row
        for row in runs_of(np.asarray(ink.any(axis=1), np.bool_))
        if row.stop - row.start > CRUMB_STROKES * clean.stroke_px
    ]
    heights = [row.stop - row.start for row in rows]
    if len(rows) < 2 or min(heights) < least or max(heights) > LIKE * min(heights):
        return []
    if any(_digits_in(ink[row]) < LEAST_DIGITS for row in rows):
        return []
    return [slice(top + row.start, top + row.stop) for row in rows]


def _digits_in(row: GreyImage) -> int:
    """How many pieces of ink are about as high as the row."""
    stats = cv2.connectedComponentsWithStats(np.ascontiguousarray(row))[2][1:]
    return int(np.count_nonzero(stats[:, cv2.CC_STAT_HEIGHT] >= TALL * len(row)))
