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
from digitscan.runs import runs_of
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

MARGIN = 0.3
"""How far outside its box, as a share of its height, a field's ink may reach."""
EDGE_STROKES = 2.5
"""Lines further than this many stroke widths inside a cell are strokes, not its border."""
PASSED = 0.9
"""Unless they pass through all of it: then they show in this share of its rows."""
DARK_PEN = 130
"""Where the pen is at least this dark, of 255, paler ink beside it is told apart from it."""
PALE_SHARE = 0.42
AWAY_STROKES, LEAST_PATTERN = 1.2, 0.12
"""A pattern shows further than this from the pen, with this share of the pen's area, at least."""
BAR_STROKES = 3.0
"""Length of its straight bars, in stroke widths."""
BARS_BESIDE_PEN, BARS_ANYWHERE = (0.18, 0.03), (0.75, 0.3)
"""Share of a pattern that lies in level and in plumb bars, added up, and in the lesser of the two.
A pale 0 beside dark digits has 0.6 and 0.15."""
MUCH_PEN = 0.3
"""Share of a cell's ink that is dark where the pen wrote over a pattern. Beside a dark cross, the
darkest spots of pale digits seem to be of another pen, too."""
LEAST_CELLS = 2
"""A pattern shows in so many cells of a comb; where the pen covers it, it does not."""
WRITTEN_OVER = 0.4
"""Share of a box's pen in the columns of the pattern; beside one pale digit it has 0.1 and less."""
SIDE_STROKES, SIDE_SHOWN, SIDE_RAGGED = 3.5, 0.92, 0.6
"""A column within so many stroke widths of a cell's side, with ink in this share of its rows, is of
that side, or of the next box's; so are those beside it with ink in the last share of their rows.
"""
SIGN_GAPS = 0.2, 0.75
"""Width of the gap between two cells, as shares of theirs, in which a sign may be printed."""
MOST_BROKEN = 0.04
"""A pattern lies beside strokes; where more than this share of the pen would be broken off without
what is pale, that was a part of the strokes, as they were drawn with a soft pencil.
"""


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
        pen = _without_pale(ink[inside.slices], columns, clean.stroke_px)
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


def _without_pale(ink: GreyImage, cells: Sequence[slice], stroke_px: float) -> GreyImage:
    """``ink`` without a pale pattern of bars that is printed in a box to write over.

    A stroke of a drying pen is as pale, but seldom straight and level or upright, and it is not
    in the same place as a darker one: ``cells`` are the columns that may hold one digit.
    """
    dark = _level_of(ink, 0.9)
    if dark < DARK_PEN:
        return ink
    pen = _darker_ink(ink, dark)
    reach = int(2 * AWAY_STROKES * stroke_px) | 1
    near = cv2.dilate(pen, np.ones((reach, reach), np.uint8))
    away = np.where(near == 0, ink, 0).astype(np.uint8)
    if not _is_printed_to_write_over(away, pen, cells):
        return ink
    least = LEAST_PATTERN * cv2.countNonZero(pen)
    beside_pen = np.where(_columns_with(pen, ink, cells), away, 0).astype(np.uint8)
    for pale, barred, lesser in ((beside_pen, *BARS_BESIDE_PEN), (away, *BARS_ANYWHERE)):
        level, plumb, area = _bars(pale, int(BAR_STROKES * stroke_px))
        if area < least or cv2.mean(pale, pale)[0] > PALE_SHARE * dark:
            continue
        if level + plumb >= barred * area and min(level, plumb) >= lesser * area:
            return ink if _broken_off(ink, pen) > MOST_BROKEN else pen
    return ink


def _with_part(ink: GreyImage, box: Box, part: GreyImage) -> GreyImage:
    """``ink`` with ``part`` in a box."""
    ink = ink.copy()
    ink[box.slices] = part
    return ink


def _is_printed_to_write_over(pale: GreyImage, pen: GreyImage, cells: Sequence[slice]) -> bool:
    """Whether ``pale`` shows in several cells and no cell is bare, or in the columns of much pen.

    A digit that a drying pen left pale is in one cell, and beside the others.
    """
    if cells:
        shown = sum(bool(pale[:, cell].any()) for cell in cells)
        bare = any(not pale[:, cell].any() and not pen[:, cell].any() for cell in cells)
        return shown >= LEAST_CELLS and not bare
    columns = pale.any(axis=0)
    return cv2.countNonZero(pen[:, columns]) >= WRITTEN_OVER * cv2.countNonZero(pen)


def _broken_off(ink: GreyImage, pen: GreyImage) -> float:
    """Share of ``pen`` that hangs together with more of it through ``ink`` only."""
    _, blobs = cv2.connectedComponents(ink)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(pen)
    blob_of = np.zeros(count, np.int32)
    blob_of[parts.ravel()] = blobs.ravel()
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = np.zeros(blobs.max() + 1, np.int32)
    np.maximum.at(largest, blob_of[1:], areas)
    return 1.0 - float(largest.sum() / max(1, areas.sum()))


def _bars(ink: GreyImage, length: int) -> tuple[int, int, int]:
    """Pixels of the level bars of ``ink``, of its plumb bars, and of all of it."""
    level, plumb = (
        cv2.countNonZero(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)))
        for shape in ((1, length), (length, 1))
    )
    return level, plumb, cv2.countNonZero(ink)


def _columns_with(pen: GreyImage, ink: GreyImage, cells: Sequence[slice]) -> Mask:
    """Which columns, (w,), are those of a cell that holds much of ``pen``.

    Without ``cells`` columns of ink that hang together are taken for them.
    """
    shown = np.zeros(ink.shape[1], np.bool_)
    for cell in cells or runs_of(np.asarray(ink.any(axis=0), np.bool_)):
        drawn = cv2.countNonZero(pen[:, cell])
        shown[cell] = drawn > 0 and drawn >= MUCH_PEN * cv2.countNonZero(ink[:, cell])
    return shown


def _darker_ink(ink: GreyImage, dark: int) -> GreyImage:
    """The ink that is no print: the darker of two kinds, and the pale rim of its strokes."""
    inked = ink[ink > 0]
    parting, _ = cv2.threshold(inked, 0, 255, cv2.THRESH_OTSU)
    core = (ink > max(parting, PALE_SHARE * dark)).astype(np.uint8) * np.uint8(255)
    rim = cv2.dilate(core, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(ink, rim), np.uint8)


def _level_of(ink: GreyImage, share: float) -> int:
    """Darkness that ``share`` of the inked pixels do not exceed."""
    counts = cv2.calcHist([np.ascontiguousarray(ink)], [0], None, [256], [0, 256]).ravel()
    counts[0] = 0
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum()))


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
