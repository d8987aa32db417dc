"""An outline in, those of the two ruled lines that run into one another in it out.

The lines of a double rule touch where a scan is blurred, and those of a sheet that lay askew meet
at a narrow angle: together they are too thick or too ragged for one line.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.evening import fill_outline, outlines_of
from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]

DOUBLE = 0.3
"""Share of an outline's columns that show two lines, at least."""


def part_fork(contour: Contour, runs: Picture, shortest_px: float) -> list[Contour]:
    """Outlines of the upper and of the lower line in an outline, none if it isn't of two.

    Parameters
    ----------
    contour : (n, 1, 2) int32
        An outer outline in ``runs``.
    runs : (H, W) uint8
        255 on lines.
    shortest_px : float
        Lines shorter than this are left out.
    """
    left, top, width, height = cv2.boundingRect(contour)
    if width < shortest_px:
        return []
    there = (fill_outline(contour) & runs[top : top + height, left : left + width]) > 0
    upper, lower = _first_runs(there), _first_runs(there[::-1])[::-1]
    double = ~(upper & lower).any(axis=0)
    if double.mean() < DOUBLE:
        return []
    pictures = (line.astype(np.uint8) for line in (upper, lower))
    outlines = (one for picture in pictures for one in outlines_of(picture, (left, top)))
    return [outline for outline in outlines if cv2.boundingRect(outline)[2] >= shortest_px]


def _first_runs(there: Mask) -> Mask:
    """The uppermost run of each column, (h, w)."""
    begun = np.logical_or.accumulate(there, axis=0)
    ended = np.logical_or.accumulate(begun & ~there, axis=0)
    return np.asarray(there & ~ended, np.bool_)
