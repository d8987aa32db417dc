"""Boxes in, the same boxes in reading order out."""

from __future__ import annotations

from collections.abc import Iterable

from digitscan.values import Box

SAME_ROW = 0.5
"""Boxes stand in one row when they share this part of the lower one's height."""


def group_rows(boxes: Iterable[Box]) -> list[list[Box]]:
    """Rows from top to bottom, each from left to right.

    A box joins the row with which it shares at least half of the height of the lower of the two.

    >>> a, b, c = Box(0, 50, 10, 60), Box(1, 0, 11, 10), Box(30, 0, 40, 10)
    >>> group_rows([c, a, b]) == [[b, a], [c]]
    True
    """
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.top + b.bottom, b.left)):
        row = next((r for r in reversed(rows[-4:]) if _same_row(r[-1], box)), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [sorted(row, key=lambda b: (b.left, b.top)) for row in rows]


def _same_row(first: Box, second: Box) -> bool:
    shared = min(first.bottom, second.bottom) - max(first.top, second.top)
    return shared >= SAME_ROW * min(first.height, second.height)
