"""A page and its cells in, the same without those of lined or squared paper out.

The lines of a notebook bound no fields: several numbers stand on one, and they are larger than its
squares. There it is the gaps between them that tell numbers apart, as on blank paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from digitscan.form.combs import PASSED, passing_columns
from digitscan.values import Box, CleanPage, Field, FieldKind, Mask

LEAST_SQUARES, LARGEST_STROKES = 200, 24.0
"""How many squares make squared paper, and how large they are at most, in stroke widths."""
SQUARE, EQUAL = 1.3, 0.15
"""How much longer one side of a square may be, and how far a square's sides may differ from those
of the others, as a share.
"""
SQUARES_SHARE, PAGE_SHARE = 0.8, 0.5
"""Share of a squared page's cells that are equal squares, and of the page that these cover."""
LEAST_LINES, LINE_SHARE = 6, 0.6
"""How many lines, this share of the page's width long, make lined paper."""
PITCH, EVENLY = 0.12, 0.75
"""How far the distance between two lines may differ from the usual, as a share, and how often it
does not."""
INKED = 0.3
"""Lines of which less shows as ink are too pale to be any."""
LINE_SPREAD, PALER = 1.35, 0.82
"""A printed line is up to so many times as dark as most of it, and paler than this share of the
pen, or it can't be told from it.
"""
PALE = 0.6
"""What is paler than this share of the pen, on a line, is the line."""
INNER = 0.15
"""Lines this near to the top or bottom of a number, as a share of its height, do not cross it."""


def is_lined(level: Mask) -> bool:
    """Whether the level lines of a page (H, W) are those of lined paper."""
    stats = cv2.connectedComponentsWithStats(level.astype(np.uint8))[2][1:]
    long = stats[:, cv2.CC_STAT_WIDTH] >= LINE_SHARE * level.shape[1]
    steps = np.diff(np.sort(stats[long, cv2.CC_STAT_TOP]))
    if len(steps) < LEAST_LINES - 1:
        return False
    usual = float(np.median(steps))
    return bool((np.abs(steps - usual) <= PITCH * usual).mean() >= EVENLY)


def without_paper_lines(clean: CleanPage, cells: list[Box]) -> tuple[CleanPage, list[Box]]:
    """The page and its cells, without those between the lines of lined or squared paper."""
    if _is_squared(cells, clean):
        return _without_squares(clean), []
    narrow = [cell for cell in cells if cell.width < LINE_SHARE * clean.level.shape[1]]
    if len(narrow) < len(cells) and is_lined(clean.level):
        return clean, narrow
    return clean, cells


def is_crossed(clean: CleanPage, field: Field, pieces: Sequence[Box]) -> bool:
    """Whether free writing lies over squares whose lines may have taken strokes of it."""
    if field.kind is not FieldKind.LINE or not pieces:
        return False
    number = Box.around(pieces)
    inner = round(INNER * number.height)
    level = clean.level[number.top + inner : number.bottom - inner, number.left : number.right]
    across = bool(level.size and (level.mean(axis=1) >= PASSED).any())
    return across and bool(passing_columns(number, number.height, clean.plumb).any())


def _is_squared(cells: Sequence[Box], clean: CleanPage) -> bool:
    """Whether most of the page is covered with equal small squares."""
    if len(cells) < LEAST_SQUARES:
        return False
    sides = np.array([(cell.height, cell.width) for cell in cells], np.float64)
    height, width = np.median(sides, axis=0)
    if max(height, width) > min(SQUARE * min(height, width), LARGEST_STROKES * clean.stroke_px):
        return False
    equal = (np.abs(sides - (height, width)) <= EQUAL * np.array([height, width])).all(axis=1)
    covered = sides[equal].prod(axis=1).sum() / clean.ink.size
    return bool(equal.mean() >= SQUARES_SHARE and covered >= PAGE_SHARE)


def _without_squares(clean: CleanPage) -> CleanPage:
    """The page without the squares' lines; as it is where they are as dark as the pen."""
    ruling = clean.level | clean.plumb
    nothing, around = np.zeros_like(ruling), _with_margin(ruling)
    lines, pen = clean.ink[ruling], clean.ink[~around]
    lines, pen = lines[lines > 0], pen[pen > 0]
    if lines.size < INKED * np.count_nonzero(ruling):
        return replace(clean, level=nothing, plumb=nothing)
    darkest, tone = LINE_SPREAD * float(np.median(lines)), float(np.median(pen)) if pen.size else 0
    if darkest > PALER * tone:
        return clean
    pale = around & (clean.ink <= max(darkest, PALE * tone))
    ink = np.where(pale, np.uint8(0), clean.ink)
    return replace(clean, ink=ink, level=nothing, plumb=nothing)


def _with_margin(mask: Mask) -> Mask:
    """A mask and the pixels beside it."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
