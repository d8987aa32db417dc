"""Digits drawn with a pen onto a page: what the benchmarks of speed read."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.learn.shapes import draw_digit
from digitscan.values import GreyImage

A4_PX = (3508, 2480)
"""A page of 300 dpi."""


def blank_page() -> GreyImage:
    """An empty page, (h, w) uint8."""
    return np.full(A4_PX, 244, np.uint8)


def write_digit(
    page: GreyImage,
    middle: tuple[int, int],
    heights: tuple[int, int],
    widest: int,
    rng: np.random.Generator,
) -> None:
    """Write any digit around ``middle`` (row, column), up to a tenth of its height off.

    It is between two ``heights`` pixels high, or lower, to be no wider than ``widest``.
    """
    ink = draw_digit(int(rng.integers(10)), rng)
    scale = min(rng.uniform(*heights) / ink.shape[0], widest / ink.shape[1])
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sway = heights[0] // 10
    top = middle[0] - small.shape[0] // 2 + int(rng.integers(-sway, sway + 1))
    left = middle[1] - small.shape[1] // 2
    spot = page[top : top + small.shape[0], left : left + small.shape[1]]
    np.copyto(spot, np.minimum(spot, 255 - (small * 0.85).astype(np.uint8)))


def add_grain(page: GreyImage, rng: np.random.Generator) -> GreyImage:
    """The page on grained paper."""
    return np.clip(page + rng.normal(0, 2.0, page.shape), 0, 255).astype(np.uint8)
