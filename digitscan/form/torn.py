"""Cells in, those that a stroke tore into parts whole again, out.

A form repeats itself: where the cells above and below are whole, a line that parts one of them was
drawn by the pen, as the stem of a 1 or the arm of a cross.
"""

from __future__ import annotations

from itertools import compress

import numpy as np
import numpy.typing as npt

from digitscan.values import Box, Mask

LIKE = 0.12
"""Difference of equal cells in place and height, as a share of their height."""
MANY = 4
"""So many whole cells in a column make a rule."""
NARROW = 0.6
"""One of the parts is narrower than this share of their height, or they may be a comb."""
ODD = 1
"""Parts of cells have no more equals in their column than so many."""


def join_torn(cells: list[Box]) -> list[Box]:
    """Put whole cells in the place of their parts.

    Parameters
    ----------
    cells : list of Box
        All cells of a page.
    """
    if len(cells) <= MANY:
        return cells
    sides = np.array([box.sides for box in cells])
    odd = np.array([_equals(box, sides) - 1 <= ODD for box in cells])
    whole: list[Box] = []
    for first in compress(cells, odd):
        for last in compress(cells, odd & _follows(first, sides)):
            box = Box.around([first, last])
            narrow = min(first.width, last.width) < NARROW * box.height
            if narrow and _equals(box, sides) >= MANY and not any(map(box.shared_area, whole)):
                whole.append(box)
    rest = [cell for cell in cells if not any(_is_part(cell, box) for box in whole)]
    return rest + whole


def _equals(box: Box, sides: npt.NDArray[np.int_]) -> int:
    """How many cells are as wide and high as a box and in its column."""
    slack = LIKE * box.height
    top, left, bottom, right = sides.T
    alike = (abs(left - box.left) <= slack) & (abs(right - box.right) <= slack)
    return int((alike & (abs(bottom - top - box.height) <= slack)).sum())


def _follows(box: Box, sides: npt.NDArray[np.int_]) -> Mask:
    """Which cells stand right of one, between the same two lines, not far from it."""
    slack = LIKE * box.height
    top, left, bottom, _ = sides.T
    level = (abs(top - box.top) <= slack) & (abs(bottom - box.bottom) <= slack)
    return np.asarray(level & (abs(left - box.right - box.height / 2) <= box.height / 2 + slack))


def _is_part(cell: Box, whole: Box) -> bool:
    return 2 * cell.shared_area(whole) > cell.height * cell.width
