"""The ink of a page in, the same without dirt out, where the page is dirty.

Of a broken stroke a scan leaves crumbs that are as small as dirt, but lie beside other ink. Dirt
lies anywhere: where much of it lies alone, whatever is as small is dirt.
"""

from __future__ import annotations

from itertools import compress

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.evening import Contour, Outlines
from digitscan.values import GreyImage, Mask

LARGEST_STROKES = 1.5
"""Dirt is no larger than so many stroke widths, each way."""
SHRINK, APART = 8, 4
"""Ink this many pixels of a page made so many times smaller away, dirt lies alone."""
LEAST_ALONE = 40
"""A page with less of it is clean."""
SIZE_SHARE = 0.95
"""Dirt is as large as this share of what lies alone."""


def take_out_specks(ink: GreyImage, outlines: Outlines, stroke_px: float) -> None:
    """Make the dirt of a dirty page paper.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper; drawn into.
    outlines : Outlines
        Those of ``ink``.
    stroke_px : float
        Typical stroke width.
    """
    contours, bounds = outlines.outer()
    size = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0)
    small = size <= LARGEST_STROKES * stroke_px
    if np.count_nonzero(small) < LEAST_ALONE:
        return
    alone = small & _lie_alone(ink, contours, small, bounds)
    if np.count_nonzero(alone) < LEAST_ALONE:
        return
    dirt = small & (size <= np.quantile(size[alone], SIZE_SHARE))
    cv2.drawContours(ink, list(compress(contours, dirt)), -1, 0, cv2.FILLED)


def _lie_alone(
    ink: GreyImage, contours: list[Contour], small: Mask, bounds: npt.NDArray[np.int_]
) -> Mask:
    """Which places, (n,), are far from all ink that is not ``small``."""
    large = ink.copy()
    cv2.drawContours(large, list(compress(contours, small)), -1, 0, cv2.FILLED)
    size = [-(-side // SHRINK) for side in ink.shape]
    shrunk = cv2.resize(large, size[::-1], interpolation=cv2.INTER_AREA)
    taken = cv2.dilate((shrunk > 0).astype(np.uint8), np.ones((2 * APART + 1,) * 2, np.uint8))
    columns, rows = (bounds[:, :2] // SHRINK).T
    return np.asarray(taken[rows, columns] == 0, np.bool_)
