"""The ruling of a page in, the closed cells between its lines out."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Box, Mask

Picture = npt.NDArray[np.uint8]
Side = tuple[tuple[int, int], tuple[int, int]]
"""Ends of a line, as (x, y)."""

LOWEST_STROKES, NARROWEST_STROKES = 6.5, 5.0
"""Cells lower or narrower than this many stroke widths hold no digit."""
SLIVER_STROKES = 1.8
"""Narrower holes are the inside of a double line."""
LEAST_FILL = 0.7
"""Share of its bounding box that a cell covers; less is no rectangle."""
GAP, LIKE = 0.35, 0.3
"""Width of what may be the gap between a box and a line beside it, and how far its ends are from
those of the box, at most, as shares of its height.
"""
LEAST_SLIVER_FILL = 0.3
END_STROKES = 3.0
"""How many stroke widths the ends of two plumb sides of one box may be apart."""
COLUMN_STROKES, COLUMN_SHARE = 60.0, 0.9
"""Plumb lines that bound a column are so long, and share so much of the shorter one's height."""
LEAST_SHOWN = 0.75
"""Share of a side that must be seen for it to count as there."""
LARGER = 1.1
"""How much larger, in area, a box is than one that it holds; less for a double frame."""
MOST_TEMPLATE_PARTS = 3
TEMPLATE_SHARE = 0.62
"""Inner cells smaller than this share of a one-digit box are a pattern printed in it."""
HIGHEST_HOST_STROKES, WIDEST_HOST = 40.0, 1.6
LARGEST_SHARE = 0.9
"""Share of the page's sides over which a hole is the page's margin, not a cell."""


def find_cells(level: Mask, plumb: Mask, stroke_px: float) -> list[Box]:
    """Rectangles that the ruling encloses, without those that enclose others.

    Columns open at both ends are cells beside others; by themselves they hold free lines.

    Parameters
    ----------
    level, plumb : (H, W) bool
        True on a ruled line along the rows, along the columns.
    stroke_px : float
        Typical stroke width, the yardstick of sizes.
    """
    picture = (level | plumb).astype(np.uint8)
    sides, columns = _missing_sides(level, plumb, stroke_px)
    cells = _enclosed(_with_sides(picture, sides), stroke_px)
    low = [cell for cell in cells if cell.height < COLUMN_STROKES * stroke_px]
    ends = [end for column in columns if cells or len(column) == 1 for end in column]
    ends = [end for end in ends if not any(_cuts(end, cell) for cell in low)]
    return _enclosed(_with_sides(picture, ends), stroke_px) if ends else cells


def _with_sides(picture: Picture, sides: list[Side]) -> Picture:
    """The lines (H, W) uint8 with more sides, drawn into them."""
    for side in sides:
        cv2.line(picture, *side, color=1)
    return picture


def _cuts(side: Side, cell: Box) -> bool:
    """Whether a level side passes through a cell."""
    (left, row), (right, _) = side
    inside = cell.top < row < cell.bottom - 1
    return inside and left < cell.right and right > cell.left


