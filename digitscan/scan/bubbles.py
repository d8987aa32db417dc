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
LOWEST, HIGHEST = 0.25, 0.55
"""Height of a sign in a bubble, as a share of that of the bubble."""
LONGEST = 1.6
"""How many times as wide as high, or as high as wide, a bubble is at most."""
ALIKE, SLACK_PX, MOST = 0.08, 1.2, 0.85
"""Difference in size of signs, as a share or in pixels, and the share of bubbles that hold such."""


def are_bubbles(inner: Iterable[GreyImage], ink: Iterable[GreyImage]) -> bool:
    """Whether most of many round frames hold a small sign, all of one height.

    Parameters
    ----------
    inner : iterable of (h, w) uint8
        What lies within each frame, 0 outside.
    ink : iterable of (h, w) uint8
        The ink of the page there, 0 paper.
    """
    round_ones = [frame for frame in zip(inner, ink, strict=True) if _is_round(frame[0])]
    sizes = np.array([_size(*frame) for frame in round_ones])
    if len(sizes) < FEWEST:
        return False
    usual = float(np.median(sizes))
    slack = max(ALIKE * usual, SLACK_PX / float(np.median([len(frame[0]) for frame in round_ones])))
    alike = np.abs(sizes - usual) <= slack
    return LOWEST <= usual <= HIGHEST and bool(alike.mean() >= MOST)


def _is_round(inner: GreyImage) -> bool:
    low, high = sorted(inner.shape)
    return bool(high <= LONGEST * low)


def _size(inner: GreyImage, ink: GreyImage) -> float:
    """Height or width of the ink in a frame, the larger, as a share: a page may lie on its side."""
    shown = (ink > 0) & (inner > 0)
    return max(_extent(np.asarray(shown.any(axis=axis), np.bool_)) for axis in (0, 1))


def _extent(shown: Mask) -> float:
    """From the first to the last that is shown, as a share of all, (n,)."""
    places = np.flatnonzero(shown)
    return float(np.ptp(places) + 1) / len(shown) if places.size else 0.0
