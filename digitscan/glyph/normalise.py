"""Ink of one digit in, a 28×28 glyph in MNIST's geometry out.

Training and reading share this module: what the models learned is made by the same function as
what they are shown. MNIST's geometry (LeCun et al., 1998): the ink is scaled, keeping its aspect,
into 20×20, anti-aliased, and laid into 28×28 with its centre of mass in the middle.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage

GLYPH_SIZE = 28
INK_SIZE = 20
WORK_SIZE = 80
"""Longer side, in pixels, at which strokes are measured: fine enough for a width, cheap enough."""
THIN_STROKE = 0.085
"""Strokes thinner than this share of the longer side are widened; MNIST's median is 0.123."""
GOAL_STROKE = 0.11
"""What they are widened to."""


def normalise_glyph(ink: GreyImage) -> GreyImage:
    """Lay the ink of one digit into MNIST's geometry.

    Parameters
    ----------
    ink : (h, w) uint8
        0 is paper, 255 full ink; any size, any empty margin.

    Returns
    -------
    (28, 28) uint8
        0 is paper. All zero where ``ink`` is.

    Examples
    --------
    >>> bar = np.full((40, 8), 255, np.uint8)
    >>> glyph = normalise_glyph(bar)
    >>> glyph.shape, int(glyph.any(axis=1).sum())
    ((28, 28), 20)
    """
    left, top, width, height = cv2.boundingRect(ink)
    if width == 0:
        return np.zeros((GLYPH_SIZE, GLYPH_SIZE), np.uint8)
    tight = ink[top : top + height, left : left + width]
    tight = _widen_thin_strokes(_stretch(_shrink(tight, WORK_SIZE)))
    return _centre_mass(_fit(tight))


def _shrink(ink: GreyImage, longer_side: int) -> GreyImage:
    """Scale ``ink`` down, by area, until no side is over ``longer_side`` pixels."""
    scale = longer_side / max(ink.shape)
    return ink if scale >= 1 else _resize(ink, scale)


def _resize(ink: GreyImage, scale: float) -> GreyImage:
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, (width, height), interpolation=how), np.uint8)


def _stretch(ink: GreyImage) -> GreyImage:
    """Make the darkest ink 255: faint pencil and a black pen give the same glyph."""
    darkest = int(ink.max())
    if darkest in (0, 255):
        return ink
    return np.asarray(cv2.convertScaleAbs(ink, alpha=255 / darkest), np.uint8)


def _widen_thin_strokes(ink: GreyImage) -> GreyImage:
    """Bring strokes much thinner than MNIST's to about MNIST's width."""
    stroke = stroke_width(ink)
    longer = max(ink.shape)
    if stroke == 0 or stroke >= THIN_STROKE * longer:
        return ink
    scale = WORK_SIZE / longer
    if scale > 1:
        ink, stroke, longer = _resize(ink, scale), stroke * scale, WORK_SIZE
    extra = round(GOAL_STROKE * longer - stroke)
    if extra < 1:
        return ink
    pad = extra
    padded = cv2.copyMakeBorder(ink, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (extra + 1, extra + 1))
    wide = cv2.dilate(padded, pen)
    left, top, width, height = cv2.boundingRect(wide)
    return np.asarray(wide[top : top + height, left : left + width], np.uint8)


def stroke_width(ink: GreyImage) -> float:
    """Typical width in pixels of the strokes in ``ink`` (h, w) uint8, 0 where it is empty.

    Twice the ink's area over its outline's length: exact for a long bar.
    """
    mask = cv2.threshold(ink, 127, 255, cv2.THRESH_BINARY)[1]
    area = cv2.countNonZero(mask)
    if area == 0:
        return 0.0
    square = np.ones((3, 3), np.uint8)
    eroded = cv2.erode(mask, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    inner = cv2.countNonZero(eroded)
    outline = area - inner
    return 2.0 * area / max(outline, 1)


def _fit(ink: GreyImage) -> GreyImage:
    """Scale so that the longer side is ``INK_SIZE``."""
    return _resize(ink, INK_SIZE / max(ink.shape))


def _centre_mass(ink: GreyImage) -> GreyImage:
    """Lay ``ink``, at most 20×20, into 28×28, centre of mass in the middle as far as it fits."""
    height, width = ink.shape
    moments = cv2.moments(ink)
    mass = moments["m00"]
    row = moments["m01"] / mass if mass else (height - 1) / 2
    column = moments["m10"] / mass if mass else (width - 1) / 2
    middle = GLYPH_SIZE / 2
    top = min(max(round(middle - row), 0), GLYPH_SIZE - height)
    left = min(max(round(middle - column), 0), GLYPH_SIZE - width)
    glyph = np.zeros((GLYPH_SIZE, GLYPH_SIZE), np.uint8)
    glyph[top : top + height, left : left + width] = ink
    return glyph
