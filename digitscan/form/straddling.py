"""Ink across the side that two cells share in, whose it is out.

A number that outgrows its cell runs over the line to its right, or, where it was written towards
the right side, over the line to its left. Its digit there is as near to the rest of the number as
digits are, and the number in the next cell had room to stand elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.combs import is_for_one_digit
from digitscan.form.erasing import erase_ruling
from digitscan.form.order import SHARED_SIDE, share_side
from digitscan.values import Box, CleanPage, Field, FieldKind, Mask

PAPER = 1.5
"""Where a cell has no neighbour, so many of its heights of the paper beside it are looked at."""
TOUCH_STROKES, LEAST_STROKES = 2.5, 3.0
"""Ink straddles a side if it comes so near on both sides, in stroke widths, with more than so many
squares of the pen on each."""
LOWEST, PART = 0.3, 0.15
"""How high a digit is at least, and a part of one, as a share of the cell."""
BEYOND = 0.6
"""How far a digit may reach into a cell that is not its own, as a share of its height."""
NEAR, APART = 0.7, 1.2
"""Digits of one number are so near to one another, of two so far apart, in digit heights."""
ROOM = 0.8
"""A cell with this much room behind its number, in digit heights, did not need more of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Straddler:
    """Ink across a side of a field: all of it the field's ``own``, or none.

    It is where ``shape``, (h, w), is True in ``box``.
    """

    box: Box
    shape: Mask
    own: bool

    def moved(self, rows: int, columns: int) -> Straddler:
        """The same, so many rows further down and columns further right."""
        return replace(self, box=self.box.moved(rows, columns))


def find_straddlers(clean: CleanPage, fields: Sequence[Field]) -> list[list[Straddler]]:
    """What lies across a side of each field for a whole number, where its owner is plain."""
    found: list[list[Straddler]] = [[] for _ in fields]
    boxes = {number: field.box for number, field in enumerate(fields) if _is_wide(field)}
    pairs = _pairs(boxes)
    for left, right in pairs:
        across = _across(clean, boxes[left], boxes[right])
        found[left] += across
        found[right] += _of_the_other(across)
    for number in boxes.keys() - {left for left, _ in pairs}:
        found[number] += _across(clean, boxes[number], _paper_after(boxes[number], clean))
    for number in boxes.keys() - {right for _, right in pairs}:
        across = _across(clean, _paper_before(boxes[number]), boxes[number])
        found[number] += _of_the_other(across)
    return found


def without_straddlers(clean: CleanPage, straddlers: Sequence[Straddler]) -> CleanPage:
    """The page without that ink."""
    if not straddlers:
        return clean
    ink = clean.ink.copy()
    for each in straddlers:
        ink[each.box.slices][each.shape] = 0
    return replace(clean, ink=ink)


def _is_wide(field: Field) -> bool:
    return field.kind in (FieldKind.BOX, FieldKind.CELL) and not is_for_one_digit(field.box)


def _pairs(boxes: Mapping[int, Box]) -> list[tuple[int, int]]:
    """Numbers of the boxes that share a side, the left one first."""
    order = sorted(boxes, key=lambda number: boxes[number].left)
    lefts = [boxes[number].left for number in order]
    pairs = []
    for number, box in boxes.items():
        reach = SHARED_SIDE * box.height
        near = slice(bisect_left(lefts, box.right - reach), bisect_right(lefts, box.right + reach))
        pairs += [(number, other) for other in order[near] if share_side(box, boxes[other])]
    return pairs


def _of_the_other(across: Sequence[Straddler]) -> list[Straddler]:
    """The same, as the cell right of the line sees it."""
    return [replace(each, own=not each.own) for each in across]


def _paper_before(box: Box) -> Box:
    return replace(box, left=max(0, box.left - round(PAPER * box.height)), right=box.left)


def _paper_after(box: Box, clean: CleanPage) -> Box:
    right = min(clean.ink.shape[1], box.right + round(PAPER * box.height))
    return replace(box, left=box.right, right=right)


def _across(clean: CleanPage, left: Box, right: Box) -> list[Straddler]:
    """Ink across the line between two cells, ``own`` where it is of the left one."""
    window = Box.around([left, right])
    side = (left.right + right.left) // 2 - window.left
    if not _is_touched(clean, window, side):
        return []
    labels, boxes, across = _pieces(clean, window, side)
    found = []
    for digit in across:
        parts = np.array([_is_part(box, digit, clean.stroke_px) for box in boxes], np.bool_)
        whole = Box.around(compress(boxes, parts))
        rest = [box for box in compress(boxes, ~parts) if box.height >= PART * window.height]
        of_left = _is_of_left(whole, rest, side, window.width)
        if of_left is not None:
            shape = np.isin(labels[whole.slices], np.flatnonzero(parts) + 1)
            found.append(Straddler(whole.moved(window.top, window.left), shape, of_left))
    return found


def _pieces(
    clean: CleanPage, window: Box, side: int
) -> tuple[npt.NDArray[np.int32], list[Box], list[Box]]:
    """Labels (h, w) of the pieces of ink in a window, their boxes, and those across ``side``."""
    at = window.slices
    ink = erase_ruling(clean.ink[at], clean.level[at], clean.plumb[at], clean.stroke_px)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    boxes = [Box(y, x, y + h, x + w) for x, y, w, h, _ in stats[1:].tolist()]
    halves = (labels[:, :side], labels[:, side:])
    areas = np.stack([np.bincount(half.ravel(), minlength=count)[1:] for half in halves])
    much = areas.min(axis=0) >= LEAST_STROKES * clean.stroke_px**2
    across = [box for box in compress(boxes, much) if box.height >= LOWEST * window.height]
    return np.asarray(labels, np.int32), boxes, across


def _is_part(box: Box, digit: Box, stroke_px: float) -> bool:
    """Whether ink stands over or under a digit, or is it: a line may have cut one."""
    return digit.left - stroke_px <= box.left and box.right <= digit.right + stroke_px


def _is_touched(clean: CleanPage, window: Box, side: int) -> bool:
    """Whether ink that is no line comes near to the side of two cells from both."""
    reach, column = round(TOUCH_STROKES * clean.stroke_px), window.left + side
    near = replace(window, left=max(window.left, column - reach), right=column + reach).slices
    ink = (clean.ink[near] > 0) & ~(clean.plumb[near] | clean.level[near])
    return bool(ink[:, :reach].any() and ink[:, reach:].any())


def _is_of_left(box: Box, others: Sequence[Box], side: int, width: int) -> bool | None:
    """Whether a digit across ``side`` goes on the number left of it, or begins the one right of it.

    None where neither is plain. ``width`` is that of both cells.
    """
    before = [other.right for other in others if other.left < min(box.left, side)]
    after = [other for other in others if other.right > max(box.right, side)]
    gap_before = box.left - max(before, default=-width)
    gap_after = min((other.left for other in after), default=2 * width) - box.right
    room = width - max((other.right for other in after), default=0)
    near, least, most = NEAR * box.height, ROOM * box.height, BEYOND * box.height
    if gap_before <= near and room >= least and box.right - side <= most:
        return True
    if gap_after <= near and gap_before > APART * box.height and side - box.left <= most:
        return False
    return None
