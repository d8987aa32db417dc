"""The outline of a run with wide gaps in, its stretches out.

Combs that stand close over one another have dividers at the same places. On a coarse scan these
run together across the lines between two combs, and are no longer lines by themselves.
"""

from __future__ import annotations

from itertools import compress

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.runs import runs_of
from digitscan.scan.cover import shown_columns
from digitscan.scan.evening import fill_outline, outlines_of

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]

FEWEST, UNEQUAL = 3, 0.2
"""Combs over one another, at least, and how far the heights of some may differ from most, as a
share.
"""


def part_at_gaps(
    contour: Contour, darkness: Picture, gap_px: float, shortest_px: float
) -> list[Contour]:
    """Outlines of the stretches of one length of a level run between its gaps, if there are some.

    Parameters
    ----------
    contour : (n, 1, 2) int32
        Outline of the run.
    darkness : (H, W) uint8
        0 paper, 255 black.
    gap_px : float
        Gaps that are narrower part nothing.
    shortest_px : float
        Shorter stretches are left out.
    """
    left, top, width, height = cv2.boundingRect(contour)
    inside = fill_outline(contour)
    shown = shown_columns(inside, darkness[top : top + height, left : left + width])
    gaps = [gap for gap in runs_of(~shown) if gap.stop - gap.start >= gap_px]
    for gap in gaps:
        inside[:, gap] = 0
    parts = outlines_of(inside, (left, top)) if gaps else []
    lengths = np.array([cv2.boundingRect(part)[2] for part in parts])
    parts, lengths = list(compress(parts, lengths >= shortest_px)), lengths[lengths >= shortest_px]
    if len(parts) < FEWEST:
        return []
    typical = float(np.median(lengths))
    return list(compress(parts, np.abs(lengths - typical) <= UNEQUAL * typical))
