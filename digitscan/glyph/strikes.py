"""A blob of ink in; whether one line crosses it all out."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.blobs import Blob, Scale

ROWS = 24
"""Height at which the line is looked for."""
LEAST_WIDTH = 1.5
"""Narrower blobs, in digit heights, are not judged: a line across one digit may belong to it."""
SLOPES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
COVERED = 0.95
"""Share of the columns that the line must run through without a gap."""
STICKS_OUT = 0.1
"""How far the line must stick out at each end, in digit heights."""


def is_struck(blob: Blob, scale: Scale) -> bool:
    """Whether a line runs through the middle of the whole blob and sticks out at both ends."""
    if blob.width < LEAST_WIDTH * scale.digit_px or _is_bar(blob, scale):
        return False
    zoom = ROWS / blob.box.height
    mask = cv2.threshold(blob.ink, 0, 1, cv2.THRESH_BINARY)[1]
    width = max(2, round(blob.box.width * zoom))
    small = cv2.resize(mask * np.uint8(255), (width, ROWS), interpolation=cv2.INTER_AREA) > 100
    pen = max(2, math.ceil(scale.stroke_px * zoom))
    return _sticks_out(small, pen, STICKS_OUT * scale.digit_px * zoom) and any(
        _coverage(small, slope, pen) >= COVERED for slope in SLOPES
    )


def _is_bar(blob: Blob, scale: Scale) -> bool:
    """Whether the blob is a bare line with nothing under it."""
    return blob.box.height < 3 * scale.stroke_px


def _sticks_out(ink: npt.NDArray[np.bool_], pen: int, least: float) -> bool:
    high = ink.shape[0] - ink[::-1].argmax(axis=0) - ink.argmax(axis=0)
    thick = np.flatnonzero(high > 2 * pen)
    return len(thick) > 0 and thick[0] >= least and ink.shape[1] - 1 - thick[-1] >= least


def _coverage(ink: npt.NDArray[np.bool_], slope: float, pen: int) -> float:
    """Largest share of columns with ink along one line of this slope, in the middle of the blob."""
    shear = np.array([[1, 0, 0], [-slope, 1, slope * ink.shape[1] / 2]], np.float32)
    level = cv2.warpAffine(ink.view(np.uint8), shear, (ink.shape[1], ROWS), flags=cv2.INTER_NEAREST)
    level = cv2.dilate(level, np.ones((pen, 1), np.uint8))
    return float(level[ROWS // 5 : -ROWS // 5].mean(axis=1).max())
