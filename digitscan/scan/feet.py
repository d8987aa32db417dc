"""Level lines in, those that are strokes of digits out: the foot of a 2, the bar of a 7.

Digits that stand on a ruled line or hang from one have strokes right beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digitscan.values import Mask

Contour = npt.NDArray[np.int32]

FOOT_STROKES, FOOT_TIMES = 1.5, 2.0
"""A stroke so near to a line that is so many times as long is no line of its own."""


def are_feet(level: Sequence[Contour], bounds: npt.NDArray[np.int_], stroke_px: float) -> Mask:
    """Which level lines are strokes right beside a far longer one, (n,).

    Parameters
    ----------
    level : sequence of (m, 1, 2) int32
        Outlines of the lines, of (x, y).
    bounds : (n, 4) int
        Their left, top, right and bottom.
    stroke_px : float
        Typical stroke width.
    """
    length = bounds[:, 2] - bounds[:, 0]
    slack = FOOT_STROKES * stroke_px
    beside = length[:, None] * FOOT_TIMES <= length[None, :]
    beside &= bounds[:, None, 0] >= bounds[None, :, 0] - slack
    beside &= bounds[:, None, 2] <= bounds[None, :, 2] + slack
    beside &= bounds[:, None, 1] <= bounds[None, :, 3] + slack
    beside &= bounds[:, None, 3] >= bounds[None, :, 1] - slack
    foot = np.zeros(len(level), np.bool_)
    for stroke, line in np.argwhere(beside).tolist():
        foot[stroke] |= _apart(bounds[stroke], level[line]) <= slack
    return foot


def _apart(bounds: npt.NDArray[np.int_], line: Contour) -> int:
    """Rows between a stroke and a ``line`` that may be askew, in the columns of the stroke."""
    left, top, right, bottom = (int(side) for side in bounds)
    columns, rows = line[:, 0].T
    there = rows[(columns >= left) & (columns < right)]
    if there.size == 0:
        there = rows
    return max(top, int(there.min())) - min(bottom, int(there.max()) + 1)
