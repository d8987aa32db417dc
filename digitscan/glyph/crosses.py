"""A piece of ink in; whether it is a cross as one puts through an empty cell."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

GRID = 9
"""Side of the small picture in which the two strokes of a cross are looked for."""
ON_DIAGONALS = 0.7
"""Share of the ink that must lie on the diagonals: so much has one digit in a thousand."""
IN_CORNER = 0.5
"""Darkness that each end of both diagonals must have, at least, of the darkest there is."""
ON_SIDE = 0.5
"""Darkness that the middle of each side may have, at most: a loop has more."""


def is_cross(ink: GreyImage) -> bool:
    """Whether the ink (h, w) uint8 is an X from corner to corner, and no more than that."""
    left, top, width, height = cv2.boundingRect(ink)
    ink = ink[top : top + height, left : left + width]
    if width == 0 or not 0.4 <= width / height <= 2.5:
        return False
    mask = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY)[1]
    small = cv2.resize(mask, (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    middle = slice(GRID // 2 - 1, GRID // 2 + 2)
    sides = (small[0, middle], small[-1, middle], small[middle, 0], small[middle, -1])
    if max(float(side.mean()) for side in sides) > ON_SIDE:
        return False
    diagonals, arms = _cross()
    if float(small[diagonals].sum()) < ON_DIAGONALS * float(small.sum()):
        return False
    return all(float(small[arm].max()) >= IN_CORNER for arm in arms)


@cache
def _cross() -> tuple[Mask, list[Mask]]:
    """Where the strokes of a cross lie in the small picture, and the ends of its four arms."""
    rows, columns = np.mgrid[:GRID, :GRID] - GRID // 2
    near = np.abs(np.abs(rows) - np.abs(columns)) <= 1
    corners = [(up, side) for up in (-1, 1) for side in (-1, 1)]
    return near, [near & (rows * up > 1) & (columns * side > 1) for up, side in corners]
