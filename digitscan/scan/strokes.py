"""How wide the pen and the print are on a page, in pixels: the yardstick of all later lengths."""

from __future__ import annotations

import numpy as np

from digitscan.values import Mask

PROBED_LINES = 300
LONGEST_RUN = 60
"""Longer runs are filled areas or ruled lines seen lengthwise, not strokes."""
FALLBACK_PX = 4.0


def measure_stroke(ink: Mask) -> float:
    """Typical stroke width in pixels: the typical run of ink along rows or columns, the smaller.

    Parameters
    ----------
    ink : (H, W) bool
        True where there is ink. Runs of one pixel count as noise.
    """
    across = _typical_run(ink)
    down = _typical_run(ink.T)
    return min(across, down)


def _typical_run(ink: Mask) -> float:
    """Mean of the middle half of the runs of ink on some rows of ``ink``."""
    step = max(1, ink.shape[0] // PROBED_LINES)
    rows = np.ascontiguousarray(ink[::step]).view(np.int8)
    padded = np.zeros((rows.shape[0], rows.shape[1] + 2), np.int8)
    padded[:, 1:-1] = rows
    edges = np.diff(padded.ravel())
    runs = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    runs = runs[(runs > 1) & (runs <= LONGEST_RUN)]
    if runs.size < 20:
        return FALLBACK_PX
    middle = np.sort(runs)[runs.size // 4 : runs.size - runs.size // 4]
    return float(middle.mean())
