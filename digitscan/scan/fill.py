"""A picture in, the corners that a program filled with one tone when it turned it.

Such corners are no paper, and their border is no ruled line, however sharp it is.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

SMALL_SIDE = 400
"""Longer side of the copy that is looked at."""
LEAST_SIDE = 40
EVEN_TONES = 2
"""Grey levels by which a filled corner may vary."""
LEAST_CORNER = 0.001
"""Least share of the picture that a filled corner covers."""
LEAST_CORNERS = 3
SOLIDITY = 0.985
"""Share of its convex hull that the picture between the corners covers."""


def find_fill(picture: GreyImage) -> Mask | None:
    """Filled corners, (H, W) bool, or None where there are none.

    Parameters
    ----------
    picture : (H, W) uint8
        A small grey copy of a page.
    """
    step = max(1, max(picture.shape) // SMALL_SIDE)
    small = np.ascontiguousarray(picture[::step, ::step])
    if min(small.shape) < LEAST_SIDE:
        return None
    corners = [_flood(small, row, column) for row in (0, -1) for column in (0, -1)]
    filled = np.any(corners, axis=0)
    apart = sum(int(corner.sum()) for corner in corners) == int(filled.sum())
    large = sum(corner.mean() >= LEAST_CORNER for corner in corners)
    if not apart or large < LEAST_CORNERS or not _is_turned_picture(~filled):
        return None
    grown = cv2.dilate(filled.astype(np.uint8), np.ones((3, 3), np.uint8))
    height, width = picture.shape
    full = cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(full, np.bool_)


def _flood(picture: GreyImage, row: int, column: int) -> Mask:
    """The connected region of one tone around a corner of the picture."""
    height, width = picture.shape
    flooded = np.zeros((height + 2, width + 2), np.uint8)
    how = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
    seed = (column % width, row % height)
    cv2.floodFill(picture, flooded, seed, 0, EVEN_TONES, EVEN_TONES, how)
    return np.asarray(flooded[1:-1, 1:-1], np.bool_)


def _is_turned_picture(rest: Mask) -> bool:
    """Whether what is not filled is one convex piece that reaches all four sides.

    Paper that is white all over has ink standing free in the white, and is none.
    """
    picture = rest.astype(np.uint8)
    contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    hull = np.zeros_like(picture)
    cv2.drawContours(hull, [cv2.convexHull(largest)], -1, 1, cv2.FILLED)
    inside = bool((picture <= hull).all())
    reaches = rest.any(axis=0).all() and rest.any(axis=1).all()
    return bool(inside and reaches and rest.sum() >= SOLIDITY * hull.sum())


def paint_fill(image: GreyImage, fill: Mask, tone: int) -> GreyImage:
    """The image (H, W) uint8 with the fill, a mask of any size, in one tone."""
    height, width = image.shape
    mask = cv2.resize(fill.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(mask > 0, np.uint8(tone), image)
