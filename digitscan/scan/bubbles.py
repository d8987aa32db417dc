"""Frames with what lies in them in, whether they are bubbles to fill in out.

On answer sheets a letter or a figure is printed in each of many small circles. They are no places
to write a digit in: a digit fills its circle, no two of a hand are of one height, and some circles
are left empty.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from digitscan.values import GreyImage, Mask

FEWEST = 12
"""So many circles, at least, make an answer sheet."""
LOWEST, HIGHEST = 0.25, 0.62
"""Height of a sign in a bubble, as a share of that of the bubble."""
ALIKE, MOST = 0.12, 0.8
"""Difference in height of signs, as a share, and the share of the bubbles that hold such a sign."""


def are_bubbles(inner: Iterable[Mask], ink: Iterable[GreyImage]) -> bool:
    """Whether most of many frames hold a small sign, all of one height.

    Parameters
    ----------
    inner : iterable of (h, w) bool
        What lies within each frame.
    ink : iterable of (h, w) uint8
        The ink of the page there, 0 paper.
    """
    heights = np.array([_height(*frame) for frame in zip(inner, ink, strict=True)])
    if len(heights) < FEWEST:
        return False
    usual = float(np.median(heights))
    alike = np.abs(heights - usual) <= ALIKE * usual
    return LOWEST <= usual <= HIGHEST and bool(alike.mean() >= MOST)


def _height(inner: Mask, ink: GreyImage) -> float:
    """Height of the ink in a frame, from its first row to its last, as a share of the frame's."""
    rows = np.flatnonzero(((ink > 0) & inner).any(axis=1))
    return float(np.ptp(rows) + 1) / len(inner) if rows.size else 0.0
