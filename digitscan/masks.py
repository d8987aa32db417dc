"""What two shapes have in common."""

from __future__ import annotations

import numpy as np

from digitscan.values import Mask


def share_in_common(one: Mask, other: Mask) -> float:
    """Share of what is in either of two shapes, (h, w) each, that is in both, corner on corner.

    >>> share_in_common(np.array([[True, True]]), np.array([[True], [True]]))
    0.3333333333333333
    """
    both = np.zeros((2, *np.maximum(one.shape, other.shape)), np.bool_)
    for canvas, shape in zip(both, (one, other), strict=True):
        canvas[: shape.shape[0], : shape.shape[1]] = shape
    return float(np.count_nonzero(both.all(axis=0)) / np.count_nonzero(both.any(axis=0)))
