"""Runs that are no ruled lines in, the sides of boxes that are part of them out.

What is printed flush with the side of a box, a label over its corner, makes one run with it, too
uneven for a line. Between two corners of the box it is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.evening import fill_outline, outlines_of

Contour = npt.NDArray[np.int32]
Bounds = npt.NDArray[np.int_]
OVERSHOOT = 2.5
"""How far a plumb line may run on past the corner, in reaches: print and patterns lengthen it."""
AT_ONCE = 512
"""Runs compared with all lines at once: of print there may be many, and memory is bounded."""


def sides_between_corners(
    runs: Sequence[Contour], bounds: Bounds, across: Bounds, reach_px: float, shortest_px: float
) -> list[Contour]:
    """Outlines of what lies, in a level run, between two plumb lines that begin or end there.

    Parameters
    ----------
    runs : sequence of (n, 1, 2) int32
        Outlines of the runs.
    bounds, across : (n, 4), (m, 4)
        Left, top, right and bottom of each run and of each plumb line.
    reach_px : float
        How far a plumb line may begin from the run.
    shortest_px : float
        Shorter sides are left out.
    """
    return [
        side
        for first in range(0, len(runs), AT_ONCE)
        for side in _sides_of(
            runs[first : first + AT_ONCE],
            bounds[first : first + AT_ONCE],
            across,
            reach_px,
            shortest_px,
        )
    ]


def _sides_of(
    runs: Sequence[Contour], bounds: Bounds, across: Bounds, reach_px: float, shortest_px: float
) -> list[Contour]:
    """The same of some of the runs, each compared with all lines at once."""
    left, top, right, bottom = (side[:, None] for side in bounds.T)
    crossing = (across[:, 0] >= left - reach_px) & (across[:, 2] <= right + reach_px)
    over = OVERSHOOT * reach_px
    begins = crossing & (across[:, 1] >= top - over) & (across[:, 1] <= top + reach_px)
    ends = crossing & (across[:, 3] <= bottom + over) & (across[:, 3] >= bottom - reach_px)
    return [
        side
        for corners in (begins, ends)
        for index in np.flatnonzero(corners.sum(axis=1) > 1).tolist()
        for begin, end in _between(across[corners[index]], bounds[index], reach_px)
        if end - begin >= shortest_px
        for side in _crop(runs[index], begin, end)
    ]


def _between(corners: Bounds, run: Bounds, reach_px: float) -> Iterator[tuple[int, int]]:
    """First and last column of each side that leaves something of the run over."""
    for one, other in pairwise(corners[np.argsort(corners[:, 0])]):
        begin, end = max(one[0], run[0]), min(other[2], run[2])
        if run[2] - run[0] - (end - begin) > reach_px:
            yield int(begin), int(end)


def _crop(run: Contour, begin: int, end: int) -> list[Contour]:
    """Outlines of a run from column ``begin`` to ``end`` - 1."""
    left, top, _, _ = cv2.boundingRect(run)
    inside = np.ascontiguousarray(fill_outline(run)[:, begin - left : end - left])
    return outlines_of(inside, (begin, top))
