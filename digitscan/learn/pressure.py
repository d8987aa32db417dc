"""Ink of one digit in, what a black-and-white scan leaves of it where the pen hardly pressed out.

A pen presses less in some directions than in others, and here and there; the threshold of such a
scan then leaves thin strokes, gaps and crumbs.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.normalise import stroke_width
from digitscan.learn.pen import Pen
from digitscan.values import GreyImage

Field = npt.NDArray[np.floating[Any]]


def press_lightly(ink: GreyImage, pen: Pen) -> GreyImage:
    """Keep what was pressed most: between a third and nearly all of the ink.

    Parameters
    ----------
    ink : (h, w) uint8
        0 is paper; strokes some pixels wide.

    Returns
    -------
    (h, w) uint8
        0 or 255; the empty ink where ``ink`` is empty.
    """
    width = max(stroke_width(ink), 1.0)
    soft = cv2.GaussianBlur(ink, (0, 0), width * pen.between(0.2, 0.4)).astype(np.float32) / 255
    inked = ink > 127
    if not inked.any():
        return ink
    dark = soft * pressure_of(soft, width, pen)
    least = np.quantile(dark[inked], 1 - pen.between(0.35, 0.95))
    return np.where(dark > max(float(least), 0.05), 255, 0).astype(np.uint8)


def pressure_of(soft: Field, width: float, pen: Pen, uneven: float = 1.0) -> Field:
    """How hard a pen presses where, (h, w), 1 on the whole, never under 0.

    Parameters
    ----------
    soft : (h, w) float
        Its ink, 0…1.
    width : float
        Of its strokes, in pixels.
    uneven : float
        How much pressure differs: 0 is not at all.
    """
    change = pen.between(0.0, 0.6) * _along(soft, width, pen.between(0.0, np.pi))
    change += pen.between(0.1, 0.45) * _patches(soft.shape, pen)
    change += pen.between(0.0, 0.25) * _grain(soft.shape, width * pen.between(0.15, 0.4), pen)
    return np.asarray(np.maximum(1 + uneven * change, 0))


def _along(soft: Field, width: float, direction: float) -> Field:
    """How far strokes run in a direction, (h, w): 1 along it, -1 across, by the structure tensor.

    The tensor is that of Bigün and Granlund (1987).
    """
    right, down = (cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    parts = (right * right, down * down, right * down)
    across, along, both = (cv2.GaussianBlur(part, (0, 0), width) for part in parts)
    turned = (along - across) * np.cos(2 * direction) - 2 * both * np.sin(2 * direction)
    return np.asarray(turned / (across + along + 1e-6))


def _patches(shape: tuple[int, ...], pen: Pen) -> Field:
    """Smooth noise, -1…1, (h, w), of a few patches."""
    side = 3 + pen.below(6)
    coarse = pen.random.uniform(-1, 1, (side, side)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC))


def _grain(shape: tuple[int, ...], size: float, pen: Pen) -> Field:
    """Fine noise of deviation 1, (h, w), whose grains are about ``size`` pixels wide."""
    noise = cv2.GaussianBlur(pen.random.standard_normal(shape), (0, 0), max(size, 0.3))
    return np.asarray(noise / max(float(noise.std()), 1e-6))
