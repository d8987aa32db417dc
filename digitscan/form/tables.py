"""Groups of cells in, with the rows of tables told from combs, out.

Rows of squarish cells that share their lines with a row above or below are a table: each cell
holds a value of its own. A comb stands alone, or its cells are narrow.
"""

from __future__ import annotations

from itertools import compress

import numpy as np

from digitscan.form.combs import is_for_one_digit
from digitscan.values import Box

SQUARISH = 0.9
"""Least width, as a share of the height, of a table's cells."""
SHARED_GAP = 0.25
"""Largest distance between two rows that share a line, as a share of their height."""
WIDE = 1.5
"""Least width, as a share of the rows' height, of a cell that holds a name."""
WIDER = 1.2
"""So is a first or last cell that is so many times wider than the others of its row."""
SHORTEST_COLUMN, SAME_COLUMN = 4, 0.2
"""Cells of a column, at least, and how far the sides of two of them are apart, both together, as a
share of their height.
"""
SAME_PLACE = 0.25
"""How far the ends of two stacked rows may differ, as a share of a cell's width."""


def find_columns(cells: list[Box]) -> frozenset[Box]:
    """Cells too wide for one digit of which several lie right over one another: a table's columns.

    Cells whose dividers were not found may have an equal one in the next row, but not in many.
    """
    wide = [cell for cell in cells if not is_for_one_digit(cell)]
    if not wide:
        return frozenset()
    top, left, bottom, right = np.array([cell.sides for cell in wide]).T
    apart = np.abs(left[:, None] - left) + np.abs(right[:, None] - right)
    gap = np.maximum(top[:, None], top) - np.minimum(bottom[:, None], bottom)
    height = (bottom - top)[:, None]
    equal = apart <= SAME_COLUMN * height
    over = equal & (gap >= 0) & (gap <= SHARED_GAP * height)
    stacked = over.any(axis=1)
    column = stacked & ((equal & stacked).sum(axis=1) >= SHORTEST_COLUMN)
    return frozenset(compress(wide, column.tolist()))


def part_tables(groups: list[list[Box]]) -> tuple[list[Box], list[list[Box]]]:
    """The cells of tables, each with a value of its own, and the groups that are no table's row."""
    rows = [_is_row_of_table(group, groups) for group in groups]
    cells = [cell for group, is_row in zip(groups, rows, strict=True) if is_row for cell in group]
    return cells, [group for group, is_row in zip(groups, rows, strict=True) if not is_row]


def _is_row_of_table(group: list[Box], groups: list[list[Box]]) -> bool:
    """Whether ``group`` has a row of the same table above or below it, and a name beside it.

    Combs may be stacked, too, but then stand by themselves; the rows of a table begin with a name.
    """
    if len(group) < 2 or group[0].width < SQUARISH * group[0].height:
        return False
    others = [other for other in groups if other is not group]
    stacked = any(_is_stacked(group, other) for other in others)
    return stacked and (_has_wide_end(group) or any(_is_beside(group, other) for other in others))


def _has_wide_end(group: list[Box]) -> bool:
    """Whether one end of ``group`` is a wider cell, which a row of squarish cells took in."""
    first, *inner, last = (cell.width for cell in group)
    return bool(inner) and max(first, last) >= WIDER * max(inner)


def _is_beside(group: list[Box], other: list[Box]) -> bool:
    """Whether ``other`` is a wide cell that shares a line with an end of ``group``."""
    height = group[0].height
    if abs(other[0].top - group[0].top) > SHARED_GAP * height:
        return False
    gap = max(group[0].left - other[-1].right, other[0].left - group[-1].right)
    return abs(gap) <= SHARED_GAP * height and max(cell.width for cell in other) >= WIDE * height


def _is_stacked(group: list[Box], other: list[Box]) -> bool:
    """Whether ``group`` and ``other`` are rows of one table, one right above the other."""
    if len(group) != len(other):
        return False
    first, second = group[0], other[0]
    gap = max(first.top, second.top) - min(first.bottom, second.bottom)
    slack = SAME_PLACE * first.width
    return (
        0 <= gap <= SHARED_GAP * first.height
        and abs(first.left - second.left) <= slack
        and abs(group[-1].right - other[-1].right) <= slack
    )