def _enclosed(picture: Picture, stroke_px: float) -> list[Box]:
    """Rectangles that the lines of a picture (H, W) uint8 enclose, the innermost ones."""
    contours, hierarchy = cv2.findContours(picture, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return []
    holes = [
        contour for contour, links in zip(contours, hierarchy[0], strict=True) if links[3] >= 0
    ]
    boxes = [_cell(np.asarray(hole, np.int32), stroke_px, picture.shape) for hole in holes]
    found = [box for box in boxes if box is not None]
    narrowest = NARROWEST_STROKES * stroke_px
    cells = [box for box in found if box.width >= narrowest]
    for sliver in (box for box in found if box.width < narrowest):
        cells = _join_sliver(cells, sliver, 2 * stroke_px)
    cells = [cell for cell in cells if not _is_gap(cell, cells, 2 * stroke_px)]
    return _innermost(cells, stroke_px)


def _is_gap(narrow: Box, cells: list[Box], slack: float) -> bool:
    """Whether a cell is only the gap between a line and a box that has its equals in the row.

    Half a cell, with a 1 from line to line in its middle, has the other half beside it, too.
    """
    if narrow.width > GAP * narrow.height:
        return False
    others = [cell for cell in cells if cell is not narrow]
    uneven = LIKE * narrow.height
    beside = [cell for cell in others if _is_beside(cell, narrow, slack, uneven)]
    if len(beside) != 1 or beside[0].width <= narrow.width:
        return False
    return any(_is_equal(other, beside[0], slack) for other in others if other is not beside[0])


def _join_sliver(cells: list[Box], sliver: Box, slack: float) -> list[Box]:
    """The cells, the only neighbour of ``sliver`` widened by it if it stands alone.

    No digit fits into a sliver: a stroke from top to bottom, of an X say, cut it off. Between the
    cells of a comb it is the inside of a double line, and beside a cell that has its equals in the
    row it is the gap to the line of a table.
    """
    beside = [cell for cell in cells if _is_beside(cell, sliver, slack, slack)]
    if len(beside) != 1:
        return cells
    cell = beside[0]
    left, right = min(cell.left, sliver.left), max(cell.right, sliver.right)
    whole = Box(cell.top, left, cell.bottom, right)
    others = [other for other in cells if other is not cell]
    if any(_is_beside(other, whole, 2 * slack, 2 * slack) for other in others):
        return cells
    if any(_is_equal(other, cell, slack) for other in others):
        return cells
    return [*others, whole]


def _is_equal(one: Box, other: Box, slack: float) -> bool:
    return _end_alike(one, other, slack) and abs(one.width - other.width) <= slack / 2


def _is_beside(one: Box, other: Box, slack: float, uneven: float) -> bool:
    """Whether boxes meet, give or take ``slack``, and their ends differ by ``uneven`` at most."""
    gap = max(one.left, other.left) - min(one.right, other.right)
    return abs(gap) <= slack and _end_alike(one, other, uneven)


def _end_alike(one: Box, other: Box, slack: float) -> bool:
    """Whether two boxes begin and end at the same height, give or take ``slack``."""
    return abs(one.top - other.top) <= slack and abs(one.bottom - other.bottom) <= slack


def _missing_sides(
    level: Mask, plumb: Mask, stroke_px: float
) -> tuple[list[Side], list[list[Side]]]:
    """Level sides that are missing between two plumb sides: of boxes, and of each column.

    A box whose top shows and whose bottom is dotted or faint is a box all the same. A column may
    lack both, and one of its sides may go on further than the other.
    """
    sides = sorted(_plumb_sides(plumb, LOWEST_STROKES * stroke_px), key=attrgetter("left"))
    reach = int(2 * stroke_px)
    boxes: list[Side] = []
    columns: list[list[Side]] = []
    for number, left in enumerate(sides):
        apart = left.right + NARROWEST_STROKES * stroke_px
        others = sides[bisect_left(sides, apart, number + 1, key=attrgetter("left")) :]
        slack = END_STROKES * stroke_px
        equal = next((side for side in others if _end_alike(left, side, slack)), None)
        missing = [] if equal is None else _missing_ends(level, left, equal, reach)
        if len(missing) == 1:
            boxes += missing
            continue
        if left.height < COLUMN_STROKES * stroke_px:
            continue
        beside = next((side for side in others if _are_columns(left, side, stroke_px)), None)
        if beside is not None:
            columns.append(_missing_ends(level, left, beside, reach))
    return boxes, columns


def _missing_ends(level: Mask, left: Box, right: Box, reach: int) -> list[Side]:
    """Of the upper and the lower level side between two plumb sides those that don't show."""
    rows = max(left.top, right.top), min(left.bottom, right.bottom)
    return [
        ((left.left, end), (right.right, end))
        for row, end in zip(rows, (rows[0], rows[1] - 1), strict=True)
        if not shows_line(level, row, left.right, right.left, reach)
    ]


def _are_columns(left: Box, right: Box, stroke_px: float) -> bool:
    """Whether two plumb lines bound a column for several numbers."""
    shared = min(left.bottom, right.bottom) - max(left.top, right.top)
    least = max(COLUMN_STROKES * stroke_px, COLUMN_SHARE * min(left.height, right.height))
    return shared >= least


def _plumb_sides(plumb: Mask, shortest: float) -> list[Box]:
    contours, _ = cv2.findContours(
        plumb.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    rectangles = [cv2.boundingRect(contour) for contour in contours]
    return [Box(y, x, y + h, x + w) for x, y, w, h in rectangles if h >= shortest]


def shows_line(
    level: Mask, row: int, start: int, end: int, reach: int, least: float = LEAST_SHOWN
) -> bool:
    """Whether ``least`` of a level line shows near ``row`` from column ``start`` to ``end``."""
    if end <= start:
        return False
    band = level[max(0, row - reach) : row + reach, start:end].any(axis=0)
    return bool(band.mean() >= least)


def _cell(hole: npt.NDArray[np.int32], stroke_px: float, page: tuple[int, ...]) -> Box | None:
    left, top, width, height = cv2.boundingRect(hole)
    if height < LOWEST_STROKES * stroke_px or width < SLIVER_STROKES * stroke_px:
        return None
    if height > LARGEST_SHARE * page[0] and width > LARGEST_SHARE * page[1]:
        return None
    least = LEAST_FILL if width >= NARROWEST_STROKES * stroke_px else LEAST_SLIVER_FILL
    if cv2.contourArea(hole) < least * width * height:
        return None
    return Box(top, left, top + height, left + width)


def _innermost(boxes: list[Box], stroke_px: float) -> list[Box]:
    """Without the boxes that hold another one, and without templates printed inside a box."""
    if not boxes:
        return []
    holds = _holding(boxes)
    hosts = np.array(
        [_is_host(box, boxes, row, stroke_px) for box, row in zip(boxes, holds, strict=True)]
    )
    printed_inside = holds[hosts].any(axis=0)
    outer = (holds & ~printed_inside).any(axis=1)
    return [box for box, drop in zip(boxes, outer | printed_inside, strict=True) if not drop]


def _holding(boxes: list[Box]) -> Mask:
    """Which box (row) holds the middle of which smaller one (column), (n, n) bool."""
    sides = np.array([box.sides for box in boxes])
    top, left, bottom, right = sides.T
    middle_row, middle_column = (top + bottom) / 2, (left + right) / 2
    area = (bottom - top) * (right - left)
    return np.asarray(
        (top[:, None] < middle_row)
        & (middle_row < bottom[:, None])
        & (left[:, None] < middle_column)
        & (middle_column < right[:, None])
        & (area[:, None] > LARGER * area)
    )


def _is_host(box: Box, boxes: list[Box], held: Mask, stroke_px: float) -> bool:
    """Whether what ``box`` holds is a pale pattern to write over (an 8 of bars), not its cells."""
    inner = [boxes[number] for number in np.flatnonzero(held)]
    if not inner or len(inner) > MOST_TEMPLATE_PARTS:
        return False
    if box.height > HIGHEST_HOST_STROKES * stroke_px or box.width > WIDEST_HOST * box.height:
        return False
    return all(
        i.height < TEMPLATE_SHARE * box.height and i.width < TEMPLATE_SHARE * box.width
        for i in inner
    )
