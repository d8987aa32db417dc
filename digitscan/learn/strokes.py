"""A digit of MNIST in, the same digit with a stroke that other countries write out.

Works on enlarged ink, so that what is added has the digit's own pen width and smooth edges.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from digitscan.glyph.normalise import stroke_width
from digitscan.learn.pen import Pen, add_stroke, curve
from digitscan.learn.shapes import cross_bar, flag_stroke
from digitscan.values import GreyImage, Mask

ENLARGED = 4
"""Factor from a 28×28 glyph to the ink that is drawn on."""
INK_LEVEL = 110
"""Enlarged ink brighter than this counts as the stroke."""


def enlarge(glyph: GreyImage, margin: int = 0) -> GreyImage:
    """Enlarge a (28, 28) uint8 glyph smoothly, with an empty margin in pixels around it."""
    large = cv2.resize(glyph, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    sides = (margin, margin, margin, margin)
    return np.asarray(cv2.copyMakeBorder(large, *sides, cv2.BORDER_CONSTANT, value=0), np.uint8)


def add_foreign_stroke(glyph: GreyImage, digit: int, random: np.random.Generator) -> GreyImage:
    """Change a digit of MNIST, one of ``CHANGED``, into a form that MNIST hardly has.

    Parameters
    ----------
    glyph : (28, 28) uint8
        0 is paper.

    Returns
    -------
    (h, w) uint8
        Ink, 0 is paper, of any size: not yet a glyph.
    """
    changes = _CHANGES[digit]
    pen = Pen(random)
    ink = enlarge(glyph, margin=60)
    mask = ink > INK_LEVEL
    if mask.any():
        changes[pen.below(len(changes))](ink, mask, pen)
    return ink


def _flag_one(ink: GreyImage, mask: Mask, pen: Pen) -> None:
    width = stroke_width(ink) * pen.between(0.85, 1.15)
    rows = np.flatnonzero(mask.any(axis=1))
    height = float(rows[-1] - rows[0])
    slice_px = max(2, int(0.08 * height))
    top = np.array([_mean_column(mask[rows[0] : rows[0] + slice_px]), rows[0] + width * 0.4])
    bottom = np.array(
        [_mean_column(mask[rows[-1] - slice_px : rows[-1] + 1]), rows[-1] - width * 0.4]
    )
    stem = (bottom - top) / max(float(np.linalg.norm(bottom - top)), 1.0)
    add_stroke(ink, curve([*flag_stroke(pen, top, stem, height), top]), width)
    if pen.chance(0.25):
        foot = height * pen.between(0.15, 0.4)
        left = bottom - np.array([foot * pen.between(0.7, 1.2), pen.around(0.03) * height])
        right = bottom + np.array([foot * pen.between(0.5, 1.1), pen.around(0.03) * height])
        add_stroke(ink, pen.line(left, right), width)


def _cross_seven(ink: GreyImage, mask: Mask, pen: Pen) -> None:
    rows = np.flatnonzero(mask.any(axis=1))
    height = float(rows[-1] - rows[0])
    row = int(rows[0] + height * pen.between(0.42, 0.66))
    middle = np.array([_mean_column(mask[row : row + 1]), float(row)])
    width = stroke_width(ink) * pen.between(0.8, 1.1)
    add_stroke(ink, cross_bar(pen, middle, height), width)


def _curl_nine(ink: GreyImage, mask: Mask, pen: Pen) -> None:
    """Let the tail of a 9 end in a curl to the left."""
    rows = np.flatnonzero(mask.any(axis=1))
    end, height = int(rows[-1]), float(rows[-1] - rows[0])
    width = stroke_width(ink) * pen.between(0.9, 1.1)
    x = _mean_column(mask[end - max(1, int(0.06 * height)) : end + 1])
    curl = height * pen.between(0.12, 0.45)
    points = [
        (x, end - width * 0.5 - height * 0.05),
        (x - curl * 0.4, end + height * pen.between(-0.02, 0.08)),
        (x - curl, end - height * pen.between(0, 0.2)),
    ]
    add_stroke(ink, curve(points), width)


def _open_nine(ink: GreyImage, mask: Mask, pen: Pen) -> None:
    """Rub out a little of the loop of a 9 at its upper right."""
    rows = np.flatnonzero(mask.any(axis=1))
    height, width = float(rows[-1] - rows[0]), stroke_width(ink)
    columns = np.flatnonzero(mask[rows[0] : rows[0] + max(1, int(height / 2))].any(axis=0))
    wide = float(columns[-1] - columns[0])
    x = columns[0] + wide * pen.between(0.55, 0.85)
    y = rows[0] + height * pen.between(0, 0.1)
    start = (round(x), round(y - width))
    end = (round(x + pen.between(-0.1, 0.1) * wide), round(y + width * pen.between(0.6, 1.2)))
    cv2.line(ink, start, end, 0, int(pen.between(0.35, 0.6) * width + wide * 0.08) + 2)


def _mean_column(mask: Mask) -> float:
    """Tell where along x the ink of a few rows lies; their middle where there is none."""
    columns = np.flatnonzero(mask.any(axis=0))
    return float(columns.mean()) if columns.size else mask.shape[1] / 2


_CHANGES: dict[int, tuple[Callable[[GreyImage, Mask, Pen], None], ...]] = {
    1: (_flag_one,),
    7: (_cross_seven,),
    9: (_curl_nine, _curl_nine, _open_nine),
}
CHANGED = tuple(_CHANGES)
"""The digits that ``add_foreign_stroke`` can change."""
