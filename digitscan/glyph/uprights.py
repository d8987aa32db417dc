"""Blobs of one field in, small upright pictures of them, side by side in one strip, out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.blobs import Blob, Scale

Costs = npt.NDArray[np.float32]

ROWS = 24
"""Height at which seams are searched: a pen stroke is 2 or 3 rows."""
TOO_WIDE = 0.9
"""A blob wider than this share of the digit height is too wide for one digit."""
WALL = 1e3
"""Cost of the columns between two blobs: no seam leaves its blob."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A blob drawn small, its lean undone: columns ``left`` to ``right`` - 1 of the strip.

    Pen width and digit height are in pixels of the strip.
    """

    blob: Blob
    zoom: float
    pen: float
    digit: float
    left: int
    right: int
    too_wide: bool


def draw_strip(blobs: Sequence[Blob], scale: Scale) -> tuple[Costs, list[Upright]]:
    """Draw the blobs side by side, small and upright, walls between them: (ROWS, w) in 0…1."""
    pictures, uprights, left = [_wall()], [], 1
    for blob in blobs:
        zoom = ROWS / blob.box.height
        picture = _upright(blob, zoom, scale)
        pictures += [picture, _wall()]
        right = left + picture.shape[1]
        too_wide = blob.width > TOO_WIDE * scale.digit_px
        pen, digit = scale.stroke_px * zoom, scale.digit_px * zoom
        uprights.append(Upright(blob, zoom, pen, digit, left, right, too_wide))
        left = right + 1
    return np.hstack(pictures), uprights


def _wall() -> Costs:
    return np.full((ROWS, 1), WALL, np.float32)


def _upright(blob: Blob, zoom: float, scale: Scale) -> Costs:
    mask = cv2.threshold(blob.ink, 0, 255, cv2.THRESH_BINARY)[1]
    small_width = max(1, round(blob.box.width * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    small = cv2.resize(mask, (small_width, ROWS), interpolation=how)
    shift = scale.lean * (scale.middle - blob.box.top) + blob.box.left - blob.start
    upright = np.array([[1, -scale.lean, shift * zoom], [0, 1, 0]], np.float32)
    size = (math.ceil(blob.width * zoom) + 1, ROWS)
    return cv2.warpAffine(small, upright, size).astype(np.float32) / np.float32(255)
