"""Boxes in, the same boxes in reading order out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from digitscan.values import Box

SAME_ROW = 0.5
"""Boxes stand in one row when they share this part of the lower one's height."""
LEVEL = 0.65
"""Cells of one comb share this part of the higher one's height."""


def shares_row(first: Box, second: Box) -> bool:
    """Whether two boxes share at least half of the height of the lower one."""
    return _shared(first, second) >= SAME_ROW * min(first.height, second.height)


def is_level(first: Box, second: Box) -> bool:
    """Whether two boxes share most of the height of the higher one."""
    return _shared(first, second) >= LEVEL * max(first.height, second.height)


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


def _shared(first: Box, second: Box) -> int:
    """Rows of pixels that two boxes share; negative where they are apart."""
    return min(first.bottom, second.bottom) - max(first.top, second.top)
