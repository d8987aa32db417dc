"""A field of a clean page in, the ink that belongs to it out: no box, no neighbour."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

MARGIN = 0.3
"""How far outside its box, as a share of its height, a field's ink may reach."""
INSIDE = 0.5
"""Share of a piece of ink that must lie inside the box for the piece to belong to it."""
EDGE_STROKES = 2.5
"""Lines further than this many stroke widths inside a cell are strokes, not its border."""
DARK_PEN = 130
"""Where the pen is at least this dark, of 255, paler ink beside it is told apart from it."""
PALE_SHARE = 0.42
CRUMB_STROKES = 2.5
"""Ink beside a line that is smaller than this many stroke widths is a rest of the line."""
BRIDGE_STROKES = 2.2
"""Width of a line, in stroke widths, over which a crossing stroke is mended."""


def ink_of_field(clean: CleanPage, field: Field) -> tuple[GreyImage, tuple[int, int]]:
    """Ink of ``field`` with whatever of its strokes leaves the box.

    Returns
    -------
    ink : (h, w) uint8
        0 paper. Ruling is taken out, and so is ink whose larger part lies outside the box.
    origin : (int, int)
        Row and column of ``ink[0, 0]`` on the clean page.
    """
    around = _widened(field.box, clean.ink.shape)
    origin = (around.top, around.left)
    ink = clean.ink[around.slices]
    level, plumb = _ruling_of_field(clean, field, around)
    if level.any() or plumb.any():
        ink = erase_ruling(ink, level, plumb, clean.stroke_px)
    ink = _keep_own(_without_pale(ink), field.box, around, level | plumb, clean.stroke_px)
    return ink, origin


def _without_pale(ink: GreyImage) -> GreyImage:
    """``ink`` without what is much paler than its darkest strokes: patterns to write over."""
    if int(ink.max(initial=0)) < DARK_PEN:
        return ink
    dark = _level_of(ink, 0.9)
    if dark < DARK_PEN:
        return ink
    return np.asarray(cv2.threshold(ink, PALE_SHARE * dark, 255, cv2.THRESH_TOZERO)[1], np.uint8)


def _level_of(ink: GreyImage, share: float) -> int:
    """Darkness that ``share`` of the inked pixels do not exceed."""
    counts = np.bincount(ink.ravel(), minlength=256)
    counts[0] = 0
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum()))


def _ruling_of_field(clean: CleanPage, field: Field, around: Box) -> tuple[Mask, Mask]:
    """Lines around the field's cells; those deep inside a cell are strokes that look alike."""
    level, plumb = clean.level[around.slices].copy(), clean.plumb[around.slices].copy()
    if field.kind is not FieldKind.LINE:
        edge = int(EDGE_STROKES * clean.stroke_px)
        for cell in field.cells or (field.box,):
            top, bottom = cell.top - around.top + edge, cell.bottom - around.top - edge
            left, right = cell.left - around.left + edge, cell.right - around.left - edge
            level[max(top, 0) : max(bottom, 0), max(left - edge, 0) : right + edge] = False
            plumb[max(top - edge, 0) : bottom + edge, max(left, 0) : max(right, 0)] = False
    return level, plumb


def erase_ruling(ink: GreyImage, level: Mask, plumb: Mask, stroke_px: float) -> GreyImage:
    """Take ruled lines out of ``ink``, leaving the strokes that cross them whole.

    A pixel of a line stays where the pen shows on both sides of the line.

    Parameters
    ----------
    ink : (h, w) uint8
        0 paper.
    level, plumb : (h, w) bool
        True on the lines along the rows, along the columns.
    stroke_px : float
        Typical stroke width.
    """
    square = np.ones((3, 3), np.uint8)
    lying, standing = (cv2.dilate(lines.astype(np.uint8) * 255, square) for lines in (level, plumb))
    rest = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(cv2.max(lying, standing))), np.uint8)
    reach = int(BRIDGE_STROKES * stroke_px + 3) | 1
    across = cv2.bitwise_and(_between(rest, reach), lying)
    along = cv2.bitwise_and(np.ascontiguousarray(_between(rest.T, reach).T), standing)
    bridges = cv2.threshold(cv2.max(across, along), 0, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.max(rest, cv2.bitwise_and(ink, bridges)), np.uint8)


def _between(ink: GreyImage, reach: int) -> GreyImage:
    """Where there is ink both above and below within ``reach`` rows, a little aslant too."""
    aslant = (reach // 4) * 2 + 1
    fan = np.ones((reach, aslant), np.uint8)
    ink = np.ascontiguousarray(ink)
    above = cv2.dilate(ink, fan, anchor=(aslant // 2, reach - 1))
    below = cv2.dilate(ink, fan, anchor=(aslant // 2, 0))
    return np.asarray(cv2.min(above, below), np.uint8)


def _keep_own(ink: GreyImage, box: Box, around: Box, ruling: Mask, stroke_px: float) -> GreyImage:
    """``ink`` without the connected pieces that belong to something else.

    These are pieces whose larger part lies outside the box, and crumbs that are left beside a line
    where it was thicker than its run.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    inside = labels[
        box.top - around.top : box.bottom - around.top,
        box.left - around.left : box.right - around.left,
    ]
    within = np.bincount(inside.ravel(), minlength=count)
    belongs = within >= INSIDE * stats[:, cv2.CC_STAT_AREA]
    near = cv2.dilate(ruling.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    beside = np.bincount(labels[near], minlength=count) > 0
    size = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    belongs &= ~(beside & (size <= CRUMB_STROKES * stroke_px))
    belongs[0] = False
    return np.where(belongs[labels], ink, 0).astype(np.uint8)


def _widened(box: Box, page: tuple[int, ...]) -> Box:
    margin = int(MARGIN * box.height)
    return Box(
        max(0, box.top - margin),
        max(0, box.left - margin),
        min(page[0], box.bottom + margin),
        min(page[1], box.right + margin),
    )
