"""The ink in and around a field in, the part of it that belongs to the field out.

Ink belongs to the field in which its larger part lies. Rests of ruled lines belong to none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.straddling import Straddler
from digitscan.values import Box, GreyImage, Mask

OtherInk = Callable[[GreyImage], bool]

INSIDE = 0.5
"""Share of a piece of ink that must lie inside the box for the piece to belong to it."""
CRUMB_STROKES = 2.5
"""Ink that touches a line and is smaller than this many stroke widths is a rest of the line."""
SLIVER_STROKES, ALONG = 1.6, 0.6
"""So is ink narrower than the one that lies along a line with this share of its area."""
NEAR_PX = 3
TORN_STROKES = 4.0
"""Ink cut by a side of the box counts if its part inside is longer than this, drawn by the pen."""
TORN_SHARE = 0.12
"""Share of a piece of the field's own ink beyond a side from which another field may claim it."""


def own_ink(
    ink: GreyImage,
    box: Box,
    level: Mask,
    plumb: Mask,
    stroke_px: float,
    is_other: OtherInk = lambda ink: False,
    straddlers: Sequence[Straddler] = (),
) -> tuple[GreyImage, bool]:
    """Leave out of ``ink`` what belongs to something else.

    Parameters
    ----------
    ink : (h, w) uint8
        The field and what is around it, ruled lines taken out; 0 paper.
    box : Box
        The field in ``ink``.
    level, plumb : (h, w) bool
        The ruled lines.
    stroke_px : float
        Typical stroke width.
    is_other : callable
        Whether a piece of ink (h, w) uint8 is no digit for sure, as a cross.
    straddlers : sequence of Straddler
        Ink across a side of the box of which it is known whose it is.

    Returns
    -------
    ink : (h, w) uint8
    torn : bool
        Whether a left or right side of the box cuts through ink that may be a digit's, or ink of
        the field goes on above or below all of ``ink``.
    """
    # no more than one pixel in four begins a piece; 16 bits take a third of the time of 32
    kind = cv2.CV_16U if ink.size < 4 << 16 else cv2.CV_32S
    count, *found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=kind)
    labels, stats = (np.asarray(picture, np.int32) for picture in found)
    area = stats[:, cv2.CC_STAT_AREA]
    claimed = _claimed(ink.shape, box, straddlers)
    inside = np.bincount(labels[claimed], minlength=count)
    belongs = inside >= INSIDE * area
    rests = _rests(labels, stats, level, stroke_px) | _rests(labels, stats, plumb, stroke_px)
    rests[0] = True
    torn = _torn(labels, inside, belongs, box, claimed, stroke_px) | _goes_on(labels, belongs, box)
    torn &= ~rests
    own = (belongs & ~rests).astype(np.uint8)[labels]
    cut = (np.where(labels == label, ink, 0).astype(np.uint8) for label in np.flatnonzero(torn))
    return ink * own, any(not is_other(piece) for piece in cut)


def _claimed(shape: tuple[int, ...], box: Box, straddlers: Sequence[Straddler]) -> Mask:
    """The pixels, (h, w), of which the ink is the field's: its box and what was told to be its."""
    claimed = np.zeros(shape, np.bool_)
    claimed[box.slices] = True
    for each in straddlers:
        claimed[each.box.slices][each.shape] = each.own
    return claimed


def _goes_on(labels: npt.NDArray[np.int32], belongs: Mask, box: Box) -> Mask:
    """Which of the field's pieces of ink go on above or below all that is seen around it."""
    goes_on = np.zeros(len(belongs), np.bool_)
    if box.top > 0:
        goes_on[labels[0]] = True
    if box.bottom < len(labels):
        goes_on[labels[-1]] = True
    return np.asarray(goes_on & belongs, np.bool_)


def _rests(
    labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], lines: Mask, stroke_px: float
) -> Mask:
    """Which pieces of ink are crumbs of a line, or slivers along it."""
    count, area = len(stats), stats[:, cv2.CC_STAT_AREA]
    square = np.ones((2 * NEAR_PX + 1, 2 * NEAR_PX + 1), np.uint8)
    near = cv2.dilate(lines.astype(np.uint8), square)
    beside = np.bincount(labels[near > 0], minlength=count)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    crumb = (beside > 0) & (sides.max(axis=1) <= CRUMB_STROKES * stroke_px)
    sliver = (beside >= ALONG * area) & (sides.min(axis=1) <= SLIVER_STROKES * stroke_px)
    return np.asarray(crumb | sliver, np.bool_)


def _torn(
    labels: npt.NDArray[np.int32],
    inside: npt.NDArray[np.int_],
    belongs: Mask,
    box: Box,
    claimed: Mask,
    stroke_px: float,
) -> Mask:
    """Which pieces of ink reach across the left or right side of the box with much on both."""
    count = len(inside)
    beyond = np.zeros(count, np.int_)
    for side in (np.s_[box.top : box.bottom, : box.left], np.s_[box.top : box.bottom, box.right :]):
        beyond += np.bincount(labels[side][~claimed[side]], minlength=count)
    much = TORN_STROKES * stroke_px**2
    lost = ~belongs & (beyond > 0) & (inside >= much)
    shared = belongs & (beyond >= much) & (beyond >= TORN_SHARE * (inside + beyond))
    return np.asarray(lost | shared, np.bool_)
