"""A field of a clean page in, the ink that belongs to it out: no box, no neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from digitscan.form.erasing import erase_ruling
from digitscan.form.line_ends import without_line_ends
from digitscan.form.ownership import OtherInk, own_ink
from digitscan.form.straddling import Straddler
from digitscan.form.underprint import without_underprint
from digitscan.runs import runs_of
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

MARGIN = 0.3
"""How far outside its box, as a share of its height, a field's ink may reach."""
EDGE_STROKES = 2.5
"""Lines further than this many stroke widths inside a cell are strokes, not its border."""
PASSED = 0.9
"""Unless they pass through all of it: then they show in this share of its rows."""
SIDE_STROKES, SIDE_SHOWN, SIDE_RAGGED = 3.5, 0.92, 0.6
"""A column within so many stroke widths of a cell's side, with ink in this share of its rows, is of
that side, or of the next box's; so are those beside it with ink in the last share of their rows.
"""
SIGN_GAPS = 0.2, 0.75
"""Width of the gap between two cells, as shares of theirs, in which a sign may be printed."""


@dataclass(frozen=True, slots=True)
class FieldInk:
    """Ink of a field.

    ``ink`` is (h, w) uint8, 0 paper, the pixel ``ink[0, 0]`` at row and column ``origin`` of the
    clean page. ``torn`` tells that a side of the field cuts through ink that may be a digit's.
    """

    ink: GreyImage
    origin: tuple[int, int]
    torn: bool = False


def ink_of_field(
    clean: CleanPage,
    field: Field,
    is_other: OtherInk = lambda ink: False,
    straddlers: Sequence[Straddler] = (),
) -> FieldInk:
    """Ink of ``field`` with whatever of its strokes leaves the box.

    Ruling is taken out, and so is ink whose larger part lies outside the box. ``is_other`` tells
    whether a piece of ink (h, w) uint8 is no digit for sure; if a side cuts it, nothing is torn.
    ``straddlers`` lie across a side, and it is known whose they are.
    """
    boxes = [each.box for each in straddlers]
    around = Box.around([_widened(field.box, clean.ink.shape), *boxes])
    ink = clean.ink[around.slices]
    level, plumb = _ruling_of_field(clean, field, around)
    _mark_sides(plumb, ink, field, around, clean.stroke_px)
    if level.any() or plumb.any():
        ink = erase_ruling(ink, level, plumb, clean.stroke_px)
    ink = _without_signs(ink, field.cells, around.left)
    origin = around.top, around.left
    if not ink.any():
        return FieldInk(ink, origin)
    box = field.box
    top, left = box.top - around.top, box.left - around.left
    inside = Box(top, left, top + box.height, left + box.width)
    if field.kind is not FieldKind.LINE:
        columns = [slice(cell.left - box.left, cell.right - box.left) for cell in field.cells]
        pen = without_underprint(ink[inside.slices], columns, clean.stroke_px)
        ink = _with_part(ink, inside, pen)
    moved = [each.moved(-around.top, -around.left) for each in straddlers]
    ink, torn = own_ink(ink, inside, level, plumb, clean.stroke_px, is_other, moved)
    if field.kind is not FieldKind.LINE:
        ink = without_line_ends(ink, origin, box, clean)
    return FieldInk(ink, origin, torn)


def _without_signs(ink: GreyImage, cells: Sequence[Box], left: int) -> GreyImage:
    """``ink``, which begins at column ``left``, without what stands between cells: a dash, a comma.

    Only wide gaps have room for one; in those as wide as a cell there may be a digit.
    """
    gaps = [
        slice(one.right - left, two.left - left)
        for one, two in pairwise(cells)
        if SIGN_GAPS[0] * one.width <= two.left - one.right <= SIGN_GAPS[1] * one.width
    ]
    if not any(ink[:, gap].any() for gap in gaps):
        return ink
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    starts, widths = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    within = np.any([(gap.start <= starts) & (starts + widths <= gap.stop) for gap in gaps], axis=0)
    return np.where(within[labels], 0, ink).astype(np.uint8)


def _with_part(ink: GreyImage, box: Box, part: GreyImage) -> GreyImage:
    """``ink`` with ``part`` in a box."""
    ink = ink.copy()
    ink[box.slices] = part
    return ink


def _ruling_of_field(clean: CleanPage, field: Field, around: Box) -> tuple[Mask, Mask]:
    """Lines around the field's cells; those deep inside a cell are strokes that look alike."""
    level, plumb = clean.level[around.slices].copy(), clean.plumb[around.slices].copy()
    if field.kind is not FieldKind.LINE:
        edge = int(EDGE_STROKES * clean.stroke_px)
        box = field.box
        top, bottom = box.top - around.top + edge, box.bottom - around.top - edge
        passing = _passing(plumb, top, bottom, edge)
        for cell in field.cells or (box,):
            left, right = cell.left - around.left + edge, cell.right - around.left - edge
            level[max(top, 0) : max(bottom, 0), max(left - edge, 0) : right + edge] = False
            columns = slice(max(left, 0), max(right, 0))
            plumb[max(top - edge, 0) : bottom + edge, columns] &= passing[columns]
    return level, plumb


def _passing(plumb: Mask, top: int, bottom: int, edge: int) -> Mask:
    """Columns, (w,), of lines that pass through all of a field's rows and on, as no digit does."""
    if bottom <= top:
        return np.zeros(plumb.shape[1], np.bool_)
    through = plumb[top:bottom].mean(axis=0) >= PASSED
    beyond = [plumb[: max(top - 2 * edge, 0)], plumb[bottom + 2 * edge :]]
    on = np.any([np.count_nonzero(part, axis=0) >= edge for part in beyond], axis=0)
    return np.asarray(through & on, np.bool_)


def _mark_sides(plumb: Mask, ink: GreyImage, field: Field, around: Box, stroke_px: float) -> None:
    """Mark in ``plumb`` the sides of a comb's cells that were not found under a digit on them."""
    rows = slice(field.box.top - around.top, field.box.bottom - around.top)
    reach = round(SIDE_STROKES * stroke_px)
    for side in {side for cell in field.cells for side in (cell.left, cell.right)}:
        middle = side - around.left
        place = rows, slice(max(0, middle - reach), middle + reach + 1)
        shown = (ink[place] > 0).mean(axis=0)
        for run in runs_of(shown >= SIDE_RAGGED):
            if shown[run].max() >= SIDE_SHOWN:
                plumb[place][:, run] = True


def _widened(box: Box, page: tuple[int, ...]) -> Box:
    margin = int(MARGIN * box.height)
    return Box(
        max(0, box.top - margin),
        max(0, box.left - margin),
        min(page[0], box.bottom + margin),
        min(page[1], box.right + margin),
    )
