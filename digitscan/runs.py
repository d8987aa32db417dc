"""Stretches of a row of pixels that are true."""

from __future__ import annotations

import numpy as np

from digitscan.values import Mask


def runs_of(row: Mask) -> list[slice]:
    """Stretches of ``row`` (n,) bool that are true, in order.

    >>> runs_of(np.array([True, False, True, True]))
    [slice(0, 1, None), slice(2, 4, None)]
    """
    padded = np.zeros(row.size + 2, np.bool_)
    padded[1:-1] = row
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return [slice(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
