"""Combs in, the same with the cells that their lines show beyond the ends out.

A stroke that looks like a line breaks a cell; the comb must not end there.
"""

from __future__ import annotations

import numpy as np

from digitscan.form.cells import shows_line
from digitscan.values import Box, Mask

MOST_ADDED = 30
"""Cells added at one end, at most."""
SHORTEST = 2
"""Only a comb of this many cells has a pitch to go on with."""
LEAST_SIDE = 0.6
"""Share of the far side of a cell that must show."""
LEAST_BEYOND, LESS_BEYOND = 0.8, 0.3
"""A line that parts two cells shows beyond them, in these shares of half their height, at one end
and at the other, where it may be the last row of a table.
"""
REACH = 0.16
"""How far a side may be from its place, as a share of the pitch."""
SWALLOWED = 0.5
"""A box that lies in an added cell with this share of its area is part of it."""


def extend_combs(groups: list[list[Box]], level: Mask, plumb: Mask) -> list[list[Box]]:
    """Add to each comb the cells beyond its ends that its lines enclose.

    Parameters
    ----------
    groups : list of lists of Box
        Combs and single cells of a page.
    level, plumb : (H, W) bool
        Ruled lines along the rows, along the columns.
    """
    extended = [_extend(group, level, plumb) for group in groups]
    longest_first = sorted(range(len(groups)), key=lambda number: -len(extended[number]))
    kept: list[list[Box]] = []
    combs: list[tuple[Box, list[Box]]] = []
    for number in longest_first:
        group, first = extended[number], groups[number][0]
        near = (comb for whole, comb in combs if whole.shared_area(first))
        if any(_swallows(comb, groups[number]) for comb in near):
            continue
        kept.append(group)
        if len(group) > 1:
            combs.append((Box.around(group), group))
    return kept


def _extend(group: list[Box], level: Mask, plumb: Mask) -> list[Box]:
    if len(group) < SHORTEST:
        return group
    pitch = (group[-1].left - group[0].left) / (len(group) - 1)
    before = _added(group[0], -pitch, level, plumb)
    return before[::-1] + group + _added(group[-1], pitch, level, plumb)


def _added(cell: Box, step: float, level: Mask, plumb: Mask) -> list[Box]:
    """Cells that follow ``cell`` one by one, ``step`` columns apart, as long as they show."""
    added: list[Box] = []
    for number in range(1, MOST_ADDED + 1):
        shift = round(number * step)
        next_cell = Box(cell.top, cell.left + shift, cell.bottom, cell.right + shift)
        last = added[-1] if added else cell
        if _is_parted(last, next_cell, plumb) or not _is_enclosed(next_cell, step, level, plumb):
            break
        added.append(next_cell)
    return added


def _is_parted(cell: Box, other: Box, plumb: Mask) -> bool:
    """Whether a line that is higher than they parts two boxes that stand apart, as a table's do."""
    left, right = sorted((cell, other), key=lambda box: box.left)
    half = max(1, cell.height // 2)
    between = plumb[max(0, cell.top - half) : cell.bottom + half, left.right : right.left]
    if not between.size:
        return False
    shown = np.asarray(between.any(axis=1))
    less, more = sorted(float(end.mean()) for end in (shown[:half], shown[-half:]))
    return less >= LESS_BEYOND and more >= LEAST_BEYOND


def _is_enclosed(cell: Box, step: float, level: Mask, plumb: Mask) -> bool:
    """Whether lines run above and below the cell, one at its far side, and none through it."""
    if cell.left < 0 or cell.right > level.shape[1]:
        return False
    reach = max(2, cell.height // 6)
    rows = cell.top, cell.bottom
    if not all(shows_line(level, row, cell.left, cell.right, reach) for row in rows):
        return False
    inside = plumb[cell.top : cell.bottom, cell.left + reach : cell.right - reach]
    if inside.size and inside.mean(axis=0).max() >= LEAST_SIDE:
        return False
    side = cell.right if step > 0 else cell.left
    near = round(REACH * abs(step))
    band = plumb[cell.top : cell.bottom, max(0, side - near) : side + near + 1]
    return bool(band.size and band.any(axis=1).mean() >= LEAST_SIDE)


def _swallows(comb: list[Box], group: list[Box]) -> bool:
    """Whether all cells of ``group`` lie in cells of ``comb``."""
    return all(any(_lies_in(cell, other) for other in comb) for cell in group)


def _lies_in(cell: Box, other: Box) -> bool:
    shared = cell.shared_area(other)
    return shared > 0 and shared >= SWALLOWED * cell.height * cell.width
