"""A page without cells in, the boxes of its lines of handwriting out."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from digitscan.form.ink_boxes import boxes_of, ink_without_ruling
from digitscan.form.order import group_rows
from digitscan.values import Box, CleanPage

SPECK_STROKES = 2.5
"""Ink smaller than this many stroke widths, both ways, is left out."""
LOWEST_STROKES = 6.0
"""Lower ink is a dash, a comma or a speck: it starts no line."""
TALL = 0.55
"""Share of the page's tall ink from which on a piece may be a digit of a line."""
TALLEST = 3.5
"""Ink taller than this many times the page's tall ink is no digit."""
BROKEN_STROKES, WHOLE = 2.0, 1.4
"""Pieces of ink this near to each other, in stroke widths, are one broken digit, unless they are
together higher than so many times the page's tall ink: then they stand one above the other."""
CRUMB_GAP = 0.1
"""Gap between crumbs of one digit, across, as a share of the page's tall ink."""
WORD_GAP = 1.1
"""Gap that parts two numbers on a line, as a share of the line's height."""
CELL_GAP = 2.0
"""The same in a cell, where one number is written over the whole width."""
MOST_IN_CELL = 12
OVER = 0.3
"""Share of its width that one number lies over another, at least, or they are parts of one."""


def find_lines(clean: CleanPage) -> list[Box]:
    """Boxes around groups of ink that stand side by side, in reading order."""
    rows = _rows_of_tall_ink(clean, None, mend=True)
    return [group for row in rows for group in _split_at_gaps(row, WORD_GAP)]


def find_lines_in_cell(clean: CleanPage, cell: Box) -> list[Box]:
    """Boxes around the few pieces of ink that stand side by side in a high cell.

    Rows of many pieces are words, and left out.
    """
    rows = [row for row in _rows_of_tall_ink(clean, cell, mend=False) if len(row) <= MOST_IN_CELL]
    return [group for row in rows for group in _split_at_gaps(row, CELL_GAP)]


def _rows_of_tall_ink(clean: CleanPage, within: Box | None, *, mend: bool) -> list[list[Box]]:
    """Rows of the pieces of ink that are as high as digits are on the page or in the cell.

    With ``mend`` what is left of a broken digit is one piece.
    """
    part = within or Box(0, 0, *clean.ink.shape)
    ink, smallest = ink_without_ruling(clean, part), SPECK_STROKES * clean.stroke_px
    pieces = boxes_of(ink, part, 0)
    boxes = [box for box in pieces if max(box.height, box.width) >= smallest]
    heights = np.array([b.height for b in boxes if b.height >= LOWEST_STROKES * clean.stroke_px])
    if not heights.size:
        return []
    tall = float(np.percentile(heights, 75))
    if not mend:
        return _rows(boxes, tall)
    gap = round(BROKEN_STROKES * clean.stroke_px)
    wholes = boxes_of(ink, part, smallest, gap=gap)
    boxes = _mended(boxes, [whole for whole in wholes if whole.height <= WHOLE * tall])
    crumbs = np.array([box.sides for box in pieces])
    return [_with_broken(row, crumbs, tall) for row in _rows(boxes, tall)]


def _rows(boxes: list[Box], tall: float) -> list[list[Box]]:
    """Rows of the boxes that may be digits, by their height."""
    return group_rows([box for box in boxes if TALL * tall <= box.height <= TALLEST * tall])


def _with_broken(row: list[Box], crumbs: npt.NDArray[np.int_], tall: float) -> list[Box]:
    """A row with the digits of which but ``crumbs`` are left, (n, 4) as in ``Box.sides``.

    Crumbs that lie above one another, or all but, are of one digit if they are as high together.
    """
    top, _, bottom, _ = np.median([box.sides for box in row], axis=0).tolist()
    middle = crumbs[:, [0, 2]].mean(axis=1)
    inside = crumbs[
        (middle > top) & (middle < bottom) & (crumbs[:, 2] - crumbs[:, 0] < TALL * tall)
    ]
    for box in row:
        inside = inside[(inside[:, 3] <= box.left) | (inside[:, 1] >= box.right)]
    inner = sorted((Box(*sides) for sides in inside.tolist()), key=attrgetter("left"))
    heaps = _side_by_side(inner, CRUMB_GAP * tall)
    broken = [whole for whole in map(Box.around, heaps) if _is_digit(whole, tall)]
    return sorted([*row, *broken], key=attrgetter("left"))


def _is_digit(box: Box, tall: float) -> bool:
    return TALL * tall <= box.height <= WHOLE * tall and box.width <= box.height


def _mended(pieces: list[Box], wholes: list[Box]) -> list[Box]:
    """The pieces of ink, those in one of the ``wholes`` together."""
    sides, outward = np.array([whole.sides for whole in wholes]), np.array([-1, -1, 1, 1])

    def whole_of(piece: Box) -> Box:
        holds = ((sides - piece.sides) * outward >= 0).all(axis=1)
        return wholes[int(holds.argmax())] if holds.any() else piece

    return list(dict.fromkeys(map(whole_of, pieces))) if wholes else pieces


def _split_at_gaps(row: list[Box], widest: float) -> list[Box]:
    """The row's groups, parted where the gap is wide for the height of the ink."""
    height = float(np.median([box.height for box in row]))
    groups = _side_by_side(row, widest * height)
    return [Box.around(line) for group in groups for line in _over_one_another(group)]


def _side_by_side(row: list[Box], widest_px: float) -> list[list[Box]]:
    """Boxes from left to right, parted where the gap is wider."""
    groups: list[list[Box]] = []
    reach = 0
    for box in row:
        if groups and box.left - reach <= widest_px:
            groups[-1].append(box)
        else:
            groups.append([box])
        reach = max(reach, box.right) if len(groups[-1]) > 1 else box.right
    return groups


def _over_one_another(group: list[Box]) -> list[list[Box]]:
    """The rows of a group that stand over one another: askew, rows of a page run into one."""
    rows = group_rows(group)
    around = [Box.around(row) for row in rows]
    for upper, lower in pairwise(around):
        shared = min(upper.right, lower.right) - max(upper.left, lower.left)
        if shared < OVER * min(upper.width, lower.width):
            return [group]
    return rows
