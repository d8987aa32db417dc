"""A field and its neighbours in; whether a number seems to go on beyond the field's ends, out.

A comb of which a cell was not found, a line of which a digit was left out: what was read is right
as far as it goes, and wrong as a value.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digitscan.form.cells import shows_line
from digitscan.values import Box, CleanPage, Field, FieldKind

NARROW = 1.35
"""Wider cells, as a share of their height, hold whole numbers and have no neighbours to miss."""
REACH = 0.9
"""How far beside a line of digits the next one may stand, as a share of their height."""
TALL = 0.6
"""Height of what may be a digit, as a share of the field's."""
LEAST_STROKES = 4.0
"""Ink that counts is longer than this many stroke widths, drawn by the pen."""


def goes_on(clean: CleanPage, field: Field, fields: Sequence[Field]) -> bool:
    """Whether ink that belongs to no field stands where the next digit would.

    Parameters
    ----------
    clean : CleanPage
        The page.
    field : Field
        The field in question.
    fields : sequence of Field
        All fields of the page.
    """
    if field.kind is FieldKind.LINE:
        width, tall = round(REACH * field.box.height), TALL
    else:
        cell = field.cells[0] if field.cells else field.box
        if cell.width > NARROW * cell.height:
            return False
        width, tall = cell.width, 0.5 * TALL
    others = [other.box for other in fields if other is not field]
    for window in _windows(field.box, width, clean.ink.shape[1]):
        if field.kind is not FieldKind.LINE and not _is_lined(clean, window):
            continue
        if not any(_meet(window, other) for other in others) and _holds_ink(clean, window, tall):
            return True
    return False


def _windows(box: Box, width: int, right: int) -> list[Box]:
    """The places of the next digit, left and right of a box."""
    left = Box(box.top, max(0, box.left - width), box.bottom, box.left)
    after = Box(box.top, box.right, box.bottom, min(right, box.right + width))
    return [window for window in (left, after) if window.width > 2]


def _is_lined(clean: CleanPage, window: Box) -> bool:
    """Whether a line runs on above or below the place."""
    reach = max(2, window.height // 6)
    rows = window.top, window.bottom
    return any(shows_line(clean.level, row, window.left, window.right, reach) for row in rows)


def _meet(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def _holds_ink(clean: CleanPage, window: Box, tall: float) -> bool:
    """Whether ink as high as a digit stands in the place, ruled lines apart."""
    lines = (clean.level | clean.plumb)[window.slices].astype(np.uint8)
    ink = (clean.ink[window.slices] > 0) & (cv2.dilate(lines, np.ones((5, 5), np.uint8)) == 0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    high = stats[1:, cv2.CC_STAT_HEIGHT] >= tall * window.height
    much = stats[1:, cv2.CC_STAT_AREA] >= LEAST_STROKES * clean.stroke_px**2
    return bool((high & much).any())
