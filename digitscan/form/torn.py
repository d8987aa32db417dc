"""Cells in, those that a stroke tore into parts whole again, out.

A form repeats itself: where the cells above and below are whole, a line that parts one of them was
drawn by the pen, as the stem of a 1 or the arm of a cross. The other part may be lost, as what a
stroke leaves of a cell may be no rectangle.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    for part in compress(cells, odd):
        for box in _possible_wholes(part, cells, odd, sides):
            regular = _equals(box, sides) >= MANY
            if regular and not any(map(box.shared_area, whole)) and not _cuts_any(box, cells):
                whole.append(box)
    rest = [cell for cell in cells if not any(_is_part(cell, box) for box in whole)]
    return rest + whole


def _equals(box: Box, sides: npt.NDArray[np.int_]) -> int:
    """How many cells are as wide and high as a box and in its column."""
    slack = LIKE * box.height
    top, left, bottom, right = sides.T
    alike = (abs(left - box.left) <= slack) & (abs(right - box.right) <= slack)
    return int((alike & (abs(bottom - top - box.height) <= slack)).sum())


def _possible_wholes(
    part: Box, cells: list[Box], odd: Mask, sides: npt.NDArray[np.int_]
) -> Iterator[Box]:
    """What a part may be of: it and the one after it, or as wide as the cell above or below."""
    wider = [Box.around([part, last]) for last in compress(cells, odd & _follows(part, sides))]
    wider += [
        Box(part.top, other.left, part.bottom, other.right)
        for other in compress(cells, ~odd & _goes_beyond(part, sides))
    ]
    for box in wider:
        if min(part.width, box.width - part.width) < NARROW * box.height:
            yield box


def _follows(box: Box, sides: npt.NDArray[np.int_]) -> Mask:
    """Which cells stand right of one, between the same two lines, not far from it."""
    slack = LIKE * box.height
    top, left, bottom, _ = sides.T
    level = (abs(top - box.top) <= slack) & (abs(bottom - box.bottom) <= slack)
    return np.asarray(level & (abs(left - box.right - box.height / 2) <= box.height / 2 + slack))


def _goes_beyond(box: Box, sides: npt.NDArray[np.int_]) -> Mask:
    """Which cells right above or below one begin or end where it does, and are wider."""
    slack = LIKE * box.height
    top, left, bottom, right = sides.T
    near = np.minimum(abs(top - box.bottom), abs(bottom - box.top)) <= slack
    one_side = (abs(left - box.left) <= slack) != (abs(right - box.right) <= slack)
    return np.asarray(near & one_side & (right - left > box.width + slack))


def _cuts_any(whole: Box, cells: list[Box]) -> bool:
    """Whether less than half of a cell, but more than its side, lies in what would be whole."""
    side = LIKE * whole.height * whole.height
    return any(cell.shared_area(whole) > side and not _is_part(cell, whole) for cell in cells)


def _is_part(cell: Box, whole: Box) -> bool:
    return 2 * cell.shared_area(whole) > cell.height * cell.width
