"""A piece of ink in; whether it is a cross as one puts through an empty cell."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

FLATTEST, SLIMMEST = 2.5, 0.4
"""Width of a cross, at most and at least, as a share of its height."""
GRID = 9
"""Side of the small picture in which the two strokes of a cross are looked for."""
ON_DIAGONALS, FLAT, FLAT_ON_DIAGONALS = 0.7, 1.65, 0.8
"""Share of the ink that must lie on the diagonals: so much has one digit in a thousand. Two digits
that touch may have as much; of ink flatter than the second, the share must be the third.
"""
IN_CORNER = 0.28
"""Darkness that each end of both diagonals must have, at least, of the darkest there is."""
IN_MIDDLE = 0.24
"""Darkness that the middle must have, where the strokes cross; thin strokes leave it pale."""
ON_SIDE = 0.5
"""Darkness that the middle of each side may have, at most: a loop has more."""
LARGEST_LOOP = 0.012
"""Share of the box that paper enclosed by ink may have, at most."""


def is_cross(ink: GreyImage) -> bool:
    """Whether the ink (h, w) uint8 is an X from corner to corner, and no more than that."""
    left, top, width, height = cv2.boundingRect(ink)
    ink = ink[top : top + height, left : left + width]
    if width == 0 or not SLIMMEST <= width / height <= FLATTEST:
        return False
    mask = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY)[1]
    small = cv2.resize(mask, (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    diagonals, arms = _cross()
    least = ON_DIAGONALS if width <= FLAT * height else FLAT_ON_DIAGONALS
    if float(small[diagonals].sum()) < least * float(small.sum()):
        return False
    middle = slice(GRID // 2 - 1, GRID // 2 + 2)
    sides = (small[0, middle], small[-1, middle], small[middle, 0], small[middle, -1])
    if max(float(side.mean()) for side in sides) > ON_SIDE:
        return False
    if float(small[middle, middle].mean()) < IN_MIDDLE:
        return False
    if any(float(small[arm].max()) < IN_CORNER for arm in arms):
        return False
    return _largest_loop(ink) <= LARGEST_LOOP * width * height


def _largest_loop(ink: GreyImage) -> float:
    """Area, in pixels, of the largest piece of paper that the ink encloses."""
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    inner = [line for line, place in zip(contours, tree[0], strict=True) if place[3] >= 0]
    return max([0.0, *map(cv2.contourArea, inner)])


@cache
def _cross() -> tuple[Mask, list[Mask]]:
    """Where the strokes of a cross lie in the small picture, and the ends of its four arms."""
    rows, columns = np.mgrid[:GRID, :GRID] - GRID // 2
    near = np.abs(np.abs(rows) - np.abs(columns)) <= 1
    corners = [(up, side) for up in (-1, 1) for side in (-1, 1)]
    return near, [near & (rows * up > 1) & (columns * side > 1) for up, side in corners]
