"""Boxes in, the same boxes in reading order out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from digitscan.values import Box

SAME_ROW = 0.5
"""Boxes stand in one row when they share this part of the lower one's height."""
SPANNED, SAME_TOP = 0.6, 0.3
"""A box spans several rows if one beside it has this share of its height, at most, and begins where
it does, within the last share of the lower one's height.
"""
LEVEL = 0.65
"""Cells of one comb share this part of the higher one's height."""
SHARED_SIDE = 0.15
"""Cells nearer than this share of their height share a side."""


def shares_row(first: Box, second: Box) -> bool:
    """Whether two boxes share at least half of the height of the lower one."""
    return _shared(first, second) >= SAME_ROW * min(first.height, second.height)


def is_level(first: Box, second: Box) -> bool:
    """Whether two boxes share most of the height of the higher one."""
    return _shared(first, second) >= LEVEL * max(first.height, second.height)


def share_side(left: Box, right: Box) -> bool:
    """Whether the right side of one box is the left side of another in its row."""
    apart = abs(right.left - left.right)
    return apart <= SHARED_SIDE * min(left.height, right.height) and is_level(left, right)


def group_rows(
    boxes: Iterable[Box], same_row: Callable[[Box, Box], bool] = shares_row
) -> list[list[Box]]:
    """Rows from top to bottom, each from left to right.

    A box joins the row whose last box is in the ``same_row``.

    >>> a, b, c = Box(0, 50, 10, 60), Box(1, 0, 11, 10), Box(30, 0, 40, 10)
    >>> group_rows([c, a, b]) == [[b, a], [c]]
    True
    """
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.top + b.bottom, b.left)):
        row = next((r for r in reversed(rows[-4:]) if same_row(r[-1], box)), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [sorted(row, key=lambda b: (b.left, b.top)) for row in rows]


def first_rows(boxes: Sequence[Box]) -> list[Box]:
    """Give boxes that span several rows cut off below the first of them, the others as they are.

    >>> first_rows([Box(0, 0, 90, 50), Box(2, 50, 30, 90), Box(30, 50, 60, 90)])[0]
    Box(top=0, left=0, bottom=28, right=50)
    """
    tops = np.array([box.top for box in boxes])
    heights = np.array([box.height for box in boxes])
    heads = []
    for box in boxes:
        beside = np.abs(tops - box.top) <= SAME_TOP * heights
        lower = heights[beside & (heights <= SPANNED * box.height)]
        heads.append(replace(box, bottom=box.top + int(lower.max())) if lower.size else box)
    return heads


def _shared(first: Box, second: Box) -> int:
    """Rows of pixels that two boxes share; negative where they are apart."""
    return min(first.bottom, second.bottom) - max(first.top, second.top)
