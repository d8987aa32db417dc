"""A black-and-white page in, its thinnest printed lines mended out.

A line thinner than a pixel, on a page that lies a little askew, is scanned as a run of pixels in
one row, then as one in the next. Where it passes from row to row it covers half of each, and a
threshold leaves neither: the line comes in pieces, each a row off the one before it. And where a
large page is made smaller, a run of one row fades beside what is two rows high.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import GreyImage

Pixels = npt.NDArray[np.int_]

ABOVE_AND_BELOW = np.array([[1], [0], [1]], np.uint8)
LEAST_STROKE_PX = 2.0
"""Where pens and letters are no thicker than this, a thin line can't be told from them."""
LEAST_PX = 7
"""A piece of a line is at least so long. Odd, or opening with it moves what is left."""
WIDEST_GAP = 12.0
"""A gap is no wider than so many strokes, nor than the longer piece beside it."""
CORNER_PX = 3
"""A piece that meets a line across it, so near to its end, ends there."""
THICKNESS = 0.25
"""Lines are made so thick, in stroke widths."""
MOST_PIECES = 20_000
"""A page with more pieces is a picture, or noise."""


def mend_thin_lines(image: GreyImage, stroke_px: float) -> GreyImage:
    """The page with its thinnest lines whole, and a quarter of a stroke thick at least.

    Parameters
    ----------
    image : (H, W) uint8
        0 is black, 255 white, and there is nothing between.
    stroke_px : float
        Typical stroke width.
    """
    if stroke_px < LEAST_STROKE_PX:
        return image
    ink = np.asarray(cv2.bitwise_not(image), np.uint8)
    turned = _mended(np.asarray(cv2.transpose(ink), np.uint8), stroke_px)
    mended = cv2.max(_mended(ink, stroke_px), cv2.transpose(turned))
    return np.asarray(cv2.bitwise_not(mended), np.uint8)


def _mended(ink: GreyImage, stroke_px: float) -> GreyImage:
    """``ink`` with its thin level lines whole."""
    thick = np.asarray(cv2.min(ink, cv2.dilate(ink, ABOVE_AND_BELOW)), np.uint8)
    thin = cv2.subtract(ink, thick)
    runs = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, LEAST_PX), np.uint8))
    thickness = max(1, round(THICKNESS * stroke_px))
    mended = cv2.max(ink, cv2.dilate(runs, np.ones((thickness, 1), np.uint8)))
    for before, after in _gaps(np.asarray(runs, np.uint8), thick, stroke_px).tolist():
        cv2.line(mended, before, after, 255, thickness)
    return np.asarray(mended, np.uint8)


def _gaps(runs: GreyImage, thick: GreyImage, stroke_px: float) -> Pixels:
    """The pixels before and after each gap between thin ``runs``, (n, 2, 2) of x, y.

    Where lines across meet both ends the gap is printed. ``thick`` is ink of more than one row.
    """
    left, right = _ends(runs)
    if not 1 < len(left) <= MOST_PIECES:
        return np.zeros((0, 2, 2), np.int_)
    first, second = _neighbours(left, right, WIDEST_GAP * stroke_px)
    before, after = right[first], left[second]
    across = cv2.dilate(thick, np.ones((3, 2 * CORNER_PX + 1), np.uint8)) > 0
    printed = across[before[:, 1], before[:, 0]] & across[after[:, 1], after[:, 0]]
    rise = after[:, 1] - before[:, 1]
    askew = np.sign(rise[~printed].sum())
    gaps = np.stack([before, after], axis=1)
    return np.asarray(gaps[~printed & (rise == askew)], np.int_)


def _ends(runs: GreyImage) -> tuple[Pixels, Pixels]:
    """First and last pixel, x and y, of each run in a row, two (n, 2), from left to right."""
    rows, columns = np.nonzero(runs)
    pixels = np.stack([columns, rows], axis=1)
    parted = (np.diff(rows) != 0) | (np.diff(columns) != 1)
    left = pixels[np.r_[True, parted][: len(pixels)]]
    right = pixels[np.r_[parted, True][: len(pixels)]]
    order = np.argsort(left[:, 0], kind="stable")
    return left[order], right[order]


def _neighbours(left: Pixels, right: Pixels, widest: float) -> tuple[Pixels, Pixels]:
    """Numbers of runs, and of those in which they go on, a row above or below."""
    long = right[:, 0] - left[:, 0] + 1
    starts = np.searchsorted(left[:, 0], right[:, 0] + 1)
    ends = np.searchsorted(left[:, 0], right[:, 0] + 1 + widest)
    found: list[tuple[int, int]] = []
    for first in np.flatnonzero(ends > starts).tolist():
        others = np.arange(starts[first], ends[first])
        gap = left[others, 0] - right[first, 0] - 1
        fits = np.abs(left[others, 1] - right[first, 1]) == 1
        fits &= gap <= np.maximum(long[first], long[others])
        found.extend((first, second) for second in others[fits].tolist())
    pairs = np.array(found, np.int_).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
